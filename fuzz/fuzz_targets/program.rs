//! Filters, compiled for the kernel.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ctnetlink::fuzzing::program(bytes));
