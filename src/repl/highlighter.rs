//! Input in colors. Pure: without colors the text stays as it is.

use crate::language::tokens::{ScriptToken, ScriptTokenKind, tokens};
use crate::output::palette::ColorPalette;

/// The text in colors; the bracket at the cursor and its partner are marked. `is_ours` recognizes our functions.
pub(super) fn highlight(
    text: &str,
    cursor: Option<usize>,
    is_ours: impl Fn(&str) -> bool,
    palette: ColorPalette,
) -> String {
    if !palette.colored || text.starts_with(':') {
        return text.to_owned();
    }
    let tokens = tokens(text);
    let pair = cursor.and_then(|cursor| bracket_pair(&tokens, cursor));
    let mut shown = String::new();
    let mut place = 0;
    for token in &tokens {
        shown.push_str(&text[place..token.span.start]);
        let in_pair = pair.is_some_and(|(one, other)| [one, other].contains(&bracket_place(token)));
        shown.push_str(&colored(token, in_pair, &is_ours, palette));
        place = token.span.end;
    }
    shown + &text[place..]
}

fn colored(
    token: &ScriptToken,
    in_pair: bool,
    is_ours: impl Fn(&str) -> bool,
    palette: ColorPalette,
) -> String {
    let paint: fn(ColorPalette, &str) -> String = match token.kind {
        ScriptTokenKind::Keyword => ColorPalette::keyword,
        ScriptTokenKind::Name if is_ours(token.text) => ColorPalette::hint,
        ScriptTokenKind::Number => ColorPalette::number,
        ScriptTokenKind::Text { .. } => ColorPalette::text,
        ScriptTokenKind::Comment { .. } => ColorPalette::dim,
        ScriptTokenKind::Symbol if in_pair => ColorPalette::matching,
        ScriptTokenKind::Name | ScriptTokenKind::Symbol => return token.text.to_owned(),
    };
    // A color that continues past a line end would also color the margin of the next line.
    let lines = token.text.split('\n');
    let painted = lines.map(|line| if line.is_empty() { String::new() } else { paint(palette, line) });
    painted.collect::<Vec<_>>().join("\n")
}

/// The bracket at or just before the cursor, and the one that belongs to it, as places in bytes.
fn bracket_pair(tokens: &[ScriptToken], cursor: usize) -> Option<(usize, usize)> {
    let bracket = |token: &ScriptToken| token.bracket().map(|bracket| (bracket_place(token), bracket));
    let brackets: Vec<_> = tokens.iter().filter_map(bracket).collect();
    let here = [Some(cursor), cursor.checked_sub(1)];
    let index =
        here.into_iter().flatten().find_map(|place| brackets.iter().position(|(at, _)| *at == place))?;
    let (at, bracket) = brackets[index];
    let partner = if is_opening(bracket) {
        partner(brackets[index..].iter(), is_opening)
    } else {
        partner(brackets[..=index].iter().rev(), |bracket| !is_opening(bracket))
    };
    partner.map(|partner| (at, partner))
}

/// The bracket is the last character of `#{`.
fn bracket_place(token: &ScriptToken) -> usize {
    token.span.end.saturating_sub(1)
}

fn partner<'a>(
    brackets: impl Iterator<Item = &'a (usize, char)>,
    goes_in: impl Fn(char) -> bool,
) -> Option<usize> {
    let mut inner = Vec::new();
    for (place, bracket) in brackets {
        if goes_in(*bracket) {
            inner.push(*bracket);
            continue;
        }
        if !is_pair(inner.pop()?, *bracket) {
            return None;
        }
        if inner.is_empty() {
            return Some(*place);
        }
    }
    None
}

fn is_opening(bracket: char) -> bool {
    matches!(bracket, '(' | '[' | '{')
}

fn is_pair(one: char, other: char) -> bool {
    let pair = if is_opening(one) { (one, other) } else { (other, one) };
    matches!(pair, ('(', ')') | ('[', ']') | ('{', '}'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ours(name: &str) -> bool {
        name == "get_users"
    }

    fn stripped(text: &str) -> String {
        let mut plain = String::new();
        let mut in_code = false;
        for letter in text.chars() {
            in_code |= letter == '\u{1b}';
            if !in_code {
                plain.push(letter);
            }
            in_code &= letter != 'm';
        }
        plain
    }

    fn pair(text: &str, cursor: usize) -> Option<(usize, usize)> {
        bracket_pair(&tokens(text), cursor)
    }

    #[test]
    fn brackets_are_paired_across_strings_and_comments() {
        let text = "f([1, \")\"], #{a: (2)}) // )";
        assert_eq!(pair(text, 1), Some((1, 21)));
        assert_eq!(pair(text, 22), Some((21, 1)));
        assert_eq!(pair(text, 10), Some((9, 2)));
        assert_eq!(pair("`${a}`", 2), Some((2, 4)));
        assert_eq!(pair("(]", 0), None);
        assert_eq!(pair("((", 1), None);
    }

    #[test]
    fn each_kind_has_its_color_and_no_letter_changes() {
        let text = "let x = get_users(\"a\", 1); // b\nfoo()";
        let shown = highlight(text, Some(17), ours, ColorPalette { colored: true });
        assert_eq!(stripped(&shown), text);
        for colored in
            ["\u{1b}[35mlet", "\u{1b}[36mget_users", "\u{1b}[32m\"a\"", "\u{1b}[33m1", "\u{1b}[2m// b"]
        {
            assert!(shown.contains(colored), "{shown:?}");
        }
        assert_eq!(shown.matches("\u{1b}[4m").count(), 2, "{shown:?}");
    }

    proptest! {
        #[test]
        fn any_input_keeps_its_letters(text in "[ a-z0-9.\"'`/*#$(){}\\[\\]\\\\é\n]{0,40}") {
            for cursor in 0..=text.len() {
                let shown = highlight(&text, Some(cursor), ours, ColorPalette { colored: true });
                prop_assert_eq!(&stripped(&shown), &text);
            }
        }
    }

    #[test]
    fn without_colors_nothing_is_added() {
        assert_eq!(highlight("let x", None, ours, ColorPalette::PLAIN), "let x");
    }
}
