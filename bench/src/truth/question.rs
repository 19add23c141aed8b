//! Questions about packets.

use std::time::Duration;

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

/// Which time is asked about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// None is said: natconnd answers with every match that it still has in
    /// memory.
    Recently,
    /// A period, in nanoseconds since 1970: history is asked.
    Within(i64, i64),
    /// The time of the packet, give or take: history is asked.
    Then(Duration),
}

/// What is said in a question.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Question {
    /// Of the packet.
    pub kind: Kind,
    /// Of the time.
    pub when: When,
}

impl Kind {
    /// A question without a time.
    pub const fn recently(self) -> Question {
        Question {
            kind: self,
            when: When::Recently,
        }
    }

    fn is_same(self, one: &Packet, other: &Packet) -> bool {
        one.nat == other.nat && (self == Self::ByNat || one.remote == other.remote)
    }
}

impl Question {
    /// Whether the same question asks about both packets.
    pub fn is_same(self, one: &Packet, other: &Packet) -> bool {
        let is_same_time = !matches!(self.when, When::Then(_)) || one.at == other.at;
        self.kind.is_same(one, other) && is_same_time
    }

    /// The question about a packet.
    pub fn about(self, packet: &Packet) -> String {
        let Packet { nat, remote, .. } = packet;
        let mut question = format!("/api/v1/lookup?protocol=udp&limit={LIMIT}&nat={nat}");
        if self.kind == Kind::Exact {
            question += &format!("&remote={remote}");
        }
        match self.when {
            When::Recently => {}
            When::Within(from, to) => {
                question += &format!("&from={}&to={}", in_seconds(from), in_seconds(to));
            }
            When::Then(tolerance) => {
                let (at, tolerance) = (in_seconds(packet.at), tolerance.as_millis());
                question += &format!("&at={at}&tolerance={tolerance}ms");
            }
        }
        question
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
                let is_asked_for = row.nat == packet.nat
                    && (self.kind == Kind::ByNat || row.remote == packet.remote);
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

/// A time as Unix seconds with their fraction.
fn in_seconds(nanoseconds: i64) -> String {
    let (seconds, rest) = (
        nanoseconds.div_euclid(1_000_000_000),
        nanoseconds.rem_euclid(1_000_000_000),
    );
    format!("{seconds}.{rest:09}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_about_a_time_says_it() {
        let packet = |at| Packet {
            at,
            nat: "203.0.113.1:4000".parse().expect("an endpoint"),
            remote: "198.51.100.1:443".parse().expect("an endpoint"),
            internal: "10.1.0.1:5000".parse().expect("an endpoint"),
        };
        let when = When::Then(Duration::from_millis(200));
        let question = Question {
            kind: Kind::Exact,
            when,
        };
        let (one, other) = (packet(1_795_515_729_023_456_789), packet(1));
        assert!(
            question
                .about(&one)
                .ends_with("&at=1795515729.023456789&tolerance=200ms")
        );
        assert!(!question.is_same(&one, &other));
        assert!(Kind::Exact.recently().is_same(&one, &other));
    }
}
