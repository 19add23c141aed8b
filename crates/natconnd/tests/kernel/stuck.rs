//! A reader thread that stands still must not make the gateway stand still.

use lab::{Error, MASQUERADE};

use crate::agreement::agree_on_list;
use crate::daemon::{Daemon, configure};
use crate::process::Process;

/// The 20th reading of events takes three seconds, as on a machine that has
/// something else to do.
const STUCK: [&str; 6] = [
    "strace",
    "-f",
    "-qq",
    "--trace=recvmmsg",
    "--inject=recvmmsg:delay_enter=3000000:when=20",
    "--output=/dev/null",
];

#[test]
fn the_kernel_may_forget_what_nobody_reads() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let (address, file, _) = configure("");
        let mut command = lab::command(&STUCK);
        command.args([env!("CARGO_BIN_EXE_natconnd"), "--config", &file]);
        let daemon = Daemon::of_process(Process::start(lab, &mut command), address);
        daemon.await_log("the reader thread stands still");
        daemon.await_log("the reader thread goes on");
        lab.host(1).send_udp(5000, lab.outside().at(9))?;
        assert_eq!(agree_on_list(lab, &daemon).len(), 1);
        assert_eq!(daemon.status().state, "following");
        Ok::<(), Error>(())
    });
}
