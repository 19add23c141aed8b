//! Audit files as anybody may have left them.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| audit::fuzzing::files(bytes));
