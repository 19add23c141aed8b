//! What stands in a journal: begins, ends, what was open before, gaps.
//!
//! | bytes | is |
//! |---|---|
//! | 1 | what it is; [`MARKED`], [`COUNTED`] |
//! | 1 | source of the start (2 bits), of the end (2), evidence of the end (3) |
//! | 20 to 78 | identity, see `identity.rs` |
//! | 8 | start, milliseconds since 1970, or [`NOT_KNOWN`] |
//! | 8, of an end | end, likewise |
//! | 8, of an open one | when a checkpoint, or else its start or its begin, was last seen |
//! | 4, of a begun or an open one | kernel id, 0 where it is not known |
//! | 4, where marked | firewall mark |
//! | 32, where counted | packets and bytes, original and reply |
//!
//! A gap is a byte, its first and last nanosecond (16 bytes; the last is
//! `i64::MAX` while it lasts) and the name of its cause after its length.

use model::{
    Counters, EndEvidence, Gap, GapCause, KernelId, Match, TimeSource, Timed, Timestamp, Traffic,
};

use super::bytes::{Input, Malformed};
use super::identity;
use crate::milliseconds::NOT_KNOWN;

/// Bytes that an entry has at least: a gap without a cause.
pub(super) const SHORTEST: usize = 18;
/// Bytes that an entry has at most: a gap with a cause as long as can be.
pub(super) const LONGEST: usize = SHORTEST + u8::MAX as usize;

const BEGUN: u8 = 0;
const ENDED: u8 = 1;
const OPEN: u8 = 2;
const GAP: u8 = 3;
const KINDS: u8 = 7;
/// A firewall mark follows.
const MARKED: u8 = 1 << 3;
/// Packets and bytes follow.
const COUNTED: u8 = 1 << 4;

/// What stands in a journal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Entry<'a> {
    /// A translation began.
    Begun(Begun<'a>),
    /// A translation ended.
    Ended(Ended<'a>),
    /// A translation was open when this generation began; with when its start or a
    /// checkpoint was last seen.
    Open(Begun<'a>, i64),
    /// Something was missed.
    Gap(Gap),
}

/// What is known of a translation that began.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Begun<'a> {
    /// What tells it apart.
    pub(crate) identity: &'a [u8],
    /// Milliseconds since 1970, or [`NOT_KNOWN`].
    pub(crate) started_at: i64,
    /// Who measured the start.
    pub(crate) source: TimeSource,
    /// Its firewall mark.
    pub(crate) mark: Option<u32>,
    /// The kernel's id of its connection, while it is open.
    pub(crate) kernel_id: Option<KernelId>,
}

/// What is known of a translation that ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Ended<'a> {
    begun: Begun<'a>,
    ended_at: i64,
    source: TimeSource,
    evidence: Option<EndEvidence>,
    traffic: Option<Traffic>,
}

impl Begun<'_> {
    /// The translation, which is open.
    pub(crate) fn to_match(self) -> Result<Match, Malformed> {
        Ok(Match {
            started_at: timed(self.started_at, self.source),
            mark: self.mark,
            kernel_id: self.kernel_id,
            ..identity::decode(self.identity)?
        })
    }
}

impl<'a> Ended<'a> {
    /// What tells it apart.
    pub(crate) const fn identity(&self) -> &'a [u8] {
        self.begun.identity
    }

    /// The record.
    pub(crate) fn to_match(self) -> Result<Match, Malformed> {
        Ok(Match {
            ended_at: timed(self.ended_at, self.source),
            end_evidence: self.evidence,
            traffic: self.traffic,
            ..self.begun.to_match()?
        })
    }
}

/// Appends a translation that began or, where it has an end, ended; `put_identity`
/// appends its identity.
#[inline]
pub(super) fn encode(record: &Match, out: &mut Vec<u8>, put_identity: impl FnOnce(&mut Vec<u8>)) {
    let flag = |is_set: bool, bit: u8| if is_set { bit } else { 0 };
    let is_counted = record.traffic.is_some() && record.ended_at.is_some();
    let evidence = record.end_evidence.map_or(NO_EVIDENCE, evidence_number);
    out.extend_from_slice(&[
        if record.ended_at.is_some() {
            ENDED
        } else {
            BEGUN
        } | flag(record.mark.is_some(), MARKED)
            | flag(is_counted, COUNTED),
        source_number(record.started_at) | source_number(record.ended_at) << 2 | evidence << 4,
    ]);
    put_identity(out);
    out.extend_from_slice(&milliseconds(record.started_at).to_le_bytes());
    if record.ended_at.is_some() {
        out.extend_from_slice(&milliseconds(record.ended_at).to_le_bytes());
    } else {
        out.extend_from_slice(&id_number(record.kernel_id).to_le_bytes());
    }
    if let Some(mark) = record.mark {
        out.extend_from_slice(&mark.to_le_bytes());
    }
    if let (Some(traffic), true) = (&record.traffic, is_counted) {
        for count in [traffic.original, traffic.reply] {
            out.extend_from_slice(&count.packets.to_le_bytes());
            out.extend_from_slice(&count.bytes.to_le_bytes());
        }
    }
}

/// Appends a translation that is open, with when its start or a checkpoint was last
/// seen.
pub(super) fn encode_open(begun: &Begun, seen_at: i64, out: &mut Vec<u8>) {
    let marked = if begun.mark.is_some() { MARKED } else { 0 };
    let source = source_number(timed(begun.started_at, begun.source));
    out.extend_from_slice(&[OPEN | marked, source | NO_EVIDENCE << 4]);
    out.extend_from_slice(begun.identity);
    out.extend_from_slice(&begun.started_at.to_le_bytes());
    out.extend_from_slice(&seen_at.to_le_bytes());
    out.extend_from_slice(&id_number(begun.kernel_id).to_le_bytes());
    if let Some(mark) = begun.mark {
        out.extend_from_slice(&mark.to_le_bytes());
    }
}

/// Appends a gap.
pub(super) fn encode_gap(gap: &Gap, out: &mut Vec<u8>) {
    let name = gap.cause.name().as_bytes();
    out.push(GAP);
    out.extend_from_slice(&gap.from.0.to_le_bytes());
    out.extend_from_slice(&gap.to.unwrap_or(Timestamp::MAX).0.to_le_bytes());
    out.push(u8::try_from(name.len()).unwrap_or(0));
    out.extend_from_slice(name);
}

/// Takes one entry off the input.
#[inline]
pub(super) fn decode<'a>(input: &mut Input<'a>) -> Result<Entry<'a>, Malformed> {
    let tag = input.u8()?;
    let kind = tag & KINDS;
    if kind == GAP {
        return decode_gap(input).map(Entry::Gap);
    }
    if kind > GAP || tag & !(KINDS | MARKED | COUNTED) != 0 {
        return Err(Malformed("kind of an entry"));
    }
    let sources = input.u8()?;
    let identity = identity::take(input)?;
    let started_at = input.i64()?;
    let second_time = match kind {
        BEGUN => NOT_KNOWN,
        _ => input.i64()?,
    };
    let kernel_id = match kind {
        ENDED => 0,
        _ => input.u32()?,
    };
    let mark = match tag & MARKED {
        0 => None,
        _ => Some(input.u32()?),
    };
    let begun = Begun {
        identity,
        started_at,
        source: source_of_number(sources & 3),
        mark,
        kernel_id: (kernel_id != 0).then_some(KernelId(kernel_id)),
    };
    match kind {
        BEGUN => Ok(Entry::Begun(begun)),
        OPEN => Ok(Entry::Open(begun, second_time)),
        _ => Ok(Entry::Ended(Ended {
            begun,
            ended_at: second_time,
            source: source_of_number(sources >> 2 & 3),
            evidence: evidence_of_number(sources >> 4),
            traffic: match tag & COUNTED {
                0 => None,
                _ => Some(Traffic {
                    original: counters(input)?,
                    reply: counters(input)?,
                }),
            },
        })),
    }
}

fn decode_gap(input: &mut Input) -> Result<Gap, Malformed> {
    let (from, to) = (input.i64()?, input.i64()?);
    let length = input.u8()?;
    let name = input.bytes(usize::from(length))?;
    let cause = std::str::from_utf8(name)
        .ok()
        .and_then(GapCause::from_name)
        .ok_or(Malformed("cause of a gap"))?;
    Ok(Gap {
        from: Timestamp(from),
        to: (to != i64::MAX).then_some(Timestamp(to)),
        cause,
    })
}

fn counters(input: &mut Input) -> Result<Counters, Malformed> {
    Ok(Counters {
        packets: input.u64()?,
        bytes: input.u64()?,
    })
}

fn id_number(id: Option<KernelId>) -> u32 {
    id.map_or(0, |id| id.0)
}

/// Evidence of one that has not ended.
const NO_EVIDENCE: u8 = 7;

fn evidence_number(evidence: EndEvidence) -> u8 {
    match evidence {
        EndEvidence::Event => 0,
        EndEvidence::Dump => 1,
        EndEvidence::Successor => 2,
        EndEvidence::Restart => 3,
        EndEvidence::Checkpoint => 4,
    }
}

const fn evidence_of_number(number: u8) -> Option<EndEvidence> {
    match number {
        0 => Some(EndEvidence::Event),
        1 => Some(EndEvidence::Dump),
        2 => Some(EndEvidence::Successor),
        3 => Some(EndEvidence::Restart),
        4 => Some(EndEvidence::Checkpoint),
        _ => None,
    }
}

fn source_number(time: Option<Timed>) -> u8 {
    match time.map(|time| time.source) {
        None | Some(TimeSource::Kernel) => 0,
        Some(TimeSource::Received) => 1,
        Some(TimeSource::Estimated) => 2,
    }
}

const fn source_of_number(number: u8) -> TimeSource {
    match number {
        0 => TimeSource::Kernel,
        1 => TimeSource::Received,
        _ => TimeSource::Estimated,
    }
}

fn milliseconds(time: Option<Timed>) -> i64 {
    time.map_or(NOT_KNOWN, |time| time.at.milliseconds())
}

/// The time of milliseconds since 1970; none where they are [`NOT_KNOWN`].
pub(crate) fn timed(milliseconds: i64, source: TimeSource) -> Option<Timed> {
    (milliseconds != NOT_KNOWN).then(|| Timed {
        at: Timestamp::of_milliseconds(milliseconds),
        source,
    })
}
