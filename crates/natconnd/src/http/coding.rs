//! How a body is coded: as it is, or in chunks.
//!
//! Nothing is decompressed here: a few kilobytes would become gigabytes. And what else a
//! body says of its coding, two programs could understand in two ways; the one in front
//! would see one request where this one sees two.

use hyper::StatusCode;
use hyper::header::{CONTENT_ENCODING, HeaderMap, HeaderValue, TRANSFER_ENCODING};

use super::problem::{Refused, problem, shortened};
use crate::api::Problem;

/// Refuses a body that is anything else.
pub(super) fn check(headers: &HeaderMap) -> Refused<()> {
    for value in headers.get_all(CONTENT_ENCODING) {
        if !is(value, "identity") {
            return Err(compressed(&in_words(value)));
        }
    }
    let mut values = headers.get_all(TRANSFER_ENCODING).iter();
    let Some(value) = values.next() else {
        return Ok(());
    };
    if !is(value, "chunked") || values.next().is_some() {
        return Err(otherwise_transferred(&in_words(value)));
    }
    Ok(())
}

/// 415: it would have to be decompressed.
pub(super) fn compressed(coding: &str) -> Box<Problem> {
    let detail =
        format!("read the body: it has the content encoding {coding}; send it without one");
    problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail)
}

/// 501: it comes neither as it is nor in chunks.
pub(super) fn otherwise_transferred(coding: &str) -> Box<Problem> {
    let detail = format!(
        "read the body: it has the transfer encoding {coding}; chunked alone is understood"
    );
    problem(StatusCode::NOT_IMPLEMENTED, detail)
}

fn is(value: &HeaderValue, word: &str) -> bool {
    value
        .as_bytes()
        .trim_ascii()
        .eq_ignore_ascii_case(word.as_bytes())
}

fn in_words(value: &HeaderValue) -> String {
    shortened(&String::from_utf8_lossy(value.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(lines: &[(&str, &str)]) -> Option<u16> {
        let headers = lines.iter().map(|(name, value)| {
            let name = hyper::header::HeaderName::try_from(*name).unwrap();
            (name, HeaderValue::from_str(value).unwrap())
        });
        let headers: HeaderMap = headers.collect();
        check(&headers).err().map(|problem| problem.status)
    }

    #[test]
    fn a_body_is_as_it_is_or_in_chunks() {
        for fine in [
            &[][..],
            &[("content-length", "5")],
            &[("transfer-encoding", "chunked")],
            &[("transfer-encoding", "Chunked")],
            &[("content-encoding", "identity")],
        ] {
            assert_eq!(refused(fine), None, "{fine:?}");
        }
        for coding in [
            "gzip",
            "br",
            "zstd",
            "deflate",
            "identity, gzip",
            "aes128gcm",
            "",
        ] {
            assert_eq!(
                refused(&[("content-encoding", coding)]),
                Some(415),
                "{coding}"
            );
        }
        let twice = [
            ("content-encoding", "identity"),
            ("content-encoding", "gzip"),
        ];
        assert_eq!(refused(&twice), Some(415));
        for coding in [
            "gzip, chunked",
            "chunked, chunked",
            "identity",
            "\"chunked\"",
            "",
        ] {
            assert_eq!(
                refused(&[("transfer-encoding", coding)]),
                Some(501),
                "{coding}"
            );
        }
        let twice = [
            ("transfer-encoding", "chunked"),
            ("transfer-encoding", "chunked"),
        ];
        assert_eq!(refused(&twice), Some(501));
    }
}
