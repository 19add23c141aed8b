//! Addresses of pages, with what they ask.

use std::fmt::Write as _;

/// A path and its query: fields that are empty are left out.
pub fn address(path: &str, fields: &[(&str, &str)]) -> String {
    let mut address = path.to_owned();
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
        address.push(if address.len() == path.len() {
            '?'
        } else {
            '&'
        });
        address.push_str(name);
        address.push('=');
        escape(&mut address, value);
    }
    address
}

/// Writes a value so that it means itself in a query (RFC 3986, section 3.4); what is
/// common in endpoints stays readable.
pub fn escape(out: &mut String, value: &str) {
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z'
            | b'A'..=b'Z'
            | b'0'..=b'9'
            | b'-'
            | b'.'
            | b'_'
            | b'~'
            | b':'
            | b'/'
            | b',' => {
                out.push(byte.into());
            }
            b' ' => out.push('+'),
            // Writing to a string cannot go wrong.
            byte => drop(write!(out, "%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_mean_themselves() {
        let fields = [
            ("q", "a&b=c+d \"é"),
            ("empty", ""),
            ("nat", "[2001:db8::1]:443,10.0.0.0/8"),
        ];
        assert_eq!(
            address("/live", &fields),
            "/live?q=a%26b%3Dc%2Bd+%22%C3%A9&nat=%5B2001:db8::1%5D:443,10.0.0.0/8"
        );
        assert_eq!(address("/live", &[]), "/live");
    }
}
