//! CSV as it is found in the wild: records cut out of a stream and left as they are,
//! and their fields for reading.
//!
//! A quote counts at the begin of a field only (RFC 4180), so one within does no
//! harm. One that is never closed would take the rest of the file with it; it is
//! given up after [`MAX_LINES`] lines, and the record ends where its line does.

use std::borrow::Cow;

/// Line breaks within one record, beyond which a quote was not meant.
const MAX_LINES: usize = 64;

/// What stands between two columns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Delimiter(pub u8);

impl Delimiter {
    /// The delimiter that stands most often in a header, outside quotes; `None` where
    /// there is one column only.
    pub fn of_header(header: &str) -> Option<Self> {
        let count = |delimiter: u8| {
            let mut is_quoted = false;
            let bytes = header.bytes().filter(|byte| {
                is_quoted ^= *byte == b'"';
                !is_quoted && *byte == delimiter
            });
            bytes.count()
        };
        let candidates = [b',', b'\t', b';', b'|'].map(|byte| (count(byte), Self(byte)));
        // Of two that stand there as often, the first.
        let best = candidates
            .into_iter()
            .reduce(|best, next| if next.0 > best.0 { next } else { best });
        match best {
            Some((0, _)) => (!header.trim().is_empty()).then_some(Self(b',')),
            best => best.map(|(_, delimiter)| delimiter),
        }
    }
}

/// Where a record ends in what has been read so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// Behind this byte, the line break included.
    At(usize),
    /// There, but a quote in it is not closed.
    Broken(usize),
    /// Not yet.
    Open,
}

/// Finds the end of the record that `bytes` begin with; `is_all` where no more will
/// come, or no more fits.
pub fn end_of_record(bytes: &[u8], delimiter: Delimiter, is_all: bool) -> End {
    let mut is_quoted = false;
    let mut begins_field = true;
    let mut first_line = None;
    let mut lines = 0;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' if is_quoted || begins_field => {
                is_quoted = !is_quoted;
                // A quote behind a closing one opens again: it is an escaped one.
                begins_field = !is_quoted;
                continue;
            }
            b'\n' if is_quoted => {
                first_line.get_or_insert(at + 1);
                lines += 1;
                if lines > MAX_LINES {
                    break;
                }
            }
            b'\n' => return End::At(at + 1),
            _ => {}
        }
        begins_field = !is_quoted && *byte == delimiter.0;
    }
    let is_given_up = lines > MAX_LINES || is_all;
    match first_line {
        Some(first_line) if is_given_up && is_quoted => End::Broken(first_line),
        _ if is_all && is_quoted => End::Broken(bytes.len()),
        _ if is_all => End::At(bytes.len()),
        _ => End::Open,
    }
}

/// The fields of a record, without their quotes.
pub fn fields(record: &[u8], delimiter: Delimiter) -> Vec<Cow<'_, str>> {
    let record = without_line_end(record).0;
    let mut fields = Vec::new();
    let mut rest = record;
    loop {
        let (field, behind) = field(rest, delimiter);
        fields.push(field);
        match behind {
            Some(behind) => rest = behind,
            None => return fields,
        }
    }
}

/// The first field, and what stands behind the delimiter that ends it.
fn field(bytes: &[u8], delimiter: Delimiter) -> (Cow<'_, str>, Option<&[u8]>) {
    let ends_at = |bytes: &[u8]| bytes.iter().position(|byte| *byte == delimiter.0);
    if bytes.first() != Some(&b'"') {
        return match ends_at(bytes) {
            Some(end) => (
                String::from_utf8_lossy(&bytes[..end]),
                Some(&bytes[end + 1..]),
            ),
            None => (String::from_utf8_lossy(bytes), None),
        };
    }
    let mut text = Vec::new();
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match (byte, bytes.get(at + 1)) {
            (b'"', Some(b'"')) => {
                text.push(b'"');
                at += 2;
            }
            (b'"', _) => break,
            _ => {
                text.push(*byte);
                at += 1;
            }
        }
    }
    let behind = bytes.get(at + 1..).unwrap_or_default();
    let text = Cow::Owned(String::from_utf8_lossy(&text).into_owned());
    match ends_at(behind) {
        Some(end) => (text, Some(&behind[end + 1..])),
        None => (text, None),
    }
}

/// A line and its line break.
pub fn without_line_end(line: &[u8]) -> (&[u8], &[u8]) {
    let length = match line {
        [.., b'\r', b'\n'] => line.len() - 2,
        [.., b'\n'] => line.len() - 1,
        _ => line.len(),
    };
    line.split_at(length)
}

/// Writes a field, in quotes where it needs them.
pub fn write_field(out: &mut Vec<u8>, text: &str, delimiter: Delimiter) {
    let needs_quotes = text
        .bytes()
        .any(|byte| byte == delimiter.0 || matches!(byte, b'"' | b'\n' | b'\r'));
    if !needs_quotes {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    for byte in text.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COMMA: Delimiter = Delimiter(b',');

    fn records(text: &str) -> Vec<(String, bool)> {
        let mut rest = text.as_bytes();
        let mut records = Vec::new();
        while !rest.is_empty() {
            let (end, is_broken) = match end_of_record(rest, COMMA, true) {
                End::At(end) => (end, false),
                End::Broken(end) => (end, true),
                End::Open => unreachable!("all of it is there"),
            };
            records.push((
                String::from_utf8_lossy(&rest[..end]).into_owned(),
                is_broken,
            ));
            rest = &rest[end..];
        }
        records
    }

    fn whole(texts: &[&str]) -> Vec<(String, bool)> {
        texts
            .iter()
            .map(|text| ((*text).to_owned(), false))
            .collect()
    }

    #[test]
    fn records_end_where_their_quotes_do() {
        assert_eq!(records("a,b\nc\r\nd"), whole(&["a,b\n", "c\r\n", "d"]));
        let quoted = "\"a\nb\",c\n";
        assert_eq!(records(&format!("{quoted}d\n")), whole(&[quoted, "d\n"]));
        let escaped = "x,\"a\"\"\nb\"\n";
        assert_eq!(records(&format!("{escaped}d\n")), whole(&[escaped, "d\n"]));
        // Within a field it is a sign like any other.
        assert_eq!(records("5\" pipe,1\nd\n"), whole(&["5\" pipe,1\n", "d\n"]));
        assert_eq!(end_of_record(b"a,\"b\n", COMMA, false), End::Open);
        assert_eq!(end_of_record(b"a,b", COMMA, false), End::Open);
    }

    #[test]
    fn a_quote_that_is_never_closed_takes_one_line() {
        let mut expected = whole(&["a\n", "\"b\n", "c\n"]);
        expected[1].1 = true;
        assert_eq!(records("a\n\"b\nc\n"), expected);
        let many = format!("\"b\n{}", "c\n".repeat(100));
        assert_eq!(end_of_record(many.as_bytes(), COMMA, false), End::Broken(3));
    }

    #[test]
    fn delimiters_are_told_from_the_header() {
        let of = |header| Delimiter::of_header(header).map(|it| char::from(it.0));
        assert_eq!(of("a;b;c"), Some(';'));
        assert_eq!(of("a\tb,c\td"), Some('\t'));
        assert_eq!(of("\"a;b\",c"), Some(','));
        assert_eq!(of("a|b"), Some('|'));
        assert_eq!(of("nat"), Some(','));
        assert_eq!(of(" "), None);
    }

    proptest! {
        #[test]
        fn fields_are_what_the_csv_crate_reads(
            rows in prop::collection::vec(prop::collection::vec("[a\",;\n\r é]{0,6}", 1..5), 1..6)
        ) {
            let mut writer = ::csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let read: Vec<Vec<String>> = records(&text)
                .iter()
                .map(|(record, is_broken)| {
                    assert!(!is_broken);
                    let fields = fields(record.as_bytes(), COMMA);
                    fields.into_iter().map(Cow::into_owned).collect()
                })
                .collect();
            prop_assert_eq!(&read, &rows);
            for row in &rows {
                let mut out = Vec::new();
                for (index, field) in row.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    write_field(&mut out, field, COMMA);
                }
                prop_assert_eq!(&fields(&out, COMMA), row);
            }
        }

        #[test]
        fn no_byte_is_lost(text in "[ab\",\n]{0,60}") {
            let joined: String = records(&text).into_iter().map(|(record, _)| record).collect();
            prop_assert_eq!(joined, text);
        }
    }
}
