//! A resync against a kernel that goes on working meanwhile.
//!
//! The kernel here is a list of connections in buckets. It sends events through
//! a queue and fills a part of the dump before that part is read, as the real
//! one does. However the steps interleave, once the queue is empty the table
//! must hold just what the kernel holds.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use model::{
    ChangeKind, Connection, Endpoint, Event, EventKind, Filter, KernelId, Protocol, Status,
    Timestamp, Tuple,
};
use proptest::prelude::*;
use table::{Position, Table};

const BUCKETS: usize = 4;

#[derive(Clone, Copy, Debug)]
enum Step {
    /// A connection begins, unless one with its original tuple lives.
    Begin {
        host: u8,
        nat_port: u16,
        reuses_id: bool,
    },
    /// The connection of this host ends, if there is one.
    End { host: u8 },
    /// The next event is read and applied.
    ReadEvent,
    /// The next part of the dump is read and merged.
    ReadPart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (0..8_u8, 1..3_u16, any::<bool>()).prop_map(|(host, nat_port, reuses_id)| Step::Begin {
            host,
            nat_port,
            reuses_id
        }),
        (0..8_u8).prop_map(|host| Step::End { host }),
        Just(Step::ReadEvent),
        Just(Step::ReadPart),
    ];
    prop::collection::vec(step, 0..80)
}

#[derive(Default)]
struct Kernel {
    live: Vec<Connection>,
    queue: VecDeque<Event>,
    next_id: u32,
    is_listening: bool,
}

impl Kernel {
    fn begin(&mut self, host: u8, nat_port: u16, reuses_id: bool) {
        let at = |last, port| Endpoint::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)), port);
        let tuple = |source, destination| Tuple {
            protocol: Protocol::TCP,
            source,
            destination,
            icmp: None,
        };
        let original = tuple(at(host, 1000), at(200, 443));
        if self.live.iter().any(|c| c.original == original) {
            return;
        }
        if !reuses_id {
            self.next_id += 1;
        }
        let connection = Connection {
            original,
            reply: tuple(at(200, 443), at(100, nat_port * 100 + u16::from(host))),
            kernel_id: KernelId(self.next_id * 256 + u32::from(host)),
            status: Status::SOURCE_TRANSLATED,
            ..Connection::default()
        };
        self.live.push(connection);
        self.send(EventKind::New, connection);
    }

    fn end(&mut self, host: u8) {
        let host = IpAddr::V4(Ipv4Addr::new(192, 0, 2, host));
        if let Some(at) = self
            .live
            .iter()
            .position(|c| c.original.source.address == host)
        {
            let connection = self.live.remove(at);
            self.send(EventKind::Destroy, connection);
        }
    }

    fn send(&mut self, kind: EventKind, connection: Connection) {
        if self.is_listening {
            self.queue.push_back(Event { kind, connection });
        }
    }

    fn bucket(&self, number: usize) -> Vec<Connection> {
        let is_in = |c: &&Connection| c.kernel_id.0 as usize % 256 % BUCKETS == number;
        self.live.iter().filter(is_in).copied().collect()
    }
}

fn shown(connections: &[Connection]) -> Vec<String> {
    let mut shown: Vec<_> = connections
        .iter()
        .map(|c| format!("{:?} {}", c.translations().next(), c.kernel_id.0))
        .collect();
    shown.sort();
    shown
}

fn live(table: &Table) -> Vec<String> {
    let mut shown = Vec::new();
    let mut position = Some(Position::default());
    while let Some(from) = position {
        position = table.scan(from, 5, |found| {
            if found.is_live() {
                let row = found.to_match();
                shown.push(format!(
                    "{:?} {}",
                    Some(row.translation),
                    row.kernel_id.unwrap().0
                ));
            }
        });
    }
    shown.sort();
    shown
}

struct Run {
    kernel: Kernel,
    table: Table,
    now: i64,
    started: i64,
    ended: i64,
}

impl Run {
    fn new() -> Self {
        Self {
            kernel: Kernel::default(),
            table: Table::new(Duration::from_secs(3600), Filter::default()),
            now: 1_000_000_000_000,
            started: 0,
            ended: 0,
        }
    }

    fn tick(&mut self) -> Timestamp {
        self.now += 1_000_000;
        Timestamp(self.now)
    }

    fn kernel_step(&mut self, step: Step) {
        match step {
            Step::Begin {
                host,
                nat_port,
                reuses_id,
            } => {
                self.kernel.begin(host, nat_port, reuses_id);
            }
            Step::End { host } => self.kernel.end(host),
            Step::ReadEvent | Step::ReadPart => {}
        }
    }

    fn read_event(&mut self) -> bool {
        let now = self.tick();
        let Some(event) = self.kernel.queue.pop_front() else {
            return false;
        };
        let (started, ended) = (&mut self.started, &mut self.ended);
        self.table.apply(&event, now, |change| match change.kind {
            ChangeKind::Started => *started += 1,
            ChangeKind::Ended => *ended += 1,
        });
        true
    }

    fn resync(&mut self, steps: &[Step]) {
        self.kernel.is_listening = true;
        self.table.begin_resync();
        let mut next_bucket = 1;
        let mut filled = Some(self.kernel.bucket(0));
        for step in steps {
            match step {
                Step::ReadEvent => {
                    self.read_event();
                }
                Step::ReadPart => self.read_part(&mut filled, &mut next_bucket),
                step => self.kernel_step(*step),
            }
        }
        while filled.is_some() {
            self.read_part(&mut filled, &mut next_bucket);
        }
        let now = self.tick();
        let mut position = Some(Position::default());
        while let Some(from) = position {
            let mut unseen = Vec::new();
            position = self.table.unseen(from, 3, |one| unseen.push(one));
            // Events go on being read between the parts.
            self.read_event();
            for one in unseen {
                // The word of the dump alone, without a second opinion.
                let ended = &mut self.ended;
                self.table.settle(&one, true, now, |_| *ended += 1);
            }
        }
        self.table.finish_resync();
        while self.read_event() {}
    }

    fn read_part(&mut self, filled: &mut Option<Vec<Connection>>, next_bucket: &mut usize) {
        let now = self.tick();
        let Some(part) = filled.take() else {
            return;
        };
        // The kernel fills the next part while this one is being read.
        if *next_bucket < BUCKETS {
            *filled = Some(self.kernel.bucket(*next_bucket));
            *next_bucket += 1;
        }
        for connection in part.chunks(2) {
            let (started, ended) = (&mut self.started, &mut self.ended);
            self.table
                .merge_all(connection, now, |change| match change.kind {
                    ChangeKind::Started => *started += 1,
                    ChangeKind::Ended => *ended += 1,
                });
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_table_equals_the_kernel_after_a_resync(
        before in steps(), first in steps(), between in steps(), lost in steps(), second in steps(),
    ) {
        let mut run = Run::new();
        for step in before {
            run.kernel_step(step);
        }
        run.resync(&first);
        prop_assert_eq!(live(&run.table), shown(&run.kernel.live));

        for step in between {
            run.kernel_step(step);
        }
        while run.read_event() {}
        prop_assert_eq!(live(&run.table), shown(&run.kernel.live));

        // An overrun: nothing of this is told.
        run.kernel.is_listening = false;
        for step in lost {
            run.kernel_step(step);
        }
        run.resync(&second);
        prop_assert_eq!(live(&run.table), shown(&run.kernel.live));
        prop_assert_eq!(run.started - run.ended, live(&run.table).len() as i64 - unseen(&run));
    }
}

/// Ends of connections that were never seen alive have no start to match.
fn unseen(run: &Run) -> i64 {
    let mut unseen = 0;
    let mut position = Some(Position::default());
    while let Some(from) = position {
        position = run.table.scan(from, 100, |found| {
            let row = found.to_match();
            unseen += i64::from(row.started_at.is_none());
        });
    }
    unseen
}
