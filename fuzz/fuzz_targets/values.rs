//! Single values: amounts, levels, times.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| natconnd::fuzzing::values(bytes));
