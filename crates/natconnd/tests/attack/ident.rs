//! The one face that strangers on the internet may see.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use lab::{Error, Lab};

use crate::gateway::Attacked;
use crate::memory::MIB;

const IDENT: &str =
    "[ident]\nlisten = [\"100.64.2.1:113\"]\nreply = \"name\"\nname = \"somebody\"\n";

fn connect(lab: &Lab) -> TcpStream {
    let to: SocketAddr = "100.64.2.1:113".parse().unwrap();
    let stream = lab
        .outside()
        .enter(|| TcpStream::connect(to))
        .unwrap()
        .unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    stream
        .set_write_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    stream
}

#[test]
fn strangers_learn_nothing_and_take_little() {
    lab::in_gateway!(|lab| {
        let attacked = Attacked::start(lab, IDENT)?;
        // Garbage, and questions about all ports there are.
        for bytes in [
            &b"GET / HTTP/1.1\r\n\r\n"[..],
            &[0; 100_000],
            &[b'9'; 100_000],
            b"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03\r\n",
            b"-1, -1\r\n",
            b"99999, 1\r\n",
            b"1, 1 : USERID : UNIX : root\r\n",
            b"40000, 443\x00\r\n",
        ] {
            let mut stream = connect(lab);
            let _ = stream.write_all(bytes);
            let mut reply = Vec::new();
            let _ = stream.take(10_000).read_to_end(&mut reply);
            let reply = String::from_utf8_lossy(&reply);
            assert!(
                !reply.contains("USERID") && !reply.contains("192.168."),
                "{reply:?}"
            );
        }
        let mut answers = String::new();
        for from in (0..6400).step_by(64) {
            let mut stream = connect(lab);
            let questions: String = (from..from + 64)
                .map(|port| format!("{}, 443\r\n", 37_000 + port))
                .collect();
            let _ = stream.write_all(questions.as_bytes());
            let _ = stream.take(100_000).read_to_string(&mut answers);
        }
        // None of them is about a TCP connection of who asks.
        assert!(
            answers.contains("ERROR") && !answers.contains("USERID"),
            "{answers}"
        );
        // A crowd that says nothing.
        let crowd: Vec<TcpStream> = (0..300).map(|_| connect(lab)).collect();
        attacked.others.go_on(10);
        drop(crowd);
        attacked.end(16 * MIB);
        Ok::<(), Error>(())
    });
}
