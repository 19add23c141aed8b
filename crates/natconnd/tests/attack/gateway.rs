//! A daemon that knows something, and somebody else who asks it.

use lab::{Error, Lab, MASQUERADE};

use crate::bystander::Bystander;
use crate::daemon::Daemon;
use crate::memory::Memory;
use crate::process::eventually;

/// A daemon with real connections, and who is looked after while it is attacked.
pub struct Attacked {
    pub daemon: Daemon,
    pub memory: Memory,
    pub others: Bystander,
    _traffic: Vec<std::net::UdpSocket>,
}

/// How many connections there are.
pub const LIVE: usize = 30;

impl Attacked {
    /// Starts it with these lines of configuration; see [`Daemon::start`].
    pub fn start(lab: &Lab, config: &str) -> Result<Self, Error> {
        lab.nft(MASQUERADE)?;
        lab.outside().serve_udp(443)?;
        lab.sysctl("net.netfilter.nf_conntrack_udp_timeout", "600")?;
        let mut daemon = Daemon::start(lab, config);
        let mut traffic = Vec::new();
        for port in 0..LIVE as u16 {
            let host = lab.host(usize::from(port % 3) + 1);
            traffic.push(host.send_udp(40_000 + port, lab.outside().at(443))?);
        }
        lab.await_connections(&["-p", "udp"], LIVE)?;
        eventually(|| match daemon.list("").len() {
            LIVE => Ok(()),
            count => Err(format!("{count} are known")),
        });
        let memory = Memory::of(&mut daemon);
        let target = "/api/v1/lookup?protocol=udp&nat=100.64.2.1:40007&remote=100.64.2.10:443";
        let others = Bystander::ask(daemon.address, target);
        Ok(Self {
            daemon,
            memory,
            others,
            _traffic: traffic,
        })
    }

    /// Ends the attack: natconnd runs on, others were answered, and it took no more than
    /// this many bytes.
    #[track_caller]
    pub fn end(mut self, bound: u64) {
        self.memory.assert_within(bound);
        self.others.end();
        assert!(self.daemon.is_running(), "it ended:\n{}", self.daemon.log());
        assert_eq!(self.daemon.status().state, "following");
        let log = self.daemon.log();
        assert!(!log.contains("panicked"), "{log}");
    }
}
