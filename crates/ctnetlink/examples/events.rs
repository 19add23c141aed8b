//! Prints conntrack events as they happen, much as `conntrack -E` does.
//!
//! Needs CAP_NET_ADMIN: `cargo build -p ctnetlink --example events && sudo
//! target/debug/examples/events`.

use std::time::Duration;

use ctnetlink::{EventOptions, EventSocket, Groups, Read};
use model::{Event, Tuple};

fn main() -> Result<(), ctnetlink::Error> {
    let mut socket = EventSocket::open(&EventOptions {
        groups: Groups::ALL,
        receive_buffer: 8 << 20,
        program: None,
        is_reliable: false,
    })?;
    eprintln!("receive buffer: {} bytes", socket.receive_buffer());
    let mut room = Vec::new();
    loop {
        match socket.read()? {
            Read::Events { .. } => socket
                .batch()
                .decode(&mut room, |error| eprintln!("skipped an event: {error}"))
                .iter()
                .for_each(print),
            Read::Nothing => {
                socket.wait(Duration::from_secs(60))?;
            }
            Read::Overrun => eprintln!("the kernel dropped events"),
        }
    }
}

fn print(event: &Event) {
    let connection = &event.connection;
    let sides = |tuple: &Tuple| format!("{} > {}", tuple.source, tuple.destination);
    println!(
        "{:>8} {} {} | {} id={}",
        format!("{:?}", event.kind),
        connection.original.protocol,
        sides(&connection.original),
        sides(&connection.reply),
        connection.kernel_id.0,
    );
}
