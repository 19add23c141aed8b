//! What can be done where natconnd, or a proxy before it, says no.

use hyper::StatusCode;

use super::error::printable;
use super::hint;
use super::introduction::Shown;
use crate::api::Problem;

/// A refusal, as far as it says what can be done.
#[derive(Debug)]
pub(super) struct Refusal {
    /// The HTTP status.
    pub status: StatusCode,
    /// Why, where the answer says so as problem+json.
    pub problem: Option<Box<Problem>>,
    /// The beginning of the answer where it does not.
    pub text: String,
    /// When to ask again, in seconds.
    pub retry_after: Option<u32>,
    /// What was shown.
    pub shown: Shown,
}

impl Refusal {
    /// What can be done about it.
    pub fn hint(&self) -> Option<String> {
        if let Some(parameter) = self.problem.as_ref().and_then(|it| it.parameter.as_ref()) {
            let found = self.problem.as_ref()?.found.as_ref()?;
            return hint::for_refused(parameter, found).map(|hint| printable(&hint));
        }
        let hint = match self.status {
            StatusCode::UNAUTHORIZED if self.shown.token => {
                "it does not know this token: natconn token hash prints what a [caller.NAME] of \
                 its configuration must have"
            }
            StatusCode::UNAUTHORIZED => {
                "--token-file FILE, or the variable NATCONN_TOKEN, says which token to show"
            }
            StatusCode::FORBIDDEN => {
                "natconnd's configuration says who may ask what: allow and roles of the listener, \
                 roles of the caller"
            }
            StatusCode::NOT_FOUND if self.problem.is_none() => "does natconnd listen there?",
            StatusCode::MISDIRECTED_REQUEST => {
                "hosts in natconnd's configuration has the names by which it may be asked; its \
                 address always is one"
            }
            StatusCode::TOO_MANY_REQUESTS => {
                return Some(match self.retry_after {
                    Some(seconds) => format!("ask again in {seconds} s, or less at once"),
                    None => "ask again later, or less at once".to_owned(),
                });
            }
            StatusCode::SERVICE_UNAVAILABLE if self.is_about_audit() => {
                "natconnd answers nothing that it cannot write down first; natconn doctor on the \
                 gateway says what is wrong with its audit file"
            }
            _ => return None,
        };
        Some(hint.to_owned())
    }

    fn is_about_audit(&self) -> bool {
        let problem = self.problem.as_ref();
        problem.is_some_and(|problem| problem.detail.contains("audit"))
    }

    /// What is said behind the status.
    pub fn detail(&self) -> String {
        match (&self.problem, &*self.text) {
            (Some(problem), _) => format!(": {}", printable(&problem.detail)),
            (None, "") => String::new(),
            (None, text) => format!(": {text}"),
        }
    }
}
