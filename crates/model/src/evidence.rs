//! How the end of a connection was learned.

/// How the end of a translation was learned.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum EndEvidence {
    /// The kernel told it (`IPCTNL_MSG_CT_DELETE`).
    Event,
    /// The kernel's table did not have it any more: a dump or a get has shown.
    Dump,
    /// Another connection began with the same original tuple and zone.
    Successor,
    /// It had begun before natconnd stopped, and did not live any more when
    /// natconnd had started again.
    Restart,
    /// It has not ended: a checkpoint says that it lived at this time.
    Checkpoint,
}

impl EndEvidence {
    /// Every kind of evidence.
    pub const ALL: [Self; 5] = [
        Self::Event,
        Self::Dump,
        Self::Successor,
        Self::Restart,
        Self::Checkpoint,
    ];

    /// The word for it in every output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Dump => "dump",
            Self::Successor => "successor",
            Self::Restart => "restart",
            Self::Checkpoint => "checkpoint",
        }
    }

    /// The evidence of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|evidence| evidence.name() == name)
    }
}
