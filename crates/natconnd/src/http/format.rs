//! JSON, CSV or NDJSON: by `format` or by the `Accept` header.

use hyper::header::{ACCEPT, HeaderMap, HeaderValue};

use super::problem::{Refused, bad_value};
use super::response::{CSV, JSON, NDJSON};

/// What a list is written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Format {
    /// One page, with the cursor of the next.
    Json,
    /// Rows of CSV.
    Csv,
    /// A JSON object for each row, each on its own line.
    Ndjson,
}

impl Format {
    /// Reads the `format` parameter.
    pub(super) fn of_parameter(value: &str) -> Refused<Self> {
        match value {
            "json" => Ok(Self::Json),
            "csv" => Ok(Self::Csv),
            "ndjson" => Ok(Self::Ndjson),
            _ => {
                let cause = format!("\"{value}\" is no format");
                Err(bad_value("format", value, cause, "json, csv or ndjson"))
            }
        }
    }

    /// The format that the client likes best, JSON where it does not say.
    ///
    /// A client that accepts none of the three gets JSON too, which RFC 9110
    /// allows and which is more use than a refusal.
    pub(super) fn of_headers(headers: &HeaderMap) -> Self {
        let mut best = (Self::Json, 0.0);
        let values = headers.get_all(ACCEPT).iter();
        let texts = values.filter_map(|value| value.to_str().ok());
        for range in texts.flat_map(|text| text.split(',')) {
            let mut parts = range.split(';').map(str::trim);
            let format = match parts.next().map(str::to_ascii_lowercase).as_deref() {
                Some("application/json" | "application/*" | "*/*") => Self::Json,
                Some("text/csv") => Self::Csv,
                Some("application/x-ndjson" | "application/jsonl") => Self::Ndjson,
                _ => continue,
            };
            let quality = parts
                .find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok())
                .unwrap_or(1.0);
            if quality > best.1 {
                best = (format, quality);
            }
        }
        best.0
    }

    /// The content type.
    pub(super) const fn content_type(self) -> HeaderValue {
        match self {
            Self::Json => JSON,
            Self::Csv => CSV,
            Self::Ndjson => NDJSON,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_liked_format_wins() {
        let chosen = |accept: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
            Format::of_headers(&headers)
        };
        assert_eq!(Format::of_headers(&HeaderMap::new()), Format::Json);
        assert_eq!(chosen("text/csv"), Format::Csv);
        assert_eq!(chosen("Application/X-NDJSON; q=0.5"), Format::Ndjson);
        assert_eq!(
            chosen("text/csv;q=0.5, application/json;q=0.9"),
            Format::Json
        );
        assert_eq!(chosen("application/json;q=0.5,text/csv"), Format::Csv);
        assert_eq!(chosen("text/csv;q=0"), Format::Json);
        assert_eq!(
            chosen("text/html,application/xml;q=0.9,*/*;q=0.8"),
            Format::Json
        );
        assert_eq!(chosen("image/png"), Format::Json);
    }
}
