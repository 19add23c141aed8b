//! What happens without CAP_NET_ADMIN.

use ctnetlink::{Dump, EventOptions, EventSocket, GetSocket, Groups};
use lab::Error;
use model::{Filter, Protocol, Tuple};

/// Set in the process that has lost its privilege.
const WITHOUT: &str = "CTNETLINK_WITHOUT_PRIVILEGE";

const EPERM: Option<i32> = Some(1);

/// The test starts itself once more on the gateway, without the capability.
#[test]
fn every_socket_says_that_it_is_not_permitted() {
    if std::env::var_os(WITHOUT).is_some() {
        return without_privilege();
    }
    lab::in_gateway!(|lab| {
        let binary = std::env::current_exe().unwrap();
        let output = lab.gateway().run(&[
            "setpriv",
            "--bounding-set=-net_admin",
            "--inh-caps=-net_admin",
            "env",
            &format!("{WITHOUT}=1"),
            binary.to_str().unwrap(),
            "--exact",
            "privilege::every_socket_says_that_it_is_not_permitted",
            "--nocapture",
        ])?;
        assert!(output.contains("was refused everything"), "{output}");
        Ok::<(), Error>(())
    });
}

fn without_privilege() {
    let refused = EventSocket::open(&EventOptions {
        groups: Groups::NEW_AND_DESTROY,
        receive_buffer: 65_536,
        program: None,
        is_reliable: false,
    });
    let error = refused.err().expect("events are not for everybody");
    assert_eq!(error.errno(), EPERM, "{error:?}");
    assert_eq!(error.to_string(), "subscribe to conntrack events");

    let refused = Dump::start(&Filter::default()).and_then(|mut dump| dump.read().map(drop));
    let error = refused.expect_err("a dump is not for everybody");
    assert_eq!(error.errno(), EPERM, "{error:?}");
    assert_eq!(
        error.to_string(),
        "dump the conntrack table: kernel refused: Operation not permitted (os error 1)"
    );

    let tuple = Tuple {
        protocol: Protocol::UDP,
        source: model::Endpoint::new([192, 0, 2, 1].into(), 1),
        destination: model::Endpoint::new([192, 0, 2, 2].into(), 2),
        icmp: None,
    };
    let refused = GetSocket::open().and_then(|mut socket| socket.get(&tuple, 0));
    let error = refused.expect_err("a get is not for everybody");
    assert_eq!(error.errno(), EPERM, "{error:?}");
    println!("was refused everything");
}
