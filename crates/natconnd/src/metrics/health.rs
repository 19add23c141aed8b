//! What the doctor finds.

use super::label::Label;
use super::metric::{Kind, Metric};
use crate::api::Health;
use crate::doctor::check_names;

const CHECK: Label = Label::words("check", "what the doctor looked at, see doctor.md", || {
    check_names()
});

type Row = Metric<Health>;

pub const METRICS: &[Row] = &[Row::each(
    "natconnd_health_severity",
    Kind::Gauge,
    &[CHECK],
    "What `natconn doctor` finds: 0 is ok, 1 a note, 2 a warning, 3 a failure",
    |health, out| {
        for finding in &health.findings {
            out.level(&[&finding.check], f64::from(finding.severity as u8));
        }
    },
)];
