//! Server-sent events as natconn reads them.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| natconnd::fuzzing::sse(bytes));
