//! A line of a stranger who asks for the owner of a connection.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| natconnd::fuzzing::ident(bytes));
