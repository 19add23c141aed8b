//! What somebody does to natconnd on purpose, against the real daemon on a real gateway.
//!
//! Of each attack four things are asked: natconnd runs on, its memory stays within the bound
//! that the test says, what is refused is told so or closed without a word, and others are
//! answered all along (`bystander`). How fast they are is measured by `make attack`. What
//! each is about, and what is not defended, is in docs/threat-model.md.
//!
//! `raw` sends bytes that no client sends; `memory` looks at the process; `markup` reads
//! pages as a browser does.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[allow(dead_code, reason = "kernel tests ask for more")]
#[path = "../kernel/client.rs"]
mod client;
mod confined;
#[allow(dead_code, reason = "kernel tests ask for more")]
#[path = "../kernel/daemon.rs"]
mod daemon;
#[allow(dead_code, reason = "kernel tests ask for more")]
#[path = "../kernel/process.rs"]
mod process;
#[allow(dead_code, reason = "kernel tests ask for more")]
#[path = "../kernel/terminal.rs"]
mod terminal;

mod bystander;
mod gateway;
mod markup;
mod memory;
mod raw;

mod batches;
mod bodies;
mod crowds;
mod cursors;
mod exports;
mod heads;
mod history;
mod ident;
mod lists;
mod logs;
mod pages;
mod screens;
mod slow;
mod targets;
mod unread;
