//! The public shape of questions and answers: JSON, and the rows of CSV.
//!
//! The same flat field names everywhere. [`Row`] is one translation; the other
//! types wrap rows. Neither the server nor the command defines others.
//! [`KeyName`] belongs to pynatconnd's URLs, which answer in their own shape.

mod key_name;
mod problem;
mod row;
mod status;

pub use key_name::{KeyName, UnknownKeyName};
pub use problem::Problem;
pub use row::{Change, Coverage, Gap, LookupAnswer, Page, Row};
pub use status::Status;
