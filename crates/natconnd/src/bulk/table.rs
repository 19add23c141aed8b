//! The rows of CSV, by its header.

use super::columns::{Columns, Named};
use super::csv::{self, Delimiter};
use super::item::What;
use super::question::{Settings, of_row};
use super::reader::BeginError;
use crate::api::LineAnswer;

/// The columns of CSV.
#[derive(Clone, Debug)]
pub struct Table {
    /// What stands between two columns.
    pub delimiter: Delimiter,
    /// Whether the first record is the header and has not been read yet.
    pub has_header: bool,
    /// Whether the header has a column that is named like one of ours.
    pub has_our_names: bool,
    names: Vec<String>,
    columns: Columns,
}

impl Table {
    /// The columns of an input that begins with this row. Where an address is in it, it is no
    /// header, and the columns have numbers for names.
    ///
    /// # Errors
    ///
    /// Where nobody can say which column is the NAT endpoint.
    pub fn begin(first: &str, named: &[Named]) -> Result<Self, BeginError> {
        let first = first.trim_start_matches('\u{feff}');
        let delimiter = Delimiter::of_header(first).unwrap_or(Delimiter(b','));
        let fields = csv::fields(first.as_bytes(), delimiter);
        let address = fields.iter().find(|field| is_endpoint(field));
        let names: Vec<String> = match address {
            Some(_) => (1..=fields.len()).map(|it| it.to_string()).collect(),
            None => fields.iter().map(|name| name.trim().to_owned()).collect(),
        };
        let columns = Columns::named(&names, named)?;
        if !columns.has_subject() {
            return Err(match address {
                Some(address) => BeginError::NoHeader(address.clone().into_owned()),
                None => BeginError::NoSubject(names),
            });
        }
        let is_ours = |name: &String| LineAnswer::COLUMNS.contains(&&**name);
        Ok(Self {
            delimiter,
            has_header: address.is_none(),
            has_our_names: names.iter().any(is_ours),
            names,
            columns,
        })
    }

    /// What a row asks; `is_broken` is whether a quote in it is not closed.
    pub fn what(&self, record: &[u8], is_broken: bool, settings: &Settings) -> What {
        let fields = csv::fields(record, self.delimiter);
        let (found, expected) = (fields.len(), self.names.len());
        let missing = expected.saturating_sub(found);
        let delimiter = char::from(self.delimiter.0);
        let mut filler = String::from(if is_broken { "\"" } else { "" });
        filler.extend(std::iter::repeat_n(delimiter, missing));
        let question = if is_broken {
            Err("a quote is not closed".to_owned())
        } else if found > expected {
            Err(format!(
                "the row has {found} columns, the header has {expected}"
            ))
        } else {
            of_row(
                &self.columns,
                |at| fields.get(at).map(|field| &**field),
                |at| self.names.get(at).cloned().unwrap_or_default(),
                settings,
            )
        };
        What::Answer { question, filler }
    }
}

/// Whether a field of CSV is an address, which no column is called.
fn is_endpoint(field: &str) -> bool {
    let pattern = field.trim().parse::<model::EndpointPattern>();
    pattern.is_ok_and(|pattern| pattern.address().is_some())
}
