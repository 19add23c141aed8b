//! Tables that another process handed over.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| table::fuzzing::saved(bytes));
