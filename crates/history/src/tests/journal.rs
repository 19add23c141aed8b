//! Journals that were cut off or changed.

use std::fs;
use std::path::Path;

use model::{Gap, GapCause, Match, Timestamp};
use proptest::prelude::*;

use super::{TestFolder, at};
use crate::RemotePolicy;
use crate::arbitrary::{kept, records};
use crate::journal::{Entry, Writer, replay};

/// What a journal has, in words that do not borrow from it.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Logged {
    Record(Match),
    Gap(Gap),
}

/// Writes blocks of entries; the lengths of the file after each, the header first.
fn write(path: &Path, blocks: &[Vec<Logged>]) -> Vec<u64> {
    let mut writer = Writer::create(path, 7, RemotePolicy::Keep).unwrap();
    let mut lengths = vec![writer.length()];
    for (number, block) in blocks.iter().enumerate() {
        for entry in block {
            match entry {
                Logged::Record(record) => writer.add(record),
                Logged::Gap(gap) => writer.add_gap(gap),
            }
        }
        writer.flush(at(number as i64)).unwrap();
        lengths.push(writer.length());
    }
    lengths
}

fn read(path: &Path) -> (Vec<Logged>, u64, Option<Timestamp>, bool) {
    let mut entries = Vec::new();
    let replayed = replay(path, 7, None, |entry, _| {
        entries.push(match entry {
            Entry::Begun(begun) => Logged::Record(begun.to_match().unwrap()),
            Entry::Ended(ended) => Logged::Record(ended.to_match().unwrap()),
            Entry::Gap(gap) => Logged::Gap(*gap),
            Entry::Open(..) => panic!("nobody wrote this"),
        });
    })
    .unwrap();
    let missing: u64 = replayed.holes.iter().map(|hole| hole.entries).sum();
    assert_eq!(replayed.entries, entries.len() as u64 + missing);
    let is_damaged = replayed.fault.is_some() || !replayed.holes.is_empty();
    (entries, replayed.length, replayed.last_at, is_damaged)
}

/// Begun ones and ended ones, as they come back.
fn entries() -> impl Strategy<Value = Vec<Vec<Logged>>> {
    let gap = Gap {
        from: Timestamp(5),
        to: None,
        cause: GapCause::Unrecorded,
    };
    let block = (records(0..6), any::<u8>()).prop_map(move |(records, choice)| {
        let mut entries: Vec<Logged> = records
            .iter()
            .enumerate()
            .map(|(index, record)| {
                let mut record = kept(record);
                if choice >> (index % 8) & 1 == 1 {
                    record.ended_at = None;
                    record.end_evidence = None;
                    record.traffic = None;
                }
                if record.translation.remote.is_omitted() {
                    // Whoever leaves out the remote leaves this out, too.
                    record.original_destination = crate::rows::own_destination(&record.translation);
                }
                Logged::Record(record)
            })
            .collect();
        if choice == 0 {
            entries.push(Logged::Gap(gap));
        }
        entries
    });
    proptest::collection::vec(block, 0..5)
}

fn so_far(blocks: &[Vec<Logged>], lengths: &[u64], length: u64) -> (Vec<Logged>, u64) {
    let whole = lengths.iter().filter(|end| **end <= length).count();
    let entries = blocks[..whole.saturating_sub(1)].concat();
    (
        entries,
        whole.checked_sub(1).map_or(0, |last| lengths[last]),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_reads_as_the_same(blocks in entries()) {
        let folder = TestFolder::new();
        let path = folder.path().join("7.journal");
        let lengths = write(&path, &blocks);
        let (entries, length, last_at, is_damaged) = read(&path);
        prop_assert_eq!(entries, blocks.concat());
        prop_assert_eq!(Some(&length), lengths.last());
        prop_assert_eq!(last_at, blocks.len().checked_sub(1).map(|last| at(last as i64)));
        prop_assert!(!is_damaged);
    }

    #[test]
    fn cut_anywhere_it_gives_the_whole_blocks_before(blocks in entries(), place: u64) {
        let folder = TestFolder::new();
        let path = folder.path().join("7.journal");
        let lengths = write(&path, &blocks);
        let whole = *lengths.last().unwrap();
        let length = place % whole;
        fs::File::options().write(true).open(&path).unwrap().set_len(length).unwrap();
        let (entries, read_length, _, is_damaged) = read(&path);
        let (expected, expected_length) = so_far(&blocks, &lengths, length);
        prop_assert_eq!(entries, expected.clone());
        prop_assert_eq!(read_length, expected_length);
        prop_assert_eq!(is_damaged, length != expected_length || length == 0);
        // And it can go on from there.
        if read_length > 0 {
            let count = expected.len() as u64;
            let mut writer =
                Writer::reopen(&path, 7, RemotePolicy::Keep, read_length, count).unwrap();
            writer.add(&crate::arbitrary::example());
            writer.flush(at(9)).unwrap();
            let (entries, ..) = read(&path);
            prop_assert_eq!(&entries[..expected.len()], &expected[..]);
            let last = Logged::Record(crate::arbitrary::example());
            prop_assert_eq!(entries.last(), Some(&last));
        }
    }

    #[test]
    fn changed_anywhere_it_gives_all_blocks_but_that(
        blocks in entries(),
        place: u64,
        change in 1_u8..,
    ) {
        let folder = TestFolder::new();
        let path = folder.path().join("7.journal");
        let lengths = write(&path, &blocks);
        let mut bytes = fs::read(&path).unwrap();
        let place = place % bytes.len() as u64;
        bytes[place as usize] ^= change;
        fs::write(&path, bytes).unwrap();
        let (entries, ..) = read(&path);
        let replayed = replay(&path, 7, None, |_, _| {}).unwrap();
        // The header of the file is the first of the lengths.
        let changed = lengths.iter().filter(|end| **end <= place).count();
        let mut whole = blocks.clone();
        let gone = changed.checked_sub(1).map_or(vec![], |block| whole.remove(block));
        prop_assert_eq!(entries, whole.concat());
        if changed == blocks.len() {
            // Nothing whole comes after it.
            prop_assert!(replayed.fault.is_some());
            prop_assert_eq!(replayed.holes, vec![]);
        } else {
            prop_assert_eq!(replayed.fault, None);
            let [hole] = &replayed.holes[..] else {
                panic!("{:?}", replayed.holes);
            };
            prop_assert_eq!(hole.entries, gone.len() as u64);
            prop_assert_eq!(hole.from, changed.checked_sub(2).map(|before| at(before as i64)));
            prop_assert_eq!(hole.to, at(changed as i64));
            let start = changed.checked_sub(1).map_or(0, |before| lengths[before]);
            let place = format!("at byte {start}: ");
            prop_assert!(hole.fault.starts_with(&place), "{}", hole.fault);
        }
    }

    #[test]
    fn bytes_of_any_kind_are_no_danger(bytes: Vec<u8>, has_header: bool) {
        let folder = TestFolder::new();
        let path = folder.path().join("7.journal");
        write(&path, &[]);
        let header = if has_header { fs::read(&path).unwrap() } else { Vec::new() };
        fs::write(&path, [header, bytes.clone()].concat()).unwrap();
        let (entries, ..) = read(&path);
        prop_assert!(entries.is_empty());
    }
}

#[test]
fn zeros_behind_the_end_are_no_blocks() {
    let folder = TestFolder::new();
    let path = folder.path().join("7.journal");
    write(&path, &[vec![Logged::Record(crate::arbitrary::example())]]);
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend([0; 4096]);
    fs::write(&path, bytes).unwrap();
    let (entries, _, _, is_damaged) = read(&path);
    assert_eq!(entries.len(), 1);
    assert!(is_damaged);
}

#[test]
fn a_block_that_was_never_written_is_missed() {
    let folder = TestFolder::new();
    let path = folder.path().join("7.journal");
    let block = vec![Logged::Record(crate::arbitrary::example())];
    let lengths = write(&path, &[block.clone(), block.clone(), block]);
    let bytes = fs::read(&path).unwrap();
    let (from, to) = (lengths[1] as usize, lengths[2] as usize);
    fs::write(&path, [&bytes[..from], &bytes[to..]].concat()).unwrap();
    let (entries, ..) = read(&path);
    assert_eq!(entries.len(), 2);
    let holes = replay(&path, 7, None, |_, _| {}).unwrap().holes;
    assert_eq!((holes.len(), holes[0].entries), (1, 1));
    // It had not been written when the machine stopped, and what came later had.
    let zeros = vec![0; to - from];
    fs::write(&path, [&bytes[..from], &zeros, &bytes[to..]].concat()).unwrap();
    let (entries, ..) = read(&path);
    assert_eq!(entries.len(), 2);
}

#[test]
fn a_block_of_another_generation_is_none_of_this() {
    let folder = TestFolder::new();
    let path = folder.path().join("7.journal");
    write(&path, &[vec![]]);
    assert!(replay(&path, 8, None, |_, _| {}).unwrap().fault.is_some());
}

/// The bytes of a file, and of its only block.
fn one_block(path: &Path) -> (Vec<u8>, Vec<u8>) {
    let lengths = write(path, &[vec![Logged::Record(crate::arbitrary::example())]]);
    let bytes = fs::read(path).unwrap();
    let block = bytes[lengths[0] as usize..].to_vec();
    (bytes, block)
}

#[test]
fn a_block_that_stands_there_twice_counts_once() {
    let folder = TestFolder::new();
    let path = folder.path().join("7.journal");
    let (bytes, block) = one_block(&path);
    fs::write(&path, [bytes, block].concat()).unwrap();
    let (entries, _, _, is_damaged) = read(&path);
    assert_eq!((entries.len(), is_damaged), (1, true));
}

#[test]
fn a_block_that_an_earlier_file_left_behind_is_no_block() {
    let folder = TestFolder::new();
    let (path, other) = (
        folder.path().join("7.journal"),
        folder.path().join("8.journal"),
    );
    let (_, block) = one_block(&path);
    drop(Writer::create(&other, 8, RemotePolicy::Keep).unwrap());
    let header = fs::read(&other).unwrap();
    fs::write(&other, [header, block].concat()).unwrap();
    let replayed = replay(&other, 8, None, |_, _| panic!("it is of another")).unwrap();
    assert!(replayed.fault.is_some());
}
