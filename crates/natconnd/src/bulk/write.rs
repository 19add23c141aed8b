//! Lines with their answers beside them.

use super::csv::{self, Delimiter};
use super::item::{Item, What};
use super::ndjson;
use crate::api::LineAnswer;

/// How answers are written beside lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Writer {
    /// As columns behind those of CSV.
    Csv {
        /// What stands between columns.
        delimiter: Delimiter,
        /// Whether the header has one of our names, so that all of ours get
        /// `natconnd_` before them.
        has_our_names: bool,
    },
    /// As a member of the object.
    Ndjson,
    /// Behind tabs, in the order of CSV.
    Text,
}

impl Writer {
    /// Writes a line; `answer` stands beside it where one is asked for.
    pub fn write(self, out: &mut Vec<u8>, item: &Item, answer: Option<&LineAnswer>) {
        match (&item.what, answer, self) {
            (
                What::Names,
                _,
                Self::Csv {
                    delimiter,
                    has_our_names,
                },
            ) => {
                out.extend_from_slice(&item.line);
                for name in LineAnswer::COLUMNS {
                    out.push(delimiter.0);
                    if has_our_names {
                        out.extend_from_slice(b"natconnd_");
                    }
                    out.extend_from_slice(name.as_bytes());
                }
            }
            (What::Answer { .. }, Some(answer), Self::Ndjson) => {
                ndjson::write(out, &item.line, answer);
            }
            (What::Answer { filler, .. }, Some(answer), Self::Csv { delimiter, .. }) => {
                out.extend_from_slice(&item.line);
                out.extend_from_slice(filler.as_bytes());
                for cell in answer.cells() {
                    out.push(delimiter.0);
                    csv::write_field(out, &cell, delimiter);
                }
            }
            (What::Answer { .. }, Some(answer), Self::Text) => {
                out.extend_from_slice(&item.line);
                for cell in answer.cells() {
                    out.push(b'\t');
                    out.extend_from_slice(cell.as_bytes());
                }
            }
            _ => out.extend_from_slice(&item.line),
        }
        let is_answer = answer.is_some() || item.what == What::Names;
        if item.line_end.is_empty() && is_answer {
            // The last line may have had none.
            out.push(b'\n');
        } else {
            out.extend_from_slice(&item.line_end);
        }
    }
}
