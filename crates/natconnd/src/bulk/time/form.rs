//! How times are written: RFC 3339 and its relatives, access logs, syslog, mails, and
//! seconds since 1970.

use super::{Fault, Written, ZoneName};

const MONTHS: [&[u8]; 12] = [
    b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec",
];

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The names of zones that mails and logs have, in hours east of Greenwich. Those of
/// RFC 5322 and those of Central Europe. CST is China's as well, and so is left out.
const ZONES: [(&[u8], i32); 15] = [
    (b"utc", 0),
    (b"gmt", 0),
    (b"ut", 0),
    (b"z", 0),
    (b"est", -5),
    (b"edt", -4),
    (b"cdt", -5),
    (b"mst", -7),
    (b"mdt", -6),
    (b"pst", -8),
    (b"pdt", -7),
    (b"cet", 1),
    (b"cest", 2),
    (b"mez", 1),
    (b"mesz", 2),
];

/// Names of zones that mean several, or one that is not known here.
const OTHER_ZONES: [&[u8]; 59] = [
    b"CST", b"IST", b"BST", b"WET", b"WEST", b"WEZ", b"WESZ", b"EET", b"EEST", b"OEZ", b"OESZ",
    b"MSK", b"MSD", b"MET", b"MEST", b"TRT", b"SAST", b"WAT", b"CAT", b"EAT", b"GST", b"AST",
    b"ADT", b"NST", b"NDT", b"AKST", b"AKDT", b"HST", b"HDT", b"SST", b"BRT", b"BRST", b"ART",
    b"CLT", b"CLST", b"COT", b"PET", b"VET", b"PKT", b"NPT", b"MMT", b"ICT", b"WIB", b"WITA",
    b"WIT", b"HKT", b"SGT", b"MYT", b"PHT", b"KST", b"JST", b"AWST", b"ACST", b"ACDT", b"AEST",
    b"AEDT", b"NZST", b"NZDT", b"UZT",
];

/// Whether a word of capital letters names a zone other than the [`ZONES`].
fn names_zone(word: &[u8]) -> bool {
    // Standard and daylight saving times that are missing above.
    let is_like_one = word.len() == 4
        && (word.ends_with(b"ST") || word.ends_with(b"DT"))
        && !matches!(
            word,
            b"POST" | b"HOST" | b"TEST" | b"LIST" | b"DEST" | b"LAST" | b"FAST" | b"BEST" | b"CEST"
        );
    OTHER_ZONES.contains(&word) || is_like_one
}

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
    words
        .find(|word| {
            let mut shape = word.bytes().map(|byte| match byte {
                b'0'..=b'9' => b'0',
                b'/' => b'-',
                other => other,
            });
            let shape: Vec<u8> = shape.by_ref().take(11).collect();
            shape == b"00:00:00" || shape == b"0000-00-00" || shape == b"00-00-0000"
        })
        .or_else(|| part_of_minute(line))
}

/// The same for `20:15` and `24.11.2026`, which must stand by themselves: such digits
/// are in addresses too.
fn part_of_minute(line: &str) -> Option<&str> {
    let words = line.split([' ', '\t', ',', ';', '(', ')']);
    words
        .map(|word| word.trim_end_matches(['.', ':']))
        .find(|word| {
            let digits_as_zero = |byte: u8| if byte.is_ascii_digit() { b'0' } else { byte };
            let shape: Vec<u8> = word.bytes().take(11).map(digits_as_zero).collect();
            shape == b"00:00" || shape == b"00.00.0000"
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
            self.year_first()
                .or_else(|| self.day_first())
                .or_else(|| self.year_last())
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

    /// `23.11.2026 22:47:00`, and `11/23/2026 22:47:00` where it shows which is the day.
    fn year_last(mut self) -> Option<(Written, usize)> {
        let first = self.number(1, 2)?;
        let separator = self.one_of(b"./-")?;
        let second = self.number(1, 2)?;
        self.one_of(&[separator])?;
        let year = self.number(4, 4)?;
        let _ = self.one_of(b",:Tt");
        let _ = self.spaces();
        self.word(b"um");
        self.word(b"at");
        let (day, month) = match (separator, first, second) {
            (b'.', day, month) => (day, month),
            (_, day @ 13.., month @ ..=12) | (_, month @ ..=12, day @ 13..) => (day, month),
            (_, day, month) if day == month => (day, month),
            (_, first, second) => {
                // Without a time of day it is no time anyway.
                let (_, end) = self.of_day(Some(year), first, second)?;
                return Some((
                    Written::Refused(Fault::DayOrMonth([first, second, year])),
                    end,
                ));
            }
        };
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
        let (mut second, mut nanosecond) = (None, 0);
        if self.one_of(b":").is_some() {
            second = Some(self.number(2, 2)?);
            nanosecond = self.fraction();
        }
        let hour = self.of_twelve(hour)?;
        if self.is_zone_or_range(second) {
            return Some((Written::Refused(Fault::ZoneOrRange), self.at));
        }
        if let Some((word, end)) = self.unknown_zone() {
            return Some((Written::Refused(Fault::Zone(word)), end));
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
                rest: [small(month)?, small(day)?, small(hour)?, small(minute)?],
                second: match second {
                    Some(second) => Some(small(second)?),
                    None => None,
                },
                nanosecond,
                offset,
            },
            self.at,
        ))
    }

    /// The hour of 24, by the AM or PM that may stand behind it; `None` where there is no
    /// such hour.
    fn of_twelve(&mut self, hour: i32) -> Option<i32> {
        let mut scan = *self;
        let _ = scan.spaces();
        let Some(half) = scan.one_of(b"AaPp") else {
            return Some(hour);
        };
        let has_point = scan.one_of(b".").is_some();
        let is_half = scan.one_of(b"Mm").is_some() && (!has_point || scan.one_of(b".").is_some());
        // "20:15 am 24.11.": a German one.
        let is_preposition = hour > 12 && half == b'a';
        if !is_half || is_preposition || scan.peek().is_some_and(is_of_word) {
            return Some(hour);
        }
        *self = scan;
        let is_hour = (1..=12).contains(&hour);
        let noon = if half.eq_ignore_ascii_case(&b'p') {
            12
        } else {
            0
        };
        is_hour.then_some(hour % 12 + noon)
    }

    /// Whether what stands right behind a time to the minute may be its zone or the end of
    /// a range: `2026-11-24 09:13-09:30`.
    fn is_zone_or_range(mut self, second: Option<i32>) -> bool {
        second.is_none()
            && self.one_of(b"-").is_some()
            && self.pair().is_some()
            && self.one_of(b":").is_some()
            && self.pair().is_some()
    }

    /// The word right behind a time that names a zone of which it is not known how far
    /// it is from Greenwich, and where it ends.
    fn unknown_zone(mut self) -> Option<(ZoneName, usize)> {
        let _ = self.spaces();
        self.word(b"Uhr");
        let _ = self.one_of(b"(");
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_uppercase()) {
            self.at += 1;
        }
        let word = &self.bytes[start..self.at];
        let ends = match self.peek() {
            None => true,
            Some(byte) => !is_of_word(byte) && !b"=:/[-'".contains(&byte),
        };
        (ends && names_zone(word)).then(|| (ZoneName::new(word), self.at))
    }

    /// A zone, in seconds east of Greenwich; stays where there is none.
    fn zone(&mut self) -> Option<i32> {
        let mut scan = *self;
        let has_space = scan.spaces().is_some();
        scan.word(b"Uhr");
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

    /// A word and the spaces behind it; stays where it is not there.
    fn word(&mut self, word: &[u8]) {
        let behind = self.bytes[self.at..].strip_prefix(word);
        if behind.is_some_and(|rest| rest.first().is_none_or(|byte| !is_of_word(*byte))) {
            self.at += word.len();
            let _ = self.spaces();
        }
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
