//! What a crash leaves, what somebody else does, and how the chain is gone on with.

use std::fs::OpenOptions;
use std::io::Write;

use super::*;
use crate::folder::Folder;
use crate::{Fault, Finding};

fn path(place: &Place, number: u64) -> PathBuf {
    place.folder().join(Folder::name(number))
}

fn append(path: &Path, bytes: &[u8]) {
    let mut file = OpenOptions::new().append(true).open(path).unwrap();
    file.write_all(bytes).unwrap();
}

fn written(place: &Place, count: u64) {
    let mut writer = Writer::open(place.settings(), 1_795_474_020).unwrap();
    for number in 0..count {
        writer.record(number).unwrap();
    }
}

fn faults(place: &Place) -> Vec<Fault> {
    let findings: Vec<Finding> = place.report().findings;
    findings.into_iter().map(|finding| finding.fault).collect()
}

/// A power cut can leave any part of what was not acknowledged, and bytes that nobody wrote.
#[test]
fn whatever_is_torn_is_moved_aside_and_told_of() {
    let place = Place::new();
    written(&place, 3);
    let whole = fs::read(path(&place, 1)).unwrap();
    let head = fs::read(place.folder().join("head")).unwrap();
    let next = {
        written(&place, 1);
        fs::read(path(&place, 1)).unwrap()[whole.len()..].to_vec()
    };
    let zeros = vec![0; 700];
    let garbled = [&next[..10], &next].concat();
    for rest in [&next[..1], &next[..next.len() - 1], &zeros, b"\n", &garbled] {
        let place = Place::new();
        fs::create_dir(place.folder()).unwrap();
        fs::write(path(&place, 1), &whole).unwrap();
        fs::write(place.folder().join("head"), &head).unwrap();
        append(&path(&place, 1), rest);
        let audit = place.open();
        record(&audit, 7);
        let recovery = audit.status().recovery.unwrap();
        drop(audit);
        assert!(!recovery.is_loss);
        let moved = recovery.moved.unwrap();
        // Whole lines of it stay.
        assert!(moved.bytes as usize <= rest.len());
        let kept = fs::read(place.folder().join(&moved.to)).unwrap();
        assert!(rest.ends_with(&kept));
        let report = place.report();
        assert!(report.is_whole(), "{report:#?}");
        assert!(
            report
                .notes
                .iter()
                .any(|note| note.contains("ended within a line"))
        );
        let kinds: Vec<Kind> = place.lines().iter().map(|line| line.kind).collect();
        assert!(kinds.ends_with(&[Kind::Recovered, Kind::Started, Kind::Request, Kind::Stopped]));
    }
}

#[test]
fn whole_lines_that_were_not_acknowledged_stay() {
    let place = Place::new();
    written(&place, 1);
    let head = fs::read(place.folder().join("head")).unwrap();
    written(&place, 3);
    fs::write(place.folder().join("head"), head).unwrap();
    let audit = place.open();
    assert_eq!(audit.status().recovery, None);
    drop(audit);
    assert_eq!(faults(&place), []);
    assert_eq!(
        place
            .lines()
            .iter()
            .filter(|line| line.kind == Kind::Request)
            .count(),
        4
    );
}

#[test]
fn lines_that_were_acknowledged_and_are_gone_stay_missing() {
    let place = Place::new();
    written(&place, 5);
    let mut bytes = fs::read(path(&place, 1)).unwrap();
    bytes.pop();
    let end = bytes.iter().rposition(|byte| *byte == b'\n').unwrap();
    bytes.truncate(end + 1);
    fs::write(path(&place, 1), bytes).unwrap();
    let audit = place.open();
    let recovery = audit.status().recovery.unwrap();
    assert!(recovery.is_loss);
    assert!(
        recovery
            .found
            .starts_with("the line is not there, expected line 7"),
        "{recovery:?}"
    );
    record(&audit, 7);
    drop(audit);
    let faults = faults(&place);
    let [
        Fault::OutOfOrder {
            found: 8,
            expected: 7,
        },
        Fault::Loss { .. },
    ] = &faults[..]
    else {
        panic!("{faults:?}")
    };
}

/// As long as it was, and another line at its end.
#[test]
fn a_last_line_that_was_replaced_is_not_gone_on_with() {
    let place = Place::new();
    written(&place, 5);
    let text = fs::read_to_string(path(&place, 1)).unwrap();
    let (before, last) = text.trim_end().rsplit_once('\n').unwrap();
    let before = crate::line::Parts::of(format!("{}\n", before.lines().last().unwrap()).as_bytes())
        .unwrap()
        .head();
    let mut forged = text.as_bytes()[..text.len() - last.len() - 1].to_vec();
    let time = place.lines()[0].time;
    crate::line::write(
        before,
        time,
        Kind::Request,
        &entry(9).members(),
        &mut forged,
    );
    assert_eq!(forged.len(), text.len());
    fs::write(path(&place, 1), forged).unwrap();
    drop(place.open());
    let faults = faults(&place);
    let [
        Fault::OutOfOrder { .. } | Fault::Changed { .. },
        Fault::Loss { says },
    ] = &faults[..]
    else {
        panic!("{faults:?}")
    };
    assert!(says.starts_with("the line is not there"), "{says}");
}

#[test]
fn a_chain_whose_files_are_gone_is_gone_on_with_and_says_so() {
    let place = Place::new();
    written(&place, 5);
    fs::remove_file(path(&place, 1)).unwrap();
    drop(place.open());
    let faults = faults(&place);
    let [
        Fault::Loss { says },
        Fault::MissingFiles { first: 1, last: 1 },
    ] = &faults[..]
    else {
        panic!("{faults:?}")
    };
    assert!(
        says.starts_with("there is no file, expected line 7"),
        "{says}"
    );
    assert_eq!(place.lines()[0].sequence, 8);
}

#[test]
fn a_head_that_is_gone_is_told_of_for_ever() {
    for is_there in [false, true] {
        let place = Place::new();
        written(&place, 5);
        match is_there {
            true => fs::write(place.folder().join("head"), [0; 256]).unwrap(),
            false => fs::remove_file(place.folder().join("head")).unwrap(),
        }
        append(&path(&place, 1), b"{\"sequence\":8,");
        drop(place.open());
        let faults = faults(&place);
        assert!(matches!(faults[..], [Fault::Loss { .. }]), "{faults:?}");
        assert_eq!(place.lines().len(), 7 + 3);
    }
}

#[test]
fn a_damaged_file_without_a_head_is_left_as_it_is() {
    let place = Place::new();
    written(&place, 5);
    let mut bytes = fs::read(path(&place, 1)).unwrap();
    bytes[1000] ^= 1;
    fs::write(path(&place, 1), &bytes).unwrap();
    fs::remove_file(place.folder().join("head")).unwrap();
    drop(place.open());
    assert_eq!(fs::read(path(&place, 1)).unwrap(), bytes);
    let faults = faults(&place);
    assert!(
        matches!(faults[..], [Fault::Changed { .. }, Fault::Loss { .. }]),
        "{faults:?}"
    );
}

/// The next file is there before it is remembered.
#[test]
fn a_crash_while_a_file_is_begun_leaves_a_whole_chain() {
    let place = Place::new();
    let settings = Settings {
        rotate_bytes: 1000,
        ..place.settings()
    };
    let mut writer = Writer::open(settings.clone(), 1_795_474_020).unwrap();
    let mut head = Vec::new();
    while writer.shared.status().file == 1 {
        head = fs::read(place.folder().join("head")).unwrap();
        writer.record(1).unwrap();
    }
    drop(writer);
    let two = fs::read(path(&place, 2)).unwrap();
    let first_line = two.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    fs::write(path(&place, 2), &two[..first_line]).unwrap();
    fs::write(place.folder().join("head"), head).unwrap();
    fs::write(place.folder().join("audit-000000003.jsonl.tmp"), "half").unwrap();
    let writer = Writer::open(settings, 1_795_474_020).unwrap();
    assert_eq!(writer.shared.status().recovery, None);
    assert_eq!(writer.shared.status().file, 2);
    drop(writer);
    assert_eq!(place.report().notes, [""; 0]);
    assert_eq!(faults(&place), []);
}

#[test]
fn a_crash_before_the_first_file_is_no_loss() {
    let place = Place::new();
    written(&place, 0);
    fs::remove_file(path(&place, 1)).unwrap();
    let end = crate::chain::first_line(crate::chain::BEFORE_ALL, Timestamp(0), "", 1).1;
    fs::write(place.folder().join("head"), end.to_bytes()).unwrap();
    written(&place, 1);
    assert_eq!(faults(&place), []);
}

#[test]
fn what_somebody_else_appends_meanwhile_is_moved_aside() {
    let place = Place::new();
    let audit = place.open();
    record(&audit, 1);
    append(&path(&place, 1), b"I was here\n");
    record(&audit, 2);
    let recovery = audit.status().recovery.unwrap();
    let moved = fs::read(place.folder().join(recovery.moved.unwrap().to)).unwrap();
    assert_eq!(moved, b"I was here\n");
    drop(audit);
    assert_eq!(faults(&place), []);
}

#[test]
fn what_somebody_else_cuts_or_deletes_meanwhile_stays_missing() {
    let place = Place::new();
    let audit = place.open();
    for number in 0..3 {
        record(&audit, number);
    }
    let file = OpenOptions::new()
        .write(true)
        .open(path(&place, 1))
        .unwrap();
    file.set_len(100).unwrap();
    record(&audit, 3);
    assert!(audit.status().recovery.unwrap().is_loss);
    fs::remove_file(path(&place, 2)).unwrap();
    record(&audit, 4);
    fs::remove_file(place.folder().join("head")).unwrap();
    record(&audit, 5);
    drop(audit);
    let faults = faults(&place);
    let is_found = |is_it: fn(&Fault) -> bool| faults.iter().any(is_it);
    assert!(
        is_found(|fault| matches!(fault, Fault::Torn { bytes: 100 })),
        "{faults:?}"
    );
    assert!(is_found(|fault| matches!(
        fault,
        Fault::MissingFiles { first: 2, last: 2 }
    )));
    let entries: Vec<u64> = place.lines_that_can_be_read();
    assert_eq!(entries, [4, 5]);
}

#[test]
fn a_folder_that_is_gone_is_an_error_until_it_is_back() {
    let place = Place::new();
    let audit = place.open();
    record(&audit, 1);
    let elsewhere = place.0.join("elsewhere");
    fs::rename(place.folder(), &elsewhere).unwrap();
    for _ in 0..2 {
        let error = audit.record(vec![entry(2)]).wait().unwrap_err();
        assert!(error.to_string().contains("No such file"), "{error}");
        audit.refused_unrecorded();
    }
    let status = audit.status();
    assert!(!status.is_writable && status.failing_since.is_some());
    assert_eq!(status.unrecorded, 2);
    fs::rename(&elsewhere, place.folder()).unwrap();
    record(&audit, 3);
    let status = audit.status();
    assert!(status.is_writable && status.failing_since.is_none());
    assert_eq!(status.recovery, None);
    drop(audit);
    assert_eq!(faults(&place), []);
    let lines = place.lines();
    let failed: Vec<&Line> = lines
        .iter()
        .filter(|line| line.kind == Kind::Failed)
        .collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].number("unrecorded"), Some(2));
    assert_eq!(failed[0].number("refused"), Some(2));
    assert_eq!(failed[0].number("answered"), Some(0));
    assert!(failed[0].text("error").unwrap().contains("No such file"));
}

/// A new folder in the place of the old one is no way to begin anew unseen.
#[test]
fn an_empty_folder_in_its_place_goes_on_with_the_chain() {
    let place = Place::new();
    let audit = place.open();
    record(&audit, 1);
    fs::remove_dir_all(place.folder()).unwrap();
    fs::create_dir(place.folder()).unwrap();
    record(&audit, 2);
    // And it is locked, too.
    assert!(Audit::open(place.settings()).is_err());
    drop(audit);
    let faults = faults(&place);
    assert!(
        matches!(faults[..], [Fault::Loss { .. }, Fault::MissingFiles { .. }]),
        "{faults:?}"
    );
}
