//! The public shape of questions and answers: JSON, and the rows of CSV.
//!
//! The same flat field names everywhere. [`Row`] is one translation; the other
//! types wrap rows. Neither the server nor the command defines others.

mod answer;
mod audit;
mod bulk;
mod health;
mod history;
mod problem;
mod row;
mod status;
mod usage;

pub use answer::{LookupAnswer, LookupMatch, Period, RecordsPage};
pub use audit::{AuditFinding, AuditLine, AuditPage, AuditReport};
pub use bulk::LineAnswer;
pub use health::{Finding, Health, Severity};
pub use history::{Expired, Gaps, History, Hold, Holds, Segment, VerifiedFile};
pub use problem::Problem;
pub use row::{Change, Coverage, Gap, Page, Row, sent};
pub use status::Status;
pub use usage::{HostOrder, HostUsage, NatUsage, PortUsage, Ports, RemoteUsage, Usage};
