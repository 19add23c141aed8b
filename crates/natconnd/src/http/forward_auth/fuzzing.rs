//! What a fuzzer calls: questions as proxies ask them.

use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue};

use super::answer;
use super::asked::{self, Asked};

/// A query, and on each line behind it a header.
pub fn clients(bytes: &[u8]) {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let Ok(query) = str::from_utf8(lines.next().unwrap_or_default()) else {
        return;
    };
    let headers = headers(lines);
    let asked = asked::read(Some(query), &headers);
    assert_eq!(
        asked.requires_one,
        query
            .split('&')
            .any(|pair| pair.split('=').next() == Some("require")),
    );
    let Asked {
        client,
        requires_one,
    } = asked;
    match client {
        Ok(client) => {
            // Whoever says the same in the other way asks the same.
            let mut query = format!("nat={}", client.endpoint);
            if let Some(address) = client.server.address() {
                query += &format!("&remote={address}");
            }
            if let Some(port) = client.server.port() {
                query += &format!("&remote_port={port}");
            }
            if let Some(protocol) = client.protocol {
                query += &format!("&protocol={protocol}");
            }
            let again = asked::read(Some(&query), &HeaderMap::new());
            assert_eq!(again.client, Ok(client));
        }
        Err(unreadable) => {
            let response = answer::unreadable(&unreadable, requires_one);
            let status = if requires_one { 403 } else { 204 };
            assert_eq!(response.status(), status);
        }
    }
    // Headers are of no account where the query names the client.
    if query.split('&').any(|pair| pair.starts_with("nat=")) {
        let alone = asked::read(Some(query), &HeaderMap::new());
        assert_eq!(alone, asked::read(Some(query), &headers));
    }
}

fn headers<'a>(lines: impl Iterator<Item = &'a [u8]>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines {
        let colon = line.iter().position(|byte| *byte == b':');
        let (name, value) = line.split_at(colon.unwrap_or(line.len()));
        let name = HeaderName::from_bytes(name);
        let value = HeaderValue::from_bytes(value.get(1..).unwrap_or_default());
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    headers
}

#[cfg(test)]
mod tests {
    use crate::replay::replay;

    #[test]
    fn clients_of_any_bytes() {
        replay("clients", super::clients);
    }
}
