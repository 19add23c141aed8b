//! The three panels: what their columns and rows are.

use std::net::IpAddr;

use super::super::error::printable;
use super::super::output::Paint;
use super::columns::{Cell, Column};
use crate::api::{HostOrder, HostUsage, NatUsage, RemoteUsage, Usage};

/// One of the three tables.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Panel {
    /// Internal hosts.
    #[default]
    Hosts,
    /// NAT addresses.
    NatAddresses,
    /// Remote endpoints by how many ports are in use for them.
    Remotes,
}

/// From how many per cent on of its ports a pair is painted as running low.
const RUN_LOW: f64 = 80.0;

/// And from how many on as running out.
const RUN_OUT: f64 = 95.0;

const HOSTS: &[Column] = &[
    Column::text("HOST"),
    Column::number("CONNECTIONS"),
    Column::number("PORTS"),
];

const NAT_ADDRESSES: &[Column] = &[
    Column::text("NAT ADDRESS"),
    Column::word("PROTO"),
    Column::number("TRANSLATIONS"),
    Column::number("PORTS"),
];

const REMOTES: &[Column] = &[
    Column::text("REMOTE"),
    Column::text("NAT ADDRESS"),
    Column::word("PROTO"),
    Column::number("PORTS"),
    Column::number("FULL"),
];

/// Which of the two orders that a panel has its rows are in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Order {
    /// The one that it has at first: natconnd's.
    #[default]
    First,
    /// The other one.
    Second,
}

impl Order {
    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }

    /// What natconnd sorts hosts by then. It keeps the first of each order only.
    pub const fn of_hosts(self) -> HostOrder {
        match self {
            Self::First => HostOrder::Connections,
            Self::Second => HostOrder::Ports,
        }
    }
}

impl Panel {
    /// The panels in the order of the tab key.
    pub const ALL: [Self; 3] = [Self::Hosts, Self::NatAddresses, Self::Remotes];

    /// The next panel.
    pub fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
    }

    /// The panel before.
    pub fn previous(self) -> Self {
        Self::ALL[(self as usize + Self::ALL.len() - 1) % Self::ALL.len()]
    }

    /// What the rows are.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Hosts => "hosts",
            Self::NatAddresses => "NAT addresses",
            Self::Remotes => "fullest remotes",
        }
    }

    /// What its rows are sorted by, in a word.
    pub const fn order_word(self, order: Order) -> &'static str {
        match (self, order) {
            (Self::Hosts, order) => order.of_hosts().word(),
            (Self::NatAddresses, Order::First) => "translations",
            (Self::Remotes, Order::First) | (Self::NatAddresses, Order::Second) => "ports",
            (Self::Remotes, Order::Second) => "remote",
        }
    }

    /// Its columns.
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Hosts => HOSTS,
            Self::NatAddresses => NAT_ADDRESSES,
            Self::Remotes => REMOTES,
        }
    }

    /// Its rows, those that have `filter` somewhere in them.
    pub fn rows(self, usage: &Usage, order: Order, filter: &str) -> Vec<Vec<Cell>> {
        let mut rows: Vec<Vec<Cell>> = match self {
            // Sorted by natconnd.
            Self::Hosts => usage.hosts.iter().map(host).collect(),
            Self::NatAddresses => {
                let mut nats: Vec<&NatUsage> = usage.nat_addresses.iter().collect();
                if order == Order::Second {
                    nats.sort_by_key(|nat| std::cmp::Reverse(nat.ports));
                }
                nats.into_iter().map(nat).collect()
            }
            Self::Remotes => {
                let mut remotes: Vec<&RemoteUsage> = usage.remotes.iter().collect();
                if order == Order::Second {
                    let address = |pair: &RemoteUsage| pair.remote_address.parse::<IpAddr>().ok();
                    remotes.sort_by_key(|pair| (address(pair), pair.remote_port));
                }
                remotes.into_iter().map(remote).collect()
            }
        };
        if !filter.is_empty() {
            let filter = filter.to_lowercase();
            let fits = |cell: &Cell| cell.to_lowercase().contains(&filter);
            rows.retain(|row| row.iter().any(fits));
        }
        rows
    }

    /// The colour of a row: remotes for which ports run out stand out.
    pub fn paint(self, row: &[Cell]) -> Option<Paint> {
        let full = row.last().filter(|_| self == Self::Remotes)?;
        let per_cent: f64 = full.strip_suffix(" %")?.parse().ok()?;
        match per_cent {
            RUN_OUT.. => Some(Paint::Bad),
            RUN_LOW.. => Some(Paint::Doubtful),
            _ => None,
        }
    }

    /// How many rows there are in all, beyond those that natconnd names.
    pub const fn count(self, usage: &Usage) -> u64 {
        match self {
            Self::Hosts => usage.host_count,
            Self::NatAddresses => usage.nat_address_count,
            Self::Remotes => usage.remote_count,
        }
    }
}

fn host(host: &HostUsage) -> Vec<Cell> {
    vec![
        printable(&host.internal_address),
        host.connections.to_string(),
        host.ports.to_string(),
    ]
}

fn nat(nat: &NatUsage) -> Vec<Cell> {
    vec![
        printable(&nat.nat_address),
        printable(&nat.protocol),
        nat.translations.to_string(),
        nat.ports
            .map_or_else(|| "-".to_owned(), |ports| ports.to_string()),
    ]
}

fn remote(pair: &RemoteUsage) -> Vec<Cell> {
    let address = printable(&pair.remote_address);
    let port = pair.remote_port;
    vec![
        if address.contains(':') {
            format!("[{address}]:{port}")
        } else {
            format!("{address}:{port}")
        },
        printable(&pair.nat_address),
        printable(&pair.protocol),
        pair.ports.to_string(),
        format!("{:.1} %", pair.per_cent),
    ]
}
