//! The context at the cursor: what is being typed, in which call, after which value. Pure.

use crate::language::tokens::{ScriptToken, ScriptTokenKind, code_tokens, tokens};

/// What is being typed at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CompletionContext {
    /// Where the token at the cursor begins, in bytes.
    pub start: usize,
    /// The part of it before the cursor.
    pub typed: String,
    /// Its kind.
    pub place: CompletionPlace,
    /// The call around it, the innermost.
    pub call: Option<OpenCall>,
}

/// What can be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CompletionPlace {
    /// A variable, a function or a keyword.
    Name,
    /// A field or method of the value before the dot.
    Member(ChainBase, Vec<ChainStep>),
    /// A function or constant of a module.
    Module(String),
    /// A key of a map in a call, beside these.
    Key(Vec<String>),
    /// A string, the value of this key if it has one.
    String(Option<String>),
    /// Nothing that can be completed, such as a comment or a number.
    Other,
}

/// What a chain of fields begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ChainBase {
    /// A variable.
    Variable(String),
    /// The result of a function.
    Call(String),
    /// A string.
    String,
    /// An expression whose value is known only at run time.
    Unknown,
}

/// A step from a value into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ChainStep {
    /// `.name` or `["name"]`.
    Field(String),
    /// `[0]`
    Index(usize),
}

/// A call that is not closed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OpenCall {
    /// The function.
    pub name: String,
    /// 0-based index of the argument at the cursor.
    pub argument: usize,
    /// Whether it follows a dot.
    pub is_method: bool,
    /// Whether the argument is still empty.
    pub is_argument_empty: bool,
}

/// A bracket that is not closed yet.
enum OpenBracket {
    Call { name: String, argument: usize, is_method: bool },
    Map { keys: Vec<String>, key: Option<String> },
    Other,
}

impl CompletionContext {
    /// Reads the input up to the cursor.
    pub(super) fn of(text: &str, cursor: usize) -> Self {
        let text = text.get(..cursor).unwrap_or(text);
        let open_comment = tokens(text).pop().filter(is_open_comment);
        let tokens = code_tokens(text);
        let (typed, before) = match &open_comment {
            Some(comment) => (Some(comment), tokens.as_slice()),
            None => split_typed(text, &tokens),
        };
        let brackets = open_brackets(before);
        let call = brackets.iter().rev().find_map(|bracket| match bracket {
            OpenBracket::Call { name, argument, is_method } => {
                let in_call = matches!(brackets.last(), Some(OpenBracket::Call { .. }));
                let is_argument_empty = typed.is_none() && in_call && is_argument_start(before);
                Some(OpenCall {
                    name: name.clone(),
                    argument: *argument,
                    is_method: *is_method,
                    is_argument_empty,
                })
            }
            _ => None,
        });
        let start = match typed {
            Some(ScriptToken { kind: ScriptTokenKind::Text { opened: true, .. }, text, span }) => {
                span.start + text.find(['"', '\'', '`']).map_or(text.len(), |mark| mark + 1)
            }
            Some(token) => token.span.start,
            None => text.len(),
        };
        let place = completion_place(typed, before, &brackets);
        Self { start, typed: text[start..].to_owned(), place, call }
    }
}

fn is_open_comment(token: &ScriptToken) -> bool {
    token.kind == ScriptTokenKind::Comment { closed: false }
}

/// The token that is being typed, and those before it.
fn split_typed<'a, 't>(
    text: &str,
    tokens: &'a [ScriptToken<'t>],
) -> (Option<&'a ScriptToken<'t>>, &'a [ScriptToken<'t>]) {
    let Some((last, before)) = tokens.split_last() else { return (None, tokens) };
    let is_typed = last.span.end == text.len()
        && match last.kind {
            ScriptTokenKind::Name | ScriptTokenKind::Keyword | ScriptTokenKind::Number => true,
            ScriptTokenKind::Text { closed, .. } | ScriptTokenKind::Comment { closed } => !closed,
            ScriptTokenKind::Symbol => false,
        };
    if is_typed { (Some(last), before) } else { (None, tokens) }
}

fn is_argument_start(before: &[ScriptToken]) -> bool {
    before.last().is_some_and(|last| last.is_symbol("(") || last.is_symbol(","))
}

fn open_brackets(tokens: &[ScriptToken]) -> Vec<OpenBracket> {
    let mut open = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        match token.bracket() {
            Some('(') => open.push(open_parenthesis(&tokens[..place])),
            Some('{') if token.is_symbol("#{") => {
                open.push(OpenBracket::Map { keys: Vec::new(), key: None });
            }
            Some('{' | '[') => open.push(OpenBracket::Other),
            Some(_) => drop(open.pop()),
            None => {}
        }
        match open.last_mut() {
            Some(OpenBracket::Call { argument, .. }) if token.is_symbol(",") => *argument += 1,
            Some(OpenBracket::Map { key, .. }) if token.is_symbol(",") => *key = None,
            Some(OpenBracket::Map { keys, key }) if token.is_symbol(":") && place > 0 => {
                let name = tokens[place - 1].text.trim_matches('"').to_owned();
                keys.push(name.clone());
                *key = Some(name);
            }
            _ => {}
        }
    }
    open
}

fn open_parenthesis(before: &[ScriptToken]) -> OpenBracket {
    match before {
        [rest @ .., name] if name.is_name() => {
            let is_method = rest.last().is_some_and(is_dot);
            OpenBracket::Call { name: name.text.to_owned(), argument: 0, is_method }
        }
        _ => OpenBracket::Other,
    }
}

fn is_dot(token: &ScriptToken) -> bool {
    token.is_symbol(".") || token.is_symbol("?.")
}

fn completion_place(
    typed: Option<&ScriptToken>,
    before: &[ScriptToken],
    brackets: &[OpenBracket],
) -> CompletionPlace {
    match typed.map(|token| (token.kind, token.text)) {
        Some((ScriptTokenKind::Comment { .. } | ScriptTokenKind::Number, _)) => {
            return CompletionPlace::Other;
        }
        Some((ScriptTokenKind::Text { opened, .. }, text)) => {
            // A character is not a name, and what follows an interpolation does not begin one.
            if !opened || text.starts_with('\'') {
                return CompletionPlace::Other;
            }
            let key = brackets.iter().rev().find_map(|bracket| match bracket {
                OpenBracket::Map { key, .. } => Some(key.clone()),
                OpenBracket::Call { .. } => Some(None),
                OpenBracket::Other => None,
            });
            return CompletionPlace::String(key.flatten());
        }
        _ => {}
    }
    match before {
        [owner @ .., dot] if is_dot(dot) => {
            let (base, steps) = chain(owner);
            CompletionPlace::Member(base, steps)
        }
        // `global` is a keyword in the place of a module's name.
        [.., module, colons]
            if colons.is_symbol("::") && (module.is_name() || module.is_keyword("global")) =>
        {
            CompletionPlace::Module(module.text.to_owned())
        }
        _ => match brackets.last() {
            Some(OpenBracket::Map { keys, key: None }) => CompletionPlace::Key(keys.clone()),
            _ => CompletionPlace::Name,
        },
    }
}

/// The chain of fields that ends with these tokens.
fn chain(tokens: &[ScriptToken]) -> (ChainBase, Vec<ChainStep>) {
    let mut steps = Vec::new();
    let mut rest = tokens;
    let base = loop {
        match rest {
            [before @ .., dot, name] if name.is_name() && is_dot(dot) => {
                steps.push(ChainStep::Field(name.text.to_owned()));
                rest = before;
            }
            [.., name] if name.is_name() => break ChainBase::Variable(name.text.to_owned()),
            [before @ .., open, index, close] if open.bracket() == Some('[') && close.is_symbol("]") => {
                let Some(step) = index_step(index) else { return (ChainBase::Unknown, Vec::new()) };
                steps.push(step);
                rest = before;
            }
            [.., literal] if matches!(literal.kind, ScriptTokenKind::Text { .. }) => break ChainBase::String,
            [.., close] if close.is_symbol(")") => {
                break called_function(rest).map_or(ChainBase::Unknown, ChainBase::Call);
            }
            _ => return (ChainBase::Unknown, Vec::new()),
        }
    };
    steps.reverse();
    (base, steps)
}

fn index_step(index: &ScriptToken) -> Option<ChainStep> {
    match index.kind {
        ScriptTokenKind::Text { opened: true, closed: true } => {
            Some(ChainStep::Field(index.text.trim_matches('"').to_owned()))
        }
        _ => index.text.parse().ok().map(ChainStep::Index),
    }
}

/// The function whose call ends with these tokens.
fn called_function(tokens: &[ScriptToken]) -> Option<String> {
    let mut depth = 0usize;
    for (place, token) in tokens.iter().enumerate().rev() {
        match token.bracket() {
            Some(')' | ']' | '}') => depth += 1,
            Some(_) => depth = depth.checked_sub(1)?,
            None => {}
        }
        if depth == 0 {
            let name = tokens.get(place.checked_sub(1)?)?;
            return name.is_name().then(|| name.text.to_owned());
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
            CompletionPlace::Member(ChainBase::Call("get_users".into()), vec![])
        );
        assert_eq!(place("\"x\".tri"), CompletionPlace::Member(ChainBase::String, vec![]));
        assert_eq!(place("(1 + 2).x"), CompletionPlace::Member(ChainBase::Unknown, vec![]));
        assert_eq!(place("umapi::get"), CompletionPlace::Module("umapi".into()));
        let user = ChainBase::Variable("user".into());
        assert_eq!(place("print(`a ${`${user?.em"), CompletionPlace::Member(user, vec![]));
    }

    #[test]
    fn the_call_around_the_cursor_is_known_with_its_argument() {
        let call = |text: &str| at_end(text).call.unwrap();
        let expected =
            OpenCall { name: "get_user".into(), argument: 1, is_method: false, is_argument_empty: true };
        assert_eq!(call("let u = get_user(\"a\", "), expected);
        assert!(!call("get_user(\"a\", x").is_argument_empty);
        assert_eq!(call("f(g(1, 2), [3, 4], ").argument, 2);
        assert_eq!(call("users.filter(").name, "filter");
        assert!(call("users.filter(").is_method);
        assert_eq!(at_end("f(1)").call, None);
    }

    #[test]
    fn keys_and_values_of_a_map_are_distinguished() {
        assert_eq!(at_end("get_users(#{").place, CompletionPlace::Key(vec![]));
        assert_eq!(at_end("get_users(#{group: \"X\", di").place, CompletionPlace::Key(vec!["group".into()]));
        assert_eq!(at_end("get_users(#{direct_only: tr").place, CompletionPlace::Name);
        assert_eq!(at_end("get_users(#{direct_only: tr").call.unwrap().name, "get_users");
    }

    #[test]
    fn inside_a_string_its_key_and_prefix_are_known() {
        let cursor = at_end("get_users(#{group: \"Des Te");
        assert_eq!(
            (cursor.typed.as_str(), cursor.place),
            ("Des Te", CompletionPlace::String(Some("group".into())))
        );
        let cursor = at_end("add_to_groups(\"a@example.com\", [\"De");
        assert_eq!((cursor.place, cursor.call.unwrap().argument), (CompletionPlace::String(None), 1));
        for other in ["// x", "/* x", "f('x", "`${x} y"] {
            assert_eq!(at_end(other).place, CompletionPlace::Other, "{other}");
        }
        assert_eq!(at_end("f(\"a/*b\", x").place, CompletionPlace::Name);
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
