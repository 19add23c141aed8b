//! How a process knows that the one before it, which has become it, was confined.

use std::io::ErrorKind;

/// Holds the mark in the environment of the process after a hand-over.
const VARIABLE: &str = "NATCONND_CONFINED";

/// What the process before this one has said of its confinement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// natconnd's version when the rules were made.
    pub version: String,
    /// The version of Landlock's interface that they were given with.
    pub abi: u8,
}

impl Mark {
    /// Whether this natconnd made the rules.
    pub fn is_of_this_version(&self) -> bool {
        self.version == env!("CARGO_PKG_VERSION")
    }

    fn read(text: &str, process: u32) -> Option<Self> {
        let mut words = text.split(' ');
        let (id, abi, version) = (words.next()?, words.next()?, words.next()?);
        if words.next().is_some() || id.parse() != Ok(process) {
            return None;
        }
        Some(Self {
            version: version.to_owned(),
            abi: abi.parse().ok().filter(|abi| (1..=6).contains(abi))?,
        })
    }
}

/// The mark of this process, where there is one to believe.
///
/// It must name this process, so that it is none that was inherited by accident, and
/// what every confinement refuses must be refused: to list the root folder.
pub fn of_this_process() -> Option<Mark> {
    let mark = Mark::read(&std::env::var(VARIABLE).ok()?, std::process::id())?;
    is_root_refused().then_some(mark)
}

fn is_root_refused() -> bool {
    std::fs::read_dir("/").is_err_and(|error| error.kind() == ErrorKind::PermissionDenied)
}

/// The mark for the process that this one becomes.
pub fn for_the_next(abi: u8) -> (&'static str, String) {
    let (id, version) = (std::process::id(), env!("CARGO_PKG_VERSION"));
    (VARIABLE, format!("{id} {abi} {version}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_reads_as_it_was_written() {
        let (_, text) = for_the_next(6);
        let mark = Mark::read(&text, std::process::id()).unwrap();
        assert!(mark.is_of_this_version());
        assert_eq!(mark.abi, 6);
    }

    #[test]
    fn what_is_no_mark_of_this_process_is_none() {
        assert!(Mark::read("7 6 0.1.0", 7).is_some());
        for text in [
            "",
            "7",
            "7 6",
            "8 6 0.1.0",
            "7 0 0.1.0",
            "7 9 1",
            "7 6 1 x",
            "x 6 1",
        ] {
            assert_eq!(Mark::read(text, 7), None, "{text:?}");
        }
    }

    /// Whatever the environment says: this process can list the root folder.
    #[test]
    fn nobody_who_is_free_takes_itself_for_confined() {
        assert!(!is_root_refused());
    }
}
