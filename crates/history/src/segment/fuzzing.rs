//! The promises of decoders about any bytes.

use super::column::Column;
use super::delta::{self, Bits};
use super::hybrid;
use super::values::Distinct;

/// Numbers or a dictionary; the first byte says which, the second how wide or of
/// which column.
pub fn columns(bytes: &[u8]) {
    let [kind, width, bytes @ ..] = bytes else {
        return;
    };
    match kind % 4 {
        0 => {
            let width = width % 33;
            let mut values = Vec::new();
            let many = bytes.len() * 3;
            if hybrid::decode(bytes, width, many, &mut values).is_some() {
                assert_eq!(values.len(), many);
                if let Some(same) = hybrid::decode_run(bytes, width, many) {
                    assert!(values.iter().all(|value| *value == same));
                }
                let mask = u64::from(u32::MAX) >> (32 - width);
                let fits = |value: &u32| u64::from(*value) <= mask;
                // A run's value may have bits too many; packed ones cannot.
                if values.iter().all(fits) {
                    let mut encoded = Vec::new();
                    hybrid::encode(&values, width, &mut encoded);
                    let mut again = Vec::new();
                    assert_eq!(hybrid::decode(&encoded, width, many, &mut again), Some(()));
                    assert_eq!(again, values);
                }
            }
        }
        1 | 2 => {
            let bits = [Bits::B32, Bits::B64][usize::from(kind % 4 - 1)];
            let mut values = Vec::new();
            if delta::decode(bytes, bits, 5000, &mut values).is_some() {
                assert!(values.len() <= 5000);
                let is_small = values.iter().all(|value| i32::try_from(*value).is_ok());
                if bits == Bits::B64 || is_small {
                    let mut encoded = Vec::new();
                    delta::encode(&values, bits, &mut encoded);
                    let mut again = Vec::new();
                    assert_eq!(delta::decode(&encoded, bits, 5000, &mut again), Some(()));
                    assert_eq!(again, values);
                }
            }
        }
        _ => {
            let column = Column::ALL[usize::from(*width) % Column::ALL.len()];
            let many = u32::from(bytes.first().copied().unwrap_or(0));
            match Distinct::decode(column, many, bytes.get(1..).unwrap_or_default()) {
                Ok(distinct) => assert_eq!(distinct.len(), many as usize),
                Err(cause) => assert!(!cause.is_empty()),
            }
        }
    }
}
