//! What a form sends.

use http_body_util::{BodyExt, Limited};
use hyper::StatusCode;
use hyper::body::Incoming;

use super::super::problem::{Refused, problem};
use super::super::query::{Plus, decode};

/// The longest body of a form, in bytes: escapes make a paste up to three times as
/// long.
pub(super) const MAX_BODY: usize = 768 * 1024;

/// Reads the fields of a form, in their order (`application/x-www-form-urlencoded`).
pub(super) async fn read(body: Incoming) -> Refused<Vec<(String, String)>> {
    let body = Limited::new(body, MAX_BODY).collect().await;
    let body = body.map_err(|error| {
        let detail = format!(
            "read the form: {error}; for longer input there is `natconn lookup --file` and \
             POST /api/v1/lookups"
        );
        problem(StatusCode::PAYLOAD_TOO_LARGE, detail)
    })?;
    let body = body.to_bytes();
    fields(&String::from_utf8_lossy(&body))
}

/// The fields of a query or of a form's body.
pub(super) fn fields(text: &str) -> Refused<Vec<(String, String)>> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decoded = |text| decode(text, Plus::IsSpace).map(std::borrow::Cow::into_owned);
            decoded(name).zip(decoded(value)).ok_or_else(|| {
                let detail = "read the form: it is not percent-encoded UTF-8";
                problem(StatusCode::BAD_REQUEST, detail)
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_resolved() {
        let read = fields("text=a%0D%0Ab+c&timezone=&x").unwrap();
        let expected = [("text", "a\r\nb c"), ("timezone", ""), ("x", "")];
        let expected: Vec<_> = expected
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        assert_eq!(read, expected);
        assert!(fields("text=%zz").is_err());
    }
}
