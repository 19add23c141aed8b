//! Endpoints, protocols and kinds as people write them.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| model::fuzzing::endpoints(bytes));
