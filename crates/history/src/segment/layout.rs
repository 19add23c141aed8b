//! How records are laid out in a file: in which groups, in which order, in pages of
//! how many.

use std::ops::Range;

use crate::addresses::Addresses;
use crate::milliseconds::NOT_KNOWN;
use crate::rows::{Row, Rows};

/// The sizes of things, each of them as measured (FORMAT.md).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Layout {
    /// Records of a page.
    pub(crate) page: usize,
    /// Records after which the order starts anew within a group.
    pub(crate) slice: usize,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            page: 4096,
            slice: 1 << 18,
        }
    }
}

/// The longest life, in milliseconds, of a record in each group but the last, which
/// has the rest and those of unknown start.
const LONGEST: [i64; 2] = [10 * 60 * 1000, 4 * 3600 * 1000];

/// Where a record is: which of several `Rows`, and which of those.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place {
    pub(super) rows: u32,
    pub(super) index: u32,
}

/// The order of the records in each group that has any.
pub(super) fn order(rows: &[&Rows], addresses: &Addresses, layout: Layout) -> Vec<Vec<Place>> {
    let ranks = ranks(rows, addresses);
    let mut groups: [Vec<Place>; LONGEST.len() + 1] = Default::default();
    for (number, rows) in (0..).zip(rows) {
        for (index, row) in (0..).zip(rows.rows()) {
            groups[group_of(row)].push(Place {
                rows: number,
                index,
            });
        }
    }
    let mut groups = Vec::from(groups);
    groups.retain(|group| !group.is_empty());
    for group in &mut groups {
        for slice in slices(group.len(), layout.slice) {
            sort(&mut group[slice], rows, &ranks);
        }
    }
    groups
}

fn group_of(row: &Row) -> usize {
    if row.started_at == NOT_KNOWN || row.ended_at == NOT_KNOWN {
        return LONGEST.len();
    }
    let life = row.ended_at.saturating_sub(row.started_at);
    LONGEST
        .iter()
        .take_while(|longest| life > **longest)
        .count()
}

/// Slices about as long as asked for, all of about the same length.
fn slices(records: usize, length: usize) -> impl Iterator<Item = Range<usize>> {
    let many = (records / length.max(1)).max(1);
    (0..many).map(move |slice| slice * records / many..(slice + 1) * records / many)
}

/// By NAT address, whether the port was changed, NAT port, start.
fn sort(places: &mut [Place], rows: &[&Rows], ranks: &[u32]) {
    let key = |place: &Place| {
        let row = &rows[place.rows as usize].rows()[place.index as usize];
        let is_changed = row.nat_port != row.internal_port;
        (
            ranks[row.nat as usize],
            is_changed,
            row.nat_port,
            row.started_at,
        )
    };
    places.sort_by_cached_key(key);
}

/// The rank of each NAT address among them, by its text; by the number of the address.
fn ranks(rows: &[&Rows], addresses: &Addresses) -> Vec<u32> {
    let mut ranks = vec![0; addresses.len()];
    rows.iter()
        .flat_map(|rows| rows.rows())
        .for_each(|row| ranks[row.nat as usize] = 1);
    let mut texts: Vec<(String, u32)> = (0..)
        .zip(&ranks)
        .filter(|(_, is_nat)| **is_nat == 1)
        .map(|(number, _)| (addresses.get(number).to_string(), number))
        .collect();
    texts.sort_unstable();
    for (rank, (_, number)) in (0..).zip(texts) {
        ranks[number as usize] = rank;
    }
    ranks
}
