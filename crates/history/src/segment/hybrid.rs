//! Parquet's RLE/bit-packing hybrid: numbers of a fixed width, in runs of one value
//! or packed one after the other.
//!
//! Widths are such that values begin on bytes or fill them, which the format allows:
//! zstd then finds the frequent ones. Packed tighter they take more room once they
//! are compressed.

/// The width in bits for numbers up to `largest`: 0, 1, 2, 4, 8, 16, 24 or 32.
pub(super) fn width_of(largest: u32) -> u8 {
    match u32::BITS - largest.leading_zeros() {
        bits @ 0..=8 => (bits as u8).next_power_of_two() * u8::from(bits > 0),
        bits => (bits.div_ceil(8) * 8) as u8,
    }
}

/// Appends numbers that fit `width` bits.
pub(super) fn encode(values: &[u32], width: u8, to: &mut Vec<u8>) {
    let runs = values.chunk_by(PartialEq::eq);
    // A header and a value for each run, against all values; zstd shortens both.
    if runs.clone().count() * 32 <= values.len() || values.len() < 8 {
        for run in runs {
            push_varint(to, (run.len() as u64) << 1);
            to.extend_from_slice(&run[0].to_le_bytes()[..usize::from(width).div_ceil(8)]);
        }
        return;
    }
    let groups = values.len().div_ceil(8);
    push_varint(to, (groups as u64) << 1 | 1);
    let padding = std::iter::repeat_n(&0, groups * 8 - values.len());
    let values = values.iter().chain(padding);
    match width {
        8 => to.extend(values.map(|value| *value as u8)),
        16 => values.for_each(|value| to.extend_from_slice(&(*value as u16).to_le_bytes())),
        24 => values.for_each(|value| to.extend_from_slice(&value.to_le_bytes()[..3])),
        32 => values.for_each(|value| to.extend_from_slice(&value.to_le_bytes())),
        _ => pack(values.copied(), width, to),
    }
}

fn pack(values: impl Iterator<Item = u32>, width: u8, to: &mut Vec<u8>) {
    let (mut waiting, mut bits) = (0_u64, 0);
    for value in values {
        waiting |= u64::from(value) << bits;
        bits += u32::from(width);
        while bits >= 8 {
            to.push(waiting as u8);
            waiting >>= 8;
            bits -= 8;
        }
    }
}

/// Appends `many` numbers of `width` bits to `values`; `None` where `bytes` are not
/// such numbers.
pub(super) fn decode(
    mut bytes: &[u8],
    width: u8,
    many: usize,
    values: &mut Vec<u32>,
) -> Option<()> {
    let end = values.len() + many;
    values.reserve(many);
    let size = usize::from(width).div_ceil(8);
    if width > 32 {
        return None;
    }
    while values.len() < end {
        let header = take_varint(&mut bytes)?;
        let left = end - values.len();
        if header & 1 == 0 {
            let run = usize::try_from(header >> 1).ok()?.min(left);
            if run == 0 {
                return None;
            }
            let mut value = [0; 4];
            value[..size].copy_from_slice(bytes.split_off(..size)?);
            values.extend(std::iter::repeat_n(u32::from_le_bytes(value), run));
            continue;
        }
        let groups = usize::try_from(header >> 1).ok()?;
        let packed = bytes.split_off(..groups.checked_mul(usize::from(width))?)?;
        let run = groups.checked_mul(8)?.min(left);
        if run == 0 {
            return None;
        }
        unpack(packed, width, run, values);
    }
    Some(())
}

/// The number that all `many` of `width` bits are, where they are one run.
pub(super) fn decode_run(mut bytes: &[u8], width: u8, many: usize) -> Option<u32> {
    let header = take_varint(&mut bytes)?;
    let size = usize::from(width).div_ceil(8);
    if header & 1 == 1 || header >> 1 < many as u64 || size > 4 {
        return None;
    }
    let mut value = [0; 4];
    value[..size].copy_from_slice(bytes.get(..size)?);
    Some(u32::from_le_bytes(value))
}

fn unpack(packed: &[u8], width: u8, many: usize, values: &mut Vec<u32>) {
    match width {
        0 => values.extend(std::iter::repeat_n(0, many)),
        8 => values.extend(packed.iter().take(many).map(|byte| u32::from(*byte))),
        16 => values.extend(
            packed
                .chunks_exact(2)
                .take(many)
                .map(|bytes| u32::from(u16::from_le_bytes([bytes[0], bytes[1]]))),
        ),
        _ => {
            let mask = u32::MAX >> (32 - width);
            let (mut waiting, mut bits) = (0_u64, 0);
            let mut bytes = packed.iter();
            for _ in 0..many {
                while bits < u32::from(width) {
                    waiting |= u64::from(bytes.next().copied().unwrap_or(0)) << bits;
                    bits += 8;
                }
                values.push(waiting as u32 & mask);
                waiting >>= width;
                bits -= u32::from(width);
            }
        }
    }
}

/// Appends a number, seven bits a byte, the lowest first.
pub(super) fn push_varint(to: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        to.push(value as u8 | 0x80);
        value >>= 7;
    }
    to.push(value as u8);
}

/// Takes such a number from the front.
pub(super) fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.split_off_first()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_come_back(
            runs in vec((any::<u32>(), 1_usize..100), 0..20),
            width in prop_oneof![Just(1_u8), Just(8), Just(16), Just(24), Just(32), 1_u8..=32],
        ) {
            let mask = u32::MAX >> (32 - width);
            let values: Vec<u32> = runs
                .iter()
                .flat_map(|(value, many)| std::iter::repeat_n(value & mask, *many))
                .collect();
            let mut bytes = Vec::new();
            encode(&values, width, &mut bytes);
            let mut decoded = Vec::new();
            decode(&bytes, width, values.len(), &mut decoded).unwrap();
            prop_assert_eq!(decoded, values);
        }

        #[test]
        fn any_bytes_are_numbers_or_nothing(bytes in vec(any::<u8>(), 0..100), width in 0_u8..40) {
            let mut values = Vec::new();
            if decode(&bytes, width, 50, &mut values).is_some() {
                prop_assert_eq!(values.len(), 50);
            }
        }
    }

    #[test]
    fn one_value_takes_few_bytes() {
        let mut bytes = Vec::new();
        encode(&[7; 4096], 8, &mut bytes);
        // A run of 4096 as Parquet's Encodings.md writes it, then the value.
        assert_eq!(bytes, [0x80, 0x40, 7]);
    }

    #[test]
    fn widths_fill_bytes() {
        let widths = [0, 1, 2, 4, 16, 255, 256, 65_535, 65_536, u32::MAX].map(width_of);
        assert_eq!(widths, [0, 1, 2, 4, 8, 8, 16, 16, 24, 32]);
    }
}
