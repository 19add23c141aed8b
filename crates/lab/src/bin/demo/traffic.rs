//! The traffic of the demo: what lasts, what comes again, and the one request
//! that is traced.

use std::io::{Read, Write};
use std::net::{IpAddr, TcpStream};
use std::thread;
use std::time::Duration;

use lab::{Error, Lab};

use crate::fault::Fault;
use crate::web;

/// The NAT's rules: masquerade, and one port forward to a host inside.
pub const RULES: &str = "
table inet nat {
    chain prerouting {
        type nat hook prerouting priority dstnat
        ip daddr 100.64.2.1 tcp dport 2222 dnat ip to 192.168.248.4:22
    }
    chain postrouting {
        type nat hook postrouting priority srcnat
        oifname outside masquerade
    }
}";

/// The port that two hosts connect from at the same time.
pub const SOURCE_PORT: u16 = 40123;

/// What the traced request asks for.
pub const TRACED: &str = "/orders/4711";

/// Opens connections that last as long as the demo and say something every
/// few seconds.
pub fn hold(lab: &Lab) -> Result<(), Error> {
    let web = lab.outside().at(web::PORT);
    // Neither host knows of the other; the gateway has to keep them apart.
    keep_asking(lab.host(1).connect_tcp(SOURCE_PORT, web)?, HELD);
    let web_v6 = lab.outside().at_v6(web::PORT);
    keep_asking(lab.host(2).connect_tcp(0, web_v6)?, HELD_V6);

    lab.host(3).serve_tcp(22)?;
    let forwarded = (lab.nat_v4()[0], 2222).into();
    keep_asking(lab.outside().connect_tcp(0, forwarded)?, b"hello\n");
    Ok(())
}

const HELD: &[u8] = b"GET /held HTTP/1.1\r\nHost: 100.64.2.10\r\n\r\n";
const HELD_V6: &[u8] = b"GET /held HTTP/1.1\r\nHost: [fd00:2::10]\r\n\r\n";

fn keep_asking(mut stream: TcpStream, question: &'static [u8]) {
    thread::spawn(move || {
        let mut answer = [0; 4096];
        while stream.write_all(question).is_ok() && stream.read(&mut answer).is_ok() {
            thread::sleep(Duration::from_secs(5));
        }
    });
}

/// Makes the request that will be traced, and returns the host that made it.
pub fn traced_request(lab: &Lab) -> Result<IpAddr, Fault> {
    let host = lab.host(2);
    let url = format!("http://{}{TRACED}", lab.outside().v4());
    let port = SOURCE_PORT.to_string();
    host.run(&[
        "curl",
        "-sS",
        "--max-time",
        "5",
        "--local-port",
        &port,
        &url,
    ])?;
    Ok(host.v4().into())
}

/// Makes the short connections of one moment, different ones each `round`.
pub fn browse(lab: &Lab, round: usize) -> Result<(), Error> {
    let host = &lab.hosts()[round % lab.hosts().len()];
    let url = format!("http://{}/page/{round}", lab.outside().v4());
    host.run(&["curl", "-sS", "--max-time", "5", &url])?;
    if round.is_multiple_of(5) {
        // Ids below 2^15, so that the number is easy to find.
        host.ping(4000 + (round % 1000) as u16, lab.outside().v4().into())?;
    }
    Ok(())
}
