//! What is recorded is there, in its order, and reads back.

use super::*;

#[test]
fn lines_are_in_the_order_in_which_they_were_recorded() {
    let place = Place::new();
    let audit = place.open();
    for number in 0..3 {
        record(&audit, number);
    }
    audit.close().unwrap();
    let lines = place.lines();
    let kinds: Vec<Kind> = lines.iter().map(|line| line.kind).collect();
    assert_eq!(
        kinds,
        [
            Kind::File,
            Kind::Started,
            Kind::Request,
            Kind::Request,
            Kind::Request,
            Kind::Stopped
        ]
    );
    let sequences: Vec<u64> = lines.iter().map(|line| line.sequence).collect();
    assert_eq!(sequences, [1, 2, 3, 4, 5, 6]);
    let entries: Vec<Entry> = lines.iter().filter_map(|line| line.entry()).collect();
    assert_eq!(entries, [entry(0), entry(1), entry(2)]);
    let report = verify(&place.folder(), Some(audit.status().head.unwrap())).unwrap();
    assert!(report.is_whole(), "{report:#?}");
    assert_eq!((report.files, report.lines), (1, 6));
    assert_eq!(report.notes, [""; 0]);
}

#[test]
fn a_chain_is_gone_on_with() {
    let place = Place::new();
    for number in 0..3 {
        let audit = place.open();
        record(&audit, number);
        assert_eq!(audit.status().recovery, None);
    }
    assert_eq!(place.report().lines, 10);
    assert_eq!(place.report().findings, []);
}

#[test]
fn two_cannot_write_the_same_chain() {
    let place = Place::new();
    let audit = place.open();
    let error = Audit::open(place.settings()).unwrap_err();
    assert!(error.to_string().contains("another process"), "{error}");
    drop(audit);
    drop(place.open());
}

#[test]
fn nobody_else_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    drop(place.open());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&place.folder()), 0o700);
    for entry in fs::read_dir(place.folder()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn what_is_closed_takes_nothing() {
    let place = Place::new();
    let audit = place.open();
    audit.close().unwrap();
    audit.close().unwrap();
    let error = audit.record(vec![entry(1)]).wait().unwrap_err();
    assert!(matches!(error, crate::RecordError::Closed), "{error}");
    assert!(!audit.status().is_writable);
}
