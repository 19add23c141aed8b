//! Durations, sizes and counts.

use std::time::Duration;

use super::super::amount::{self, AmountError, SIZE_UNITS, TIME_UNITS};
use super::{Fault, Form, Found, Shown, integer, quote, text};

/// Sums with the clock stay in range up to here: a hundred years.
const LONGEST: Duration = Duration::from_millis(36_500 * 24 * 60 * 60 * 1000);

/// A duration, which may be zero.
pub(in super::super) struct TimeSpan;

impl Form for TimeSpan {
    type Value = Duration;
    const SHAPE: &'static str = "duration";

    fn read(found: &Found<'_>) -> Result<Duration, Fault> {
        if let Some(number) = integer(found) {
            let fault = Fault::new(found, format!("{number} has no unit"));
            return Err(fault.hint(time_hint(number.unsigned_abs())));
        }
        let text = text(found, "a duration such as \"10s\"")?;
        let milliseconds = amount::parse(text, TIME_UNITS).map_err(|error| match error {
            AmountError::NoNumber => Fault::new(
                found,
                format!("{text:?} is no duration, expected a whole number and a unit"),
            )
            .hint("write one number and one unit of ms, s, m, h, d and w, such as \"90m\""),
            AmountError::NoUnit(number) => {
                Fault::new(found, format!("{text:?} has no unit")).hint(time_hint(number))
            }
            AmountError::UnknownUnit(_, unit) => Fault::new(
                found,
                format!("{text:?} has the unit {unit:?}, expected ms, s, m, h, d or w"),
            ),
            AmountError::TooLarge => too_long(found, text),
        })?;
        let duration = Duration::from_millis(milliseconds);
        if duration > LONGEST {
            return Err(too_long(found, text));
        }
        Ok(duration)
    }

    fn write(duration: &Duration) -> String {
        quote(&amount::write_duration(*duration))
    }
}

fn too_long(found: &Found<'_>, text: &str) -> Fault {
    Fault::new(
        found,
        format!("{text:?} is too long, expected at most \"36500d\""),
    )
}

fn time_hint(number: u64) -> String {
    format!("write \"{number}s\", \"{number}m\" or \"{number}h\"")
}

/// A duration that is not zero.
pub(in super::super) struct Period;

impl Form for Period {
    type Value = Duration;
    const SHAPE: &'static str = "duration, not zero";

    fn read(found: &Found<'_>) -> Result<Duration, Fault> {
        let duration = TimeSpan::read(found)?;
        if duration.is_zero() {
            return Err(Fault::unexpected(found, "a duration longer than zero"));
        }
        Ok(duration)
    }

    fn write(duration: &Duration) -> String {
        TimeSpan::write(duration)
    }
}

/// The size of a socket's receive buffer, in bytes.
pub(in super::super) struct BufferSize;

impl BufferSize {
    const SMALLEST: u64 = 4 << 10;
    /// `SO_RCVBUFFORCE` takes an `int`, and the kernel doubles it.
    const LARGEST: u64 = 1 << 30;
}

impl Form for BufferSize {
    type Value = u64;
    const SHAPE: &'static str = "size from 4KiB to 1GiB";

    fn read(found: &Found<'_>) -> Result<u64, Fault> {
        let bytes = bytes(found)?;
        if !(Self::SMALLEST..=Self::LARGEST).contains(&bytes) {
            return Err(no_size(
                found,
                "no buffer size, expected \"4KiB\" to \"1GiB\"",
            ));
        }
        Ok(bytes)
    }

    fn write(bytes: &u64) -> String {
        quote(&amount::write(*bytes, SIZE_UNITS))
    }
}

/// What a request may bring or a file may hold, in bytes.
pub(in super::super) struct Size;

impl Size {
    /// A few lines have to fit.
    const SMALLEST: u64 = 1 << 10;
}

impl Form for Size {
    type Value = u64;
    const SHAPE: &'static str = "size from 1KiB";

    fn read(found: &Found<'_>) -> Result<u64, Fault> {
        let bytes = bytes(found)?;
        if bytes < Self::SMALLEST {
            return Err(no_size(found, "too little, expected \"1KiB\" or more"));
        }
        Ok(bytes)
    }

    fn write(bytes: &u64) -> String {
        quote(&amount::write(*bytes, SIZE_UNITS))
    }
}

/// What files may take together, in bytes.
pub(in super::super) struct DiskSize;

impl DiskSize {
    /// A full segment and the journal of the next have to fit.
    const SMALLEST: u64 = 256 << 20;
}

impl Form for DiskSize {
    type Value = u64;
    const SHAPE: &'static str = "size from 256MiB";

    fn read(found: &Found<'_>) -> Result<u64, Fault> {
        let bytes = bytes(found)?;
        if bytes < Self::SMALLEST {
            return Err(no_size(found, "too little, expected \"256MiB\" or more"));
        }
        Ok(bytes)
    }

    fn write(bytes: &u64) -> String {
        quote(&amount::write(*bytes, SIZE_UNITS))
    }
}

/// A number of bytes, however many.
fn bytes(found: &Found<'_>) -> Result<u64, Fault> {
    if let Some(number) = integer(found) {
        let fault = Fault::new(found, format!("{number} has no unit"));
        return Err(fault.hint(size_hint(number.unsigned_abs())));
    }
    let text = text(found, "a size such as \"64MiB\"")?;
    amount::parse(text, SIZE_UNITS).map_err(|error| match error {
        AmountError::NoNumber => Fault::new(
            found,
            format!("{text:?} is no size, expected a whole number and a unit"),
        )
        .hint("write one number and one unit of B, KiB, MiB, GiB and TiB, such as \"64MiB\""),
        AmountError::NoUnit(number) => {
            Fault::new(found, format!("{text:?} has no unit")).hint(size_hint(number))
        }
        AmountError::UnknownUnit(number, unit) => unknown_size_unit(found, text, number, &unit),
        AmountError::TooLarge => no_size(found, "too large"),
    })
}

fn no_size(found: &Found<'_>, cause: &str) -> Fault {
    let shown = Shown(found.get_ref());
    Fault::new(found, format!("{shown} is {cause}"))
}

/// `k` is 1000 to some and 1024 to others, so neither is guessed.
fn unknown_size_unit(found: &Found<'_>, text: &str, number: u64, unit: &str) -> Fault {
    let fault = Fault::new(
        found,
        format!("{text:?} has the unit {unit:?}, expected B, KiB, MiB, GiB or TiB"),
    );
    let letter = unit
        .chars()
        .next()
        .map(|letter| letter.to_ascii_uppercase());
    match letter {
        Some(letter @ ('K' | 'M' | 'G' | 'T')) => {
            fault.hint(format!("write \"{number}{letter}iB\""))
        }
        _ => fault,
    }
}

fn size_hint(number: u64) -> String {
    if number >= BufferSize::SMALLEST {
        format!("write \"{}\"", amount::write(number, SIZE_UNITS))
    } else {
        format!("write \"{number}MiB\" or \"{number}KiB\"")
    }
}

/// How many hosts to list one by one: a few, or none.
pub(in super::super) struct HostCount;

impl Form for HostCount {
    type Value = usize;
    const SHAPE: &'static str = "whole number from 0 to 100";

    fn read(found: &Found<'_>) -> Result<usize, Fault> {
        integer(found)
            .and_then(|number| usize::try_from(number).ok())
            .filter(|number| *number <= 100)
            .ok_or_else(|| Fault::unexpected(found, format_args!("a {}", Self::SHAPE)))
    }

    fn write(number: &usize) -> String {
        number.to_string()
    }
}

/// A whole number of things, at least one.
pub(in super::super) struct Count;

impl Form for Count {
    type Value = usize;
    const SHAPE: &'static str = "whole number from 1";

    fn read(found: &Found<'_>) -> Result<usize, Fault> {
        let expected = "a whole number from 1";
        if let Some(text) = found.get_ref().as_str() {
            let fault = Fault::unexpected(found, expected);
            return Err(match text.trim().parse::<u32>() {
                Ok(number) => fault.hint(format!("write {number}, without quotes")),
                Err(_) => fault,
            });
        }
        integer(found)
            .and_then(|number| usize::try_from(number).ok())
            .filter(|number| *number > 0)
            .ok_or_else(|| Fault::unexpected(found, expected))
    }

    fn write(number: &usize) -> String {
        number.to_string()
    }
}
