//! Thousands of connections a second, and somebody who asks all the time.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Scope, ScopedJoinHandle, sleep};
use std::time::{Duration, Instant};

use lab::{Error, Lab};

/// The ports from which hosts send, each of them once.
const PORTS: std::ops::Range<u16> = 10_000..60_000;

/// Connections that one host begins at once; then it rests for a millisecond.
const BURST: usize = 4;

/// Traffic of all hosts until it is stopped, or until they have no port left.
pub struct Load<'scope> {
    hosts: Vec<ScopedJoinHandle<'scope, Result<u16, Error>>>,
}

impl<'scope> Load<'scope> {
    /// Begins: each datagram is a connection of its own.
    pub fn begin<'env>(
        scope: &'scope Scope<'scope, 'env>,
        lab: &'env Lab,
        is_over: &'env AtomicBool,
    ) -> Self {
        // Each to a port of its own: where two hosts begin a connection that could look
        // alike from outside in the same moment, the kernel drops one of them.
        let hosts = lab.hosts().iter().zip(9..).map(|(host, port)| {
            let remote = lab.outside().at(port);
            scope.spawn(move || {
                let mut ports = PORTS;
                while !is_over.load(Ordering::Relaxed) {
                    for port in ports.by_ref().take(BURST) {
                        host.send_udp(port, remote)?;
                    }
                    sleep(Duration::from_millis(1));
                }
                Ok(ports.start)
            })
        });
        Self {
            hosts: hosts.collect(),
        }
    }

    /// The ports of each host that had a connection, once it is over.
    pub fn sent(self) -> Result<Vec<std::ops::Range<u16>>, Error> {
        let ended = self.hosts.into_iter().map(|host| {
            let next = host.join().expect("the traffic's thread does not panic")?;
            assert!(next < PORTS.end, "there were not enough ports");
            Ok(PORTS.start..next)
        });
        ended.collect()
    }
}

/// How questions went that were asked one after the other.
#[derive(Debug, Default)]
pub struct Asked {
    /// How many were answered.
    pub answered: u32,
    /// How many were not.
    pub failed: u32,
    /// The longest time from one answer to the next.
    pub longest: Duration,
}

/// Asks for the health every millisecond until it is over.
pub fn ask(address: SocketAddr, is_over: &AtomicBool) -> Asked {
    let mut asked = Asked::default();
    let mut last = Instant::now();
    while !is_over.load(Ordering::Relaxed) {
        match healthz(address) {
            Ok(()) => {
                asked.answered += 1;
                asked.longest = asked.longest.max(last.elapsed());
                last = Instant::now();
            }
            Err(_) => asked.failed += 1,
        }
        sleep(Duration::from_millis(1));
    }
    asked
}

fn healthz(address: SocketAddr) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(b"GET /healthz HTTP/1.0\r\nHost: gateway\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let is_well = answer.starts_with("HTTP/1.0 200") || answer.starts_with("HTTP/1.1 200");
    is_well
        .then_some(())
        .ok_or_else(|| io::Error::other(answer))
}
