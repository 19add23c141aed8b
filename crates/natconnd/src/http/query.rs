//! Query strings: split, percent-decoded, each parameter once.
//!
//! Written by hand because every lookup comes through here: nothing is
//! allocated for a query without escapes.

use std::borrow::Cow;

use super::problem::{Refused, bad_value, problem, shortened};
use hyper::StatusCode;

/// The longest value, in bytes after decoding.
pub(super) const MAX_VALUE: usize = 4096;

/// Reads a query, giving each parameter's name and value to `set`.
///
/// Refuses names that are not in `known`, names that come twice, escapes that
/// are none and values that are too long.
pub(super) fn read(
    query: Option<&str>,
    known: &'static [&'static str],
    mut set: impl FnMut(&'static str, &str) -> Refused<()>,
) -> Refused<()> {
    debug_assert!(known.len() <= u32::BITS as usize);
    let mut seen = 0_u32;
    for pair in query.unwrap_or_default().split('&') {
        if pair.is_empty() {
            continue;
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decoded(name, name)?;
        let Some(index) = known.iter().position(|known| *known == name) else {
            return Err(unknown_parameter(&name, known));
        };
        let name = known[index];
        if seen & (1 << index) != 0 {
            return Err(bad_value(
                name,
                value,
                "it is there twice",
                "the parameter once; several values go into one, separated by commas",
            ));
        }
        seen |= 1 << index;
        let value = decoded(name, value)?;
        if value.len() > MAX_VALUE {
            let cause = format!("its value is {} bytes long", value.len());
            let expected = format!("at most {MAX_VALUE} bytes");
            return Err(bad_value(name, &value, cause, expected));
        }
        set(name, &value)?;
    }
    Ok(())
}

/// Reads the query of an endpoint that has no parameters.
pub(super) fn read_nothing(query: Option<&str>) -> Refused<()> {
    read(query, &[], |_, _| Ok(()))
}

fn unknown_parameter(name: &str, known: &[&str]) -> Box<crate::api::Problem> {
    let expected = match known {
        [] => "no parameter".to_owned(),
        known => format!("one of {}", known.join(", ")),
    };
    let name = shortened(name);
    let mut problem = problem(
        StatusCode::BAD_REQUEST,
        format!("read parameter {name}: no such parameter, expected {expected}"),
    );
    problem.parameter = Some(name.clone());
    problem.found = Some(name);
    problem.expected = Some(expected);
    problem
}

fn decoded<'a>(parameter: &str, text: &'a str) -> Refused<Cow<'a, str>> {
    decode(text, Plus::IsSpace).ok_or_else(|| {
        bad_value(
            parameter,
            text,
            format!("\"{}\" is not percent-encoded UTF-8", shortened(text)),
            "UTF-8 in which % is followed by two hexadecimal digits",
        )
    })
}

/// What a `+` means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Plus {
    /// A space, as forms send it in a query.
    IsSpace,
    /// Itself, as in a path.
    IsPlus,
}

/// Resolves percent escapes; `None` where they are none, or no UTF-8.
pub(super) fn decode(text: &str, plus: Plus) -> Option<Cow<'_, str>> {
    let is_escape = |byte: u8| byte == b'%' || (byte == b'+' && plus == Plus::IsSpace);
    if !text.bytes().any(is_escape) {
        return Some(Cow::Borrowed(text));
    }
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let high = char::from(bytes.next()?).to_digit(16)?;
                let low = char::from(bytes.next()?).to_digit(16)?;
                u8::try_from(high * 16 + low).ok()?
            }
            b'+' if plus == Plus::IsSpace => b' ',
            byte => byte,
        });
    }
    String::from_utf8(decoded).ok().map(Cow::Owned)
}

/// Reads a comma-separated list.
pub(super) fn list<T>(value: &str, item: impl FnMut(&str) -> Refused<T>) -> Refused<Vec<T>> {
    value.split(',').map(str::trim).map(item).collect()
}

/// Reads `limit`: how many rows at most, 1 to 10 000.
pub(super) fn limit(value: &str) -> Refused<usize> {
    value
        .parse()
        .ok()
        .filter(|limit| (1..=MAX_LIMIT).contains(limit))
        .ok_or_else(|| {
            let expected = format!("a number from 1 to {MAX_LIMIT}");
            let cause = format!(
                "\"{}\" is no number from 1 to {MAX_LIMIT}",
                shortened(value)
            );
            bad_value("limit", value, cause, expected)
        })
}

/// The rows of an answer where `limit` is absent.
pub(super) const DEFAULT_LIMIT: usize = 100;
/// The most rows of an answer.
pub(super) const MAX_LIMIT: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(query: &str) -> Refused<Vec<(&'static str, String)>> {
        let mut pairs = Vec::new();
        read(Some(query), &["nat", "remote"], |name, value| {
            pairs.push((name, value.to_owned()));
            Ok(())
        })?;
        Ok(pairs)
    }

    #[test]
    fn pairs_are_split_and_decoded() {
        let value = |text: &str| text.to_owned();
        assert_eq!(pairs(""), Ok(vec![]));
        assert_eq!(
            pairs("nat=%5B2001%3adb8::1%5D:443&&remote"),
            Ok(vec![
                ("nat", value("[2001:db8::1]:443")),
                ("remote", value(""))
            ])
        );
        assert_eq!(pairs("n%61t=a+b=c%2B&"), Ok(vec![("nat", value("a b=c+"))]));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let refused = |query: &str| {
            let problem = pairs(query).unwrap_err();
            (
                problem.parameter.unwrap_or_default(),
                problem.detail,
                problem.expected.unwrap_or_default(),
            )
        };
        let (parameter, _, expected) = refused("nta=1");
        assert_eq!((&*parameter, &*expected), ("nta", "one of nat, remote"));
        let (parameter, detail, _) = refused("nat=1&remote=2&nat=3");
        assert_eq!(parameter, "nat");
        assert!(detail.ends_with("it is there twice"), "{detail}");
        for query in ["nat=%", "nat=%2", "nat=%zz", "nat=%+1", "nat=%ff"] {
            let (parameter, detail, _) = refused(query);
            assert_eq!(parameter, "nat");
            assert!(detail.contains("is not percent-encoded"), "{detail}");
        }
        let (parameter, detail, _) = refused(&format!("nat={}", "1".repeat(4097)));
        assert_eq!(parameter, "nat");
        assert!(detail.ends_with("its value is 4097 bytes long"), "{detail}");
    }

    #[test]
    fn limits_have_limits() {
        assert_eq!(limit("1"), Ok(1));
        assert_eq!(limit("10000"), Ok(10_000));
        for bad in ["0", "10001", "-1", "", "ten"] {
            assert!(limit(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_plus_in_a_path_is_a_plus() {
        assert_eq!(decode("a+%2B", Plus::IsPlus).as_deref(), Some("a++"));
    }
}
