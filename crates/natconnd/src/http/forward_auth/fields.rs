//! Header fields: those that stand once, and those that are lists.
//!
//! Of a list, to which each proxy adds at the end, the last element counts. It is
//! what the proxy that asks has written itself; all before it was sent to that proxy,
//! perhaps by somebody who wants to be taken for somebody else.

use hyper::HeaderMap;
use hyper::header::HeaderName;

use super::unreadable::{Fault, Unreadable};

/// The value of a header that may stand once; `None` where it is not there.
pub(super) fn only<'a>(
    headers: &'a HeaderMap,
    name: &'static HeaderName,
) -> Result<Option<&'a str>, Unreadable> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let fault = |fault| Unreadable {
        name: name.as_str(),
        fault,
    };
    if values.next().is_some() {
        return Err(fault(Fault::Twice));
    }
    let text = value.to_str().map_err(|_| fault(Fault::Malformed))?;
    Ok(Some(text.trim_matches([' ', '\t'])))
}

/// The last line of a header; `None` where it is not there.
pub(super) fn last_line<'a>(
    headers: &'a HeaderMap,
    name: &'static HeaderName,
) -> Result<Option<&'a str>, Unreadable> {
    let Some(value) = headers.get_all(name).iter().next_back() else {
        return Ok(None);
    };
    value.to_str().map(Some).map_err(|_| Unreadable {
        name: name.as_str(),
        fault: Fault::Malformed,
    })
}

/// The last element of a header without quoted strings.
pub(super) fn last_element<'a>(
    headers: &'a HeaderMap,
    name: &'static HeaderName,
) -> Result<Option<&'a str>, Unreadable> {
    let line = last_line(headers, name)?;
    Ok(line.map(|line| {
        let element = line.rsplit(',').next().unwrap_or_default();
        element.trim_matches([' ', '\t'])
    }))
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    static NAME: HeaderName = HeaderName::from_static("x-forwarded-for");

    fn headers(lines: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(&NAME, HeaderValue::from_bytes(line).unwrap());
        }
        headers
    }

    #[test]
    fn what_stands_once_must_not_stand_twice() {
        let fault = |lines: &[&[u8]]| only(&headers(lines), &NAME).unwrap_err().fault;
        assert_eq!(only(&headers(&[]), &NAME), Ok(None));
        assert_eq!(only(&headers(&[b"a"]), &NAME), Ok(Some("a")));
        assert_eq!(fault(&[b"a", b"a"]), Fault::Twice);
        assert_eq!(fault(&[b"\xff"]), Fault::Malformed);
    }

    #[test]
    fn of_a_list_the_last_counts() {
        for (lines, last) in [
            (&[&b"a"[..]][..], Some("a")),
            (&[b"a, b"], Some("b")),
            (&[b"a, b", b"c ,d"], Some("d")),
            (&[b"a,"], Some("")),
            (&[b""], Some("")),
            (&[], None),
        ] {
            assert_eq!(last_element(&headers(lines), &NAME), Ok(last), "{lines:?}");
        }
        let unreadable = last_element(&headers(&[b"a", b"\xff"]), &NAME).unwrap_err();
        assert_eq!(unreadable.fault, Fault::Malformed);
        assert_eq!(
            last_element(&headers(&[b"\xff", b"a"]), &NAME),
            Ok(Some("a"))
        );
    }
}
