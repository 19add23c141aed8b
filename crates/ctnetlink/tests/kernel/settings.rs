//! The kernel's settings, as the gateway has them.

use ctnetlink::Settings;
use lab::{Error, MASQUERADE};

#[test]
fn settings_are_the_gateways_own() {
    lab::in_gateway!(|lab| {
        lab.nft(MASQUERADE)?;
        for (value, expected) in [("0", Some(0)), ("1", Some(1))] {
            for name in ["timestamp", "acct", "events"] {
                lab.sysctl(&format!("net.netfilter.nf_conntrack_{name}"), value)?;
            }
            let settings = Settings::read();
            assert_eq!(
                [settings.timestamp, settings.acct, settings.events],
                [expected; 3]
            );
        }
        let before = Settings::read().count.unwrap();
        lab.host(1).send_udp(5000, lab.outside().at(53))?;
        lab.await_connections(&[], 1)?;
        assert_eq!(Settings::read().count, Some(before + 1));
        assert!(Settings::read().max.unwrap() > 1);
        Ok::<(), Error>(())
    });
}
