//! What a fuzzer calls: what clients write into requests.

use hyper::header::{ACCEPT, HeaderMap, HeaderValue};
use model::{EndpointPattern, Lookup, Match, Timestamp};

use super::connections::{self, Listing};
use super::format::Format;
use super::link::link;
use super::problem::{Refused, to_response};
use super::query::{MAX_LIMIT, MAX_VALUE, Plus, decode};
use super::route::Route;
use super::when::When;
use super::{cursor, events, lookup, records, usage};
use crate::api::Problem;
use crate::lookup::Wanted;

pub use super::forward_auth::fuzzing::clients;
pub use super::pynatconnd::fuzzing::urls;

/// The longest value of a parameter, each of its bytes escaped, three times.
const LONGEST_PROBLEM: usize = 3 * 6 * 4096;

/// A byte that says what the rest is: the query of an endpoint, an `Accept`
/// header, or a path.
pub fn queries(bytes: &[u8]) {
    let Some((which, rest)) = bytes.split_first() else {
        return;
    };
    if which % 6 == 3 {
        return accept(rest);
    }
    let Ok(text) = str::from_utf8(rest) else {
        return;
    };
    match which % 6 {
        0 => lookups(text),
        1 => {
            lists(text);
            usages(text);
        }
        2 => follows(text),
        4 => paths(text),
        _ => records(text),
    }
}

/// Bytes as a cursor, and text as one.
pub fn cursors(bytes: &[u8]) {
    if let Ok(text) = str::from_utf8(bytes)
        && let Some((order, last)) = cursor::decode(text)
    {
        assert_eq!(cursor::encode(order, &last), text.to_ascii_lowercase());
    }
    if let Ok(text) = str::from_utf8(bytes)
        && let Some(last) = cursor::decode_record(text)
    {
        assert_eq!(cursor::encode_record(&last), text.to_ascii_lowercase());
    }
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    if let Some(last) = cursor::decode_record(&text) {
        assert_eq!(cursor::encode_record(&last), text);
        let listing = records::read(&format!("cursor={text}")).expect("it is a cursor");
        assert_eq!(listing.after, Some(last));
    }
    if let Some((order, last)) = cursor::decode(&text) {
        assert_eq!(cursor::encode(order, &last), text);
        let listing = connections::read(&format!("cursor={text}")).expect("it is a cursor");
        assert_eq!((listing.order, listing.after), (order, Some(last)));
    }
}

fn lookups(text: &str) {
    let Some((question, when, limit)) = readable(lookup::read(Some(text))) else {
        return;
    };
    assert!((1..=MAX_LIMIT).contains(&limit));
    let Lookup {
        protocol,
        kind,
        zone,
        nat,
        remote,
        internal,
    } = &question;
    let endpoint = |pattern: &EndpointPattern| (!pattern.is_any()).then(|| pattern.to_string());
    let pairs = [
        ("nat", endpoint(nat)),
        ("remote", endpoint(remote)),
        ("internal", endpoint(internal)),
        ("protocol", protocol.map(|it| it.to_string())),
        ("kind", kind.map(|it| it.to_string())),
        ("zone", zone.map(|it| it.to_string())),
        ("limit", Some(limit.to_string())),
    ];
    let asked = format!("{}&{}", written(pairs), written(times(&when)));
    assert_eq!(
        lookup::read(Some(&asked)),
        Ok((question, whole(when), limit))
    );
    let _ = readable(when.question(Lookup::default(), Timestamp::default()));
}

/// Lists of the past, and where the next page is.
fn records(text: &str) {
    let Some(listing) = readable(records::read(text)) else {
        return;
    };
    assert!(listing.limit.is_none_or(|it| (1..=MAX_LIMIT).contains(&it)));
    let last = listing.after.unwrap_or_else(any_match);
    let next = cursor::encode_record(&last);
    if let Some(link) = link(records::PATH, text, &next) {
        let link = str::from_utf8(link.as_bytes()).expect("it is made of text");
        let query = link
            .strip_prefix("</api/v1/records?")
            .and_then(|rest| rest.strip_suffix(">; rel=\"next\""))
            .expect("the link has this form");
        let after = Some(last);
        assert_eq!(
            records::read(query),
            Ok(records::Listing { after, ..listing })
        );
    }
}

/// What is asked about usage, and about ports.
fn usages(text: &str) {
    if let Some(asked) = readable(usage::read(Some(text))) {
        assert!((1..=usage::MAX_TOP).contains(&asked.top));
    }
    let Some(asked) = readable(usage::read_ports(Some(text))) else {
        return;
    };
    assert!(asked.protocol.has_ports() && !asked.ports.is_empty());
    let again = written([
        ("nat", Some(asked.nat.to_string())),
        ("protocol", Some(asked.protocol.to_string())),
        ("from", Some(asked.ports.start().to_string())),
        ("to", Some(asked.ports.end().to_string())),
    ]);
    assert_eq!(usage::read_ports(Some(&again)), Ok(asked));
}

/// A time is written to the millisecond.
fn whole(when: When) -> When {
    let cut = |at: Timestamp| Timestamp::of_milliseconds(at.milliseconds());
    When {
        at: when.at.map(cut),
        from: when.from.map(cut),
        to: when.to.map(cut),
        ..when
    }
}

fn times(when: &When) -> [(&'static str, Option<String>); 4] {
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
    let tolerance = when.tolerance.map(|it| format!("{}ms", it.as_millis()));
    [
        ("at", time(when.at)),
        ("from", time(when.from)),
        ("to", time(when.to)),
        ("tolerance", tolerance),
    ]
}

fn follows(text: &str) {
    if let Some(wanted) = readable(events::read(Some(text))) {
        let again = written(wanted_pairs(&wanted));
        // Names of protocols may be longer than their numbers, and than allowed.
        if again.split('&').all(|pair| pair.len() <= MAX_VALUE) {
            assert_eq!(events::read(Some(&again)), Ok(wanted));
        }
    }
}

fn lists(text: &str) {
    let Some(listing) = readable(connections::read(text)) else {
        return;
    };
    assert!(listing.limit.is_none_or(|it| (1..=MAX_LIMIT).contains(&it)));
    // The next page is asked for as this one was.
    let last = listing.after.unwrap_or_else(any_match);
    let next = cursor::encode(listing.order, &last);
    if let Some(link) = link(connections::PATH, text, &next) {
        let link = str::from_utf8(link.as_bytes()).expect("it is made of text");
        let query = link
            .strip_prefix("</api/v1/connections?")
            .and_then(|rest| rest.strip_suffix(">; rel=\"next\""))
            .expect("the link has this form");
        let expected = Listing {
            after: Some(last),
            ..listing
        };
        assert_eq!(connections::read(query), Ok(expected));
    }
}

/// A match of no meaning: its cursor, in the layout of `cursor.rs`.
fn any_match() -> Match {
    let endpoints = "04000000000000".repeat(4);
    let text = format!("0100000600000000{endpoints}000000");
    let (_, found) = cursor::decode(&text).expect("it is a cursor");
    found
}

fn wanted_pairs(wanted: &Wanted) -> [(&'static str, Option<String>); 7] {
    fn list<T: ToString>(items: &[T]) -> Option<String> {
        let items: Vec<_> = items.iter().map(T::to_string).collect();
        (!items.is_empty()).then(|| items.join(","))
    }
    let filter = &wanted.filter;
    let words = wanted.anywhere.iter().map(ToString::to_string);
    let words = words.collect::<Vec<_>>().join(" ");
    [
        ("q", (!words.is_empty()).then_some(words)),
        ("protocol", list(&filter.protocols)),
        ("kind", list(filter.kind.as_slice())),
        ("zone", list(&filter.zones)),
        ("internal", list(&filter.internal.0)),
        ("nat", list(&filter.nat.0)),
        ("remote", list(&filter.remote.0)),
    ]
}

fn written<const N: usize>(pairs: [(&str, Option<String>); N]) -> String {
    let pairs = pairs.into_iter();
    let pairs = pairs.filter_map(|(name, value)| Some(format!("{name}={}", value?)));
    pairs.collect::<Vec<_>>().join("&")
}

fn accept(bytes: &[u8]) {
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_bytes(bytes) {
        headers.append(ACCEPT, value);
    }
    let format = Format::of_headers(&headers);
    assert!(!format.content_type().is_empty());
}

fn paths(path: &str) {
    for pynatconnd in [false, true] {
        let route = Route::of_path(path, pynatconnd);
        assert!(Route::ALL.contains(&route));
    }
    for plus in [Plus::IsPlus, Plus::IsSpace] {
        if let Some(decoded) = decode(path, plus) {
            assert!(decoded.len() <= path.len());
        }
    }
    check(&super::problem::unknown_path(path), 404);
}

/// What was read, where it was.
fn readable<T>(read: Refused<T>) -> Option<T> {
    match read {
        Ok(value) => Some(value),
        Err(problem) => {
            assert!(problem.parameter.is_some() && problem.expected.is_some());
            check(&problem, 400);
            None
        }
    }
}

/// A problem is short, and JSON.
fn check(problem: &Problem, status: u16) {
    assert_eq!(to_response(problem).status(), status);
    let body = serde_json::to_vec(problem).expect("a problem is JSON");
    assert!(body.len() < LONGEST_PROBLEM, "{} bytes", body.len());
    assert!(!problem.detail.is_empty());
}

#[cfg(test)]
mod tests {
    use crate::replay::replay;

    #[test]
    fn queries_of_any_text() {
        replay("queries", super::queries);
    }

    #[test]
    fn cursors_of_any_bytes() {
        replay("cursors", super::cursors);
    }

    #[test]
    fn urls_of_any_text() {
        replay("urls", super::urls);
    }
}
