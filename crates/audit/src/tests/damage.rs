//! Whatever is done to a chain is found, and found where it was done.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;

use super::*;
use crate::folder::Folder;
use crate::head::End;
use crate::{Fault, Finding, Head, LineHash};

/// The files of a folder, by their names.
type Files = BTreeMap<String, Vec<u8>>;

/// A chain of three files, each with a handful of lines.
fn chain() -> (Files, Head) {
    let place = Place::new();
    let settings = Settings {
        rotate_bytes: 1200,
        ..place.settings()
    };
    let mut writer = Writer::open(settings, 1_795_474_020).unwrap();
    for number in 0..12 {
        writer.record(number).unwrap();
    }
    let head = writer.shared.status().head.unwrap();
    drop(writer);
    let files = files(&place);
    assert_eq!(files.len(), 4, "three and the head");
    (files, head)
}

fn files(place: &Place) -> Files {
    let entries = fs::read_dir(place.folder()).unwrap();
    entries
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read(path).unwrap())
        })
        .collect()
}

fn name(number: u64) -> String {
    Folder::name(number)
}

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect()
}

fn put(files: &Files) -> Place {
    let place = Place::new();
    fs::create_dir(place.folder()).unwrap();
    for (name, bytes) in files {
        fs::write(place.folder().join(name), bytes).unwrap();
    }
    place
}

fn judge(files: &Files, anchor: Option<Head>) -> Report {
    verify(&put(files).folder(), anchor).unwrap()
}

/// What is found where the lines of a file are changed: lines, and what is wrong.
fn with_lines(number: u64, change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Vec<(u64, u64, Fault)> {
    let (mut files, _) = chain();
    let bytes = files.get_mut(&name(number)).unwrap();
    let mut all = lines(bytes);
    assert!(all.len() > 3);
    change(&mut all);
    *bytes = all.concat();
    let findings = judge(&files, None).findings;
    findings
        .into_iter()
        .map(|finding| {
            let file = finding.file.unwrap();
            let digits: String = file.chars().filter(char::is_ascii_digit).collect();
            let file = digits.parse().unwrap();
            (file, finding.line.unwrap_or(0), finding.fault)
        })
        .collect()
}

#[test]
fn a_whole_chain_is_whole() {
    let (files, head) = chain();
    let report = judge(&files, Some(head));
    assert!(report.is_whole(), "{report:#?}");
    assert_eq!(report.notes, [""; 0]);
    assert_eq!(report.last.unwrap().head, head);
    assert_eq!(report.first.unwrap().head.sequence, 1);
}

/// Of every byte of every line, to what is like it and to what is not.
#[test]
fn one_byte_that_was_changed_is_found_in_its_line() {
    let (files, _) = chain();
    let place = put(&files);
    for number in 1..=3 {
        let path = place.folder().join(name(number));
        // In place: to write files anew takes a disk's time for each.
        let file = OpenOptions::new().write(true).open(path).unwrap();
        let bytes = &files[&name(number)];
        let mut line = 1;
        for at in 0..bytes.len() {
            for value in [bytes[at] ^ 1, b'\n', b'7'] {
                if value == bytes[at] {
                    continue;
                }
                file.write_all_at(&[value], at as u64).unwrap();
                let findings = place.report().findings;
                let what = format!("byte {at} of file {number} as {value:#04x}: {findings:#?}");
                assert!((1..=3).contains(&findings.len()), "{what}");
                // A line that was cut in two is two, and one without an end joins the next.
                let is_last = at + 1 == bytes.len();
                for (index, finding) in findings.iter().enumerate() {
                    let place = (finding.file.clone(), finding.line.unwrap_or(line));
                    let is_here = place == (Some(name(number)), line);
                    let is_next = place == (Some(name(number)), line + 1)
                        || is_last && place == (Some(name(number + 1)), 1);
                    assert!(is_here || index > 0 && is_next, "{what}");
                }
            }
            file.write_all_at(&bytes[at..=at], at as u64).unwrap();
            line += u64::from(bytes[at] == b'\n');
        }
    }
}

#[test]
fn a_line_that_was_cut_is_missed() {
    let found = with_lines(2, |lines| drop(lines.remove(2)));
    let [(2, 3, Fault::OutOfOrder { found, expected })] = found[..] else {
        panic!("{found:?}")
    };
    assert_eq!(found, expected + 1);
    // The first of a file, the first of all, the last of a file, and the last of all.
    for (file, at) in [(2, 0), (1, 0)] {
        let found = with_lines(file, |lines| drop(lines.remove(at)));
        let expected: Vec<_> = found.iter().map(|(file, line, _)| (*file, *line)).collect();
        assert_eq!(expected, [(file, 1), (file, 1)], "{found:?}");
        assert_eq!(found[0].2, Fault::NoBeginning);
    }
    let found = with_lines(2, |lines| drop(lines.pop()));
    assert!(
        matches!(found[..], [(3, 1, Fault::OutOfOrder { .. })]),
        "{found:?}"
    );
    let (_, head) = chain();
    let found = with_lines(3, |lines| drop(lines.pop()));
    let [(3, 0, Fault::ShortOfHead { last, head: known })] = found[..] else {
        panic!("{found:?}")
    };
    assert_eq!((last, known), (head.sequence - 1, head));
}

#[test]
fn many_lines_that_were_cut_are_counted() {
    let found = with_lines(2, |lines| drop(lines.drain(1..3)));
    let told = format!("{}", found[0].2);
    assert!(told.contains("2 lines are missing"), "{told}");
    assert_eq!(found.len(), 1);
}

#[test]
fn lines_that_were_swapped_doubled_or_put_in_are_found() {
    let swapped = with_lines(2, |lines| lines.swap(1, 2));
    assert_eq!(
        (swapped.len(), swapped[0].0, swapped[0].1),
        (1, 2, 2),
        "{swapped:?}"
    );
    let apart = with_lines(1, |lines| lines.swap(1, 3));
    assert_eq!((apart[0].0, apart[0].1), (1, 2), "{apart:?}");
    let doubled = with_lines(2, |lines| lines.insert(2, lines[1].clone()));
    assert_eq!((doubled.len(), doubled[0].1), (1, 3), "{doubled:?}");
    let foreign = with_lines(2, |lines| lines.insert(2, b"{\"a\":1}\n".to_vec()));
    assert!(
        matches!(foreign[..], [(2, 3, Fault::NoLine { .. })]),
        "{foreign:?}"
    );
    let empty = with_lines(2, |lines| lines.insert(2, b"\n".to_vec()));
    assert!(
        matches!(empty[..], [(2, 3, Fault::NoLine { .. })]),
        "{empty:?}"
    );
}

/// Whoever knows how can make a line that fits the one before; the next one does not
/// fit then.
#[test]
fn a_forged_line_is_found_by_the_one_behind_it() {
    let forged = with_lines(2, |lines| {
        let before = crate::line::Parts::of(&lines[1]).unwrap().head();
        let mut line = Vec::new();
        let members = entry(99).members();
        crate::line::write(before, Timestamp(0), Kind::Request, &members, &mut line);
        lines.insert(2, line);
    });
    assert_eq!(
        (forged.len(), forged[0].0, forged[0].1),
        (1, 2, 4),
        "{forged:?}"
    );
    let replaced = with_lines(2, |lines| {
        let before = crate::line::Parts::of(&lines[1]).unwrap().head();
        let mut line = Vec::new();
        let members = entry(99).members();
        crate::line::write(before, Timestamp(0), Kind::Request, &members, &mut line);
        lines[2] = line;
    });
    assert!(
        matches!(replaced[..], [(2, 4, Fault::Changed { .. })]),
        "{replaced:?}"
    );
}

#[test]
fn a_file_that_is_missing_or_renamed_is_found() {
    let without = |number| {
        let (mut files, _) = chain();
        files.remove(&name(number)).unwrap();
        judge(&files, None).findings
    };
    for number in [1, 2] {
        let found = without(number);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].file, Some(name(number)));
        let expected = Fault::MissingFiles {
            first: number,
            last: number,
        };
        assert_eq!(found[0].fault, expected);
    }
    let found = without(3);
    assert!(
        matches!(found[0].fault, Fault::ShortOfHead { .. }),
        "{found:?}"
    );

    let (mut files, _) = chain();
    let file = files.remove(&name(2)).unwrap();
    files.insert(name(4), file);
    let found = judge(&files, None).findings;
    assert!(matches!(
        found[0].fault,
        Fault::MissingFiles { first: 2, last: 2 }
    ));
    assert!(matches!(found[1].fault, Fault::Renamed { says: 2 }));

    let (mut files, _) = chain();
    let file = files.remove(&name(2)).unwrap();
    files.insert("audit-000000002.bak".to_owned(), file);
    let report = judge(&files, None);
    assert!(matches!(
        report.findings[0].fault,
        Fault::MissingFiles { first: 2, last: 2 }
    ));
    assert_eq!(
        report.notes,
        ["audit-000000002.bak is no part of the chain"]
    );

    let (mut files, _) = chain();
    let (two, three) = (files[&name(2)].clone(), files[&name(3)].clone());
    files.insert(name(3), two);
    files.insert(name(2), three);
    let found = judge(&files, None).findings;
    assert!(
        matches!(found[0].fault, Fault::Renamed { says: 3 }),
        "{found:?}"
    );
}

#[test]
fn an_end_that_is_torn_is_a_finding_unless_it_is_the_end_of_all() {
    let (mut files, _) = chain();
    files
        .get_mut(&name(3))
        .unwrap()
        .extend_from_slice(b"{\"sequence\":");
    let report = judge(&files, None);
    assert!(report.is_whole(), "{report:#?}");
    assert!(
        report.notes[0].contains("never acknowledged"),
        "{report:#?}"
    );

    files
        .get_mut(&name(2))
        .unwrap()
        .extend_from_slice(b"{\"sequence\":");
    let found = judge(&files, None).findings;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].fault, Fault::Torn { bytes: 12 });

    // Within the last line, which was acknowledged.
    let (mut files, _) = chain();
    files.get_mut(&name(3)).unwrap().pop();
    let Report {
        findings: found,
        notes,
        ..
    } = judge(&files, None);
    assert_eq!(notes, [""; 0]);
    assert!(matches!(
        found[..],
        [Finding {
            fault: Fault::ShortOfHead { .. },
            ..
        }]
    ));
}

#[test]
fn the_head_may_be_behind_and_nothing_else() {
    let (files, head) = chain();
    let with = |bytes: &[u8]| {
        let mut files = files.clone();
        files.insert("head".to_owned(), bytes.to_vec());
        let found = judge(&files, None).findings;
        found
            .into_iter()
            .map(|finding| finding.fault)
            .collect::<Vec<_>>()
    };
    let end = |head| End {
        head,
        file: 3,
        bytes: 1,
    };
    let line = crate::line::Parts::of(&lines(&files[&name(2)])[1])
        .unwrap()
        .head();
    assert_eq!(with(&end(line).to_bytes()), []);
    let ahead = Head {
        sequence: head.sequence + 3,
        ..head
    };
    let expected = Fault::ShortOfHead {
        last: head.sequence,
        head: ahead,
    };
    assert_eq!(with(&end(ahead).to_bytes()), [expected]);
    let other = Head {
        hash: LineHash::ZERO,
        ..head
    };
    let expected = Fault::OtherThanHead {
        found: head,
        expected: other,
    };
    assert_eq!(with(&end(other).to_bytes()), [expected]);
    assert_eq!(with(b"head"), [Fault::UnreadableHead]);
    let mut files = files.clone();
    files.remove("head");
    assert_eq!(judge(&files, None).findings[0].fault, Fault::NoHead);
}

/// Whoever may write the folder can make a chain that is whole. It does not have the
/// line that was noted elsewhere.
#[test]
fn an_anchor_tells_a_whole_chain_from_the_one_it_was_taken_from() {
    let (files, head) = chain();
    let line = crate::line::Parts::of(&lines(&files[&name(2)])[1])
        .unwrap()
        .head();
    assert!(judge(&files, Some(line)).is_whole());
    let other = Place::new();
    let mut writer = Writer::open(other.settings(), 1_795_474_021).unwrap();
    for number in 0..20 {
        writer.record(number).unwrap();
    }
    assert!(other.report().is_whole());
    let found = verify(&other.folder(), Some(head)).unwrap().findings;
    assert_eq!(found.len(), 1);
    assert!(matches!(found[0].fault, Fault::OtherThanAnchor { anchor, .. } if anchor == head));
    let beyond = Head {
        sequence: 1000,
        ..head
    };
    let found = judge(&files, Some(beyond)).findings;
    let there = Some((1, head.sequence));
    assert_eq!(
        found[0].fault,
        Fault::NoAnchor {
            anchor: beyond,
            there
        }
    );
    let told = found[0].to_string();
    let expected = format!(
        "the anchor's line 1000 is not there: found lines 1 to {}",
        head.sequence
    );
    assert_eq!(told, expected);
}

#[test]
fn a_shredded_chain_is_told_of_in_few_words() {
    let (mut files, _) = chain();
    files.insert(name(2), b"x\n".repeat(100_000));
    let report = judge(&files, None);
    assert_eq!(report.findings.len(), Report::MOST);
    assert!(report.more_findings > 99_000);
    // A line of gibibytes is none, and takes no memory.
    files.insert(name(2), vec![b'x'; 4 << 20]);
    assert!(!judge(&files, None).is_whole());
}

#[test]
fn nothing_is_not_whole() {
    let place = Place::new();
    assert!(
        verify(&place.folder(), None)
            .unwrap_err()
            .to_string()
            .contains("No such file")
    );
    fs::create_dir(place.folder()).unwrap();
    let error = verify(&place.folder(), None).unwrap_err();
    assert!(error.to_string().contains("found no audit file"), "{error}");
    let (files, _) = chain();
    let only_head = Files::from([("head".to_owned(), files["head"].clone())]);
    let found = judge(&only_head, None).findings;
    assert!(matches!(found[0].fault, Fault::ShortOfHead { last: 0, .. }));
}
