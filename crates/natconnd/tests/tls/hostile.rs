//! Clients that do not mean well.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use lab::{Authority, Wanted};

use crate::folder::{Folder, tls};
use crate::openssl::{curl, s_client};
use crate::server::{DEADLINE, Server};

fn start(folder: &Folder) -> (Server, Authority) {
    let authority = folder.authority("root");
    let server = Server::start(&tls(&authority.issue(&Wanted::default()).unwrap()));
    (server, authority)
}

/// Sends bytes, and reads until the server hangs up. Returns what it said.
fn send(server: &Server, bytes: &[u8], ends: bool) -> Vec<u8> {
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    // The server may hang up as soon as it has seen enough.
    let _ = stream.write_all(bytes);
    if ends {
        let _ = stream.shutdown(Shutdown::Write);
    }
    let began = Instant::now();
    let mut said = Vec::new();
    // A reset is an answer too.
    let _ = stream.read_to_end(&mut said);
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "it was kept waiting"
    );
    said
}

/// The first message of a handshake, as openssl sends it.
fn client_hello(folder: &Folder) -> Vec<u8> {
    use std::net::TcpListener;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut client = std::process::Command::new("openssl")
        .args(["s_client", "-connect", &format!("127.0.0.1:{port}")])
        .current_dir(folder.path(""))
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let (mut stream, _) = listener.accept().unwrap();
    let mut hello = vec![0; 5];
    stream.read_exact(&mut hello).unwrap();
    let length = usize::from(hello[3]) << 8 | usize::from(hello[4]);
    hello.resize(5 + length, 0);
    stream.read_exact(&mut hello[5..]).unwrap();
    drop(stream);
    client.wait().unwrap();
    hello
}

#[test]
fn garbage_is_refused_and_others_are_served() {
    let folder = Folder::new();
    let (server, authority) = start(&folder);
    let hello = client_hello(&folder);
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut inputs: Vec<Vec<u8>> = vec![
        b"GET / HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
        b"SSH-2.0-x\r\n".to_vec(),
        vec![0; 100_000],
        vec![0xff; 100_000],
        // A record that says to be as long as can be said.
        [&[0x16, 3, 1, 0xff, 0xff][..], &[1; 70_000]].concat(),
        // Longer than any record of a handshake may be, said and done (RFC 8446: 2^14).
        [&[0x16, 3, 1, 0x40, 0x01][..], &[1; 0x4001]].concat(),
        // A handshake message of 16 MB.
        [
            &[0x16, 3, 1, 0x40, 0][..],
            &[1, 0xff, 0xff, 0xff],
            &[0; 0x3ffc],
        ]
        .concat(),
        // Nothing but empty records.
        [0x16, 3, 1, 0, 0].repeat(20_000),
        [0x17, 3, 3, 0, 0].repeat(20_000),
        // Alerts.
        [0x15, 3, 1, 0, 2, 1, 0].repeat(20_000),
        // An old hello of SSL 2.
        vec![0x80, 0x2e, 1, 3, 1, 0, 0x15, 0, 0, 0, 0x10, 7, 0, 0xc0],
    ];
    for at in 0..60 {
        // A hello with one byte changed.
        let mut broken = hello.clone();
        random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        let place = (random >> 33) as usize % broken.len();
        broken[place] ^= 1 << (at % 8);
        inputs.push(broken);
    }
    for (at, input) in inputs.iter().enumerate() {
        let said = send(&server, input, true);
        // What it says is an alert or a handshake, never an answer.
        assert!(
            said.is_empty() || said[0] == 0x15 || said[0] == 0x16,
            "{at}: {said:?}"
        );
    }
    server.settle();
    assert_eq!(server.counts.shaken.load(Ordering::SeqCst), 0);
    assert!(curl(&server, &authority, None).is_success);
}

#[test]
fn half_a_handshake_ends_at_its_deadline() {
    let folder = Folder::new();
    let (server, authority) = start(&folder);
    let hello = client_hello(&folder);
    let began = Instant::now();
    std::thread::scope(|scope| {
        for length in [0, 1, 4, 5, 6, 50, hello.len() - 1, hello.len()] {
            let (server, hello) = (&server, &hello);
            scope.spawn(move || send(server, &hello[..length], false));
        }
        // Meanwhile others are served at once.
        let said = curl(&server, &authority, None);
        assert!(said.is_success, "{}", said.text);
        assert!(began.elapsed() < DEADLINE, "{:?}", began.elapsed());
    });
    server.settle();
    assert_eq!(server.counts.refused.load(Ordering::SeqCst), 8);
}

#[test]
fn a_thousand_half_handshakes_leave_nothing_behind() {
    let folder = Folder::new();
    let (server, authority) = start(&folder);
    let hello = client_hello(&folder);
    let before = resident();
    let mut held = Vec::new();
    for _ in 0..400 {
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.write_all(&hello[..hello.len() - 1]).unwrap();
        held.push(stream);
    }
    assert!(curl(&server, &authority, None).is_success);
    let each = resident().saturating_sub(before) / held.len() as u64;
    assert!(each < 64 * 1024, "{each} bytes for each half handshake");
    drop(held);
    server.settle();
}

/// The memory of this process, the server's too, in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS"))
        .unwrap();
    let kilobytes: String = line.chars().filter(char::is_ascii_digit).collect();
    kilobytes.parse::<u64>().unwrap() * 1024
}

#[test]
fn versions_and_ciphers_of_old_are_not_spoken() {
    let folder = Folder::new();
    let (server, authority) = start(&folder);
    for options in [
        &["-tls1", "-cipher", "ALL:@SECLEVEL=0"][..],
        &["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
        &["-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0"],
        &["-tls1_2", "-cipher", "AES256-GCM-SHA384"],
        &["-tls1_2", "-cipher", "aNULL:@SECLEVEL=0"],
        &["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"],
        // Nothing but HTTP/1.1.
        &["-alpn", "h2"],
    ] {
        let said = s_client(&server, &authority, options);
        assert!(!said.is_success, "{options:?}: {}", said.text);
        assert!(!said.text.contains("you are"), "{options:?}: {}", said.text);
    }
    assert_eq!(server.counts.shaken.load(Ordering::SeqCst), 0);
    assert!(s_client(&server, &authority, &["-tls1_2"]).is_success);
}

#[test]
fn nothing_is_negotiated_anew() {
    let folder = Folder::new();
    let (server, authority) = start(&folder);
    let mut client = std::process::Command::new("timeout")
        .args(["2", "openssl", "s_client", "-tls1_2", "-connect"])
        .arg(server.address.to_string())
        .arg("-CAfile")
        .arg(authority.certificate())
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = client.stdin.take().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    // A line of this alone asks for another handshake.
    input.write_all(b"R\n").unwrap();
    std::thread::sleep(Duration::from_millis(300));
    drop(input);
    let output = client.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("RENEGOTIATING"), "{text}");
    // Nothing comes of it: it waits until it is stopped.
    assert_eq!(text.matches("depth=0").count(), 1, "{text}");
    server.settle();
    assert_eq!(server.counts.shaken.load(Ordering::SeqCst), 1);
    assert!(curl(&server, &authority, None).is_success);
}
