//! The page that asks what is asked for.

use askama::Template;

use super::Frame;

/// A form for a case and a reason, which leads on to a page.
#[derive(Clone, Debug, Template)]
#[template(path = "purpose.html")]
pub struct PurposePage {
    /// What is around it.
    pub frame: Frame,
    /// The role that is not used without a reason, where that is why it is shown.
    pub role: Option<&'static str>,
    /// Where it leads.
    pub to: String,
    /// The case as it was typed.
    pub case: String,
    /// The reason as it was typed.
    pub reason: String,
    /// Why both cannot be kept.
    pub refused: Option<String>,
}
