//! `/openapi.json`: the API, described.
//!
//! The endpoints and their parameters are declared in `paths`, for this
//! document only; the types are those of [`crate::api`]. A test holds the
//! declarations to what the endpoints really read.

mod forward_auth;
mod history;
mod lookups;
mod parameters;
mod paths;
mod usage;

use std::sync::LazyLock;

use utoipa::OpenApi as _;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "natconnd",
        description = "Which internal host is behind a NAT endpoint of this gateway?\n\n\
            Answers are lists, because one NAT endpoint can serve several hosts at once for \
            different remote endpoints, and they say how complete the data behind them is. \
            \"Nothing found\" is an answer, not an error. Errors are problem details (RFC 9457). \
            A peer outside the allow list gets 403 with `Forbidden` as `text/html` from every \
            path. Every endpoint answers HEAD as it answers GET.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    paths(
        paths::lookup,
        lookups::lookups,
        forward_auth::forward_auth,
        paths::connections,
        paths::records,
        paths::events,
        paths::status,
        paths::health,
        usage::usage,
        usage::ports,
        history::history,
        history::gaps,
        history::verify,
        history::expired,
        history::holds,
        history::hold,
        history::release,
        paths::healthz,
        paths::metrics,
        paths::openapi_json,
    ),
    components(schemas(
        crate::api::LineAnswer,
        crate::api::Row,
        crate::api::Change,
        crate::api::Problem,
        paths::Missed
    ))
)]
struct Document;

/// The OpenAPI document, as `/openapi.json` gives it.
pub fn openapi() -> &'static str {
    static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
        let mut text = Document::openapi()
            .to_pretty_json()
            .expect("the document has no map with other keys than strings");
        text.push('\n');
        text
    });
    &DOCUMENT
}

#[cfg(test)]
mod tests {
    use super::super::{
        connections, events, forward_auth, history, lookup, lookups, records, usage,
    };
    use serde_json::Value;

    fn parameters(path: &str) -> Vec<String> {
        let document: Value = serde_json::from_str(super::openapi()).unwrap();
        let item = &document["paths"][path];
        let asked = item["get"].as_object().or(item["post"].as_object());
        let declared = asked.unwrap()["parameters"].as_array();
        let mut names: Vec<String> = declared
            .unwrap_or_else(|| panic!("{path} is in the document and has parameters"))
            .iter()
            .filter(|parameter| parameter["in"] == "query")
            .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    }

    fn sorted(names: &[&str]) -> Vec<String> {
        let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_document_names_the_parameters_that_are_read() {
        assert_eq!(parameters("/api/v1/lookup"), sorted(lookup::PARAMETERS));
        assert_eq!(parameters("/api/v1/lookups"), sorted(lookups::PARAMETERS));
        let asked = sorted(forward_auth::PARAMETERS);
        assert_eq!(parameters("/api/v1/forward-auth"), asked);
        let listed = sorted(connections::PARAMETERS);
        assert_eq!(parameters("/api/v1/connections"), listed);
        assert_eq!(parameters("/api/v1/records"), sorted(records::PARAMETERS));
        assert_eq!(parameters("/api/v1/events"), sorted(events::PARAMETERS));
        assert_eq!(parameters("/api/v1/usage"), sorted(usage::PARAMETERS));
        let ports = sorted(usage::PORTS_PARAMETERS);
        assert_eq!(parameters("/api/v1/ports"), ports);
        let gaps = sorted(history::GAPS_PARAMETERS);
        assert_eq!(parameters("/api/v1/history/gaps"), gaps);
    }

    #[test]
    fn the_document_names_paths_that_exist() {
        use super::super::route::Route;
        let document: Value = serde_json::from_str(super::openapi()).unwrap();
        let paths = document["paths"].as_object().unwrap();
        assert_eq!(paths.len(), 19);
        for (path, item) in paths {
            assert_ne!(Route::of_path(path, false), Route::Unknown, "{path}");
            let forbidden = &item["get"]["responses"]["403"];
            let is_asked = item["get"].is_object();
            assert_eq!(
                forbidden["content"]["text/html"].is_object(),
                is_asked,
                "{path}"
            );
        }
    }
}
