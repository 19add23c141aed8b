//! What a fuzzer calls: lines of all forms, in pieces of any size.

use jiff::tz::TimeZone;
use model::Timestamp;

use super::form::Form;
use super::item::{Item, What};
use super::question::Settings;
use super::reader::Reader;
use super::time::Clock;
use super::write::Writer;
use crate::api::LineAnswer;

/// Lines, as each form; how long the pieces are in which they come depends on them.
pub fn lines(bytes: &[u8]) {
    let sum: usize = bytes.iter().copied().map(usize::from).sum();
    let forms = Form::ALL.into_iter().map(Some);
    for form in forms.chain([None]) {
        let whole = read(form, bytes, bytes.len().max(1));
        let pieces = read(form, bytes, sum % 61 + 1);
        assert_eq!(whole, pieces, "lines are the same in pieces");
        if let Some((items, writer)) = whole {
            check(&items, writer, bytes);
        }
    }
}

/// All lines, where they can be read at all.
fn read(form: Option<Form>, input: &[u8], length: usize) -> Option<(Vec<Item>, Writer)> {
    let mut reader = Reader::new(settings(form));
    let mut items = Vec::new();
    for piece in input.chunks(length) {
        reader.feed(piece);
        if reader.begin().ok()?.is_some() {
            items.extend(std::iter::from_fn(|| reader.next_item()));
        }
    }
    reader.finish();
    reader.begin().ok()?;
    items.extend(std::iter::from_fn(|| reader.next_item()));
    Some((items, reader.writer()))
}

/// How lines are read here.
pub fn settings(form: Option<Form>) -> Settings {
    Settings {
        form,
        columns: Vec::new(),
        nat: "0.0.0.0/0,::/0".parse().expect("they are networks"),
        defaults: model::Lookup::default(),
        tolerance: std::time::Duration::from_secs(2),
        clock: Clock {
            zone: TimeZone::UTC,
            year: None,
            now: Timestamp(1_800_000_000_000_000_000),
        },
    }
}

/// Every line is there once, in its order and as it was; each answer has its place.
fn check(items: &[Item], writer: Writer, input: &[u8]) {
    let mut copied = Vec::new();
    let mut out = Vec::new();
    let mut answers = 0;
    for item in items {
        let is_of_mail = writer == Writer::Text && item.line.ends_with(b"natconnd:");
        let is_cut = writer == Writer::Ndjson && item.line == b"a line that is too long";
        if !is_of_mail && !is_cut {
            copied.extend_from_slice(&item.line);
            copied.extend_from_slice(&item.line_end);
        }
        let answer = matches!(item.what, What::Answer { .. }).then(LineAnswer::default);
        answers += usize::from(answer.is_some());
        writer.write(&mut out, item, answer.as_ref());
        if let Some(question) = item.what.question() {
            let lookup = &question.asked.lookup;
            let ends = [&lookup.nat, &lookup.remote, &lookup.internal];
            assert!(
                ends.iter().any(|end| !end.is_any()),
                "somebody is asked about"
            );
            assert!(!question.query().contains(char::is_control));
        }
    }
    assert!(
        copied == input || writer == Writer::Ndjson,
        "no byte is lost"
    );
    assert!(out.len() >= copied.len() || writer == Writer::Ndjson);
    assert!(answers <= items.len());
}

#[cfg(test)]
mod tests {
    use crate::replay::replay;

    #[test]
    fn lines_of_any_bytes() {
        replay("lines", super::lines);
    }
}
