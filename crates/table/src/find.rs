//! Finding translations by an index, where the question has a key.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use model::{Endpoint, Lookup, Match, Protocol, Timed, Translation, Tuple, Zone};

use crate::address::Address;
use crate::chain::Role;
use crate::entry::Entry;
use crate::family::Family;
use crate::resync::Unseen;
use crate::slab::Slot;
use crate::table::Table;

/// A translation in the table.
#[derive(Clone, Copy)]
pub struct Found<'a>(Reference<'a>);

#[derive(Clone, Copy)]
enum Reference<'a> {
    V4(&'a Entry<Ipv4Addr>),
    V6(&'a Entry<Ipv6Addr>),
}

impl<'a> Found<'a> {
    pub(crate) const fn v4(entry: &'a Entry<Ipv4Addr>) -> Self {
        Self(Reference::V4(entry))
    }

    pub(crate) const fn v6(entry: &'a Entry<Ipv6Addr>) -> Self {
        Self(Reference::V6(entry))
    }

    /// Copies it out of the table.
    pub fn to_match(self) -> Match {
        match self.0 {
            Reference::V4(entry) => entry.as_match(),
            Reference::V6(entry) => entry.as_match(),
        }
    }

    /// Its protocol. This and the next three are for whoever looks at the whole
    /// table and does not need all of a [`Match`].
    #[inline]
    pub const fn protocol(self) -> Protocol {
        match self.0 {
            Reference::V4(entry) => entry.protocol(),
            Reference::V6(entry) => entry.protocol(),
        }
    }

    /// Its kind and roles.
    #[inline]
    pub fn translation(self) -> Translation {
        match self.0 {
            Reference::V4(entry) => entry.translation(),
            Reference::V6(entry) => entry.translation(),
        }
    }

    /// Its zone.
    #[inline]
    pub const fn zone(self) -> Zone {
        match self.0 {
            Reference::V4(entry) => entry.zone(),
            Reference::V6(entry) => entry.zone(),
        }
    }

    /// When it began.
    #[inline]
    pub fn started_at(self) -> Option<Timed> {
        match self.0 {
            Reference::V4(entry) => entry.started_at(),
            Reference::V6(entry) => entry.started_at(),
        }
    }

    /// What the resync of these parities has not seen of it, if it lives.
    pub(crate) fn unseen(self, v4_parity: bool, v6_parity: bool) -> Option<Unseen> {
        let (is_seen, zone, kernel_id) = match self.0 {
            Reference::V4(entry) => (entry.has_parity(v4_parity), entry.zone(), entry.kernel_id()),
            Reference::V6(entry) => (entry.has_parity(v6_parity), entry.zone(), entry.kernel_id()),
        };
        let kernel_id = kernel_id.filter(|_| !is_seen)?;
        Some(Unseen {
            original: self.original(),
            zone,
            kernel_id,
            is_announced: self.is_announced(),
        })
    }

    /// The original tuple of its connection.
    pub fn original(self) -> Tuple {
        match self.0 {
            Reference::V4(entry) => entry.original(),
            Reference::V6(entry) => entry.original(),
        }
    }

    /// Whether it lives and an event told of it, so that its end will be told as
    /// well. One that a dump found may end in silence.
    pub fn is_announced(self) -> bool {
        match self.0 {
            Reference::V4(entry) => entry.is_announced(),
            Reference::V6(entry) => entry.is_announced(),
        }
    }

    /// Whether it has not ended.
    pub fn is_live(self) -> bool {
        match self.0 {
            Reference::V4(entry) => !entry.is_ended(),
            Reference::V6(entry) => !entry.is_ended(),
        }
    }
}

/// How a question can be answered in one family.
enum Way<A> {
    /// From any of the chains of these keys: each holds all that fits.
    Chains(Vec<Key<A>>),
    /// From the chains of one port on every NAT address.
    NatPort(u16),
    /// The question is about the other family.
    Nowhere,
    /// By looking at everything.
    Scan,
}

/// What the entries of one chain have in common.
#[derive(Clone, Copy)]
struct Key<A> {
    role: Role,
    address: A,
    port: u16,
}

/// With more NAT addresses than this, one port is looked for by a scan.
const NAT_ADDRESSES: usize = 1024;

/// Entries of a chain that are looked at before it is another chain's turn.
const TURN: usize = 16;

impl Table {
    /// Whether [`Self::find`] can answer from an index. Where it cannot, every
    /// entry must be looked at: use [`Self::scan`].
    pub fn has_index_for(&self, question: &Lookup) -> bool {
        !matches!(self.v4.way(question), Way::Scan) && !matches!(self.v6.way(question), Way::Scan)
    }

    /// Whether a translation, live or ended and not forgotten, has this NAT address.
    pub fn has_nat_address(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => self.v4.has_nat_address(&address),
            IpAddr::V6(address) => self.v6.has_nat_address(&address),
        }
    }

    /// Calls `visit` with each translation that has this NAT endpoint, newest first,
    /// among the first `budget`; false where there were more.
    pub fn at_nat(
        &self,
        endpoint: Endpoint,
        budget: usize,
        mut visit: impl FnMut(Found<'_>),
    ) -> bool {
        let port = endpoint.port;
        match endpoint.address {
            IpAddr::V4(address) => self.v4.at_nat(address, port, budget, &mut visit),
            IpAddr::V6(address) => self.v6.at_nat(address, port, budget, &mut visit),
        }
    }

    /// Calls `visit` with each translation that fits, newest first within a
    /// key, among the first `budget` that the index gives; false where there
    /// were more. Finds nothing where there is no index.
    pub fn find(
        &self,
        question: &Lookup,
        mut budget: usize,
        mut visit: impl FnMut(Found<'_>),
    ) -> bool {
        self.v4.find(question, &mut budget, &mut visit)
            && self.v6.find(question, &mut budget, &mut visit)
    }
}

impl<A: Address> Family<A> {
    fn way(&self, question: &Lookup) -> Way<A> {
        let patterns = [&question.nat, &question.internal, &question.remote];
        let is_other = |address| A::from_ip(address).is_none();
        if patterns
            .iter()
            .any(|pattern| pattern.address().is_some_and(is_other))
        {
            return Way::Nowhere;
        }
        let [nat, internal, remote] =
            patterns.map(|pattern| pattern.address().and_then(A::from_ip));
        let key = |role, address: Option<A>, port: Option<u16>| {
            address.zip(port).map(|(address, port)| Key {
                role,
                address,
                port,
            })
        };
        let keys: Vec<_> = [
            key(Role::Nat, nat, question.nat.port()),
            key(Role::Host, internal, Some(0)),
            key(Role::Remote, remote, Some(0)),
        ]
        .into_iter()
        .flatten()
        .collect();
        match question.nat.port() {
            _ if !keys.is_empty() => Way::Chains(keys),
            Some(port)
                if question.nat.addresses.is_none()
                    && self.nat_addresses().len() <= NAT_ADDRESSES =>
            {
                Way::NatPort(port)
            }
            _ => Way::Scan,
        }
    }

    fn find(
        &self,
        question: &Lookup,
        budget: &mut usize,
        visit: &mut impl FnMut(Found<'_>),
    ) -> bool {
        match self.way(question) {
            Way::Chains(keys) => self.walk(&keys, question, budget, visit),
            Way::NatPort(port) => self.nat_addresses().all(|address| {
                let key = Key {
                    role: Role::Nat,
                    address,
                    port,
                };
                self.walk_one(key, question, budget, visit)
            }),
            Way::Nowhere | Way::Scan => true,
        }
    }

    fn at_nat(
        &self,
        address: A,
        port: u16,
        mut budget: usize,
        visit: &mut impl FnMut(Found<'_>),
    ) -> bool {
        let mut next = self.head(Role::Nat, address, port);
        while let Some(slot) = next {
            if budget == 0 {
                return false;
            }
            budget -= 1;
            let entry = self.slab.get(slot);
            visit(A::found(entry));
            next = self.chains(Role::Nat).after(entry);
        }
        true
    }

    /// Walks a chain to its end.
    fn walk_one(
        &self,
        key: Key<A>,
        question: &Lookup,
        budget: &mut usize,
        visit: &mut impl FnMut(Found<'_>),
    ) -> bool {
        let mut next = self.head(key.role, key.address, key.port);
        while let Some(slot) = next {
            if *budget == 0 {
                return false;
            }
            *budget -= 1;
            let entry = self.slab.get(slot);
            if question.matches(&entry.as_match()) {
                visit(A::found(entry));
            }
            next = self.chains(key.role).after(entry);
        }
        true
    }

    /// Walks the chains in turns until the shortest is at its end.
    ///
    /// A popular port forward has a chain of a million entries, and so has a
    /// popular remote; the two together may have one.
    fn walk(
        &self,
        keys: &[Key<A>],
        question: &Lookup,
        budget: &mut usize,
        visit: &mut impl FnMut(Found<'_>),
    ) -> bool {
        if let [key] = keys {
            return self.walk_one(*key, question, budget, visit);
        }
        let mut walks: Vec<(Role, Option<Slot>, Vec<Slot>)> = keys
            .iter()
            .map(|key| {
                let head = self.head(key.role, key.address, key.port);
                (key.role, head, Vec::new())
            })
            .collect();
        let finished = 'walk: loop {
            for (at, (role, next, found)) in walks.iter_mut().enumerate() {
                for _ in 0..TURN {
                    let Some(slot) = *next else {
                        break 'walk Some(at);
                    };
                    if *budget == 0 {
                        break 'walk None;
                    }
                    *budget -= 1;
                    let entry = self.slab.get(slot);
                    if question.matches(&entry.as_match()) {
                        found.push(slot);
                    }
                    *next = self.chains(*role).after(entry);
                }
            }
        };
        for slot in &walks[finished.unwrap_or(0)].2 {
            visit(A::found(self.slab.get(*slot)));
        }
        finished.is_some()
    }
}
