//! What a fuzzer calls: bytes as the kernel might send them.
//!
//! Compiled for tests, which replay the inputs that are kept in `fuzz/`, and for
//! the fuzzer. A target takes any bytes and panics where a promise is broken.

#[path = "../../../../fuzz/choices.rs"]
mod choices;
mod interpreter;
mod programs;

pub use programs::program;

use model::{Connection, Event, Tuple, Zone, ZoneScope};

use crate::decode::{DecodeCounters, decode_event};
use crate::dump::{DumpChunk, Progress};
use crate::error::DecodeError;
use crate::events::decode_all;
use crate::get::find_answer;
use crate::message::{Message, Messages};
use crate::request::Request;
use crate::statistics::Statistics;
use crate::sys::Datagram;
use crate::uapi::*;

/// A datagram of the event socket.
pub fn events(bytes: &[u8]) {
    let decode = |room: &mut Vec<Event>| {
        let datagram = Datagram {
            bytes,
            is_cut: false,
        };
        let mut skipped = Vec::new();
        let mut counters = DecodeCounters::default();
        let found = decode_all([datagram].into_iter(), room, &mut counters, |error| {
            skipped.push(error);
        });
        (found.to_vec(), skipped, counters)
    };
    let mut room = Vec::new();
    let first = decode(&mut room);
    let (events, skipped, counters) = &first;
    let is_noop = |message: &Result<Message<'_>, DecodeError>| matches!(message, Ok(message) if message.kind <= NLMSG_NOOP);
    let messages = Messages(bytes).filter(|message| !is_noop(message)).count();
    assert_eq!(events.len() + skipped.len(), messages);
    assert!(room.len() <= Messages(bytes).count());
    assert!(counters.unknown_attributes <= bytes.len() as u64 / 4);
    for event in events {
        check(&event.connection);
    }
    skipped.iter().for_each(check_error);
    // Nothing is left over from what stood in the room before.
    room.reverse();
    assert_eq!(decode(&mut room), first);
}

/// A part of a dump.
pub fn dump(bytes: &[u8]) {
    let mut progress = Progress::default();
    let noted = progress.note("dump", bytes);
    let mut counters = DecodeCounters::default();
    let chunk = DumpChunk {
        bytes,
        counters: &mut counters,
    };
    let (mut room, mut skipped) = (Vec::new(), Vec::new());
    let connections = chunk.decode(&mut room, |error| skipped.push(error));
    connections.iter().for_each(check);
    skipped.iter().for_each(check_error);
    assert!(connections.len() + skipped.len() <= Messages(bytes).count());
    match noted {
        Ok(()) => {
            let is = |wanted: fn(u16, u16) -> bool| {
                Messages(bytes)
                    .flatten()
                    .any(|message| wanted(message.kind, message.flags))
            };
            assert_eq!(progress.is_done, is(|kind, _| kind == NLMSG_DONE));
            assert_eq!(
                progress.was_interrupted,
                is(|_, flags| flags & NLM_F_DUMP_INTR != 0)
            );
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// What comes back for a get.
pub fn get(bytes: &[u8]) {
    let first = Messages(bytes).next().and_then(Result::ok);
    let sequence = first.map_or(1, |message| message.sequence);
    for sequence in [sequence, sequence.wrapping_add(1)] {
        match find_answer(bytes, sequence) {
            Some(Ok(Some(connection))) => check(&connection),
            Some(Err(error)) => assert!(!error.to_string().is_empty()),
            Some(Ok(None)) | None => {}
        }
    }
}

/// What the kernel answers when it is asked for its statistics.
pub fn statistics(bytes: &[u8]) {
    let mut told = Statistics::default();
    if let Err(error) = told.take_in(bytes) {
        assert!(!error.to_string().is_empty());
    }
    assert!(told.processors.len() <= Messages(bytes).count());
    // What was decoded can be encoded, and is the same then.
    let mut again = Statistics::default();
    for mut request in told.encode() {
        let taken_in = again.take_in(request.finish());
        taken_in.expect("what is encoded can be decoded");
    }
    assert_eq!(again, told);
}

/// What every decoded connection promises to the rest of natconnd.
fn check(connection: &Connection) {
    let (original, reply) = (&connection.original, &connection.reply);
    assert_eq!(original.is_ipv4(), reply.is_ipv4());
    for tuple in [Some(original), Some(reply), connection.master.as_ref()]
        .into_iter()
        .flatten()
    {
        check_tuple(tuple);
    }
    assert!(connection.translations().count() <= 2);
    // What was decoded can be encoded, and is the same then.
    let mut again = Event::default();
    let mut request = encode(connection);
    let message = Messages(request.finish())
        .next()
        .expect("a request is a message")
        .expect("a request is whole");
    decode_event(&message, &mut again, &mut DecodeCounters::default())
        .expect("what is encoded can be decoded");
    let expected = Connection {
        original: *original,
        reply: *reply,
        zone: match connection.zone.scope {
            ZoneScope::Both => connection.zone,
            // No request names a zone of one direction.
            ZoneScope::Original | ZoneScope::Reply => Zone::default(),
        },
        kernel_id: connection.kernel_id,
        status: connection.status,
        master: connection.master,
        ..Connection::default()
    };
    assert_eq!(again.connection, expected);
}

fn check_tuple(tuple: &Tuple) {
    let (source, destination) = (&tuple.source, &tuple.destination);
    assert_eq!(source.address.is_ipv4(), destination.address.is_ipv4());
    assert_eq!(tuple.icmp.is_some(), tuple.protocol.is_icmp());
    assert!(tuple.icmp.is_none() || source.port == destination.port);
}

fn check_error(error: &DecodeError) {
    let text = error.to_string();
    assert!(!text.is_empty() && text.len() < 200, "{text}");
}

/// A message with the parts of a connection that a request can hold.
fn encode(connection: &Connection) -> Request {
    let mut request = Request::new(CT_NEW, NLM_F_CREATE, 0, libc::AF_UNSPEC);
    request
        .tuple(CTA_TUPLE_ORIG, &connection.original)
        .tuple(CTA_TUPLE_REPLY, &connection.reply)
        .attribute(CTA_STATUS, &connection.status.0.to_be_bytes())
        .attribute(CTA_ID, &connection.kernel_id.0.to_be_bytes());
    if connection.zone.scope == ZoneScope::Both {
        request.attribute(CTA_ZONE, &connection.zone.id.to_be_bytes());
    }
    if let Some(master) = &connection.master {
        request.tuple(CTA_TUPLE_MASTER, master);
    }
    request
}

#[cfg(test)]
mod tests {
    use crate::replay::replay;

    #[test]
    fn events_of_any_bytes() {
        replay("events", super::events);
    }

    #[test]
    fn dumps_of_any_bytes() {
        replay("dump", super::dump);
    }

    #[test]
    fn answers_of_any_bytes() {
        replay("get", super::get);
    }

    #[test]
    fn statistics_of_any_bytes() {
        replay("statistics", super::statistics);
    }

    #[test]
    fn programs_of_any_filter() {
        replay("program", super::program);
    }
}
