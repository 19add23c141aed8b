//! What is written is read again; the clever agrees with the naive; damage is told.

#![allow(clippy::unwrap_used, reason = "all of this is tests")]

mod craft;
mod fixture;
mod hostile;
mod readers;

use std::path::{Path, PathBuf};

use model::{EndpointPattern, Lookup, Match, Period};
use proptest::prelude::*;

use super::layout::Layout;
use super::write::write_as;
use super::*;
use crate::Question;
use crate::addresses::Addresses;
use crate::arbitrary::{everything, example, kept, question, records};
use crate::deadline::Deadline;
use crate::rows::Rows;

/// A file that goes away.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("natconnd-segment-{}-{number}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn meta() -> Meta {
    Meta {
        first_generation: 3,
        last_generation: 5,
        gateway: "gw \"1\" \u{2603} natconnd.index-crc32".to_owned(),
        gaps: None,
    }
}

/// Small pages and slices, so that few records have many of them.
const SMALL: Layout = Layout { page: 3, slice: 7 };

fn bytes_of(records: &[Match], layout: Layout) -> (Vec<u8>, Written) {
    let mut addresses = Addresses::default();
    let mut all = [Rows::default(), Rows::default()];
    let (old, new) = records.split_at(records.len() / 3);
    old.iter()
        .for_each(|record| all[0].push(&mut addresses, record));
    new.iter()
        .for_each(|record| all[1].push(&mut addresses, record));
    let mut bytes = Vec::new();
    let rows = [&all[0], &all[1]];
    let written = write_as(layout, &rows, &addresses, &meta(), &mut bytes).unwrap();
    (bytes, written)
}

fn open(bytes: &[u8]) -> (Place, Result<Segment, SegmentError>) {
    let place = Place::new();
    std::fs::write(&place.0, bytes).unwrap();
    let segment = Segment::open(&place.0);
    (place, segment)
}

fn find(segment: &Segment, question: &Question) -> Result<Vec<Match>, SegmentError> {
    let mut found = Vec::new();
    segment.find(question, &Deadline::never(), &mut |record| {
        found.push(record);
        true
    })?;
    Ok(found)
}

/// As a set, for what comes in no order.
fn sorted(mut records: Vec<Match>) -> Vec<Match> {
    records.sort_by_cached_key(|record| format!("{record:?}"));
    records
}

fn layout() -> impl Strategy<Value = Layout> {
    prop_oneof![Just(SMALL), Just(Layout::default())]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_again(records in records(0..60), layout in layout()) {
        let (bytes, written) = bytes_of(&records, layout);
        let (place, segment) = open(&bytes);
        let segment = segment.unwrap();
        prop_assert_eq!(segment.meta(), &meta());
        prop_assert_eq!(segment.groups(), &written.groups[..]);
        let many: u64 = segment.groups().iter().map(|group| group.records).sum();
        prop_assert_eq!(many, records.len() as u64);
        prop_assert_eq!(checksum(&place.0).unwrap(), written.checksum);
        let found = find(&segment, &everything()).unwrap();
        prop_assert_eq!(sorted(found), sorted(records.iter().map(kept).collect()));
    }

    #[test]
    fn finding_is_filtering(
        records in records(0..60),
        questions in proptest::collection::vec(question(), 1..20),
        layout in layout(),
    ) {
        let (bytes, _) = bytes_of(&records, layout);
        let (_place, segment) = open(&bytes);
        let segment = segment.unwrap();
        let mut together = vec![Vec::new(); questions.len()];
        let which: Vec<usize> = (0..questions.len()).collect();
        let visit = &mut |question: usize, record| together[question].push(record);
        segment
            .find_many(&questions, &which, &Deadline::never(), visit)
            .unwrap();
        for (question, together) in questions.iter().zip(together) {
            let naive: Vec<Match> = records
                .iter()
                .map(kept)
                .filter(|record| question.lookup.matches(record))
                .filter(|record| question.period.touches(&record.life()))
                .collect();
            let naive = sorted(naive);
            prop_assert_eq!(&sorted(find(&segment, question).unwrap()), &naive);
            prop_assert_eq!(&sorted(together), &naive);
        }
    }

    #[test]
    fn damage_is_told_or_harmless(
        records in records(1..20),
        question in question(),
        at: prop::sample::Index,
        bit in 0_u8..8,
    ) {
        let (mut bytes, _) = bytes_of(&records, SMALL);
        let at = at.index(bytes.len());
        let (_place, segment) = open(&bytes);
        let expected = find(&segment.unwrap(), &question).unwrap();
        bytes[at] ^= 1 << bit;
        let (_place, segment) = open(&bytes);
        if let Ok(found) = segment.and_then(|segment| find(&segment, &question)) {
            prop_assert_eq!(found, expected, "byte {} of {}", at, bytes.len());
        }
    }

    #[test]
    fn what_is_cut_is_told(records in records(0..10), at: prop::sample::Index) {
        let (bytes, _) = bytes_of(&records, SMALL);
        let (_place, segment) = open(&bytes[..at.index(bytes.len())]);
        prop_assert!(segment.is_err());
    }
}

#[test]
fn no_byte_can_change_an_answer() {
    let records: Vec<Match> = (0..9).map(fixture::record).collect();
    let (bytes, _) = bytes_of(&records, SMALL);
    let (_place, segment) = open(&bytes);
    let segment = segment.unwrap();
    let exact = Question {
        lookup: Lookup {
            nat: EndpointPattern::exactly(records[4].translation.nat),
            ..Lookup::default()
        },
        period: Period::at(records[4].life().from),
    };
    let questions = [everything(), exact];
    let expected = questions
        .each_ref()
        .map(|question| find(&segment, question).unwrap());
    assert_eq!(expected.each_ref().map(Vec::len), [9, 1]);
    for at in 0..bytes.len() {
        let mut bytes = bytes.clone();
        bytes[at] ^= 0xff;
        let (_place, segment) = open(&bytes);
        let Ok(segment) = segment else { continue };
        for (question, expected) in questions.iter().zip(&expected) {
            if let Ok(found) = find(&segment, question) {
                assert_eq!(&found, expected, "byte {at} of {}", bytes.len());
            }
        }
    }
}

#[test]
fn a_visitor_can_stop() {
    let (bytes, _) = bytes_of(&[example(); 9], SMALL);
    let (_place, segment) = open(&bytes);
    let mut visits = 0;
    let went_on = segment
        .unwrap()
        .find(&everything(), &Deadline::never(), &mut |_| {
            visits += 1;
            visits < 4
        });
    assert_eq!((visits, went_on.unwrap()), (4, false));
}

/// Two hosts, neither of which ever talked to the remote of the other: no index tells
/// that nothing fits, so every row is looked at.
#[test]
fn where_nothing_fits_it_is_given_up_on_time() {
    let records: Vec<Match> = (0..20_000_u32)
        .map(|number| {
            let mut record = example();
            let last = (number % 2) as u8;
            record.translation.internal.address = [10, 0, 0, last].into();
            record.translation.remote.address = [198, 51, 100, last].into();
            record
        })
        .collect();
    let (bytes, _) = bytes_of(&records, Layout::default());
    let (_place, segment) = open(&bytes);
    let segment = segment.unwrap();
    let pattern = |address: [u8; 4]| EndpointPattern {
        addresses: Some(std::net::IpAddr::from(address).into()),
        ports: None,
    };
    let question = Question {
        lookup: Lookup {
            internal: pattern([10, 0, 0, 0]),
            remote: pattern([198, 51, 100, 1]),
            ..Lookup::default()
        },
        ..everything()
    };
    let mut visited = 0;
    let visit = &mut |_| {
        visited += 1;
        true
    };
    let in_time = segment.find(&question, &Deadline::never(), visit).unwrap();
    let too_late = segment
        .find(&question, &Deadline::at_question(4), visit)
        .unwrap();
    assert_eq!((in_time, too_late, visited), (true, false, 0));
    let questions = [question];
    let many = |deadline| segment.find_many(&questions, &[0], &deadline, &mut |_, _| {});
    assert!(many(Deadline::never()).unwrap());
    assert!(!many(Deadline::at_question(4)).unwrap());
}

#[test]
fn lives_of_other_lengths_are_in_other_groups() {
    let lived = |milliseconds| {
        let mut record = example();
        let started = record.started_at.unwrap().at.milliseconds();
        record.ended_at.as_mut().unwrap().at =
            model::Timestamp::of_milliseconds(started + milliseconds);
        record
    };
    let unknown = Match {
        started_at: None,
        ..example()
    };
    let records = [
        lived(8000),
        lived(3_600_000),
        lived(86_400_000),
        unknown,
        lived(1),
    ];
    let (_, written) = bytes_of(&records, SMALL);
    let sizes: Vec<u64> = written.groups.iter().map(|group| group.records).collect();
    assert_eq!(sizes, [2, 1, 2]);
    let life = lived(8000).life();
    assert_eq!(written.groups[0].period, life);
    let unknown = Period {
        from: model::Timestamp::MIN,
        to: lived(86_400_000).life().to,
    };
    assert_eq!(written.groups[2].period, unknown);
}

#[test]
fn a_file_that_is_none_is_told() {
    let (place, segment) = open(b"PAR1 and no more PAR1");
    let error = segment.unwrap_err().to_string();
    let expected = format!("read {}: it says of no index", place.0.display());
    assert_eq!(error, expected);
    let missing = Segment::open(Path::new("/nonexistent/segment"));
    assert!(matches!(missing, Err(SegmentError::Read { .. })));
}
