//! The public shape of questions and answers: JSON, and the rows of CSV.
//!
//! The same flat field names everywhere. [`Row`] is one translation; the other
//! types wrap rows. Neither the server nor the command defines others.

mod bulk;
mod health;
mod problem;
mod row;
mod status;

pub use bulk::LineAnswer;
pub use health::{Finding, Health, Severity};
pub use problem::Problem;
pub use row::{Change, Coverage, Gap, LookupAnswer, Page, Row};
pub use status::Status;
