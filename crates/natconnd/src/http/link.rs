//! The header that names the next page.

use hyper::header::HeaderValue;

use super::query::{Plus, decode};

/// Where the next page is (RFC 8288): the same query with another cursor.
pub(super) fn link(path: &str, query: &str, next: &str) -> Option<HeaderValue> {
    let mut target = format!("<{path}?");
    for pair in query.split('&') {
        let name = pair.split('=').next().unwrap_or_default();
        let is_cursor = decode(name, Plus::IsSpace).is_some_and(|name| name == "cursor");
        if !pair.is_empty() && !is_cursor {
            target.push_str(pair);
            target.push('&');
        }
    }
    HeaderValue::try_from(format!("{target}cursor={next}>; rel=\"next\"")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_keeps_the_query() {
        let next = link("/p", "nat=:1&cursor=00&limit=5&", "01").unwrap();
        assert_eq!(next, "</p?nat=:1&limit=5&cursor=01>; rel=\"next\"");
        // However the old cursor's name is written.
        let next = link("/p", "%63ursor=00&zone=1", "01").unwrap();
        assert_eq!(next, "</p?zone=1&cursor=01>; rel=\"next\"");
    }
}
