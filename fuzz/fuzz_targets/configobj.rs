//! pynatconnd's configuration file.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| natconnd::fuzzing::configobj(bytes));
