//! How times are written: RFC 3339 and its relatives, access logs, syslog, mails, and
//! seconds since 1970.

use super::Written;

const MONTHS: [&[u8]; 12] = [
    b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec",
];

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The names of zones that mails and logs have, in hours east of Greenwich. Those of
/// RFC 5322, and two that stand in Europe's logs; other names mean several zones.
const ZONES: [(&[u8], i32); 14] = [
    (b"utc", 0),
    (b"gmt", 0),
    (b"ut", 0),
    (b"z", 0),
    (b"est", -5),
    (b"edt", -4),
    (b"cst", -6),
    (b"cdt", -5),
    (b"mst", -7),
    (b"mdt", -6),
    (b"pst", -8),
    (b"pdt", -7),
    (b"cet", 1),
    (b"cest", 2),
];

/// Whether a word is a day of the week, cut to three letters or not.
pub fn is_weekday(word: &str) -> bool {
    let word = word.trim();
    (3..=9).contains(&word.len())
        && word.is_ascii()
        && WEEKDAYS.contains(&word[..3].to_ascii_lowercase().as_str())
}

/// The time that a line says with the fewest assumptions, the first of several.
///
/// Seconds since 1970 count only where the line begins with them: other numbers of
/// ten digits are not rare.
pub fn find(line: &str) -> Option<Written> {
    let bytes = line.as_bytes();
    let mut best: Option<Written> = None;
    let mut at = 0;
    while at < bytes.len() {
        let starts_word = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
        let may_begin = bytes[at].is_ascii_alphanumeric();
        let found = (starts_word && may_begin)
            .then(|| Scan { bytes, at }.time(at == 0))
            .flatten();
        let Some((written, end)) = found else {
            at += 1;
            continue;
        };
        if best.is_none_or(|best| written.assumes() < best.assumes()) {
            best = Some(written);
        }
        at = end;
    }
    best
}

/// What looks like a date or a time of day in a line in which [`find`] finds no time.
pub fn part_of_time(line: &str) -> Option<&str> {
    let is_of_part = |letter: char| letter.is_ascii_digit() || ":-/".contains(letter);
    let mut words = line.split(|letter: char| !is_of_part(letter) && !letter.is_ascii_alphabetic());
    words.find(|word| {
        let mut shape = word.bytes().map(|byte| match byte {
            b'0'..=b'9' => b'0',
            b'/' => b'-',
            other => other,
        });
        let shape: Vec<u8> = shape.by_ref().take(11).collect();
        shape == b"00:00:00" || shape == b"0000-00-00"
    })
}

/// The time that a text begins with, and its length.
pub fn at_start(text: &str) -> Option<(Written, usize)> {
    let bytes = text.as_bytes();
    let scan = Scan { bytes, at: 0 };
    scan.since_1970().or_else(|| scan.civil())
}

/// A place in a text; each method goes on behind what it has read.
#[derive(Clone, Copy)]
struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    fn time(self, may_be_number: bool) -> Option<(Written, usize)> {
        self.civil().or_else(|| {
            let (written, end) = may_be_number.then(|| self.since_1970())??;
            let is_number_of_its_own = self.bytes[self.at..end].contains(&b'.');
            is_number_of_its_own.then_some((written, end))
        })
    }

    /// Seconds with or without a fraction, milliseconds, microseconds, nanoseconds:
    /// by their number of digits, which tells them apart from 2001 to 2286.
    fn since_1970(mut self) -> Option<(Written, usize)> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        let digits = self.at - start;
        let scale = match digits {
            10 => 1_000_000_000,
            13 => 1_000_000,
            16 => 1000,
            19 => 1,
            _ => return None,
        };
        let number: i128 = std::str::from_utf8(&self.bytes[start..self.at])
            .ok()?
            .parse()
            .ok()?;
        let fraction = if digits == 10 { self.fraction() } else { 0 };
        let ends = self.peek().is_none_or(|byte| !is_of_word(byte));
        ends.then_some((
            Written::Since1970(number * scale + i128::from(fraction)),
            self.at,
        ))
    }

    fn civil(self) -> Option<(Written, usize)> {
        let first = self.peek()?;
        if first.is_ascii_digit() {
            self.year_first().or_else(|| self.day_first())
        } else {
            self.month_first()
        }
    }

    /// `2026-11-23T22:47:00.123Z`, `2026/11/23 22:47:00`.
    fn year_first(mut self) -> Option<(Written, usize)> {
        let year = self.number(4, 4)?;
        let separator = self.one_of(b"-/.")?;
        let month = self.number(1, 2)?;
        self.one_of(&[separator])?;
        let day = self.number(1, 2)?;
        if self.one_of(b"Tt_").is_none() {
            self.spaces()?;
        }
        self.of_day(Some(year), month, day)
    }

    /// `23/Nov/2026:22:47:00 +0000`, `23 Nov 2026 22:47:00`.
    fn day_first(mut self) -> Option<(Written, usize)> {
        let day = self.number(1, 2)?;
        let separator = self.one_of(b"/ -")?;
        let month = self.month()?;
        self.one_of(&[separator])?;
        let year = self.number(4, 4)?;
        if self.one_of(b":,").is_none() {
            self.spaces()?;
        }
        let _ = self.spaces();
        self.of_day(Some(year), month, day)
    }

    /// `Nov 23 22:47:00`, `Nov 23 2026 22:47:00`, `Nov 23 22:47:00 2026`.
    fn month_first(mut self) -> Option<(Written, usize)> {
        let month = self.month()?;
        self.spaces()?;
        let day = self.number(1, 2)?;
        let _ = self.one_of(b",");
        self.spaces()?;
        let mut with_year = self;
        if let Some(year) = with_year.number(4, 4)
            && with_year.spaces().is_some()
        {
            return with_year.of_day(Some(year), month, day);
        }
        self.of_day(None, month, day)
    }

    /// The time of day, and the zone and year that may stand behind it.
    fn of_day(mut self, year: Option<i32>, month: i32, day: i32) -> Option<(Written, usize)> {
        let hour = self.number(1, 2)?;
        self.one_of(b":")?;
        let minute = self.number(2, 2)?;
        let (mut second, mut nanosecond) = (0, 0);
        if self.one_of(b":").is_some() {
            second = self.number(2, 2)?;
            nanosecond = self.fraction();
        }
        let mut offset = self.zone();
        let mut year = year;
        if year.is_none() {
            let mut behind = self;
            if behind.spaces().is_some()
                && let Some(number) = behind.number(4, 4)
                && behind
                    .peek()
                    .is_none_or(|byte| !is_of_word(byte) && byte != b':')
            {
                year = Some(number);
                self = behind;
                offset = offset.or_else(|| self.zone());
            }
        }
        let small = |number: i32| i8::try_from(number).ok();
        Some((
            Written::Civil {
                year: match year {
                    Some(year) => Some(i16::try_from(year).ok()?),
                    None => None,
                },
                rest: [
                    small(month)?,
                    small(day)?,
                    small(hour)?,
                    small(minute)?,
                    small(second)?,
                ],
                nanosecond,
                offset,
            },
            self.at,
        ))
    }

    /// A zone, in seconds east of Greenwich; stays where there is none.
    fn zone(&mut self) -> Option<i32> {
        let mut scan = *self;
        let has_space = scan.spaces().is_some();
        let is_comment = scan.one_of(b"(").is_some();
        let seconds = match scan.peek()? {
            sign @ (b'+' | b'-') => {
                scan.at += 1;
                let hours = scan.pair()?;
                let has_colon = scan.one_of(b":").is_some();
                let minutes = match scan.pair() {
                    Some(minutes) => minutes,
                    // Behind a space it may be another number.
                    None if has_colon || has_space => return None,
                    // A date, as in "-11-24".
                    None if matches!(scan.peek(), Some(b'-' | b'.' | b'/')) => return None,
                    None => 0,
                };
                let seconds = hours * 3600 + minutes * 60;
                if sign == b'-' { -seconds } else { seconds }
            }
            _ => {
                let start = scan.at;
                while scan.peek().is_some_and(|byte| byte.is_ascii_alphabetic()) {
                    scan.at += 1;
                }
                let word = scan.bytes[start..scan.at].to_ascii_lowercase();
                let (_, hours) = ZONES.iter().find(|(name, _)| *name == word)?;
                hours * 3600
            }
        };
        let is_closed = !is_comment || scan.one_of(b")").is_some();
        if !is_closed || scan.peek().is_some_and(is_of_word) {
            return None;
        }
        *self = scan;
        Some(seconds)
    }

    /// Digits behind a point or comma, in nanoseconds; 0 where there are none.
    fn fraction(&mut self) -> i32 {
        let mut scan = *self;
        let Some(separator) = scan.one_of(b".,") else {
            return 0;
        };
        let (mut nanoseconds, mut digits) = (0_i32, 0_u32);
        while let Some(byte) = scan.peek().filter(u8::is_ascii_digit) {
            if digits < 9 {
                nanoseconds = nanoseconds * 10 + i32::from(byte - b'0');
                digits += 1;
            }
            scan.at += 1;
        }
        let length = scan.at - self.at - 1;
        if digits == 0 || separator == b',' && !scan.ends_comma_fraction(length) {
            return 0;
        }
        *self = scan;
        nanoseconds * 10_i32.pow(9 - digits)
    }

    /// Whether so many digits behind a comma are a fraction, and not the next column: a
    /// date, an address, a port.
    fn ends_comma_fraction(self, digits: usize) -> bool {
        if !matches!(digits, 1..=3 | 6 | 9) {
            return false;
        }
        let mut behind = self;
        match behind.one_of(b"-./:") {
            None => true,
            // A zone: "-05:00", and "-0500" behind what no date has so many digits of.
            Some(b'-') => {
                behind.pair().is_some()
                    && (behind.one_of(b":").is_some() || digits >= 3)
                    && behind.pair().is_some()
                    && behind.peek().is_none_or(|byte| !byte.is_ascii_digit())
            }
            Some(_) => behind.peek().is_none_or(|byte| !byte.is_ascii_digit()),
        }
    }

    fn month(&mut self) -> Option<i32> {
        let name = self.bytes.get(self.at..self.at + 3)?.to_ascii_lowercase();
        let month = MONTHS.iter().position(|month| *month == name)?;
        self.at += 3;
        // July and the like, written out.
        while self.peek().is_some_and(|byte| byte.is_ascii_alphabetic()) {
            self.at += 1;
        }
        i32::try_from(month + 1).ok()
    }

    /// A number of so many digits, behind which no other digit stands.
    fn number(&mut self, least: usize, most: usize) -> Option<i32> {
        let start = self.at;
        let mut number = 0;
        while let Some(byte) = self.peek().filter(u8::is_ascii_digit) {
            if self.at - start == most {
                return None;
            }
            number = number * 10 + i32::from(byte - b'0');
            self.at += 1;
        }
        (self.at - start >= least).then_some(number)
    }

    /// A number of two digits, whatever stands behind them.
    fn pair(&mut self) -> Option<i32> {
        let digits = self.bytes.get(self.at..self.at + 2)?;
        let is_number = digits.iter().all(u8::is_ascii_digit);
        is_number.then(|| {
            self.at += 2;
            i32::from(digits[0] - b'0') * 10 + i32::from(digits[1] - b'0')
        })
    }

    fn one_of(&mut self, bytes: &[u8]) -> Option<u8> {
        let byte = self.peek().filter(|byte| bytes.contains(byte))?;
        self.at += 1;
        Some(byte)
    }

    /// At least one space.
    fn spaces(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }
}

const fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
