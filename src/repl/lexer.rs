//! Input as pieces, whole or not: what highlighting, brackets, completion and hints look at. Pure.

use std::ops::Range;

/// Words with a meaning of their own in Rhai.
pub const KEYWORDS: &[&str] = &[
    "let", "const", "if", "else", "switch", "do", "while", "until", "loop", "for", "in", "continue", "break",
    "return", "throw", "try", "catch", "fn", "private", "import", "export", "as", "global", "true", "false",
    "this",
];

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PieceKind {
    /// A word of the language.
    Keyword,
    /// A name of anything.
    Name,
    /// A number.
    Number,
    /// A text with its quotation marks; `closed` tells whether it ends.
    Text {
        /// Whether its last mark is there.
        closed: bool,
    },
    /// A comment; `closed` tells whether it ends before the input does.
    Comment {
        /// Whether it ends.
        closed: bool,
    },
    /// A sign.
    Sign(char),
}

/// A piece of input. What stands between pieces is blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputPiece {
    /// What it is.
    pub kind: PieceKind,
    /// Where it is, in bytes.
    pub span: Range<usize>,
}

/// Takes input apart.
pub fn pieces(text: &str) -> Vec<InputPiece> {
    let mut pieces = Vec::new();
    let mut place = 0;
    while let Some(letter) = text[place..].chars().next() {
        if letter.is_whitespace() {
            place += letter.len_utf8();
            continue;
        }
        let (kind, length) = piece(letter, &text[place..]);
        pieces.push(InputPiece { kind, span: place..place + length });
        place += length;
    }
    pieces
}

fn piece(letter: char, rest: &str) -> (PieceKind, usize) {
    match letter {
        '/' if rest.starts_with("//") => {
            let end = rest.find('\n');
            (PieceKind::Comment { closed: end.is_some() }, end.unwrap_or(rest.len()))
        }
        '/' if rest.starts_with("/*") => {
            let end = rest.get(2..).and_then(|rest| rest.find("*/"));
            (PieceKind::Comment { closed: end.is_some() }, end.map_or(rest.len(), |end| end + 4))
        }
        '"' | '`' | '\'' => text(letter, rest),
        letter if letter.is_ascii_digit() => (PieceKind::Number, number(rest)),
        letter if letter.is_alphabetic() || letter == '_' => word(rest),
        sign => (PieceKind::Sign(sign), sign.len_utf8()),
    }
}

fn text(mark: char, rest: &str) -> (PieceKind, usize) {
    let mut escaped = false;
    for (place, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' if mark != '`' => escaped = true,
            letter if letter == mark => return (PieceKind::Text { closed: true }, place + 1),
            _ => {}
        }
    }
    (PieceKind::Text { closed: false }, rest.len())
}

fn word(rest: &str) -> (PieceKind, usize) {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let length = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
    let kind = if KEYWORDS.contains(&&rest[..length]) { PieceKind::Keyword } else { PieceKind::Name };
    (kind, length)
}

/// Digits with whatever else belongs to a number; two dots are a range.
fn number(rest: &str) -> usize {
    let mut length = 0;
    for (place, letter) in rest.char_indices() {
        let is_fraction = letter == '.' && rest[place + 1..].starts_with(|next: char| next.is_ascii_digit());
        if !(letter.is_ascii_alphanumeric() || letter == '_' || is_fraction) {
            break;
        }
        length = place + letter.len_utf8();
    }
    length
}

/// The bracket at or just before the cursor, and the one that belongs to it, as places in bytes.
pub fn matching(text: &str, cursor: usize) -> Option<(usize, usize)> {
    let brackets = brackets(text);
    let here = [Some(cursor), cursor.checked_sub(1)];
    let place =
        here.into_iter().flatten().find_map(|place| brackets.iter().position(|(at, _)| *at == place))?;
    let (at, sign) = brackets[place];
    let partner = if is_open(sign) {
        partner(brackets[place..].iter(), is_open)
    } else {
        partner(brackets[..=place].iter().rev(), |sign| !is_open(sign))
    };
    partner.map(|partner| (at, partner))
}

/// Brackets that are part of no text and no comment.
fn brackets(text: &str) -> Vec<(usize, char)> {
    let bracket = |piece: &InputPiece| match piece.kind {
        PieceKind::Sign(sign @ ('(' | ')' | '[' | ']' | '{' | '}')) => Some((piece.span.start, sign)),
        _ => None,
    };
    pieces(text).iter().filter_map(bracket).collect()
}

fn partner<'a>(
    brackets: impl Iterator<Item = &'a (usize, char)>,
    goes_in: impl Fn(char) -> bool,
) -> Option<usize> {
    let mut inner = Vec::new();
    for (place, sign) in brackets {
        if goes_in(*sign) {
            inner.push(*sign);
            continue;
        }
        let opposite = inner.pop()?;
        if !belong(opposite, *sign) {
            return None;
        }
        if inner.is_empty() {
            return Some(*place);
        }
    }
    None
}

fn is_open(sign: char) -> bool {
    matches!(sign, '(' | '[' | '{')
}

fn belong(one: char, other: char) -> bool {
    let pair = if is_open(one) { (one, other) } else { (other, one) };
    matches!(pair, ('(', ')') | ('[', ']') | ('{', '}'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kinds(text: &str) -> Vec<(PieceKind, &str)> {
        pieces(text).into_iter().map(|piece| (piece.kind, &text[piece.span])).collect()
    }

    #[test]
    fn input_is_taken_apart() {
        let expected = [
            (PieceKind::Keyword, "let"),
            (PieceKind::Name, "x"),
            (PieceKind::Sign('='), "="),
            (PieceKind::Name, "get_users"),
            (PieceKind::Sign('('), "("),
            (PieceKind::Text { closed: true }, "\"a \\\" b\""),
            (PieceKind::Sign(','), ","),
            (PieceKind::Number, "1.5"),
            (PieceKind::Sign(')'), ")"),
            (PieceKind::Comment { closed: false }, "// end"),
        ];
        assert_eq!(kinds("let x = get_users(\"a \\\" b\", 1.5) // end"), expected);
    }

    #[test]
    fn what_is_not_ended_is_open() {
        assert_eq!(
            kinds("f(\"Des"),
            [
                (PieceKind::Name, "f"),
                (PieceKind::Sign('('), "("),
                (PieceKind::Text { closed: false }, "\"Des")
            ]
        );
        assert_eq!(kinds("/* a"), [(PieceKind::Comment { closed: false }, "/* a")]);
        assert_eq!(kinds("/*"), [(PieceKind::Comment { closed: false }, "/*")]);
    }

    #[test]
    fn a_range_is_no_fraction() {
        assert_eq!(kinds("0..9").len(), 4);
    }

    #[test]
    fn brackets_find_each_other_over_texts_and_comments() {
        let text = "f([1, \")\"], #{a: (2)}) // )";
        assert_eq!(matching(text, 1), Some((1, 21)));
        assert_eq!(matching(text, 22), Some((21, 1)));
        assert_eq!(matching(text, 10), Some((9, 2)));
        assert_eq!(matching("(]", 0), None);
        assert_eq!(matching("((", 1), None);
    }

    proptest! {
        #[test]
        fn any_input_is_taken_apart_without_loss(text in "[ a-z0-9_.\"'`/*(){}\\[\\]\\\\é\n]{0,40}") {
            let pieces = pieces(&text);
            let mut place = 0;
            for piece in &pieces {
                prop_assert!(text[place..piece.span.start].trim().is_empty());
                prop_assert!(!piece.span.is_empty());
                place = piece.span.end;
            }
            prop_assert!(text[place..].trim().is_empty());
            for cursor in 0..=text.len() {
                matching(&text, cursor);
            }
        }
    }
}
