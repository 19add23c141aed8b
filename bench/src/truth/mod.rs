//! The truth, and how natconnd's answers are held against it.
//!
//! Reading order: [`packet`] is one packet as the wire showed it, with what its
//! payload says; [`sink`] records them outside the gateway; [`answer`] reads
//! what natconnd says; [`judge`] compares the two and knows neither files nor
//! clocks; [`question`], [`during`] and [`after`] ask; [`reuse`] makes sure that
//! there was something to get wrong; [`tally`] counts; [`scenario`] says what is
//! run and [`outcome`] what came of it. `parts::truth` runs it.

pub mod after;
pub mod answer;
pub mod during;
pub mod judge;
pub mod outcome;
pub mod packet;
pub mod question;
pub mod reuse;
pub mod scenario;
pub mod sink;
pub mod tally;
pub mod time;
