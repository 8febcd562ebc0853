//! A script that does not parse, with the commonest syntax of Python replaced by that of Rhai. If that parses, what else
//! is wrong is found in the same check, and not only in the next one.

use super::finding::CheckFinding;
use super::traps;
use crate::language::foreign_lines::BlankedScript;
use crate::language::place::ScriptPlace;
use rhai::Engine;

/// The traps in a script whose syntax is Python's in part; `parser` accepts undefined variables. A line that had to be
/// repaired has a finding of its own, and is not what the script will have there.
pub(super) fn traps(parser: &Engine, text: &str, source: Option<&String>) -> Vec<CheckFinding> {
    let repaired = repaired(text);
    let Ok(ast) = parser.compile(&repaired) else { return Vec::new() };
    let findings = traps::find(&ast, &repaired, false).into_iter();
    let is_unchanged = |finding: &CheckFinding| {
        let line = finding.place.line.and_then(|line| line.checked_sub(1));
        line.is_some_and(|line| repaired.lines().nth(line) == text.lines().nth(line))
    };
    let of_source = |finding: CheckFinding| {
        let place = ScriptPlace { source: source.cloned(), ..finding.place };
        CheckFinding { place, ..finding }
    };
    findings.filter(is_unchanged).map(of_source).collect()
}

/// Stands for the bracket of a part of a list among the open ones.
const PART: char = ':';

/// A line that is being repaired.
#[derive(Default)]
struct RepairedLine {
    text: String,
    /// The brackets that are open.
    open: Vec<char>,
}

/// The script with the commonest syntax of Python replaced.
fn repaired(text: &str) -> String {
    let blanked = BlankedScript::read(text).text();
    let lines = text.lines().zip(blanked.lines().chain(std::iter::repeat("")));
    lines.map(|(written, code)| RepairedLine::of(written, code).text).collect::<Vec<_>>().join("\n")
}

impl RepairedLine {
    /// Repairs a line; `code` has spaces for what is in strings and comments.
    fn of(written: &str, code: &str) -> Self {
        let (written, code): (Vec<char>, Vec<char>) = (written.chars().collect(), code.chars().collect());
        let mut line = Self::default();
        let mut place = 0;
        while let Some(letter) = written.get(place).copied() {
            place += line.add(letter, &written, &code, place);
        }
        line
    }

    /// Adds what is at a place; returns how many characters of the script it stands for.
    fn add(&mut self, letter: char, written: &[char], code: &[char], place: usize) -> usize {
        let rest = code.get(place..).unwrap_or_default();
        let before = place.checked_sub(1).and_then(|before| code.get(before)).copied();
        let is_code = rest.first() == Some(&letter);
        let starts_word = !before.is_some_and(|before| is_word_letter(before) || before == '.');
        if is_code && starts_word && is_word_letter(letter) {
            let length = rest.iter().take_while(|letter| is_word_letter(**letter)).count();
            let word: String = rest[..length].iter().collect();
            match replacement(&word, &rest[length..]) {
                Some(other) => self.text.push_str(other),
                None => self.text.push_str(&word),
            }
            return length;
        }
        // A comment of Python is a space in the code.
        let is_comment = letter == '#' && !is_code && code.get(place..).is_some_and(is_blank);
        match letter {
            '#' if is_comment => {
                self.text.push_str("//");
                return written.len() - place;
            }
            '{' if is_code && !matches!(before, Some('#' | '$')) && is_map(rest, before) => {
                self.text.push_str("#{");
            }
            '[' if is_code && is_part(rest, before) => {
                self.text.push_str(".slice(");
                self.open.push(PART);
                return 1;
            }
            ':' if is_code && self.open.last() == Some(&PART) => {
                let is_whole = self.text.ends_with('(');
                self.text.push_str(if is_whole { "(), " } else { ", " });
            }
            ']' if is_code && self.open.last() == Some(&PART) => {
                let is_whole = self.text.ends_with(", ");
                self.text.push_str(if is_whole { "())" } else { ")" });
            }
            other => self.text.push(other),
        }
        match letter {
            '(' | '[' | '{' if is_code => self.open.push(letter),
            ')' | ']' | '}' if is_code => drop(self.open.pop()),
            _ => {}
        }
        1
    }
}

/// What a word of Python is here; `rest` follows it.
fn replacement(word: &str, rest: &[char]) -> Option<&'static str> {
    let next = rest.iter().find(|letter| **letter != ' ');
    match word {
        _ if next == Some(&':') => None,
        "True" => Some("true"),
        "False" => Some("false"),
        "None" | "null" | "nil" => Some("()"),
        "and" => Some("&&"),
        "or" => Some("||"),
        "not" => Some("!"),
        "is" => Some("=="),
        "f" if rest.first() == Some(&'"') => Some(""),
        _ => None,
    }
}

/// Whether a brace begins a map of Python: `{"key": ...`, or `{}` as a value.
fn is_map(rest: &[char], before: Option<char>) -> bool {
    let inside: String = rest[1..].iter().collect();
    let inside = inside.trim_start();
    if let Some(key) = inside.strip_prefix('"') {
        return key.split_once('"').is_some_and(|(_, after)| after.trim_start().starts_with(':'));
    }
    inside.starts_with('}') && before.is_some_and(|before| matches!(before, '(' | '[' | ',' | '=' | ' '))
}

/// Whether a bracket begins a part of a list: `list[1:3]`.
fn is_part(rest: &[char], before: Option<char>) -> bool {
    let is_index = before.is_some_and(|before| is_word_letter(before) || matches!(before, ')' | ']'));
    let mut depth = 0_usize;
    for (place, letter) in rest.iter().enumerate() {
        match letter {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ':' if depth == 1 => return is_index && rest.get(place + 1) != Some(&':'),
            _ => {}
        }
        if depth == 0 {
            return false;
        }
    }
    false
}

fn is_blank(code: &[char]) -> bool {
    code.iter().all(|letter| *letter == ' ')
}

fn is_word_letter(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_maps_parts_and_comments_of_python_become_those_of_rhai() {
        for (python, rhai) in [
            ("let x = True and not None;", "let x = true && ! ();"),
            (
                "let m = [{\"user\": upn, \"do\": {\"True\": None}}];",
                "let m = [#{\"user\": upn, \"do\": #{\"True\": ()}}];",
            ),
            ("let p = list[a:a + 10]; # a part", "let p = list.slice(a, a + 10); //"),
            (
                "f(x[:2], y[1:], z[:], n[0][:-1]);",
                "f(x.slice((), 2), y.slice(1, ()), z.slice((), ()), n[0].slice((), -1));",
            ),
            ("x[lib::A] + [lib::B][0]; x[", "x[lib::A] + [lib::B][0]; x["),
            ("print(f\"None {x}\"); let y = {};", "print(\"None {x}\"); let y = #{};"),
            ("let m = #{True: 1, a: lib::None}; // not", "let m = #{True: 1, a: lib::()}; // not"),
            ("if x { f() } else { g(`${a or b}`) }", "if x { f() } else { g(`${a || b}`) }"),
            ("m.is(\"é not\") == 'or'", "m.is(\"é not\") == 'or'"),
        ] {
            assert_eq!(repaired(python), rhai);
        }
    }
}
