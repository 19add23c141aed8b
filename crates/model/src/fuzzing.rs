//! What a fuzzer calls: words, endpoints and times as people write them.
//!
//! Compiled for tests, which replay the inputs that are kept in `fuzz/`, and for
//! the fuzzer.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use crate::{Endpoint, EndpointPattern, EndpointSet, Protocol, Timestamp, TranslationKind};

/// A text that may be an endpoint, several, a protocol or a kind.
pub fn endpoints(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    read::<Protocol>(text);
    read::<TranslationKind>(text);
    if let Some(pattern) = read::<EndpointPattern>(text) {
        check(&pattern);
    }
    if let Ok(EndpointSet(patterns)) = text.parse() {
        let one_by_one: Result<Vec<EndpointPattern>, _> =
            text.split(',').map(|item| item.trim().parse()).collect();
        assert_eq!(one_by_one.as_ref(), Ok(&patterns));
        let set = EndpointSet(patterns);
        assert!(set.covers(&set));
        for pattern in &set.0 {
            check(pattern);
            assert!(edges(pattern).iter().all(|edge| set.matches(edge)));
            assert!(set.covers(&EndpointSet(vec![pattern.clone()])));
        }
    }
}

/// A text that may be a time.
pub fn times(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    match text.parse::<Timestamp>() {
        Ok(time) => {
            let cut = Timestamp::of_milliseconds(time.milliseconds());
            assert_eq!(time.to_string().parse(), Ok(cut));
            let trimmed = text.trim();
            assert_eq!(trimmed.parse(), Ok(time));
            if !trimmed.starts_with('[') {
                assert_eq!(format!("[{trimmed}]").parse(), Ok(time));
            }
        }
        Err(error) => {
            assert_eq!(error.found, text);
            assert!(!error.cause.is_empty());
        }
    }
}

/// What is written of a value reads as the same value.
fn read<T>(text: &str) -> Option<T>
where
    T: FromStr<Err: Display> + Display + PartialEq + Debug,
{
    match text.parse::<T>() {
        Ok(value) => {
            assert_eq!(value.to_string().parse().ok().as_ref(), Some(&value));
            Some(value)
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            None
        }
    }
}

fn check(pattern: &EndpointPattern) {
    // A text never means everything by mistake.
    assert!(!pattern.is_any());
    assert!(pattern.covers(pattern));
    for edge in edges(pattern) {
        assert!(pattern.matches(&edge), "{pattern} {edge}");
        assert!(pattern.covers(&EndpointPattern::exactly(edge)));
    }
    if let Some(endpoint) = pattern.endpoint() {
        assert_eq!(EndpointPattern::exactly(endpoint), *pattern);
    }
    if let Some(net) = pattern.addresses {
        assert_eq!(net, net.trunc(), "{pattern}");
    }
}

/// The first and the last endpoint that must fit.
fn edges(pattern: &EndpointPattern) -> [Endpoint; 2] {
    let everything = "0.0.0.0/0".parse().expect("it is a network");
    let net = pattern.addresses.unwrap_or(everything);
    let ports = pattern.ports.clone().unwrap_or(0..=u16::MAX);
    [
        Endpoint::new(net.network(), *ports.start()),
        Endpoint::new(net.broadcast(), *ports.end()),
    ]
}

#[cfg(test)]
mod tests {
    #[test]
    fn endpoints_of_any_text() {
        crate::replay::replay("endpoints", super::endpoints);
    }

    #[test]
    fn times_of_any_text() {
        crate::replay::replay("times", super::times);
    }
}
