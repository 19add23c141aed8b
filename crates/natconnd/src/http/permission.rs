//! Which role a request needs.

use std::time::Duration;

use hyper::StatusCode;
use model::{Lookup, Period};

use super::problem::{Refused, problem};
use super::route::Route;
use crate::access::Caller;
use crate::amounts::span;
use crate::config::{Role, Roles};

impl Route {
    /// The roles of which a caller needs one to ask here at all; `None` where nobody needs
    /// any. Where it says both `lookup` and `browse`, the question decides, see [`role_of`].
    pub const fn roles(self) -> Option<Roles> {
        const LOOKUP: Roles = Roles::NONE.with(Role::Lookup);
        const BROWSE: Roles = Roles::NONE.with(Role::Browse);
        const METRICS: Roles = Roles::NONE.with(Role::Metrics);
        const ADMIN: Roles = Roles::NONE.with(Role::Admin);
        match self {
            Self::ForwardAuth => Some(LOOKUP),
            Self::Lookup | Self::Lookups | Self::DeskPage => Some(LOOKUP.and(BROWSE)),
            // As different as questions of the key, everything that lives and counters.
            Self::Pynatconnd => Some(Roles::LOOKING),
            Self::Connections
            | Self::Records
            | Self::Events
            | Self::Usage
            | Self::Ports
            | Self::LivePage
            | Self::HostPage
            | Self::PortsPage => Some(BROWSE),
            Self::Metrics | Self::History | Self::HistoryGaps | Self::HistoryExpired => {
                Some(METRICS)
            }
            Self::Status | Self::Health | Self::HealthPage => Some(Roles::ALL),
            Self::HistoryVerify
            | Self::HistoryHolds
            | Self::HistoryHold
            | Self::Audit
            | Self::AuditVerify => Some(ADMIN),
            Self::Healthz | Self::OpenApi | Self::DocsPage | Self::Asset | Self::Unknown => None,
        }
    }

    /// The role that everybody needs here; `None` where several will do, the question
    /// decides, or nobody needs any.
    pub(super) fn only_role(self) -> Option<Role> {
        let mut roles = self.roles()?.iter();
        roles.next().filter(|_| roles.next().is_none())
    }

    /// Whether its answers say who talked to whom, so that each is audited.
    pub const fn is_personal(self) -> bool {
        matches!(
            self,
            Self::Lookup
                | Self::Lookups
                | Self::ForwardAuth
                | Self::DeskPage
                | Self::Pynatconnd
                | Self::Connections
                | Self::Records
                | Self::Events
                | Self::Usage
                | Self::Ports
                | Self::LivePage
                | Self::HostPage
                | Self::PortsPage
                | Self::HistoryHolds
                | Self::HistoryHold
                | Self::Audit
        )
    }
}

/// The role that a question needs: `lookup` where it names one NAT port, as whoever has
/// something to complain about does, and `browse` where it does not.
pub(super) fn role_of(question: &Lookup) -> Role {
    match question.nat.port() {
        Some(_) => Role::Lookup,
        None => Role::Browse,
    }
}

/// Refuses what its caller has no role for, or gives the role.
pub(super) fn require(caller: &Caller, role: Role) -> Refused<Role> {
    if caller.roles.contains(role) {
        return Ok(role);
    }
    let detail = format!("ask this: it needs the role {role}");
    Err(problem(StatusCode::FORBIDDEN, detail))
}

/// Refuses a question about more time than its caller may ask about at once, tolerance
/// included.
pub(super) fn within_period(caller: &Caller, period: Period, tolerance: Duration) -> Refused<()> {
    let Some(longest) = caller.limits.longest_period else {
        return Ok(());
    };
    let length = period.to.since(period.from).saturating_add(tolerance * 2);
    if length <= longest {
        return Ok(());
    }
    let detail = format!(
        "ask this: it is about {}, tolerance included, and this caller may ask about {} at most",
        span(length),
        span(longest)
    );
    Err(problem(StatusCode::FORBIDDEN, detail))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const DOCUMENT: &str = include_str!("../../../../docs/access.md");

    /// The rows of the table of roles: paths, and what stands in the column of each role.
    fn rows() -> Vec<(Vec<&'static str>, Vec<&'static str>)> {
        let (_, rest) = DOCUMENT.split_once("<!-- roles: begin -->\n").unwrap();
        let (table, _) = rest.split_once("<!-- roles: end -->").unwrap();
        let rows = table.lines().skip(2).map(|row| {
            let mut cells = row.trim_matches('|').split(" |").map(str::trim);
            let paths = cells.next().unwrap().split('`').skip(1).step_by(2);
            (paths.collect(), cells.collect())
        });
        rows.collect()
    }

    #[test]
    fn the_document_says_who_may_ask_what() {
        let mut told = HashSet::new();
        for (paths, cells) in rows() {
            let needs_none = cells.contains(&"no role is needed");
            assert_eq!(cells.len(), 4, "{paths:?}");
            let roles = std::iter::zip(Role::ALL, &cells);
            let roles = roles.filter(|(_, cell)| !cell.is_empty());
            let roles: Roles = roles.map(|(role, _)| role).collect();
            for path in paths {
                let route = Route::of_path(path, false);
                let expected = (!needs_none).then_some(roles);
                assert_eq!(route.roles(), expected, "{path}");
                let is_by_question = cells[..2] == ["one NAT port", "all else"];
                let is_of_both = roles.iter().eq([Role::Lookup, Role::Browse]);
                assert_eq!(is_by_question, is_of_both, "{path}");
                told.insert(route);
            }
        }
        for route in Route::ALL {
            let is_elsewhere = matches!(route, Route::Unknown | Route::Pynatconnd);
            assert!(told.contains(route) || is_elsewhere, "{}", route.name());
        }
    }

    #[test]
    fn a_question_about_one_port_is_exact() {
        for (nat, role) in [
            ("192.0.2.1:7", Role::Lookup),
            (":7", Role::Lookup),
            ("192.0.2.0/24:7", Role::Lookup),
            ("[2001:db8::1]:7", Role::Lookup),
            ("192.0.2.1:7-8", Role::Browse),
            ("192.0.2.1", Role::Browse),
        ] {
            let question = Lookup {
                nat: nat.parse().unwrap(),
                ..Lookup::default()
            };
            assert_eq!(role_of(&question), role, "{nat}");
        }
        assert_eq!(role_of(&Lookup::default()), Role::Browse);
    }
}
