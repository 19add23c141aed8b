//! A line with a question, and what may be wrong with it.

use std::fmt;

/// The longest line, its end included (RFC 1413, section 5).
pub const LONGEST: usize = 1000;

/// Who has the connection between these two ports?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Question {
    /// The port on this side: a NAT port.
    pub nat_port: u16,
    /// The port on the side of whoever asks: a remote port.
    pub remote_port: u16,
}

/// A line that is no question: what a reply to it must repeat of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Mistake {
    /// The two numbers that stand there; zero where there are none.
    pub ports: [u32; 2],
}

impl Question {
    /// Reads a line without its end: two numbers of at most five digits, with a comma
    /// between them and spaces or tabs around them.
    ///
    /// # Errors
    ///
    /// There are no two numbers, or one can be no port.
    pub fn read(line: &[u8]) -> Result<Self, Mistake> {
        let nothing = Mistake { ports: [0, 0] };
        let mut parts = line.split(|byte| *byte == b',');
        let (Some(first), Some(second), None) = (parts.next(), parts.next(), parts.next()) else {
            return Err(nothing);
        };
        let (Some(first), Some(second)) = (number(first), number(second)) else {
            return Err(nothing);
        };
        match (port(first), port(second)) {
            (Some(nat_port), Some(remote_port)) => Ok(Self {
                nat_port,
                remote_port,
            }),
            _ => Err(Mistake {
                ports: [first, second],
            }),
        }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.nat_port, self.remote_port)
    }
}

fn number(text: &[u8]) -> Option<u32> {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r');
    let begin = text.iter().position(|byte| !is_blank(byte))?;
    let end = text.iter().rposition(|byte| !is_blank(byte))?;
    let digits = &text[begin..=end];
    let is_number = digits.len() <= 5 && digits.iter().all(u8::is_ascii_digit);
    let value = |digits: &[u8]| {
        let digits = digits.iter().map(|digit| u32::from(digit - b'0'));
        digits.fold(0, |value, digit| 10 * value + digit)
    };
    is_number.then(|| value(digits))
}

/// A number as a port; none has the number 0.
fn port(number: u32) -> Option<u16> {
    u16::try_from(number).ok().filter(|port| *port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_tabs_and_ends_of_lines_do_not_matter() {
        let expected = Question {
            nat_port: 6193,
            remote_port: 23,
        };
        for line in ["6193, 23", "6193,23", " \t6193 ,\t23 \r", "06193,00023"] {
            assert_eq!(Question::read(line.as_bytes()), Ok(expected), "{line}");
        }
    }

    #[test]
    fn what_can_be_no_port_is_repeated() {
        for (line, ports) in [
            ("0, 23", [0, 23]),
            ("6193, 65536", [6193, 65_536]),
            ("99999,1", [99_999, 1]),
        ] {
            assert_eq!(
                Question::read(line.as_bytes()),
                Err(Mistake { ports }),
                "{line}"
            );
        }
    }

    #[test]
    fn what_is_no_pair_of_numbers_is_none() {
        let nothing = Err(Mistake { ports: [0, 0] });
        for line in [
            "",
            ",",
            "1",
            "1,",
            ",2",
            "1 2",
            "1,2,3",
            "1 1,2",
            "+1,2",
            "-1,2",
            "0x1,2",
            "1;2",
            "100000,1",
            "GET / HTTP/1.1",
        ] {
            assert_eq!(Question::read(line.as_bytes()), nothing, "{line}");
        }
        assert_eq!(Question::read(b"\xff,\x00"), nothing);
    }
}
