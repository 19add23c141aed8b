//! Files that somebody made to do harm are refused before they take memory, stack or time.
//!
//! They are kept in `tests/fixtures/hostile`, where natconnd's own tests take them
//! from. `BLESS=1` writes them anew.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use model::{EndpointPattern, Lookup, Match, Period};

use super::craft::{self, Chunk, Page, of_dictionary, same_number, text, usual};
use super::{Place, open, sorted};
use crate::Question;
use crate::arbitrary::everything;
use crate::deadline::Deadline;
use crate::segment::column::Column;
use crate::segment::hybrid::push_varint;
use crate::segment::page::Coding;
use crate::segment::{Segment, SegmentError};

const FIXTURES: &str = "tests/fixtures/hostile";

fn kept(name: &str) -> PathBuf {
    Path::new(FIXTURES).join(format!("{name}.parquet"))
}

/// How much more memory any of them may take, in bytes.
const MOST_MEMORY: u64 = 384 << 20;

/// A file of so many rows that is as usual, but for one column.
fn but_for(rows: u32, other: Column, chunk: &Chunk) -> Vec<u8> {
    craft::file(u64::from(rows), |column| match column {
        _ if column == other => chunk.clone(),
        column => usual(column, rows),
    })
}

/// More than any page has, of which zstd makes next to nothing.
fn bomb() -> Vec<u8> {
    vec![0; (64 << 20) + 1]
}

/// Each file, and words of what is said of it.
fn files() -> BTreeMap<&'static str, (Vec<u8>, &'static str)> {
    let schema_of = |elements: &[Vec<u8>]| {
        // Version 1, then field 2: a list of structures.
        let mut fields = vec![0x15, 2, 0x19, 0xfc];
        push_varint(&mut fields, elements.len() as u64);
        elements.iter().for_each(|element| fields.extend(element));
        craft::footer_alone(&fields, 2)
    };
    // Repetition required, name "a", so many columns within it.
    let group = |children: u64| {
        let mut element = vec![0x35, 0, 0x18, 1, b'a', 0x15];
        push_varint(&mut element, children << 1);
        element.push(0);
        element
    };
    let mut lists = craft::file(1, |column| usual(column, 1));
    let from = super::super::seal::index_from(&lists).unwrap() as usize;
    // The first index of pages, which says that it has as many as can be said.
    lists[from..][..7].copy_from_slice(&[0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 7]);
    let lists = craft::sealed(lists);
    let mut cut = craft::file(1, |column| usual(column, 1));
    cut.truncate(cut.len() - 20);
    let mut length = craft::file(1, |column| usual(column, 1));
    let end = length.len();
    length[end - 8..end - 4].copy_from_slice(&u32::MAX.to_le_bytes());
    let length = craft::sealed(length);
    let two_rows = Page {
        values: 2,
        ..same_number(443, 1)
    };
    let delta = |data: Page| Chunk {
        dictionary: None,
        data,
    };
    let differing_levels = {
        // Levels of a page that are not one run, of as many rows as a group has at most.
        let mut levels = Vec::new();
        push_varint(&mut levels, 1 << 1);
        levels.push(1);
        push_varint(&mut levels, ((1_u64 << 22) - 1) << 1);
        levels.push(0);
        let mut body = (levels.len() as u32).to_le_bytes().to_vec();
        body.extend(levels);
        body.push(0);
        push_varint(&mut body, 1 << 1);
        let mut chunk = of_dictionary(1, 53_u32.to_le_bytes().to_vec(), 1 << 22);
        chunk.data.body = body;
        chunk
    };
    [
        (
            "columns-in-columns",
            schema_of(&vec![group(1); 20_000]),
            "columns, expected 64 at most",
        ),
        (
            "columns-few-in-columns",
            schema_of(&vec![group(1); 60]),
            "element 0 of its schema has 1 columns, expected 59",
        ),
        (
            "columns-without-number",
            schema_of(&[group(i32::MAX as u64)]),
            "has 2147483647 columns, expected 0",
        ),
        ("lists-without-end", lists, "its index of pages is none"),
        ("cut", cut, "it does not end as a Parquet file"),
        (
            "footer-longer-than-file",
            length,
            "its footer is longer than its index",
        ),
        (
            "rows-without-number",
            craft::file(4_000_000_000, |column| usual(column, 4_000_000_000)),
            "a group has 4000000000 rows, expected 4194304 at most",
        ),
        (
            "rows-beyond-any-number",
            craft::file(u64::MAX >> 1, |column| usual(column, 1)),
            "expected 4194304 at most",
        ),
        (
            "numbers-without-bits",
            but_for(1 << 22, Column::NatPort, &delta(same_number(443, 1 << 22))),
            "4194304 values that are not all the same",
        ),
        (
            "levels-without-bits",
            but_for(1 << 22, Column::RemotePort, &differing_levels),
            "4194304 values that are not all the same",
        ),
        (
            "rows-that-pages-lack",
            but_for(2, Column::NatPort, &delta(two_rows)),
            "a page of nat_port is cut",
        ),
        (
            "bomb-in-dictionary",
            but_for(1, Column::NatAddress, &of_dictionary(1, bomb(), 1)),
            "a page has 67108865 bytes, expected 67108864 at most",
        ),
        (
            "bomb-in-page",
            but_for(
                1,
                Column::NatPort,
                &delta(Page {
                    values: 1,
                    coding: Coding::Delta,
                    body: bomb(),
                }),
            ),
            "a page has 67108865 bytes, expected 65552 at most",
        ),
        (
            "words-without-number",
            but_for(
                1,
                Column::Kind,
                &of_dictionary(1 << 20, text("source").repeat(1 << 20), 1),
            ),
            "kind has 1048576 different words",
        ),
        (
            "address-that-is-none",
            but_for(
                1,
                Column::InternalAddress,
                &of_dictionary(1, text("\x1b[2J\r\n<script>alert(1)</script>"), 1),
            ),
            "a text of internal_address is no address",
        ),
        (
            "word-that-is-none",
            but_for(
                1,
                Column::Kind,
                &of_dictionary(1, text("\x1b[2J\r\n<script>alert(1)</script>"), 1),
            ),
            "kind",
        ),
        (
            "place-that-no-value-has",
            but_for(1, Column::Protocol, &of_dictionary(0, Vec::new(), 1)),
            "a row has no value where it needs one",
        ),
    ]
    .into_iter()
    .map(|(name, bytes, words)| (name, (bytes, words)))
    .collect()
}

/// Everything, one NAT endpoint that is there, and one host that is not: whatever a file
/// has is read for one of them.
fn questions() -> [Question; 3] {
    let about = |lookup| Question {
        lookup,
        period: Period::ALWAYS,
    };
    let pattern = |endpoint: &str| {
        let endpoint: std::net::SocketAddr = endpoint.parse().unwrap();
        EndpointPattern::exactly(model::Endpoint::new(endpoint.ip(), endpoint.port()))
    };
    [
        everything(),
        about(Lookup {
            nat: pattern("203.0.113.7:443"),
            remote: pattern("198.51.100.1:53"),
            ..Lookup::default()
        }),
        about(Lookup {
            internal: pattern("192.168.1.99:443"),
            ..Lookup::default()
        }),
    ]
}

/// Asks a file everything; what it finds, or what is wrong.
fn ask(path: &Path) -> Result<Vec<Match>, SegmentError> {
    let segment = Segment::open(path)?;
    let mut found = Vec::new();
    for question in questions() {
        segment.find(&question, &Deadline::never(), &mut |record| {
            found.push(record);
            found.len() < 100
        })?;
    }
    Ok(sorted(found))
}

/// The most memory that this process has had, in bytes.
fn most_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kilobytes = line.unwrap().split_whitespace().nth(1).unwrap();
    kilobytes.parse::<u64>().unwrap() << 10
}

#[test]
fn a_file_that_is_as_usual_is_read() {
    for rows in [1, 5000, 1 << 17] {
        let bytes = craft::file(u64::from(rows), |column| usual(column, rows));
        let (place, segment) = open(&bytes);
        segment.unwrap();
        assert!(!ask(&place.0).unwrap().is_empty());
    }
}

#[test]
fn each_is_refused_with_its_reason_and_takes_little() {
    let files = files();
    if std::env::var_os("BLESS").is_some() {
        for (name, (bytes, _)) in &files {
            fs::write(kept(name), bytes).unwrap();
        }
    }
    let before = most_memory();
    for (name, (bytes, words)) in &files {
        let made = Place::new();
        fs::write(&made.0, bytes).unwrap();
        for path in [&made.0, &kept(name)] {
            let error = ask(path).expect_err(name);
            assert!(error.is_damage(), "{name}: {error:?}");
            let error = error.to_string();
            assert!(error.contains(words), "{name}: {error}");
            assert!(!error.contains(char::is_control), "{name}: {error:?}");
        }
    }
    assert_eq!(fs::read_dir(FIXTURES).unwrap().count(), files.len());
    let grown = most_memory() - before;
    assert!(grown < MOST_MEMORY, "{} MiB", grown >> 20);
}

/// Holes in a file take no room on the disk.
#[test]
fn files_that_are_mostly_holes_are_refused() {
    let usual = craft::file(1, |column| usual(column, 1));
    let mut far_index = usual.clone();
    let key = b"natconnd.index-crc32";
    let at = far_index
        .windows(key.len())
        .rposition(|bytes| bytes == key)
        .unwrap();
    let from = at + key.len() + 2 + "00000000 from ".len();
    far_index[from..][..16].copy_from_slice(b"0000000000000004");
    let before = most_memory();
    for (bytes, words) in [
        (&far_index, "expected 8388608 at most"),
        (&usual, "it says of no index"),
    ] {
        let place = Place::new();
        let mut file = File::create(&place.0).unwrap();
        file.seek(SeekFrom::Start(1 << 40)).unwrap();
        // Only the end, of which the other one lacks the most.
        let end = if words.starts_with("it says") {
            &bytes[bytes.len() - 8..]
        } else {
            &bytes[..]
        };
        file.write_all(end).unwrap();
        let error = ask(&place.0).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
    assert!(most_memory() - before < 64 << 20);
}

/// What is within its bounds is read, and takes what the bounds say, however many ask.
#[test]
fn a_dictionary_as_large_as_can_be_is_read_once_at_a_time() {
    let (mut body, mut values) = (Vec::new(), 0_u32);
    while body.len() < (64 << 20) - 64 {
        let address = format!("2001:0db8:0123:4567:89ab:cdef:0123:{:04x}", values & 0xffff);
        body.extend(text(&address));
        values += 1;
    }
    let bytes = but_for(1, Column::InternalAddress, &of_dictionary(values, body, 1));
    let place = Place::new();
    fs::write(&place.0, &bytes).unwrap();
    drop(bytes);
    let before = most_memory();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(ask(&place.0).unwrap().len(), 2));
        }
    });
    let grown = most_memory() - before;
    // Four that have read it hold what it says, 17 bytes each value; one reads.
    let expected = 4 * 17 * u64::from(values) + (128 << 20);
    assert!(
        grown < expected,
        "{} of {} MiB",
        grown >> 20,
        expected >> 20
    );
}

/// Nothing that is no file keeps anybody waiting.
#[test]
fn what_is_no_file_is_refused() {
    let place = Place::new();
    fs::create_dir(&place.0).unwrap();
    let pipe = place.0.join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, 0o600.into()).unwrap();
    let device = place.0.join("device");
    std::os::unix::fs::symlink("/dev/zero", &device).unwrap();
    for path in [&place.0, &pipe, &device] {
        let error = ask(path).unwrap_err();
        assert!(error.is_damage(), "{error:?}");
        assert!(error.to_string().ends_with("it is no file"), "{error}");
        assert!(super::checksum(path).is_err());
    }
    fs::remove_dir_all(&place.0).unwrap();
}
