//! What is said of files that are of no use.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use lab::{EC, Wanted};
use natconnd::config::Tls;
use natconnd::tls::{Fault, Purpose, ServerTls, TlsError};

use crate::folder::{Folder, mutual, tls};

fn refusal(files: &Tls) -> TlsError {
    match ServerTls::load(files) {
        Ok(_) => panic!("it was taken"),
        Err(error) => error,
    }
}

fn openssl(words: &[&str], file: &Path, out: &Path) {
    let mut command = Command::new("openssl");
    command
        .args(words)
        .arg("-in")
        .arg(file)
        .arg("-out")
        .arg(out);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// A listener with another file in place of its certificate, or of its key.
fn with(good: &Tls, certificate: Option<&Path>, key: Option<&Path>) -> Tls {
    Tls {
        certificate: certificate.unwrap_or(&good.certificate).to_owned(),
        key: key.unwrap_or(&good.key).to_owned(),
        client_ca: None,
    }
}

/// What is said of one of a listener's files, which `what` is read as.
fn expect(files: &Tls, what: Purpose, said: &str, hint: &str) {
    let file = match what {
        Purpose::Key => &files.key,
        _ => &files.certificate,
    };
    let error = refusal(files);
    let text = error.to_string();
    assert_eq!(text, format!("read {what} {}: {said}", file.display()));
    let found = error.hint().unwrap_or_default();
    assert!(found.contains(hint), "{text}\n  hint: {found}");
    assert!(std::error::Error::source(&error).is_none());
}

#[test]
fn a_certificate_that_is_none() {
    let folder = Folder::new();
    let issued = folder.authority("root").issue(&Wanted::default()).unwrap();
    let good = tls(&issued);
    let pem = fs::read_to_string(&issued.certificate).unwrap();
    let request = folder.path("gateway.example.csr");
    let der = folder.path("der");
    openssl(&["x509", "-outform", "der"], &issued.certificate, &der);
    let trusted = folder.path("trusted");
    openssl(&["x509", "-trustout"], &issued.certificate, &trusted);
    let cut = folder.write("cut", &pem[..pem.len() - 30]);
    let garbled = folder.write("garbled", pem.replacen("MII", "M!I", 1));
    let other = folder.write("other", format!("\n{}", pem.replacen("MIIB", "MIIC", 1)));
    let empty = folder.write("empty", "");
    let long = folder.write("long", vec![b'\n'; (4 << 20) + 1]);
    let loose = folder.path("loose");
    symlink(folder.path("nothing"), &loose).unwrap();
    let below = folder.path("below");
    fs::create_dir(&below).unwrap();
    let nul = Path::new("/dev/null").to_owned();
    for (file, said, hint) in [
        (
            &request,
            "line 1: found CERTIFICATE REQUEST, expected CERTIFICATE",
            "comes back",
        ),
        (
            &issued.key,
            "line 1: found PRIVATE KEY, expected CERTIFICATE",
            "swapped",
        ),
        (
            &trusted,
            "line 1: found TRUSTED CERTIFICATE, expected CERTIFICATE",
            "openssl x509",
        ),
        (
            &der,
            "found DER, expected PEM: a line -----BEGIN CERTIFICATE-----",
            "-inform der",
        ),
        (&cut, "line 1: CERTIFICATE has no end", "once more"),
        (
            &garbled,
            "line 1: CERTIFICATE cannot be read: found no base64",
            "once more",
        ),
        (
            &other,
            "line 2: CERTIFICATE cannot be read: its encoding is not that of a certificate",
            "once more",
        ),
        (
            &empty,
            "found no PEM block, expected a line -----BEGIN CERTIFICATE-----",
            "right file",
        ),
        (&long, "found more than 4194304 bytes", "PEM file itself"),
        (&loose, "no such file or directory", "symbolic links"),
        (&below, "found no regular file", "PEM file itself"),
        (&nul, "found no regular file", "PEM file itself"),
    ] {
        expect(
            &with(&good, Some(file), None),
            Purpose::Certificate,
            said,
            hint,
        );
    }
}

#[test]
fn a_key_that_is_none_or_another_one() {
    let folder = Folder::new();
    let authority = folder.authority("root");
    let issued = authority.issue(&Wanted::default()).unwrap();
    let good = tls(&issued);
    let der = folder.path("der");
    openssl(&["rsa", "-outform", "der"], &make_rsa(&folder), &der);
    let encrypted = folder.path("encrypted");
    let words = ["pkcs8", "-topk8", "-passout", "pass:x"];
    openssl(&words, &issued.key, &encrypted);
    let encrypted_as_once = folder.path("encrypted-as-once");
    let words = ["ec", "-aes128", "-passout", "pass:x"];
    openssl(&words, &issued.key, &encrypted_as_once);
    let of_ssh = folder.write(
        "ssh",
        "\n-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
    );
    let other = Wanted {
        name: "other",
        ..Wanted::default()
    };
    let other = authority.issue(&other).unwrap();
    let is_other = format!(
        "the key is not that of the first certificate in {}",
        issued.certificate.display()
    );
    for (file, said, hint) in [
        (
            &issued.certificate,
            "line 1: found CERTIFICATE, expected PRIVATE KEY",
            "swapped",
        ),
        (&encrypted, "line 1: found an encrypted key", "openssl pkey"),
        (
            &encrypted_as_once,
            "line 1: found an encrypted key",
            "passphrase",
        ),
        (
            &der,
            "found DER, expected PEM: a line -----BEGIN PRIVATE KEY-----",
            "-inform der",
        ),
        (
            &of_ssh,
            "line 2: found a key that is of no kind known here",
            "P-256",
        ),
        (&other.key, &*is_other, "openssl pkey -pubout"),
    ] {
        expect(&with(&good, None, Some(file)), Purpose::Key, said, hint);
    }
    for kind in ["rsa:1024", "ec -pkeyopt ec_paramgen_curve:secp224r1"] {
        let weak = Wanted {
            key: kind,
            ..Wanted::default()
        };
        let weak = tls(&authority.issue(&weak).unwrap());
        let said = "line 1: found a key that is of no kind known here";
        expect(&weak, Purpose::Key, said, "RSA of 2048");
    }
}

fn make_rsa(folder: &Folder) -> std::path::PathBuf {
    let path = folder.path("rsa");
    let output = Command::new("openssl")
        .args(["genrsa", "-out"])
        .arg(&path)
        .output()
        .unwrap();
    assert!(output.status.success());
    path
}

#[test]
fn a_chain_in_the_wrong_order_is_recognised() {
    let folder = Folder::new();
    let root = folder.authority("root");
    let issued = root.issue(&Wanted::default()).unwrap();
    let both = [root.certificate(), issued.certificate.clone()]
        .map(|path| fs::read_to_string(path).unwrap());
    let mut files = tls(&issued);
    files.certificate = folder.write("both", both.concat());
    let error = refusal(&files);
    assert!(
        error
            .to_string()
            .contains("is not that of the first certificate")
    );
    assert!(
        error.hint().unwrap().contains("must be the first"),
        "{error}"
    );
}

/// Root may read everything, so this needs somebody else to be seen.
#[test]
fn what_may_not_be_read_is_told_with_who_should_let_it() {
    let error = |purpose| TlsError {
        path: "/etc/natconnd/tls".into(),
        purpose,
        fault: Fault::Unreadable(std::io::Error::from_raw_os_error(13)),
    };
    let key = error(Purpose::Key);
    assert_eq!(
        key.to_string(),
        "read key /etc/natconnd/tls: permission denied"
    );
    assert!(key.hint().unwrap().contains("chmod 640"));
    assert!(
        error(Purpose::Certificate)
            .hint()
            .unwrap()
            .contains("each folder")
    );
}

#[test]
fn the_clients_authority_is_named_where_it_is_none() {
    let folder = Folder::new();
    let authority = folder.authority("root");
    let issued = authority.issue(&Wanted::default()).unwrap();
    let mut files = mutual(&issued, &authority);
    files.client_ca = Some(issued.key.clone());
    let error = refusal(&files);
    let expected = format!(
        "read CA certificates {}: line 1: found PRIVATE KEY, expected CERTIFICATE",
        issued.key.display()
    );
    assert_eq!(error.to_string(), expected);
}

/// As `openssl x509 -req` makes it where it is not told of extensions.
#[test]
fn a_certificate_of_version_one_is_told_from_garbage() {
    let folder = Folder::new();
    let line = format!("openssl req -new -newkey {EC} -nodes -subj /CN=x -keyout k -out r");
    let sign = "openssl x509 -req -in r -signkey k -days 2 -out c";
    for line in [&*line, sign] {
        let mut words = line.split_whitespace();
        let mut command = Command::new(words.next().unwrap());
        let output = command.args(words).current_dir(folder.path("")).output();
        assert!(output.unwrap().status.success());
    }
    let files = Tls {
        certificate: folder.path("c"),
        key: folder.path("k"),
        client_ca: None,
    };
    let said = "line 1: found a certificate of version 1, expected version 3";
    expect(&files, Purpose::Certificate, said, "-copy_extensions");
}
