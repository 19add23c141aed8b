//! How much each has of what many want.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use parking_lot::Mutex;

use super::source::Source;

/// What many have of something, of which each may have so many: the connections of all
/// sources, mostly.
#[derive(Clone, Debug)]
pub struct Crowd<W: Clone + Eq + Hash = Source> {
    most: usize,
    counts: Counts<W>,
}

type Counts<W> = Arc<Mutex<HashMap<W, usize, foldhash::fast::RandomState>>>;

/// One's place in the crowd, for as long as it lives.
#[derive(Debug)]
pub struct Place<W: Clone + Eq + Hash = Source> {
    crowd: Crowd<W>,
    who: W,
}

impl<W: Clone + Eq + Hash> Crowd<W> {
    /// An empty one, in which each may have `most` places at once.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            counts: Arc::default(),
        }
    }

    /// One more place; `None` where who asks for it has enough.
    pub fn join(&self, who: W) -> Option<Place<W>> {
        let mut counts = self.counts.lock();
        let count = counts.entry(who.clone()).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        let crowd = self.clone();
        Some(Place { crowd, who })
    }
}

impl<W: Clone + Eq + Hash> Drop for Place<W> {
    fn drop(&mut self) {
        let mut counts = self.crowd.counts.lock();
        if let Some(count) = counts.get_mut(&self.who) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.who);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    #[test]
    fn a_source_has_so_many_places_and_leaves_no_trace() {
        let crowd = Crowd::new(3);
        let join = |text: &str| crowd.join(text.parse::<IpAddr>().unwrap().into());
        let places: Vec<Place> = (0..3)
            .map(|number| join(&format!("2001:db8::{number:x}")).unwrap())
            .collect();
        assert!(join("2001:db8::ffff").is_none());
        let other = join("2001:db8:0:1::1").unwrap();
        drop(places);
        drop(join("2001:db8::1").unwrap());
        drop(other);
        assert!(crowd.counts.lock().is_empty());
    }
}
