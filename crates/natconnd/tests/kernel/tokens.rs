//! Tokens of the configuration, and what becomes of them when it is read again.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use lab::{Error, MASQUERADE};

use crate::daemon::Daemon;

/// Two tokens, and their hashes as `natconn token hash` prints them.
const DESK: &str = "natconn_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const OTHER: &str = "natconn_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB";

fn hash(token: &str) -> String {
    let hash = natconnd::token::hash(token);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Lines by which only whoever has this token may ask, and may do this.
fn only(token: &str, roles: &str) -> String {
    let hash = hash(token);
    format!("roles = []\n[caller.desk]\ntoken = [\"sha256:{hash}\"]\nroles = [{roles}]\n")
}

/// A connection that stays.
struct Connection(BufReader<TcpStream>);

impl Connection {
    fn new(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        let patience = Duration::from_secs(20);
        stream.set_read_timeout(Some(patience)).unwrap();
        Self(BufReader::new(stream))
    }

    /// Asks with [`DESK`]'s token; status and headers.
    fn ask(&mut self, target: &str) -> (u16, String) {
        let request = format!(
            "GET {target} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {DESK}\r\n\r\n"
        );
        self.0.get_mut().write_all(request.as_bytes()).unwrap();
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            let length = self.0.read_line(&mut head).unwrap();
            assert!(length > 0, "the connection ended: {head}");
        }
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head)
    }

    /// The same with the body, whose length must be told.
    fn get(&mut self, target: &str) -> u16 {
        let (status, head) = self.ask(target);
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length = length.unwrap_or_else(|| panic!("no length: {head}"));
        let mut body = vec![0; length.parse().unwrap()];
        self.0.read_exact(&mut body).unwrap();
        status
    }
}

#[test]
fn a_token_is_taken_back_and_a_role_changed_while_they_are_in_use() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let mut daemon = Daemon::start(lab, &only(DESK, "\"lookup\", \"browse\""));
        assert_eq!(daemon.get("/api/v1/status").status, 401);
        let mut desk = Connection::new(daemon.address);
        let (lookup, list) = ("/api/v1/lookup?nat=:1", "/api/v1/connections");
        assert_eq!([desk.get(lookup), desk.get(list)], [200, 200]);
        let mut follower = Connection::new(daemon.address);
        assert_eq!(follower.ask("/api/v1/events").0, 200);

        let taken_over = "configuration taken over";
        daemon.change(&only(DESK, "\"lookup\""));
        daemon.await_log(taken_over);
        assert_eq!([desk.get(lookup), desk.get(list)], [200, 403]);
        // The stream is cut at the next event, or sign of life.
        lab.host(1).send_udp(5000, lab.outside().at(53))?;
        let mut rest = String::new();
        let _ = follower.0.read_to_string(&mut rest);
        assert!(!rest.contains("192.168.248.2"), "{rest}");

        // A mistake changes nothing.
        daemon.change("roles = [\"everything\"]\n");
        daemon.await_log("configuration not taken over");
        assert_eq!(desk.get(lookup), 200);

        daemon.change(&only(OTHER, "\"lookup\""));
        let taken_back = || desk.get(lookup) == 401;
        assert!(
            std::iter::repeat_with(taken_back)
                .take(1000)
                .inspect(|_| std::thread::sleep(Duration::from_millis(10)))
                .any(|is_so| is_so),
            "the token still counts"
        );
        // root is root, over the unix socket.
        let asked = daemon.natconn(&["status", "--json"]);
        // Just started, it says that something may be missing.
        assert_ne!(asked.status.code(), Some(2), "{asked:?}");
        Ok::<(), Error>(())
    });
}
