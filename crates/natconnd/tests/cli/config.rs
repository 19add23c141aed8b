//! `natconn config`, which asks nobody.

use std::fs;

use crate::command::{natconn, run};

#[test]
fn a_file_that_is_not_there_is_named() {
    for command in ["check", "migrate"] {
        let run = run(&mut natconn(&[
            "config",
            command,
            "/nonexistent/natconnd.toml",
        ]));
        assert_eq!((run.code, &*run.out), (2, ""));
        let beginning = "natconn: read /nonexistent/natconnd.toml: ";
        assert!(run.err.starts_with(beginning), "{}", run.err);
    }
}

#[test]
fn migrate_writes_a_new_file_and_only_on_success() {
    let name = format!("natconn-migrate-{}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    fs::create_dir_all(&folder).unwrap();
    let [good, bad, toml] = ["good.conf", "bad.conf", "natconnd.toml"].map(|it| folder.join(it));
    fs::write(
        &good,
        "[data]\nkey_name = nat_port\n[http_server]\nip_acl = 127.0.0.1\n",
    )
    .unwrap();
    fs::write(
        &bad,
        "[data]\nkey_name = nat_port\n[http_server]\nip_acl = [\"::1\", \"::2\"]\n",
    )
    .unwrap();
    let migrate = |file: &std::path::Path| {
        let mut command = natconn(&["config", "migrate"]);
        run(command.arg(file).arg("--output").arg(&toml))
    };

    let refused = migrate(&bad);
    assert_eq!((refused.code, &*refused.out), (2, ""));
    assert!(
        refused
            .err
            .ends_with("  hint: write a list as a, b without brackets\n"),
        "{}",
        refused.err
    );
    assert!(!toml.exists());

    let written = migrate(&good);
    assert_eq!((written.code, &*written.out, &*written.err), (0, "", ""));
    let text = fs::read_to_string(&toml).unwrap();
    assert!(text.contains("key-name = \"nat_port\""), "{text}");

    fs::write(&toml, "precious").unwrap();
    let refused = migrate(&good);
    assert_eq!(refused.code, 2);
    let expected = format!(
        "natconn: write {}: file exists\n  hint: remove it first, or name another file\n",
        toml.display()
    );
    assert_eq!(refused.err, expected);
    assert_eq!(fs::read_to_string(&toml).unwrap(), "precious");
    fs::remove_dir_all(folder).unwrap();
}
