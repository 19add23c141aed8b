//! What pages load besides themselves.
//!
//! Embedded, so that there is nothing to install. An address changes with its content and
//! can be kept by browsers for ever.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

/// A file that pages load.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asset {
    /// The style sheet.
    Style,
    /// The icon.
    Icon,
    /// The script that follows connections.
    Live,
}

impl Asset {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Style, Self::Icon, Self::Live];

    /// The one with this file name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|asset| asset.name() == name)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Style => "style.css",
            Self::Icon => "icon.svg",
            Self::Live => "live.js",
        }
    }

    /// Its content type.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Style => "text/css; charset=utf-8",
            Self::Icon => "image/svg+xml",
            Self::Live => "text/javascript; charset=utf-8",
        }
    }

    /// What is in it.
    pub const fn content(self) -> &'static [u8] {
        match self {
            Self::Style => include_bytes!("../../assets/style.css"),
            Self::Icon => include_bytes!("../../assets/icon.svg"),
            Self::Live => include_bytes!("../../assets/live.js"),
        }
    }

    /// Where it is, with a mark of its content.
    pub fn address(self) -> &'static str {
        static ADDRESSES: LazyLock<Vec<String>> = LazyLock::new(|| {
            let address = |asset: Asset| {
                let mut hasher = DefaultHasher::new();
                asset.content().hash(&mut hasher);
                format!("/assets/{}?v={:016x}", asset.name(), hasher.finish())
            };
            Asset::ALL.map(address).into()
        });
        &ADDRESSES[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_by_its_name() {
        for (index, asset) in Asset::ALL.into_iter().enumerate() {
            assert_eq!(asset as usize, index);
            assert_eq!(Asset::named(asset.name()), Some(asset));
            assert!(asset.address().contains(asset.name()));
            assert!(!asset.content().is_empty());
        }
        assert_eq!(Asset::named("nope.css"), None);
    }
}
