//! Daemons without room, on machines with other faults.

use super::*;

/// Patients whom the daemon finds short of room, losing something, or set up
/// doubtfully.
pub const AILING: &[Patient] = &[
    (("table-size", Ok, "80 %", "", ""), |it| {
        it.settings.count = Some(262_144 * 80 / 100 + 1);
    }),
    (
        (
            "table-size",
            Warning,
            "81 %",
            "400 bytes",
            "nf_conntrack_max=524288",
        ),
        |it| {
            it.settings.count = Some(262_144 * 81 / 100 + 1);
        },
    ),
    (
        (
            "table-size",
            Failure,
            "when it is full",
            "400 bytes",
            "nf_conntrack_max=524288",
        ),
        |it| {
            it.settings.count = Some(262_144 * 96 / 100 + 1);
        },
    ),
    (
        (
            "table-size",
            Failure,
            "100 %",
            "outside of this network namespace",
            "524288",
        ),
        |it| {
            it.settings.count = Some(262_144);
            it.is_max_ours = false;
        },
    ),
    (
        (
            "table-size",
            Warning,
            "few for a gateway",
            "nf_conntrack_buckets=32768",
            "nf_conntrack_max=65536",
        ),
        |it| {
            it.settings.count = Some(1);
            it.settings.max = Some(64);
            it.settings.buckets = Some(1024);
        },
    ),
    (("table-size", Ok, "no limit", "", ""), |it| {
        it.settings.max = Some(0)
    }),
    (
        (
            "kernel-drops",
            Warning,
            "within 15 min conntrack has dropped 2 packets that it could not track, has forgotten 1 connection",
            "400 bytes",
            "nf_conntrack_max",
        ),
        |it| {
            it.drops = Some(Drops {
                refused: 2,
                evicted: 1,
                clashed: 0,
            });
        },
    ),
    (
        (
            "kernel-drops",
            Warning,
            "the tuple of another one",
            "no NAT port was free",
            "",
        ),
        |it| {
            it.drops = Some(Drops {
                clashed: 3,
                ..Drops::default()
            });
        },
    ),
    (
        ("kernel-drops", Ok, "nothing within 15 min", "", ""),
        |it| {
            let drops = Drops {
                refused: 2,
                evicted: 1,
                clashed: 3,
            };
            it.drops = Some(drops);
            daemon(it).earlier = Some(Earlier {
                at: ago(900),
                drops,
            });
        },
    ),
    (
        (
            "overruns",
            Warning,
            "3 times since the start, the last time 9 min ago",
            "receive-buffer-max",
            "",
        ),
        |it| {
            daemon(it).condition.overruns = 3;
            daemon(it).condition.last_overrun = Some(ago(599));
        },
    ),
    (
        (
            "overruns",
            Note,
            "1 time since the start, the last time 10 min ago",
            "",
            "",
        ),
        |it| {
            daemon(it).condition.overruns = 1;
            daemon(it).condition.last_overrun = Some(ago(601));
        },
    ),
    (
        (
            "receive-buffer",
            Warning,
            "4 MiB instead of 64 MiB",
            "outside of any container",
            "net.core.rmem_max=67108864",
        ),
        |it| {
            daemon(it).condition.receive_buffer = 4 << 20;
        },
    ),
    (("dying", Ok, "every connection", "", ""), |it| {
        daemon(it).condition.dying = 7;
        daemon(it).dying_for = Duration::from_secs(59);
    }),
    (
        ("dying", Warning, "for 61 s", "reads events too slowly", ""),
        |it| {
            daemon(it).condition.dying = 7;
            daemon(it).dying_for = Duration::from_secs(61);
        },
    ),
    (
        (
            "gaps",
            Note,
            "2 gaps within the last hour; the last one ended 10 min ago (suspended)",
            "",
            "",
        ),
        |it| {
            daemon(it).gaps.push(gap(GapCause::Dump, 7000, Some(3601)));
            daemon(it).gaps.push(gap(GapCause::Dump, 7000, Some(3599)));
            daemon(it)
                .gaps
                .push(gap(GapCause::Suspended, 700, Some(600)));
        },
    ),
    (
        ("gaps", Note, "lasts since 100 s (silence)", "", ""),
        |it| {
            daemon(it).gaps.push(gap(GapCause::Silence, 100, None));
        },
    ),
    (("gaps", Warning, "had a fault", "report", ""), |it| {
        daemon(it).gaps.push(gap(GapCause::Fault, 100, Some(99)));
    }),
    (
        (
            "listeners",
            Warning,
            "may ask who is behind what",
            "http.allow",
            "systemctl reload",
        ),
        |it| {
            daemon(it).listen = vec![([0, 0, 0, 0], 8080).into()];
            daemon(it).allow = vec!["0.0.0.0/0".parse().unwrap()];
        },
    ),
    (
        ("listeners", Ok, "natconnd answers 0.0.0.0/0", "", ""),
        |it| {
            daemon(it).listen = vec![([0, 0, 0, 0], 8080).into()];
            daemon(it).allow = vec!["0.0.0.0/0".parse().unwrap()];
            daemon(it).config.http.roles = Roles::NONE.with(Role::Metrics);
        },
    ),
    (
        ("listeners", Note, "nobody else can ask", "http.listen", ""),
        |it| {
            daemon(it).allow.push("192.0.2.0/24".parse().unwrap());
        },
    ),
    (
        (
            "exposure",
            Warning,
            "whoever reaches 192.0.2.1:8443 (listener.office) has the roles lookup, browse, without",
            "[caller.NAME]",
            "systemctl reload",
        ),
        |it| {
            let listener = listener(&[Role::Lookup, Role::Browse, Role::Metrics]);
            let listeners = &mut daemon(it).config.listeners;
            listeners.insert("office".to_owned(), listener);
        },
    ),
    (
        (
            "exposure",
            Warning,
            "has the roles browse, without showing who they are and without TLS",
            "its allow",
            "systemctl reload",
        ),
        |it| {
            let mut listener = listener(&[Role::Browse]);
            listener.tls = None;
            listener.allow = Some(vec!["::/0".parse().unwrap()]);
            let listeners = &mut daemon(it).config.listeners;
            listeners.insert("office".to_owned(), listener);
        },
    ),
    (
        ("exposure", Ok, "no listener lets everybody", "", ""),
        |it| {
            // Each for a reason of its own.
            let only_metrics = listener(&[Role::Metrics]);
            let mut mutual = listener(&[Role::Browse]);
            mutual.tls.as_mut().unwrap().client_ca = Some("/ca".into());
            let mut local = listener(&[Role::Browse]);
            local.listen = vec![([127, 0, 0, 1], 8443).into()];
            let mut of_networks = listener(&[Role::Browse]);
            of_networks.allow = Some(vec!["192.0.2.0/24".parse().unwrap()]);
            let mut plain = listener(&[Role::Browse]);
            plain.tls = None;
            for (name, listener) in [
                ("metrics", only_metrics),
                ("mutual", mutual),
                ("local", local),
                ("networks", of_networks),
                ("plain", plain),
            ] {
                let listeners = &mut daemon(it).config.listeners;
                listeners.insert(name.to_owned(), listener);
            }
        },
    ),
    (
        (
            "tokens",
            Warning,
            "can read and use them: desk at 192.0.2.1:8080",
            "better replaced",
            "systemctl reload",
        ),
        |it| {
            let config = &mut daemon(it).config;
            config.http.listen.push(([192, 0, 2, 1], 8080).into());
            config.callers.insert("desk".to_owned(), with_token());
        },
    ),
    (
        ("tokens", Ok, "over TLS and on this machine", "", ""),
        |it| {
            let config = &mut daemon(it).config;
            config.http.listen.push(([192, 0, 2, 1], 8080).into());
            config.listeners.insert("office".to_owned(), listener(&[]));
            let mut caller = with_token();
            caller.listeners = vec!["office".to_owned(), "unix".to_owned()];
            config.callers.insert("desk".to_owned(), caller);
        },
    ),
    (
        (
            "certificates",
            Failure,
            "listener.office has ended 2 days ago",
            "renew it",
            "",
        ),
        |it| {
            daemon(it)
                .tls
                .push(("office".into(), certificate(-2 * DAY)))
        },
    ),
    (
        (
            "certificates",
            Warning,
            "listener.desk ends in 13 days, on 2026-12-",
            "other files",
            "",
        ),
        |it| daemon(it).tls.push(("desk".into(), certificate(13 * DAY))),
    ),
    (
        (
            "certificates",
            Warning,
            "is of no use (60 s ago): read key /k: permission denied",
            "chmod",
            "journalctl",
        ),
        |it| {
            daemon(it).tls[0].1.refused = Some(tls::Refused {
                at: ago(60),
                error: "read key /k: permission denied".to_owned(),
                hint: Some("chmod"),
            });
        },
    ),
    (
        ("audit", Note, "not written down", "restart natconnd", ""),
        |it| daemon(it).config.audit.folder = None,
    ),
    (
        (
            "clock",
            Warning,
            "nothing keeps",
            "chronyc tracking",
            "timedatectl set-ntp true",
        ),
        |it| {
            it.clock = Result::Ok(ClockDiscipline {
                is_synchronised: false,
                max_error: Duration::from_secs(16),
            });
        },
    ),
    (
        ("clock", Note, "as much as 1.5 s", "timedatectl", ""),
        |it| {
            it.clock = Result::Ok(ClockDiscipline {
                is_synchronised: true,
                max_error: Duration::from_millis(1500),
            });
        },
    ),
    (
        (
            "clock",
            Note,
            "not looked at: Operation not permitted",
            "adjtimex",
            "",
        ),
        |it| {
            it.clock = Err("Operation not permitted (os error 1)".to_owned());
        },
    ),
    (
        (
            "panics",
            Warning,
            "5 faults since the start (http 2, samples 3), the last one 60 s ago at src/a.rs:7",
            "journalctl",
            "",
        ),
        |it| {
            daemon(it).panics = vec![panicked(Part::Http, 2, 60), panicked(Part::Samples, 3, 90)];
        },
    ),
    (
        (
            "panics",
            Note,
            "1 fault since the start (reader 1)",
            "report",
            "",
        ),
        |it| daemon(it).panics = vec![panicked(Part::Reader, 1, 2 * 86_400)],
    ),
    (
        (
            "confinement",
            Note,
            "not know of all else: ioctls",
            "6.12",
            "",
        ),
        |it| daemon(it).confinement = confine::State::Confined { abi: 4 },
    ),
    (
        (
            "confinement",
            Note,
            "natconnd: lsm=",
            "docs/confinement.md",
            "",
        ),
        |it| daemon(it).confinement = confine::State::Missing("lsm=".to_owned()),
    ),
    (
        (
            "confinement",
            Note,
            "--no-landlock",
            "docs/confinement.md",
            "",
        ),
        |it| daemon(it).confinement = confine::State::Declined,
    ),
    (("delivery", Note, "best-effort", "", ""), |it| {
        daemon(it).condition.is_reliable = false;
    }),
    (
        (
            "offload",
            Note,
            "(nf_flow_table_inet, act_ct)",
            "nft list flowtables",
            "",
        ),
        |it| {
            it.offloading_modules = vec!["nf_flow_table_inet".to_owned(), "act_ct".to_owned()];
        },
    ),
    (
        (
            "timestamp-setting",
            Note,
            "received an event",
            "16 bytes",
            "nf_conntrack_timestamp=1",
        ),
        |it| {
            it.settings.timestamp = Some(0);
        },
    ),
    (
        ("timestamp-setting", Note, "the kernel has no", "", ""),
        |it| {
            it.settings.timestamp = None;
        },
    ),
    (
        (
            "history",
            Failure,
            "not recorded: no room",
            "goes on by itself",
            "df -h /h",
        ),
        |it| {
            let status = &mut kept(it).status;
            status.is_recording = false;
            status.trouble = Some("no room".to_owned());
        },
    ),
    (
        (
            "history",
            Failure,
            "1 file of history cannot be read: /h/1.parquet",
            "backup",
            "natconn history verify",
        ),
        |it| kept(it).status.damaged.push(PathBuf::from("/h/1.parquet")),
    ),
    (
        (
            "history",
            Warning,
            "but: seal: x",
            "tried again",
            "natconn history status",
        ),
        |it| kept(it).status.trouble = Some("seal: x".to_owned()),
    ),
    (
        (
            "history",
            Warning,
            "only 4 GiB are free",
            "history.keep-bytes",
            "",
        ),
        |it| kept(it).room = Some((4 << 30, 100 << 30)),
    ),
    // A little of a lot is enough.
    (("history", Ok, "1000 records in /h", "", ""), |it| {
        kept(it).room = Some((12 << 30, 1 << 40));
    }),
    (("acct-setting", Ok, "they are recorded", "", ""), |it| {
        it.settings.acct = Some(1);
    }),
    (("acct-setting", Note, "does not use that", "", ""), |it| {
        daemon(it).history = None;
        it.settings.acct = Some(1)
    }),
];
