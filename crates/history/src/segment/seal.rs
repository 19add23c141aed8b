//! A checksum of the index: of all that follows the last page, which Parquet itself
//! has none for.
//!
//! It stands in the footer, hence within what it is the checksum of, and counts as
//! zeros there. Pages have checksums of their own; together they tell whether a file is
//! what was written, without a catalogue that knows it.

/// The key in the footer.
pub(super) const INDEX_CHECKSUM: &str = "natconnd.index-crc32";

/// Digits of the checksum.
const DIGITS: usize = 8;

/// The value as long as the checksum is not known: it, and where the index begins.
pub(super) fn unknown(from: u64) -> String {
    format!("{:0DIGITS$x} from {from:016x}", 0)
}

/// Puts the checksum of the index into the index.
pub(super) fn set_checksum(index: &mut [u8]) {
    let crc32 = crc32fast::hash(index);
    if let Some(at) = value_at(index) {
        index[at..at + DIGITS].copy_from_slice(format!("{crc32:0DIGITS$x}").as_bytes());
    }
}

/// Where the index of a file begins, told by its footer or more of its end.
pub(super) fn index_from(footer: &[u8]) -> Option<u64> {
    let value = footer.get(value_at(footer)?..)?.get(..unknown(0).len())?;
    let value = str::from_utf8(value).ok()?;
    u64::from_str_radix(value.rsplit_once(' ')?.1, 16).ok()
}

/// Whether the index is what was written.
pub(super) fn is_index_whole(index: &mut [u8]) -> bool {
    let Some(at) = value_at(index) else {
        return false;
    };
    let digits = &mut index[at..at + DIGITS];
    let stated = str::from_utf8(digits)
        .ok()
        .and_then(|digits| u32::from_str_radix(digits, 16).ok());
    digits.fill(b'0');
    stated == Some(crc32fast::hash(index))
}

/// Where the value is. The last key of that name: the gateway's name, which is
/// anything, comes before.
fn value_at(index: &[u8]) -> Option<usize> {
    // Between key and value stand the value's type and its length, in Thrift.
    let mut key = INDEX_CHECKSUM.as_bytes().to_vec();
    key.extend([0x18, unknown(0).len() as u8]);
    let at = index.windows(key.len()).rposition(|bytes| bytes == key)? + key.len();
    (at + unknown(0).len() <= index.len()).then_some(at)
}
