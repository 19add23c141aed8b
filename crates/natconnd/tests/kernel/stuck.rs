//! A reader thread that stands still must not make the gateway stand still.

use lab::{Error, MASQUERADE};

use crate::agreement::agree_on_list;
use crate::client::get;
use crate::daemon::{Daemon, configure, natconnd_behind};
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
        let mut command = natconnd_behind(&STUCK);
        command.args(["--config", &file]);
        let daemon = Daemon::of_process(Process::start(lab, &mut command), address);
        daemon.await_log("the reader thread stands still");
        let proxy = lab.outside().at(9);
        lab.host(1).send_udp(5001, proxy)?;
        let ask = |query: &str| {
            let target = format!("/api/v1/forward-auth?{query}");
            let reply = get(address, &target);
            ["x-nat-verdict", "x-internal-address", "x-nat-coverage"]
                .map(|name| reply.header(name).map(str::to_owned))
        };
        let told = |words: [Option<&str>; 3]| words.map(|word| word.map(str::to_owned));
        // The kernel itself names a connection that nobody has read of.
        let exact = format!("nat=100.64.2.1:5001&remote={proxy}&protocol=udp");
        let host = lab.host(1).v4().to_string();
        assert_eq!(ask(&exact), told([Some("one"), Some(&host), Some("gaps")]));
        // What it cannot be asked of names nobody, and rules nobody out.
        for query in ["nat=100.64.2.1:5001", "nat=198.51.100.7:1"] {
            assert_eq!(ask(query), told([Some("none"), None, Some("gaps")]));
        }
        daemon.await_log("the reader thread goes on");
        lab.host(1).send_udp(5000, lab.outside().at(9))?;
        assert_eq!(agree_on_list(lab, &daemon).len(), 2);
        assert_eq!(daemon.status().state, "following");
        Ok::<(), Error>(())
    });
}
