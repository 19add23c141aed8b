//! Lookups of every packet, after the load.
//!
//! Where a question has no time in it, one answer serves all packets about which
//! the question is the same. Each of them is judged by itself.

use anyhow::Result;

use super::answer::Answer;
use super::judge::start_after;
use super::packet::Packet;
use super::question::Question;
use super::tally::Tally;
use crate::gateway::Gateway;
use crate::http::Client;
use crate::sys;

/// Connections over which the questions go; each has one under way.
const CLIENTS: usize = 8;

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// The judgements.
    pub tally: Tally,
    /// By how much starts were told too late, in nanoseconds; only those that
    /// were.
    pub late_starts: Vec<i64>,
}

/// Asks about all packets, which are sorted by [`order`].
pub fn ask(
    gateway: &Gateway,
    port: u16,
    packets: &[Packet],
    question: Question,
    lateness: i64,
) -> Result<Found> {
    let connect = || Client::connect(gateway.namespace(), port);
    let mut clients = (0..CLIENTS)
        .map(|_| connect())
        .collect::<Result<Vec<_>>>()?;
    let mut found = Found::default();
    let mut questions = packets.chunk_by(|one, other| question.is_same(one, other));
    loop {
        if sys::is_interrupted() {
            anyhow::bail!("ask about packets: stopped by a signal");
        }
        let batch: Vec<_> = questions.by_ref().take(CLIENTS).collect();
        if batch.is_empty() {
            return Ok(found);
        }
        for (client, about) in clients.iter_mut().zip(&batch) {
            client.send(&question.about(&about[0]))?;
        }
        for (client, about) in clients.iter_mut().zip(&batch) {
            let answer = question.receive(client, &about[0])?;
            found.tally.questions += 1;
            for (packets, answer) in by_remote(about, answer) {
                for packet in packets {
                    found.tally.judge(packet, &answer, lateness);
                    let late = start_after(packet, &answer).filter(|late| *late > 0);
                    found.late_starts.extend(late);
                }
            }
        }
    }
}

/// Takes packets of one question and its answer apart, so that packets are not
/// held against the matches of all remotes.
fn by_remote(packets: &[Packet], answer: Answer) -> impl Iterator<Item = (&[Packet], Answer)> {
    let Answer { mut rows, gaps } = answer;
    rows.sort_unstable_by_key(|row| row.remote);
    let is_same = |one: &Packet, other: &Packet| one.remote == other.remote;
    packets.chunk_by(is_same).map(move |packets| {
        let remote = packets[0].remote;
        let first = rows.partition_point(|row| row.remote < remote);
        let end = rows.partition_point(|row| row.remote <= remote);
        let answer = Answer {
            rows: rows[first..end].to_vec(),
            gaps: gaps.clone(),
        };
        (packets, answer)
    })
}

/// Sorts packets so that those about which a question of either kind is the
/// same are neighbours.
pub fn order(packets: &mut [Packet]) {
    packets.sort_unstable_by_key(|packet| (packet.nat, packet.remote, packet.at));
}
