//! The parameter `q`: words that all must fit, as people type them into one box.

use model::{EndpointPattern, Protocol};

use super::filter::PATTERN;
use super::problem::{Refused, bad_value, shortened};
use crate::lookup::Wanted;

/// The most words.
const MOST: usize = 8;

/// How a word is written.
fn expected() -> String {
    format!(
        "words with spaces between them, each tcp, udp or another protocol's name, or {PATTERN}"
    )
}

/// Reads words into what is wanted: a protocol's name, or an endpoint of any role.
pub(super) fn read(wanted: &mut Wanted, value: &str) -> Refused<()> {
    let words = value.split_whitespace();
    if words.clone().count() > MOST {
        let cause = format!("it has more than {MOST} words");
        return Err(bad_value(
            "q",
            value,
            cause,
            format!("at most {MOST} words"),
        ));
    }
    let mut protocols = Vec::new();
    for word in words {
        match protocol(word) {
            Some(protocol) => protocols.push(protocol),
            None => wanted.anywhere.push(endpoint(word)?),
        }
    }
    // A connection has one protocol: of several any will do.
    narrow(&mut wanted.filter.protocols, protocols, "q", value)
}

/// A protocol by its name. A number is none: most who write one mean a port.
fn protocol(word: &str) -> Option<Protocol> {
    let protocol: Protocol = word.parse().ok()?;
    let is_name = word.bytes().all(|byte| !byte.is_ascii_digit());
    is_name.then_some(protocol)
}

fn endpoint(word: &str) -> Refused<EndpointPattern> {
    let is_port = word.parse::<u16>().is_ok();
    let cause = match (is_port, word.parse::<EndpointPattern>()) {
        (false, Ok(pattern)) => return Ok(pattern),
        (true, _) => format!("\"{word}\" is a bare number; a port is written :{word}"),
        (false, Err(error)) => format!("\"{}\": {}", shortened(word), error.cause),
    };
    Err(bad_value("q", word, cause, expected()))
}

/// Leaves of protocols that are wanted already, if any, those that are named as well.
pub(super) fn narrow(
    wanted: &mut Vec<Protocol>,
    mut named: Vec<Protocol>,
    parameter: &str,
    value: &str,
) -> Refused<()> {
    if named.is_empty() {
        return Ok(());
    }
    if !wanted.is_empty() {
        named.retain(|protocol| wanted.contains(protocol));
    }
    if named.is_empty() {
        let names: Vec<String> = wanted.iter().map(Protocol::to_string).collect();
        let cause = format!("no connection is of {} and of this", names.join(" or "));
        let expected = "protocols in one of q and protocol only, or the same in both";
        return Err(bad_value(parameter, value, cause, expected));
    }
    *wanted = named;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(value: &str) -> Refused<Wanted> {
        let mut wanted = Wanted::default();
        read(&mut wanted, value)?;
        Ok(wanted)
    }

    #[test]
    fn words_are_protocols_or_endpoints() {
        let wanted = words(" 192.168.248.2  :443 UDP 2001:db8::/32 ").unwrap();
        assert_eq!(wanted.filter.protocols, [Protocol::UDP]);
        let shown: Vec<String> = wanted.anywhere.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["192.168.248.2", ":443", "2001:db8::/32"]);
        assert!(words("").unwrap().is_any());
        let both = [Protocol::TCP, Protocol::UDP];
        assert_eq!(words("tcp udp").unwrap().filter.protocols, both);
    }

    #[test]
    fn what_is_wrong_with_a_word_is_told() {
        for (value, told) in [
            ("443", "a port is written :443"),
            ("17", "a port is written :17"),
            ("nobody", "\"nobody\" is no IP address"),
            ("1.2.3.4 :x", "\"x\" is no port"),
            ("a b c d e f g h i", "more than 8 words"),
        ] {
            let problem = words(value).unwrap_err();
            assert_eq!(problem.parameter.as_deref(), Some("q"));
            assert!(problem.detail.contains(told), "{}", problem.detail);
        }
    }

    #[test]
    fn protocols_of_two_parameters_must_both_fit() {
        let mut wanted = words("tcp udp").unwrap();
        let protocols = &mut wanted.filter.protocols;
        narrow(
            protocols,
            vec![Protocol::UDP, Protocol::ICMP],
            "protocol",
            "udp,icmp",
        )
        .unwrap();
        assert_eq!(*protocols, [Protocol::UDP]);
        let problem = narrow(protocols, vec![Protocol::TCP], "protocol", "tcp").unwrap_err();
        assert!(
            problem.detail.contains("of udp and of this"),
            "{}",
            problem.detail
        );
    }
}
