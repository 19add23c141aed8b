//! Files of JSON lines, each with a checksum of its own.
//!
//! A line is `{"crc32":"89abcdef","entry":…}`, where the checksum is that of the
//! entry's bytes as they stand there. So every line is JSON, and a line that was cut
//! off or changed is found out.

use std::io::{self, BufRead, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

const BEFORE: &str = "{\"crc32\":\"";
const BETWEEN: &str = "\",\"entry\":";
const AFTER: &str = "}";

/// One entry as a line, with its end.
///
/// # Errors
///
/// Where the entry is nothing that JSON has.
pub(crate) fn line(entry: &impl Serialize) -> io::Result<String> {
    let json = serde_json::to_string(entry)?;
    let crc32 = crc32fast::hash(json.as_bytes());
    Ok(format!("{BEFORE}{crc32:08x}{BETWEEN}{json}{AFTER}\n"))
}

/// The entry of a line, if it is whole.
pub(crate) fn entry<T: DeserializeOwned>(line: &[u8]) -> Option<T> {
    let rest = line.strip_prefix(BEFORE.as_bytes())?;
    let (crc32, rest) = rest.split_at_checked(8)?;
    let json = rest
        .strip_prefix(BETWEEN.as_bytes())?
        .strip_suffix(AFTER.as_bytes())?;
    let crc32 = u32::from_str_radix(std::str::from_utf8(crc32).ok()?, 16).ok()?;
    if crc32 != crc32fast::hash(json) {
        return None;
    }
    serde_json::from_slice(json).ok()
}

/// Bytes of the longest line that is read. The longest that are written are of holds, with
/// what was not known of their time.
const LONGEST: usize = 4 << 20;

/// Calls `visit` with the entries of all whole lines, one after the other, and says how many
/// were not whole. An entry that `visit` does not take counts with these.
///
/// # Errors
///
/// Where it cannot be read.
pub(crate) fn read<T: DeserializeOwned>(
    mut input: impl BufRead,
    mut visit: impl FnMut(T) -> bool,
) -> io::Result<usize> {
    let mut damaged = 0;
    let mut line = Vec::new();
    while let Some(is_too_long) = take_line(&mut input, &mut line)? {
        let is_taken = !is_too_long && entry(&line).is_some_and(&mut visit);
        damaged += usize::from(!is_taken && !line.is_empty());
    }
    Ok(damaged)
}

/// Reads the next line, without its end, and no more than [`LONGEST`] bytes of it; says
/// whether there were more. Nothing after the last one.
fn take_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Option<bool>> {
    line.clear();
    let mut is_too_long = false;
    let mut has_any = false;
    loop {
        let bytes = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        if bytes.is_empty() {
            return Ok(has_any.then_some(is_too_long));
        }
        has_any = true;
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let part = &bytes[..end.unwrap_or(bytes.len())];
        let room = LONGEST - line.len();
        is_too_long |= part.len() > room;
        line.extend_from_slice(&part[..part.len().min(room)]);
        let used = part.len() + usize::from(end.is_some());
        input.consume(used);
        if end.is_some() {
            return Ok(Some(is_too_long));
        }
    }
}

/// Writes all entries.
///
/// # Errors
///
/// Where it cannot be written.
pub(crate) fn write<T: Serialize>(
    mut output: impl Write,
    entries: impl Iterator<Item = T>,
) -> io::Result<()> {
    let mut text = String::new();
    for entry in entries {
        text.push_str(&line(&entry)?);
    }
    output.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn a_line_that_was_changed_anywhere_is_found_out() {
        let good = line(&("a", 1)).unwrap();
        let good = good.trim_end().as_bytes();
        assert_eq!(entry(good), Some(("a".to_owned(), 1)));
        for place in 0..good.len() {
            let mut bad = good.to_vec();
            bad[place] ^= 1;
            assert_eq!(entry::<(String, i32)>(&bad), None, "at {place}");
        }
    }

    #[test]
    fn what_was_cut_off_costs_one_line() {
        let text = [line(&1).unwrap(), line(&2).unwrap()].concat();
        let cut = &text.as_bytes()[..text.len() - 3];
        assert_eq!(all(cut), (vec![1], 1));
        assert_eq!(all(text.as_bytes()), (vec![1, 2], 0));
        assert_eq!(all(b""), (vec![], 0));
        assert_eq!(all(b"\n\n"), (vec![], 0));
    }

    #[test]
    fn a_line_without_end_takes_no_memory_without_end() {
        let good = line(&7).unwrap();
        let input = io::BufReader::new(
            io::repeat(b'x')
                .take(64 << 20)
                .chain(b"\n".as_slice())
                .chain(good.as_bytes()),
        );
        let mut taken = Vec::new();
        let damaged = read(input, |number: i32| {
            taken.push(number);
            true
        });
        assert_eq!((taken, damaged.unwrap()), (vec![7], 1));
        let mut line = Vec::new();
        let input = io::repeat(b'x').take(64 << 20);
        let is_too_long = take_line(&mut io::BufReader::new(input), &mut line);
        assert_eq!(is_too_long.unwrap(), Some(true));
        assert!(line.capacity() <= 2 * LONGEST, "{}", line.capacity());
    }

    #[test]
    fn what_is_not_taken_is_damage() {
        let text = [line(&1).unwrap(), line(&2).unwrap()].concat();
        assert_eq!(read(text.as_bytes(), |number: i32| number > 1).unwrap(), 1);
    }

    fn all(bytes: &[u8]) -> (Vec<i32>, usize) {
        let mut entries = Vec::new();
        let damaged = read(bytes, |entry| {
            entries.push(entry);
            true
        });
        (entries, damaged.unwrap())
    }
}
