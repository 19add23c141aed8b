//! Pages for people: values in, HTML out.
//!
//! Each page is a template in `templates/` and the values that it shows. Nothing here
//! reads a request, asks for an answer or waits: `http/pages` does. `frame` is what all
//! pages have around them, `assets` what they load. No page has a style or a script in
//! itself, so that its policy can forbid both ([`POLICY`]).

mod address;
mod assets;
mod case;
mod charts;
mod desk;
mod docs;
mod frame;
mod health;
mod host;
mod live;
mod port_picture;
mod ports;
mod purpose;
mod refusal;
mod rows;
mod trouble;
mod viewer;
mod words;

pub use assets::Asset;
pub use case::{Candidate, Case};
pub use desk::{Desk, Report};
pub use docs::{Docs, Document, Kind};
pub use frame::{Frame, Section};
pub use health::HealthPage;
pub use host::{Host, HostForm, PLACE_OF_PAST, Past};
pub use live::{Heading, Live, LiveForm};
pub use port_picture::{Dot, picture};
pub use ports::{Picture, Ports, Usage, dots};
pub use purpose::PurposePage;
pub use refusal::Refusal;
pub use rows::{Row, Share};
pub use trouble::Trouble;
pub use viewer::{AskedFor, Viewer};
pub use words::gap as gap_in_words;

/// What a page may load, run and send: what comes from natconnd itself, in files of
/// their own (Content Security Policy Level 3).
pub const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
     img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'";
