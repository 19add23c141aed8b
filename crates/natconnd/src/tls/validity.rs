//! From when to when a certificate is valid, read from its DER.
//!
//! rustls judges the certificates of others and has no word for when our own ends. A
//! parser of all of X.509 would be a large dependency for two times, so this walks past
//! what stands before them (RFC 5280, section 4.1) and reads those. Only the operator's
//! own files come here, never what a client sends.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use model::Timestamp;

/// The times between which a certificate is valid, both included, to the second.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Validity {
    /// Its first second.
    pub not_before: Timestamp,
    /// Its last second.
    pub not_after: Timestamp,
}

/// The DER is not that of a certificate.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("its encoding is not that of a certificate")]
pub struct NoValidity;

/// Tags of DER (X.690, section 8.1.2).
mod tag {
    pub const INTEGER: u8 = 0x02;
    pub const UTC_TIME: u8 = 0x17;
    pub const GENERALIZED_TIME: u8 = 0x18;
    pub const SEQUENCE: u8 = 0x30;
    /// `[0]`, constructed.
    pub const VERSION: u8 = 0xa0;
}

impl Validity {
    /// Reads it from a certificate in DER.
    ///
    /// # Errors
    ///
    /// The bytes are no certificate, as far as that shows up to the times.
    pub fn of(certificate: &[u8]) -> Result<Self, NoValidity> {
        let certificate = Reader(certificate).value(tag::SEQUENCE)?;
        let mut signed = Reader(Reader(certificate).value(tag::SEQUENCE)?);
        if signed.0.first() == Some(&tag::VERSION) {
            signed.value(tag::VERSION)?;
        }
        signed.value(tag::INTEGER)?; // the serial number
        signed.value(tag::SEQUENCE)?; // the algorithm of the signature
        signed.value(tag::SEQUENCE)?; // the issuer
        let mut times = Reader(signed.value(tag::SEQUENCE)?);
        Ok(Self {
            not_before: times.time()?,
            not_after: times.time()?,
        })
    }
}

/// What is left to be read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The next value, which must have this tag.
    fn value(&mut self, tag: u8) -> Result<&'a [u8], NoValidity> {
        match self.any()? {
            (found, value) if found == tag => Ok(value),
            _ => Err(NoValidity),
        }
    }

    /// The next value with its tag.
    fn any(&mut self) -> Result<(u8, &'a [u8]), NoValidity> {
        let (&[tag, length], mut rest) = self.0.split_first_chunk().ok_or(NoValidity)?;
        let mut length = usize::from(length);
        if length >= 0x80 {
            // Long form: so many bytes are the length. Four are 4 GB.
            let bytes = length - 0x80;
            let (digits, behind) = rest.split_at_checked(bytes).ok_or(NoValidity)?;
            if !(1..=4).contains(&bytes) {
                return Err(NoValidity);
            }
            length = digits
                .iter()
                .fold(0, |length, digit| length << 8 | usize::from(*digit));
            rest = behind;
        }
        let (value, rest) = rest.split_at_checked(length).ok_or(NoValidity)?;
        self.0 = rest;
        Ok((tag, value))
    }

    fn time(&mut self) -> Result<Timestamp, NoValidity> {
        let (tag, text) = self.any()?;
        let text = std::str::from_utf8(text).map_err(|_| NoValidity)?;
        let digits = text.strip_suffix('Z').ok_or(NoValidity)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NoValidity);
        }
        match (tag, digits.len()) {
            // Two digits are a year from 1950 to 2049.
            (tag::UTC_TIME, 12) if *digits >= *"5" => time(&format!("19{digits}")),
            (tag::UTC_TIME, 12) => time(&format!("20{digits}")),
            (tag::GENERALIZED_TIME, 14) => time(digits),
            _ => Err(NoValidity),
        }
    }
}

/// `YYYYMMDDhhmmss` in UTC. Times outside of [`Timestamp`]'s range, such as the 99991231235959
/// that means "for ever", are its first or last one.
fn time(digits: &str) -> Result<Timestamp, NoValidity> {
    let number = |at: usize| digits[at..at + 2].parse::<i8>().map_err(|_| NoValidity);
    let year = digits[..4].parse::<i16>().map_err(|_| NoValidity)?;
    let date = Date::new(year, number(4)?, number(6)?).map_err(|_| NoValidity)?;
    let time = Time::new(number(8)?, number(10)?, number(12)?, 0).map_err(|_| NoValidity)?;
    let nanoseconds = TimeZone::UTC
        .to_timestamp(date.to_datetime(time))
        .ok()
        .and_then(|time| i64::try_from(time.as_nanosecond()).ok());
    let beyond = match year {
        ..1970 => Timestamp::MIN,
        1970.. => Timestamp::MAX,
    };
    Ok(nanoseconds.map_or(beyond, Timestamp))
}
