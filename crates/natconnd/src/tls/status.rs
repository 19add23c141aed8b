//! How a listener's TLS is doing, for the doctor and the metrics.

use model::Timestamp;

use super::validity::Validity;

/// How a listener's TLS is doing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Status {
    /// From when to when the certificate in use is valid.
    pub validity: Validity,
    /// How often files were taken over after the start.
    pub reloads: u64,
    /// How often they were not; the same mistake in the same files counts once,
    /// unless somebody asked for the reload.
    pub reloads_refused: u64,
    /// Why the files as they are now are not the ones in use; `None` where they are.
    pub refused: Option<Refused>,
}

/// Files that were not taken over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused {
    /// When that was found.
    pub at: Timestamp,
    /// What is wrong with them.
    pub error: String,
    /// What to do about it.
    pub hint: Option<&'static str>,
}
