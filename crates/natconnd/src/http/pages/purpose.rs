//! `/desk/purpose`: what is asked for, said once and kept by the browser.
//!
//! It is shown instead of a page that needs a reason, and leads there. What was said stands
//! in a cookie, which goes with every request of the same browser until that is closed.

use hyper::body::Incoming;
use hyper::header::{HeaderValue, LOCATION, SET_COOKIE};
use hyper::{Method, Request, Response, StatusCode, Uri};

use super::super::body::Body;
use super::super::coding;
use super::super::inquiry::{COOKIE_NAME, Purpose};
use super::super::problem::{Refused, problem};
use super::super::route::Route;
use super::super::state::State;
use super::visit::Visit;
use super::{form, page, page_of, trouble};
use crate::config::Role;
use crate::web::{AskedFor, PurposePage, Section};

/// The longest cookie, name and all: browsers keep none that has more than 4096 bytes.
const LONGEST_COOKIE: usize = 4000;

/// Where it leads to where nobody says, or says what is no page.
const USUAL: &str = "/desk";

/// The form, or where it leads to once it is filled in.
pub(super) async fn respond(
    state: &State,
    visit: &Visit,
    request: Request<Incoming>,
) -> Response<Body> {
    let (head, body) = request.into_parts();
    let fields = match head.method {
        Method::POST => match coding::check(&head.headers) {
            Ok(()) => form::read(body, state.limits.body_timeout).await,
            Err(problem) => Err(problem),
        },
        _ => form::fields(head.uri.query().unwrap_or_default()),
    };
    let fields = match fields {
        Ok(fields) => fields,
        Err(problem) => return trouble(state, visit, Section::Desk, &problem),
    };
    let field = |name: &str| {
        let mut found = fields.iter().filter(|(known, _)| known == name);
        found.next().map(|(_, value)| &**value)
    };
    let to = page_at(field("to").unwrap_or_default());
    if head.method != Method::POST {
        return page(StatusCode::OK, &shown(state, visit, to));
    }
    let kept = match field("forget") {
        Some(_) => Ok(Purpose::default()),
        None => said(&fields),
    };
    match kept.and_then(|kept| cookie(visit, &kept)) {
        Ok(cookie) => lead_on(to, cookie),
        Err(problem) => {
            let refused = PurposePage {
                case: field("case").unwrap_or_default().to_owned(),
                reason: field("reason").unwrap_or_default().to_owned(),
                refused: Some(problem.detail.clone()),
                ..shown(state, visit, to)
            };
            page(StatusCode::BAD_REQUEST, &refused)
        }
    }
}

/// What a page gets that is not shown with this role for want of a reason.
pub(super) fn ask(state: &State, visit: &Visit, role: Role) -> Response<Body> {
    let asked = PurposePage {
        role: Some(role.name()),
        ..shown(state, visit, page_at(&visit.here))
    };
    page(StatusCode::FORBIDDEN, &asked)
}

fn shown(state: &State, visit: &Visit, to: &str) -> PurposePage {
    let frame = visit.frame(state, Section::Desk);
    let AskedFor { case, reason, .. } = frame.viewer.purpose.clone();
    PurposePage {
        frame,
        role: None,
        to: to.to_owned(),
        case,
        reason,
        refused: None,
    }
}

fn said(fields: &[(String, String)]) -> Refused<Purpose> {
    let mut purpose = Purpose::default();
    purpose.take_fields(fields)?;
    if purpose.reason.is_empty() {
        return Err(problem(StatusCode::BAD_REQUEST, "no reason is given"));
    }
    Ok(purpose)
}

/// The same address where it is one of a page of natconnd's, else the usual one: nobody is
/// led to another site.
fn page_at(address: &str) -> &str {
    let Ok(uri) = address.parse::<Uri>() else {
        return USUAL;
    };
    let is_of_here = uri.scheme().is_none() && uri.authority().is_none();
    let route = Route::of_path(uri.path(), false);
    let is_page = route.is_page() && route != Route::Asset && address.starts_with('/');
    match is_of_here && is_page {
        true => address,
        false => USUAL,
    }
}

fn lead_on(to: &str, cookie: HeaderValue) -> Response<Body> {
    let mut response = page_of(StatusCode::SEE_OTHER, String::new());
    let to = HeaderValue::try_from(to).unwrap_or(HeaderValue::from_static(USUAL));
    response.headers_mut().insert(LOCATION, to);
    response.headers_mut().insert(SET_COOKIE, cookie);
    response
}

/// The header that has the browser keep what is asked for, or forget it where nothing is.
pub(super) fn cookie(visit: &Visit, purpose: &Purpose) -> Refused<HeaderValue> {
    let asked = AskedFor {
        case: purpose.case.clone(),
        reason: purpose.reason.clone(),
        ..AskedFor::default()
    };
    // RFC 6265, section 4.1.1: a value has no comma.
    let value = asked.query().replace(',', "%2C");
    if COOKIE_NAME.len() + value.len() > LONGEST_COOKIE {
        let detail = "case and reason are longer than a browser keeps; say them in fewer letters";
        return Err(problem(StatusCode::BAD_REQUEST, detail));
    }
    let secure = if visit.is_secret { "; Secure" } else { "" };
    let over = if purpose.is_empty() {
        "; Max-Age=0"
    } else {
        ""
    };
    let cookie = format!("{COOKIE_NAME}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{over}");
    HeaderValue::try_from(cookie).map_err(|error| {
        let detail = format!("write the cookie: {error}");
        problem(StatusCode::INTERNAL_SERVER_ERROR, detail)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_elsewhere() {
        for address in [
            "/live?q=:443&follow=1",
            "/hosts/2001:db8::1",
            "/desk/report?nat=:1&line=%3Cb%3E",
            "/",
            "/docs/api",
        ] {
            assert_eq!(page_at(address), address);
        }
        for address in [
            "",
            "live",
            "https://evil.example/live",
            "//evil.example/live",
            "/\\evil.example/live",
            "evil.example:80",
            "javascript:alert(1)",
            "/api/v1/lookup",
            "/assets/style.css",
            "/live\r\nSet-Cookie: a=b",
            "/live ",
        ] {
            assert_eq!(page_at(address), USUAL, "{address}");
        }
    }
}
