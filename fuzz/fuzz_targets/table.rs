//! Events and dumps into the table, beside a list.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| table::fuzzing::table(bytes));
