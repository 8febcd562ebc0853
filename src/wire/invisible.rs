//! Characters that cannot be seen: control, format and direction characters. In an identifier they make another name
//! that looks the same.

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

/// What is wrong with an identifier that has an invisible character; `None` if it has none.
pub fn problem(text: &str) -> Option<String> {
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
