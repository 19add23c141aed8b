//! Machines whose daemon does not answer.

use super::*;

/// Patients whom the command finds.
pub const UNATTENDED: &[Patient] = &[
    (
        (
            "daemon",
            Failure,
            "connection refused",
            "journalctl -u natconnd",
            "sudo systemctl start natconnd",
        ),
        |_| {},
    ),
    (
        (
            "daemon",
            Failure,
            "permission denied",
            "for root",
            "sudo natconn doctor",
        ),
        |it| {
            command(it).unreachable = Unreachable {
                message: "permission denied".to_owned(),
                is_forbidden: true,
            };
        },
    ),
    (
        (
            "configuration",
            Failure,
            "natconnd.toml:3: no unit",
            "all mistakes",
            "sudo natconnd --check",
        ),
        |it| {
            let mistakes = [
                "natconnd.toml:3: no unit\n  hint: \"1s\"",
                "natconnd.toml:4: x",
            ];
            let mistakes = mistakes.map(str::to_owned).to_vec();
            command(it).configuration = Err(ConfigurationFault::Mistakes(mistakes));
        },
    ),
    (
        (
            "configuration",
            Note,
            "not looked at: read x",
            "",
            "sudo natconn doctor",
        ),
        |it| {
            command(it).configuration = Err(ConfigurationFault::Forbidden("read x".to_owned()));
        },
    ),
    (
        ("netlink", Note, "not looked at", "", "sudo natconn doctor"),
        |it| {
            it.netlink = Netlink::Forbidden("get a connection".to_owned());
        },
    ),
    (
        (
            "netlink",
            Failure,
            "no conntrack netlink",
            "modules-load",
            "modprobe",
        ),
        |it| {
            it.netlink = Netlink::Missing("get a connection: Invalid argument".to_owned());
        },
    ),
    (
        (
            "privileges",
            Note,
            "this command lacks",
            "",
            "sudo natconn doctor",
        ),
        |it| {
            it.has_net_admin = Some(false);
        },
    ),
    (
        (
            "kernel-drops",
            Note,
            "since this network namespace began",
            "",
            "",
        ),
        |it| {
            it.drops = Some(Drops {
                refused: 2,
                ..Drops::default()
            });
        },
    ),
    (
        (
            "receive-buffer",
            Warning,
            "4 MiB instead of 64 MiB",
            "the machine's",
            "net.core.rmem_max=67108864",
        ),
        |it| {
            it.is_in_initial_user_namespace = false;
        },
    ),
    (("receive-buffer", Ok, "64 MiB", "", ""), |it| {
        it.is_in_initial_user_namespace = false;
        it.receive_buffer_limit = Some(64 << 20);
    }),
    (
        (
            "listeners",
            Warning,
            "lets only",
            "http.allow",
            "systemctl reload",
        ),
        |it| {
            let loaded = command(it).configuration.as_mut().unwrap();
            loaded.config.http.listen = vec![([0, 0, 0, 0], 8080).into()];
        },
    ),
];
