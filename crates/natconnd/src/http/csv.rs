//! Rows as CSV, with the same names as in JSON.
//!
//! What JSON has as null is empty here. No field can hold a comma, a quote or
//! a line break, so none is quoted.

use model::{Match, Timed};

use super::text;
use crate::api::sent;

/// The first line.
pub(super) const HEADER: &str = "protocol,kind,internal_address,internal_port,nat_address,\
nat_port,remote_address,remote_port,zone,started_at,started_at_source,ended_at,\
ended_at_source,kernel_id,end_evidence,internal_packets,internal_bytes,remote_packets,\
remote_bytes,mark\n";

/// Writes one row and its line end.
pub(super) fn row(out: &mut Vec<u8>, found: &Match) {
    let translation = &found.translation;
    text::protocol(out, found.protocol);
    out.push(b',');
    out.extend_from_slice(translation.kind.name().as_bytes());
    for endpoint in [translation.internal, translation.nat, translation.remote] {
        if endpoint.is_omitted() && endpoint == translation.remote {
            out.extend_from_slice(b",,");
            continue;
        }
        out.push(b',');
        text::address(out, endpoint.address);
        out.push(b',');
        text::decimal(out, u64::from(endpoint.port));
    }
    out.push(b',');
    text::decimal(out, u64::from(found.zone.id));
    time(out, found.started_at);
    time(out, found.ended_at);
    number(out, found.kernel_id.map(|id| u64::from(id.0)));
    out.push(b',');
    if let Some(evidence) = found.end_evidence {
        out.extend_from_slice(evidence.name().as_bytes());
    }
    let sent = found
        .traffic
        .map(|traffic| sent(translation.kind, &traffic));
    for index in 0..2 {
        number(out, sent.map(|sent| sent[index].packets));
        number(out, sent.map(|sent| sent[index].bytes));
    }
    number(out, found.mark.map(u64::from));
    out.push(b'\n');
}

fn number(out: &mut Vec<u8>, number: Option<u64>) {
    out.push(b',');
    if let Some(number) = number {
        text::decimal(out, number);
    }
}

fn time(out: &mut Vec<u8>, time: Option<Timed>) {
    out.push(b',');
    if let Some(time) = time {
        text::timestamp(out, time.at);
    }
    out.push(b',');
    if let Some(time) = time {
        out.extend_from_slice(time.source.name().as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::super::any_match;
    use super::*;
    use crate::api::Row;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn csv_is_what_the_csv_crate_writes(found in any_match::found()) {
            let mut out = HEADER.as_bytes().to_vec();
            row(&mut out, &found);
            let mut writer = ::csv::Writer::from_writer(Vec::new());
            writer.serialize(Row::from(&found)).unwrap();
            let expected = writer.into_inner().unwrap();
            prop_assert_eq!(String::from_utf8(out), String::from_utf8(expected));
        }
    }
}
