//! Characters that cannot be seen: control, format and direction characters. In an identifier they make another name
//! that looks the same.

use std::borrow::Cow;

/// Ranges of Unicode's control and format characters and its line separators.
const RANGES: &[(char, char)] = &[
    ('\u{0}', '\u{1f}'),
    ('\u{7f}', '\u{9f}'),
    ('\u{ad}', '\u{ad}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{180e}', '\u{180e}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{fff9}', '\u{fffb}'),
    ('\u{e0000}', '\u{e007f}'),
];

/// Whether a character cannot be seen.
pub fn is_invisible(character: char) -> bool {
    RANGES.iter().any(|(first, last)| (*first..=*last).contains(&character))
}

/// The text with invisible characters as `<U+200B>`.
pub fn revealed(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut shown, character| {
        if is_invisible(character) {
            shown += &code(character);
        } else {
            shown.push(character);
        }
        shown
    })
}

/// The text with control and direction characters as `<U+001B>`, except line ends and tabs: names of people must not
/// move the cursor of a terminal or turn the text of a question around.
pub fn defused(text: &str) -> Cow<'_, str> {
    replaced(text, code)
}

/// The text with control and direction characters as `\u001B`, as strings of JSON and of scripts write them.
pub fn escaped(text: &str) -> Cow<'_, str> {
    replaced(text, |character| format!("\\u{:04X}", u32::from(character)))
}

/// Whether a terminal obeys a character instead of showing it; line ends and tabs apart.
pub fn drives_terminal(character: char) -> bool {
    (character.is_control() && !matches!(character, '\n' | '\t'))
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

fn replaced(text: &str, shown: impl Fn(char) -> String) -> Cow<'_, str> {
    if !text.contains(drives_terminal) {
        return Cow::Borrowed(text);
    }
    let shown = |letter: char| if drives_terminal(letter) { shown(letter) } else { letter.to_string() };
    Cow::Owned(text.chars().map(shown).collect())
}

/// What is wrong with an identifier that has an invisible character; `None` if it has none.
pub fn problem(text: &str) -> Option<String> {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return None;
    }
    // Spaces and line ends around an identifier are trimmed everywhere.
    let text = text.trim();
    let (place, character) = text.chars().enumerate().find(|(_, character)| is_invisible(*character))?;
    let code = code(character);
    Some(format!("`{}` has an invisible character, {code}, at position {}", revealed(text), place + 1))
}

fn code(character: char) -> String {
    format!("<U+{:04X}>", u32::from(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_drives_a_terminal_is_shown_by_its_code() {
        assert_eq!(defused("A\u{1b}[2K\rnobody\u{202e}"), "A<U+001B>[2K<U+000D>nobody<U+202E>");
        assert_eq!(escaped("A\u{1b}[2K\u{202e}"), "A\\u001B[2K\\u202E");
        assert_eq!(defused("two\n\tlines \u{200d} é"), "two\n\tlines \u{200d} é");
    }

    #[test]
    fn an_invisible_character_is_named_with_its_position() {
        assert_eq!(
            problem("vik.stone\u{200b}@example.com").as_deref(),
            Some("`vik.stone<U+200B>@example.com` has an invisible character, <U+200B>, at position 10")
        );
        for character in ['\u{202e}', '\u{feff}', '\u{7}', '\u{2066}', '\u{ad}', '\u{e0041}'] {
            assert!(problem(&format!("a{character}b")).is_some(), "{character:?}");
        }
        for text in [" a@example.com\n", "Diseño & Büro", "日本語", "R&D / Lab #1"] {
            assert_eq!(problem(text), None, "{text}");
        }
    }
}
