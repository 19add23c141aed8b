//! The page of a request that cannot be answered.

use askama::Template;

use super::Frame;

/// Why there is no page.
#[derive(Clone, Debug, Template)]
#[template(path = "trouble.html")]
pub struct Trouble {
    /// What is around it.
    pub frame: Frame,
    /// Its heading.
    pub title: &'static str,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub hint: Option<String>,
}
