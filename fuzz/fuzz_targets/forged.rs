//! Audit lines as somebody may forge them who knows how.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| audit::fuzzing::forged(bytes));
