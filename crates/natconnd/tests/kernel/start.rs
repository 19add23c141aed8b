//! What was there before the daemon, and who says when it began.

use lab::{Error, Lab, MASQUERADE};
use natconnd::api::Row;

use crate::agreement::{agree, agree_on_list};
use crate::daemon::Daemon;

/// Traffic of every kind from one host, IPv4 and IPv6.
fn make_traffic(lab: &Lab, host: usize) -> Result<std::net::TcpStream, Error> {
    let outside = lab.outside();
    let host = lab.host(host);
    host.exchange_udp(5000, outside.at(53))?;
    host.exchange_udp(5000, outside.at_v6(53))?;
    host.ping(7, outside.v4().into())?;
    host.connect_tcp(40123, outside.at(443))
}

fn serve(lab: &Lab) -> Result<(), Error> {
    lab.nft(MASQUERADE)?;
    lab.outside().serve_udp(53)?;
    lab.outside().serve_tcp(443)
}

#[test]
fn connections_that_existed_before_the_start_are_known() {
    lab::in_gateway!(|lab| {
        serve(lab)?;
        let _before = make_traffic(lab, 1)?;
        let daemon = Daemon::start(lab, "");
        agree(lab, &daemon, 4);
        let _after = make_traffic(lab, 2)?;
        agree(lab, &daemon, 8);
        // The events of connections older than every listener are not sent
        // where nf_conntrack_events is 2: only a look at the table shows them.
        drop(daemon);
        let daemon = Daemon::start(lab, "");
        agree(lab, &daemon, 8);
        Ok::<(), Error>(())
    });
}

/// The end of a connection that began before anybody listened: the kernel sends
/// no DESTROY for it, so a look at the whole table must find it.
#[test]
fn an_end_that_nobody_tells_is_found() {
    lab::in_gateway!(|lab| {
        serve(lab)?;
        // As if nobody listened, whoever else on this machine does.
        lab.sysctl("net.netfilter.nf_conntrack_events", "0")?;
        let _before = make_traffic(lab, 1)?;
        lab.sysctl("net.netfilter.nf_conntrack_events", "1")?;
        let daemon = Daemon::start(lab, "[track]\nreconcile-every = \"1s\"\n");
        let before = agree(lab, &daemon, 4);
        lab.conntrack(&["-F"])?;
        assert_eq!(agree_on_list(lab, &daemon), []);
        let answer = daemon.lookup(&format!("nat={}", before[0].nat));
        assert!(answer.matches[0].ended_at.is_some(), "{answer:?}");
        Ok::<(), Error>(())
    });
}

fn sources(rows: &[Row]) -> Vec<&str> {
    let mut sources: Vec<_> = rows
        .iter()
        .filter_map(|row| row.started_at_source.as_deref())
        .collect();
    assert_eq!(sources.len(), rows.len(), "every row has a source");
    sources.sort_unstable();
    sources
}

#[test]
fn times_are_the_kernels_where_it_notes_them() {
    lab::in_gateway!(|lab| {
        serve(lab)?;
        lab.sysctl("net.netfilter.nf_conntrack_timestamp", "1")?;
        let began = jiff::Timestamp::now();
        let _before = make_traffic(lab, 1)?;
        let daemon = Daemon::start(lab, "");
        assert!(daemon.status().kernel_timestamps);
        let _after = make_traffic(lab, 2)?;
        agree(lab, &daemon, 8);
        let rows = daemon.list("");
        assert_eq!(sources(&rows), ["kernel"; 8]);
        let started: Vec<jiff::Timestamp> = rows
            .iter()
            .filter_map(|row| row.started_at.as_deref()?.parse().ok())
            .collect();
        // In order, since the list is sorted so, and within this test.
        assert!(started.is_sorted(), "{started:?}");
        let earliest = began - jiff::SignedDuration::from_millis(1);
        assert!(started[0] >= earliest, "{began} {started:?}");
        assert!(started[7] <= jiff::Timestamp::now(), "{started:?}");

        lab.conntrack(&["-D", "-s", "192.168.248.3", "-p", "tcp"])?;
        let answer = crate::process::eventually(|| {
            let answer = daemon.lookup("internal=192.168.248.3:40123");
            match answer.matches.first() {
                Some(row) if row.ended_at.is_some() => Ok(answer),
                _ => Err(format!("{answer:?}")),
            }
        });
        let row = &answer.matches[0];
        assert_eq!(row.ended_at_source.as_deref(), Some("kernel"), "{row:?}");
        assert_eq!(row.started_at_source.as_deref(), Some("kernel"), "{row:?}");
        Ok::<(), Error>(())
    });
}

#[test]
fn times_are_natconnds_where_the_kernel_notes_none() {
    lab::in_gateway!(|lab| {
        serve(lab)?;
        lab.sysctl("net.netfilter.nf_conntrack_timestamp", "0")?;
        let _before = make_traffic(lab, 1)?;
        let daemon = Daemon::start(lab, "");
        assert!(!daemon.status().kernel_timestamps);
        assert_eq!(sources(&daemon.list("")), ["estimated"; 4]);
        let _after = make_traffic(lab, 2)?;
        agree(lab, &daemon, 8);
        let of_second = daemon.list("internal=192.168.248.3,fd00:248::3");
        assert_eq!(sources(&of_second), ["received"; 4]);
        Ok::<(), Error>(())
    });
}
