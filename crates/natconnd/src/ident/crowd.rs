//! How many connections each peer has.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use parking_lot::Mutex;

/// Connections of one peer at once: a server asks once for each client that connects to
/// it, and may have many of them.
pub const OF_ONE_PEER: usize = 64;

/// The connections of all peers.
#[derive(Clone, Debug, Default)]
pub struct Crowd(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One connection's place in the crowd, for as long as it lives.
#[derive(Debug)]
pub struct Place {
    crowd: Crowd,
    peer: IpAddr,
}

impl Crowd {
    /// A place for one more connection; `None` where the peer has enough.
    pub fn join(&self, peer: IpAddr) -> Option<Place> {
        let peer = network(peer);
        let mut counts = self.0.lock();
        let count = counts.entry(peer).or_default();
        if *count >= OF_ONE_PEER {
            return None;
        }
        *count += 1;
        let crowd = self.clone();
        Some(Place { crowd, peer })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.crowd.0.lock();
        if let Some(count) = counts.get_mut(&self.peer) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.peer);
            }
        }
    }
}

/// Who has one address of an IPv6 network has 2^64 of them.
fn network(peer: IpAddr) -> IpAddr {
    match peer {
        IpAddr::V4(_) => peer,
        IpAddr::V6(address) => {
            let network = address.to_bits() >> 64 << 64;
            Ipv6Addr::from_bits(network).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_has_so_many_places_and_leaves_no_trace() {
        let crowd = Crowd::default();
        let join = |text: &str| crowd.join(text.parse().unwrap());
        let places: Vec<Place> = (0..OF_ONE_PEER)
            .map(|number| join(&format!("2001:db8::{number:x}")).unwrap())
            .collect();
        assert!(join("2001:db8::ffff").is_none());
        let other = join("2001:db8:0:1::1").unwrap();
        drop(places);
        drop(join("2001:db8::1").unwrap());
        drop(other);
        assert!(crowd.0.lock().is_empty());
    }
}
