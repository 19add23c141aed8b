//! Connections that end.

use std::time::{Duration, Instant};

use lab::{Error, Lab, MASQUERADE};
use natconnd::api::LookupAnswer;

use crate::agreement::{agree, agree_on_list, misses_nothing};
use crate::daemon::Daemon;
use crate::process::eventually;
use crate::truth::Truth;

/// One exchange from each host; all have the port 5000 inside.
fn exchange(lab: &Lab) -> Result<(), Error> {
    lab.outside().serve_udp(53)?;
    for host in lab.hosts() {
        host.exchange_udp(5000, lab.outside().at(53))?;
    }
    Ok(())
}

/// Both lookups of an ended connection: by index, and through the kernel.
fn ask_twice(daemon: &Daemon, one: &Truth) -> [LookupAnswer; 2] {
    let Truth { nat, remote, .. } = one;
    [
        daemon.lookup(&format!("nat={nat}")),
        daemon.lookup(&format!("protocol=udp&nat={nat}&remote={remote}")),
    ]
}

#[test]
fn a_deleted_connection_stays_answerable_for_a_while() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let daemon = Daemon::start(lab, "[track]\nkeep-ended = \"1500ms\"\n");
        exchange(lab)?;
        let before = agree(lab, &daemon, 3);
        let gone = &before[1];
        let began = Instant::now();
        lab.conntrack(&["-D", "-s", &gone.internal.ip().to_string()])?;

        let rest = agree_on_list(lab, &daemon);
        assert_eq!(rest, [before[0].clone(), before[2].clone()]);
        assert_eq!(daemon.status().ended, 1);
        for answer in ask_twice(&daemon, gone) {
            assert_eq!(answer.verdict, "one");
            assert!(misses_nothing(&answer.coverage), "{answer:?}");
            let [row] = answer.matches.as_slice() else {
                panic!("{answer:?}");
            };
            assert_eq!(row.internal_address, gone.internal.ip());
            assert_eq!(row.kernel_id, None, "{row:?}");
            assert!(row.ended_at > row.started_at, "{row:?}");
        }
        assert!(
            began.elapsed() < Duration::from_millis(1500),
            "this machine is too slow for this test"
        );
        eventually(|| {
            let answers = ask_twice(&daemon, gone);
            let is_gone = answers.iter().all(|answer| answer.verdict == "none");
            is_gone.then_some(()).ok_or_else(|| format!("{answers:?}"))
        });
        let kept = began.elapsed();
        assert!(kept >= Duration::from_millis(1500), "gone after {kept:?}");
        assert_eq!(daemon.status().ended, 0);
        Ok::<(), Error>(())
    });
}

#[test]
fn a_flush_ends_them_all() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let daemon = Daemon::start(lab, "");
        exchange(lab)?;
        lab.host(1).ping(7, lab.outside().v6().into())?;
        let before = agree(lab, &daemon, 4);
        lab.conntrack(&["-F"])?;

        assert_eq!(agree_on_list(lab, &daemon), []);
        let status = daemon.status();
        assert_eq!([status.translations, status.connections], [0, 0]);
        assert_eq!(status.ended, 4);
        assert_eq!(status.changes_ended, 4);
        for one in before.iter().filter(|one| one.protocol == "udp") {
            for answer in ask_twice(&daemon, one) {
                assert_eq!(answer.matches.len(), 1, "{answer:?}");
                assert!(answer.matches[0].ended_at.is_some(), "{answer:?}");
            }
        }
        Ok::<(), Error>(())
    });
}

/// The late end of the first must not take the second away, as pynatconnd's
/// did.
#[test]
fn the_same_endpoints_again_are_another_connection() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        let daemon = Daemon::start(lab, "[track]\nkeep-ended = \"300ms\"\n");
        exchange(lab)?;
        let before = agree(lab, &daemon, 3);
        lab.conntrack(&["-D", "-s", "192.168.248.2"])?;
        lab.host(1).exchange_udp(5000, lab.outside().at(53))?;
        let after = agree_on_list(lab, &daemon);
        let of_host = |truth: &[Truth]| {
            let mut of_host = truth
                .iter()
                .filter(|one| one.internal == before[0].internal);
            of_host.next().cloned().unwrap()
        };
        let (first, second) = (of_host(&before), of_host(&after));
        assert_eq!((first.nat, first.remote), (second.nat, second.remote));
        let live = |answer: &LookupAnswer| {
            let live = answer.matches.iter().filter(|row| row.ended_at.is_none());
            live.map(|row| row.kernel_id).collect::<Vec<_>>()
        };
        for answer in ask_twice(&daemon, &second) {
            assert_eq!(live(&answer), [Some(second.kernel_id)], "{answer:?}");
            assert!(answer.matches[0].ended_at.is_none(), "live ones come first");
        }
        eventually(|| match daemon.status().ended {
            0 => Ok(()),
            ended => Err(format!("{ended} are kept")),
        });
        for answer in ask_twice(&daemon, &second) {
            assert_eq!(answer.matches.len(), 1, "{answer:?}");
            assert_eq!(live(&answer), [Some(second.kernel_id)], "{answer:?}");
        }
        Ok::<(), Error>(())
    });
}

/// The kernel's own end of a connection: its time is over.
#[test]
fn a_connection_that_times_out_ends() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        lab.sysctl("net.netfilter.nf_conntrack_udp_timeout", "1")?;
        let daemon = Daemon::start(lab, "");
        lab.host(1).send_udp(5000, lab.outside().at(53))?;
        eventually(|| match daemon.status().changes_started {
            1 => Ok(()),
            other => Err(format!("{other} began")),
        });
        eventually(|| match daemon.status() {
            status if status.connections == 0 && status.ended == 1 => Ok(()),
            status => Err(format!("{status:?}")),
        });
        assert_eq!(agree_on_list(lab, &daemon), []);
        Ok::<(), Error>(())
    });
}
