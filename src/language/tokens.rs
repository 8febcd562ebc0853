//! Splits a script, complete or not, into tokens with exact spans. It uses Rhai's own tokenizer, so that completion,
//! colors, hints and declarations see the script as the parser does.
//!
//! `Engine::lex` is not enough: it drops comments, reports only starts, and misreads the text after an interpolation.

use rhai::{
    InputStream, LexError, Position, Token, TokenizeState, TokenizerControl, TokenizerControlBlock,
    get_next_token,
};
use std::cell::RefCell;
use std::ops::Range;

/// Rhai's keywords.
pub(crate) const KEYWORDS: &[&str] = &[
    "let", "const", "if", "else", "switch", "do", "while", "until", "loop", "for", "in", "continue", "break",
    "return", "throw", "try", "catch", "fn", "private", "import", "export", "as", "global", "true", "false",
    "this",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScriptTokenKind {
    Keyword,
    Name,
    Number,
    /// A string or character, or the part of a string before, between or after interpolations.
    Text {
        /// Whether it has its opening quotation mark.
        opened: bool,
        /// Whether it has its closing quotation mark.
        closed: bool,
    },
    Comment {
        /// Whether it ends before the input does.
        closed: bool,
    },
    /// An operator, a bracket, or a character that Rhai does not know.
    Symbol,
}

/// Only whitespace is between tokens. The only empty token is the open string at the end of `` `${a}``.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ScriptToken<'t> {
    pub(crate) kind: ScriptTokenKind,
    /// Its span in bytes.
    pub(crate) span: Range<usize>,
    pub(crate) text: &'t str,
}

impl ScriptToken<'_> {
    /// Whether it is this operator or bracket; a string or comment with the same characters is not.
    pub(crate) fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == ScriptTokenKind::Symbol && self.text == symbol
    }

    pub(crate) fn is_keyword(&self, keyword: &str) -> bool {
        self.kind == ScriptTokenKind::Keyword && self.text == keyword
    }

    pub(crate) fn is_name(&self) -> bool {
        self.kind == ScriptTokenKind::Name
    }

    pub(crate) fn is_comment(&self) -> bool {
        matches!(self.kind, ScriptTokenKind::Comment { .. })
    }

    /// The bracket that it opens or closes: `#{`, `${` and `?[` open one too.
    pub(crate) fn bracket(&self) -> Option<char> {
        let last = self.text.chars().next_back().filter(|_| self.kind == ScriptTokenKind::Symbol);
        last.filter(|sign| matches!(sign, '(' | ')' | '[' | ']' | '{' | '}'))
    }
}

/// Splits a script into tokens. Never fails: text that Rhai rejects becomes tokens too.
pub(crate) fn tokens(text: &str) -> Vec<ScriptToken<'_>> {
    let mut tokenizer = ScriptTokenizer::new(text);
    while tokenizer.advance() {}
    tokenizer.tokens
}

/// Like [`tokens`], without comments.
pub(crate) fn code_tokens(text: &str) -> Vec<ScriptToken<'_>> {
    let mut tokens = tokens(text);
    tokens.retain(|token| !token.is_comment());
    tokens
}

/// The 1-based line and column of a place in bytes.
pub(crate) fn line_and_column(text: &str, place: usize) -> (usize, usize) {
    let before = &text[..place];
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
}

/// Characters for Rhai's tokenizer, and how many bytes of them it has read.
struct CharStream<'t> {
    text: &'t str,
    place: usize,
    /// A character that is read as a space.
    hidden: Option<usize>,
}

impl CharStream<'_> {
    /// Skips whitespace; returns where the next token begins. Rhai returns no token for comments that begin with
    /// `//!`, `////` or `/***`, so their third character is hidden from it.
    fn skip_to_token(&mut self) -> usize {
        let rest = self.text[self.place..].trim_ascii_start();
        self.place = self.text.len() - rest.len();
        let is_dropped = ["//!", "////", "/***"].iter().any(|start| rest.starts_with(start));
        self.hidden = is_dropped.then_some(self.place + 2);
        self.place
    }
}

impl InputStream for CharStream<'_> {
    fn unget(&mut self, _: char) {
        let last = self.text[..self.place].chars().next_back();
        self.place -= last.map_or(0, char::len_utf8);
    }

    fn get_next(&mut self) -> Option<char> {
        let letter = self.peek_next()?;
        self.place += letter.len_utf8();
        Some(letter)
    }

    fn peek_next(&mut self) -> Option<char> {
        let letter = self.text[self.place..].chars().next()?;
        Some(if self.hidden == Some(self.place) { ' ' } else { letter })
    }
}

struct ScriptTokenizer<'t> {
    text: &'t str,
    stream: CharStream<'t>,
    state: TokenizeState,
    /// For each open interpolation, the number of open braces in it.
    interpolations: Vec<usize>,
    tokens: Vec<ScriptToken<'t>>,
}

impl<'t> ScriptTokenizer<'t> {
    fn new(text: &'t str) -> Self {
        let state = TokenizeState {
            max_string_len: None,
            next_token_cannot_be_unary: false,
            tokenizer_control: TokenizerControl::new(RefCell::new(TokenizerControlBlock::new())),
            comment_level: 0,
            include_comments: true,
            is_within_text_terminated_by: None,
            last_token: None,
        };
        let stream = CharStream { text, place: 0, hidden: None };
        Self { text, stream, state, interpolations: Vec::new(), tokens: Vec::new() }
    }

    /// Reads one token of Rhai's; returns whether there may be more.
    fn advance(&mut self) -> bool {
        let continues_string = self.state.is_within_text_terminated_by.is_some();
        let start = if continues_string { self.stream.place } else { self.stream.skip_to_token() };
        let after_operand = self.state.next_token_cannot_be_unary;
        let (token, _) = get_next_token(&mut self.stream, &mut self.state, &mut Position::new(1, 0));
        let end = self.stream.place;
        if end == start {
            let in_string =
                self.tokens.last().is_some_and(|last| matches!(last.kind, ScriptTokenKind::Text { .. }));
            if continues_string && !in_string {
                self.push(ScriptTokenKind::Text { opened: false, closed: false }, start..end);
            }
            return false; // an open comment would be returned without end
        }
        if matches!(token, Token::Comment(_)) {
            self.comment(start..end);
            self.state.next_token_cannot_be_unary = after_operand;
        } else {
            self.token(&token, start..end, continues_string);
        }
        true
    }

    fn token(&mut self, token: &Token, span: Range<usize>, continues_string: bool) {
        let Range { start, end } = span;
        let opened = !continues_string;
        match token {
            Token::InterpolatedString(_) => {
                let dollar = end - 1;
                if start < dollar {
                    self.push(ScriptTokenKind::Text { opened, closed: false }, start..dollar);
                }
                self.stream.get_next();
                self.push(ScriptTokenKind::Symbol, dollar..self.stream.place);
                self.interpolations.push(0);
                self.state.next_token_cannot_be_unary = false;
            }
            Token::StringConstant(_) | Token::CharConstant(_) => {
                let closed = self.state.is_within_text_terminated_by.is_none();
                self.push(ScriptTokenKind::Text { opened, closed }, span);
            }
            Token::LexError(error) => self.malformed(error, span, opened),
            Token::Unit => {
                self.push(ScriptTokenKind::Symbol, start..start + 1);
                self.push(ScriptTokenKind::Symbol, end - 1..end);
            }
            _ => self.plain(span),
        }
    }

    /// A word, a number or a symbol.
    fn plain(&mut self, span: Range<usize>) {
        let text = &self.text[span.clone()];
        match text {
            "(*" | "*)" => {
                // Rhai reserves this as a Pascal comment; here it is a bracket and an operator.
                self.push(ScriptTokenKind::Symbol, span.start..span.start + 1);
                self.push(ScriptTokenKind::Symbol, span.start + 1..span.end);
                return;
            }
            "}" => match self.interpolations.pop() {
                Some(0) => self.state.is_within_text_terminated_by = Some("`".into()),
                Some(braces) => self.interpolations.push(braces - 1),
                None => {}
            },
            text if text.ends_with('{') => {
                if let Some(braces) = self.interpolations.last_mut() {
                    *braces += 1;
                }
            }
            _ => {}
        }
        self.push(kind_of(text), span);
    }

    fn malformed(&mut self, error: &LexError, span: Range<usize>, opened: bool) {
        let text = &self.text[span.clone()];
        match error {
            LexError::UnterminatedString => {
                let end = span.start + text.trim_end_matches(['\r', '\n']).len();
                self.push(ScriptTokenKind::Text { opened, closed: false }, span.start..end);
            }
            LexError::MalformedEscapeSequence(_) => self.string_with_bad_escape(span.start),
            LexError::MalformedChar(_) => {
                if text == "'" {
                    self.stream.get_next(); // the other mark of `''`
                }
                let end = self.stream.place;
                self.push(ScriptTokenKind::Text { opened, closed: true }, span.start..end);
            }
            _ => self.push(kind_of(text), span),
        }
    }

    /// Rhai stops at the invalid escape; the token continues to the closing mark or the end of the line.
    fn string_with_bad_escape(&mut self, start: usize) {
        self.state.is_within_text_terminated_by = None;
        let text = &self.text[start..];
        let mark = text.chars().next();
        let mut escaped = false;
        let (mut end, mut closed) = (text.len(), false);
        for (place, letter) in text.char_indices().skip(1) {
            if letter == '\n' || (!escaped && Some(letter) == mark) {
                closed = letter != '\n';
                end = if closed { place + 1 } else { place };
                break;
            }
            escaped = letter == '\\' && !escaped;
        }
        self.stream.place = start + end;
        self.push(ScriptTokenKind::Text { opened: true, closed }, start..start + end);
    }

    fn comment(&mut self, span: Range<usize>) {
        let text = self.text[span.clone()].trim_end_matches(['\r', '\n']);
        let end = if self.state.comment_level > 0 { span.end } else { span.start + text.len() };
        let closed =
            if text.starts_with("//") { end < self.text.len() } else { self.state.comment_level == 0 };
        self.push(ScriptTokenKind::Comment { closed }, span.start..end);
    }

    fn push(&mut self, kind: ScriptTokenKind, span: Range<usize>) {
        self.tokens.push(ScriptToken { kind, text: &self.text[span.clone()], span });
    }
}

fn kind_of(text: &str) -> ScriptTokenKind {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    match unsigned.chars().next() {
        Some(first) if first.is_ascii_digit() => ScriptTokenKind::Number,
        Some(first) if first.is_alphabetic() || first == '_' => {
            if KEYWORDS.contains(&text) {
                ScriptTokenKind::Keyword
            } else {
                ScriptTokenKind::Name
            }
        }
        _ => ScriptTokenKind::Symbol,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ScriptTokenKind::{Comment, Keyword, Name, Number, Symbol, Text};
    use proptest::prelude::*;

    const WHOLE: ScriptTokenKind = Text { opened: true, closed: true };
    const OPEN: ScriptTokenKind = Text { opened: true, closed: false };

    fn kinds(text: &str) -> Vec<(ScriptTokenKind, &str)> {
        tokens(text).into_iter().map(|token| (token.kind, token.text)).collect()
    }

    #[test]
    fn a_script_is_split_into_tokens_with_their_kinds() {
        let expected = [
            (Keyword, "let"),
            (Name, "x"),
            (Symbol, "="),
            (Name, "get_users"),
            (Symbol, "("),
            (WHOLE, "\"a \\\" b\""),
            (Symbol, ","),
            (Number, "1.5"),
            (Symbol, ")"),
            (Comment { closed: false }, "// end"),
        ];
        assert_eq!(kinds("let x = get_users(\"a \\\" b\", 1.5) // end"), expected);
    }

    #[test]
    fn unclosed_tokens_are_open() {
        assert_eq!(kinds("f(\"Des"), [(Name, "f"), (Symbol, "("), (OPEN, "\"Des")]);
        for comment in ["/* a", "/*", "/* /* a */", "/**/", "/*** a", "/**** \n\n"] {
            assert_eq!(kinds(comment), [(Comment { closed: false }, comment)], "{comment}");
        }
        for text in ["\"a", "'a", "`a", "#\"a", "\"a\\", "\"a\\q", "\"C:\\Users\\é", "`a\n"] {
            assert_eq!(kinds(text), [(OPEN, text)], "{text}");
        }
    }

    #[test]
    fn every_kind_of_string_is_one_token() {
        for text in [
            "\"a/*b\"",
            "\"a\"\"b\"",
            "`a\nb`",
            "#\"a\"b\"#",
            "'a'",
            "''",
            "'ab'",
            "\"a\\qb\"",
            "\"a\\\r\n b\"",
        ] {
            assert_eq!(kinds(text), [(WHOLE, text)], "{text}");
        }
    }

    #[test]
    fn every_kind_of_comment_is_a_token() {
        for comment in
            ["// a", "/// a", "//! a", "//// a", "/* a */", "/** a */", "/*** a */", "/* /* a */ */"]
        {
            let code = format!("x {comment}\n - 5");
            let closed = Comment { closed: true };
            assert_eq!(
                kinds(&code),
                [(Name, "x"), (closed, comment), (Symbol, "-"), (Number, "5")],
                "{comment}"
            );
        }
    }

    #[test]
    fn interpolations_are_code_and_nest() {
        let part = Text { opened: false, closed: false };
        let last = Text { opened: false, closed: true };
        let expected = [
            (OPEN, "`a "),
            (Symbol, "${"),
            (Symbol, "#{"),
            (Name, "b"),
            (Symbol, ":"),
            (OPEN, "`"),
            (Symbol, "${"),
            (Name, "c"),
            (Symbol, "}"),
            (last, "`"),
            (Symbol, "}"),
            (Symbol, "}"),
            (part, " d "),
            (Symbol, "${"),
            (Name, "e"),
            (Symbol, "}"),
            (last, " }`"),
        ];
        assert_eq!(kinds("`a ${#{b: `${c}`}} d ${e} }`"), expected);
        assert_eq!(kinds("`${a}").last(), Some(&(part, "")));
    }

    #[test]
    fn brackets_are_tokens_of_their_own() {
        assert_eq!(kinds("f()"), [(Name, "f"), (Symbol, "("), (Symbol, ")")]);
        assert_eq!(kinds("(*)").len(), 3);
        assert_eq!(kinds("0..9").len(), 3);
        assert_eq!(tokens("x?[0]")[1].bracket(), Some('['));
    }

    #[test]
    fn a_place_in_a_long_line_or_after_many_lines_is_exact() {
        let far = format!("{}x\r\n{}y", " ".repeat(70_000), "\r\n".repeat(70_000));
        let spans: Vec<_> = tokens(&far).into_iter().map(|token| token.span.start).collect();
        assert_eq!(spans, [70_000, far.len() - 1]);
        assert_eq!(line_and_column("a\né b", 5), (2, 3));
    }

    fn covers(text: &str) -> Result<(), TestCaseError> {
        let tokens = tokens(text);
        let mut place = 0;
        for (index, token) in tokens.iter().enumerate() {
            prop_assert!(text[place..token.span.start].trim().is_empty(), "{:?}", tokens);
            prop_assert_eq!(&text[token.span.clone()], token.text);
            let is_last = index + 1 == tokens.len();
            let may_be_empty = is_last && token.kind == Text { opened: false, closed: false };
            prop_assert!(!token.span.is_empty() || may_be_empty, "{:?}", tokens);
            place = token.span.end;
        }
        prop_assert!(text[place..].trim().is_empty(), "{:?}", tokens);
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn the_spans_of_any_signs_cover_the_input(text in "[ a-z0-9_.\"'`/*!$#(){}\\[\\]\\\\é|&:\r\n-]{0,40}") {
            covers(&text)?;
        }

        #[test]
        fn the_spans_of_any_characters_cover_the_input(text in any::<String>()) {
            covers(&text)?;
        }
    }
}
