//! Whatever text goes in, a line is one JSON object and reads back the same.

use proptest::prelude::*;

use super::*;
use crate::head::Head;
use crate::line::{self, LONGEST, Parts};

fn text() -> impl Strategy<Value = Option<String>> {
    let any_text = prop_oneof![
        "\\PC{0,20}",
        any::<String>(),
        proptest::collection::vec(any::<char>(), 0..30).prop_map(String::from_iter),
        Just("\u{1b}]0;x\u{7}\r\n\u{2028}\u{202e}\u{0}\u{10ffff}\"\\".to_owned()),
    ];
    proptest::option::of(any_text)
}

prop_compose! {
    fn any_entry()(
        texts in proptest::collection::vec(text(), 11),
        matches in proptest::option::of(any::<u64>()),
        outcome in 0..5_usize,
        request in any::<String>(),
    ) -> Entry {
        let mut texts = texts.into_iter().map(|text| text.map(|text| text.chars().take(90).collect()));
        let mut next = || texts.next().flatten();
        Entry {
            request: request.chars().take(90).collect(),
            outcome: Outcome::ALL[outcome],
            caller: next(),
            credential: next(),
            from: next(),
            listener: next(),
            role: next(),
            question: next(),
            case: next(),
            reason: next(),
            matches,
            verdict: next(),
            coverage: next(),
            note: next(),
        }
    }
}

fn written(entry: &Entry) -> Vec<u8> {
    let mut bytes = Vec::new();
    let before: Head = crate::chain::BEFORE_ALL;
    let members = entry.members();
    line::write(before, Timestamp(0), Kind::Request, &members, &mut bytes);
    bytes
}

proptest! {
    #[test]
    fn any_text_reads_back(entry in any_entry()) {
        let bytes = written(&entry);
        let ends = bytes.iter().filter(|byte| **byte == b'\n').count();
        prop_assert_eq!(ends, 1);
        let text = std::str::from_utf8(&bytes).unwrap();
        let is_steering = |letter: char| letter != '\n' && letter.is_control();
        prop_assert!(!text.chars().any(is_steering));
        let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        prop_assert!(value.is_object());
        let line = Line::of(1, &bytes).unwrap();
        prop_assert_eq!(&line.json, text.trim_end_matches('\n'));
        prop_assert_eq!(line.entry().unwrap(), entry);
    }
}

#[test]
fn the_longest_line_is_not_too_long() {
    let longest = || Some("\u{10ffff}".repeat(20_000));
    let entry = Entry {
        request: longest().unwrap(),
        outcome: Outcome::BrokeOff,
        caller: longest(),
        credential: longest(),
        from: longest(),
        listener: longest(),
        role: longest(),
        question: longest(),
        case: longest(),
        reason: longest(),
        matches: Some(u64::MAX),
        verdict: longest(),
        coverage: longest(),
        note: longest(),
    };
    let bytes = written(&entry);
    assert!(bytes.len() < LONGEST / 2, "{}", bytes.len());
    assert!(Parts::of(&bytes).is_some());
    let read = Line::of(1, &bytes).unwrap().entry().unwrap();
    let question = read.question.unwrap();
    assert!(
        question.ends_with("… (cut here, 3616 characters more)"),
        "{}",
        question.len()
    );
    assert_eq!(
        question
            .chars()
            .filter(|letter| *letter == '\u{10ffff}')
            .count(),
        16_384
    );
}
