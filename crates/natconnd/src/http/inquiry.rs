//! One request: by whom, what for, and under which role.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use hyper::header::{COOKIE, HeaderMap};
use hyper::{Request, StatusCode, Uri};
use model::{Lookup, Period};

use super::permission;
use super::problem::{Refused, problem};
use super::query::{Plus, decode};
use super::route::Route;
use crate::access::{Caller, Turn};
use crate::config::Role;

/// The header with the case that a question belongs to.
pub(super) const CASE: &str = "natconn-case";

/// The header with the reason for a question.
pub(super) const REASON: &str = "natconn-reason";

/// The cookie in which pages keep both, as a query has them.
pub(super) const COOKIE_NAME: &str = "natconn-purpose";

/// The longest case, in characters.
const LONGEST_CASE: usize = 100;

/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// What a question is asked for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Purpose {
    /// The case that it belongs to; empty where none is named.
    pub case: String,
    /// Why it is asked; empty where nothing is said.
    pub reason: String,
}

/// A request that may be answered, as far as its endpoint tells.
#[derive(Clone, Debug)]
pub(super) struct Inquiry {
    pub caller: Arc<Caller>,
    pub purpose: Purpose,
    /// Held until there is a response, and until the end of one that takes long.
    pub turn: Option<Arc<Turn>>,
}

impl Inquiry {
    /// Refuses a question that its caller may not ask, or not without a reason; gives the role
    /// that it is asked with. `when` are the time that it is about and its tolerance, `None`
    /// for this moment.
    pub fn permit(&self, question: &Lookup, when: Option<(Period, Duration)>) -> Refused<Role> {
        let role = self.require(permission::role_of(question))?;
        if let Some((period, tolerance)) = when {
            self.within_period(period, tolerance)?;
        }
        Ok(role)
    }

    /// Refuses whoever may ask neither exact questions nor others, or none without a reason.
    pub fn permit_any(&self) -> Refused<()> {
        match self.require(Role::Lookup) {
            Ok(_) => Ok(()),
            Err(_) if self.caller.roles.contains(Role::Browse) => {
                self.require(Role::Browse).map(drop)
            }
            Err(problem) => Err(problem),
        }
    }

    /// Refuses what is about more time than its caller may ask about.
    pub fn within_period(&self, period: Period, tolerance: Duration) -> Refused<()> {
        permission::within_period(&self.caller, period, tolerance)
    }

    /// Refuses what needs a role that its caller has not, or a reason that is not given.
    pub fn require(&self, role: Role) -> Refused<Role> {
        permission::require(&self.caller, role)?;
        self.require_reason(role)
    }

    /// Whether it is only for want of a reason that its caller may not use a role.
    pub fn lacks_reason(&self, role: Role) -> bool {
        self.caller.roles.contains(role)
            && self.caller.needs_reason.contains(role)
            && self.purpose.reason.is_empty()
    }

    fn require_reason(&self, role: Role) -> Refused<Role> {
        if !self.lacks_reason(role) {
            return Ok(role);
        }
        let detail = format!(
            "ask this: with the role {role} a reason must be given; hint: `natconn --reason TEXT`, \
             the header Natconn-Reason, or the parameter reason"
        );
        Err(problem(StatusCode::FORBIDDEN, detail))
    }
}

impl Purpose {
    /// That of a request. A proxy passes on what its clients say, and has none of its own.
    pub fn of<B>(route: Route, request: &Request<B>) -> Refused<Self> {
        match route {
            Route::ForwardAuth => Ok(Self::default()),
            // What is looked for in the audit is called the same.
            Route::Audit => Self::read(request.headers(), None),
            _ => Self::read(request.headers(), request.uri().query()),
        }
    }

    /// Reads it from headers, from parameters, or from the cookie; the first that says
    /// something counts, for each of the two.
    pub fn read(headers: &HeaderMap, query: Option<&str>) -> Refused<Self> {
        let mut purpose = Self::of_cookie(headers);
        if let Some(query) = query.filter(|query| has_purpose(query)) {
            purpose.take(query, Plus::IsSpace)?;
        }
        for (name, slot, longest) in [
            (CASE, &mut purpose.case, LONGEST_CASE),
            (REASON, &mut purpose.reason, LONGEST_REASON),
        ] {
            if let Some(value) = headers.get(name) {
                let text = str::from_utf8(value.as_bytes()).ok();
                let text = text.and_then(|text| decode(text, Plus::IsPlus));
                *slot = bounded(name, text, longest)?;
            }
        }
        Ok(purpose)
    }

    /// What the cookie of the pages says. One that cannot be read says nothing: nobody sees
    /// it who could mend it, and pages write a new one.
    pub fn of_cookie(headers: &HeaderMap) -> Self {
        let mut purpose = Self::default();
        match cookie(headers).map(|text| purpose.take(text, Plus::IsSpace)) {
            Some(Ok(())) => purpose,
            Some(Err(_)) | None => Self::default(),
        }
    }

    /// Whether nothing is said.
    pub const fn is_empty(&self) -> bool {
        self.case.is_empty() && self.reason.is_empty()
    }

    /// Takes the fields of a form that are its own; one that is empty says that there is
    /// nothing to say any more.
    pub fn take_fields(&mut self, fields: &[(String, String)]) -> Refused<()> {
        for (name, value) in fields {
            match &**name {
                "case" => self.case = bounded_text(name, value, LONGEST_CASE)?,
                "reason" => self.reason = bounded_text(name, value, LONGEST_REASON)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Takes the pairs of a query that are its own.
    pub fn take(&mut self, query: &str, plus: Plus) -> Refused<()> {
        for pair in query.split('&') {
            let Some((name, value)) = pair.split_once('=') else {
                continue;
            };
            match name {
                "case" => self.case = bounded(name, decode(value, plus), LONGEST_CASE)?,
                "reason" => self.reason = bounded(name, decode(value, plus), LONGEST_REASON)?,
                _ => {}
            }
        }
        Ok(())
    }
}

fn bounded_text(name: &str, text: &str, longest: usize) -> Refused<String> {
    bounded(name, Some(Cow::Borrowed(text)), longest)
}

fn bounded(name: &str, text: Option<Cow<'_, str>>, longest: usize) -> Refused<String> {
    let Some(text) = text else {
        let detail = format!("read {name}: it is not percent-encoded UTF-8");
        return Err(problem(StatusCode::BAD_REQUEST, detail));
    };
    if text.chars().count() > longest {
        let detail = format!("read {name}: it is longer than {longest} characters");
        return Err(problem(StatusCode::BAD_REQUEST, detail));
    }
    Ok(text.trim().to_owned())
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let mut cookies = headers.get_all(COOKIE).iter();
    cookies.find_map(|line| {
        let mut pairs = line.to_str().ok()?.split(';');
        pairs.find_map(|pair| pair.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('='))
    })
}

fn is_purpose(pair: &str) -> bool {
    pair.starts_with("case=") || pair.starts_with("reason=")
}

fn has_purpose(query: &str) -> bool {
    query.split('&').any(is_purpose)
}

/// The address without what says the purpose, which is no part of the question; `None` where
/// nothing of it does.
pub(super) fn without_purpose(uri: &Uri) -> Option<Uri> {
    let query = uri.query().filter(|query| has_purpose(query))?;
    let rest: Vec<&str> = query.split('&').filter(|pair| !is_purpose(pair)).collect();
    let target = match rest.is_empty() {
        true => uri.path().to_owned(),
        false => format!("{}?{}", uri.path(), rest.join("&")),
    };
    target.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn a_purpose_is_read_wherever_it_is_said() {
        let none = Purpose::read(&headers(&[]), Some("nat=:1")).unwrap();
        assert_eq!(none, Purpose::default());
        let read = |pairs: &[_], query| Purpose::read(&headers(pairs), query).unwrap();
        let of_headers = read(
            &[(CASE, "A-7"), (REASON, "port%20scan%2C K%C3%B6ln + 1")],
            Some("reason=other"),
        );
        assert_eq!(
            (&*of_headers.case, &*of_headers.reason),
            ("A-7", "port scan, Köln + 1")
        );
        let of_query = read(&[], Some("nat=:1&reason=a+b&case=%41"));
        assert_eq!((&*of_query.case, &*of_query.reason), ("A", "a b"));
        let of_cookie = read(
            &[("cookie", "a=b; natconn-purpose=case=C&reason=why%3F; z=1")],
            Some("reason=now"),
        );
        assert_eq!((&*of_cookie.case, &*of_cookie.reason), ("C", "now"));
    }

    #[test]
    fn a_cookie_that_cannot_be_read_says_nothing() {
        for cookie in ["case=%ff", "reason=%", &format!("case={}", "a".repeat(101))] {
            let headers = headers(&[("cookie", &format!("natconn-purpose={cookie}&reason=x"))]);
            let read = Purpose::read(&headers, Some("case=7")).unwrap();
            assert_eq!((&*read.case, &*read.reason), ("7", ""), "{cookie}");
        }
    }

    #[test]
    fn a_field_that_was_emptied_says_nothing_any_more() {
        let mut purpose = Purpose {
            case: "A".to_owned(),
            reason: "spam".to_owned(),
        };
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        purpose.take_fields(&[field("text", "x")]).unwrap();
        assert_eq!(purpose.reason, "spam");
        let emptied = [field("case", " B "), field("reason", " ")];
        purpose.take_fields(&emptied).unwrap();
        assert_eq!((&*purpose.case, &*purpose.reason), ("B", ""));
    }

    #[test]
    fn what_is_too_long_or_broken_is_refused() {
        for query in [
            format!("reason={}", "a".repeat(501)),
            format!("case={}", "a".repeat(101)),
            "reason=%ff".to_owned(),
        ] {
            let refused = Purpose::read(&headers(&[]), Some(&query)).unwrap_err();
            assert_eq!(refused.status, 400, "{query}");
        }
    }

    #[test]
    fn the_question_does_not_have_the_purpose() {
        let without = |text: &str| without_purpose(&text.parse().unwrap()).map(|it| it.to_string());
        assert_eq!(without("/a?nat=:1&limit=5"), None);
        assert_eq!(without("/a"), None);
        assert_eq!(
            without("/a?case=1&nat=:1&reason=x&limit=5").unwrap(),
            "/a?nat=:1&limit=5"
        );
        assert_eq!(without("/a?reason=x").unwrap(), "/a");
    }
}
