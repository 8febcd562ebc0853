//! Foreign syntax anywhere in a script that does not parse. Rhai stops at the first error; these are found without it.

use super::foreign_habits::habit_hint;

/// Words that are foreign syntax wherever they stand as a word of their own.
const WORDS: &[&str] = &[
    "None", "null", "nil", "True", "False", "and", "or", "not", "is", "def", "lambda", "elif", "elsif",
    "except", "finally", "raise", "pass", "del", "class", "global", "nonlocal", "assert", "yield", "await",
    "with", "import", "from", "__name__",
];

/// Foreign syntax in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ForeignLine {
    /// The 1-based line.
    pub(crate) line: usize,
    /// The 1-based column.
    pub(crate) column: usize,
    /// The foreign word or mark.
    pub(crate) found: String,
    /// What to write here.
    pub(crate) hint: String,
}

/// A script with the characters of its strings and comments replaced by spaces, apart from values in strings; lines and
/// columns stay.
pub(crate) struct BlankedScript {
    /// The characters of each line.
    lines: Vec<Vec<char>>,
    /// Lines with marks of foreign strings and comments, with the column and the mark.
    marks: Vec<(usize, usize, &'static str)>,
}

impl BlankedScript {
    /// Reads a script, which may be Python in part.
    pub(crate) fn read(text: &str) -> Self {
        let mut blanked = Self { lines: Vec::new(), marks: Vec::new() };
        let mut open = None;
        for (index, line) in text.lines().enumerate() {
            let letters: Vec<char> = line.chars().collect();
            let mut kept = letters.clone();
            open = blanked.line(index + 1, &letters, &mut kept, open);
            blanked.lines.push(kept);
        }
        blanked
    }

    /// The script, for the tokenizer.
    pub(crate) fn text(&self) -> String {
        let lines: Vec<String> = self.lines.iter().map(|line| line.iter().collect()).collect();
        lines.join("\n")
    }

    /// Blanks a line; returns the mark that ends a string or comment that is still open.
    fn line(
        &mut self,
        number: usize,
        letters: &[char],
        kept: &mut [char],
        open: Option<&'static str>,
    ) -> Option<&'static str> {
        let mut open = open;
        let mut place = 0;
        let starts = |place: usize, mark: &str| {
            mark.chars().enumerate().all(|(offset, letter)| letters.get(place + offset) == Some(&letter))
        };
        while place < letters.len() {
            if let Some(end) = open {
                if end == "`"
                    && let Some(length) = value_length(&letters[place..])
                {
                    // The value in `${...}` is code.
                    blank(kept, place, 2, false);
                    blank(kept, place + length - 1, 1, false);
                    place += length;
                } else if starts(place, end) {
                    let is_string = end != "*/";
                    blank(kept, place, end.len(), is_string && end.len() == 1);
                    place += end.len();
                    open = None;
                } else {
                    let step = if letters[place] == '\\' && end != "`" && end != "*/" { 2 } else { 1 };
                    blank(kept, place, step, false);
                    place += step;
                }
                continue;
            }
            let (mark, end, foreign) = match letters[place] {
                '/' if starts(place, "//") => ("//", None, None),
                '/' if starts(place, "/*") => ("/*", Some("*/"), None),
                '"' if starts(place, "\"\"\"") => ("\"\"\"", Some("\"\"\""), Some("\"\"\"")),
                '\'' if starts(place, "'''") => ("'''", Some("'''"), Some("'''")),
                '"' => ("\"", Some("\""), None),
                '\'' => ("'", Some("'"), None),
                '`' => ("`", Some("`"), None),
                '#' if starts(place, "#{") || starts(place, "#\"") => ("", None, None),
                '#' if !(number == 1 && starts(place, "#!")) => ("#", None, Some("#")),
                _ => ("", None, None),
            };
            if let Some(foreign) = foreign {
                self.marks.push((number, place + 1, foreign));
            }
            match (mark, end) {
                ("", _) => place += 1,
                ("//" | "#", _) => {
                    blank(kept, place, letters.len() - place, false);
                    break;
                }
                (mark, end) => {
                    blank(kept, place, mark.len(), mark.len() == 1);
                    place += mark.len();
                    open = end;
                }
            }
        }
        // A string in quotation marks ends with its line.
        open.filter(|end| !matches!(*end, "\"" | "'"))
    }
}

/// The length of a `${...}` without strings, blocks, and formats, if there is one at the start.
fn value_length(letters: &[char]) -> Option<usize> {
    let value = letters.strip_prefix(&['$', '{'])?;
    let end = value.iter().position(|letter| matches!(letter, '}' | '{' | '`' | '"' | '\'' | ':'))?;
    (value[end] == '}').then_some(end + 3)
}

/// Replaces characters by spaces, or by a quotation mark so that a string stays one.
fn blank(kept: &mut [char], place: usize, count: usize, is_quote: bool) {
    for letter in kept.iter_mut().skip(place).take(count) {
        *letter = if is_quote { '"' } else { ' ' };
    }
}

/// Foreign syntax in every line of a script, each hint once a line.
pub(crate) fn foreign_lines(text: &str) -> Vec<ForeignLine> {
    let blanked = BlankedScript::read(text);
    let mut found: Vec<ForeignLine> = Vec::new();
    for (line, column, mark) in &blanked.marks {
        let hint = match *mark {
            "#" => "Comments start with `//`.",
            _ => {
                "Put a string of several lines in backticks; a description of a function goes before it, after `///`."
            }
        };
        add(&mut found, *line, *column, mark, hint);
    }
    for (index, (kept, written)) in blanked.lines.iter().zip(text.lines()).enumerate() {
        let kept: String = kept.iter().collect();
        for (column, word) in words(&kept) {
            let is_member = kept.chars().take(column - 1).collect::<String>().ends_with('.');
            let after = kept.chars().nth(column - 1 + word.chars().count());
            let is_prefix = matches!(word, "f" | "r" | "b") && after == Some('"');
            let is_key = after == Some(':') && kept.contains("#{");
            if !is_member && !is_key && (is_prefix || WORDS.contains(&word)) {
                let line = if is_prefix { written } else { &kept };
                if let Some(hint) = habit_hint(line, column) {
                    add(&mut found, index + 1, column, word, hint);
                }
            }
        }
        add_keywords(&mut found, index + 1, &kept);
        let start = kept.chars().take_while(|letter| letter.is_whitespace()).count() + 1;
        if let Some(hint) =
            habit_hint(&kept, start).filter(|hint| hint.contains("assign the variables one by one: "))
        {
            add(&mut found, index + 1, start, ",", hint);
        }
        if kept.trim_start().starts_with("def ") || kept.trim_start().starts_with("let ") {
            let signs = kept.chars().enumerate().filter(|(_, sign)| matches!(sign, '=' | ':'));
            for (place, sign) in signs {
                let hint = habit_hint(&kept, place + 1);
                let is_of_parameters = |hint: &&str| {
                    ["For a default", "Parameters", "Variables have no types"]
                        .iter()
                        .any(|start| hint.starts_with(start))
                };
                if let Some(hint) = hint.filter(is_of_parameters) {
                    add(&mut found, index + 1, place + 1, &sign.to_string(), hint);
                }
            }
        }
        add_parts_and_maps(&mut found, index + 1, &kept);
        let code = kept.trim_end();
        if code.ends_with(':')
            && let Some(hint) = habit_hint(code, code.chars().count())
        {
            add(&mut found, index + 1, code.chars().count(), ":", hint);
        }
    }
    found.sort_by_key(|line| (line.line, line.column));
    found
}

/// Parts of lists, `list[1:3]`, and maps of Python, `{"a": 1}`, as far as a line shows them.
fn add_parts_and_maps(found: &mut Vec<ForeignLine>, number: usize, line: &str) {
    for (place, _) in line.chars().enumerate().filter(|(_, letter)| *letter == ':') {
        let is_about = |hint: &&str| hint.starts_with("Take a part") || hint.starts_with("Write a map as");
        if let Some(hint) = habit_hint(line, place + 1).filter(is_about) {
            add(found, number, place + 1, ":", hint);
        }
    }
}

/// Keyword arguments: `f(a, key=1)`.
fn add_keywords(found: &mut Vec<ForeignLine>, number: usize, line: &str) {
    // In a definition, these are defaults.
    if ["def ", "fn ", "private fn "].iter().any(|start| line.trim_start().starts_with(start)) {
        return;
    }
    for (column, word) in words(line) {
        let after: String = line.chars().skip(column - 1 + word.chars().count()).collect();
        let after = after.trim_start();
        if after.starts_with('=')
            && !after.starts_with("==")
            && let Some(hint) = habit_hint(line, column).filter(|hint| hint.contains("keyword arguments"))
        {
            add(found, number, column, word, hint);
        }
    }
}

fn add(found: &mut Vec<ForeignLine>, line: usize, column: usize, mark: &str, hint: &str) {
    if !found.iter().any(|known| known.line == line && known.hint == hint) {
        found.push(ForeignLine { line, column, found: mark.to_owned(), hint: hint.to_owned() });
    }
}

/// The words of a line with their 1-based columns.
fn words(line: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut start = None;
    for (count, (place, letter)) in line.char_indices().chain([(line.len(), ' ')]).enumerate() {
        let is_letter = letter.is_alphanumeric() || letter == '_';
        match start {
            None if is_letter => start = Some((count + 1, place)),
            Some((column, from)) if !is_letter => {
                found.push((column, &line[from..place]));
                start = None;
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_with_foreign_syntax_is_found() {
        let text = "def f(x):\n    \"\"\"A docstring.\"\"\"\n    if x is None and True: # note\n        return f\"{x}\"\n\
                    // and None in a comment\nlet ok = \"def None\"; // or not\nlet m = #{pass: 1, is: 2};\nm.not;\nraise x";
        let lines: Vec<_> = foreign_lines(text).into_iter().map(|line| (line.line, line.found)).collect();
        let expected = [
            (1, "def"),
            (1, ":"),
            (2, "\"\"\""),
            (3, "is"),
            (3, "None"),
            (3, "and"),
            (3, "True"),
            (3, ":"),
            (3, "#"),
            (4, "f"),
            (9, "raise"),
        ];
        assert_eq!(lines, expected.map(|(line, word)| (line, word.to_owned())));
    }

    #[test]
    fn parts_of_lists_and_maps_of_python_are_found_and_those_of_rhai_are_not() {
        for (line, is_found) in [
            ("let body = actions[index:index + 10];", true),
            ("print(name[:-1]);", true),
            ("let action = {\"user\": upn,", true),
            ("f([{\"add\": groups}]);", true),
            ("let a = #{\"user\": upn, list: [1, 2], b: x[1]};", false),
            ("let url = global::URL + names[global::PLACE] + [global::A];", false),
            ("\"user\": upn,", false),
            ("let f = |x| { x.y };", false),
            ("let x = { lib::f(lib::A) };", false),
            ("switch x { 1 => lib::f(), _ => [lib::g()] }", false),
        ] {
            let found = foreign_lines(line);
            assert_eq!(found.iter().any(|found| found.found == ":"), is_found, "{line}: {found:?}");
        }
    }

    #[test]
    fn values_in_a_string_are_code() {
        let text = "print(`batch ${int(index / 10) + 1} of ${count}, ${x:.2f} ${#{a: 1}.a}`);";
        let blanked = BlankedScript::read(text).text();
        assert_eq!(blanked.chars().count(), text.chars().count());
        let words: Vec<_> = words(&blanked).into_iter().map(|(_, word)| word).collect();
        assert_eq!(words, ["print", "int", "index", "10", "1", "count"]);
    }

    #[test]
    fn lines_and_columns_stay_where_they_are() {
        let text = "let x = \"a // b\"; /* c\n d */ let y = 'é'; `e\nf` + '''g\nh''' # i";
        let blanked = BlankedScript::read(text).text();
        assert_eq!(blanked.lines().count(), 4);
        for (kept, written) in blanked.lines().zip(text.lines()) {
            assert_eq!(kept.chars().count(), written.chars().count(), "{kept}");
        }
        assert!(!blanked.contains(['a', 'b', 'c', 'd', 'é', 'f', 'g', 'h', 'i']), "{blanked}");
    }
}
