//! What a segment says about itself.

use model::Period;

/// The version of the format that is written; older ones are read for ever.
pub(crate) const FORMAT_VERSION: u32 = 1;

/// What a segment says about itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Meta {
    /// The first generation of the journal whose records it has.
    pub(crate) first_generation: u64,
    /// The last one; the same unless segments were merged.
    pub(crate) last_generation: u64,
    /// The name of the gateway.
    pub(crate) gateway: String,
}

/// Records of a segment that lived about as long, and in which time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Group {
    /// How many.
    pub(crate) records: u64,
    /// From the first start to the last end; open where a start is not known.
    pub(crate) period: Period,
}
