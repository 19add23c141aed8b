//! Finding translations: by an index where the question has a key, else by a
//! scan in parts.

use std::net::{Ipv4Addr, Ipv6Addr};

use model::{Lookup, Match, Tuple};

use crate::address::Address;
use crate::chain::Role;
use crate::entry::Entry;
use crate::family::Family;
use crate::resync::Unseen;
use crate::slab::Slot;
use crate::table::{Position, Table};

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
    /// From the chain of one key.
    Chain(Role, A, u16),
    /// From the chains of one port on every NAT address.
    NatPort(u16),
    /// The question is about the other family.
    Nowhere,
    /// By looking at everything.
    Scan,
}

fn way<A: Address>(question: &Lookup) -> Way<A> {
    for pattern in [&question.nat, &question.internal, &question.remote] {
        if let Some(address) = pattern.address()
            && A::from_ip(address).is_none()
        {
            return Way::Nowhere;
        }
    }
    let address = |pattern: &model::EndpointPattern| pattern.address().and_then(A::from_ip);
    match (address(&question.nat), question.nat.port()) {
        (Some(address), Some(port)) => return Way::Chain(Role::Nat, address, port),
        (None, Some(port)) if question.nat.addresses.is_none() => return Way::NatPort(port),
        _ => {}
    }
    if let Some(address) = address(&question.internal) {
        Way::Chain(Role::Host, address, 0)
    } else if let Some(address) = address(&question.remote) {
        Way::Chain(Role::Remote, address, 0)
    } else {
        Way::Scan
    }
}

impl Table {
    /// Whether [`Self::find`] can answer from an index. Where it cannot, every
    /// entry must be looked at: use [`Self::scan`].
    pub fn has_index_for(&self, question: &Lookup) -> bool {
        !matches!(way::<Ipv4Addr>(question), Way::Scan)
            && !matches!(way::<Ipv6Addr>(question), Way::Scan)
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

    /// Calls `visit` with every translation in at most `budget` slots, in no
    /// order, and returns where to go on; `None` at the end.
    ///
    /// What is in the table during the whole of a scan is visited exactly once,
    /// whatever comes and goes meanwhile.
    pub fn scan(
        &self,
        from: Position,
        budget: u32,
        mut visit: impl FnMut(Found<'_>),
    ) -> Option<Position> {
        let end = if from.is_v6 {
            self.v6.scan(from.slot, budget, &mut visit)
        } else {
            self.v4.scan(from.slot, budget, &mut visit)
        };
        match end {
            Some(slot) => Some(Position { slot, ..from }),
            None if from.is_v6 => None,
            None => Some(Position {
                is_v6: true,
                slot: 0,
            }),
        }
    }
}

impl<A: Address> Family<A> {
    fn find(
        &self,
        question: &Lookup,
        budget: &mut usize,
        visit: &mut impl FnMut(Found<'_>),
    ) -> bool {
        match way(question) {
            Way::Chain(role, address, port) => {
                let head = self.head(role, address, port);
                self.walk(role, head, question, budget, visit)
            }
            Way::NatPort(port) => self.nat_addresses().all(|address| {
                let head = self.head(Role::Nat, address, port);
                self.walk(Role::Nat, head, question, budget, visit)
            }),
            Way::Nowhere | Way::Scan => true,
        }
    }

    fn walk(
        &self,
        role: Role,
        mut next: Option<Slot>,
        question: &Lookup,
        budget: &mut usize,
        visit: &mut impl FnMut(Found<'_>),
    ) -> bool {
        while let Some(slot) = next {
            if *budget == 0 {
                return false;
            }
            *budget -= 1;
            let entry = self.slab.get(slot);
            if question.matches(&entry.as_match()) {
                visit(A::found(entry));
            }
            next = self.chains(role).after(entry);
        }
        true
    }

    fn scan(&self, from: Slot, budget: u32, visit: &mut impl FnMut(Found<'_>)) -> Option<Slot> {
        let end = self.slab.used().min(from.saturating_add(budget));
        for slot in from..end {
            if let Some(entry) = self.slab.scan(slot) {
                visit(A::found(entry));
            }
        }
        (end < self.slab.used()).then_some(end)
    }
}
