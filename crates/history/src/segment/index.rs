//! What is kept in memory of an open segment: where its pages are, and what is in them
//! at least and at most.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use model::{Period, Timestamp};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::statistics::Statistics;

use super::Group;
use super::bounds;
use super::column::Column;
use super::values::Distinct;

/// Where a page is, and which row it begins with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct PagePlace {
    pub(super) offset: u64,
    pub(super) length: u32,
    pub(super) first_row: u32,
}

/// One column of one group.
#[derive(Debug)]
pub(super) struct Chunk {
    /// Offset and length of the dictionary, where there is one.
    pub(super) dictionary: Option<(u64, u32)>,
    /// Its values, once they were needed.
    pub(super) distinct: OnceLock<Arc<Distinct>>,
    /// Whether a row may have no value.
    pub(super) may_be_absent: bool,
    pub(super) pages: Box<[PagePlace]>,
    /// What is least and greatest in each page, where the file says so; nothing for a
    /// page that has no value.
    pub(super) ranges: Ranges,
}

/// What is least and greatest in each page.
#[derive(Debug)]
pub(super) enum Ranges {
    /// Anything.
    Unknown,
    /// Texts.
    Texts(Box<[Option<[Box<str>; 2]>]>),
    /// Numbers.
    Numbers(Box<[Option<[i64; 2]>]>),
}

/// One group of records.
#[derive(Debug)]
pub(super) struct GroupIndex {
    pub(super) group: Group,
    pub(super) rows: u32,
    /// In the order of [`Column::ALL`].
    chunks: Box<[Chunk]>,
}

impl GroupIndex {
    /// One of its columns.
    pub(super) fn chunk(&self, column: Column) -> &Chunk {
        &self.chunks[column as usize]
    }

    /// Bytes of memory that it takes, about.
    pub(super) fn memory(&self) -> usize {
        let of_chunk = |chunk: &Chunk| {
            let ranges = match &chunk.ranges {
                Ranges::Unknown => 0,
                Ranges::Texts(texts) => texts.len() * 80,
                Ranges::Numbers(numbers) => numbers.len() * size_of::<Option<[i64; 2]>>(),
            };
            let distinct = chunk.distinct.get().map_or(0, |values| values.memory());
            size_of::<Chunk>() + chunk.pages.len() * size_of::<PagePlace>() + ranges + distinct
        };
        self.chunks.iter().map(of_chunk).sum()
    }
}

impl Chunk {
    /// The rows of a page.
    pub(super) fn rows_of(&self, page: usize, rows: u32) -> Range<u32> {
        let end = self.pages.get(page + 1).map_or(rows, |next| next.first_row);
        self.pages[page].first_row..end
    }

    /// The page that has a row.
    pub(super) fn page_of(&self, row: u32) -> usize {
        let after = self.pages.partition_point(|page| page.first_row <= row);
        after.saturating_sub(1)
    }
}

/// Makes an index of what the `parquet` crate has read.
///
/// # Errors
///
/// What does not fit together.
pub(super) fn groups(metadata: &ParquetMetaData) -> Result<Vec<GroupIndex>, String> {
    (0..metadata.num_row_groups())
        .map(|group| group_index(metadata, group))
        .collect()
}

fn group_index(metadata: &ParquetMetaData, group: usize) -> Result<GroupIndex, String> {
    let index = metadata.page_index_for_row_group(group);
    let group = metadata.row_group(group);
    if group.num_columns() != Column::ALL.len() {
        return Err(format!(
            "it has {} columns, expected {}",
            group.num_columns(),
            Column::ALL.len()
        ));
    }
    let rows = u32::try_from(group.num_rows())
        .ok()
        .filter(|rows| *rows <= bounds::ROWS)
        .ok_or_else(|| {
            let (found, most) = (group.num_rows(), bounds::ROWS);
            format!("a group has {found} rows, expected {most} at most")
        })?;
    let mut chunks = Vec::with_capacity(Column::ALL.len());
    for (number, column) in Column::ALL.into_iter().enumerate() {
        let name = column.name();
        let chunk = group.column(number);
        if chunk.column_path().string() != name || chunk.column_type() != column.physical() {
            return Err(format!("column {number} is not {name} as it should be"));
        }
        let pages: Option<Box<[PagePlace]>> = index
            .page_locations(number)
            .ok_or_else(|| format!("there is no index of {name}"))?
            .iter()
            .map(|page| {
                Some(PagePlace {
                    offset: page.offset.try_into().ok()?,
                    length: page.compressed_page_size.try_into().ok()?,
                    first_row: page.first_row_index.try_into().ok()?,
                })
            })
            .collect();
        let pages = pages
            .filter(|pages| pages.first().is_some_and(|page| page.first_row == 0))
            .filter(|pages| pages.is_sorted_by(|one, next| one.first_row < next.first_row))
            .filter(|pages| pages.last().is_some_and(|page| page.first_row < rows))
            .ok_or_else(|| format!("the pages of {name} are in no order"))?;
        let dictionary = chunk.dictionary_page_offset().and_then(|offset| {
            let length = chunk.data_page_offset().checked_sub(offset)?;
            Some((offset.try_into().ok()?, length.try_into().ok()?))
        });
        let ranges = index.column_index(number).map_or(Ranges::Unknown, ranges);
        chunks.push(Chunk {
            dictionary,
            distinct: OnceLock::new(),
            may_be_absent: column.is_optional()
                && chunk.statistics().and_then(Statistics::null_count_opt) != Some(0),
            ranges: match &ranges {
                Ranges::Texts(texts) if texts.len() != pages.len() => Ranges::Unknown,
                Ranges::Numbers(numbers) if numbers.len() != pages.len() => Ranges::Unknown,
                _ => ranges,
            },
            pages,
        });
    }
    Ok(GroupIndex {
        group: Group {
            records: rows.into(),
            period: period(group),
        },
        rows,
        chunks: chunks.into(),
    })
}

fn ranges(index: &ColumnIndexMetaData) -> Ranges {
    let pages = 0..index.num_pages() as usize;
    match index {
        ColumnIndexMetaData::INT32(index) => Ranges::Numbers(
            pages
                .map(|page| {
                    let range = [*index.min_value(page)?, *index.max_value(page)?];
                    Some(range.map(i64::from))
                })
                .collect(),
        ),
        ColumnIndexMetaData::INT64(index) => Ranges::Numbers(
            pages
                .map(|page| Some([*index.min_value(page)?, *index.max_value(page)?]))
                .collect(),
        ),
        ColumnIndexMetaData::BYTE_ARRAY(index) => {
            let text = |bytes| str::from_utf8(bytes).ok().map(Box::from);
            let of_page =
                |page| Some([text(index.min_value(page)?)?, text(index.max_value(page)?)?]);
            Ranges::Texts(pages.map(of_page).collect())
        }
        _ => Ranges::Unknown,
    }
}

/// From the first start to the last end, open where one is not known.
fn period(group: &RowGroupMetaData) -> Period {
    let statistics = |column: Column| match group.column(column as usize).statistics() {
        Some(Statistics::Int64(values)) if values.null_count_opt() == Some(0) => {
            Some((*values.min_opt()?, *values.max_opt()?))
        }
        _ => None,
    };
    let time = |milliseconds| Timestamp::of_milliseconds(milliseconds);
    Period {
        from: statistics(Column::StartedAt).map_or(Timestamp::MIN, |(least, _)| time(least)),
        to: statistics(Column::EndedAt).map_or(Timestamp::MAX, |(_, greatest)| time(greatest)),
    }
}
