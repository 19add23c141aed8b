//! What a fuzzer calls: numbers and dictionaries as pages have them.
//!
//! Whole files have checksums, behind which no fuzzer gets. Compiled for tests, which
//! replay the inputs that are kept in `fuzz/`, and for the fuzzer.

pub use crate::segment::fuzz_columns as columns;

#[cfg(test)]
mod tests {
    #[test]
    fn columns_of_any_bytes() {
        crate::replay::replay("columns", super::columns);
    }
}
