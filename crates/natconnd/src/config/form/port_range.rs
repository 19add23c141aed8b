//! A range of ports.

use std::ops::RangeInclusive;

use super::{Fault, Form, Found, integer, quote, text};

/// Ports from the first to the last, both of which are in it.
pub(in super::super) struct PortRange;

impl Form for PortRange {
    type Value = RangeInclusive<u16>;
    const SHAPE: &'static str = "FIRST-LAST";

    fn read(found: &Found<'_>) -> Result<Self::Value, Fault> {
        let expected = "ports as FIRST-LAST, such as \"1024-65535\"";
        if let Some(port) = integer(found).and_then(|number| u16::try_from(number).ok()) {
            let fault = Fault::unexpected(found, expected);
            return Err(fault.hint(format!("write \"{port}-{port}\" for one port alone")));
        }
        let text = text(found, expected)?;
        let port = |text: &str| text.trim().parse::<u16>().ok();
        let range = text
            .split_once('-')
            .and_then(|(first, last)| Some(port(first)?..=port(last)?));
        match range {
            Some(range) if range.is_empty() => {
                let (first, last) = range.into_inner();
                let fault = Fault::new(found, format!("the port range {text:?} runs backwards"));
                Err(fault.hint(format!("write \"{last}-{first}\"")))
            }
            Some(range) => Ok(range),
            None => Err(Fault::unexpected(found, expected)),
        }
    }

    fn write(range: &Self::Value) -> String {
        quote(&format!("{}-{}", range.start(), range.end()))
    }
}
