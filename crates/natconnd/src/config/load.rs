//! From a file, or its text, to a configuration.

use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, ToSocketAddrs};
use std::path::{Path, PathBuf};

use super::configobj;
use super::pynatconnd::{self, LookUp};
use super::{Accounts, Config, ConfigError, Position, Remark, keys, toml_file};

/// The files that are looked for where none is named; the first one that is
/// there counts.
pub const DEFAULT_PATHS: [&str; 2] = ["/etc/natconnd/natconnd.toml", "/etc/pynatconnd.conf"];

/// A configuration, and where it comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// What has no effect, or not quite the expected one, by line.
    pub warnings: Vec<Remark>,
    /// What kind of file it was.
    pub kind: FileKind,
    /// The file, `None` where there was none.
    pub path: Option<PathBuf>,
}

/// What kind of file a configuration comes from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FileKind {
    /// There was no file: everything is as by default.
    Absent,
    /// natconnd's TOML.
    Toml,
    /// pynatconnd's ConfigObj file.
    Pynatconnd,
}

impl FileKind {
    /// Tells the two formats apart by their sections: pynatconnd's if there
    /// is one of its own and none of ours.
    fn of(text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut is_pynatconnd = false;
        for line in configobj::lines(text) {
            let Some((name, _)) = line
                .trim_start()
                .strip_prefix('[')
                .and_then(|line| line.split_once(']'))
            else {
                continue;
            };
            let name = name.trim().trim_matches(['"', '\'']);
            if keys::can_be_section(name) {
                return Self::Toml;
            }
            is_pynatconnd |= pynatconnd::SECTIONS.contains(&name);
        }
        if is_pynatconnd {
            Self::Pynatconnd
        } else {
            Self::Toml
        }
    }
}

/// Reads a configuration from its text; `path` is only what messages call it.
///
/// Nothing is looked up: host names, which pynatconnd's `host` may hold, and names of users
/// and groups are mistakes.
pub fn parse(text: &str, path: &Path) -> Result<Loaded, ConfigError> {
    parse_with(text, path, &Accounts::default())
}

/// The same on a machine with these users and groups.
pub fn parse_with(text: &str, path: &Path, accounts: &Accounts) -> Result<Loaded, ConfigError> {
    let look_up: LookUp<'_> = &|_| {
        let reason = "names are not looked up here";
        Err(io::Error::new(io::ErrorKind::Unsupported, reason))
    };
    parse_on(text, path, look_up, accounts)
}

fn parse_on(
    text: &str,
    path: &Path,
    look_up: LookUp<'_>,
    accounts: &Accounts,
) -> Result<Loaded, ConfigError> {
    let kind = FileKind::of(text);
    let (config, warnings) = match kind {
        FileKind::Pynatconnd => pynatconnd::read(text, path, look_up),
        _ => toml_file::read(text, path, accounts).map(|config| (config, Vec::new())),
    }
    .map_err(ConfigError::Mistakes)?;
    Ok(Loaded {
        config,
        warnings,
        kind,
        path: Some(path.to_owned()),
    })
}

/// Reads a configuration from the bytes of its file.
pub(super) fn parse_bytes(
    bytes: &[u8],
    path: &Path,
    look_up: LookUp<'_>,
    accounts: &Accounts,
) -> Result<Loaded, ConfigError> {
    let offset = match str::from_utf8(bytes) {
        Ok(text) => return parse_on(text, path, look_up, accounts),
        Err(error) => error.valid_up_to(),
    };
    let lossy = String::from_utf8_lossy(bytes);
    let remark = not_utf8(path, bytes, offset);
    if FileKind::of(&lossy) != FileKind::Pynatconnd {
        return Err(ConfigError::Mistakes(vec![remark]));
    }
    // Under Python 2 a comment could hold any bytes.
    let mut loaded = parse_on(&lossy, path, look_up, accounts)?;
    loaded.warnings.insert(0, remark);
    Ok(loaded)
}

impl Config {
    /// Reads a file that must be there, of either kind.
    pub fn load(path: &Path) -> Result<Loaded, ConfigError> {
        let bytes = fs::read(path).map_err(|source| ConfigError::Read {
            path: path.to_owned(),
            source,
        })?;
        parse_bytes(&bytes, path, &look_up, &Accounts::of_this_machine())
    }

    /// Reads the first of the [`DEFAULT_PATHS`] that is there; everything is
    /// as by default where none is.
    pub fn load_default() -> Result<Loaded, ConfigError> {
        Self::load_first(DEFAULT_PATHS.map(Path::new))
    }

    /// Reads the first file that is there, and warns of those behind it that
    /// are there too; everything is as by default where none is.
    pub fn load_first<'p>(
        paths: impl IntoIterator<Item = &'p Path>,
    ) -> Result<Loaded, ConfigError> {
        let mut paths = paths.into_iter();
        while let Some(path) = paths.next() {
            match Self::load(path) {
                Err(ConfigError::Read { source, .. })
                    if source.kind() == io::ErrorKind::NotFound => {}
                other => {
                    let mut loaded = other?;
                    let left_out = paths.filter(|it| it.exists());
                    let remarks = left_out.map(|it| not_read(it, path));
                    loaded.warnings.extend(remarks);
                    return Ok(loaded);
                }
            }
        }
        Ok(Loaded {
            config: Self::default(),
            warnings: Vec::new(),
            kind: FileKind::Absent,
            path: None,
        })
    }
}

fn not_read(path: &Path, instead: &Path) -> Remark {
    Remark {
        path: path.to_owned(),
        position: None,
        key: String::new(),
        cause: format!("is not read, because {} is there", instead.display()),
        hint: Some("remove one of the two, or name one with --config".to_owned()),
    }
}

fn not_utf8(path: &Path, bytes: &[u8], offset: usize) -> Remark {
    let valid = str::from_utf8(&bytes[..offset]).unwrap_or_default();
    Remark {
        path: path.to_owned(),
        position: Some(Position::of(valid, offset)),
        key: String::new(),
        cause: format!("byte 0x{:02x} is not UTF-8", bytes[offset]),
        hint: Some("save the file as UTF-8".to_owned()),
    }
}

/// Finds the first IPv4 address of a name, as Python's server did.
fn look_up(name: &str) -> io::Result<Ipv4Addr> {
    (name, 0)
        .to_socket_addrs()?
        .find_map(|address| match address.ip() {
            IpAddr::V4(address) => Some(address),
            IpAddr::V6(_) => None,
        })
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "it has no IPv4 address"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_another_one_hides_is_told() {
        let folder = std::env::temp_dir().join(format!("natconnd-load-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let [ours, theirs] = ["natconnd.toml", "pynatconnd.conf"].map(|name| folder.join(name));
        let load = || Config::load_first([&*ours, &*theirs]).unwrap();
        fs::write(&ours, "").unwrap();
        assert_eq!(load().warnings, []);
        // Not even looked into.
        fs::write(&theirs, "[[[").unwrap();
        let loaded = load();
        assert_eq!(loaded.path.as_deref(), Some(&*ours));
        let said: Vec<_> = loaded.warnings.iter().map(Remark::message).collect();
        let expected = format!(
            "{}: is not read, because {} is there",
            theirs.display(),
            ours.display()
        );
        assert_eq!(said, [expected]);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn the_formats_are_told_apart_by_their_sections() {
        let kind = FileKind::of;
        assert_eq!(kind(""), FileKind::Toml);
        assert_eq!(kind("[http]\n"), FileKind::Toml);
        assert_eq!(kind("[htpp]\n"), FileKind::Toml);
        assert_eq!(kind("# [data]\n"), FileKind::Toml);
        assert_eq!(kind("[filter]\n[track]\n"), FileKind::Toml);
        assert_eq!(kind("[filter]\n"), FileKind::Pynatconnd);
        assert_eq!(kind("\u{feff}[ 'data' ] # x\r\n"), FileKind::Pynatconnd);
        assert_eq!(kind("a = 1\n\t[http_server]\n"), FileKind::Pynatconnd);
    }
}
