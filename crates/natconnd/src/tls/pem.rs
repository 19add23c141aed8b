//! The blocks of a PEM file, each with its line (RFC 7468).
//!
//! What stands between blocks is nobody's business: certificates are often printed as
//! text before they are encoded. What a block holds is decoded in `files`.

use super::error::Fault;

/// One block, not decoded.
pub(super) struct Block<'a> {
    /// What its first line says: `CERTIFICATE`.
    pub label: String,
    /// The line of the file where it begins, from 1.
    pub line: usize,
    /// The block, first and last line included.
    pub text: &'a [u8],
    /// Whether it has a header that says that it is encrypted, as OpenSSL once wrote keys.
    pub is_encrypted: bool,
}

/// What a text editor may put before the first line.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// All blocks of a file, in order.
///
/// # Errors
///
/// A block has no end.
pub(super) fn blocks(file: &[u8]) -> Result<Vec<Block<'_>>, Fault> {
    let file = file.strip_prefix(BYTE_ORDER_MARK).unwrap_or(file);
    let mut blocks = Vec::new();
    let mut open: Option<(usize, Block<'_>)> = None;
    let mut at = 0;
    for (index, line) in file.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let end = at + line.len();
        if let Some(label) = marker(line, b"-----BEGIN ") {
            if let Some((_, block)) = open {
                return Err(unended(block));
            }
            let block = Block {
                label,
                line: index + 1,
                text: &[],
                is_encrypted: false,
            };
            open = Some((at, block));
        } else if let Some((begin, block)) = &mut open {
            block.is_encrypted |= line.starts_with(b"Proc-Type: 4,ENCRYPTED");
            if marker(line, b"-----END ").is_some_and(|label| label == block.label) {
                block.text = &file[*begin..end];
                blocks.extend(open.take().map(|(_, block)| block));
            }
        }
        at = end;
    }
    match open {
        Some((_, block)) => Err(unended(block)),
        None => Ok(blocks),
    }
}

fn unended(block: Block<'_>) -> Fault {
    Fault::NoEnd {
        line: block.line,
        label: block.label,
    }
}

/// The label in a first or last line.
fn marker(line: &[u8], begins: &[u8]) -> Option<String> {
    let label = line.strip_prefix(begins)?;
    let label = label.trim_ascii_end().strip_suffix(b"-----")?;
    Some(String::from_utf8_lossy(label).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(file: &str) -> Vec<(String, usize, String, bool)> {
        let blocks = blocks(file.as_bytes()).unwrap();
        let found = blocks.into_iter().map(|block| {
            let text = String::from_utf8_lossy(block.text).into_owned();
            (block.label, block.line, text, block.is_encrypted)
        });
        found.collect()
    }

    #[test]
    fn blocks_are_found_with_their_lines() {
        let one = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
        let other = "-----BEGIN RSA PRIVATE KEY-----\r\nProc-Type: 4,ENCRYPTED\r\n\r\nAA==\r\n\
                     -----END RSA PRIVATE KEY-----";
        let file = format!("\u{feff}Subject: somebody\n{one}\n\n{other}");
        assert_eq!(
            found(&file),
            [
                ("CERTIFICATE".to_owned(), 2, one.to_owned(), false),
                ("RSA PRIVATE KEY".to_owned(), 7, other.to_owned(), true),
            ]
        );
        for none in [
            "",
            "\n",
            "-----BEGIN CERTIFICATE",
            "-----END CERTIFICATE-----",
        ] {
            assert!(found(none).is_empty(), "{none}");
        }
    }

    #[test]
    fn a_block_without_an_end_is_told_with_its_line() {
        for (file, at) in [
            ("-----BEGIN A-----\nAA==\n", 1),
            ("\n-----BEGIN A-----\n-----END B-----\n", 2),
            (
                "\n\n-----BEGIN A-----\nAA==\n-----BEGIN B-----\n-----END B-----\n",
                3,
            ),
        ] {
            match blocks(file.as_bytes()).map(|blocks| blocks.len()) {
                Err(Fault::NoEnd { line, label }) => assert_eq!((line, &*label), (at, "A")),
                other => panic!("{file}: {other:?}"),
            }
        }
    }
}
