//! A certificate that only these tests trust.

use lab::Lab;

/// The certificate, and its key, on the proxy's host.
pub const CERTIFICATE: &str = "/run/site.crt";
pub const KEY: &str = "/run/site.key";
/// Both in one file, as HAProxy wants them.
pub const BOTH: &str = "/run/site.pem";

/// Makes one.
pub fn make(lab: &Lab) {
    let line = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=site.example",
        "-addext",
        "subjectAltName=DNS:site.example",
        "-keyout",
        KEY,
        "-out",
        CERTIFICATE,
    ];
    lab.outside().run(&line).unwrap();
    let both = [CERTIFICATE, KEY].map(|path| std::fs::read_to_string(path).unwrap());
    std::fs::write(BOTH, both.concat()).unwrap();
}
