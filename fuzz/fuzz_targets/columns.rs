//! Numbers and dictionaries as the pages of a segment have them.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| history::fuzzing::columns(bytes));
