//! The names that a script declares, read from its tokens. Used for suggestions, also when the script does not parse.

use super::tokens::{ScriptToken, ScriptTokenKind, code_tokens};

/// All names declared in a script, regardless of scope.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct DeclaredNames {
    /// Functions with their parameters.
    pub functions: Vec<(String, Vec<String>)>,
    /// Variables, parameters and names of modules.
    pub variables: Vec<String>,
    /// Constants.
    pub constants: Vec<String>,
}

impl DeclaredNames {
    /// Reads the declarations of a script, which need not be complete.
    pub fn read(text: &str) -> Self {
        let tokens = code_tokens(text);
        let mut declared = Self::default();
        for place in 0..tokens.len() {
            declared.declaration(&tokens[..place], &tokens[place..]);
        }
        declared
    }

    /// Whether something other than a function is declared under that name.
    pub fn has(&self, name: &str) -> bool {
        self.variables.iter().chain(&self.constants).any(|known| known == name)
    }

    fn declaration(&mut self, before: &[ScriptToken], tokens: &[ScriptToken]) {
        let [first, rest @ ..] = tokens else { return };
        let name = rest.first().filter(|next| next.is_name()).map(|next| next.text.to_owned());
        match first.text {
            "let" | "for" if is_keyword(first) && name.is_some() => self.variables.extend(name),
            "const" if is_keyword(first) => self.constants.extend(name),
            "for" | "catch" if is_keyword(first) => {
                self.variables.extend(parameters(rest, ")").unwrap_or_default());
            }
            "import" if is_keyword(first) => self.variables.extend(module_name(rest)),
            "fn" if is_keyword(first) => self.function(rest),
            "|" if first.is_symbol("|") && begins_operand(before) => {
                self.variables.extend(parameters(tokens, "|").unwrap_or_default());
            }
            _ => {}
        }
    }

    /// `name(a, b)`, or `Type.name(a, b)` for the methods of one type.
    fn function(&mut self, tokens: &[ScriptToken]) {
        let tokens = match tokens {
            [_, dot, rest @ ..] if dot.is_symbol(".") => rest,
            all => all,
        };
        let [name, rest @ ..] = tokens else { return };
        if name.is_name() {
            let parameters = parameters(rest, ")").unwrap_or_default();
            self.variables.extend(parameters.iter().cloned());
            self.functions.push((name.text.to_owned(), parameters));
        }
    }
}

fn is_keyword(token: &ScriptToken) -> bool {
    token.kind == ScriptTokenKind::Keyword
}

/// The name after the `as` of an import.
fn module_name(tokens: &[ScriptToken]) -> Option<String> {
    let statement = tokens.split(|token| token.is_symbol(";")).next()?;
    let place = statement.iter().rposition(|token| token.is_keyword("as"))?;
    statement.get(place + 1).filter(|name| name.is_name()).map(|name| name.text.to_owned())
}

/// Names with commas between, from the bracket that is the first token to `end`.
fn parameters(tokens: &[ScriptToken], end: &str) -> Option<Vec<String>> {
    let listed = tokens.split_first()?.1;
    let length = listed.iter().position(|token| !token.is_name() && !token.is_symbol(","))?;
    let is_list = tokens[0].bracket() == Some('(') || tokens[0].is_symbol("|");
    let names = listed[..length].iter().filter(|token| token.is_name());
    (is_list && listed[length].is_symbol(end)).then(|| names.map(|name| name.text.to_owned()).collect())
}

/// Whether a value begins after these tokens, so that `|` opens the parameters of a closure.
fn begins_operand(before: &[ScriptToken]) -> bool {
    let Some(last) = before.last() else { return true };
    match last.kind {
        ScriptTokenKind::Symbol => !matches!(last.bracket(), Some(')' | ']' | '}')),
        ScriptTokenKind::Keyword => !matches!(last.text, "true" | "false" | "this"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_declaration_is_found() {
        let declared = DeclaredNames::read(
            "import \"lib\" as lib; const LIMIT = 1; let users = []; // let nothing = 1\n\
             fn add(one, two) { one + two }\nfor user in users { } for (item, place) in users { }\n\
             users.filter(|one| one > 1 || true); try { } catch (error) { } let text = \"let not_this = 1\";",
        );
        assert_eq!(declared.functions, [("add".to_owned(), vec!["one".to_owned(), "two".to_owned()])]);
        assert_eq!(declared.constants, ["LIMIT"]);
        let expected = ["lib", "users", "one", "two", "user", "item", "place", "one", "error", "text"];
        assert_eq!(declared.variables, expected);
    }

    #[test]
    fn text_that_only_looks_like_a_declaration_is_ignored() {
        for code in [
            "print(\"let x = 1; |x| x\")",
            "/* let x = 1; /* fn x() { } */ const x = 1 */",
            "//! let x = 1",
            "'l'; #\"let x\"#; `let x`",
            "a | x | b; (a) | x | b; a[0] | x | b; f() | x | b; 1 | x | b; true | x | b",
            "export a as x;",
            "a || x || b",
        ] {
            assert_eq!(DeclaredNames::read(code), DeclaredNames::default(), "{code}");
        }
    }

    #[test]
    fn declarations_are_found_wherever_they_are() {
        for code in [
            "`a ${[1].map(|x| `${x}`)}`",
            "`${`${{ let x = 1; x }}`}`",
            "\"/*\"; let x = 1; \"*/\"",
            "const F = |x| 1;",
            "f(|x| 1)",
            "[|x| 1]",
            "#{f: |x| 1}",
            "return |x| 1",
            "|x| 1",
            "f(1, |x| 1)",
            "import `a ${b}` as x;",
            "import \"as y\" + z as x",
            "for x in y { }",
            "for /* a */ x in y { }",
            "try { } catch (x) { }",
        ] {
            assert_eq!(DeclaredNames::read(code).variables, ["x"], "{code}");
        }
        let typed = DeclaredNames::read("fn int.twice(by) { }");
        assert_eq!(typed.functions, [("twice".to_owned(), vec!["by".to_owned()])]);
    }

    #[test]
    fn an_incomplete_script_is_read_to_its_end() {
        let text = "import \"lib\" as lib; fn add(one, two) { for (a, b) in x { } } let t = `a ${b}`; |x| 1";
        for end in 0..text.len() {
            DeclaredNames::read(&text[..end]);
        }
    }
}
