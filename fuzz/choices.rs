//! The bytes of a fuzzer's input, as choices.
//!
//! Each choice takes one byte or two, whatever was chosen before, so that a small
//! change of the input is a small change of what is made from it.

/// What is left of an input. Once nothing is, every choice is the first one.
pub struct Choices<'a>(pub &'a [u8]);

impl Choices<'_> {
    /// A number of one byte.
    pub fn byte(&mut self) -> u8 {
        let Some((byte, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *byte
    }

    /// A number of two bytes.
    pub fn number(&mut self) -> u16 {
        u16::from_be_bytes([self.byte(), self.byte()])
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: u8) -> u8 {
        self.byte() % end
    }

    /// One of some values, of which there must be at least one.
    pub fn one_of<T: Copy>(&mut self, values: &[T]) -> T {
        let at = usize::from(if values.len() > 256 {
            self.number()
        } else {
            self.byte().into()
        });
        values[at % values.len()]
    }
}
