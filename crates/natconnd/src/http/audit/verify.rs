//! `/api/v1/audit/verify`: reads every line, and says whether the audit is whole.

use std::sync::Arc;

use audit::{Head, Report};
use hyper::{Response, StatusCode};

use super::super::body::Body;
use super::super::problem::{Refused, bad_value, problem};
use super::super::query;
use super::super::response::{JSON, ok};
use super::super::state::State;
use super::open;
use crate::api::{AuditFinding, AuditReport};

/// The parameters.
pub(in super::super) const PARAMETERS: &[&str] = &["head"];

pub(in super::super) async fn respond(
    state: &Arc<State>,
    query: Option<&str>,
) -> Refused<Response<Body>> {
    let anchor = read(query)?;
    let trail = open(state)?;
    // One at a time: it reads all there is. The semaphore is never closed.
    let permit = state.verifications.acquire().await.ok();
    let verify = move || audit::verify(trail.folder(), anchor);
    let verified = tokio::task::spawn_blocking(verify).await;
    drop(permit);
    let failed = |cause: String| {
        let detail = format!("verify the audit: {cause}");
        problem(StatusCode::INTERNAL_SERVER_ERROR, detail)
    };
    let report = verified
        .map_err(|_| failed("it broke off, see the log".to_owned()))?
        .map_err(|error| failed(error.to_string()))?;
    let json = serde_json::to_vec(&as_told(report)).map_err(|error| failed(error.to_string()))?;
    Ok(ok(JSON, json))
}

pub(in super::super) fn read(query: Option<&str>) -> Refused<Option<Head>> {
    let mut anchor = None;
    query::read(query, PARAMETERS, |name, value| {
        let head = value.parse().map_err(|error| {
            let expected = "SEQUENCE:HASH, as the log and an earlier report have it";
            bad_value(name, value, error, expected)
        })?;
        anchor = Some(head);
        Ok(())
    })?;
    Ok(anchor)
}

fn as_told(report: Report) -> AuditReport {
    AuditReport {
        whole: report.is_whole(),
        files: report.files,
        lines: report.lines,
        bytes: report.bytes,
        first: report.first.map(|span| span.head.to_string()),
        last: report.last.map(|span| span.head.to_string()),
        findings: report
            .findings
            .into_iter()
            .map(|finding| AuditFinding {
                file: finding.file,
                line: finding.line,
                fault: finding.fault.to_string(),
            })
            .collect(),
        more_findings: report.more_findings,
        notes: report.notes,
    }
}
