//! Whether an answer is the truth about one packet.
//!
//! Nothing but comparing: no clock, no file, no connection.

use super::answer::{Answer, Gap, Row, Source, Told};
use super::packet::Packet;

/// How long a connection lives after a packet, at least, in nanoseconds: what
/// begins earlier is the packet's own connection and not the sender's next.
const LIFE: i64 = 900_000_000;

/// How an answer stands to a packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Judgement {
    /// At the packet's time it names the sender and nobody else.
    Right,
    /// It names somebody else, who was not there.
    Wrong,
    /// It names nobody, and says that its data is complete.
    Missing,
    /// It does not name the sender, and says that its data has a gap then.
    Excused,
    /// It names the sender, and somebody else so close in time that times of
    /// receipt cannot tell the two apart.
    Ambiguous,
    /// It names the sender, with a time of receipt that is later than allowed.
    Late,
}

/// Whether a match's life contains a moment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Fit {
    No,
    Perhaps,
    Surely,
}

/// Judges the answer to a lookup of the packet's NAT endpoint, with or without
/// its remote.
///
/// Times are taken as they stand: a life goes from its start to just before its
/// end. natconnd cuts them to milliseconds, which keeps their order. A time of
/// receipt is up to `lateness` nanoseconds after the event.
pub fn judge(packet: &Packet, answer: &Answer, lateness: i64) -> Judgement {
    let (mut sender, mut others) = (Fit::No, Fit::No);
    for row in about(packet, answer) {
        let fit = fit(row, packet.at, lateness);
        if row.internal == packet.internal {
            sender = sender.max(fit);
        } else {
            others = others.max(fit);
        }
    }
    let is_late = about(packet, answer).any(|row| is_late_start(row, packet));
    let is_excused = answer.gaps.iter().any(|gap| touches(gap, packet.at));
    match (sender, others) {
        (_, Fit::Surely) => Judgement::Wrong,
        (Fit::No, _) if is_excused => Judgement::Excused,
        (Fit::No, _) if is_late => Judgement::Late,
        (Fit::No, Fit::Perhaps) => Judgement::Wrong,
        (Fit::No, Fit::No) => Judgement::Missing,
        (_, Fit::Perhaps) => Judgement::Ambiguous,
        (_, Fit::No) => Judgement::Right,
    }
}

/// Whether this is the sender's connection, though it seems to begin after the
/// packet.
fn is_late_start(row: &Row, packet: &Packet) -> bool {
    let began_late = |told: Told| {
        let after = told.at - packet.at;
        told.source == Source::Received && (0..LIFE).contains(&after)
    };
    row.internal == packet.internal && row.started.is_some_and(began_late)
}

/// By how much the start that is told is after the packet, in nanoseconds: the
/// least of the sender's matches. Not above 0 where the start is right.
pub fn start_after(packet: &Packet, answer: &Answer) -> Option<i64> {
    about(packet, answer)
        .filter(|row| row.internal == packet.internal)
        .filter_map(|row| Some(row.started?.at - packet.at))
        .min_by_key(|after| after.abs())
}

/// The matches of the packet's NAT endpoint and remote, whoever had them.
fn about<'a>(packet: &'a Packet, answer: &'a Answer) -> impl Iterator<Item = &'a Row> {
    let is_about = |row: &&Row| row.nat == packet.nat && row.remote == packet.remote;
    answer.rows.iter().filter(is_about)
}

/// Matches that are shown to explain a judgement.
const SHOWN: usize = 4;

/// The matches that began closest to the packet, with times in milliseconds
/// after it, for people.
pub fn explain(packet: &Packet, answer: &Answer) -> String {
    let when = |told: Option<Told>| {
        told.map_or("–".to_owned(), |told| {
            let after = (told.at - packet.at) as f64 / 1e6;
            format!("{after:+.3} ({:?})", told.source)
        })
    };
    let mut text = format!(
        "{} had {} to {} at {}, and natconnd says:",
        packet.internal, packet.nat, packet.remote, packet.at
    );
    let mut rows: Vec<_> = about(packet, answer).collect();
    rows.sort_by_key(|row| row.started.map(|told| packet.at.abs_diff(told.at)));
    for row in rows.iter().take(SHOWN) {
        text += &format!(
            " {} from {} to {};",
            row.internal,
            when(row.started),
            when(row.ended)
        );
    }
    let (matches, gaps) = (rows.len(), answer.gaps.len());
    text + &format!(" of {matches} matches; {gaps} gaps")
}

fn touches(gap: &Gap, at: i64) -> bool {
    gap.from <= at && gap.to.is_none_or(|to| at < to)
}

fn fit(row: &Row, at: i64, lateness: i64) -> Fit {
    let starts = row
        .started
        .map_or((i64::MIN, i64::MAX), |told| when(told, lateness));
    let ends = row
        .ended
        .map_or((i64::MAX, i64::MAX), |told| when(told, lateness));
    if starts.1 <= at && at < ends.0 {
        Fit::Surely
    } else if starts.0 <= at && at < ends.1 {
        Fit::Perhaps
    } else {
        Fit::No
    }
}

/// The earliest and the latest time that may be meant.
fn when(told: Told, lateness: i64) -> (i64, i64) {
    match told.source {
        Source::Kernel => (told.at, told.at),
        Source::Received => (told.at - lateness, told.at),
        Source::Estimated => (i64::MIN, told.at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000_000;
    const LATENESS: i64 = 5 * MS;

    fn packet(milliseconds: i64) -> Packet {
        Packet {
            at: milliseconds * MS,
            nat: "203.0.113.1:4000".parse().expect("an endpoint"),
            remote: "198.51.100.1:443".parse().expect("an endpoint"),
            internal: "10.1.0.1:5000".parse().expect("an endpoint"),
        }
    }

    /// A match of host `host` that lives from `from` to `to` milliseconds.
    fn row(host: u8, source: Source, from: i64, to: Option<i64>) -> Row {
        let Packet { nat, remote, .. } = packet(0);
        let told = |at: i64| Told {
            at: at * MS,
            source,
        };
        Row {
            nat,
            remote,
            internal: format!("10.1.0.{host}:5000").parse().expect("an endpoint"),
            started: Some(told(from)),
            ended: to.map(told),
        }
    }

    #[test]
    fn an_estimated_end_is_no_later_than_told() {
        let mut before = row(2, Source::Kernel, 0, Some(1000));
        before.ended = before.ended.map(|told| Told {
            source: Source::Estimated,
            ..told
        });
        let sender = row(1, Source::Kernel, 1000, None);
        assert_eq!(judged(1000, &[sender, before], &[]), Judgement::Right);
        assert_eq!(judged(999, &[before], &[]), Judgement::Wrong);
        let sender = row(1, Source::Kernel, 900, None);
        assert_eq!(judged(999, &[sender, before], &[]), Judgement::Ambiguous);
    }

    fn judged(at: i64, rows: &[Row], gaps: &[Gap]) -> Judgement {
        let answer = Answer {
            rows: rows.to_vec(),
            gaps: gaps.to_vec(),
        };
        judge(&packet(at), &answer, LATENESS)
    }

    #[test]
    fn the_kernels_times_are_taken_as_they_stand() {
        use Source::Kernel;
        let turns = [
            row(2, Kernel, 0, Some(1000)),
            row(1, Kernel, 1000, Some(2000)),
            row(3, Kernel, 2000, None),
        ];
        assert_eq!(judged(1000, &turns, &[]), Judgement::Right);
        assert_eq!(judged(1999, &turns, &[]), Judgement::Right);
        assert_eq!(judged(999, &turns, &[]), Judgement::Wrong);
        assert_eq!(judged(2000, &turns, &[]), Judgement::Wrong);
    }

    #[test]
    fn who_is_alive_is_meant_from_the_start_on() {
        let live = [row(1, Source::Kernel, 1000, None)];
        assert_eq!(judged(5000, &live, &[]), Judgement::Right);
        assert_eq!(judged(999, &live, &[]), Judgement::Missing);
    }

    #[test]
    fn somebody_else_beside_the_sender_is_wrong() {
        let both = [
            row(1, Source::Kernel, 1000, Some(2000)),
            row(2, Source::Kernel, 1500, None),
        ];
        assert_eq!(judged(1200, &both, &[]), Judgement::Right);
        assert_eq!(judged(1500, &both, &[]), Judgement::Wrong);
    }

    #[test]
    fn the_same_host_from_another_port_is_somebody_else() {
        let mut other = row(1, Source::Kernel, 1000, None);
        other.internal.set_port(5001);
        assert_eq!(judged(1500, &[other], &[]), Judgement::Wrong);
    }

    #[test]
    fn matches_of_other_packets_do_not_count() {
        let mut other = row(2, Source::Kernel, 1000, None);
        other.remote.set_port(53);
        let sender = row(1, Source::Kernel, 1000, None);
        assert_eq!(judged(1500, &[other, sender], &[]), Judgement::Right);
        assert_eq!(judged(1500, &[other], &[]), Judgement::Missing);
        let mut other = row(2, Source::Kernel, 1000, None);
        other.nat.set_port(4001);
        let sender = row(1, Source::Kernel, 1000, None);
        assert_eq!(judged(1500, &[other, sender], &[]), Judgement::Right);
        assert_eq!(judged(1500, &[other], &[]), Judgement::Missing);
    }

    #[test]
    fn nobody_is_excused_by_a_gap_then_and_by_no_other() {
        let gap = |from: i64, to: Option<i64>| Gap {
            from: from * MS,
            to: to.map(|to| to * MS),
        };
        assert_eq!(judged(1500, &[], &[]), Judgement::Missing);
        assert_eq!(
            judged(1500, &[], &[gap(1000, Some(1600))]),
            Judgement::Excused
        );
        assert_eq!(judged(1500, &[], &[gap(1000, None)]), Judgement::Excused);
        assert_eq!(
            judged(1500, &[], &[gap(1000, Some(1400))]),
            Judgement::Missing
        );
        assert_eq!(judged(1500, &[], &[gap(1600, None)]), Judgement::Missing);
    }

    #[test]
    fn a_gap_excuses_nobody_who_is_surely_wrong() {
        let gap = Gap { from: 0, to: None };
        let other = [row(2, Source::Kernel, 1000, None)];
        assert_eq!(judged(1500, &other, &[gap]), Judgement::Wrong);
        let ended_in_the_gap = [Row {
            ended: Some(Told {
                at: 2000 * MS,
                source: Source::Estimated,
            }),
            ..other[0]
        }];
        assert_eq!(judged(1500, &ended_in_the_gap, &[gap]), Judgement::Excused);
        assert_eq!(judged(1500, &ended_in_the_gap, &[]), Judgement::Wrong);
    }

    #[test]
    fn times_of_receipt_are_late_and_leave_a_doubt() {
        use Source::Received;
        let turns = [
            row(2, Received, 0, Some(1003)),
            row(1, Received, 1004, Some(2004)),
        ];
        // The sender's start was read 4 ms later; by then the other had gone.
        assert_eq!(judged(1000, &turns, &[]), Judgement::Ambiguous);
        assert_eq!(judged(1010, &turns, &[]), Judgement::Right);
        assert_eq!(judged(997, &turns, &[]), Judgement::Wrong);
        assert_eq!(judged(1000, &turns[1..], &[]), Judgement::Right);
        assert_eq!(judged(998, &turns[1..], &[]), Judgement::Late);
        assert_eq!(judged(103, &turns[1..], &[]), Judgement::Missing);
        let by_kernel = [row(1, Source::Kernel, 1004, None)];
        assert_eq!(judged(998, &by_kernel, &[]), Judgement::Missing);
    }

    #[test]
    fn how_late_a_start_is_told() {
        let answer = Answer {
            rows: vec![
                row(2, Source::Received, 1500, None),
                row(1, Source::Received, 100, Some(1100)),
                row(1, Source::Received, 1504, None),
            ],
            gaps: vec![],
        };
        assert_eq!(start_after(&packet(1500), &answer), Some(4 * MS));
    }
}
