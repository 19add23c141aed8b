//! Questions of proxies: a query and headers.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| natconnd::fuzzing::clients(bytes));
