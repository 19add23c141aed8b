//! What the kernel answers when it is asked for its statistics.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ctnetlink::fuzzing::statistics(bytes));
