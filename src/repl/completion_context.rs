//! Where the cursor stands in an input: what is being typed, in which call, behind which value. Pure.

use super::lexer::pieces;
use crate::repl::lexer::{InputPiece, PieceKind};

/// What is being typed at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletionContext {
    /// Where what is being typed begins, in bytes.
    pub start: usize,
    /// What was typed of it.
    pub typed: String,
    /// What it is.
    pub place: CompletionPlace,
    /// The call around it, the innermost.
    pub call: Option<OpenCall>,
}

/// What can be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CompletionPlace {
    /// A name of its own.
    Name,
    /// A field or method of what stands before the dot.
    Member(ChainBase, Vec<ChainStep>),
    /// A function or constant of a module.
    Module(String),
    /// A key of a map in a call, beside these.
    Key(Vec<String>),
    /// A text, the value of this key if it is one.
    Text(Option<String>),
    /// Nothing that could be completed: a comment, a number.
    Other,
}

/// What a chain of fields begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChainBase {
    /// A variable.
    Variable(String),
    /// What a function answers.
    Answer(String),
    /// A text.
    Text,
    /// Something that cannot be told without running it.
    Unknown,
}

/// A step from a value into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChainStep {
    /// `.name` or `["name"]`.
    Field(String),
    /// `[0]`
    Index(usize),
}

/// A call that is not closed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCall {
    /// The function.
    pub name: String,
    /// 0-based place of the argument at the cursor.
    pub argument: usize,
    /// Whether it stands behind a dot.
    pub method: bool,
    /// Whether nothing of the argument was typed yet.
    pub fresh: bool,
}

/// What opened and is not closed.
enum OpenBracket {
    Call { name: String, argument: usize, method: bool },
    Map { keys: Vec<String>, key: Option<String> },
    Other,
}

impl CompletionContext {
    /// Looks at the input up to the cursor.
    pub fn of(text: &str, cursor: usize) -> Self {
        let text = text.get(..cursor).unwrap_or(text);
        let pieces = pieces(text);
        let (typed, before) = split(text, &pieces);
        let frames = frames(text, before);
        let fresh = typed.is_none();
        let call = frames.iter().rev().find_map(|frame| match frame {
            OpenBracket::Call { name, argument, method } => {
                let fresh =
                    fresh && matches!(frames.last(), Some(OpenBracket::Call { .. })) && at_start(before);
                Some(OpenCall { name: name.clone(), argument: *argument, method: *method, fresh })
            }
            _ => None,
        });
        let (start, typed_text) = match typed {
            Some(piece) if matches!(piece.kind, PieceKind::Text { .. }) => {
                (piece.span.start + 1, &text[piece.span.start + 1..])
            }
            Some(piece) => (piece.span.start, &text[piece.span.clone()]),
            None => (text.len(), ""),
        };
        let place = place(text, typed, before, &frames);
        Self { start, typed: typed_text.to_owned(), place, call }
    }
}

/// The piece that is being typed, and those before it.
fn split<'a>(text: &str, pieces: &'a [InputPiece]) -> (Option<&'a InputPiece>, &'a [InputPiece]) {
    let Some((last, before)) = pieces.split_last() else { return (None, pieces) };
    let goes_on = last.span.end == text.len()
        && match last.kind {
            PieceKind::Name | PieceKind::Keyword | PieceKind::Number => true,
            PieceKind::Text { closed } | PieceKind::Comment { closed } => !closed,
            PieceKind::Sign(_) => false,
        };
    if goes_on { (Some(last), before) } else { (None, pieces) }
}

fn at_start(before: &[InputPiece]) -> bool {
    matches!(before.last(), Some(InputPiece { kind: PieceKind::Sign('(' | ','), .. }))
}

fn frames(text: &str, pieces: &[InputPiece]) -> Vec<OpenBracket> {
    let mut frames = Vec::new();
    for (place, piece) in pieces.iter().enumerate() {
        let PieceKind::Sign(sign) = piece.kind else { continue };
        match sign {
            '(' => frames.push(opened(text, &pieces[..place])),
            '{' if place > 0 && pieces[place - 1].kind == PieceKind::Sign('#') => {
                frames.push(OpenBracket::Map { keys: Vec::new(), key: None });
            }
            '{' | '[' => frames.push(OpenBracket::Other),
            ')' | ']' | '}' => drop(frames.pop()),
            ',' => match frames.last_mut() {
                Some(OpenBracket::Call { argument, .. }) => *argument += 1,
                Some(OpenBracket::Map { key, .. }) => *key = None,
                _ => {}
            },
            ':' => {
                if let (Some(OpenBracket::Map { keys, key }), Some(named)) =
                    (frames.last_mut(), place.checked_sub(1))
                {
                    let name = text[pieces[named].span.clone()].trim_matches('"').to_owned();
                    keys.push(name.clone());
                    *key = Some(name);
                }
            }
            _ => {}
        }
    }
    frames
}

fn opened(text: &str, before: &[InputPiece]) -> OpenBracket {
    match before {
        [.., dot, name] if name.kind == PieceKind::Name => OpenBracket::Call {
            name: text[name.span.clone()].to_owned(),
            argument: 0,
            method: dot.kind == PieceKind::Sign('.'),
        },
        [name] if name.kind == PieceKind::Name => {
            OpenBracket::Call { name: text[name.span.clone()].to_owned(), argument: 0, method: false }
        }
        _ => OpenBracket::Other,
    }
}

fn place(
    text: &str,
    typed: Option<&InputPiece>,
    before: &[InputPiece],
    frames: &[OpenBracket],
) -> CompletionPlace {
    match typed.map(|piece| piece.kind) {
        Some(PieceKind::Comment { .. } | PieceKind::Number) => return CompletionPlace::Other,
        Some(PieceKind::Text { .. })
            if text[typed.map_or(0, |piece| piece.span.start)..].starts_with('\'') =>
        {
            return CompletionPlace::Other;
        }
        Some(PieceKind::Text { .. }) => {
            let key = frames.iter().rev().find_map(|frame| match frame {
                OpenBracket::Map { key, .. } => Some(key.clone()),
                OpenBracket::Call { .. } => Some(None),
                OpenBracket::Other => None,
            });
            return CompletionPlace::Text(key.flatten());
        }
        _ => {}
    }
    match before {
        [.., dot] if dot.kind == PieceKind::Sign('.') => {
            let (base, steps) = chain(text, &before[..before.len() - 1]);
            CompletionPlace::Member(base, steps)
        }
        [.., name, one, other] if is_word(name) && is_colon(one) && is_colon(other) => {
            CompletionPlace::Module(text[name.span.clone()].to_owned())
        }
        _ => match frames.last() {
            Some(OpenBracket::Map { keys, key: None }) => CompletionPlace::Key(keys.clone()),
            _ => CompletionPlace::Name,
        },
    }
}

/// `global` is a keyword and stands where a module's name does.
fn is_word(piece: &InputPiece) -> bool {
    matches!(piece.kind, PieceKind::Name | PieceKind::Keyword)
}

fn is_colon(piece: &InputPiece) -> bool {
    piece.kind == PieceKind::Sign(':')
}

/// The chain of fields that ends with these pieces.
fn chain(text: &str, pieces: &[InputPiece]) -> (ChainBase, Vec<ChainStep>) {
    let mut steps = Vec::new();
    let mut rest = pieces;
    loop {
        match rest {
            [before @ .., dot, name] if name.kind == PieceKind::Name && dot.kind == PieceKind::Sign('.') => {
                steps.push(ChainStep::Field(text[name.span.clone()].to_owned()));
                rest = before;
            }
            [.., name] if name.kind == PieceKind::Name => {
                steps.reverse();
                return (ChainBase::Variable(text[name.span.clone()].to_owned()), steps);
            }
            [before @ .., open, index, close]
                if open.kind == PieceKind::Sign('[') && close.kind == PieceKind::Sign(']') =>
            {
                let Some(step) = step(&text[index.span.clone()]) else {
                    return (ChainBase::Unknown, Vec::new());
                };
                steps.push(step);
                rest = before;
            }
            [.., literal] if matches!(literal.kind, PieceKind::Text { .. }) => {
                steps.reverse();
                return (ChainBase::Text, steps);
            }
            [.., close] if close.kind == PieceKind::Sign(')') => {
                steps.reverse();
                return (called(text, rest).map_or(ChainBase::Unknown, ChainBase::Answer), steps);
            }
            _ => return (ChainBase::Unknown, Vec::new()),
        }
    }
}

fn step(text: &str) -> Option<ChainStep> {
    match text.strip_prefix('"') {
        Some(name) => Some(ChainStep::Field(name.trim_end_matches('"').to_owned())),
        None => text.parse().ok().map(ChainStep::Index),
    }
}

/// The function whose call ends with these pieces.
fn called(text: &str, pieces: &[InputPiece]) -> Option<String> {
    let mut depth = 0usize;
    for (place, piece) in pieces.iter().enumerate().rev() {
        match piece.kind {
            PieceKind::Sign(')' | ']' | '}') => depth += 1,
            PieceKind::Sign('(' | '[' | '{') => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            let name = pieces.get(place.checked_sub(1)?)?;
            return (name.kind == PieceKind::Name).then(|| text[name.span.clone()].to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at_end(text: &str) -> CompletionContext {
        CompletionContext::of(text, text.len())
    }

    fn field(name: &str) -> ChainStep {
        ChainStep::Field(name.into())
    }

    #[test]
    fn a_name_is_being_typed() {
        let cursor = at_end("let x = get_u");
        assert_eq!(
            (cursor.start, cursor.typed.as_str(), cursor.place, cursor.call),
            (8, "get_u", CompletionPlace::Name, None)
        );
        assert_eq!(at_end("").place, CompletionPlace::Name);
    }

    #[test]
    fn a_chain_of_fields_is_followed_to_its_beginning() {
        let place = |text: &str| at_end(text).place;
        let users = ChainBase::Variable("users".into());
        assert_eq!(place("users."), CompletionPlace::Member(users.clone(), vec![]));
        assert_eq!(
            place("f(users[0].gro"),
            CompletionPlace::Member(users.clone(), vec![ChainStep::Index(0)])
        );
        assert_eq!(place("users[\"a\"].b.c"), CompletionPlace::Member(users, vec![field("a"), field("b")]));
        assert_eq!(
            place("get_users(#{group: \"X\"}).fil"),
            CompletionPlace::Member(ChainBase::Answer("get_users".into()), vec![])
        );
        assert_eq!(place("\"x\".tri"), CompletionPlace::Member(ChainBase::Text, vec![]));
        assert_eq!(place("(1 + 2).x"), CompletionPlace::Member(ChainBase::Unknown, vec![]));
        assert_eq!(place("umapi::get"), CompletionPlace::Module("umapi".into()));
    }

    #[test]
    fn the_call_around_the_cursor_is_known_with_its_argument() {
        let call = |text: &str| at_end(text).call.unwrap();
        let expected = OpenCall { name: "get_user".into(), argument: 1, method: false, fresh: true };
        assert_eq!(call("let u = get_user(\"a\", "), expected);
        assert!(!call("get_user(\"a\", x").fresh);
        assert_eq!(call("f(g(1, 2), [3, 4], ").argument, 2);
        assert_eq!(call("users.filter(").name, "filter");
        assert!(call("users.filter(").method);
        assert_eq!(at_end("f(1)").call, None);
    }

    #[test]
    fn keys_of_a_map_in_a_call_are_told_from_their_values() {
        assert_eq!(at_end("get_users(#{").place, CompletionPlace::Key(vec![]));
        assert_eq!(at_end("get_users(#{group: \"X\", di").place, CompletionPlace::Key(vec!["group".into()]));
        assert_eq!(at_end("get_users(#{direct_only: tr").place, CompletionPlace::Name);
        assert_eq!(at_end("get_users(#{direct_only: tr").call.unwrap().name, "get_users");
    }

    #[test]
    fn inside_a_text_its_key_and_what_was_typed_of_it_are_known() {
        let cursor = at_end("get_users(#{group: \"Des Te");
        assert_eq!(
            (cursor.typed.as_str(), cursor.place),
            ("Des Te", CompletionPlace::Text(Some("group".into())))
        );
        let cursor = at_end("add_to_groups(\"a@example.com\", [\"De");
        assert_eq!((cursor.place, cursor.call.unwrap().argument), (CompletionPlace::Text(None), 1));
        assert_eq!(at_end("// x").place, CompletionPlace::Other);
    }

    proptest! {
        #[test]
        fn any_input_has_a_cursor(text in "[ a-z0.,:#\"'`/*(){}\\[\\]\\\\é\n]{0,40}") {
            for place in (0..=text.len()).filter(|place| text.is_char_boundary(*place)) {
                let cursor = CompletionContext::of(&text, place);
                prop_assert!(cursor.start <= place);
                prop_assert_eq!(&text[cursor.start..place], cursor.typed.as_str());
            }
        }
    }
}
