//! Messages captured from a real kernel, and what they decode to.
//!
//! `messages/NAME.bin` is a datagram as the kernel sent it, `NAME.txt` the event
//! it must decode to. With `BLESS=1` the texts are written again.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use ctnetlink::{DecodeCounters, Messages, decode_event};
use model::{Event, EventKind, Status};

fn captured() -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/messages");
    let mut found: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "bin"))
        .map(|path| {
            let bytes = fs::read(&path).unwrap();
            (path, bytes)
        })
        .collect();
    found.sort();
    assert!(found.len() >= 28, "fixtures are missing");
    found
}

fn decode(bytes: &[u8]) -> (Event, DecodeCounters) {
    let mut event = Event::default();
    let mut counters = DecodeCounters::default();
    let messages: Vec<_> = Messages(bytes).collect::<Result<_, _>>().unwrap();
    assert_eq!(messages.len(), 1);
    decode_event(&messages[0], &mut event, &mut counters).unwrap();
    (event, counters)
}

#[test]
fn captured_messages_decode_to_what_was_written_down() {
    let mut differences = Vec::new();
    for (path, bytes) in captured() {
        let text = format!("{:#?}\n", decode(&bytes).0);
        let golden = path.with_extension("txt");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&golden, &text).unwrap();
        } else if fs::read_to_string(&golden).unwrap_or_default() != text {
            differences.push(path);
        }
    }
    assert!(differences.is_empty(), "{differences:?}");
}

#[test]
fn the_name_of_a_captured_message_says_what_it_is() {
    for (path, bytes) in captured() {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let (event, counters) = decode(&bytes);
        let (rest, kind) = name.rsplit_once('-').unwrap();
        let wanted = match kind {
            "new" => EventKind::New,
            "update" => EventKind::Update,
            "destroy" => EventKind::Destroy,
            other => panic!("{other}"),
        };
        assert_eq!(event.kind, wanted, "{name}");
        assert_eq!(counters, DecodeCounters::default(), "{name}");
        let connection = &event.connection;
        let (protocol, _) = rest.split_once('-').unwrap_or((rest, ""));
        if let Ok(protocol) = protocol.trim_end_matches('6').parse() {
            assert_eq!(connection.original.protocol, protocol, "{name}");
        }
        if rest.ends_with("source") {
            assert!(
                connection.status.contains(Status::SOURCE_TRANSLATED),
                "{name}"
            );
        }
        if rest.ends_with("destination") {
            assert!(
                connection.status.contains(Status::DESTINATION_TRANSLATED),
                "{name}"
            );
        }
    }
}

#[test]
fn an_attribute_of_the_future_is_skipped_and_counted() {
    for (path, bytes) in captured() {
        let (event, _) = decode(&bytes);
        let mut longer = bytes.clone();
        longer.extend(8_u16.to_ne_bytes());
        longer.extend(99_u16.to_ne_bytes());
        longer.extend([1, 2, 3, 4]);
        let length = u32::try_from(longer.len()).unwrap();
        longer[..4].copy_from_slice(&length.to_ne_bytes());
        let (with, counters) = decode(&longer);
        assert_eq!(with, event, "{path:?}");
        assert_eq!(counters.unknown_attributes, 1, "{path:?}");
    }
}

/// Every cut and every flipped byte is decoded or refused, never more.
#[test]
fn damaged_messages_are_refused_or_decoded() {
    let mut refused = 0_u32;
    for (_, bytes) in captured() {
        let mut damaged: Vec<Vec<u8>> = (0..bytes.len()).map(|at| bytes[..at].to_vec()).collect();
        for at in 0..bytes.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut other = bytes.clone();
                other[at] = value;
                damaged.push(other);
            }
        }
        for bytes in damaged {
            let mut event = Event::default();
            for message in Messages(&bytes) {
                let outcome = message.and_then(|message| {
                    decode_event(&message, &mut event, &mut DecodeCounters::default())
                });
                refused += u32::from(outcome.is_err());
            }
        }
    }
    assert!(refused > 1000, "{refused}");
}
