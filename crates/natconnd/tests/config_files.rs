//! Configuration files beside the text that is expected of each.
//!
//! `BLESS=1` writes the expected texts; look at the difference.

// Outside of the test functions themselves clippy takes this for the product.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use natconnd::config::{self, Accounts, Config};

/// Compares what `answer` says about each file of a folder with the text in
/// the `.expected` file beside it.
fn check_folder(name: &str, answer: impl Fn(&Path) -> String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/config")
        .join(name);
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|it| it == "toml" || it == "conf")
        })
        .collect();
    files.sort();
    assert!(files.len() > 5, "{} has lost its files", folder.display());
    let mut differences = Vec::new();
    for file in files {
        // The folder is another one on every machine.
        let found = answer(&file).replace(&format!("{}/", folder.display()), "");
        let expected_file = file.with_extension("expected");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&expected_file, &found).unwrap();
        }
        let expected = fs::read_to_string(&expected_file).unwrap_or_default();
        if found != expected {
            differences.push(format!(
                "{}:\nfound\n{found}\nexpected\n{expected}",
                file.display()
            ));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn every_mistake_is_named() {
    check_folder("mistakes", |file| match Config::load(file) {
        Ok(loaded) => panic!("{} was taken: {loaded:?}", file.display()),
        Err(error) => error.messages().join("\n") + "\n",
    });
}

#[test]
fn files_of_pynatconnd_are_read_and_their_toml_does_the_same() {
    check_folder("pynatconnd", |file| {
        let migrated = config::migrate(file).unwrap();
        let before = Config::load(file).unwrap();
        let after = config::parse(&migrated, Path::new("migrated.toml")).unwrap();
        assert_eq!(before.kind, config::FileKind::Pynatconnd);
        assert_eq!(after.kind, config::FileKind::Toml);
        assert_eq!(after.config, before.config, "{}", file.display());
        migrated
    });
}

#[test]
fn the_readme_of_pynatconnd_means_what_it_says() {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/config/pynatconnd/readme.conf");
    let loaded = Config::load(&file).unwrap();
    assert_eq!(loaded.warnings, []);
    assert_eq!(loaded.path.as_deref(), Some(&*file));
    let mut expected = Config::default();
    expected.http.listen = vec!["0.0.0.0:8080".parse().unwrap()];
    expected.http.hosts = vec!["*".to_owned()];
    expected.http.unprotected = true;
    expected.http.allow = vec![
        "192.168.248.0/24".parse().unwrap(),
        "127.0.0.1/32".parse().unwrap(),
    ];
    expected.track.filter.kind = Some(model::TranslationKind::Source);
    expected.track.filter.nat = "100.64.2.1".parse().unwrap();
    expected.track.filter.original_destination = "198.51.100.1:443".parse().unwrap();
    expected.pynatconnd.key_name = Some(config::KeyName::NatPort);
    assert_eq!(loaded.config, expected);
}

#[test]
fn a_file_that_is_named_must_be_there_and_a_default_one_need_not() {
    let nowhere = Path::new("/nonexistent/natconnd.toml");
    let error = Config::load(nowhere).unwrap_err();
    assert_eq!(error.to_string(), "read /nonexistent/natconnd.toml");
    assert_eq!(
        error.messages(),
        ["read /nonexistent/natconnd.toml: No such file or directory (os error 2)"]
    );
    let loaded = Config::load_first([nowhere]).unwrap();
    assert_eq!(loaded.kind, config::FileKind::Absent);
    assert_eq!(loaded.config, Config::default());
    // A folder is there, but no file.
    assert!(Config::load_first([Path::new("/")]).is_err());
}

#[test]
fn a_host_name_is_looked_up_by_load_and_refused_by_parse() {
    let text = "[http_server]\nhost = natconnd.invalid\nip_acl = ::1\n[data]\nkey_name = nat_port";
    let error = config::parse(text, Path::new("x.conf")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "x.conf:2: http_server.host: look up \"natconnd.invalid\": names are not looked up here\n  \
         hint: write the address to listen on"
    );
}

#[test]
fn only_some_changes_need_a_restart() {
    let path = Path::new("natconnd.toml");
    let read = |text: &str| config::parse(text, path).unwrap().config;
    let old = Config::default();
    let live = read(
        "[http]\nallow = []\nroles = []\nunix-roles = []\nhosts = [\"*\"]\nrequests-at-once = 1\n\
         requests-per-second = 1\nlongest-period = \"1d\"\n\
         [audit]\non-failure = \"answer\"\n\
         [caller.a]\nuser = [1]\nroles = [\"admin\"]\n\
         [track]\nkeep-ended = \"0s\"\n[log]\nlevel = \"trace\"\n",
    );
    assert_ne!(live, old);
    let needing_restart = config::changes_needing_restart(&old, &live);
    assert!(needing_restart.is_empty(), "{needing_restart:?}");
    let restart = read(
        "[pynatconnd]\nkey-name = \"nat_port\"\n[http]\nlisten = []\nunix-socket = \"\"\n\
         unprotected = true\nmax-connections = 1\nmax-connections-per-caller = 1\nheader-timeout = \"1s\"\n\
         bulk-requests = 1\nmax-body = \"1MiB\"\nbody-timeout = \"1s\"\n\
         [audit]\nfolder = \"/a\"\nforward-auth = false\nrotate-bytes = \"1MiB\"\nkeep-for = \"1d\"\n\
         [track]\nkeep-ended = \"0s\"\nreceive-buffer = \"1MiB\"\nreceive-buffer-max = \"2MiB\"\n\
         reconcile-every = \"1h\"\nfilter.kind = \"source\"\n",
    );
    assert_eq!(
        config::changes_needing_restart(&old, &restart),
        [
            "http.listen",
            "http.unix-socket",
            "http.unprotected",
            "http.max-connections",
            "http.max-connections-per-caller",
            "http.header-timeout",
            "http.bulk-requests",
            "http.max-body",
            "http.body-timeout",
            "audit.folder",
            "audit.forward-auth",
            "audit.rotate-bytes",
            "audit.keep-for",
            "track.receive-buffer",
            "track.receive-buffer-max",
            "track.reconcile-every",
            "track.filter.kind",
            "pynatconnd.key-name",
        ]
    );
}

#[test]
fn a_listener_that_comes_or_goes_needs_a_restart_and_its_rules_do_not() {
    let path = Path::new("natconnd.toml");
    let read = |text: &str| config::parse(text, path).unwrap().config;
    let desk = "[listener.desk]\nlisten = [\"127.0.0.1:81\"]\n";
    let noc = "[listener.noc]\nunix-socket = \"/run/noc\"\n";
    let changes = |old: &str, new: &str| config::changes_needing_restart(&read(old), &read(new));
    assert_eq!(changes(desk, desk), [""; 0]);
    assert_eq!(changes("", desk), ["listener.desk"]);
    assert_eq!(changes(desk, noc), ["listener.desk", "listener.noc"]);
    let rules = format!("{desk}allow = []\nroles = [\"lookup\"]\nhosts = [\"*\"]\n");
    assert_eq!(changes(desk, &rules), [""; 0]);
    let moved = "[listener.desk]\nlisten = [\"127.0.0.1:82\"]\nunprotected = true\n\
        certificate = \"/a\"\nkey = \"/b\"\nclient-ca = \"/c\"\n";
    assert_eq!(
        changes(desk, moved),
        [
            "listener.desk.listen",
            "listener.desk.certificate",
            "listener.desk.key",
            "listener.desk.client-ca",
            "listener.desk.unprotected",
        ]
    );
}

#[test]
fn users_and_groups_are_those_of_the_machines_files() {
    let text = "[caller.noc]\nuser = [\"alice\", 7]\ngroup = [\"adm\", 99]\nroles = [\"lookup\"]\n";
    let passwd = "root:x:0:0::/:\nalice:x:1001:1001::/:\nbob:x:1002:1002::/:\n";
    let accounts = Accounts::of(passwd, "adm:x:4:bob,alice,nobody\n");
    let path = Path::new("natconnd.toml");
    let loaded = config::parse_with(text, path, &accounts).unwrap();
    let caller = &loaded.config.callers["noc"];
    let uids: Vec<u32> = caller.users.iter().map(|user| user.uid).collect();
    assert_eq!(uids, [1001, 7]);
    let [adm, other] = &caller.groups[..] else {
        panic!("{caller:?}");
    };
    assert_eq!((adm.gid, &*adm.members), (4, &[1001, 1002][..]));
    assert_eq!((other.gid, &*other.members), (99, &[][..]));
    // Names are written as names, and read as the same.
    let written = config::render_toml(&loaded.config, true);
    assert_eq!(written, text);
    let again = config::parse_with(&written, path, &accounts).unwrap();
    assert_eq!(again.config, loaded.config);
    // On a machine that does not know them they are mistakes.
    let error = config::parse(text, path).unwrap_err().to_string();
    assert!(
        error.contains("caller.noc.user: there is no user \"alice\""),
        "{error}"
    );
    assert!(
        error.contains("caller.noc.group: there is no group \"adm\""),
        "{error}"
    );
}
