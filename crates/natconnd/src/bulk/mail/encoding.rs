//! How the lines of a mail's part are encoded (RFC 2045).

/// How a part is encoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Encoding {
    /// As it is.
    #[default]
    Plain,
    /// `=3D` for a sign, and `=` at the end of a line that goes on.
    QuotedPrintable,
    /// Six bits a letter.
    Base64,
}

impl Encoding {
    /// The encoding of this name; plain where it is another.
    pub fn of_name(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "quoted-printable" => Self::QuotedPrintable,
            "base64" => Self::Base64,
            _ => Self::Plain,
        }
    }
}

/// The longest line that is decoded, in bytes; the rest of one is another.
const MAX_LINE: usize = 16 * 1024;

/// Turns encoded lines into lines.
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    encoding: Encoding,
    line: Vec<u8>,
    /// Bits of base64 that make no byte yet, and how many they are.
    bits: (u32, u32),
}

impl Decoder {
    /// Decodes this encoding.
    pub const fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            line: Vec::new(),
            bits: (0, 0),
        }
    }

    /// The lines that are complete with this one.
    pub fn lines(&mut self, line: &str) -> Vec<String> {
        match self.encoding {
            Encoding::Plain => vec![line.to_owned()],
            Encoding::QuotedPrintable => self.quoted_printable(line),
            Encoding::Base64 => self.base64(line),
        }
    }

    /// The last line, where it was not complete.
    pub fn finish(&mut self) -> Option<String> {
        let rest = std::mem::take(&mut self.line);
        (!rest.is_empty()).then(|| String::from_utf8_lossy(&rest).into_owned())
    }

    fn quoted_printable(&mut self, line: &str) -> Vec<String> {
        let line = line.trim_end();
        let (line, goes_on) = match line.strip_suffix('=') {
            Some(line) => (line, true),
            None => (line, false),
        };
        let bytes = line.as_bytes();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            let digits = (*byte == b'=').then(|| bytes.get(at + 1..at + 3)).flatten();
            match digits.and_then(hexadecimal) {
                Some(escaped) => {
                    self.line.push(escaped);
                    at += 3;
                }
                None => {
                    self.line.push(*byte);
                    at += 1;
                }
            }
        }
        if goes_on && self.line.len() < MAX_LINE {
            return Vec::new();
        }
        self.finish().into_iter().collect()
    }

    fn base64(&mut self, line: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for byte in line.bytes() {
            let value = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a' + 26,
                b'0'..=b'9' => byte - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                // Padding, or no base64.
                _ => continue,
            };
            let (bits, count) = self.bits;
            let (bits, count) = (bits << 6 | u32::from(value), count + 6);
            if count < 8 {
                self.bits = (bits, count);
                continue;
            }
            let rest = count - 8;
            self.bits = (bits & ((1 << rest) - 1), rest);
            match (bits >> rest) as u8 {
                b'\n' => lines.extend(self.finish()),
                decoded => self.line.push(decoded),
            }
            if self.line.len() >= MAX_LINE {
                lines.extend(self.finish());
            }
        }
        lines
    }
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let [high, low] = digits else { return None };
    let value = |digit: u8| char::from(digit).to_digit(16);
    u8::try_from(value(*high)? * 16 + value(*low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(encoding: &str, lines: &[&str]) -> Vec<String> {
        let mut decoder = Decoder::new(Encoding::of_name(encoding));
        let mut decoded: Vec<String> = lines.iter().flat_map(|line| decoder.lines(line)).collect();
        decoded.extend(decoder.finish());
        decoded
    }

    #[test]
    fn lines_are_as_they_were_meant() {
        assert_eq!(decoded("7bit", &["a=3D", "b"]), ["a=3D", "b"]);
        assert_eq!(
            decoded("Quoted-Printable", &["Port =3D 40=", "123", "=zz ", "="]),
            ["Port = 40123", "=zz"]
        );
        assert_eq!(
            decoded(
                "base64",
                &["U291cmNlIElQOiAyMDMu", "MC4xMTMuNwpQb3J0OiA0MDEyMw=="]
            ),
            ["Source IP: 203.0.113.7", "Port: 40123"]
        );
    }
}
