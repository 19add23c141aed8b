//! JSON as natconn reads and shows it.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| natconnd::fuzzing::answers(bytes));
