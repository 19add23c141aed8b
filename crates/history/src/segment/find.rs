//! Finding the rows of one group that fit a question.

use model::Match;

use super::column::Column;
use super::cursor::{Fault, GroupReader};
use super::prune::candidates;
use super::test::Test;
use super::wanted::Asked;
use crate::deadline::Deadline;

/// Rows that are tested together: as many as most pages have.
const TOGETHER: u32 = 4096;

/// Calls `visit` with each record of a group that fits, for as long as it says true and
/// there is time; says whether that was always so.
///
/// # Errors
///
/// What is wrong with the file.
pub(super) fn find_in_group(
    reader: &mut GroupReader<'_>,
    asked: &[Asked<'_>],
    deadline: &Deadline,
    visit: &mut dyn FnMut(Match) -> bool,
) -> Result<bool, Fault> {
    let mut asked = asked.iter();
    // What needs no large dictionary tells which rows are worth more.
    let mut tests = Vec::with_capacity(8);
    let rest = loop {
        let rest = asked.clone();
        match asked.next() {
            Some(next) if is_cheap(next) => {
                if !push(&mut tests, *next, reader)? {
                    return Ok(true);
                }
            }
            _ => break rest,
        }
    };
    let nat_addresses = match &tests[..] {
        [] => None,
        _ => Some(reader.distinct(Column::NatAddress)?),
    };
    let ranges = candidates(reader.index, &tests, nat_addresses.map(|values| &**values));
    if ranges.is_empty() {
        return Ok(true);
    }
    let mut rest: Option<std::slice::Iter<'_, Asked<'_>>> = Some(rest);
    let mut rows = Vec::with_capacity(TOGETHER as usize);
    for range in ranges {
        let mut from = range.start;
        while from < range.end {
            // Before every page or so: there may be many in which nothing fits.
            if deadline.is_over() {
                return Ok(false);
            }
            // Up to where the next page begins, so that none is read by halves.
            let to = (from / TOGETHER + 1)
                .saturating_mul(TOGETHER)
                .min(range.end);
            rows.clear();
            rows.extend(from..to);
            from = to;
            let mut tested = 0;
            loop {
                while let Some(test) = tests.get(tested).filter(|_| !rows.is_empty()) {
                    test.keep(&mut rows, reader)?;
                    tested += 1;
                }
                if rows.is_empty() {
                    break;
                }
                // Rows are left: the larger dictionaries are needed after all.
                let Some(rest) = rest.take() else {
                    break;
                };
                for next in rest {
                    if !push(&mut tests, *next, reader)? {
                        return Ok(true);
                    }
                }
            }
            for row in &rows {
                if !visit(reader.record(*row)?) {
                    return Ok(false);
                }
            }
        }
    }
    Ok(true)
}

/// Whether it needs no dictionary that may be large.
fn is_cheap(asked: &Asked<'_>) -> bool {
    match asked {
        Asked::StartedBy(_) | Asked::EndedFrom(_) => true,
        Asked::Addresses(column, _) | Asked::Ports(column, _) => {
            matches!(
                column,
                Column::NatAddress | Column::NatPort | Column::InternalPort
            )
        }
        Asked::Protocol(_) | Asked::Kind(_) | Asked::Zone(_) => true,
    }
}

/// Adds a test; false where no row can pass it.
fn push(
    tests: &mut Vec<Test>,
    asked: Asked<'_>,
    reader: &mut GroupReader<'_>,
) -> Result<bool, Fault> {
    if let Some(test) = asked.test(reader)? {
        if test.is_hopeless(reader) {
            return Ok(false);
        }
        tests.push(test);
    }
    Ok(true)
}
