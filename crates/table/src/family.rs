//! The entries of one address family, and every index over them.

use std::collections::VecDeque;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet};
use model::{KernelId, TimeSource, Timed, Timestamp, TranslationKind};

use crate::address::Address;
use crate::chain::{Chains, Role};
use crate::entry::{Entry, Identity};
use crate::index::Index;
use crate::plan::Hashes;
use crate::slab::{Slab, Slot};

/// Live and ended translations of one address family.
///
/// Live entries are in the identity index and in three chains, ended ones in
/// the chains only until they expire.
pub struct Family<A> {
    pub(crate) slab: Slab<A>,
    pub(crate) identities: Index,
    pub(crate) chains: [Chains; 3],
    pub(crate) hashing: RandomState,
    /// How many entries, live or ended, have each NAT address.
    nat_addresses: HashMap<A, u32, RandomState>,
    /// Ended slots in the order in which their end was learned.
    pub(crate) ended: VecDeque<Slot>,
    /// The last entry of each connection whose end was estimated.
    pub(crate) estimated: HashMap<(Identity<A>, TranslationKind), Slot, RandomState>,
    /// When the ends were learned, and of how many slots each time.
    learned: VecDeque<(Timestamp, usize)>,
    /// Ends that the kernel has told twice.
    pub(crate) repeated_ends: u64,
    live: u64,
    live_connections: u64,
    /// Connections that ended since the resync began; `None` outside of one.
    pub(crate) ended_in_resync: Option<HashSet<(Identity<A>, KernelId), RandomState>>,
    /// The parity of the last resync, which living entries carry.
    pub(crate) parity: bool,
}

impl<A: Address> Family<A> {
    pub fn new() -> Self {
        Self {
            slab: Slab::new(),
            identities: Index::new(),
            chains: Role::ALL.map(Chains::new),
            hashing: RandomState::default(),
            nat_addresses: HashMap::default(),
            ended: VecDeque::new(),
            estimated: HashMap::default(),
            learned: VecDeque::new(),
            repeated_ends: 0,
            live: 0,
            live_connections: 0,
            ended_in_resync: None,
            parity: false,
        }
    }

    pub const fn live(&self) -> u64 {
        self.live
    }

    pub const fn live_connections(&self) -> u64 {
        self.live_connections
    }

    pub fn ended(&self) -> u64 {
        self.ended.len() as u64
    }

    /// The chains of a role.
    pub const fn chains(&self, role: Role) -> &Chains {
        &self.chains[role as usize]
    }

    /// The newest entry with this key in a role.
    pub fn head(&self, role: Role, address: A, port: u16) -> Option<Slot> {
        self.chains(role)
            .head(&self.slab, &self.hashing, address, port)
    }

    /// Whether an entry has this NAT address.
    pub fn has_nat_address(&self, address: &A) -> bool {
        self.nat_addresses.contains_key(address)
    }

    /// Every NAT address of an entry.
    pub fn nat_addresses(&self) -> impl ExactSizeIterator<Item = A> + '_ {
        self.nat_addresses.keys().copied()
    }

    /// A live entry of this connection.
    #[inline]
    pub fn find_live(&self, identity: &Identity<A>, kind: Option<TranslationKind>) -> Option<Slot> {
        self.find_hashed(identity_hash(&self.hashing, identity), identity, kind)
    }

    /// A live entry of this connection, whose identity has this hash.
    #[inline]
    pub fn find_hashed(
        &self,
        hash: u64,
        identity: &Identity<A>,
        kind: Option<TranslationKind>,
    ) -> Option<Slot> {
        self.identities.find(hash, |slot| {
            let entry = self.slab.get(slot);
            kind.is_none_or(|kind| kind == entry.kind()) && entry.identity() == *identity
        })
    }

    /// Adds a live entry. There must be none of its identity and kind.
    ///
    /// `is_first` is whether its connection has no other entry yet.
    #[inline]
    pub fn start(&mut self, mut entry: Entry<A>, hashes: &Hashes, is_first: bool) -> Slot {
        self.live += 1;
        self.live_connections += u64::from(is_first);
        entry.set_parity(self.parity);
        if let (Some(ended), Some(id)) = (&mut self.ended_in_resync, entry.kernel_id()) {
            ended.remove(&(entry.identity(), id));
        }
        let slot = self.slab.insert(entry);
        let (slab, hashing) = (&self.slab, &self.hashing);
        self.identities.insert(hashes.identity, slot, |slot| {
            identity_hash(hashing, &slab.get(slot).identity())
        });
        self.link(slot, hashes);
        slot
    }

    /// Makes a live entry an ended one.
    #[inline]
    pub fn end(&mut self, slot: Slot, ended_at: Timed, learned_at: Timestamp) {
        let hash = identity_hash(&self.hashing, &self.slab.get(slot).identity());
        self.end_hashed(slot, hash, ended_at, learned_at);
    }

    /// Makes a live entry, whose identity has this hash, an ended one.
    #[inline]
    pub fn end_hashed(&mut self, slot: Slot, hash: u64, ended_at: Timed, learned_at: Timestamp) {
        let entry = self.slab.get_mut(slot);
        let (identity, kernel_id) = (entry.identity(), entry.kernel_id());
        let may_have_twin = entry.may_have_twin();
        entry.end(ended_at);
        self.identities.remove(hash, |found| found == slot);
        self.live -= 1;
        if !may_have_twin || self.find_hashed(hash, &identity, None).is_none() {
            self.live_connections -= 1;
        }
        self.note_end(identity, kernel_id);
        self.note_estimate(slot, ended_at.source);
        self.queue_ended(slot, learned_at);
    }

    /// Remembers an entry whose end was estimated, in case the kernel tells it late.
    pub fn note_estimate(&mut self, slot: Slot, source: TimeSource) {
        if source == TimeSource::Estimated {
            let entry = self.slab.get(slot);
            self.estimated
                .insert((entry.identity(), entry.kind()), slot);
        }
    }

    /// Expects the kernel to tell this end no more.
    fn forget_estimate(&mut self, slot: Slot) {
        if self.estimated.is_empty() {
            return;
        }
        let entry = self.slab.get(slot);
        let key = (entry.identity(), entry.kind());
        if self.estimated.get(&key) == Some(&slot) {
            self.estimated.remove(&key);
        }
    }

    /// When the ends of the ended ones were learned, in their order.
    pub fn learned_times(&self) -> impl Iterator<Item = Timestamp> + '_ {
        self.learned
            .iter()
            .flat_map(|(at, count)| std::iter::repeat_n(*at, *count))
    }

    /// Corrects an estimated end by what the kernel tells late. The time of receipt
    /// is no better than the estimate, which is not too early either.
    pub fn correct_end(&mut self, slot: Slot, ended_at: Timed) {
        self.forget_estimate(slot);
        if ended_at.source == TimeSource::Kernel {
            self.slab.get_mut(slot).end(ended_at);
        }
    }

    /// Adds an entry that was never seen alive.
    pub fn add_ended(
        &mut self,
        mut entry: Entry<A>,
        ended_at: Timed,
        learned_at: Timestamp,
    ) -> Slot {
        self.note_end(entry.identity(), entry.kernel_id());
        let hashes = self.hashes(&entry);
        entry.end(ended_at);
        let slot = self.slab.insert(entry);
        self.link(slot, &hashes);
        self.queue_ended(slot, learned_at);
        slot
    }

    pub(crate) fn note_end(&mut self, identity: Identity<A>, kernel_id: Option<KernelId>) {
        if let (Some(ended), Some(id)) = (&mut self.ended_in_resync, kernel_id) {
            ended.insert((identity, id));
        }
    }

    fn queue_ended(&mut self, slot: Slot, learned_at: Timestamp) {
        self.ended.push_back(slot);
        match self.learned.back_mut() {
            Some((at, count)) if *at == learned_at => *count += 1,
            _ => self.learned.push_back((learned_at, 1)),
        }
    }

    /// Forgets at most `budget` entries whose end was learned `keep` or longer
    /// before `now`; true when there are more.
    pub fn expire(&mut self, now: Timestamp, keep: Duration, budget: usize) -> bool {
        let mut due = 0;
        loop {
            if self.learned.front().is_some_and(|(at, _)| *at > now) {
                // The clock was set back. What it says now is all there is.
                for (at, _) in &mut self.learned {
                    *at = now.min(*at);
                }
            }
            let Some((at, count)) = self.learned.front_mut() else {
                break;
            };
            if due == budget || at.plus(keep) > now {
                break;
            }
            let taken = (*count).min(budget - due);
            due += taken;
            *count -= taken;
            if *count == 0 {
                self.learned.pop_front();
            }
        }
        self.touch_expiring(due);
        for slot in self.ended.drain(..due).collect::<Vec<_>>() {
            self.forget_estimate(slot);
            self.unlink(slot);
            self.slab.remove(slot);
        }
        due == budget
    }

    #[inline]
    fn link(&mut self, slot: Slot, hashes: &Hashes) {
        for (chains, hash) in self.chains.iter_mut().zip(hashes.roles) {
            chains.link(&mut self.slab, &self.hashing, slot, hash);
        }
        let (address, _) = self.slab.get(slot).roles().nat;
        *self.nat_addresses.entry(address).or_insert(0) += 1;
    }

    #[inline]
    fn unlink(&mut self, slot: Slot) {
        for chains in &mut self.chains {
            chains.unlink(&mut self.slab, &self.hashing, slot);
        }
        let (address, _) = self.slab.get(slot).roles().nat;
        if let Some(count) = self.nat_addresses.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                self.nat_addresses.remove(&address);
            }
        }
    }
}

#[inline]
pub fn identity_hash<A: Address>(hashing: &RandomState, identity: &Identity<A>) -> u64 {
    let [source, destination] = identity.addresses.map(Address::words);
    let mut hasher = hashing.build_hasher();
    hasher.write_u64(source[1] ^ destination[1].rotate_left(32));
    if size_of::<A>() > 4 {
        hasher.write_u64(source[0]);
        hasher.write_u64(destination[0]);
        hasher.write_u64(destination[1]);
    }
    let [first, second] = identity.ports.map(u64::from);
    hasher.write_u64(
        first | second << 16 | u64::from(identity.protocol) << 32 | u64::from(identity.zone) << 40,
    );
    hasher.finish()
}
