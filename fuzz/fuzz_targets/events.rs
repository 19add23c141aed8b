//! Datagrams of the event socket.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ctnetlink::fuzzing::events(bytes));
