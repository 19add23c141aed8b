//! Many questions at once: a file of lines, and the internal endpoint beside each.
//!
//! Lines come as CSV, NDJSON, text of logs or mails (`form`). `reader` cuts a stream into
//! lines and asks of each what it asks: `columns` and `ndjson` by the names of columns, `text`
//! by the words beside addresses, `mail` from lines that belong together; all times are read
//! by `time`. `write` puts the answer beside the line, which stays as it is. `batch` asks.
//! One line that cannot be read does not stop the others: its fault stands beside it.
//!
//! Leaves out bodies, connections and files: faces bring the bytes and take them away.

mod answer;
mod batch;
mod columns;
mod csv;
mod field;
mod form;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod item;
mod mail;
mod ndjson;
mod question;
mod reader;
mod table;
mod text;
mod time;
mod write;

pub use batch::{Batch, Tally};
pub use columns::{Absent, NAMED, Named, NamedError};
pub use form::{Form, UnknownForm};
pub use item::{Item, What};
pub use question::{Question, Settings};
pub use reader::{BeginError, MAX_LINE, Reader};
pub use time::{Assumed, Clock};
pub use write::Writer;
