//! Numbers and nouns in messages: `3,040 removals`, `1 removal`, `an Index`.

/// A number with a comma between groups of three digits.
pub(crate) fn number(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number and what it counts; `noun` is the singular, and an `s` makes the plural.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", number(count))
}

/// A noun with its indefinite article.
pub(crate) fn indefinite(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) { "an" } else { "a" };
    format!("{article} {noun}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_nouns_are_plural_except_for_one() {
        let texts = [0, 1, 2, 200, 3_040, 1_000_000].map(|count| counted(count, "removal"));
        let expected =
            ["0 removals", "1 removal", "2 removals", "200 removals", "3,040 removals", "1,000,000 removals"];
        assert_eq!(texts, expected);
    }

    #[test]
    fn a_noun_has_its_article() {
        let expected = ["an Index", "an Outcome", "a User", "an array", "a map"];
        assert_eq!(["Index", "Outcome", "User", "array", "map"].map(indefinite), expected);
    }
}
