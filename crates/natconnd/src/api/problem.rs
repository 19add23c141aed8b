//! Why a request was refused.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a request was refused (RFC 9457, `application/problem+json`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the status says what kind of problem it is.
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    pub kind: String,
    /// The status in words.
    #[schema(example = "Bad Request")]
    pub title: String,
    /// The HTTP status, once more.
    #[schema(example = 400)]
    pub status: u16,
    /// What went wrong, for people.
    #[schema(example = "read parameter limit: \"0\" is no number from 1 to 10000")]
    pub detail: String,
    /// The parameter at fault, where it is a parameter's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "limit")]
    pub parameter: Option<String>,
    /// What was found, cut where it is long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "0")]
    pub found: Option<String>,
    /// What would have been right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "a number from 1 to 10000")]
    pub expected: Option<String>,
}
