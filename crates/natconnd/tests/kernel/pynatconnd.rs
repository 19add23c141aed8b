//! A file of pynatconnd, unchanged, and its URLs on real traffic.

use std::fs;
use std::net::SocketAddr;

use lab::{Error, Lab, MASQUERADE};
use serde_json::{Value, json};

use crate::client::get;
use crate::daemon::{Daemon, natconnd};
use crate::process::{Process, eventually};

/// A file as pynatconnd's users have it.
fn file(key_name: &str) -> String {
    format!(
        "[syslog]
local_facility = 3
debug_level = 4

[filter]
dst_ip = 100.64.2.10   # the proxy
dst_port = \"443\"
nat_ip = '100.64.2.1'

[data]
key_name = {key_name}
del_delay = 10.0
garbage_cleaner_interval = 3600
life_span = 3600

[threading]
join_timeout = 5.0

[http_server]
host = 0.0.0.0
port = 8080
ip_acl = 192.168.248.0/24,127.0.0.1
"
    )
}

const ADDRESS: &str = "127.0.0.1:8099";

/// Starts natconnd as pynatconnd was started.
fn start(lab: &Lab, path: &str) -> Daemon {
    let mut command = natconnd();
    command.args(["-c", path, "-i", "127.0.0.1", "-p", "8099", "-l", "4"]);
    Daemon::of_process(Process::start(lab, &mut command), ADDRESS.parse().unwrap())
}

/// Three connections that fit the filter, and two that do not.
fn make_traffic(lab: &Lab) -> Result<Vec<std::net::TcpStream>, Error> {
    let outside = lab.outside();
    let mut held = Vec::new();
    for (host, port) in [(1, 40123), (2, 40124), (3, 40125)] {
        held.push(lab.host(host).connect_tcp(port, outside.at(443))?);
    }
    held.push(lab.host(1).connect_tcp(40126, outside.at(444))?);
    held.push(lab.host(1).connect_tcp(40127, outside.at_v6(443))?);
    Ok(held)
}

fn serve(lab: &Lab) -> Result<(), Error> {
    lab.nft(MASQUERADE)?;
    // So that another daemon says the same times.
    lab.sysctl("net.netfilter.nf_conntrack_timestamp", "1")?;
    lab.outside().serve_tcp(443)?;
    lab.outside().serve_tcp(444)
}

/// What the connection of a host looks like, but for its time.
fn object(host: u8) -> Value {
    let port = 40121 + u16::from(host);
    json!({
        "dst_ip": "100.64.2.10",
        "dst_port": 443,
        "nat_ip": "100.64.2.1",
        "nat_port": port,
        "protocol": ["ipv4", "tcp"],
        "sig_type": "new",
        "src_ip": format!("192.168.248.{host}"),
        "src_port": port,
    })
}

/// Takes the time out of an object, which looks like one.
fn without_time(mut object: Value) -> Value {
    let time = object.as_object_mut().unwrap().remove("time").unwrap();
    let time = time.as_str().unwrap();
    jiff::civil::DateTime::strptime("%Y-%m-%d %H:%M:%S", time).unwrap();
    object
}

#[test]
fn its_urls_answer_and_a_migrated_file_does_the_same() {
    lab::in_gateway!(|lab| {
        serve(lab)?;
        fs::write("/run/pynatconnd.conf", file("nat_port")).unwrap();
        let mut daemon = start(lab, "/run/pynatconnd.conf");
        let _held = make_traffic(lab)?;
        eventually(|| match daemon.status().translations {
            3 => Ok(()),
            other => Err(format!("{other} translations")),
        });
        for host in 2..=4 {
            let reply = daemon.get(&format!("/nat_port/{}", 40121 + u16::from(host)));
            assert_eq!(reply.content_type, "application/json");
            assert_eq!(without_time(reply.json()), object(host));
        }
        let debug: Value = daemon.get("/debug").json();
        let keys: Vec<_> = debug.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["40123", "40124", "40125"]);
        assert_eq!(without_time(debug["40124"].clone()), object(3));

        let targets = [
            "/nat_port/40123",
            "/nat_port/40126",
            "/debug",
            "/src_ip/1",
            "/",
        ];
        let answers = |address: SocketAddr| {
            targets.map(|target| {
                let reply = get(address, target);
                (reply.status, reply.content_type, reply.body)
            })
        };
        let before = answers(daemon.address);
        assert_eq!(
            before.each_ref().map(|reply| reply.0),
            [200, 404, 200, 400, 404]
        );
        let nagios: Value = daemon.get("/nagios").json();
        assert_eq!(nagios["number_of_created_items"], 3);
        assert_eq!(nagios["shared_data_size"], 3);
        assert_eq!(nagios["http_stat"]["successful_replies"], 6, "{nagios}");

        daemon.signal("TERM");
        assert_eq!(daemon.await_end().code(), Some(0));
        let mut migrate = lab::command(&[
            env!("CARGO_BIN_EXE_natconn"),
            "config",
            "migrate",
            "/run/pynatconnd.conf",
        ]);
        let migrated = migrate.output().unwrap();
        assert!(migrated.status.success(), "{migrated:?}");
        fs::write("/run/natconnd.toml", migrated.stdout).unwrap();
        let daemon = start(lab, "/run/natconnd.toml");
        assert_eq!(daemon.status().translations, 3);
        assert_eq!(answers(daemon.address), before);
        Ok::<(), Error>(())
    });
}

#[test]
fn every_key_name_finds_its_connection() {
    lab::in_gateway!(|lab| {
        serve(lab)?;
        let _held = make_traffic(lab)?;
        for (key_name, value, hosts) in [
            ("src_ip", "192.168.248.3", vec![3]),
            ("src_port", "40125", vec![4]),
            ("nat_ip", "100.64.2.1", vec![2, 3, 4]),
            ("nat_port", "40123", vec![2]),
            ("dst_ip", "100.64.2.10", vec![2, 3, 4]),
            ("dst_port", "443", vec![2, 3, 4]),
        ] {
            fs::write("/run/pynatconnd.conf", file(key_name)).unwrap();
            let mut daemon = start(lab, "/run/pynatconnd.conf");
            let found = without_time(daemon.get(&format!("/{key_name}/{value}")).json());
            let fits = hosts.into_iter().any(|host| found == object(host));
            assert!(fits, "{key_name}: {found}");
            daemon.signal("TERM");
            daemon.await_end();
        }
        Ok::<(), Error>(())
    });
}
