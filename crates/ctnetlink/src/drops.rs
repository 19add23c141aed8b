//! What the kernel has refused to track, and dropped for it.

use std::fs;

const FILE: &str = "/proc/net/stat/nf_conntrack";

/// Packets that conntrack itself has dropped in this network namespace, and
/// connections that it has forgotten before their time, since the namespace
/// began.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Drops {
    /// `drop`: packets that could not be tracked, mostly because the table was
    /// full.
    pub refused: u64,
    /// `early_drop`: connections that were forgotten to make room in a full
    /// table.
    pub evicted: u64,
    /// `insert_failed`: packets whose connection would have had a tuple that
    /// another one has, because no NAT port was free or two packets raced.
    pub clashed: u64,
}

impl Drops {
    /// Reads the counters of all processors; `None` where the kernel does not
    /// offer them (`CONFIG_NF_CONNTRACK_PROCFS`).
    pub fn read() -> Option<Self> {
        Self::of(&fs::read_to_string(FILE).ok()?)
    }

    /// A line of names, then a line of hexadecimal numbers for each processor.
    fn of(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let names: Vec<&str> = lines.next()?.split_whitespace().collect();
        let rows: Vec<Vec<&str>> = lines
            .map(|line| line.split_whitespace().collect())
            .collect();
        let sum = |name: &str| {
            let column = names.iter().position(|it| *it == name)?;
            let numbers = rows.iter().filter_map(|row| row.get(column));
            let numbers = numbers.filter_map(|it| u64::from_str_radix(it, 16).ok());
            Some(numbers.sum())
        };
        Some(Self {
            refused: sum("drop")?,
            evicted: sum("early_drop")?,
            clashed: sum("insert_failed")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processors_are_summed_by_the_names_of_the_columns() {
        let text = "\
entries  found insert insert_failed drop early_drop icmp_error
0000a000  00000001 00000002 00000010 00000003 000000ff 00000000
0000a000  00000001 00000002 00000001 00000004 00000001 00000000
";
        let expected = Drops {
            refused: 7,
            evicted: 0x100,
            clashed: 0x11,
        };
        assert_eq!(Drops::of(text), Some(expected));
    }

    #[test]
    fn what_the_kernel_does_not_count_is_not_made_up() {
        assert_eq!(Drops::of(""), None);
        assert_eq!(Drops::of("entries found\n00000000 00000000\n"), None);
    }

    #[test]
    fn a_fresh_gateway_has_dropped_nothing() {
        lab::in_gateway!(|_lab| {
            assert_eq!(Drops::read(), Some(Drops::default()));
        });
    }
}
