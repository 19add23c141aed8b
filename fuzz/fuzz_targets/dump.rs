//! Parts of a dump of the kernel's table.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ctnetlink::fuzzing::dump(bytes));
