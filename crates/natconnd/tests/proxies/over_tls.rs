//! nginx on another machine, which shows natconnd a certificate: as docs/access.md says.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use lab::{Authority, Lab, Wanted};

use crate::client::Client;
use crate::front::{Front, HTTP, Patience, has};
use crate::nginx::command;
use crate::site::{NATCONND, Site};

/// What the document has between two texts.
fn told(from: &str, to: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/access.md");
    let text = fs::read_to_string(path).unwrap();
    let (_, rest) = text.split_once(from).unwrap();
    rest.split_once(to).unwrap().0.to_owned()
}

/// natconnd's part of it, in this lab.
fn sections() -> String {
    let example = told("### A proxy on another machine", "For nginx");
    let (_, toml) = example.split_once("```toml\n").unwrap();
    let toml = toml.split("```").next().unwrap();
    toml.replace("192.0.2.10", "100.64.2.10")
        .replace("192.0.2.1", "100.64.2.1")
        .replace("/etc/natconnd/tls/", "/run/")
}

/// nginx with the shipped files, changed as the document says.
fn start(lab: &Lab, patience: Patience) -> Front {
    let authority = Authority::new(Path::new("/run"), "ca").unwrap();
    for (name, names, usage) in [
        ("gateway", "DNS:gateway.example", "serverAuth"),
        ("web", "DNS:web.example", "clientAuth"),
        ("other", "DNS:other.example", "clientAuth"),
    ] {
        let wanted = Wanted {
            name,
            names,
            usage,
            ..Wanted::default()
        };
        let issued = authority.issue(&wanted).unwrap();
        // natconnd may be another user.
        let for_all = fs::Permissions::from_mode(0o644);
        fs::set_permissions(&issued.key, for_all).unwrap();
    }
    let http = lab.outside().at(HTTP);
    let mut command = command(&format!("listen {http};"), patience);
    let lines = told("<!-- nginx: begin -->\n```nginx\n", "```");
    let lines = lines.replace("/etc/nginx/natconnd/", "/run/");
    change("http", NATCONND, "100.64.2.1:8443");
    let plain = "proxy_pass http://natconnd/";
    change(
        "server",
        plain,
        &format!("{lines}proxy_pass https://natconnd/"),
    );
    Front::start(lab, &mut command, &[http])
}

fn change(part: &str, from: &str, to: &str) {
    let path = format!("/run/natconnd-{part}.conf");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{path}: {from}");
    fs::write(&path, text.replace(from, to)).unwrap();
}

#[test]
fn a_proxy_asks_with_its_certificate() {
    let name = "over_tls::a_proxy_asks_with_its_certificate";
    if !has(name, &["nginx", "openssl", "curl"]) {
        return;
    }
    lab::in_gateway!(|lab| {
        let mut site = Site::open(lab, start);
        site.restart_natconnd_with("100.64.2.1", &sections());
        let mut client = Client::connect(lab.host(1), 40123, site.http());
        assert_eq!(client.get("/known"), 200);
        let request = site.application.request("/known");
        let host = Some("192.168.248.2");
        assert_eq!(request.told(), [host, Some("40123"), Some("one")]);

        // Whoever else has a certificate of that CA may ask nothing.
        let other = sections().replace("web.example", "other.example");
        site.restart_natconnd_with("100.64.2.1", &other);
        assert_eq!(client.get("/unknown"), 200);
        assert_eq!(site.application.request("/unknown").told(), [None; 3]);
    });
}
