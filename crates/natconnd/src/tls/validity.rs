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
        let mut signed = signed(certificate)?;
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

/// Whether a certificate is of version 1 of X.509, which has no extensions and so no names.
pub(super) fn is_of_version_one(certificate: &[u8]) -> bool {
    // It is the version where none is said.
    signed(certificate).is_ok_and(|signed| signed.0.first() == Some(&tag::INTEGER))
}

/// The part of a certificate that is signed.
fn signed(certificate: &[u8]) -> Result<Reader<'_>, NoValidity> {
    let certificate = Reader(certificate).value(tag::SEQUENCE)?;
    Reader(certificate).value(tag::SEQUENCE).map(Reader)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A certificate as far as it is read: version 3, and all else as short as can be.
    fn certificate(times: &[u8]) -> Vec<u8> {
        let wrap = |tag: u8, value: &[u8]| {
            let length = u8::try_from(value.len()).unwrap();
            [&[tag, length], value].concat()
        };
        let fields = [
            &[tag::VERSION, 3, 2, 1, 2][..],
            &[tag::INTEGER, 1, 7],
            &[tag::SEQUENCE, 0],
            &[tag::SEQUENCE, 0],
            &wrap(tag::SEQUENCE, times),
        ];
        wrap(tag::SEQUENCE, &wrap(tag::SEQUENCE, &fields.concat()))
    }

    fn times(first: (u8, &str), last: (u8, &str)) -> Result<[String; 2], NoValidity> {
        let encode = |(tag, text): (u8, &str)| {
            [&[tag, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat()
        };
        let validity = Validity::of(&certificate(&[encode(first), encode(last)].concat()))?;
        Ok([
            validity.not_before.to_string(),
            validity.not_after.to_string(),
        ])
    }

    #[test]
    fn years_are_of_the_right_century() {
        let (short, long) = (tag::UTC_TIME, tag::GENERALIZED_TIME);
        assert_eq!(
            times((short, "500101000000Z"), (short, "491231235959Z")),
            Ok(["1950-01-01T00:00:00.000Z", "2049-12-31T23:59:59.000Z"].map(str::to_owned))
        );
        assert_eq!(
            times((long, "20500101000000Z"), (long, "20520229120000Z")),
            Ok(["2050-01-01T00:00:00.000Z", "2052-02-29T12:00:00.000Z"].map(str::to_owned))
        );
        let [first, last] = times((long, "00010101000000Z"), (long, "99991231235959Z")).unwrap();
        assert_eq!(first, Timestamp::MIN.to_string());
        assert_eq!(last, Timestamp::MAX.to_string());
    }

    #[test]
    fn what_is_no_time_is_refused() {
        let good = (tag::UTC_TIME, "260101000000Z");
        for bad in [
            (tag::UTC_TIME, "260101000000"),
            (tag::UTC_TIME, "2601010000Z"),
            (tag::UTC_TIME, "20260101000000Z"),
            (tag::UTC_TIME, "260101000000+0100"),
            (tag::UTC_TIME, "261301000000Z"),
            (tag::UTC_TIME, "260229000000Z"),
            (tag::UTC_TIME, "-60101000000Z"),
            (tag::UTC_TIME, "2601010000\u{e4}Z"),
            (tag::GENERALIZED_TIME, "20260101000000.5Z"),
            (tag::GENERALIZED_TIME, "20260101240000Z"),
            (tag::GENERALIZED_TIME, ""),
            (tag::INTEGER, "260101000000Z"),
        ] {
            assert!(times(good, bad).is_err(), "{bad:?}");
            assert!(times(bad, good).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn what_is_cut_or_damaged_is_refused_or_read() {
        let good = (tag::UTC_TIME, "260101000000Z");
        let times = [&[good.0, 13], good.1.as_bytes()].concat().repeat(2);
        let whole = certificate(&times);
        assert!(Validity::of(&whole).is_ok());
        for length in 0..whole.len() {
            assert_eq!(Validity::of(&whole[..length]), Err(NoValidity), "{length}");
        }
        // Whatever it says, it is said without a panic.
        for at in 0..whole.len() {
            for byte in 0..=u8::MAX {
                let mut damaged = whole.clone();
                damaged[at] = byte;
                let _ = Validity::of(&damaged);
            }
        }
        assert_eq!(Validity::of(&[0x30, 0x85, 1, 1, 1, 1, 1]), Err(NoValidity));
        assert_eq!(Validity::of(&[0x30, 0x80, 0, 0]), Err(NoValidity));
        assert_eq!(
            Validity::of(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]),
            Err(NoValidity)
        );
    }
}
