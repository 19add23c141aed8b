//! Whole numbers with a unit: durations and sizes.

use std::time::Duration;

/// Why a text is no amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AmountError {
    /// It does not begin with a whole number.
    NoNumber,
    /// Nothing follows the number.
    NoUnit(u64),
    /// What follows the number is none of the units.
    UnknownUnit(u64, String),
    /// It is beyond what can be counted.
    TooLarge,
}

/// A unit and how many of the smallest unit it stands for.
pub(super) type Unit = (&'static str, u64);

/// The units of durations, in milliseconds, largest first.
pub(super) const TIME_UNITS: &[Unit] = &[
    ("w", 7 * 24 * 60 * 60 * 1000),
    ("d", 24 * 60 * 60 * 1000),
    ("h", 60 * 60 * 1000),
    ("m", 60 * 1000),
    ("s", 1000),
    ("ms", 1),
];

/// The units of sizes, in bytes, largest first.
pub(super) const SIZE_UNITS: &[Unit] = &[
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("B", 1),
];

/// Reads `NUMBER UNIT`, with or without a space, as so many of the smallest
/// unit.
pub(super) fn parse(text: &str, units: &[Unit]) -> Result<u64, AmountError> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    if number.is_empty() || unit.starts_with(['.', ',']) {
        return Err(AmountError::NoNumber);
    }
    let number: u64 = number.parse().map_err(|_| AmountError::TooLarge)?;
    let unit = unit.trim_start();
    if unit.is_empty() {
        return Err(AmountError::NoUnit(number));
    }
    let (_, factor) = units
        .iter()
        .find(|(name, _)| *name == unit)
        .ok_or_else(|| AmountError::UnknownUnit(number, unit.to_owned()))?;
    number.checked_mul(*factor).ok_or(AmountError::TooLarge)
}

/// Reads a duration as the configuration writes it (`250ms`, `2s`, `1h`), or `0`.
///
/// # Errors
///
/// What is wrong with the text, in words.
pub fn read_duration(text: &str) -> Result<Duration, String> {
    match parse(text, TIME_UNITS) {
        Ok(milliseconds) => Ok(Duration::from_millis(milliseconds)),
        Err(AmountError::NoUnit(0)) => Ok(Duration::ZERO),
        Err(AmountError::NoUnit(_)) => Err(format!("\"{text}\" has no unit")),
        Err(AmountError::UnknownUnit(_, unit)) => {
            Err(format!("\"{text}\" has the unit \"{unit}\""))
        }
        Err(AmountError::NoNumber) => Err(format!("\"{text}\" is no duration")),
        Err(AmountError::TooLarge) => Err(format!("\"{text}\" is too long")),
    }
}

/// Writes in the largest unit that keeps the number whole.
///
/// Weeks are read but never written: `14d` says more than `2w`.
pub(super) fn write(amount: u64, units: &[Unit]) -> String {
    let (name, factor) = units
        .iter()
        .filter(|(name, _)| *name != "w")
        .find(|(_, factor)| amount != 0 && amount.is_multiple_of(*factor))
        .copied()
        // Zero of anything is the same; seconds and bytes look least odd.
        .unwrap_or((if units == SIZE_UNITS { "B" } else { "s" }, 1));
    format!("{}{name}", amount / factor)
}

/// Writes a duration; what is below a millisecond is rounded up.
pub(super) fn write_duration(duration: Duration) -> String {
    let milliseconds = duration.as_nanos().div_ceil(1_000_000);
    write(u64::try_from(milliseconds).unwrap_or(u64::MAX), TIME_UNITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_unit() {
        let time = |text| parse(text, TIME_UNITS);
        assert_eq!(time("250ms"), Ok(250));
        assert_eq!(time("10s"), Ok(10_000));
        assert_eq!(time("5 m"), Ok(300_000));
        assert_eq!(time("1h"), Ok(3_600_000));
        assert_eq!(time("1d"), Ok(86_400_000));
        assert_eq!(time("2w"), Ok(1_209_600_000));
        let size = |text| parse(text, SIZE_UNITS);
        assert_eq!(size("7B"), Ok(7));
        assert_eq!(size("2KiB"), Ok(2048));
        assert_eq!(size("64MiB"), Ok(67_108_864));
        assert_eq!(size("1GiB"), Ok(1_073_741_824));
    }

    #[test]
    fn says_what_is_wrong() {
        let time = |text| parse(text, TIME_UNITS).unwrap_err();
        assert_eq!(time("90"), AmountError::NoUnit(90));
        assert_eq!(time("9sec"), AmountError::UnknownUnit(9, "sec".to_owned()));
        assert_eq!(time(""), AmountError::NoNumber);
        assert_eq!(time("-1s"), AmountError::NoNumber);
        assert_eq!(time("1.5h"), AmountError::NoNumber);
        assert_eq!(time("99999999999999999999s"), AmountError::TooLarge);
        assert_eq!(time("9999999999999999w"), AmountError::TooLarge);
    }

    #[test]
    fn durations_are_read_in_words() {
        let read = read_duration;
        assert_eq!(read("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(read("0"), Ok(Duration::ZERO));
        assert_eq!(read("5").unwrap_err(), "\"5\" has no unit");
        assert_eq!(read("5sec").unwrap_err(), "\"5sec\" has the unit \"sec\"");
        assert_eq!(read("-1s").unwrap_err(), "\"-1s\" is no duration");
        assert_eq!(
            read("9999999999999999w").unwrap_err(),
            "\"9999999999999999w\" is too long"
        );
    }

    #[test]
    fn writes_in_the_largest_unit_that_fits() {
        assert_eq!(write(90_000, TIME_UNITS), "90s");
        assert_eq!(write(1_209_600_000, TIME_UNITS), "14d");
        assert_eq!(write(0, TIME_UNITS), "0s");
        assert_eq!(write(1 << 26, SIZE_UNITS), "64MiB");
        assert_eq!(write(0, SIZE_UNITS), "0B");
        assert_eq!(write_duration(Duration::from_micros(1)), "1ms");
    }
}
