//! Times as people paste them.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| model::fuzzing::times(bytes));
