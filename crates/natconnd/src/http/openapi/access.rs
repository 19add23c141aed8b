//! What is said of all operations at once: who may ask, how one shows who one is, what for,
//! and what whoever may not is told.
//!
//! Roles come from the endpoints themselves ([`Route::roles`]).

use serde_json::json;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Object, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{OpenApi, Ref, RefOr, Required};

use super::super::route::Route;
use crate::config::Role;

/// How a caller shows who it is, by the name of the scheme.
const SCHEMES: [&str; 3] = ["token", "password", "certificate"];

/// Says it.
pub(super) fn add(document: &mut OpenApi) {
    add_schemes(document);
    for (path, item) in &mut document.paths.paths {
        let route = Route::of_path(path, false);
        let operations = [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.delete,
        ];
        for operation in operations.into_iter().flatten() {
            add_roles(operation, route);
            add_refusals(operation, route);
            if route.is_personal() && route != Route::ForwardAuth {
                add_purpose(operation);
            }
        }
    }
}

fn add_schemes(document: &mut OpenApi) {
    let http = |scheme, about: &str| {
        let mut http = Http::new(scheme);
        http.description = Some(about.to_owned());
        SecurityScheme::Http(http)
    };
    let schemes = [
        http(
            HttpAuthScheme::Bearer,
            "A token that `natconn token new` has made, of a `[caller.NAME]` of the configuration.",
        ),
        http(
            HttpAuthScheme::Basic,
            "The same token as a password, with any name: so that browsers can ask for it.",
        ),
        SecurityScheme::MutualTls {
            description: Some(
                "A client certificate of a `[caller.NAME]`, at listeners with `client-ca`."
                    .to_owned(),
            ),
            deprecated: None,
            extensions: None,
        },
    ];
    let components = document.components.get_or_insert_default();
    let schemes = schemes.map(RefOr::T);
    let named = SCHEMES.map(str::to_owned).into_iter().zip(schemes);
    components.security_schemes.extend(named);
}

/// The role that an operation needs, in words and for programs, and by what one may have it:
/// nothing at all will do where the listener gives it to whoever is let in.
fn add_roles(operation: &mut Operation, route: Route) {
    let Some(roles) = route.roles() else {
        operation.security = Some(Vec::new());
        add_words(operation, "Nobody needs a role for it.");
        return;
    };
    let by_scheme = SCHEMES.map(|scheme| SecurityRequirement::new(scheme, [""; 0]));
    let without = SecurityRequirement::default();
    operation.security = Some([without].into_iter().chain(by_scheme).collect());
    let names: Vec<&str> = roles.iter().map(Role::name).collect();
    let words = match (route, &*names) {
        (Route::Lookup | Route::Lookups, _) => "Needs the role `lookup` for a question that names \
            one NAT port, and `browse` for any other."
            .to_owned(),
        (_, [only]) => format!("Needs the role `{only}`."),
        _ => "Needs any role.".to_owned(),
    };
    add_words(operation, &words);
    let extensions = operation.extensions.get_or_insert_default();
    extensions.merge(Extensions::builder().add("x-roles", json!(names)).build());
}

fn add_words(operation: &mut Operation, words: &str) {
    let about = operation.description.get_or_insert_default();
    if !about.is_empty() {
        about.push_str("\n\n");
    }
    about.push_str(words);
}

fn add_refusals(operation: &mut Operation, route: Route) {
    let for_all = [("401", "Unauthorized"), ("403", "Forbidden")];
    // A proxy's question is not refused for these: it is answered without a host.
    let for_programs = [("421", "Misdirected"), ("429", "TooMany")];
    let for_personal = [("503", "NotWritten")];
    let refusals = for_all
        .iter()
        .chain(for_programs.iter().filter(|_| route != Route::ForwardAuth))
        .chain(for_personal.iter().filter(|_| route.is_personal()));
    for (status, name) in refusals {
        let response = RefOr::Ref(Ref::from_response_name(*name));
        let responses = &mut operation.responses.responses;
        responses.entry((*status).to_owned()).or_insert(response);
    }
}

/// What a question is asked for, in headers or in parameters.
fn add_purpose(operation: &mut Operation) {
    let case = "The case that the question belongs to, for the audit.";
    let reason = "Why it is asked, for the audit. Where `audit.require-reason` has the role \
                  that is asked with, there must be one.";
    let as_header = "Anything but visible ASCII is percent-encoded, and so is `%`.";
    let parameters = operation.parameters.get_or_insert_default();
    // Where cases are looked for, those of others are meant.
    let has_own_case = parameters.iter().any(|known| match known {
        RefOr::T(known) => known.name == "case" && known.parameter_in == ParameterIn::Query,
        RefOr::Ref(_) => false,
    });
    for (name, place, about, longest, example) in [
        ("Natconn-Case", ParameterIn::Header, case, 100, "2026-117"),
        (
            "Natconn-Reason",
            ParameterIn::Header,
            reason,
            500,
            "port%20scan",
        ),
        ("case", ParameterIn::Query, case, 100, "2026-117"),
        ("reason", ParameterIn::Query, reason, 500, "port scan"),
    ] {
        let is_header = place == ParameterIn::Header;
        if !is_header && (has_own_case || parameters.iter().any(|known| is_named(known, name))) {
            continue;
        }
        let about = match is_header {
            true => format!("{about} {as_header}"),
            false => about.to_owned(),
        };
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(place)
            .required(Required::False)
            .description(Some(about))
            .schema(Some(text(longest, is_header)))
            .example(Some(json!(example)));
        parameters.push(RefOr::T(parameter.build()));
    }
}

fn is_named(parameter: &RefOr<Parameter>, name: &str) -> bool {
    matches!(parameter, RefOr::T(parameter) if parameter.name == name)
}

fn text(longest: usize, is_encoded: bool) -> Schema {
    let text = ObjectBuilder::new()
        .schema_type(Type::String)
        .max_length(Some(longest));
    let text: Object = match is_encoded {
        false => text.build(),
        true => text
            .pattern(Some("^([ -$&-~]|%[0-9A-Fa-f]{2})*$"))
            .format(Some(SchemaFormat::Custom("percent-encoded".to_owned())))
            .build(),
    };
    Schema::Object(text)
}
