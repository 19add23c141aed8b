//! Answers as JSON, written straight into one buffer.
//!
//! Byte for byte what serde_json writes of the types in [`crate::api`], which
//! stay the definition; a property test compares the two. Nothing written here
//! needs escaping: names are ours, the rest is digits and addresses.

use model::{Answer, Coverage, Gap, Match, Timed};

use super::text;
use crate::lookup::Change;

/// What one row takes at most in most cases, in bytes.
pub(super) const ROW_LENGTH: usize = 420;

/// Writes an [`api::LookupAnswer`](crate::api::LookupAnswer).
pub(super) fn answer(out: &mut Vec<u8>, answer: &Answer) {
    out.extend_from_slice(b"{\"verdict\":\"");
    out.extend_from_slice(answer.verdict.name().as_bytes());
    out.extend_from_slice(b"\",\"matches\":");
    rows(out, &answer.matches);
    out.extend_from_slice(b",\"cut\":");
    boolean(out, answer.is_cut);
    out.extend_from_slice(b",\"coverage\":");
    coverage(out, &answer.coverage);
    out.push(b'}');
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
    match next_cursor {
        Some(cursor) => quoted(out, cursor),
        None => out.extend_from_slice(b"null"),
    }
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
    out.extend_from_slice(b",\"remote_address\":\"");
    text::address(out, translation.remote.address);
    out.extend_from_slice(b"\",\"remote_port\":");
    text::decimal(out, u64::from(translation.remote.port));
    out.extend_from_slice(b",\"zone\":");
    text::decimal(out, u64::from(found.zone.id));
    out.extend_from_slice(b",\"started_at\":");
    time(out, found.started_at, b",\"started_at_source\":");
    out.extend_from_slice(b",\"ended_at\":");
    time(out, found.ended_at, b",\"ended_at_source\":");
    out.extend_from_slice(b",\"kernel_id\":");
    match found.kernel_id {
        Some(id) => text::decimal(out, u64::from(id.0)),
        None => out.extend_from_slice(b"null"),
    }
}

fn time(out: &mut Vec<u8>, time: Option<Timed>, source_name: &[u8]) {
    match time {
        Some(time) => {
            out.push(b'"');
            text::timestamp(out, time.at);
            out.push(b'"');
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
    out.extend_from_slice(b"{\"from\":\"");
    text::timestamp(out, gap.from);
    out.extend_from_slice(b"\",\"to\":");
    match gap.to {
        Some(to) => {
            out.push(b'"');
            text::timestamp(out, to);
            out.push(b'"');
        }
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
    use crate::api;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn json_is_what_serde_writes(
            answer in any::answer(),
            cursor in proptest::option::of("[0-9a-f]{2,80}"),
            ended: bool,
        ) {
            let mut out = Vec::new();
            super::answer(&mut out, &answer);
            let expected = serde_json::to_vec(&api::LookupAnswer::from(&answer)).unwrap();
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

    fn text(bytes: &[u8]) -> &str {
        std::str::from_utf8(bytes).unwrap()
    }
}
