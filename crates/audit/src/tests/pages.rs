//! What is read, against what a filter over all lines finds.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::*;
use crate::ReadError;

const BEGIN: i64 = 1_795_474_020;

fn filled() -> Place {
    let place = Place::new();
    let settings = Settings {
        rotate_bytes: 100_000,
        ..place.settings()
    };
    let mut writer = Writer::open(settings, BEGIN).unwrap();
    let mut group = Vec::new();
    for number in 0..1200_u64 {
        let long = number.is_multiple_of(97).then(|| "x".repeat(16_000));
        let entry = Entry {
            caller: Some(format!("caller{}", number % 3)),
            case: number
                .is_multiple_of(5)
                .then(|| format!("C-{}", number % 7)),
            question: long.or(Some(format!("nat=203.0.113.7:{number}"))),
            ..Entry::new("lookup", Outcome::Answered)
        };
        group.push((Kind::Request, entry.members()));
        if number % 20 == 19 {
            writer.at(BEGIN + number as i64 / 4);
            writer.committer.commit(&group).unwrap();
            group.clear();
        }
    }
    drop(writer);
    place
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let time = || {
        proptest::option::of(
            (-10..320_i64).prop_map(|at| Timestamp::of_milliseconds((BEGIN + at) * 1000)),
        )
    };
    let caller = proptest::option::of((0..4).prop_map(|number| format!("caller{number}")));
    let case = proptest::option::of((0..8).prop_map(|number| format!("C-{number}")));
    let contains = proptest::option::of("(7:1|NAT=203|[0-9]{2}|gw1)");
    let flags = (any::<bool>(), any::<bool>());
    (time(), time(), caller, case, contains, flags).prop_map(
        |(from, to, caller, case, contains, (only_requests, is_newest_first))| Wanted {
            from,
            to,
            caller,
            case,
            contains,
            only_requests,
            order: match is_newest_first {
                true => Order::NewestFirst,
                false => Order::OldestFirst,
            },
        },
    )
}

fn naive(all: &[Line], wanted: &Wanted) -> Vec<u64> {
    let fits = |line: &&Line| {
        let is = |wanted: &Option<String>, name| match wanted {
            Some(wanted) => line.text(name) == Some(wanted),
            None => true,
        };
        let json = line.json.to_lowercase();
        wanted.from.is_none_or(|from| line.time >= from)
            && wanted.to.is_none_or(|to| line.time <= to)
            && is(&wanted.caller, "caller")
            && is(&wanted.case, "case")
            && (!wanted.only_requests || line.kind == Kind::Request)
            && wanted
                .contains
                .as_ref()
                .is_none_or(|words| match line.kind {
                    Kind::Request => ["question", "caller", "case", "request"]
                        .iter()
                        .any(|name| {
                            let text = line.text(name).unwrap_or_default();
                            text.to_lowercase().contains(&words.to_lowercase())
                        }),
                    _ => json.contains(&words.to_lowercase()),
                })
    };
    let mut sequences: Vec<u64> = all.iter().filter(fits).map(|line| line.sequence).collect();
    if wanted.order == Order::NewestFirst {
        sequences.reverse();
    }
    sequences
}

#[test]
fn pages_have_what_a_filter_finds() {
    let place = filled();
    let all = place.lines();
    assert!(all.last().unwrap().file > 3);
    let config = ProptestConfig {
        cases: 48,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let mut runner = TestRunner::new(config);
    let cases = (wanted(), 1..400_usize);
    runner
        .run(&cases, |(wanted, page)| {
            let expected = naive(&all, &wanted);
            let mut found: Vec<u64> = Vec::new();
            loop {
                let after = found.last().copied();
                let lines = read(&place.folder(), wanted.clone(), after).unwrap();
                let page: Vec<u64> = lines
                    .take(page)
                    .map(|line| line.map(|line| line.sequence).unwrap())
                    .collect();
                if page.is_empty() {
                    break;
                }
                found.extend(page);
            }
            prop_assert_eq!(found, expected);
            Ok(())
        })
        .unwrap();
}

#[test]
fn what_is_damaged_is_told_of_and_read_past() {
    let place = Place::new();
    let audit = place.open();
    for number in 0..5 {
        record(&audit, number);
    }
    let path = place.folder().join(crate::folder::Folder::name(1));
    let mut bytes = fs::read(&path).unwrap();
    let damaged_at = bytes
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'\n')
        .nth(3)
        .unwrap()
        .0
        + 1;
    bytes[damaged_at] = b'x';
    // And one that is just being written.
    bytes.extend_from_slice(b"{\"sequence\"");
    fs::write(&path, bytes).unwrap();
    for order in [Order::OldestFirst, Order::NewestFirst] {
        let wanted = Wanted {
            order,
            ..Wanted::default()
        };
        let found: Vec<_> = read(&place.folder(), wanted, None).unwrap().collect();
        let errors: Vec<String> = found
            .iter()
            .filter_map(|line| line.as_ref().err())
            .map(|error| error.to_string())
            .collect();
        let expected =
            format!("read audit-000000001.jsonl: found no line of an audit at byte {damaged_at}");
        assert_eq!(errors, [expected]);
        assert_eq!(found.len(), 7);
    }
}

#[test]
fn a_line_of_gibibytes_takes_no_memory() {
    let place = Place::new();
    drop(place.open());
    let path = place.folder().join(crate::folder::Folder::name(1));
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend(vec![b'x'; 3 << 20]);
    bytes.push(b'\n');
    fs::write(&path, bytes).unwrap();
    for order in [Order::OldestFirst, Order::NewestFirst] {
        let wanted = Wanted {
            order,
            ..Wanted::default()
        };
        let found: Vec<_> = read(&place.folder(), wanted, None).unwrap().collect();
        assert_eq!(found.iter().filter(|line| line.is_ok()).count(), 3);
        assert_eq!(found.len(), 4);
    }
}

#[test]
fn what_takes_too_long_can_be_gone_on_with() {
    let place = filled();
    let wanted = Wanted {
        contains: Some("nobody".to_owned()),
        ..Wanted::default()
    };
    let mut after = None;
    let mut rounds = 0;
    loop {
        let lines = read(&place.folder(), wanted.clone(), after).unwrap();
        let mut lines = lines.until(std::time::Instant::now());
        let Some(found) = lines.next() else { break };
        let Err(ReadError::TookTooLong { sequence }) = found else {
            panic!("{found:?}")
        };
        assert!(lines.next().is_none());
        assert!(after.is_none_or(|after| sequence < after));
        after = Some(sequence);
        rounds += 1;
    }
    assert_eq!(rounds, 1200 / 256);
}
