//! What a form sends.

use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::StatusCode;
use hyper::body::Incoming;
use tokio::time::timeout;

use super::super::problem::{Refused, problem};
use super::super::query::{Plus, decode};
use super::super::room;
use crate::api::Problem;

/// The longest body of a form, in bytes: escapes make a paste up to three times as
/// long.
pub(super) const MAX_BODY: usize = 768 * 1024;

/// Bytes of a form that there is always room for: a line, a question, a short mail.
const ALWAYS: usize = 16 * 1024;

/// How long all of it may take, however it trickles.
const MOST: Duration = Duration::from_secs(60);

/// Reads the fields of a form, in their order (`application/x-www-form-urlencoded`);
/// `patience` is how long it may bring nothing.
pub(super) async fn read(body: Incoming, patience: Duration) -> Refused<Vec<(String, String)>> {
    let read = timeout(MOST, bytes(body, patience)).await;
    let bytes = read.unwrap_or_else(|_| Err(too_slow("it was not whole after", MOST)))?;
    fields(&String::from_utf8_lossy(&bytes))
}

async fn bytes(body: Incoming, patience: Duration) -> Refused<Vec<u8>> {
    let mut body = Limited::new(body, MAX_BODY);
    let mut bytes = Vec::new();
    let mut held = None;
    loop {
        let frame = timeout(patience, body.frame()).await;
        let frame = frame.map_err(|_| too_slow("nothing came for", patience))?;
        let Some(frame) = frame.transpose().map_err(|error| {
            let detail = format!(
                "read the form: {error}; for longer input there is `natconn lookup --file` and \
                 POST /api/v1/lookups"
            );
            problem(StatusCode::PAYLOAD_TOO_LARGE, detail)
        })?
        else {
            return Ok(bytes);
        };
        if let Ok(data) = frame.into_data() {
            bytes.extend_from_slice(&data);
        }
        if bytes.len() > ALWAYS && held.is_none() {
            // All that it may become, so that none waits for what another one has.
            held = Some(room::try_hold(MAX_BODY).ok_or_else(no_room)?);
        }
    }
}

fn no_room() -> Box<Problem> {
    let detail = "read the form: too many long ones are being read, try again";
    problem(StatusCode::SERVICE_UNAVAILABLE, detail)
}

fn too_slow(what: &str, time: Duration) -> Box<Problem> {
    let detail = format!("read the form: {what} {} s", time.as_secs_f64());
    problem(StatusCode::REQUEST_TIMEOUT, detail)
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
