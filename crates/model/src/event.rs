//! What the kernel told, and what follows for the table.

use crate::Connection;

/// What the kernel told about a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Event {
    /// Which of the three it is.
    pub kind: EventKind,
    /// The connection as the event describes it.
    pub connection: Connection,
}

/// The three events of `conntrack -E`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum EventKind {
    /// The connection's first packet has left the gateway.
    #[default]
    New,
    /// Something about it changed; its tuples and translations never do.
    Update,
    /// The kernel has forgotten it.
    Destroy,
}

/// What an event means for a translation in the table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ChangeKind {
    /// It began.
    Started,
    /// It ended.
    Ended,
}

impl ChangeKind {
    /// The word for it in every output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Ended => "ended",
        }
    }
}
