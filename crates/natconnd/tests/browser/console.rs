//! What the browser complains of.

use serde_json::{Value, json};

use crate::browser::Browser;

impl Browser {
    /// What it has complained of since this was last asked: errors and warnings on the
    /// console, failed requests, breaches of the content security policy.
    pub fn complaints(&self) -> Vec<String> {
        let entries = self.log("browser");
        let words = entries.iter().filter_map(|entry| {
            let message = entry["message"].as_str()?;
            let is_of_the_browser = message.starts_with("chrome://");
            (!is_of_the_browser).then(|| format!("{}: {message}", entry["level"]))
        });
        words.collect()
    }

    /// Fails where it has complained of anything.
    pub fn assert_content(&self) {
        let complaints = self.complaints();
        assert!(complaints.is_empty(), "{}: {complaints:#?}", self.url());
    }

    /// Fails where a page that was opened is complained of, too wide or too heavy.
    pub fn assert_fit(&self, page: &str) {
        let complaints = self.complaints();
        assert!(complaints.is_empty(), "{page}: {complaints:#?}");
        assert_eq!(self.overhang(), 0, "{page} is wider than the screen");
        self.assert_light(page);
    }

    /// Forgets what it has noticed until now.
    pub fn forget(&self) {
        self.log("browser");
        self.log("performance");
    }

    /// What a log holds since it was last read.
    pub(crate) fn log(&self, name: &str) -> Vec<Value> {
        let log = self.session.post("se/log", &json!({ "type": name }));
        log.as_array().expect("a list of entries").clone()
    }
}
