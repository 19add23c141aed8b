//! Questions about packets.

use anyhow::{Context, Result, ensure};

use super::answer::Answer;
use super::packet::Packet;
use crate::http::{Client, Response};

/// The most matches that natconnd tells at once.
const LIMIT: usize = 10_000;

/// What is said of the packet that is asked about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Protocol, NAT endpoint and remote endpoint: all there is.
    Exact,
    /// Protocol and NAT endpoint.
    ByNat,
}

impl Kind {
    /// Whether the same question asks about both packets.
    pub fn is_same(self, one: &Packet, other: &Packet) -> bool {
        one.nat == other.nat && (self == Self::ByNat || one.remote == other.remote)
    }

    /// The question about a packet. There is no time in it: natconnd answers
    /// with every match that it still has.
    pub fn about(self, packet: &Packet) -> String {
        let Packet { nat, remote, .. } = packet;
        let by_nat = format!("/api/v1/lookup?protocol=udp&limit={LIMIT}&nat={nat}");
        match self {
            Self::Exact => format!("{by_nat}&remote={remote}"),
            Self::ByNat => by_nat,
        }
    }

    /// Asks about one packet.
    pub fn ask(self, client: &mut Client, packet: &Packet) -> Result<Answer> {
        client.send(&self.about(packet))?;
        self.receive(client, packet)
    }

    /// Waits for the answer to the oldest question, which was about `packet`.
    ///
    /// Matches that were not asked for are an error.
    pub fn receive(self, client: &mut Client, packet: &Packet) -> Result<Answer> {
        let read = |response: Response| {
            ensure!(response.status == 200, "status {}", response.status);
            let answer = Answer::parse(&response.body)?;
            for row in &answer.rows {
                let is_asked_for =
                    row.nat == packet.nat && (self == Self::ByNat || row.remote == packet.remote);
                ensure!(is_asked_for, "a match that was not asked for: {row:?}");
            }
            Ok(answer)
        };
        client
            .receive()
            .and_then(read)
            .with_context(|| format!("GET {}", self.about(packet)))
    }
}
