//! natconnd on the gateway, as the kernel tests start it.

#[allow(dead_code, reason = "kernel tests ask for more")]
#[path = "../kernel/client.rs"]
mod client;
#[path = "../kernel/confined.rs"]
mod confined;
#[allow(dead_code, reason = "kernel tests ask for more")]
#[path = "../kernel/daemon.rs"]
mod daemon;
#[allow(dead_code, reason = "kernel tests ask for more")]
#[path = "../kernel/process.rs"]
mod process;

pub use daemon::Daemon;
pub use process::eventually;

impl Daemon {
    /// Where a browser finds `path`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}
