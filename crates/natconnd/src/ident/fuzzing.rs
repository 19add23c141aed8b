//! What a fuzzer calls: a line of a stranger.

use super::question::{LONGEST, Mistake, Question};
use super::reply::{Naming, Owner, to_mistake, to_question};

/// A line without its end.
pub fn questions(bytes: &[u8]) {
    let read = Question::read(bytes);
    assert_eq!(read, naively(bytes));
    let (line, _) = match read {
        Ok(question) => {
            let again = question.to_string();
            assert_eq!(Question::read(again.as_bytes()), Ok(question));
            let host = Owner::Host([10, 0, 0, 5].into());
            to_question(question, host, &Naming::Host)
        }
        Err(mistake) => to_mistake(mistake),
    };
    // One line, and nothing of what a stranger wrote but numbers.
    assert!(line.is_ascii() && line.len() < LONGEST);
    assert_eq!(line.find("\r\n"), Some(line.len() - 2));
    assert_eq!(line.matches('\n').count(), 1);
}

/// The same by way of text.
fn naively(bytes: &[u8]) -> Result<Question, Mistake> {
    let nothing = Mistake { ports: [0, 0] };
    let text = str::from_utf8(bytes).map_err(|_| nothing)?;
    let number = |part: &str| {
        let digits = part.trim_matches([' ', '\t', '\r']);
        let is_short = digits.len() <= 5 && !digits.starts_with('+');
        digits.parse::<u32>().ok().filter(|_| is_short)
    };
    let numbers: Vec<Option<u32>> = text.split(',').map(number).collect();
    let [Some(first), Some(second)] = numbers[..] else {
        return Err(nothing);
    };
    let port = |number: u32| u16::try_from(number).ok().filter(|port| *port != 0);
    match (port(first), port(second)) {
        (Some(nat_port), Some(remote_port)) => Ok(Question {
            nat_port,
            remote_port,
        }),
        _ => Err(Mistake {
            ports: [first, second],
        }),
    }
}

#[cfg(test)]
mod tests {
    use crate::replay::replay;

    #[test]
    fn questions_of_any_bytes() {
        replay("ident", super::questions);
    }
}
