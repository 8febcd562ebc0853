//! Input in colours. Pure: without colours the text stays as it is.

use super::lexer::{matching, pieces};
use crate::output::palette::ColorPalette;
use crate::repl::lexer::{InputPiece, PieceKind};

/// The text in colours, with the brackets that belong to the one at the cursor; `is_ours` knows our functions.
pub fn highlight(
    text: &str,
    cursor: Option<usize>,
    is_ours: impl Fn(&str) -> bool,
    palette: ColorPalette,
) -> String {
    if !palette.colored || text.starts_with(':') {
        return text.to_owned();
    }
    let pair = cursor.and_then(|cursor| matching(text, cursor));
    let mut shown = String::new();
    let mut place = 0;
    for piece in pieces(text) {
        shown.push_str(&text[place..piece.span.start]);
        let in_pair = pair.is_some_and(|(one, other)| [one, other].contains(&piece.span.start));
        shown.push_str(&colored(&piece, &text[piece.span.clone()], in_pair, &is_ours, palette));
        place = piece.span.end;
    }
    shown + &text[place..]
}

fn colored(
    piece: &InputPiece,
    text: &str,
    in_pair: bool,
    is_ours: impl Fn(&str) -> bool,
    palette: ColorPalette,
) -> String {
    let paint: fn(ColorPalette, &str) -> String = match piece.kind {
        PieceKind::Keyword => ColorPalette::keyword,
        PieceKind::Name if is_ours(text) => ColorPalette::hint,
        PieceKind::Number => ColorPalette::number,
        PieceKind::Text { .. } => ColorPalette::text,
        PieceKind::Comment { .. } => ColorPalette::dim,
        PieceKind::Sign(_) if in_pair => ColorPalette::matching,
        PieceKind::Name | PieceKind::Sign(_) => return text.to_owned(),
    };
    // A colour that ran over a line end would also colour the margin of the next line.
    text.split('\n')
        .map(|line| if line.is_empty() { String::new() } else { paint(palette, line) })
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn each_kind_has_its_colour_and_no_letter_changes() {
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

    #[test]
    fn without_colours_nothing_is_added() {
        assert_eq!(highlight("let x", None, ours, ColorPalette::PLAIN), "let x");
    }
}
