//! How many connections each source has.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use super::source::Source;

/// The connections of all sources, of which each may have so many.
#[derive(Clone, Debug)]
pub struct Crowd {
    most: usize,
    counts: Arc<Mutex<HashMap<Source, usize, foldhash::fast::RandomState>>>,
}

/// One connection's place in the crowd, for as long as it lives.
#[derive(Debug)]
pub struct Place {
    crowd: Crowd,
    source: Source,
}

impl Crowd {
    /// An empty one, in which a source may have `most` connections at once.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            counts: Arc::default(),
        }
    }

    /// A place for one more connection; `None` where its source has enough.
    pub fn join(&self, source: Source) -> Option<Place> {
        let mut counts = self.counts.lock();
        let count = counts.entry(source).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        let crowd = self.clone();
        Some(Place { crowd, source })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.crowd.counts.lock();
        if let Some(count) = counts.get_mut(&self.source) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.source);
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
