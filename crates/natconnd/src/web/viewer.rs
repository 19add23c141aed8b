//! Who looks at a page: where they may go, and what they ask for.

use super::address::address;
use super::frame::Section;

/// Where what is asked for is said, changed and forgotten.
const PATH: &str = "/desk/purpose";

/// Whoever looks at a page.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Viewer {
    /// The name in the configuration, or where they come from.
    pub name: String,
    /// By what they are known: `token`.
    pub credential: &'static str,
    /// The places where they may go.
    pub sections: Vec<Section>,
    /// What they ask for.
    pub purpose: AskedFor,
}

impl Viewer {
    /// Whether they may go there.
    pub fn may(&self, section: Section) -> bool {
        self.sections.contains(&section)
    }

    /// The first of these places.
    pub fn home(&self) -> &'static str {
        self.sections
            .first()
            .copied()
            .unwrap_or(Section::Docs)
            .path()
    }
}

/// What is asked for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AskedFor {
    /// The case; empty where none is named.
    pub case: String,
    /// The reason; empty where none is given.
    pub reason: String,
    /// Whether the browser keeps both for other pages.
    pub is_kept: bool,
    /// Where the page is that shows it.
    pub here: String,
}

impl AskedFor {
    /// Whether nothing is said.
    pub const fn is_empty(&self) -> bool {
        self.case.is_empty() && self.reason.is_empty()
    }

    /// Where it is changed. What the browser does not keep has to go with the link.
    pub fn change(&self) -> String {
        let here = [("to", &*self.here)];
        match self.is_kept {
            true => address(PATH, &here),
            false => address(PATH, &[&here[..], &self.fields()].concat()),
        }
    }

    /// What other addresses need of it: nothing where the browser keeps it, else both as a
    /// part of a query.
    pub fn carried(&self) -> String {
        match self.is_kept {
            true => String::new(),
            false => self.query(),
        }
    }

    /// Both as a query has them; empty where nothing is said.
    pub fn query(&self) -> String {
        let mut query = address("", &self.fields());
        if !query.is_empty() {
            query.remove(0);
        }
        query
    }

    /// An address with what it needs of this.
    pub fn carried_to(&self, address: &str) -> String {
        let carried = self.carried();
        match (carried.is_empty(), address.contains('?')) {
            (true, _) => address.to_owned(),
            (false, true) => format!("{address}&{carried}"),
            (false, false) => format!("{address}?{carried}"),
        }
    }

    fn fields(&self) -> [(&'static str, &str); 2] {
        [("case", &self.case), ("reason", &self.reason)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_kept_goes_along() {
        let mut asked = AskedFor {
            case: "A&7".to_owned(),
            reason: "port scan".to_owned(),
            is_kept: true,
            here: "/live?q=:443".to_owned(),
        };
        assert_eq!(asked.change(), "/desk/purpose?to=/live%3Fq%3D:443");
        assert_eq!(asked.carried_to("/events"), "/events");
        asked.is_kept = false;
        let both = "case=A%267&reason=port+scan";
        assert_eq!(
            asked.change(),
            format!("/desk/purpose?to=/live%3Fq%3D:443&{both}")
        );
        assert_eq!(asked.carried_to("/events"), format!("/events?{both}"));
        assert_eq!(asked.carried_to("/e?a=1"), format!("/e?a=1&{both}"));
        assert_eq!(AskedFor::default().carried_to("/e?a=1"), "/e?a=1");
    }
}
