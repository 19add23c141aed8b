//! Server-sent events: bytes in any pieces to whole events.
//!
//! Reads the format of the HTML standard, section "Server-sent events", as far
//! as natconnd speaks it: `event`, `data`, comments. `id` and `retry` are for
//! clients that reconnect and are skipped.

/// One event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Event {
    /// Its name, `message` where it has none.
    pub name: String,
    /// Its data, lines joined by a newline.
    pub data: Vec<u8>,
}

/// An event is longer than [`MAX_EVENT`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("an event is longer than {MAX_EVENT} bytes")]
pub(super) struct TooLong;

/// The longest event, in bytes; natconnd's own end below 1000.
pub(super) const MAX_EVENT: usize = 1024 * 1024;

/// Puts events together.
#[derive(Debug, Default)]
pub(super) struct Parser {
    line: Vec<u8>,
    name: Vec<u8>,
    data: Option<Vec<u8>>,
    /// A line feed right behind a carriage return belongs to it.
    after_return: bool,
    after_first_line: bool,
}

impl Parser {
    /// Takes the next bytes and adds the events that they complete to `out`.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<Event>) -> Result<(), TooLong> {
        for &byte in bytes {
            let after_return = std::mem::replace(&mut self.after_return, byte == b'\r');
            match byte {
                b'\n' if after_return => {}
                b'\n' | b'\r' => self.end_line(out)?,
                byte => self.line.push(byte),
            }
            if self.line.len() > MAX_EVENT {
                return Err(TooLong);
            }
        }
        Ok(())
    }

    fn end_line(&mut self, out: &mut Vec<Event>) -> Result<(), TooLong> {
        let mut line = std::mem::take(&mut self.line);
        if !std::mem::replace(&mut self.after_first_line, true)
            && line.starts_with("\u{feff}".as_bytes())
        {
            line.drain(..3);
        }
        if line.is_empty() {
            self.end_event(out);
            return Ok(());
        }
        let colon = line.iter().position(|&byte| byte == b':');
        let (field, value) = line.split_at(colon.unwrap_or(line.len()));
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"event" => self.name = value.to_vec(),
            b"data" => match &mut self.data {
                Some(data) => {
                    data.push(b'\n');
                    data.extend_from_slice(value);
                    if data.len() > MAX_EVENT {
                        return Err(TooLong);
                    }
                }
                data @ None => *data = Some(value.to_vec()),
            },
            // Comments have no field name.
            _ => {}
        }
        Ok(())
    }

    fn end_event(&mut self, out: &mut Vec<Event>) {
        let name = std::mem::take(&mut self.name);
        // An event without data is none.
        let Some(data) = self.data.take() else { return };
        let name = match &*name {
            b"" => "message".to_owned(),
            name => String::from_utf8_lossy(name).into_owned(),
        };
        out.push(Event { name, data });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str, data: &str) -> Event {
        Event {
            name: name.to_owned(),
            data: data.as_bytes().to_vec(),
        }
    }

    fn events(pieces: &[&[u8]]) -> Vec<Event> {
        let mut parser = Parser::default();
        let mut events = Vec::new();
        for piece in pieces {
            parser.feed(piece, &mut events).unwrap();
        }
        events
    }

    const STREAM: &str = "\u{feff}: following\n\nevent: started\ndata: {\"a\":\"ä\"}\n\n\
        : still here\n\ndata:one\ndata: two\r\ndata\rid: 7\nretry: 1\nfoo: bar\n\r\n\
        event: forgotten\n\nevent: missed\r\ndata:  {\"missed\":1}\r\n\r\nevent: x\ndata: cut";

    #[test]
    fn every_line_end_and_field_is_read() {
        assert_eq!(
            events(&[STREAM.as_bytes()]),
            [
                event("started", "{\"a\":\"ä\"}"),
                event("message", "one\ntwo\n"),
                event("missed", " {\"missed\":1}"),
            ]
        );
    }

    #[test]
    fn the_pieces_may_end_at_any_byte() {
        let bytes = STREAM.as_bytes();
        let whole = events(&[bytes]);
        for first in 0..=bytes.len() {
            let (head, rest) = bytes.split_at(first);
            assert_eq!(events(&[head, rest]), whole, "cut at {first}");
            for second in [1, 2, 3].map(|length| rest.len().min(length)) {
                let (middle, tail) = rest.split_at(second);
                assert_eq!(events(&[head, middle, tail]), whole, "cut at {first}");
            }
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(events(&single), whole);
    }

    #[test]
    fn an_endless_line_or_event_is_refused() {
        let mut parser = Parser::default();
        let line = vec![b'x'; MAX_EVENT + 1];
        assert_eq!(parser.feed(&line, &mut Vec::new()), Err(TooLong));
        let mut parser = Parser::default();
        let lines = b"data: 0123456789\n".repeat(MAX_EVENT / 10);
        assert_eq!(parser.feed(&lines, &mut Vec::new()), Err(TooLong));
    }
}
