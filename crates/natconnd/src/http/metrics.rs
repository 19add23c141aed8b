//! `/metrics`: what monitoring reads.
//!
//! In OpenMetrics text, and in the older text of Prometheus for those who accept text
//! and do not speak OpenMetrics: browsers, `promtool check metrics`, old agents.

use std::sync::Arc;

use hyper::header::{ACCEPT, HeaderMap};
use hyper::{Response, StatusCode};

use super::body::Body;
use super::problem::{problem, to_response};
use super::response::{METRICS, PLAIN_METRICS, ok};
use super::state::State;

/// Renders where blocking is allowed, because the kernel is asked and files are read;
/// one request after the other.
pub(super) async fn respond(state: Arc<State>, is_plain: bool) -> Response<Body> {
    let rendered = async {
        let _permit = state.scrapes.acquire().await.ok()?;
        let render = Arc::clone(&state.render_metrics);
        tokio::task::spawn_blocking(move || render()).await.ok()
    };
    match rendered.await {
        Some(text) if is_plain => ok(PLAIN_METRICS, plain(&text)),
        Some(text) => ok(METRICS, text),
        None => {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            to_response(&problem(status, "render the metrics: it broke off"))
        }
    }
}

/// Whether a client wants the older text.
pub(super) fn wants_plain(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT).iter();
    let texts: Vec<&str> = values.filter_map(|value| value.to_str().ok()).collect();
    let names = |kind: &str| texts.iter().any(|text| text.contains(kind));
    !names("application/openmetrics-text") && (names("text/plain") || names("text/html"))
}

/// The same metrics in Prometheus' own text, version 0.0.4: it describes a counter under
/// the name of its samples, and knows neither units nor `info`.
fn plain(text: &str) -> String {
    let mut lines = text.lines().peekable();
    let mut plain = String::with_capacity(text.len());
    while let Some(line) = lines.next() {
        let Some(described) = line.strip_prefix("# HELP ") else {
            if !line.starts_with('#') {
                plain.push_str(line);
                plain.push('\n');
            }
            continue;
        };
        let (name, help) = described.split_once(' ').unwrap_or((described, ""));
        let kind = lines.next_if(|line| line.starts_with("# TYPE "));
        let kind = kind.and_then(|line| line.rsplit(' ').next());
        let (ending, kind) = match kind.unwrap_or("untyped") {
            "counter" => ("_total", "counter"),
            "info" => ("_info", "gauge"),
            kind => ("", kind),
        };
        plain += &format!("# HELP {name}{ending} {help}\n# TYPE {name}{ending} {kind}\n");
    }
    plain
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    #[test]
    fn who_does_not_ask_for_open_metrics_and_reads_text_gets_plain_text() {
        let wants = |accept: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in accept {
                headers.append(ACCEPT, HeaderValue::from_static(value));
            }
            wants_plain(&headers)
        };
        assert!(!wants(&[]));
        assert!(!wants(&["*/*"]));
        assert!(wants(&["text/html,application/xhtml+xml,*/*;q=0.8"]));
        assert!(wants(&["text/plain;version=0.0.4"]));
        let prometheus =
            "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5";
        assert!(!wants(&[prometheus]));
        assert!(!wants(&["application/openmetrics-text", "text/plain"]));
    }

    #[test]
    fn plain_text_describes_samples_by_their_own_names() {
        let text = "# HELP a_b Version of it\n# TYPE a_b info\na_b_info{v=\"1\"} 1\n\
                    # HELP a_n_seconds Time\n# TYPE a_n_seconds counter\n\
                    # UNIT a_n_seconds seconds\na_n_seconds_total 1.5\n\
                    # HELP a_g How many\n# TYPE a_g gauge\na_g 2.0\n# EOF\n";
        let expected = "# HELP a_b_info Version of it\n# TYPE a_b_info gauge\na_b_info{v=\"1\"} 1\n\
                        # HELP a_n_seconds_total Time\n# TYPE a_n_seconds_total counter\n\
                        a_n_seconds_total 1.5\n\
                        # HELP a_g How many\n# TYPE a_g gauge\na_g 2.0\n";
        assert_eq!(plain(text), expected);
    }
}
