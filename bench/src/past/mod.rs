//! Translations of a month that never was, for all that is measured of history.
//!
//! Reading order: [`random`] draws, [`traffic`] makes connections of it, live and
//! ended, as a gateway of some thousand hosts has them; [`logs`] writes them as
//! other programs log them and [`compressor`] puts that away; [`fill`] puts them into a history, at a [`place`] on a
//! disk; [`sample`] keeps a few, to ask about them; [`writer`] is a process that
//! records them until it is killed, and [`accounts`] says what is left then;
//! [`duckdb`] answers what natconnd answers, from the same files.

pub mod accounts;
pub mod compressor;
pub mod duckdb;
pub mod fill;
pub mod logs;
pub mod place;
pub mod random;
pub mod sample;
pub mod traffic;
pub mod writer;
