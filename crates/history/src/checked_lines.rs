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

/// The entries of all whole lines, and how many were not whole.
///
/// # Errors
///
/// Where it cannot be read.
pub(crate) fn read<T: DeserializeOwned>(input: impl BufRead) -> io::Result<(Vec<T>, usize)> {
    let mut entries = Vec::new();
    let mut damaged = 0;
    for line in input.split(b'\n') {
        let line = line?;
        match entry(&line) {
            Some(entry) => entries.push(entry),
            None => damaged += usize::from(!line.is_empty()),
        }
    }
    Ok((entries, damaged))
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
        assert_eq!(read::<i32>(cut).unwrap(), (vec![1], 1));
        assert_eq!(read::<i32>(text.as_bytes()).unwrap(), (vec![1, 2], 0));
    }
}
