//! Patterns in which `*` matches any characters. There is no way to write a literal star.

/// Whether a string matches a pattern. Both are compared as they are, so fold both to ignore case.
pub fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut remaining) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<_> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return remaining.is_empty() };
    for part in middle {
        match remaining.find(part) {
            Some(place) => remaining = &remaining[place + part.len()..],
            None => return false,
        }
    }
    remaining.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_matches_any_characters() {
        for (pattern, text) in
            [("*osei*", "ben.osei@x"), ("a*", "a"), ("*", ""), ("a*b*c", "a1b2c"), ("a", "a")]
        {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("*osei", "osei@x"), ("a*", "ba"), ("a*a", "a"), ("a*b*c", "acb"), ("a", "ab")]
        {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }
}
