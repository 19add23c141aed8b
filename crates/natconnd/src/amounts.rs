//! Amounts in words, for findings and for people at a terminal.

use std::time::Duration;

/// A duration in its largest unit: `3 min`.
pub fn span(duration: Duration) -> String {
    const UNITS: [(&str, u64); 3] = [("days", 86_400), ("h", 3600), ("min", 60)];
    let seconds = duration.as_secs();
    for (unit, length) in UNITS {
        // Below two of them the next smaller unit says more.
        if seconds >= 2 * length {
            return format!("{} {unit}", seconds / length);
        }
    }
    format!("{seconds} s")
}

/// Bytes in their largest unit, with a tenth where it is not whole: `208 KiB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    for (unit, length) in UNITS {
        if bytes >= length {
            let tenths = bytes.saturating_mul(10) / length;
            return match tenths % 10 {
                0 => format!("{} {unit}", tenths / 10),
                tenth => format!("{}.{tenth} {unit}", tenths / 10),
            };
        }
    }
    format!("{bytes} bytes")
}

/// `1 packet`, `2 packets`.
pub fn count(number: u64, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

/// Items with commas between.
pub fn list<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    items.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_short() {
        let spans = [0, 119, 120, 7199, 7200, 172_799, 172_800];
        let spans = spans.map(|seconds| span(Duration::from_secs(seconds)));
        let expected = ["0 s", "119 s", "2 min", "119 min", "2 h", "47 h", "2 days"];
        assert_eq!(spans, expected);
        let sizes = [1023, 1024, 212_992, 64 << 20, 3 << 29].map(size);
        let expected = ["1023 bytes", "1 KiB", "208 KiB", "64 MiB", "1.5 GiB"];
        assert_eq!(sizes, expected);
        assert_eq!(count(1, "packet"), "1 packet");
        assert_eq!(count(0, "packet"), "0 packets");
        assert_eq!(list([1, 2]), "1, 2");
    }
}
