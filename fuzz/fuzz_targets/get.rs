//! What the kernel answers to a get.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ctnetlink::fuzzing::get(bytes));
