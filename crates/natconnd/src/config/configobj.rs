//! The dialect of INI that Python's ConfigObj reads, which pynatconnd's file
//! is written in.
//!
//! Other INI readers differ where it hurts: `#` starts a comment after a value
//! too, commas make lists, quotes protect both, three quotes span lines, and
//! `[[name]]` is a section within the last `[name]`. Left out is
//! interpolation (`%(name)s`), for which no key of pynatconnd has a use.

/// A file as sections and entries, in the order of its lines.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Document {
    /// Every section header.
    pub sections: Vec<Section>,
    /// Every `key = value`.
    pub entries: Vec<Entry>,
}

/// A section header.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Section {
    /// Its name, after those of the sections around it.
    pub path: Vec<String>,
    /// The line it stands on, from 1.
    pub line: usize,
}

/// A `key = value`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Entry {
    /// The section it stands in; empty above the first header.
    pub section: Vec<String>,
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: Value,
    /// The line its key stands on, from 1.
    pub line: usize,
}

/// What stands behind the `=`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Value {
    /// One text, without its quotes.
    Text(String),
    /// Texts separated by commas; a trailing comma makes a list of one.
    List(Vec<String>),
}

/// A line that cannot be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct SyntaxError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub cause: String,
    /// What to write instead, where that can be told.
    pub hint: Option<&'static str>,
}

/// For who writes a list as TOML and Python do.
pub(super) const NO_BRACKETS: &str = "write a list as a, b without brackets";

/// Reads as much as can be read, and finds every line that cannot.
pub(super) fn parse(text: &str) -> (Document, Vec<SyntaxError>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines: Vec<&str> = lines(text).collect();
    let mut parser = Parser::default();
    let mut index = 0;
    while let Some(line) = lines.get(index) {
        parser.line = index + 1;
        index += 1;
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let read = if line.starts_with('[') {
            parser.read_header(line)
        } else {
            parser.read_entry(line, &lines, &mut index)
        };
        if let Err(cause) = read {
            // The bracket of a header begins the line.
            let value = line.split_once('=').filter(|_| !line.starts_with('['));
            let is_list = value.is_some_and(|(_, value)| value.trim_start().starts_with('['));
            parser.errors.push(SyntaxError {
                line: parser.line,
                cause,
                hint: is_list.then_some(NO_BRACKETS),
            });
        }
    }
    (parser.document, parser.errors)
}

/// Splits at every line end there is: Unix, Windows and old Macintosh.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n')
        .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

#[derive(Default)]
struct Parser {
    document: Document,
    errors: Vec<SyntaxError>,
    /// The section that entries belong to.
    section: Vec<String>,
    line: usize,
}

impl Parser {
    fn read_header(&mut self, line: &str) -> Result<(), String> {
        let (depth, name) = header(line)?;
        if depth > self.section.len() + 1 {
            return Err(format!(
                "section {name:?} has {depth} brackets, expected at most {}",
                self.section.len() + 1
            ));
        }
        let mut path = self.section.clone();
        path.truncate(depth - 1);
        path.push(name);
        // Its entries are its own even where it must be refused.
        self.section.clone_from(&path);
        if let Some(first) = self.document.sections.iter().find(|it| it.path == path) {
            return Err(format!(
                "section [{}] is there twice, first on line {}",
                path.join("."),
                first.line
            ));
        }
        let line = self.line;
        self.document.sections.push(Section { path, line });
        Ok(())
    }

    fn read_entry(&mut self, line: &str, lines: &[&str], next: &mut usize) -> Result<(), String> {
        let (key, rest) = key(line)?;
        let value = match ["\"\"\"", "'''"]
            .into_iter()
            .find(|it| rest.starts_with(it))
        {
            Some(quotes) => Value::Text(triple_quoted(&rest[3..], quotes, lines, next)?),
            None => value(rest)?,
        };
        let is_it = |entry: &&Entry| entry.section == self.section && entry.key == key;
        if let Some(first) = self.document.entries.iter().find(is_it) {
            return Err(format!("{key} is set twice, first on line {}", first.line));
        }
        self.document.entries.push(Entry {
            section: self.section.clone(),
            key,
            value,
            line: self.line,
        });
        Ok(())
    }
}

/// Reads `[name]`, `[[name]]`, … as its depth and name.
fn header(line: &str) -> Result<(usize, String), String> {
    let name = line.trim_start_matches(|letter: char| letter == '[' || letter.is_whitespace());
    let depth = line[..line.len() - name.len()].matches('[').count();
    let unclosed = || "the section's bracket is not closed".to_owned();
    let (name, rest) = match name.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let (inner, rest) = name[1..].split_once(quote).ok_or_else(unclosed)?;
            (inner, rest)
        }
        _ => {
            let end = name.find(']').ok_or_else(unclosed)?;
            (name[..end].trim_end(), &name[end..])
        }
    };
    let end = rest.trim_start_matches(|letter: char| letter == ']' || letter.is_whitespace());
    let closed = rest[..rest.len() - end.len()].matches(']').count();
    if name.is_empty() {
        return Err("the section has no name".to_owned());
    }
    if !is_end(end) {
        return Err(format!("found {end:?} after the section's name"));
    }
    if closed != depth {
        return Err(format!(
            "section {name:?} has {depth} opening and {closed} closing brackets"
        ));
    }
    Ok((depth, name.to_owned()))
}

/// Reads up to the `=`, and returns what follows it.
fn key(line: &str) -> Result<(String, &str), String> {
    let missing = || format!("found {line:?}, expected [section] or key = value");
    let (key, rest) = match line.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let (key, rest) = line[1..].split_once(quote).ok_or_else(missing)?;
            let rest = rest.trim_start().strip_prefix('=').ok_or_else(missing)?;
            (key, rest)
        }
        _ => {
            let (key, rest) = line.split_once('=').ok_or_else(missing)?;
            (key.trim_end(), rest)
        }
    };
    if key.is_empty() {
        return Err(missing());
    }
    Ok((key.to_owned(), rest.trim()))
}

/// Whether nothing more is to come on a line but a comment.
fn is_end(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('#')
}

/// Reads a value that stands on one line, without what surrounds it.
fn value(text: &str) -> Result<Value, String> {
    if is_end(text) {
        return Ok(Value::Text(String::new()));
    }
    if let Some(rest) = text.strip_prefix(',') {
        // A comma alone is how ConfigObj writes a list of nothing.
        return match rest.trim_start() {
            rest if is_end(rest) => Ok(Value::List(Vec::new())),
            _ => Err("the list begins with a comma".to_owned()),
        };
    }
    let (first, mut rest) = item(text)?;
    if is_end(rest) {
        return Ok(Value::Text(first));
    }
    let mut items = vec![first];
    while let Some(after) = rest.strip_prefix(',') {
        let after = after.trim_start();
        if is_end(after) {
            break;
        }
        let (next, after) = item(after)?;
        items.push(next);
        rest = after;
    }
    Ok(Value::List(items))
}

/// Reads up to the comma, the comment or the end, where what is returned
/// begins.
fn item(text: &str) -> Result<(String, &str), String> {
    if let Some(quote) = text.chars().next().filter(|it| matches!(it, '"' | '\'')) {
        // A quote that more text follows belongs to the text.
        let inner = &text[1..];
        return inner
            .match_indices(quote)
            .map(|(end, _)| (inner[..end].to_owned(), inner[end + 1..].trim_start()))
            .find(|(_, rest)| is_end(rest) || rest.starts_with(','))
            .ok_or_else(|| format!("the quote of {text} is not closed"));
    }
    let end = text.find([',', '#']).unwrap_or(text.len());
    let item = text[..end].trim_end();
    if item.is_empty() {
        return Err("the list has an empty item".to_owned());
    }
    Ok((item.to_owned(), &text[end..]))
}

/// Reads what follows three quotes, on this line and on those that `next`
/// counts up.
fn triple_quoted(
    first: &str,
    quotes: &str,
    lines: &[&str],
    next: &mut usize,
) -> Result<String, String> {
    let mut text = String::new();
    let mut line = first;
    loop {
        if let Some((last, rest)) = line.split_once(quotes) {
            text.push_str(last);
            return match rest.trim() {
                rest if is_end(rest) => Ok(text),
                rest => Err(format!("found {rest:?} after the closing {quotes}")),
            };
        }
        text.push_str(line);
        text.push('\n');
        line = lines
            .get(*next)
            .ok_or_else(|| format!("the {quotes} is not closed"))?;
        *next += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Value {
        let (document, errors) = parse(&format!("key = {text}"));
        assert_eq!(errors, []);
        document.entries[0].value.clone()
    }

    fn fails(text: &str) -> String {
        let (_, errors) = parse(text);
        let shown: Vec<_> = errors
            .iter()
            .map(|error| format!("{}: {}", error.line, error.cause))
            .collect();
        shown.join("; ")
    }

    fn one(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    fn list(items: &[&str]) -> Value {
        Value::List(items.iter().map(|item| (*item).to_owned()).collect())
    }

    #[test]
    fn comments_end_values_and_quotes_protect_them() {
        assert_eq!(read("10 # ten"), one("10"));
        assert_eq!(read("10# ten, or so"), one("10"));
        assert_eq!(read("'a # b' # c"), one("a # b"));
        assert_eq!(read("\"it's, so\""), one("it's, so"));
        assert_eq!(read("\"a\" b\""), one("a\" b"));
        assert_eq!(read("it's"), one("it's"));
        assert_eq!(read("# nothing"), one(""));
        assert_eq!(read("\"\""), one(""));
        assert_eq!(read("a = b"), one("a = b"));
    }

    #[test]
    fn commas_make_lists() {
        assert_eq!(read("a, b,c # d"), list(&["a", "b", "c"]));
        assert_eq!(read("a,"), list(&["a"]));
        assert_eq!(read("'a, b', \"c\""), list(&["a, b", "c"]));
        assert_eq!(read(", # none"), list(&[]));
    }

    #[test]
    fn three_quotes_span_lines() {
        assert_eq!(read("'''a, # b''' # c"), one("a, # b"));
        let (document, errors) = parse("a = \"\"\"one\n two\"\"\" # end\nb = 1\n");
        assert_eq!(errors, []);
        assert_eq!(document.entries[0].value, one("one\n two"));
        assert_eq!(
            (&*document.entries[1].key, document.entries[1].line),
            ("b", 3)
        );
    }

    #[test]
    fn sections_nest_by_their_brackets() {
        let (document, errors) = parse("[a]\n[[b]]\nk=1\n[[c]]\n[ 'd e' ] # f\nk=2");
        assert_eq!(errors, []);
        let paths: Vec<_> = document
            .sections
            .iter()
            .map(|it| it.path.join("/"))
            .collect();
        assert_eq!(paths, ["a", "a/b", "a/c", "d e"]);
        assert_eq!(document.entries[0].section, ["a", "b"]);
        assert_eq!(document.entries[1].section, ["d e"]);
    }

    #[test]
    fn every_line_end_counts() {
        let (document, errors) = parse("\u{feff}[a]\r\n\tk\t=\t1\t\rl = 2\n");
        assert_eq!(errors, []);
        assert_eq!(document.entries[0].value, one("1"));
        assert_eq!(document.entries[1].line, 3);
    }

    #[test]
    fn every_line_that_cannot_be_read_is_named() {
        assert_eq!(
            fails("[a\n[]\n[a]]\n[[a]]\n[a] b"),
            "1: the section's bracket is not closed; \
             2: the section has no name; \
             3: section \"a\" has 1 opening and 2 closing brackets; \
             4: section \"a\" has 2 brackets, expected at most 1; \
             5: found \"b\" after the section's name"
        );
        assert_eq!(
            fails("word\n= 1\nk = 1\nk = 2\nl = 'a\nm = a,,b\nn = ,a\n[s]\n[s]"),
            "1: found \"word\", expected [section] or key = value; \
             2: found \"= 1\", expected [section] or key = value; \
             4: k is set twice, first on line 3; \
             5: the quote of 'a is not closed; \
             6: the list has an empty item; \
             7: the list begins with a comma; \
             9: section [s] is there twice, first on line 8"
        );
        assert_eq!(fails("k = '''a\nb"), "1: the ''' is not closed");
        assert_eq!(
            fails("k = '''a\nb''' c\nl"),
            "1: found \"c\" after the closing '''; 3: found \"l\", expected [section] or key = value"
        );
    }
}
