//! Who looks at a page, and from where.

use hyper::Request;
use hyper::header::ORIGIN;

use super::super::audit::Audited;
use super::super::inquiry::{Inquiry, Purpose};
use super::super::route::Route;
use super::super::state::State;
use crate::access::Caller;
use crate::web::{AskedFor, Frame, Section, Viewer};

/// One request for a page.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    pub inquiry: Inquiry,
    /// How its answer is written down, where it is.
    pub audited: Option<Audited>,
    /// What the browser keeps of what is asked for.
    pub kept: Purpose,
    /// Where the page is.
    pub here: String,
    /// Whether the browser speaks TLS, with natconnd or with a proxy before it.
    pub is_secret: bool,
}

impl Visit {
    pub fn new<B>(
        state: &State,
        inquiry: Inquiry,
        audited: Option<Audited>,
        request: &Request<B>,
    ) -> Self {
        let headers = request.headers();
        // A browser says with each form under which address it got it.
        let origin = headers.get(ORIGIN).map(|it| it.as_bytes());
        let over_tls = origin.is_some_and(|it| it.starts_with(b"https://"));
        let uri = request.uri();
        Self {
            kept: Purpose::of_cookie(headers),
            here: uri
                .path_and_query()
                .map_or("/desk", |it| it.as_str())
                .to_owned(),
            is_secret: over_tls || state.speaks_tls(&inquiry.caller.listener),
            inquiry,
            audited,
        }
    }

    /// What is around a page about this moment.
    pub fn frame(&self, state: &State, here: Section) -> Frame {
        let coverage = state.answers.coverage();
        let now = state.answers.now();
        Frame::new(here, self.viewer(), &state.gateway, &coverage, now)
    }

    fn viewer(&self) -> Viewer {
        let Inquiry {
            caller, purpose, ..
        } = &self.inquiry;
        Viewer {
            name: caller.name.to_string(),
            credential: caller.credential.name(),
            sections: sections(caller),
            purpose: AskedFor {
                case: purpose.case.clone(),
                reason: purpose.reason.clone(),
                is_kept: *purpose == self.kept,
                here: self.here.clone(),
            },
        }
    }
}

/// The places where a caller may go.
pub(in super::super) fn sections(caller: &Caller) -> Vec<Section> {
    let may_go = |section: &Section| {
        let needed = Route::of_path(section.path(), false).roles();
        needed.is_none_or(|needed| caller.roles.meets(needed))
    };
    Section::ALL.into_iter().filter(may_go).collect()
}
