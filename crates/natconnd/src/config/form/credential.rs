//! What callers are known by, and the names that a listener may be asked by.

use std::net::IpAddr;

use super::super::{CertificateName, TokenHash};
use super::{Fault, Form, Found, Shown, quote, text};
use crate::token;

/// What a hash begins with.
const SHA256: &str = "sha256:";

/// The hash of a token.
pub(in super::super) struct HashOfToken;

impl Form for HashOfToken {
    type Value = TokenHash;
    const SHAPE: &'static str = "sha256:HEX";
    const IS_SECRET: bool = true;

    fn read(found: &Found<'_>) -> Result<TokenHash, Fault> {
        let expected = "the hash of a token, sha256:HEX";
        let how = "`natconn token hash` reads a token and prints its hash";
        let Some(text) = found.get_ref().as_str() else {
            return Err(Fault::new(found, format!("found no text, expected {expected}")).hint(how));
        };
        if text.trim_start().starts_with(token::PREFIX) {
            return Err(Fault::new(found, "found a token, expected its hash").hint(how));
        }
        // Whatever else it is, somebody may use it for a password.
        let Some(hex) = text.strip_prefix(SHA256) else {
            return Err(Fault::new(found, format!("found a text, expected {expected}")).hint(how));
        };
        let hash = digest(hex).ok_or_else(|| {
            let found_digits = format!("found {} characters behind {SHA256}", hex.chars().count());
            Fault::new(
                found,
                format!("{found_digits}, expected 64 hexadecimal digits"),
            )
            .hint(how)
        })?;
        if hash == token::hash("") {
            return Err(
                Fault::new(found, "found the hash of nothing, expected that of a token").hint(how),
            );
        }
        Ok(TokenHash(hash))
    }

    fn write(hash: &TokenHash) -> String {
        quote(&write_digest(&hash.0))
    }
}

/// A client's certificate: its fingerprint, or a name in it.
pub(in super::super) struct CertificateText;

impl Form for CertificateText {
    type Value = CertificateName;
    const SHAPE: &'static str = "DNS name or sha256:HEX";

    fn read(found: &Found<'_>) -> Result<CertificateName, Fault> {
        let text = text(found, "a DNS name or sha256:HEX")?;
        if let Some(hex) = text.strip_prefix(SHA256) {
            // As `openssl x509 -fingerprint` has it.
            return digest(&hex.replace(':', ""))
                .map(CertificateName::Fingerprint)
                .ok_or_else(|| {
                    let cause =
                        format!("{text:?} is no fingerprint, expected 64 hexadecimal digits");
                    Fault::new(found, cause)
                });
        }
        if digest(&text.replace(':', "")).is_some() {
            let fault = Fault::unexpected(found, "a DNS name or sha256:HEX");
            return Err(fault.hint(format!("write \"{SHA256}{text}\"")));
        }
        dns_name(found, text).map(CertificateName::Dns)
    }

    fn write(name: &CertificateName) -> String {
        match name {
            CertificateName::Fingerprint(digest) => quote(&write_digest(digest)),
            CertificateName::Dns(name) => quote(name),
        }
    }
}

/// A name that a listener may be asked by, or `*`.
pub(in super::super) struct HostName;

impl Form for HostName {
    type Value = String;
    const SHAPE: &'static str = "DNS name or \"*\"";

    fn read(found: &Found<'_>) -> Result<String, Fault> {
        let text = text(found, "a DNS name or \"*\"")?;
        if text == "*" {
            return Ok(text.to_owned());
        }
        if text.parse::<IpAddr>().is_ok() {
            let cause = format!("{text:?} is an address, expected a DNS name");
            return Err(Fault::new(found, cause).hint("leave it out: addresses always may"));
        }
        dns_name(found, text)
    }

    fn write(name: &String) -> String {
        quote(name)
    }
}

/// A name as it is compared: in lower case, without the dot of the root.
fn dns_name(found: &Found<'_>, text: &str) -> Result<String, Fault> {
    let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
    let is_label = |label: &str| {
        let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        (1..=63).contains(&label.len()) && label.bytes().all(is_fit)
    };
    if name.len() <= 253 && name.split('.').all(is_label) {
        return Ok(name);
    }
    let fault = Fault::new(found, format!("{} is no DNS name", Shown(found.get_ref())));
    Err(if !text.is_ascii() {
        fault.hint("write it as DNS has it, xn--…")
    } else if text.contains("://") || text.contains(['/', ':']) {
        fault.hint("write the name alone, without scheme, port or path")
    } else if text.contains('*') {
        fault.hint("write every name out")
    } else {
        fault
    })
}

/// 64 hexadecimal digits.
fn digest(hex: &str) -> Option<[u8; 32]> {
    let digits = hex.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut digest = [0; 32];
    for (byte, pair) in digest.iter_mut().zip(digits.chunks(2)) {
        let [high, low] = [pair[0], pair[1]].map(|digit| char::from(digit).to_digit(16));
        *byte = u8::try_from(high? << 4 | low?).ok()?;
    }
    Some(digest)
}

fn write_digest(digest: &[u8; 32]) -> String {
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{SHA256}{hex}")
}
