//! What the daemon needs of files and ports, read from its configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirBuilder};
use std::ops::BitOr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use landlock::BitFlags;
use tracing::debug;

use super::may::May;
use crate::config::{Config, DEFAULT_PATHS, IdentReply, Loaded};

/// Read whatever the configuration says.
const ALWAYS: &[(&str, May)] = &[
    // passwd and group for the names of users, localtime, hosts. Programs that change them put a
    // new file in the place of the old one, so it is the folder that must be allowed.
    ("/etc", May::Open),
    ("/usr/share/zoneinfo", May::Read),
    ("/proc", May::Read),
    ("/sys", May::Read),
    ("/dev/urandom", May::Open),
    ("/dev/null", May::Use),
    // For a program that is executed anew after an upgrade, and for what looks up names.
    ("/lib", May::Run),
    ("/lib64", May::Run),
    ("/usr/lib", May::Run),
    ("/usr/lib64", May::Run),
];

/// Where exports are written before they are sent.
const ROOM: &str = "/var/tmp";

/// Files and folders, and ports.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rules {
    places: BTreeMap<PathBuf, BTreeSet<May>>,
    ports: BTreeSet<u16>,
    tells_by_abstract_socket: bool,
}

impl Rules {
    /// What is needed with this configuration.
    pub fn of(loaded: &Loaded) -> Self {
        let mut rules = Self::default();
        for (path, may) in ALWAYS {
            rules.allow(Path::new(path), *may);
        }
        // Where the resolver's file is a link to.
        rules.allow_folder_of("/etc/resolv.conf", May::Open);
        match &loaded.path {
            Some(path) => rules.allow_folder_of(path, May::Open),
            // One that comes to be is read when natconnd is told to.
            None => DEFAULT_PATHS
                .iter()
                .for_each(|path| rules.allow_folder_of(path, May::Open)),
        }
        rules.allow_programs();
        rules.allow_kept(&loaded.config);
        rules.allow_listeners(&loaded.config);
        let supervisor = std::env::var("NOTIFY_SOCKET").unwrap_or_default();
        rules.tells_by_abstract_socket = supervisor.starts_with('@');
        rules
    }

    /// Each path and what may be done beneath it.
    pub fn places(&self) -> impl Iterator<Item = (&Path, May)> {
        let places = self.places.iter();
        places.flat_map(|(path, may)| may.iter().map(|may| (path.as_path(), *may)))
    }

    /// The TCP ports to listen on.
    pub fn ports(&self) -> impl Iterator<Item = u16> {
        self.ports.iter().copied()
    }

    /// Whether the supervisor is told over a socket without a file.
    pub const fn tells_by_abstract_socket(&self) -> bool {
        self.tells_by_abstract_socket
    }

    /// What `wanted` has and these have not, in words.
    pub fn lack(&self, wanted: &Self) -> Vec<String> {
        let places = wanted
            .places()
            .filter(|(path, may)| !self.covers(path, *may))
            .map(|(path, _)| path.display().to_string());
        let ports = wanted.ports().filter(|port| !self.ports.contains(port));
        let mut lacking: Vec<String> = places.collect();
        lacking.dedup();
        lacking.extend(ports.map(|port| format!("TCP port {port}")));
        lacking
    }

    fn covers(&self, path: &Path, may: May) -> bool {
        let allowed = path.ancestors().filter_map(|it| self.places.get(it));
        let access = allowed.flatten().map(|may| may.access());
        access
            .fold(BitFlags::empty(), BitOr::bitor)
            .contains(may.access())
    }

    /// Allows a path, wherever it leads. One that is not there yet is allowed at the
    /// nearest folder above it: it may come to be.
    fn allow(&mut self, path: &Path, may: May) {
        let there = path.ancestors().find_map(|it| fs::canonicalize(it).ok());
        // Allowing the root folder would allow everything.
        if let Some(there) = there.filter(|there| there != Path::new("/")) {
            self.places.entry(there).or_default().insert(may);
        }
    }

    /// Allows the folder that a file is in, as files are replaced by new ones, and the
    /// folder that it leads to where it is a link.
    fn allow_folder_of(&mut self, file: impl AsRef<Path>, may: May) {
        let file = file.as_ref();
        self.allow(folder_of(file), may);
        if let Ok(there) = fs::canonicalize(file) {
            self.allow(folder_of(&there), may);
            // In case it is in the root folder.
            self.allow(&there, May::Open);
        }
    }

    /// This program, the one that replaces it after an upgrade, and the libraries that it was
    /// linked with.
    fn allow_programs(&mut self) {
        if let Ok(program) = std::env::current_exe() {
            self.allow(folder_of(&program), May::Run);
        }
        let maps = fs::read_to_string("/proc/self/maps").unwrap_or_default();
        for library in libraries(&maps) {
            self.allow(folder_of(library), May::Run);
        }
    }

    /// What is written to the disk.
    fn allow_kept(&mut self, config: &Config) {
        let room = std::env::var_os("TMPDIR").map_or_else(|| PathBuf::from(ROOM), PathBuf::from);
        self.allow(&room, May::BorrowRoom);
        for folder in kept_folders(config) {
            self.allow(folder, May::Keep);
        }
        if let Some(key) = key_file(config) {
            // Made once, read ever after.
            let may = if key.exists() { May::Open } else { May::Keep };
            self.allow_folder_of(key, may);
        }
    }

    /// Where questions come in.
    fn allow_listeners(&mut self, config: &Config) {
        let addresses = config.http.listen.iter().chain(&config.ident.listen);
        self.ports.extend(addresses.map(|address| address.port()));
        let sockets = config.http.unix_socket.iter();
        let named = config.listeners.values();
        for socket in sockets.chain(named.clone().filter_map(|it| it.unix_socket.as_ref())) {
            self.allow(folder_of(socket), May::Listen);
        }
        for listener in named {
            let ports = listener.listen.iter().map(|address| address.port());
            self.ports.extend(ports);
            if let Some(tls) = &listener.tls {
                self.allow_folder_of(&tls.certificate, May::Open);
                self.allow_folder_of(&tls.key, May::Open);
                let client_ca = tls.client_ca.iter();
                client_ca.for_each(|file| self.allow_folder_of(file, May::Open));
            }
        }
    }
}

/// Makes the folders that the configuration writes to, as the parts do that write there, so
/// that there is something to allow. Where it cannot be, that part will say so.
pub fn make_folders(config: &Config) {
    if let Some(folder) = &config.history.folder {
        make(folder, 0o750);
    }
    // Who asked what is not for the group.
    if let Some(folder) = &config.audit.folder {
        make(folder, 0o700);
    }
    let named = config.listeners.values().map(|it| &it.unix_socket);
    for socket in std::iter::once(&config.http.unix_socket)
        .chain(named)
        .flatten()
    {
        make(folder_of(socket), 0o777);
    }
}

/// `mode` is what is left of after the process's mask.
fn make(folder: &Path, mode: u32) {
    let made = DirBuilder::new().recursive(true).mode(mode).create(folder);
    if let Err(error) = made {
        debug!(folder = %folder.display(), %error, "a folder could not be made");
    }
}

fn kept_folders(config: &Config) -> impl Iterator<Item = &Path> {
    let folders = [&config.history.folder, &config.audit.folder];
    folders.into_iter().flatten().map(PathBuf::as_path)
}

/// The file with the key of hashes, where remotes are told hashes.
fn key_file(config: &Config) -> Option<&Path> {
    let ident = &config.ident;
    let is_needed = !ident.listen.is_empty() && ident.reply == IdentReply::Hash;
    is_needed.then_some(ident.key_file.as_path())
}

fn folder_of(file: &Path) -> &Path {
    let folder = file.parent().filter(|it| !it.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// The files that are mapped into this process, in the words of `/proc/self/maps`.
fn libraries(maps: &str) -> BTreeSet<&Path> {
    let files = maps
        .lines()
        .filter_map(|line| line.find('/').map(|at| &line[at..]));
    files
        .filter(|file| file.contains(".so"))
        .map(Path::new)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;
    use crate::config::{FileKind, Listener, Tls};

    /// A folder that is empty now, for the test of this name; links in the way to it
    /// are resolved.
    fn folder(test: &str) -> PathBuf {
        let name = format!("natconnd-rules-{}-{test}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        fs::canonicalize(folder).unwrap()
    }

    fn loaded(config: Config, path: Option<PathBuf>) -> Loaded {
        Loaded {
            config,
            warnings: Vec::new(),
            kind: FileKind::Toml,
            path,
        }
    }

    fn may(rules: &Rules, path: &Path) -> Vec<May> {
        rules
            .places
            .get(path)
            .into_iter()
            .flatten()
            .copied()
            .collect()
    }

    #[test]
    fn what_is_written_and_nothing_else_may_be() {
        let folder = folder("written");
        let mut config = Config::default();
        config.history.folder = Some(folder.join("history"));
        config.http.unix_socket = Some(folder.join("run/natconnd.sock"));
        config.ident.key_file = folder.join("secret/ident.key");
        fs::create_dir(folder.join("secret")).unwrap();
        make_folders(&config);
        let rules = Rules::of(&loaded(config.clone(), None));
        assert_eq!(may(&rules, &folder.join("history")), [May::Keep]);
        assert_eq!(may(&rules, &folder.join("run")), [May::Listen]);
        // Nobody asks over ident.
        assert_eq!(may(&rules, &folder.join("secret")), []);
        let writes = [May::Use, May::BorrowRoom, May::Listen, May::Keep];
        let written = rules.places().filter(|(_, may)| writes.contains(may));
        assert_eq!(written.count(), 4, "{rules:?}");

        config.ident.listen = vec![([127, 0, 0, 1], 113).into()];
        let rules = Rules::of(&loaded(config.clone(), None));
        assert_eq!(may(&rules, &folder.join("secret")), [May::Keep]);
        fs::write(&config.ident.key_file, "key").unwrap();
        let rules = Rules::of(&loaded(config, None));
        assert!(!may(&rules, &folder.join("secret")).contains(&May::Keep));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn the_audits_folder_is_made_for_its_owner_only() {
        let folder = folder("modes");
        let mut config = Config::default();
        config.http.unix_socket = None;
        config.history.folder = Some(folder.join("history"));
        config.audit.folder = Some(folder.join("audit"));
        make_folders(&config);
        let mode = |name| {
            fs::metadata(folder.join(name))
                .unwrap()
                .permissions()
                .mode()
                & 0o777
        };
        assert_eq!(mode("audit"), 0o700);
        assert_ne!(mode("history"), 0o700);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn files_are_allowed_where_they_are_and_where_they_lead() {
        let folder = folder("links");
        for name in ["live", "archive", "etc"] {
            fs::create_dir(folder.join(name)).unwrap();
        }
        fs::write(folder.join("archive/key1.pem"), "").unwrap();
        symlink("../archive/key1.pem", folder.join("live/key.pem")).unwrap();
        let mut config = Config::default();
        let tls = Tls {
            certificate: folder.join("live/key.pem"),
            key: folder.join("live/key.pem"),
            client_ca: None,
        };
        let listener = Listener {
            listen: vec![([192, 0, 2, 1], 8443).into()],
            tls: Some(tls),
            ..Listener::default()
        };
        config.listeners.insert("office".to_owned(), listener);
        let path = folder.join("etc/natconnd.toml");
        let rules = Rules::of(&loaded(config, Some(path)));
        for name in ["live", "archive", "etc"] {
            assert_eq!(may(&rules, &folder.join(name)), [May::Open], "{name}");
        }
        assert_eq!(rules.ports().collect::<Vec<_>>(), [8080, 8443]);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_path_that_is_not_there_is_allowed_above_and_the_root_never() {
        let folder = folder("above");
        let mut rules = Rules::default();
        rules.allow(&folder.join("not/yet"), May::Keep);
        rules.allow(Path::new("/"), May::Keep);
        rules.allow(Path::new("/not-there/at-all"), May::Keep);
        assert_eq!(rules.places().collect::<Vec<_>>(), [(&*folder, May::Keep)]);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_a_new_configuration_lacks_is_named() {
        let folder = folder("lacks");
        for name in ["one", "two"] {
            fs::create_dir(folder.join(name)).unwrap();
        }
        let mut config = Config::default();
        config.history.folder = Some(folder.join("one"));
        let before = Rules::of(&loaded(config.clone(), None));
        assert_eq!(before.lack(&before), Vec::<String>::new());
        // Whoever may keep files there may read one.
        let mut reads = Rules::default();
        reads.allow(&folder.join("one"), May::Read);
        assert_eq!(before.lack(&reads), Vec::<String>::new());
        assert_ne!(reads.lack(&before), Vec::<String>::new());
        config.history.folder = Some(folder.join("one/deeper"));
        let deeper = Rules::of(&loaded(config.clone(), None));
        assert_eq!(before.lack(&deeper), Vec::<String>::new());
        config.history.folder = Some(folder.join("two"));
        config.http.listen.push(([127, 0, 0, 1], 8081).into());
        let after = Rules::of(&loaded(config, None));
        let two = folder.join("two").display().to_string();
        assert_eq!(before.lack(&after), [two, "TCP port 8081".to_owned()]);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn libraries_are_found_among_what_is_mapped() {
        let maps = "\
7f5d60028000-7f5d6004e000 r--p 00000000 fe:00 30 /usr/lib/x86_64-linux-gnu/libc.so.6
7f5d6004e000-7f5d601a3000 r-xp 00026000 fe:00 30 /usr/lib/x86_64-linux-gnu/libc.so.6
7f5d60200000-7f5d60201000 rw-p 00000000 00:00 0
7f5d60201000-7f5d60202000 r--p 00000000 fe:00 31 /nix/store/ld-linux-x86-64.so.2 (deleted)
7ffd3bb2d000-7ffd3bb4e000 rw-p 00000000 00:00 0  [stack]
";
        let found: Vec<_> = libraries(maps).into_iter().map(folder_of).collect();
        let expected = ["/nix/store", "/usr/lib/x86_64-linux-gnu"].map(Path::new);
        assert_eq!(found, expected);
    }
}
