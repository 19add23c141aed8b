//! What conntrack counts itself: the size of its table, and its counters for each
//! processor (`conntrack -C`, `conntrack -S`).

use std::os::fd::AsFd;

use crate::attribute::{Attributes, exactly};
use crate::dump::Dump;
use crate::error::{DecodeError, Error};
use crate::message::{Message, Messages};
use crate::request::{Request, asking_socket};
use crate::sys;
use crate::uapi::*;

const ACTION: &str = "read conntrack's statistics";

/// Room for the answer about the table: one message with two numbers.
const BUFFER_BYTES: usize = 256;

/// What conntrack counts in this network namespace.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Statistics {
    /// Connections in the table, translated or not (`nf_conntrack_count`).
    pub connections: Option<u32>,
    /// How many fit (`nf_conntrack_max`).
    pub max_connections: Option<u32>,
    /// The counters of each processor, in the kernel's order.
    pub processors: Vec<OfProcessor>,
}

/// What one processor has counted since the network namespace began. The kernel
/// counts in 32 bits and begins at 0 again beyond.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct OfProcessor {
    /// Its number.
    pub processor: u16,
    counts: [Option<u32>; Statistic::ALL.len()],
}

impl OfProcessor {
    /// How often that has happened; `None` where the kernel does not count it.
    pub const fn count(&self, statistic: Statistic) -> Option<u32> {
        self.counts[statistic as usize]
    }
}

/// One of the counters, by the kernel's name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Statistic {
    /// `found`: a tuple was looked for, so that another one can be chosen, and found.
    Found,
    /// `invalid`: packets that could not be tracked.
    Invalid,
    /// `insert`: connections that were inserted otherwise than by their first packet.
    Insert,
    /// `insert_failed`: connections that had a tuple which another one has by now.
    InsertFailed,
    /// `drop`: packets that were dropped for want of room, or of a place in the table.
    Drop,
    /// `early_drop`: connections that were forgotten to make room in a full table.
    EarlyDrop,
    /// `error`: packets that are wrong as packets, ICMP errors included.
    Error,
    /// `search_restart`: lookups that began anew, because the table had changed.
    SearchRestart,
    /// `clash_resolve`: connections whose clash with another one could be solved.
    ClashResolve,
    /// `chaintoolong`: connections that were refused because too many share a place.
    ChainTooLong,
}

impl Statistic {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 10] = [
        Self::Found,
        Self::Invalid,
        Self::Insert,
        Self::InsertFailed,
        Self::Drop,
        Self::EarlyDrop,
        Self::Error,
        Self::SearchRestart,
        Self::ClashResolve,
        Self::ChainTooLong,
    ];

    const fn attribute(self) -> (u16, &'static str) {
        match self {
            Self::Found => (CTA_STATS_FOUND, "CTA_STATS_FOUND"),
            Self::Invalid => (CTA_STATS_INVALID, "CTA_STATS_INVALID"),
            Self::Insert => (CTA_STATS_INSERT, "CTA_STATS_INSERT"),
            Self::InsertFailed => (CTA_STATS_INSERT_FAILED, "CTA_STATS_INSERT_FAILED"),
            Self::Drop => (CTA_STATS_DROP, "CTA_STATS_DROP"),
            Self::EarlyDrop => (CTA_STATS_EARLY_DROP, "CTA_STATS_EARLY_DROP"),
            Self::Error => (CTA_STATS_ERROR, "CTA_STATS_ERROR"),
            Self::SearchRestart => (CTA_STATS_SEARCH_RESTART, "CTA_STATS_SEARCH_RESTART"),
            Self::ClashResolve => (CTA_STATS_CLASH_RESOLVE, "CTA_STATS_CLASH_RESOLVE"),
            Self::ChainTooLong => (CTA_STATS_CHAIN_TOOLONG, "CTA_STATS_CHAIN_TOOLONG"),
        }
    }
}

impl Statistics {
    /// Reads them: some microseconds for each processor.
    ///
    /// # Errors
    ///
    /// The kernel refused, or an answer cannot be decoded.
    pub fn read() -> Result<Self, Error> {
        let mut statistics = Self::default();
        let socket = asking_socket(ACTION)?;
        let mut request = Request::new(CT_GET_STATS, 0, 1, libc::AF_UNSPEC);
        let sent = sys::send(socket.as_fd(), request.finish());
        sent.map_err(Error::system(ACTION))?;
        // The kernel has queued the answer before the send returned.
        let mut buffer = [0; BUFFER_BYTES];
        let length = sys::receive(socket.as_fd(), &mut buffer).map_err(Error::system(ACTION))?;
        statistics.take_in(&buffer[..length.min(BUFFER_BYTES)])?;
        let mut request = Request::new(CT_GET_STATS_CPU, NLM_F_DUMP, 1, libc::AF_UNSPEC);
        let mut dump = Dump::ask(ACTION, &mut request)?;
        while let Some(part) = dump.read()? {
            statistics.take_in(part.bytes)?;
        }
        Ok(statistics)
    }

    /// Takes in what one answer says.
    pub(crate) fn take_in(&mut self, bytes: &[u8]) -> Result<(), Error> {
        for message in Messages(bytes) {
            let message = message.map_err(undecodable)?;
            match message.kind {
                CT_GET_STATS => self.take_in_table(&message).map_err(undecodable)?,
                CT_GET_STATS_CPU => {
                    let counted = decode_processor(&message).map_err(undecodable)?;
                    self.processors.push(counted);
                }
                NLMSG_ERROR => message.error(ACTION)?,
                // `NLMSG_DONE`, which a dump looks at.
                _ => {}
            }
        }
        Ok(())
    }

    fn take_in_table(&mut self, message: &Message<'_>) -> Result<(), DecodeError> {
        for attribute in Attributes(message.attributes()?) {
            let (kind, payload) = attribute?;
            match kind {
                CTA_STATS_GLOBAL_ENTRIES => {
                    self.connections = Some(number("CTA_STATS_GLOBAL_ENTRIES", payload)?);
                }
                CTA_STATS_GLOBAL_MAX_ENTRIES => {
                    self.max_connections = Some(number("CTA_STATS_GLOBAL_MAX_ENTRIES", payload)?);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// The processor's number stands in the head's place for a resource
/// (`ctnetlink_ct_stat_cpu_fill_info`).
fn decode_processor(message: &Message<'_>) -> Result<OfProcessor, DecodeError> {
    let attributes = message.attributes()?;
    let number_at = NFGENMSG_LEN - 2..NFGENMSG_LEN;
    let processor = exactly("nfgenmsg", &message.payload[number_at])?;
    let mut counted = OfProcessor {
        processor: u16::from_be_bytes(processor),
        ..OfProcessor::default()
    };
    for attribute in Attributes(attributes) {
        let (kind, payload) = attribute?;
        // Obsolete ones are passed over, as are those of later kernels.
        let known = Statistic::ALL
            .into_iter()
            .find(|it| it.attribute().0 == kind);
        if let Some(statistic) = known {
            let count = number(statistic.attribute().1, payload)?;
            counted.counts[statistic as usize] = Some(count);
        }
    }
    Ok(counted)
}

fn number(attribute: &'static str, payload: &[u8]) -> Result<u32, DecodeError> {
    exactly(attribute, payload).map(u32::from_be_bytes)
}

fn undecodable(source: DecodeError) -> Error {
    Error::Decode {
        action: ACTION,
        source,
    }
}

#[cfg(any(test, fuzzing))]
impl Statistics {
    /// Messages that say the same.
    pub(crate) fn encode(&self) -> Vec<Request> {
        let mut table = Request::new(CT_GET_STATS, 0, 1, libc::AF_UNSPEC);
        for (kind, number) in [
            (CTA_STATS_GLOBAL_ENTRIES, self.connections),
            (CTA_STATS_GLOBAL_MAX_ENTRIES, self.max_connections),
        ] {
            if let Some(number) = number {
                table.attribute(kind, &number.to_be_bytes());
            }
        }
        let processors = self.processors.iter().map(|counted| {
            let mut message = Request::new(CT_GET_STATS_CPU, 0, 1, libc::AF_UNSPEC);
            message.set_resource(counted.processor);
            for statistic in Statistic::ALL {
                if let Some(count) = counted.count(statistic) {
                    message.attribute(statistic.attribute().0, &count.to_be_bytes());
                }
            }
            message
        });
        std::iter::once(table).chain(processors).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_all_is_that_of_the_declaration() {
        for (index, statistic) in Statistic::ALL.into_iter().enumerate() {
            assert_eq!(statistic as usize, index);
        }
    }

    #[test]
    fn a_number_of_another_size_is_an_error() {
        let mut request = Request::new(CT_GET_STATS_CPU, 0, 1, libc::AF_UNSPEC);
        request.attribute(CTA_STATS_DROP, &[1, 2]);
        let error = Statistics::default().take_in(request.finish()).unwrap_err();
        let told = format!("{:#}", std::error::Error::source(&error).unwrap());
        assert_eq!(told, "attribute CTA_STATS_DROP is 2 bytes long, expected 4");
    }

    #[test]
    fn what_is_not_known_is_passed_over() {
        let mut request = Request::new(CT_GET_STATS_CPU, 0, 1, libc::AF_UNSPEC);
        request.attribute(99, &[1]);
        request.attribute(CTA_STATS_FOUND, &7_u32.to_be_bytes());
        let mut statistics = Statistics::default();
        statistics.take_in(request.finish()).unwrap();
        let [counted] = statistics.processors[..] else {
            panic!("{statistics:?}");
        };
        assert_eq!(counted.count(Statistic::Found), Some(7));
        assert_eq!(counted.count(Statistic::Drop), None);
    }
}
