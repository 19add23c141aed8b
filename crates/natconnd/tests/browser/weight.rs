//! How many bytes came over the wire.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::browser::Browser;

/// What a page may weigh with all that belongs to it, in bytes.
pub const LIMIT: u64 = 100 * 1024;

impl Browser {
    /// Bytes of each resource that was loaded since this was last asked, heads
    /// included. What still comes, as events do, is not among them.
    pub fn loaded(&self) -> BTreeMap<String, u64> {
        let mut urls = BTreeMap::new();
        let mut loaded = BTreeMap::new();
        for entry in self.log("performance") {
            let message = entry["message"].as_str().expect("an entry has a message");
            let message: Value = serde_json::from_str(message).unwrap();
            let message = &message["message"];
            let parameters = &message["params"];
            let id = parameters["requestId"].to_string();
            match message["method"].as_str() {
                Some("Network.requestWillBeSent") => {
                    let url = parameters["request"]["url"].as_str();
                    urls.insert(id, url.unwrap_or_default().to_owned());
                }
                Some("Network.loadingFinished") => {
                    let url = urls.get(&id).cloned().unwrap_or_default();
                    let bytes = parameters["encodedDataLength"].as_f64();
                    // Where a test looks at a page more than once it is the same weight, whether
                    // the browser had kept the style sheet or not.
                    let weight: &mut u64 = loaded.entry(url).or_default();
                    *weight = (*weight).max(bytes.unwrap_or_default() as u64);
                }
                _ => {}
            }
        }
        loaded.retain(|url, _| url.starts_with("http"));
        loaded
    }

    /// Fails where the page that was opened weighs more than [`LIMIT`], or nothing.
    pub fn assert_light(&self, page: &str) {
        let loaded = self.loaded();
        let bytes: u64 = loaded.values().sum();
        assert!(
            (1..=LIMIT).contains(&bytes),
            "{page}: {bytes} bytes: {loaded:#?}"
        );
    }
}
