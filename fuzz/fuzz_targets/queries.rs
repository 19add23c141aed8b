//! Query strings of every endpoint, and `Accept` headers.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| natconnd::fuzzing::queries(bytes));
