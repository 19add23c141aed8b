//! A unit's file.

use std::path::{Path, PathBuf};

use rustix::fs::Mode;

use super::calls::Sets;
use super::filters::{self, Filter};
use crate::Error;

/// Directives that have nothing to do with what is done here: start and stop, resources, and
/// what is done with mounts and control groups.
const LEFT_TO_SYSTEMD: &[&str] = &[
    "Type",
    "ExecStart",
    "ExecReload",
    "Restart",
    "RestartSec",
    "WatchdogSec",
    "FileDescriptorStoreMax",
    "User",
    "Group",
    "RuntimeDirectory",
    "StateDirectory",
    "StateDirectoryMode",
    "LimitCORE",
    "LimitNOFILE",
    "TasksMax",
    "RemoveIPC",
    "PrivateDevices",
    "PrivateIPC",
    "PrivateMounts",
    "PrivateTmp",
    "ProcSubset",
    "ProtectControlGroups",
    "ProtectHome",
    "ProtectKernelTunables",
    "ProtectProc",
    "ProtectSystem",
];

/// What stands in a unit's section `[Service]`.
#[derive(Debug)]
pub struct Unit {
    path: PathBuf,
    settings: Vec<(String, String)>,
}

impl Unit {
    /// Reads a unit's file.
    ///
    /// # Errors
    ///
    /// It cannot be read, or has a directive that is not known here.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| Error::system(format!("read {}", path.display()), source))?;
        Self::of_text(path, &text)
    }

    fn of_text(path: &Path, text: &str) -> Result<Self, Error> {
        let mut section = "";
        let mut settings = Vec::new();
        for line in text.lines().map(str::trim) {
            if line.starts_with('[') {
                section = line;
            } else if section == "[Service]"
                && !line.starts_with(['#', ';'])
                && let Some((name, value)) = line.split_once('=')
            {
                settings.push((name.to_owned(), value.to_owned()));
            }
        }
        let unit = Self {
            path: path.to_owned(),
            settings,
        };
        let names = unit.settings.iter().map(|(name, _)| name.as_str());
        let known = filters::DIRECTIVES.iter().chain(LEFT_TO_SYSTEMD).chain(&[
            "AmbientCapabilities",
            "CapabilityBoundingSet",
            "NoNewPrivileges",
            "SystemCallErrorNumber",
            "UMask",
        ]);
        let known: Vec<_> = known.copied().collect();
        match names.into_iter().find(|name| !known.contains(name)) {
            None => Ok(unit),
            Some(name) => Err(unit.mistake(name, "not known to the lab")),
        }
    }

    /// The values of a directive, in their order.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let settings = self.settings.iter().filter(move |(it, _)| it == name);
        settings.map(|(_, value)| value.as_str())
    }

    /// The last value of a directive.
    pub fn last(&self, name: &str) -> Option<&str> {
        self.all(name).last()
    }

    /// Whether a directive says yes.
    pub fn is_set(&self, name: &str) -> bool {
        self.last(name).is_some_and(|value| value == "yes")
    }

    /// Something that does not fit.
    pub fn mistake(&self, name: &str, cause: impl Into<String>) -> Error {
        Error::Unit {
            place: format!("{}: {name}", self.path.display()),
            cause: cause.into(),
        }
    }

    /// The flags of `setpriv` for its capabilities.
    pub fn privileges(&self) -> Vec<String> {
        let set = |name: &str| {
            let words = self.all(name).flat_map(str::split_whitespace);
            let words = words.map(|it| format!(",+{}", it.to_lowercase().replacen("cap_", "", 1)));
            format!("-all{}", words.collect::<String>())
        };
        let ambient = set("AmbientCapabilities");
        let bounding = set("CapabilityBoundingSet");
        let mut flags = vec![
            format!("--bounding-set={bounding}"),
            format!("--inh-caps={ambient}"),
            format!("--ambient-caps={ambient}"),
        ];
        if self.is_set("NoNewPrivileges") {
            flags.push("--no-new-privs".to_owned());
        }
        flags
    }

    /// Its mask of file modes; systemd's own where it says nothing.
    pub fn mask(&self) -> Result<Mode, Error> {
        let text = self.last("UMask").unwrap_or("0022");
        let mask = u32::from_str_radix(text, 8);
        mask.map(Mode::from_raw_mode)
            .map_err(|error| self.mistake("UMask", error.to_string()))
    }

    /// Its filters of system calls, in the order in which they are to be taken on.
    pub fn filters(&self) -> Result<Vec<Filter>, Error> {
        filters::of_unit(self, &Sets::ask()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
[Unit]
Description=x
[Service]
# CapabilityBoundingSet=CAP_SYS_ADMIN
AmbientCapabilities=CAP_NET_ADMIN
CapabilityBoundingSet=CAP_NET_ADMIN
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
NoNewPrivileges=yes
UMask=0027
";

    #[test]
    fn privileges_are_what_the_unit_says() {
        let unit = Unit::of_text(Path::new("x.service"), TEXT).unwrap();
        let flags = [
            "--bounding-set=-all,+net_admin,+net_bind_service",
            "--inh-caps=-all,+net_admin",
            "--ambient-caps=-all,+net_admin",
            "--no-new-privs",
        ];
        assert_eq!(unit.privileges(), flags);
        assert_eq!(unit.mask().unwrap().as_raw_mode(), 0o027);
    }

    #[test]
    fn a_directive_that_nobody_knows_is_told() {
        let text = format!("{TEXT}ProtectEverything=yes\n");
        let error = Unit::of_text(Path::new("x.service"), &text).unwrap_err();
        let error = error.to_string();
        assert!(error.contains("x.service: ProtectEverything"), "{error}");
    }
}
