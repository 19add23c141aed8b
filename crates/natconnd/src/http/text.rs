//! Numbers, addresses and times as bytes, without the formatting machinery.
//!
//! Each function writes exactly what `Display` of the value would; the tests
//! hold them to that. A lookup writes some twenty of these.

use std::io::Write as _;
use std::net::IpAddr;

use model::{Protocol, Timestamp};

/// Writes a number in decimal.
pub(super) fn decimal(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0_u8; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start..]);
}

/// Writes an address as RFC 5952 has it.
pub(super) fn address(out: &mut Vec<u8>, address: IpAddr) {
    match address {
        IpAddr::V4(address) => {
            for (index, octet) in address.octets().into_iter().enumerate() {
                if index > 0 {
                    out.push(b'.');
                }
                decimal(out, u64::from(octet));
            }
        }
        IpAddr::V6(address) => write!(out, "{address}").expect("a Vec takes every byte"),
    }
}

/// Writes a protocol's name, or its number.
pub(super) fn protocol(out: &mut Vec<u8>, protocol: Protocol) {
    match protocol.name() {
        Some(name) => out.extend_from_slice(name.as_bytes()),
        None => decimal(out, u64::from(protocol.0)),
    }
}

/// Writes a time in RFC 3339, UTC, cut to milliseconds.
pub(super) fn timestamp(out: &mut Vec<u8>, timestamp: Timestamp) {
    const DAY: i64 = 86_400_000;
    let milliseconds = timestamp.0.div_euclid(1_000_000);
    let (year, month, day) = civil(milliseconds.div_euclid(DAY));
    let of_day = milliseconds.rem_euclid(DAY) as u32;
    let mut text = *b"0000-00-00T00:00:00.000Z";
    // Nanoseconds in an i64 reach from 1677 to 2262: four digits.
    put(&mut text[0..4], year);
    put(&mut text[5..7], month);
    put(&mut text[8..10], day);
    put(&mut text[11..13], of_day / 3_600_000);
    put(&mut text[14..16], of_day / 60_000 % 60);
    put(&mut text[17..19], of_day / 1000 % 60);
    put(&mut text[20..23], of_day % 1000);
    out.extend_from_slice(&text);
}

/// Fills `place` with the last digits of `number`.
fn put(place: &mut [u8], mut number: u32) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// Year, month and day of a day counted from 1970-01-01.
///
/// The year is taken to begin in March, so that the leap day is its last and
/// the months' lengths follow one formula.
fn civil(day: i64) -> (u32, u32, u32) {
    const FOUR_CENTURIES: i64 = 146_097;
    // 719 468 days lie between 0000-03-01 and 1970-01-01.
    let day = day + 719_468;
    let of_cycle = day.rem_euclid(FOUR_CENTURIES);
    let year_of_cycle = (of_cycle - of_cycle / 1460 + of_cycle / 36_524 - of_cycle / 146_096) / 365;
    let of_year = of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day_of_month = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = day.div_euclid(FOUR_CENTURIES) * 400 + year_of_cycle + i64::from(month <= 2);
    (year as u32, month as u32, day_of_month as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn everything_is_written_as_display_would(
            number: u64, v4: std::net::Ipv4Addr, v6: std::net::Ipv6Addr, time: i64,
        ) {
            prop_assert_eq!(written(|out| decimal(out, number)), number.to_string());
            prop_assert_eq!(written(|out| address(out, v4.into())), v4.to_string());
            prop_assert_eq!(written(|out| address(out, v6.into())), v6.to_string());
            let time = Timestamp(time);
            prop_assert_eq!(written(|out| timestamp(out, time)), time.to_string());
        }
    }

    #[test]
    fn edges_are_written_as_display_would() {
        for number in [0, 9, 10, 99, 100, u64::MAX] {
            assert_eq!(written(|out| decimal(out, number)), number.to_string());
        }
        for number in 0..=255 {
            let number = Protocol(number);
            assert_eq!(written(|out| protocol(out, number)), number.to_string());
        }
        // Every day that an i64 of nanoseconds can name, at its first and
        // last millisecond.
        const DAY: i64 = 86_400_000_000_000;
        for day in i64::MIN / DAY..=i64::MAX / DAY {
            let first = Timestamp(day * DAY);
            assert_eq!(written(|out| timestamp(out, first)), first.to_string());
        }
        for edge in [i64::MIN, -1, 0, i64::MAX] {
            let edge = Timestamp(edge);
            assert_eq!(written(|out| timestamp(out, edge)), edge.to_string());
        }
    }
}
