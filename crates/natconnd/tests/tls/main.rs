//! Listeners that speak TLS, as real clients see them: `openssl s_client`, `curl`, raw
//! sockets. Certificates are made by `openssl` as well.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on shall say where"
)]

mod folder;
mod openssl;
mod server;

mod certificates;
mod clients;
mod document;
mod files;
mod hostile;
mod reload;
