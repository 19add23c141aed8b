//! Lines of many questions, of every form.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| natconnd::fuzzing::lines(bytes));
