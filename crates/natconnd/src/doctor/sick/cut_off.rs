//! Daemons that the kernel does not tell all.

use super::*;

/// Patients whom the daemon finds cut off from the kernel or its events.
pub const CUT_OFF: &[Patient] = &[
    (
        (
            "netlink",
            Failure,
            "no conntrack netlink",
            "modules-load",
            "sudo modprobe nf_conntrack_netlink",
        ),
        |it| {
            it.netlink = Netlink::Missing("get a connection: Invalid argument".to_owned());
        },
    ),
    (
        ("netlink", Failure, "cannot be asked", "CAP_NET_ADMIN", ""),
        |it| {
            it.netlink = Netlink::Forbidden("get a connection".to_owned());
        },
    ),
    (
        ("netlink", Failure, "cannot be asked", "AF_NETLINK", ""),
        |it| {
            it.netlink = Netlink::Fenced("get a connection".to_owned());
        },
    ),
    (
        (
            "privileges",
            Failure,
            "lacks CAP_NET_ADMIN",
            "AmbientCapabilities",
            "systemctl edit",
        ),
        |it| {
            it.has_net_admin = Some(false);
        },
    ),
    (
        ("privileges", Ok, "user namespace of its own", "", ""),
        |it| {
            it.is_in_initial_user_namespace = false;
        },
    ),
    (("mirror", Note, "for the first time", "", ""), |it| {
        daemon(it).condition.state = State::Starting;
        daemon(it).started_at = ago(5);
    }),
    (
        (
            "mirror",
            Warning,
            "in the 5 min since the start",
            "journalctl",
            "",
        ),
        |it| {
            daemon(it).condition.state = State::Starting;
            daemon(it).started_at = ago(300);
        },
    ),
    (("mirror", Warning, "being read again", "", ""), |it| {
        daemon(it).condition.state = State::Resyncing;
    }),
    (
        ("mirror", Failure, "lost faster", "receive-buffer-max", ""),
        |it| {
            daemon(it).condition.state = State::Overloaded;
        },
    ),
    (
        (
            "mirror",
            Failure,
            "send no events",
            "",
            "nf_conntrack_events=1",
        ),
        |it| {
            daemon(it).condition.state = State::EventsOff;
        },
    ),
    (
        (
            "mirror",
            Failure,
            "no events tell",
            "likely causes: a rule takes events off",
            "",
        ),
        |it| {
            daemon(it).condition.state = State::Silent;
        },
    ),
    (
        (
            "mirror",
            Failure,
            "no events tell",
            "likely causes: a flowtable",
            "",
        ),
        |it| {
            daemon(it).condition.state = State::Silent;
            it.offloading_modules = vec!["act_ct".to_owned()];
        },
    ),
    (
        (
            "network-namespace",
            Failure,
            "another network namespace",
            "restart",
            "systemctl restart",
        ),
        |it| {
            daemon(it).condition.has_foreign_events = true;
        },
    ),
    (
        (
            "network-namespace",
            Note,
            "tracks no connection",
            "the gateway's",
            "",
        ),
        |it| {
            it.settings.count = Some(0);
        },
    ),
    (("network-namespace", Ok, "0 connections", "", ""), |it| {
        it.settings.count = Some(0);
        daemon(it).started_at = ago(5);
    }),
    (
        (
            "events-setting",
            Failure,
            "send no events",
            "sysctl.d",
            "nf_conntrack_events=1",
        ),
        |it| {
            it.settings.events = Some(0);
        },
    ),
    (("events-setting", Ok, "every connection", "", ""), |it| {
        it.settings.events = Some(1);
    }),
    (
        (
            "events-setting",
            Failure,
            "cannot send events",
            "CONFIG_NF_CONNTRACK_EVENTS",
            "",
        ),
        |it| {
            it.settings.events = None;
        },
    ),
    (
        (
            "events-setting",
            Failure,
            "has no conntrack",
            "the gateway",
            "modprobe nf_conntrack",
        ),
        |it| {
            it.settings = Settings::default();
        },
    ),
];
