//! Parquet's DELTA_BINARY_PACKED: numbers as differences to the one before.
//!
//! All arithmetic wraps, as the format asks for. Numbers of 32 bits are encoded as
//! such, so that no difference needs more than 32.

use super::hybrid::{push_varint, take_varint};

/// How many bits the numbers have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Bits {
    /// They are `INT32`.
    B32,
    /// They are `INT64`.
    B64,
}

impl Bits {
    fn wrap(self, value: i64) -> i64 {
        match self {
            Self::B32 => i64::from(value as i32),
            Self::B64 => value,
        }
    }

    fn mask(self) -> u64 {
        match self {
            Self::B32 => u64::from(u32::MAX),
            Self::B64 => u64::MAX,
        }
    }

    /// Numbers in a block, which have one least difference, and in how many parts
    /// of one width each. Ports are dense but for where another address begins; times
    /// are as random everywhere.
    fn block(self) -> (usize, usize) {
        match self {
            Self::B32 => (256, 2),
            Self::B64 => (4096, 4),
        }
    }

    fn most(self) -> u8 {
        match self {
            Self::B32 => 32,
            Self::B64 => 64,
        }
    }
}

/// Appends numbers, of which those of 32 bits must fit.
pub(super) fn encode(values: &[i64], bits: Bits, to: &mut Vec<u8>) {
    let (length, miniblocks) = bits.block();
    push_varint(to, length as u64);
    push_varint(to, miniblocks as u64);
    push_varint(to, values.len() as u64);
    let Some(first) = values.first() else {
        return push_varint(to, 0);
    };
    push_varint(to, zigzag(*first));
    let mut last = *first;
    let mut deltas = Vec::with_capacity(length);
    for block in values[1..].chunks(length) {
        deltas.clear();
        deltas.extend(block.iter().map(|value| {
            let before = std::mem::replace(&mut last, *value);
            bits.wrap(value.wrapping_sub(before))
        }));
        let least = deltas.iter().copied().min().unwrap_or(0);
        push_varint(to, zigzag(least));
        let above = |delta: &i64| delta.wrapping_sub(least) as u64 & bits.mask();
        let widths_at = to.len();
        to.resize(widths_at + miniblocks, 0);
        for (index, miniblock) in deltas.chunks(length / miniblocks).enumerate() {
            let most = miniblock.iter().map(above).max().unwrap_or(0);
            let width = round((u64::BITS - most.leading_zeros()) as u8);
            to[widths_at + index] = width;
            let padding = std::iter::repeat_n(0, length / miniblocks - miniblock.len());
            pack(miniblock.iter().map(above).chain(padding), width, to);
        }
    }
}

/// Small widths as whole bytes, for zstd; wide ones are too random to gain.
fn round(width: u8) -> u8 {
    match width {
        1..=16 => width.div_ceil(8) * 8,
        width => width,
    }
}

fn pack(values: impl Iterator<Item = u64>, width: u8, to: &mut Vec<u8>) {
    let (mut waiting, mut bits) = (0_u128, 0);
    for value in values {
        waiting |= u128::from(value) << bits;
        bits += u32::from(width);
        while bits >= 8 {
            to.push(waiting as u8);
            waiting >>= 8;
            bits -= 8;
        }
    }
}

/// Appends all the numbers to `values`, at most `most`; `None` where `bytes` are
/// not such numbers.
pub(super) fn decode(
    mut bytes: &[u8],
    bits: Bits,
    most: usize,
    values: &mut Vec<i64>,
) -> Option<()> {
    let block = usize::try_from(take_varint(&mut bytes)?).ok()?;
    let miniblocks = usize::try_from(take_varint(&mut bytes)?).ok()?;
    let many = usize::try_from(take_varint(&mut bytes)?).ok()?;
    let mut last = unzigzag(take_varint(&mut bytes)?);
    let is_sound = many <= most && (1..=512).contains(&miniblocks) && block <= 1 << 20;
    let miniblock = block.checked_div(miniblocks)?;
    if !is_sound || miniblock == 0 || !miniblock.is_multiple_of(32) {
        return None;
    }
    let end = values.len() + many;
    values.reserve(many);
    if many > 0 {
        values.push(last);
    }
    while values.len() < end {
        let least = unzigzag(take_varint(&mut bytes)?);
        let widths = bytes.split_off(..miniblocks)?;
        for width in widths {
            let left = end - values.len();
            if left == 0 {
                break;
            }
            if *width > bits.most() {
                return None;
            }
            let packed = bytes.split_off(..miniblock * usize::from(*width) / 8)?;
            unpack(packed, *width, left.min(miniblock), |above| {
                last = bits.wrap(last.wrapping_add(least).wrapping_add(above as i64));
                values.push(last);
            });
        }
    }
    Some(())
}

#[inline]
fn unpack(packed: &[u8], width: u8, many: usize, mut each: impl FnMut(u64)) {
    match width {
        0 => (0..many).for_each(|_| each(0)),
        8 => packed[..many]
            .iter()
            .for_each(|byte| each(u64::from(*byte))),
        // A value and the bits before it are within eight bytes.
        1..=57 => {
            let mask = u64::MAX >> (64 - width);
            for index in 0..many {
                let bit = index * usize::from(width);
                let from = bit / 8;
                let value = match packed.get(from..from + 8) {
                    Some(bytes) => u64::from_le_bytes(bytes.try_into().unwrap_or_default()),
                    None => {
                        let mut bytes = [0; 8];
                        let rest = &packed[from..];
                        bytes[..rest.len()].copy_from_slice(rest);
                        u64::from_le_bytes(bytes)
                    }
                };
                each(value >> (bit % 8) & mask);
            }
        }
        _ => {
            let mask = u128::MAX >> (128 - u32::from(width));
            let (mut waiting, mut bits) = (0_u128, 0);
            let mut bytes = packed.iter();
            for _ in 0..many {
                while bits < u32::from(width) {
                    waiting |= u128::from(bytes.next().copied().unwrap_or(0)) << bits;
                    bits += 8;
                }
                each((waiting & mask) as u64);
                waiting >>= width;
                bits -= u32::from(width);
            }
        }
    }
}

const fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63) as u64
}

const fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn there_and_back(values: &[i64], bits: Bits) -> Vec<i64> {
        let mut bytes = Vec::new();
        encode(values, bits, &mut bytes);
        let mut decoded = Vec::new();
        decode(&bytes, bits, values.len(), &mut decoded).unwrap();
        decoded
    }

    proptest! {
        #[test]
        fn numbers_come_back(
            values in vec(prop_oneof![0_i64..100, 0_i64..100_000_000, any::<i64>()], 0..400),
        ) {
            prop_assert_eq!(there_and_back(&values, Bits::B64), values);
        }

        #[test]
        fn numbers_of_32_bits_come_back(
            values in vec(prop_oneof![0_i32..100, 0_i32..65_536, any::<i32>()], 0..400),
        ) {
            let values: Vec<i64> = values.into_iter().map(i64::from).collect();
            prop_assert_eq!(there_and_back(&values, Bits::B32), values);
        }

        #[test]
        fn any_bytes_are_numbers_or_nothing(bytes in vec(any::<u8>(), 0..200)) {
            let mut values = Vec::new();
            let _ = decode(&bytes, Bits::B64, 1000, &mut values);
            prop_assert!(values.len() <= 1000);
        }
    }

    #[test]
    fn numbers_in_a_row_take_few_bytes() {
        let mut bytes = Vec::new();
        encode(&Vec::from_iter(40_000..40_257), Bits::B32, &mut bytes);
        // Block 256, 2 miniblocks, 257 numbers, the first; then least difference 1
        // and two widths of 0, as Parquet's Encodings.md writes them.
        let expected = [0x80, 2, 2, 0x81, 2, 0x80, 0xf1, 4, 2, 0, 0];
        assert_eq!(bytes, expected);
    }
}
