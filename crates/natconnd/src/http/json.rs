//! Answers as JSON, written straight into one buffer.
//!
//! Byte for byte what serde_json writes of the types in [`crate::api`], which
//! stay the definition; a property test compares the two. Nothing written here
//! needs escaping but the gateway's name: the others are ours, the rest is digits
//! and addresses.

use std::time::Duration;

use model::{Answer, Coverage, EndEvidence, Gap, Match, Timed, Timestamp};

use super::text;
use crate::api;
use crate::lookup::{Change, Context, PastAnswer, RecordsPage};

/// What one row takes at most in most cases, in bytes.
pub(super) const ROW_LENGTH: usize = 576;

/// Writes an [`api::LookupAnswer`](crate::api::LookupAnswer) about this moment.
pub(super) fn answer(out: &mut Vec<u8>, answer: &Answer) {
    lookup_answer(out, answer, |_, out| {
        out.extend_from_slice(b",\"distance_ms\":null}");
    });
    out.extend_from_slice(b",\"period\":null,\"remote_omitted\":false,\"gateway\":null}");
}

/// Writes an [`api::LookupAnswer`](crate::api::LookupAnswer) about the past.
pub(super) fn past_answer(out: &mut Vec<u8>, past: &PastAnswer) {
    lookup_answer(out, &past.answer, |index, out| {
        out.extend_from_slice(b",\"distance_ms\":");
        let distance = past.distances.get(index).map_or(0, Duration::as_millis);
        text::decimal(out, u64::try_from(distance).unwrap_or(u64::MAX));
        out.push(b'}');
    });
    context(out, &past.context);
    out.push(b'}');
}

/// Writes an answer but for its end; `end_match` ends each of its matches.
fn lookup_answer(out: &mut Vec<u8>, answer: &Answer, end_match: impl Fn(usize, &mut Vec<u8>)) {
    out.extend_from_slice(b"{\"verdict\":\"");
    out.extend_from_slice(answer.verdict.name().as_bytes());
    out.extend_from_slice(b"\",\"matches\":[");
    for (index, found) in answer.matches.iter().enumerate() {
        out.extend_from_slice(if index > 0 { b",{" } else { b"{" });
        fields(out, found);
        end_match(index, out);
    }
    out.extend_from_slice(b"],\"cut\":");
    boolean(out, answer.is_cut);
    out.extend_from_slice(b",\"coverage\":");
    coverage(out, &answer.coverage);
}

/// Writes an [`api::RecordsPage`](crate::api::RecordsPage).
pub(super) fn records_page(out: &mut Vec<u8>, page: &RecordsPage, next_cursor: Option<&str>) {
    out.extend_from_slice(b"{\"records\":");
    rows(out, &page.matches);
    out.extend_from_slice(b",\"next_cursor\":");
    optional(out, next_cursor);
    out.extend_from_slice(b",\"cut\":");
    boolean(out, page.is_cut);
    out.extend_from_slice(b",\"coverage\":");
    coverage(out, &page.coverage);
    context(out, &page.context);
    out.push(b'}');
}

fn context(out: &mut Vec<u8>, context: &Context) {
    match context.period {
        Some(period) => {
            out.extend_from_slice(b",\"period\":{\"from\":");
            if period.from == Timestamp::MIN {
                out.extend_from_slice(b"null");
            } else {
                moment(out, period.from);
            }
            out.extend_from_slice(b",\"to\":");
            moment(out, period.to);
            out.extend_from_slice(b",\"tolerance_ms\":");
            let tolerance = u64::try_from(context.tolerance.as_millis());
            text::decimal(out, tolerance.unwrap_or(u64::MAX));
            out.push(b'}');
        }
        None => out.extend_from_slice(b",\"period\":null"),
    }
    out.extend_from_slice(b",\"remote_omitted\":");
    boolean(out, context.is_remote_omitted);
    out.extend_from_slice(b",\"gateway\":");
    match &context.gateway {
        // The operator's own word, which may need escaping.
        Some(name) => {
            out.extend_from_slice(serde_json::Value::from(&**name).to_string().as_bytes())
        }
        None => out.extend_from_slice(b"null"),
    }
}

/// Writes an [`api::Page`](crate::api::Page).
pub(super) fn page(
    out: &mut Vec<u8>,
    matches: &[Match],
    next_cursor: Option<&str>,
    complete: &Coverage,
) {
    out.extend_from_slice(b"{\"connections\":");
    rows(out, matches);
    out.extend_from_slice(b",\"next_cursor\":");
    optional(out, next_cursor);
    out.extend_from_slice(b",\"coverage\":");
    coverage(out, complete);
    out.push(b'}');
}

/// Writes an [`api::Change`](crate::api::Change).
pub(super) fn change(out: &mut Vec<u8>, change: &Change) {
    out.extend_from_slice(b"{\"change\":\"");
    out.extend_from_slice(change.kind.name().as_bytes());
    out.extend_from_slice(b"\",");
    fields(out, &change.found);
    out.push(b'}');
}

/// Writes an [`api::Row`](crate::api::Row).
pub(super) fn row(out: &mut Vec<u8>, found: &Match) {
    out.push(b'{');
    fields(out, found);
    out.push(b'}');
}

fn rows(out: &mut Vec<u8>, matches: &[Match]) {
    out.push(b'[');
    for (index, found) in matches.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        row(out, found);
    }
    out.push(b']');
}

fn fields(out: &mut Vec<u8>, found: &Match) {
    let translation = &found.translation;
    out.extend_from_slice(b"\"protocol\":\"");
    text::protocol(out, found.protocol);
    out.extend_from_slice(b"\",\"kind\":\"");
    out.extend_from_slice(translation.kind.name().as_bytes());
    out.extend_from_slice(b"\",\"internal_address\":\"");
    text::address(out, translation.internal.address);
    out.extend_from_slice(b"\",\"internal_port\":");
    text::decimal(out, u64::from(translation.internal.port));
    out.extend_from_slice(b",\"nat_address\":\"");
    text::address(out, translation.nat.address);
    out.extend_from_slice(b"\",\"nat_port\":");
    text::decimal(out, u64::from(translation.nat.port));
    if translation.remote.is_omitted() {
        out.extend_from_slice(b",\"remote_address\":null,\"remote_port\":null");
    } else {
        out.extend_from_slice(b",\"remote_address\":\"");
        text::address(out, translation.remote.address);
        out.extend_from_slice(b"\",\"remote_port\":");
        text::decimal(out, u64::from(translation.remote.port));
    }
    out.extend_from_slice(b",\"zone\":");
    text::decimal(out, u64::from(found.zone.id));
    out.extend_from_slice(b",\"started_at\":");
    time(out, found.started_at, b",\"started_at_source\":");
    out.extend_from_slice(b",\"ended_at\":");
    time(out, found.ended_at, b",\"ended_at_source\":");
    out.extend_from_slice(b",\"kernel_id\":");
    number(out, found.kernel_id.map(|id| u64::from(id.0)));
    recorded(out, found);
}

/// Writes what only history knows, which most rows lack.
fn recorded(out: &mut Vec<u8>, found: &Match) {
    const NOTHING: &[u8] = b",\"end_evidence\":null,\"internal_packets\":null,\
        \"internal_bytes\":null,\"remote_packets\":null,\"remote_bytes\":null,\"mark\":null";
    if found.end_evidence.is_none() && found.traffic.is_none() && found.mark.is_none() {
        return out.extend_from_slice(NOTHING);
    }
    out.extend_from_slice(b",\"end_evidence\":");
    optional(out, found.end_evidence.map(EndEvidence::name));
    let sent = found
        .traffic
        .map(|traffic| api::sent(found.translation.kind, &traffic));
    for (index, name) in ["internal", "remote"].into_iter().enumerate() {
        let sent = sent.map(|sent| sent[index]);
        for (unit, count) in [
            ("packets", sent.map(|sent| sent.packets)),
            ("bytes", sent.map(|sent| sent.bytes)),
        ] {
            for part in [",\"", name, "_", unit, "\":"] {
                out.extend_from_slice(part.as_bytes());
            }
            number(out, count);
        }
    }
    out.extend_from_slice(b",\"mark\":");
    number(out, found.mark.map(u64::from));
}

fn number(out: &mut Vec<u8>, number: Option<u64>) {
    match number {
        Some(number) => text::decimal(out, number),
        None => out.extend_from_slice(b"null"),
    }
}

fn optional(out: &mut Vec<u8>, text: Option<&str>) {
    match text {
        Some(text) => quoted(out, text),
        None => out.extend_from_slice(b"null"),
    }
}

fn moment(out: &mut Vec<u8>, at: Timestamp) {
    out.push(b'"');
    text::timestamp(out, at);
    out.push(b'"');
}

fn time(out: &mut Vec<u8>, time: Option<Timed>, source_name: &[u8]) {
    match time {
        Some(time) => {
            moment(out, time.at);
            out.extend_from_slice(source_name);
            quoted(out, time.source.name());
        }
        None => {
            out.extend_from_slice(b"null");
            out.extend_from_slice(source_name);
            out.extend_from_slice(b"null");
        }
    }
}

fn coverage(out: &mut Vec<u8>, coverage: &Coverage) {
    out.extend_from_slice(b"{\"complete\":");
    boolean(out, coverage.is_complete());
    out.extend_from_slice(b",\"gaps\":[");
    for (index, gap) in coverage.gaps().iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        self::gap(out, gap);
    }
    out.extend_from_slice(b"]}");
}

/// Writes an [`api::Gap`](crate::api::Gap).
pub(super) fn gap(out: &mut Vec<u8>, gap: &Gap) {
    out.extend_from_slice(b"{\"from\":");
    moment(out, gap.from);
    out.extend_from_slice(b",\"to\":");
    match gap.to {
        Some(to) => moment(out, to),
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(b",\"cause\":");
    quoted(out, gap.cause.name());
    out.push(b'}');
}

fn boolean(out: &mut Vec<u8>, value: bool) {
    out.extend_from_slice(if value { b"true" } else { b"false" });
}

/// Writes a text in which nothing needs escaping.
fn quoted(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::super::any_match as any;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn json_is_what_serde_writes(
            answer in any::answer(),
            context in any::context(),
            cursor in proptest::option::of("[0-9a-f]{2,80}"),
            ended: bool,
        ) {
            let mut out = Vec::new();
            super::answer(&mut out, &answer);
            let expected = serde_json::to_vec(&api::LookupAnswer::from(&answer)).unwrap();
            prop_assert_eq!(text(&out), text(&expected));

            let distances: Vec<_> = (0..answer.matches.len() as u64)
                .map(|index| Duration::from_millis(index * index))
                .collect();
            let past = PastAnswer { answer, distances, context };
            let mut out = Vec::new();
            past_answer(&mut out, &past);
            let expected = serde_json::to_vec(&of_past(&past)).unwrap();
            prop_assert_eq!(text(&out), text(&expected));

            let PastAnswer { answer, context, .. } = past;
            let records = RecordsPage {
                matches: answer.matches.clone(),
                next: None,
                is_cut: answer.is_cut,
                coverage: answer.coverage.clone(),
                context: context.clone(),
            };
            let mut out = Vec::new();
            records_page(&mut out, &records, cursor.as_deref());
            let expected = serde_json::to_vec(&api::RecordsPage {
                records: answer.matches.iter().map(api::Row::from).collect(),
                next_cursor: cursor.clone(),
                cut: answer.is_cut,
                coverage: (&answer.coverage).into(),
                period: context.period.map(|it| api::Period::new(it, context.tolerance)),
                remote_omitted: context.is_remote_omitted,
                gateway: context.gateway,
            }).unwrap();
            prop_assert_eq!(text(&out), text(&expected));

            let mut out = Vec::new();
            page(&mut out, &answer.matches, cursor.as_deref(), &answer.coverage);
            let expected = serde_json::to_vec(&api::Page {
                connections: answer.matches.iter().map(api::Row::from).collect(),
                next_cursor: cursor,
                coverage: (&answer.coverage).into(),
            }).unwrap();
            prop_assert_eq!(text(&out), text(&expected));

            for found in &answer.matches {
                let kind = if ended { model::ChangeKind::Ended } else { model::ChangeKind::Started };
                let mut out = Vec::new();
                change(&mut out, &Change { kind, found: *found });
                let expected = serde_json::to_vec(&api::Change {
                    change: kind.name().to_owned(),
                    row: found.into(),
                }).unwrap();
                prop_assert_eq!(text(&out), text(&expected));
            }
        }
    }

    fn of_past(past: &PastAnswer) -> api::LookupAnswer {
        let mut answer = api::LookupAnswer::from(&past.answer);
        for (found, distance) in answer.matches.iter_mut().zip(&past.distances) {
            found.distance_ms = Some(distance.as_millis() as u64);
        }
        let Context {
            period, tolerance, ..
        } = past.context;
        api::LookupAnswer {
            period: period.map(|it| api::Period::new(it, tolerance)),
            remote_omitted: past.context.is_remote_omitted,
            gateway: past.context.gateway.clone(),
            ..answer
        }
    }

    fn text(bytes: &[u8]) -> &str {
        std::str::from_utf8(bytes).unwrap()
    }
}
