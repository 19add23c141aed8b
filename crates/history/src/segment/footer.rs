//! A look at the footer before the `parquet` crate reads it.
//!
//! That crate makes room for as many elements as a list is said to have, and goes down the
//! columns as deep as they are said to be nested: a footer of a few bytes could take all
//! memory, or the whole stack, and neither can be caught. A segment has few columns, none
//! within another; so that is what is checked, of the bytes themselves.

use super::bounds;
use super::hybrid::take_varint;

/// Types of Thrift's compact protocol.
const STOP: u8 = 0;
const TRUE: u8 = 1;
const FALSE: u8 = 2;
const BYTE: u8 = 3;
const I16: u8 = 4;
const I32: u8 = 5;
const I64: u8 = 6;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const STRUCTURE: u8 = 12;

/// Structures within structures; a footer has seven of them at most.
const DEPTH: u8 = 16;

/// Fields of parquet.thrift's `FileMetaData`.
const SCHEMA: i64 = 2;
const ROW_GROUPS: i64 = 4;
const KEYS: i64 = 5;
const ORDERS: i64 = 7;
/// The field of `SchemaElement` that says how many of the next ones are within it.
const CHILDREN: i64 = 5;

/// Whether a footer is one that can be read at little cost.
///
/// # Errors
///
/// What it is instead.
pub(super) fn check(mut footer: &[u8]) -> Result<(), String> {
    let bytes = &mut footer;
    let mut last = 0;
    while let Some((field, kind)) = take_field(bytes, last)? {
        last = field;
        match field {
            SCHEMA => check_schema(bytes, kind)?,
            ROW_GROUPS | KEYS | ORDERS => {
                let (many, of) = take_list(bytes, kind)?;
                if many > bounds::IN_FOOTER {
                    return Err(format!(
                        "list {field} of its footer has {many} elements, expected {} at most",
                        bounds::IN_FOOTER
                    ));
                }
                (0..many).try_for_each(|_| skip(bytes, of, DEPTH))?;
            }
            _ => skip(bytes, kind, DEPTH)?,
        }
    }
    Ok(())
}

/// Columns beside each other, all within the first element.
fn check_schema(bytes: &mut &[u8], kind: u8) -> Result<(), String> {
    let (many, of) = take_list(bytes, kind)?;
    if many > bounds::IN_FOOTER || of != STRUCTURE {
        return Err(format!(
            "it has {many} columns, expected {} at most",
            bounds::IN_FOOTER
        ));
    }
    for element in 0..many {
        let mut children = 0;
        let mut last = 0;
        while let Some((field, kind)) = take_field(bytes, last)? {
            last = field;
            match (field, kind) {
                (CHILDREN, I32) => children = take_number(bytes)?,
                _ => skip(bytes, kind, DEPTH)?,
            }
        }
        let expected = if element == 0 { many - 1 } else { 0 };
        if i64::try_from(expected) != Ok(children) {
            return Err(format!(
                "element {element} of its schema has {children} columns, expected {expected}"
            ));
        }
    }
    Ok(())
}

/// How many pages an offset index is said to have, if it is one.
pub(super) fn pages(mut index: &[u8]) -> Option<u64> {
    let bytes = &mut index;
    let (1, kind) = take_field(bytes, 0).ok()?? else {
        return None;
    };
    let (many, STRUCTURE) = take_list(bytes, kind).ok()? else {
        return None;
    };
    Some(many)
}

fn cut() -> String {
    "its footer is cut".to_owned()
}

/// The next field's number and type; nothing at the end of a structure.
fn take_field(bytes: &mut &[u8], last: i64) -> Result<Option<(i64, u8)>, String> {
    let byte = *bytes.split_off_first().ok_or_else(cut)?;
    if byte & 15 == STOP {
        return Ok(None);
    }
    let field = match byte >> 4 {
        0 => take_number(bytes)?,
        delta => last.saturating_add(i64::from(delta)),
    };
    Ok(Some((field, byte & 15)))
}

/// How many elements a list has, and their type.
fn take_list(bytes: &mut &[u8], kind: u8) -> Result<(u64, u8), String> {
    if kind != LIST {
        return Err("a list of its footer is none".to_owned());
    }
    let byte = *bytes.split_off_first().ok_or_else(cut)?;
    let many = match byte >> 4 {
        15 => take_varint(bytes).ok_or_else(cut)?,
        many => u64::from(many),
    };
    if many > bytes.len() as u64 {
        return Err(format!(
            "a list of its footer has {many} elements, more than fit"
        ));
    }
    Ok((many, byte & 15))
}

fn take_number(bytes: &mut &[u8]) -> Result<i64, String> {
    let number = take_varint(bytes).ok_or_else(cut)?;
    Ok((number >> 1) as i64 ^ -((number & 1) as i64))
}

fn skip(bytes: &mut &[u8], kind: u8, depth: u8) -> Result<(), String> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err("its footer is nested too deep".to_owned());
    };
    let length = match kind {
        TRUE | FALSE => return Ok(()),
        BYTE => 1,
        I16 | I32 | I64 => return take_varint(bytes).map(drop).ok_or_else(cut),
        DOUBLE => 8,
        BINARY => take_varint(bytes).ok_or_else(cut)?,
        LIST => {
            let (many, of) = take_list(bytes, LIST)?;
            // A truth in a list is a byte.
            let of = if of == TRUE || of == FALSE { BYTE } else { of };
            return (0..many).try_for_each(|_| skip(bytes, of, depth));
        }
        STRUCTURE => {
            let mut last = 0;
            while let Some((field, kind)) = take_field(bytes, last)? {
                last = field;
                skip(bytes, kind, depth)?;
            }
            return Ok(());
        }
        kind => return Err(format!("its footer has a value of type {kind}")),
    };
    let length = usize::try_from(length).map_err(|_| cut())?;
    bytes.split_off(..length).map(drop).ok_or_else(cut)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_bytes_are_looked_at_without_panic(bytes in vec(any::<u8>(), 0..300)) {
            let _ = (check(&bytes), pages(&bytes));
        }
    }

    #[test]
    fn nests_and_long_lists_are_refused() {
        // A list of two elements, the second of which has one within it.
        let nested = [0x29, 0x2c, 0x55, 2, 0, 0x55, 2, 0, 0];
        assert!(check(&nested).unwrap_err().contains("element 1"));
        let flat = [0x29, 0x2c, 0x55, 2, 0, 0x18, 0, 0, 0];
        assert_eq!(check(&flat), Ok(()));
        // As many row groups as a number can say.
        let long = [0x49, 0xfc, 0xff, 0xff, 0xff, 0xff, 7];
        assert!(check(&long).unwrap_err().contains("more than fit"));
        // Lists in lists in lists.
        let mut deep = vec![0x99];
        deep.extend([0x19; 1000]);
        assert!(check(&deep).unwrap_err().contains("too deep"));
        assert_eq!(pages(&[0x19, 0x5c, 0, 0, 0, 0, 0]), Some(5));
        assert_eq!(pages(&[0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 7]), None);
    }
}
