//! How large the parts of a segment may be.
//!
//! Checksums tell damage. They do not tell a file that somebody made to do harm, whose
//! numbers say what memory it wants to be given. What a question may take is therefore
//! bounded here, some times above what natconnd writes (`layout`), and whatever says more
//! is damaged.

/// Bytes of the index: natconnd writes less than a hundredth of it.
pub(super) const INDEX: usize = 8 << 20;

/// Groups of records, columns, and keys in the footer; natconnd writes 3, 23 and 7.
pub(super) const IN_FOOTER: u64 = 64;

/// Records of one group: four times those of a segment.
pub(super) const ROWS: u32 = 1 << 22;

/// Values of a page, unless all of them are the same: natconnd writes 4096.
pub(super) const VALUES: usize = 1 << 17;

/// Bytes of a dictionary without compression. As many records as a segment has, each with an
/// IPv6 address of its own, take 45 MB.
pub(super) const DICTIONARY: usize = 64 << 20;

/// Distinct words of a column that has no addresses: natconnd writes at most 256, the
/// protocols.
pub(super) const WORDS: u32 = 4096;

/// Bytes above which one dictionary is read at a time, whoever asks.
pub(super) const LARGE: usize = 4 << 20;

/// Bytes of a page of data without compression, which has so many values: levels and places
/// take at most nine bytes each.
pub(super) fn data(values: usize) -> usize {
    values.min(VALUES) * 16 + (64 << 10)
}

/// Bytes of a page in the file: header, and what zstd makes of bytes that it cannot
/// compress.
pub(super) fn in_file(uncompressed: usize) -> usize {
    uncompressed + uncompressed / 128 + 1024
}
