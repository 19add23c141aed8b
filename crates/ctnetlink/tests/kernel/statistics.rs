//! What conntrack counts itself, against `conntrack -S` and `conntrack -C`.

use ctnetlink::{Statistic, Statistics};
use lab::{Error, Lab};

/// One NAT port for all: a second connection to the same remote finds none.
const ONE_PORT: &str = "
table inet nat {
    chain postrouting {
        type nat hook postrouting priority srcnat
        oifname outside meta l4proto udp masquerade to :5000
    }
}";

/// What `conntrack -S` prints: for each processor its number and its counters.
fn listed(lab: &Lab) -> Result<Vec<Vec<(String, u32)>>, Error> {
    let text = lab.conntrack(&["-S"])?;
    let pairs = |line: &str| {
        let pairs = line.split_whitespace().filter_map(|pair| {
            let (name, number) = pair.split_once('=')?;
            Some((name.to_owned(), number.parse().ok()?))
        });
        pairs.collect()
    };
    Ok(text.lines().map(pairs).collect())
}

const fn name(statistic: Statistic) -> &'static str {
    match statistic {
        Statistic::Found => "found",
        Statistic::Invalid => "invalid",
        Statistic::Insert => "insert",
        Statistic::InsertFailed => "insert_failed",
        Statistic::Drop => "drop",
        Statistic::EarlyDrop => "early_drop",
        Statistic::Error => "error",
        Statistic::SearchRestart => "search_restart",
        Statistic::ClashResolve => "clash_resolve",
        Statistic::ChainTooLong => "chaintoolong",
    }
}

#[test]
fn counters_are_those_that_conntrack_prints() {
    lab::in_gateway!(|lab| {
        lab.nft(ONE_PORT)?;
        for port in 6000..6020 {
            lab.host(1).send_udp(port, lab.outside().at(9))?;
        }
        lab.await_connections(&[], 1)?;
        let read = Statistics::read().unwrap();
        let found: Vec<Vec<(String, u32)>> = read
            .processors
            .iter()
            .map(|counted| {
                let mut pairs = vec![("cpu".to_owned(), counted.processor.into())];
                for statistic in Statistic::ALL {
                    let count = counted.count(statistic);
                    pairs.extend(count.map(|count| (name(statistic).to_owned(), count)));
                }
                pairs
            })
            .collect();
        assert_eq!(found, listed(lab)?);
        let failed = read.processors.iter();
        let failed: u32 = failed
            .filter_map(|it| it.count(Statistic::InsertFailed))
            .sum();
        assert!(failed >= 10, "{read:?}");
        Ok::<(), Error>(())
    });
}

#[test]
fn the_table_is_as_large_as_the_kernel_says() {
    lab::in_gateway!(|lab| {
        lab.nft(lab::MASQUERADE)?;
        for port in 6000..6007 {
            lab.host(1).send_udp(port, lab.outside().at(9))?;
        }
        lab.await_connections(&[], 7)?;
        let read = Statistics::read().unwrap();
        let counted = lab.conntrack(&["-C"])?.trim().parse().unwrap();
        assert_eq!(read.connections, Some(counted));
        let settings = ctnetlink::Settings::read();
        assert_eq!(read.max_connections.map(u64::from), settings.max);
        Ok::<(), Error>(())
    });
}
