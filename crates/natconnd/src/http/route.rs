//! The endpoints, and the paths they answer under.

/// What a request asks for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Route {
    /// `/api/v1/lookup`
    Lookup,
    /// `/api/v1/lookups`
    Lookups,
    /// `/api/v1/forward-auth`
    ForwardAuth,
    /// `/api/v1/connections`
    Connections,
    /// `/api/v1/records`
    Records,
    /// `/api/v1/events`
    Events,
    /// `/api/v1/status`
    Status,
    /// `/api/v1/health`
    Health,
    /// `/api/v1/usage`
    Usage,
    /// `/api/v1/ports`
    Ports,
    /// `/api/v1/history`
    History,
    /// `/api/v1/history/gaps`
    HistoryGaps,
    /// `/api/v1/history/verify`
    HistoryVerify,
    /// `/api/v1/history/expired`
    HistoryExpired,
    /// `/api/v1/history/holds`
    HistoryHolds,
    /// `/api/v1/history/holds/CASE`
    HistoryHold,
    /// `/api/v1/audit`
    Audit,
    /// `/api/v1/audit/verify`
    AuditVerify,
    /// `/healthz`
    Healthz,
    /// `/metrics`
    Metrics,
    /// `/openapi.json`
    OpenApi,
    /// `/`, `/desk` and what belongs to it
    DeskPage,
    /// `/live`
    LivePage,
    /// `/hosts/ADDR`
    HostPage,
    /// `/ports`
    PortsPage,
    /// `/health`
    HealthPage,
    /// `/docs` and its pages
    DocsPage,
    /// `/assets/NAME`
    Asset,
    /// pynatconnd's URLs, where they are switched on.
    Pynatconnd,
    /// Any other path.
    Unknown,
}

/// Endpoints whose requests take about as long.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Class {
    /// Who is, or was, behind one endpoint.
    Lookup,
    /// Many lookups, lists and files.
    List,
    /// What is looked at by people and by monitoring.
    Other,
}

impl Class {
    /// All classes, in the order of their declaration.
    pub const ALL: [Self; 3] = [Self::Lookup, Self::List, Self::Other];

    /// The word for it in the metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lookup => "lookup",
            Self::List => "list",
            Self::Other => "other",
        }
    }
}

impl Route {
    /// All endpoints, in the order of their declaration.
    pub const ALL: &'static [Self] = &[
        Self::Lookup,
        Self::Lookups,
        Self::ForwardAuth,
        Self::Connections,
        Self::Records,
        Self::Events,
        Self::Status,
        Self::Health,
        Self::Usage,
        Self::Ports,
        Self::History,
        Self::HistoryGaps,
        Self::HistoryVerify,
        Self::HistoryExpired,
        Self::HistoryHolds,
        Self::HistoryHold,
        Self::Audit,
        Self::AuditVerify,
        Self::Healthz,
        Self::Metrics,
        Self::OpenApi,
        Self::DeskPage,
        Self::LivePage,
        Self::HostPage,
        Self::PortsPage,
        Self::HealthPage,
        Self::DocsPage,
        Self::Asset,
        Self::Pynatconnd,
        Self::Unknown,
    ];

    /// The word for it in the metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lookup => "lookup",
            Self::Lookups => "lookups",
            Self::ForwardAuth => "forward-auth",
            Self::Connections => "connections",
            Self::Records => "records",
            Self::Events => "events",
            Self::Status => "status",
            Self::Health => "health",
            Self::Usage => "usage",
            Self::Ports => "ports",
            Self::History => "history",
            Self::HistoryGaps => "history-gaps",
            Self::HistoryVerify => "history-verify",
            Self::HistoryExpired => "history-expired",
            Self::HistoryHolds => "history-holds",
            Self::HistoryHold => "history-hold",
            Self::Audit => "audit",
            Self::AuditVerify => "audit-verify",
            Self::Healthz => "healthz",
            Self::Metrics => "metrics",
            Self::OpenApi => "openapi",
            Self::DeskPage => "desk-page",
            Self::LivePage => "live-page",
            Self::HostPage => "host-page",
            Self::PortsPage => "ports-page",
            Self::HealthPage => "health-page",
            Self::DocsPage => "docs-page",
            Self::Asset => "asset",
            Self::Pynatconnd => "pynatconnd",
            Self::Unknown => "unknown",
        }
    }

    /// Whether it is a page for people, or what one loads.
    pub(super) const fn is_page(self) -> bool {
        matches!(
            self,
            Self::DeskPage
                | Self::LivePage
                | Self::HostPage
                | Self::PortsPage
                | Self::HealthPage
                | Self::DocsPage
                | Self::Asset
        )
    }

    /// The class whose durations it counts for; `None` where a response is a stream
    /// without end.
    pub const fn class(self) -> Option<Class> {
        match self {
            Self::Lookup | Self::ForwardAuth | Self::Pynatconnd => Some(Class::Lookup),
            Self::Lookups | Self::Connections | Self::Records | Self::Usage | Self::Ports => {
                Some(Class::List)
            }
            Self::Events => None,
            _ => Some(Class::Other),
        }
    }

    /// The methods that it answers, as the header `Allow` has them.
    pub(super) const fn methods(self) -> &'static str {
        match self {
            Self::Lookups => "POST",
            Self::HistoryHold => "PUT, DELETE",
            Self::DeskPage => "GET, HEAD, POST",
            _ => "GET, HEAD",
        }
    }

    /// The endpoint under a path.
    ///
    /// In pynatconnd mode that program's URLs are every path but those of the
    /// API, because it answered every other path too, if only with its own
    /// kind of 404.
    pub(super) fn of_path(path: &str, pynatconnd: bool) -> Self {
        match path {
            "/api/v1/lookup" => Self::Lookup,
            "/api/v1/lookups" => Self::Lookups,
            "/api/v1/forward-auth" => Self::ForwardAuth,
            "/api/v1/connections" => Self::Connections,
            "/api/v1/records" => Self::Records,
            "/api/v1/events" => Self::Events,
            "/api/v1/status" => Self::Status,
            "/api/v1/health" => Self::Health,
            "/api/v1/usage" => Self::Usage,
            "/api/v1/ports" => Self::Ports,
            "/api/v1/history" => Self::History,
            "/api/v1/history/gaps" => Self::HistoryGaps,
            "/api/v1/history/verify" => Self::HistoryVerify,
            "/api/v1/history/expired" => Self::HistoryExpired,
            "/api/v1/history/holds" => Self::HistoryHolds,
            _ if path.starts_with("/api/v1/history/holds/") => Self::HistoryHold,
            "/api/v1/audit" => Self::Audit,
            "/api/v1/audit/verify" => Self::AuditVerify,
            "/healthz" => Self::Healthz,
            "/metrics" => Self::Metrics,
            "/openapi.json" => Self::OpenApi,
            "/desk" | "/desk/report" | "/desk/answers" | "/desk/purpose" => Self::DeskPage,
            "/live" => Self::LivePage,
            _ if path.starts_with("/hosts/") => Self::HostPage,
            "/ports" | "/ports/picture.png" => Self::PortsPage,
            "/health" => Self::HealthPage,
            "/docs" => Self::DocsPage,
            _ if path.starts_with("/docs/") => Self::DocsPage,
            _ if path.starts_with("/assets/") => Self::Asset,
            _ if pynatconnd => Self::Pynatconnd,
            "/" => Self::DeskPage,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_all_is_that_of_the_declaration() {
        for (index, route) in Route::ALL.iter().copied().enumerate() {
            assert_eq!(route as usize, index);
        }
        for (index, class) in Class::ALL.into_iter().enumerate() {
            assert_eq!(class as usize, index);
        }
    }

    #[test]
    fn pynatconnd_takes_what_the_api_leaves() {
        assert_eq!(Route::of_path("/", false), Route::DeskPage);
        assert_eq!(Route::of_path("/nope", false), Route::Unknown);
        assert_eq!(Route::of_path("/", true), Route::Pynatconnd);
        assert_eq!(Route::of_path("/nope", true), Route::Pynatconnd);
        assert_eq!(Route::of_path("/metrics", true), Route::Metrics);
    }
}
