//! The documents, as pages: those of this very version, from inside the binary.
//!
//! `list` names them, by kind; `markdown` and `man` make HTML of them. What a document may
//! do on a page is what a page may: no HTML of its own, no style, nothing from elsewhere.

mod anchors;
mod list;
mod man;
mod markdown;

use askama::Template;

use super::Frame;
pub use list::{Document, Kind};

/// What is made of a document.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rendered {
    /// HTML without its frame, and safe.
    pub html: String,
    /// Its headings below the first: the way through it.
    pub headings: Vec<Heading>,
}

/// A heading that can be gone to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Heading {
    /// Its mark on the page.
    pub id: String,
    /// Its words.
    pub words: String,
}

/// A page with a document.
#[derive(Clone, Debug, Template)]
#[template(path = "docs.html")]
pub struct Docs {
    /// What is around it.
    pub frame: Frame,
    /// The document that is shown.
    pub document: &'static Document,
    rendered: Rendered,
}

impl Docs {
    /// The page of a document.
    pub fn new(frame: Frame, document: &'static Document) -> Self {
        Self {
            frame,
            document,
            rendered: document.render(),
        }
    }

    fn kinds(&self) -> impl Iterator<Item = Kind> {
        Kind::ALL.into_iter()
    }

    /// Whether a way through the document is worth its room.
    fn has_way(&self) -> bool {
        self.rendered.headings.len() > 2
    }
}
