//! Which rows of a group can fit a question, as far as the page index tells.

use std::ops::Range;

use super::column::Column;
use super::index::{Chunk, GroupIndex, Ranges};
use super::test::{Places, Test};
use super::values::Distinct;

/// Ranges of rows, in ascending order, that may pass all tests.
pub(super) fn candidates(
    index: &GroupIndex,
    tests: &[Test],
    nat_addresses: Option<&Distinct>,
) -> Vec<Range<u32>> {
    let mut ranges = all(index.rows);
    for test in tests {
        let chunk = |column| index.chunk(column);
        let pages = match test {
            Test::Places {
                column: Column::NatAddress,
                places,
                ..
            } => {
                let chunk = chunk(Column::NatAddress);
                let Some(texts) = nat_addresses.map(|distinct| texts(distinct, places)) else {
                    continue;
                };
                with_texts(chunk, &texts, index.rows)
            }
            Test::Places { .. } => continue,
            Test::Numbers {
                column,
                first,
                last,
            } => with_numbers(chunk(*column), index.rows, |[least, greatest]| {
                least <= *last && greatest >= *first
            }),
            Test::StartedBy(to) => {
                with_numbers(chunk(Column::StartedAt), index.rows, |[least, _]| {
                    least <= *to
                })
            }
            Test::EndedFrom(from) => {
                with_numbers(chunk(Column::EndedAt), index.rows, |[_, greatest]| {
                    greatest >= *from
                })
            }
        };
        ranges = both(&ranges, &pages);
    }
    ranges
}

fn all(rows: u32) -> Vec<Range<u32>> {
    std::iter::once(0..rows).collect()
}

/// The texts of wanted addresses, sorted.
fn texts(distinct: &Distinct, places: &Places) -> Vec<String> {
    let wanted = (0..distinct.len() as u32).filter(|place| places.contains(*place));
    let texts = wanted.filter_map(|place| distinct.address(place));
    let mut texts: Vec<String> = texts.map(|address| address.to_string()).collect();
    texts.sort_unstable();
    texts
}

fn with_texts(chunk: &Chunk, texts: &[String], rows: u32) -> Vec<Range<u32>> {
    let Ranges::Texts(ranges) = &chunk.ranges else {
        return all(rows);
    };
    let may_have = |range: &Option<[Box<str>; 2]>| {
        range.as_ref().is_some_and(|[least, greatest]| {
            let next = texts.partition_point(|text| **text < **least);
            texts.get(next).is_some_and(|text| **text <= **greatest)
        })
    };
    joined(chunk, rows, ranges.iter().map(may_have))
}

/// Pages whose range fits; and those that have rows without value, which a time may
/// have.
fn with_numbers(chunk: &Chunk, rows: u32, fits: impl Fn([i64; 2]) -> bool) -> Vec<Range<u32>> {
    let Ranges::Numbers(ranges) = &chunk.ranges else {
        return all(rows);
    };
    let may_have = |range: &Option<[i64; 2]>| chunk.may_be_absent || range.is_some_and(&fits);
    joined(chunk, rows, ranges.iter().map(may_have))
}

/// The rows of the pages that are wanted.
fn joined(chunk: &Chunk, rows: u32, wanted: impl Iterator<Item = bool>) -> Vec<Range<u32>> {
    let mut ranges: Vec<Range<u32>> = Vec::new();
    for (page, _) in wanted.enumerate().filter(|(_, is_wanted)| *is_wanted) {
        let rows = chunk.rows_of(page, rows);
        match ranges.last_mut() {
            Some(last) if last.end == rows.start => last.end = rows.end,
            _ => ranges.push(rows),
        }
    }
    ranges
}

/// What is in both.
fn both(one: &[Range<u32>], other: &[Range<u32>]) -> Vec<Range<u32>> {
    let mut common = Vec::new();
    let (mut one, mut other) = (one.iter().peekable(), other.iter().peekable());
    while let (Some(a), Some(b)) = (one.peek(), other.peek()) {
        let rows = a.start.max(b.start)..a.end.min(b.end);
        if !rows.is_empty() {
            common.push(rows);
        }
        if a.end <= b.end {
            one.next();
        } else {
            other.next();
        }
    }
    common
}

#[cfg(test)]
mod tests {
    use super::both;

    #[test]
    fn ranges_have_in_common_what_is_in_both() {
        let both = |one: &[[u32; 2]], other: &[[u32; 2]]| {
            let ranges = |all: &[[u32; 2]]| all.iter().map(|[from, to]| *from..*to).collect();
            let [one, other]: [Vec<_>; 2] = [ranges(one), ranges(other)];
            let common = both(&one, &other);
            Vec::from_iter(common.iter().map(|range| [range.start, range.end]))
        };
        assert_eq!(both(&[[0, 10], [20, 30]], &[[5, 25]]), [[5, 10], [20, 25]]);
        let some = [[2, 3], [3, 4], [9, 12]];
        assert_eq!(both(&[[0, 10]], &some), [[2, 3], [3, 4], [9, 10]]);
        assert!(both(&[[0, 10]], &[[10, 20]]).is_empty());
    }
}
