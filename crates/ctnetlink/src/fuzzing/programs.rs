//! Any filter, compiled and run over real messages.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use ipnet::IpNet;
use model::{
    Connection, Endpoint, EndpointPattern, EndpointSet, Event, Filter, Match, Protocol,
    TranslationKind,
};

use super::choices::Choices;
use super::interpreter;
use crate::bpf::program_for;
use crate::decode::{DecodeCounters, decode_event};
use crate::message::Messages;

/// Messages of a real kernel, and what they say.
static CAPTURED: LazyLock<Vec<(Vec<u8>, Connection)>> = LazyLock::new(captured);

/// Endpoints that the captured messages have.
static ENDPOINTS: LazyLock<Vec<Endpoint>> = LazyLock::new(|| {
    let connections = CAPTURED.iter().map(|(_, connection)| connection);
    let mut endpoints: Vec<_> = connections
        .flat_map(|connection| [connection.original, connection.reply])
        .flat_map(|tuple| [tuple.source, tuple.destination])
        .collect();
    endpoints.sort();
    endpoints.dedup();
    endpoints
});

/// A filter, compiled: the kernel accepts the program, and it passes the
/// messages that the filter fits.
pub fn program(bytes: &[u8]) {
    let filter = filter(&mut Choices(bytes));
    let program = program_for(&filter).expect("a filter of a few patterns is short");
    let instructions = program.instructions();
    interpreter::verify(instructions).expect("the kernel accepts the program");
    for (message, connection) in CAPTURED.iter() {
        let is_passed = interpreter::run(instructions, message) != 0;
        assert_eq!(is_passed, fits(&filter, connection), "{connection:?}");
    }
}

fn captured() -> Vec<(Vec<u8>, Connection)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/messages");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("there are captured messages")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "bin"))
        .collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let bytes = fs::read(path).expect("the message can be read");
            let mut event = Event::default();
            let message = Messages(&bytes).next().expect("it is not empty");
            message
                .and_then(|it| decode_event(&it, &mut event, &mut DecodeCounters::default()))
                .expect("it can be decoded");
            (bytes, event.connection)
        })
        .collect()
}

fn fits(filter: &Filter, connection: &Connection) -> bool {
    connection.translations().any(|translation| {
        filter.matches(&Match {
            protocol: connection.original.protocol,
            translation,
            original_destination: connection.original.destination,
            zone: connection.zone,
            kernel_id: None,
            started_at: None,
            ended_at: None,
            end_evidence: None,
            traffic: None,
            mark: None,
        })
    })
}

/// A filter that often fits some of the captured messages.
fn filter(choices: &mut Choices<'_>) -> Filter {
    let few = |choices: &mut Choices<'_>| choices.below(4);
    let protocols = (0..few(choices)).map(|_| Protocol(choices.one_of(&PROTOCOLS)));
    let protocols = protocols.collect();
    let zones = (0..few(choices)).map(|_| choices.one_of(&ZONES)).collect();
    let kind = choices.one_of(&KINDS);
    Filter {
        protocols,
        kind,
        zones,
        internal: set(choices),
        nat: set(choices),
        remote: set(choices),
        original_destination: set(choices),
    }
}

/// Those of the captured messages, and one that none has.
const PROTOCOLS: [u8; 9] = [6, 17, 1, 58, 132, 33, 47, 136, 50];
const ZONES: [u16; 5] = [0, 9, 11, 12, u16::MAX];
const KINDS: [Option<TranslationKind>; 3] = [
    None,
    Some(TranslationKind::Source),
    Some(TranslationKind::Destination),
];

fn set(choices: &mut Choices<'_>) -> EndpointSet {
    EndpointSet((0..choices.below(5)).map(|_| pattern(choices)).collect())
}

fn pattern(choices: &mut Choices<'_>) -> EndpointPattern {
    let endpoint = choices.one_of(&ENDPOINTS);
    let longest = if endpoint.address.is_ipv4() { 32 } else { 128 };
    let bits = choices.byte().min(longest);
    let net = IpNet::new(endpoint.address, bits).expect("the length fits the family");
    let shape = choices.below(4);
    let (before, after) = (choices.number(), choices.number());
    EndpointPattern {
        addresses: (shape & 1 != 0).then(|| net.trunc()),
        ports: (shape & 2 != 0)
            .then(|| endpoint.port.saturating_sub(before)..=endpoint.port.saturating_add(after)),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixDatagram;

    use super::*;

    /// What the kernel does with the same programs and messages.
    #[test]
    fn the_interpreter_does_what_the_kernel_does() {
        let mut passed = 0;
        for seed in 0..400_u32 {
            // Any bytes do, as long as they are the same each time.
            let bytes: Vec<u8> = (0..64_u32)
                .map(|at| ((seed * 64 + at).wrapping_mul(2_654_435_761) >> 13) as u8)
                .collect();
            let program = program_for(&filter(&mut Choices(&bytes))).unwrap();
            let (near, far) = UnixDatagram::pair().unwrap();
            program.attach(&far).unwrap();
            far.set_nonblocking(true).unwrap();
            for (message, _) in CAPTURED.iter() {
                near.send(message).unwrap();
                let is_passed = far.recv(&mut [0; 4096]).is_ok();
                let kept = interpreter::run(program.instructions(), message);
                assert_eq!(kept != 0, is_passed);
                passed += u32::from(is_passed);
            }
        }
        assert!(passed > 100, "{passed}");
    }

    #[test]
    fn what_the_kernel_refuses_is_refused() {
        let program = program_for(&Filter::default()).unwrap();
        let good = program.instructions();
        assert_eq!(interpreter::verify(good), Ok(()));
        assert!(interpreter::verify(&[]).is_err());
        assert!(interpreter::verify(&good[..good.len() - 1]).is_err());
        let mut longer = good.to_vec();
        longer[3].code = 0x15;
        longer[3].jump_true = 200;
        assert!(interpreter::verify(&longer).is_err());
    }
}
