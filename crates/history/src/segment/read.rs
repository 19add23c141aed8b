//! Questions to one segment.

use std::io;
use std::path::{Path, PathBuf};

use model::Match;
use parquet::errors::ParquetError;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};

use super::bounds;
use super::cursor::{Fault, GroupReader, Tools, guarded};
use super::find::find_in_group;
use super::footer;
use super::index::{GroupIndex, groups};
use super::meta::FORMAT_VERSION;
use super::seal;
use super::source::Source;
use super::wanted::asked;
use super::{Group, Meta, SegmentError};
use crate::Question;
use crate::deadline::Deadline;
use crate::folder::{self, is_no_file};

/// A sealed segment, open for questions from any number of threads.
#[derive(Debug)]
pub(crate) struct Segment {
    path: PathBuf,
    source: Source,
    meta: Meta,
    indexes: Vec<GroupIndex>,
    groups: Vec<Group>,
}

impl Segment {
    /// Opens a file and reads what is needed to find anything in it.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, is damaged or of a newer format.
    pub(crate) fn open(path: &Path) -> Result<Self, SegmentError> {
        let system = |source| SegmentError::Read {
            path: path.to_owned(),
            source,
        };
        let source = match folder::open(path) {
            Err(error) if is_no_file(&error) => {
                let path = path.to_owned();
                let cause = error.to_string();
                return Err(SegmentError::Damaged { path, cause });
            }
            other => other.and_then(Source::new).map_err(system)?,
        };
        let (version, meta, indexes) = read_index(&source).map_err(|fault| fault.of_file(path))?;
        if version > FORMAT_VERSION {
            return Err(SegmentError::Unknown {
                path: path.to_owned(),
                found: version,
                expected: FORMAT_VERSION,
            });
        }
        Ok(Self {
            path: path.to_owned(),
            source,
            meta,
            groups: indexes.iter().map(|index| index.group).collect(),
            indexes,
        })
    }

    /// What it says about itself.
    pub(crate) fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Its groups of records, for a catalogue that does not know them any more.
    pub(crate) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Bytes of memory that it takes, about; grows with the questions asked.
    pub(crate) fn memory(&self) -> usize {
        let indexes: usize = self.indexes.iter().map(GroupIndex::memory).sum();
        size_of::<Self>() + self.path.as_os_str().len() + indexes
    }

    /// Calls `visit` with each record that fits and lived in the question's time, in
    /// no order, for as long as it says true and there is time; says whether that was
    /// always so.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read or is damaged. What was visited before is
    /// right all the same.
    pub(crate) fn find(
        &self,
        question: &Question,
        deadline: &Deadline,
        visit: &mut dyn FnMut(Match) -> bool,
    ) -> Result<bool, SegmentError> {
        let asked = asked(question);
        Tools::with(|tools| {
            for index in &self.indexes {
                if !index.group.period.touches(&question.period) {
                    continue;
                }
                let mut reader = GroupReader::new(index, &self.source, tools);
                if !find_in_group(&mut reader, &asked, deadline, visit)? {
                    return Ok(false);
                }
            }
            Ok(true)
        })
        .map_err(|fault: Fault| fault.of_file(&self.path))
    }

    /// Answers those of many questions that `which` names, in any order: calls `visit`
    /// with the index of a question and a record that fits it, as long as there is time;
    /// says whether there was.
    ///
    /// # Errors
    ///
    /// As [`Segment::find`].
    pub(crate) fn find_many(
        &self,
        questions: &[Question],
        which: &[usize],
        deadline: &Deadline,
        visit: &mut dyn FnMut(usize, Match),
    ) -> Result<bool, SegmentError> {
        // In the order of the file, so that a page that several ask for is read once.
        let mut which: Vec<usize> = which.to_vec();
        which.sort_by_cached_key(|question| {
            let nat = &questions[*question].lookup.nat;
            (nat.address().map(|address| address.to_string()), nat.port())
        });
        Tools::with(|tools| {
            for index in &self.indexes {
                let mut reader = GroupReader::new(index, &self.source, tools);
                for number in &which {
                    let question = &questions[*number];
                    if !index.group.period.touches(&question.period) {
                        continue;
                    }
                    let mut visit = |record| {
                        visit(*number, record);
                        true
                    };
                    if !find_in_group(&mut reader, &asked(question), deadline, &mut visit)? {
                        return Ok(false);
                    }
                }
            }
            Ok(true)
        })
        .map_err(|fault: Fault| fault.of_file(&self.path))
    }

    /// Calls `visit` with every record, in the order of the file, for as long as it
    /// says true; says whether it always did.
    ///
    /// # Errors
    ///
    /// As [`Segment::find`].
    pub(crate) fn scan(&self, visit: &mut dyn FnMut(Match) -> bool) -> Result<bool, SegmentError> {
        let everything = Question {
            lookup: model::Lookup::default(),
            period: model::Period::ALWAYS,
        };
        self.find(&everything, &Deadline::never(), visit)
    }
}

/// Bytes of the end of a file that are read first; most indexes are not longer.
const END: u64 = 1 << 18;

/// Checks the index, then reads it: version, what the file says, and its groups.
fn read_index(source: &Source) -> Result<(u32, Meta, Vec<GroupIndex>), Fault> {
    let mut end = Vec::new();
    let from = source.length().saturating_sub(END);
    source.read(from, (source.length() - from) as usize, &mut end)?;
    let is_parquet = end.len() > 12 && end.ends_with(b"PAR1");
    if !is_parquet {
        return Err(Fault::Damage(
            "it does not end as a Parquet file".to_owned(),
        ));
    }
    let index_from = seal::index_from(&end)
        .filter(|from| *from < source.length())
        .ok_or_else(|| Fault::Damage("it says of no index".to_owned()))?;
    let length = source.length() - index_from;
    if length > bounds::INDEX as u64 {
        return Err(Fault::Damage(format!(
            "its index has {length} bytes, expected {} at most",
            bounds::INDEX
        )));
    }
    let mut index = Vec::new();
    source.read(index_from, length as usize, &mut index)?;
    if !seal::is_index_whole(&mut index) {
        return Err(Fault::Damage("its index has another checksum".to_owned()));
    }
    guarded(|| {
        let metadata = read_metadata(source, index_from, &index)?;
        let metadata = match metadata.map_err(io_error) {
            Ok(metadata) => metadata,
            Err(Ok(error)) => return Ok(Err(error)),
            Err(Err(error)) => return Err(error.to_string()),
        };
        let key_values = metadata.file_metadata().key_value_metadata();
        let get = |key: &str| {
            let key_value = key_values?.iter().find(|other| other.key == key)?;
            key_value.value.as_deref()
        };
        let (version, meta) = Meta::read(get).ok_or("natconnd has not written it")?;
        if version > FORMAT_VERSION {
            return Ok(Ok((version, meta, Vec::new())));
        }
        Ok(Ok((version, meta, groups(&metadata)?)))
    })?
    .map_err(Fault::from)
}

/// Reads footer and page index, once they are known to cost little.
fn read_metadata(
    source: &Source,
    index_from: u64,
    index: &[u8],
) -> Result<Result<ParquetMetaData, ParquetError>, String> {
    let footer = footer_of(index).ok_or("its footer is longer than its index")?;
    footer::check(footer)?;
    let metadata = match ParquetMetaDataReader::decode_metadata(footer) {
        Ok(metadata) => metadata,
        Err(error) => return Ok(Err(error)),
    };
    for column in metadata
        .row_groups()
        .iter()
        .flat_map(|group| group.columns())
    {
        let within = |from: Option<i64>, length: Option<i32>| {
            let from = u64::try_from(from?).ok()?.checked_sub(index_from)?;
            let end = from.checked_add(u64::try_from(length?).ok()?)?;
            index.get(usize::try_from(from).ok()?..usize::try_from(end).ok()?)
        };
        let offsets = within(column.offset_index_offset(), column.offset_index_length());
        let pages = offsets.and_then(footer::pages);
        // A page's place takes seven bytes at least.
        if pages.is_none_or(|pages| pages * 7 > index.len() as u64) {
            return Err("its index of pages is none".to_owned());
        }
        let ranges = column.column_index_offset();
        if ranges.is_some() && within(ranges, column.column_index_length()).is_none() {
            return Err("its index of values is not where it says".to_owned());
        }
    }
    let mut reader = ParquetMetaDataReader::new_with_metadata(metadata)
        .with_page_index_policy(PageIndexPolicy::Required);
    Ok(reader
        .read_page_indexes(source)
        .and_then(|()| reader.finish()))
}

/// The footer, which is the last of the index but for its length and the end of the file.
fn footer_of(index: &[u8]) -> Option<&[u8]> {
    let (rest, end) = index.split_last_chunk::<8>()?;
    let length = u32::from_le_bytes(*end.first_chunk()?) as usize;
    rest.get(rest.len().checked_sub(length)?..)
}

/// What the system said, where it is the cause.
fn io_error(error: ParquetError) -> Result<io::Error, ParquetError> {
    match error {
        ParquetError::External(source) => source
            .downcast::<io::Error>()
            .map(|error| *error)
            .map_err(ParquetError::External),
        other => Err(other),
    }
}

impl Fault {
    fn of_file(self, path: &Path) -> SegmentError {
        let path = path.to_owned();
        match self {
            Self::System(source) => SegmentError::Read { path, source },
            Self::Damage(cause) => SegmentError::Damaged { path, cause },
        }
    }
}
