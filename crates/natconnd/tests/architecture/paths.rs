//! The paths that a Rust source names, such as `crate::http::Listener`.
//!
//! No parser: words, `::` and brackets are enough to see who is named, in `use`
//! lines and in the code alike. Comments and strings name nobody. Macros of
//! other crates that make paths are not seen through.

/// A path, from the root of its crate on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Named {
    /// In the same crate: what stands behind `crate::`.
    Ours(Vec<String>),
    /// As it was written: another crate, or something that a `use` brought in.
    Other(Vec<String>),
}

/// The paths in the source of this module, given by its own path.
pub fn paths(source: &str, module: &[&str]) -> Vec<Named> {
    let tokens = tokens(source);
    let submodules = submodules(&tokens);
    let mut found = Vec::new();
    let mut scopes: Vec<Option<&str>> = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let before = |back: usize| at.checked_sub(back).and_then(|at| tokens.get(at));
        match *token {
            Token::Open => scopes.push(match (before(2), before(1)) {
                (Some(Token::Word("mod")), Some(Token::Word(name))) => Some(name),
                _ => None,
            }),
            Token::Close => drop(scopes.pop()),
            Token::Word(_) => {
                let is_use = before(1) == Some(&Token::Word("use"));
                let is_path = tokens.get(at + 1) == Some(&Token::Colons);
                if is_use || is_path {
                    let inner = scopes.iter().copied().flatten();
                    let here: Vec<&str> = module.iter().copied().chain(inner).collect();
                    let mut written = Vec::new();
                    read(&tokens, &mut at, Vec::new(), &mut written);
                    let resolved = written.into_iter().map(|path| match path.first() {
                        Some(first) if submodules.contains(first) => {
                            Named::Ours(owned(&[module, &path].concat()))
                        }
                        _ => resolve(path, &here),
                    });
                    found.extend(resolved);
                    continue;
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// The modules that a source declares to be in files of their own: a path that
/// begins with one of them is no crate's, whatever crates there are.
fn submodules<'s>(tokens: &[Token<'s>]) -> Vec<&'s str> {
    tokens
        .windows(3)
        .filter_map(|three| match three {
            [Token::Word("mod"), Token::Word(name), Token::Else] => Some(*name),
            _ => None,
        })
        .collect()
}

fn owned(path: &[&str]) -> Vec<String> {
    path.iter().map(|&word| word.to_owned()).collect()
}

/// The words of a source, keywords included.
pub fn words(source: &str) -> impl Iterator<Item = &str> {
    tokens(source).into_iter().filter_map(|token| match token {
        Token::Word(word) => Some(word),
        _ => None,
    })
}

/// Reads one path, or all paths of a group in braces.
fn read<'s>(
    tokens: &[Token<'s>],
    at: &mut usize,
    mut path: Vec<&'s str>,
    found: &mut Vec<Vec<&'s str>>,
) {
    loop {
        match tokens.get(*at) {
            Some(Token::Word(word)) => {
                path.push(word);
                *at += 1;
                if tokens.get(*at) != Some(&Token::Colons) {
                    return found.push(path);
                }
                *at += 1;
            }
            Some(Token::Open) => {
                *at += 1;
                while !matches!(tokens.get(*at), None | Some(Token::Close)) {
                    read(tokens, at, path.clone(), found);
                    // Over `as name`, up to the next of the group.
                    while !matches!(tokens.get(*at), None | Some(Token::Comma | Token::Close)) {
                        *at += 1;
                    }
                    *at += usize::from(tokens.get(*at) == Some(&Token::Comma));
                }
                *at += 1;
                return;
            }
            _ => return found.push(path),
        }
    }
}

fn resolve(path: Vec<&str>, here: &[&str]) -> Named {
    let climbed = path.iter().take_while(|&&word| word == "super").count();
    match path.first() {
        Some(&"crate") => Named::Ours(owned(&path[1..])),
        Some(&"self" | &"super") => {
            let kept = here.len().saturating_sub(climbed);
            let rest = &path[climbed.max(1)..];
            Named::Ours(owned(&[&here[..kept], rest].concat()))
        }
        _ => Named::Other(owned(&path)),
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Token<'s> {
    Word(&'s str),
    Colons,
    Open,
    Close,
    Comma,
    Else,
}

fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(letter) = rest.chars().next() {
        let is_of_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        let (length, token) = if let Some(length) = silent(rest) {
            (length, None)
        } else if is_of_word(letter) {
            let length = rest.find(|letter| !is_of_word(letter));
            let length = length.unwrap_or(rest.len());
            (length, Some(Token::Word(&rest[..length])))
        } else if rest.starts_with("::") {
            (2, Some(Token::Colons))
        } else {
            let token = match letter {
                '{' => Some(Token::Open),
                '}' => Some(Token::Close),
                ',' => Some(Token::Comma),
                letter if letter.is_whitespace() => None,
                _ => Some(Token::Else),
            };
            (letter.len_utf8(), token)
        };
        tokens.extend(token);
        rest = &rest[length..];
    }
    tokens
}

/// How long the comment, string or character is that stands at the beginning.
fn silent(rest: &str) -> Option<usize> {
    let up_to = |end: &str, from: usize| {
        let length = rest[from..].find(end).map(|at| from + at + end.len());
        Some(length.unwrap_or(rest.len()))
    };
    if rest.starts_with("//") {
        return up_to("\n", 2);
    }
    if rest.starts_with("/*") {
        return up_to("*/", 2);
    }
    if let Some(character) = rest.strip_prefix('\'') {
        let mut letters = character.chars();
        let first = letters.next()?;
        return match first {
            '\\' => up_to("'", 3),
            _ if letters.next() == Some('\'') => Some(2 + first.len_utf8()),
            // A lifetime.
            _ => None,
        };
    }
    let string = rest.trim_start_matches(['b', 'c']);
    let prefix = rest.len() - string.len();
    if let Some(raw) = string.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        return raw[hashes..]
            .starts_with('"')
            .then(|| up_to(&format!("\"{}", &raw[..hashes]), prefix + hashes + 2))
            .flatten();
    }
    if prefix > 1 || !string.starts_with('"') {
        return None;
    }
    let mut is_escaped = false;
    let end = string[1..].find(|letter| {
        let is_end = letter == '"' && !is_escaped;
        is_escaped = letter == '\\' && !is_escaped;
        is_end
    });
    Some(end.map_or(rest.len(), |end| prefix + end + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(source: &str) -> Vec<String> {
        paths(source, &["http", "json"])
            .into_iter()
            .map(|named| match named {
                Named::Ours(path) => format!("crate {}", path.join(" ")),
                Named::Other(path) => path.join(" "),
            })
            .collect()
    }

    #[test]
    fn paths_are_found_in_use_lines_and_in_code() {
        assert_eq!(
            named("pub use crate::{listen, http::{self as web, Server}, lookup::*};"),
            [
                "crate listen",
                "crate http self",
                "crate http Server",
                "crate lookup"
            ]
        );
        assert_eq!(named("use ctnetlink as kernel;"), ["ctnetlink"]);
        assert_eq!(
            named("fn f(m: &model::Match) { crate::mirror::now(); }"),
            ["model Match", "crate mirror now"]
        );
    }

    #[test]
    fn self_and_super_lead_to_the_root_of_the_crate() {
        assert_eq!(named("use super::text;"), ["crate http text"]);
        assert_eq!(named("use super::super::mirror;"), ["crate mirror"]);
        assert_eq!(
            named("mod tests { use super::super::text; } use self::x::Y;"),
            ["crate http text", "crate http json x Y"]
        );
    }

    #[test]
    fn a_submodule_is_nearer_than_a_crate_of_its_name() {
        let source = "mod model; pub use model::X; use ctnetlink::Y;";
        assert_eq!(named(source), ["crate http json model X", "ctnetlink Y"]);
    }

    #[test]
    fn comments_strings_and_characters_name_nobody() {
        let source = r###"
            // use crate::table;
            /* crate::table */
            const A: &str = "crate::table \" crate::table";
            const B: &[u8] = br#"crate::table " crate::table"#;
            fn f<'a>(x: &'a str) { g('"', '\'', x, model::A); }
        "###;
        assert_eq!(named(source), ["model A"]);
    }
}
