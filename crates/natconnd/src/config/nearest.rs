//! Which known word somebody may have meant.

use std::cmp::Reverse;

/// The candidate closest to `word`, where one is close enough to be meant.
pub(super) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let word = word.to_ascii_lowercase().replace('_', "-");
    candidates
        .into_iter()
        .map(|candidate| {
            let plain = candidate.replace('_', "-");
            // "warning" for "warn", "buffer-maximum" for "buffer-max".
            let is_longer = plain.len() > 3 && word.starts_with(&plain);
            let distance = distance(&word, &plain);
            (if is_longer { 1 } else { distance }, candidate)
        })
        .filter(|(distance, candidate)| *distance <= (candidate.len() / 3).max(1))
        .min_by_key(|(distance, candidate)| (*distance, Reverse(candidate.len())))
        .map(|(_, candidate)| candidate)
}

/// How many letters must be added, left out, changed or swapped with their
/// neighbour to make one word of the other (optimal string alignment).
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    // A word that long is no slip of the finger.
    if from.len() > 64 {
        return usize::MAX;
    }
    let mut before_last = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (i, letter) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, other) in to.iter().enumerate() {
            let change = last[j] + usize::from(letter != other);
            let mut best = change.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && from[i - 1] == *other && *letter == to[j - 1] {
                let swapped: &Vec<usize> = &before_last;
                best = best.min(swapped[j - 1] + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant_and_nothing_far_fetched() {
        let known = [
            "keep-ended",
            "receive-buffer",
            "receive-buffer-max",
            "filter",
        ];
        let nearest = |word| nearest(word, known);
        assert_eq!(nearest("keep_ended"), Some("keep-ended"));
        assert_eq!(nearest("keep-edned"), Some("keep-ended"));
        assert_eq!(nearest("recieve-buffer"), Some("receive-buffer"));
        assert_eq!(
            nearest("receive-buffer-maximum"),
            Some("receive-buffer-max")
        );
        assert_eq!(nearest("filtering"), Some("filter"));
        assert_eq!(nearest("fliter"), Some("filter"));
        assert_eq!(nearest("retention"), None);
        assert_eq!(nearest(""), None);
    }

    #[test]
    fn counts_single_slips() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "abc"), 0);
        assert_eq!(distance("acb", "abc"), 1);
        assert_eq!(distance("abcd", "abc"), 1);
    }
}
