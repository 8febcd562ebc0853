//! What can be said about a script that does not parse, besides the place where Rhai stopped: foreign syntax in any
//! line, unknown functions and modules, wrong numbers of arguments. Read from the tokens, so only what is certain.

use super::call_index::FunctionForms;
use super::finding::CheckFinding;
use crate::language::declarations::DeclaredNames;
use crate::language::foreign_lines::{BlankedScript, foreign_lines};
use crate::language::hints::unknown_function;
use crate::language::place::ScriptPlace;
use crate::language::python_names::{foreign_member, foreign_name};
use crate::language::tokens::{ScriptToken, code_tokens, line_and_column};
use rhai::Position;
use std::collections::BTreeSet;
use std::ops::Range;

/// What is known while a script is read without its syntax tree.
pub(super) struct UnparsedScript<'s> {
    /// The script.
    pub(super) text: &'s str,
    /// The functions of the engine that need no module.
    pub(super) global: &'s FunctionForms,
    /// Names that look like functions to the parser.
    pub(super) keywords: &'s [&'s str],
}

impl UnparsedScript<'_> {
    /// The findings besides the one at `line`, where Rhai stopped.
    pub(super) fn findings(&self, stopped: &CheckFinding) -> Vec<CheckFinding> {
        let mut found: Vec<_> = foreign_lines(self.text)
            .into_iter()
            .filter(|line| {
                !(Some(line.line) == stopped.place.line && Some(&line.hint) == stopped.hint.as_ref())
            })
            .map(|line| {
                let message = format!("`{}` is not part of Rhai here", line.found);
                finding((line.line, line.column), message, Some(line.hint))
            })
            .collect();
        found.extend(self.names());
        found.retain(|finding| finding.place != stopped.place);
        found
    }

    fn names(&self) -> Vec<CheckFinding> {
        let blanked = BlankedScript::read(self.text).text();
        let declared = DeclaredNames::read(&blanked);
        let own: BTreeSet<&str> = declared.functions.iter().map(|(name, _)| name.as_str()).collect();
        let tokens = code_tokens(&blanked);
        let place = |token: &ScriptToken| line_and_column(&blanked, token.span.start);
        let mut found = Vec::new();
        for (index, token) in tokens.iter().enumerate().filter(|(_, token)| token.is_name()) {
            let before = index.checked_sub(1).and_then(|before| tokens.get(before));
            let after = tokens.get(index + 1);
            let follows = |symbol: &str| after.is_some_and(|after| after.is_symbol(symbol));
            let is_member = before.is_some_and(|before| before.is_symbol(".") || before.is_symbol("?."));
            let is_other = before.is_some_and(|before| {
                before.is_keyword("fn")
                    || before.is_symbol("::")
                    || before.text == "def"
                    || before.text == "class"
            });
            if is_other || declared.has(token.text) || own.contains(token.text) {
                continue;
            }
            if follows(".") && !is_member {
                let member = tokens.get(index + 2).map_or("", |member| member.text);
                if let Some(hint) = foreign_member(token.text, member) {
                    let message = format!("there is no variable `{}`", token.text);
                    found.push(finding(place(token), message, Some(hint)));
                }
            } else if follows("(") && token.text == "print" && !is_member {
                if arguments(&tokens[index + 1..]).is_some_and(|given| given > 1) {
                    let message = "`print` takes 0 or 1 value".to_owned();
                    found.push(finding(place(token), message, foreign_name("print")));
                }
            } else if follows("(") && !self.keywords.contains(&token.text) {
                let is_imported = is_member && follows_module(&tokens, index);
                let problem =
                    if is_imported { None } else { self.call(&tokens[index..], is_member, &declared) };
                found.extend(problem.map(|(message, hint)| finding(place(token), message, hint)));
            }
        }
        found
    }

    /// Constants that are not declared where they are used, by the spelling of constants: other names may be declared in
    /// a way that cannot be read. A function does not see the constants of the script.
    pub(super) fn unknown_constants(&self) -> Vec<(String, Position)> {
        let blanked = BlankedScript::read(self.text).text();
        let tokens = code_tokens(&blanked);
        let bodies = function_bodies(&tokens);
        let is_declaration = |index: usize| {
            let is_declared = index > 0 && tokens[index - 1].is_keyword("const");
            is_declared || tokens.get(index + 1).is_some_and(|after| after.is_symbol("="))
        };
        let constants =
            || tokens.iter().enumerate().filter(|(_, token)| token.is_name() && is_constant(token.text));
        let declared: Vec<_> = constants().filter(|(index, _)| is_declaration(*index)).collect();
        let is_known = |place: usize, name: &str| {
            let body = |place: usize| bodies.iter().position(|body| body.contains(&place));
            declared.iter().any(|(index, token)| token.text == name && body(*index) == body(place))
        };
        let variables = DeclaredNames::read(&blanked).variables;
        constants()
            .filter(|(index, token)| {
                let before = index.checked_sub(1).and_then(|before| tokens.get(before));
                let is_part =
                    before.is_some_and(|before| [".", "?.", "::"].iter().any(|dot| before.is_symbol(dot)));
                let after = tokens.get(index + 1);
                let is_key =
                    after.is_some_and(|after| ["(", "::", ":"].iter().any(|mark| after.is_symbol(mark)));
                !is_part
                    && !is_key
                    && !variables.iter().any(|name| name == token.text)
                    && !is_known(*index, token.text)
            })
            .filter_map(|(_, token)| {
                let (line, column) = line_and_column(&blanked, token.span.start);
                let position = Position::new(u16::try_from(line).ok()?, u16::try_from(column).ok()?);
                Some((token.text.to_owned(), position))
            })
            .collect()
    }

    /// Whether a map may hold a function under that name.
    fn may_be_stored(&self, name: &str) -> bool {
        [format!("{name}:"), format!("{name} ="), format!("\"{name}\"")]
            .iter()
            .any(|form| self.text.contains(form))
    }

    /// What is wrong with a call, whose tokens begin with its name.
    fn call(
        &self,
        tokens: &[ScriptToken],
        is_method: bool,
        declared: &DeclaredNames,
    ) -> Option<(String, Option<String>)> {
        let name = tokens.first()?.text;
        if is_method && self.may_be_stored(name) {
            return None;
        }
        let Some(taken) = self.global.get(name) else {
            let kind = if is_method { "method" } else { "function" };
            return Some((format!("there is no {kind} `{name}`"), unknown_function(name, declared)));
        };
        let given = arguments(&tokens[1..])?;
        if is_method || taken.contains(&given) {
            return None;
        }
        let listed: Vec<_> = taken.iter().map(ToString::to_string).collect();
        let plural = if taken.last() == Some(&1) { "" } else { "s" };
        let given = if given == 0 { "none".to_owned() } else { given.to_string() };
        let message = format!("`{name}` takes {} value{plural}, not {given}", listed.join(" or "));
        Some((message, foreign_name(name)))
    }
}

/// Whether a name is spelled as constants are: `ORG_ID`.
fn is_constant(name: &str) -> bool {
    let is_part = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_';
    name.len() > 1 && name.chars().all(is_part) && name.chars().any(|letter| letter.is_ascii_uppercase())
}

/// The tokens of each function with a name, from its keyword to the end of its block.
fn function_bodies(tokens: &[ScriptToken]) -> Vec<Range<usize>> {
    let starts = tokens.iter().enumerate().filter(|(_, token)| token.is_keyword("fn"));
    let body = |(start, _): (usize, &ScriptToken)| {
        let mut depth = 0_usize;
        for (index, token) in tokens.iter().enumerate().skip(start) {
            match token.bracket() {
                Some('{') => depth += 1,
                Some('}') => depth = depth.saturating_sub(1),
                _ => continue,
            }
            if depth == 0 {
                return start..index;
            }
        }
        start..tokens.len()
    };
    starts.map(body).collect()
}

/// The script with the format at a position replaced by spaces: `:.1f` of `${share:.1f}`.
pub(super) fn without_format(text: &str, position: Position) -> Option<String> {
    let (line, column) = (position.line()?, position.position()?);
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let letters: Vec<char> = lines.get(line - 1)?.chars().collect();
    let (before, format) = letters.split_at_checked(column - 1)?;
    let start = before.iter().rposition(|letter| *letter == '{')?;
    let is_value = start > 0 && before[start - 1] == '$' && !before[start..].contains(&'}');
    let end = format.iter().position(|letter| *letter == '}')?;
    if format.first() != Some(&':') || !is_value {
        return None;
    }
    let shorter =
        before.iter().copied().chain(std::iter::repeat_n(' ', end)).chain(format[end..].iter().copied());
    lines[line - 1] = shorter.collect();
    Some(lines.join("\n"))
}

/// Whether the name is a member of a Python module, which is reported by itself.
fn follows_module(tokens: &[ScriptToken], index: usize) -> bool {
    let module = index.checked_sub(2).and_then(|place| tokens.get(place));
    module.is_some_and(|module| foreign_member(module.text, "").is_some())
}

/// Whether the method called at a position is that of a Python module: `os.path.join(...)`.
pub(super) fn calls_python_module(text: &str, position: Position) -> bool {
    let (Some(line), Some(column)) = (position.line(), position.position()) else { return false };
    let line = text.lines().nth(line - 1).unwrap_or_default();
    let before: String = line.chars().take(column.saturating_sub(1)).collect();
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.');
    let chain = before.trim_end_matches(is_part);
    let root = before[chain.len()..].split('.').next().unwrap_or_default();
    foreign_member(root, "").is_some() && !DeclaredNames::read(text).has(root)
}

fn finding((line, column): (usize, usize), message: String, hint: Option<String>) -> CheckFinding {
    let place = ScriptPlace { source: None, line: Some(line), column: Some(column) };
    CheckFinding { is_warning: false, message, hint, place }
}

/// The number of arguments between the parentheses; `None` if it is not certain.
fn arguments(tokens: &[ScriptToken]) -> Option<usize> {
    let (mut depth, mut commas, mut is_empty) = (0_usize, 0, true);
    for token in tokens {
        match token.bracket() {
            Some('(' | '[' | '{') => {
                is_empty &= depth == 0;
                depth += 1;
            }
            Some(_) => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(if is_empty { 0 } else { commas + 1 });
                }
            }
            None if depth == 1 && (token.is_symbol("|") || token.is_symbol("=") || token.is_symbol("*")) => {
                return None;
            }
            None if depth == 1 && token.is_symbol(",") => commas += 1,
            None => is_empty = false,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::script::checker::check;
    use crate::script::engine::offline;

    fn found(text: &str) -> Vec<(usize, String)> {
        let findings = check(&offline::engine(), text, None);
        findings.into_iter().map(|found| (found.place.line.unwrap_or(0), found.message)).collect()
    }

    #[test]
    fn a_script_with_several_faults_shows_all_of_them_at_once() {
        let text = "import json\nlet users = get_usres();\nfor user in users:\n    if user.email is None:\n        \
                    continue\n    print(str(user.groups))\n    get_user()\n    user.name.strp()\n\
                    data = json.loads(\"{}\")\n# done";
        let found = found(text);
        for (line, words) in [
            (1, ""),
            (2, "there is no function `get_usres`"),
            (3, "`:` is not part of Rhai"),
            (4, "`is` is not part of Rhai"),
            (4, "`None` is not part of Rhai"),
            (6, "there is no function `str`"),
            (7, "`get_user` takes 1 or 2 values, not none"),
            (8, "there is no method `strp`"),
            (9, "there is no variable `json`"),
            (10, "`#` is not part of Rhai"),
        ] {
            let is_found = found.iter().any(|(at, message)| *at == line && message.contains(words));
            assert!(is_found, "{line} {words}: {found:#?}");
        }
    }

    #[test]
    fn constants_that_a_function_does_not_see_are_shown_beside_faults_of_syntax() {
        let text = "const URL = \"u\";\nconst WORD = \"w\";\nfn f(LIMIT) {\n    const OWN = 1;\n    \
                    let url = URL + ORG_ID + WORD + OWN + LIMIT + global::WORD + str(1);\n    \
                    return #{KEY: url.LEFT}; }\n\
                    for ROW in [1].map(|ITEM| ITEM) { try { ROW } catch (ERR) { ERR } }\nwhile not done { print(COUNT + WORD); }\nNEW = 2;\nprint(NEW);";
        let found = found(text);
        let of_variables = found.iter().filter(|(_, message)| message.starts_with("there is no variable"));
        let named: Vec<_> =
            of_variables.map(|(line, message)| (*line, message.split('`').nth(1).unwrap())).collect();
        assert_eq!(named, [(5, "URL"), (5, "ORG_ID"), (5, "WORD"), (8, "COUNT")], "{found:#?}");
    }

    #[test]
    fn traps_are_found_beside_syntax_of_python() {
        let text = "let actions = [];\nwhile not False {\n    let step = {\"a\": None};\n    actions.append(step);\n    \
                    print(actions[0:10]);\n}\nif actions {\n    print(True);\n}";
        let found = found(text);
        for (line, words) in [(4, "`append` takes a list"), (7, "a condition is true or false")] {
            let is_found = found.iter().any(|(at, message)| *at == line && message.contains(words));
            assert!(is_found, "{line} {words}: {found:#?}");
        }
    }

    #[test]
    fn one_fault_of_syntax_is_one_finding() {
        for text in [
            "let x = ;",
            "let users = get_users();\nlet y = [1, 2;\nprint(users.len());",
            "fn f(a) { a }\nprint(f(1);",
            "let f = |a, b| a + b;\nlet x = [1].map(|x| x + 1;\nf.call(1, 2);",
            "import \"lib\" as lib;\nlib::anything(1, 2);\nlet m = #{go: |x| x};\nlet = 1;",
        ] {
            assert_eq!(found(text).len(), 1, "{text}: {:?}", found(text));
        }
    }
}
