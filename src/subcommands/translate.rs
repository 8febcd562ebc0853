//! `umapish translate`: a Python script as a draft in Rhai, with every place marked that needs a person.

use super::draft_view::DraftView;
use crate::error::{Error, Result};
use crate::language::source_text;
use crate::output::Output;
use crate::script::checker::check;
use crate::script::engine::offline;
use crate::shell::diagnostic::show_error;
use crate::shell::exit_code::RunExit;
use crate::store::atomic_file::FileAccess;
use crate::store::file_door;
use crate::translate::{KEY_ORDER, TranslatedLine, Translation, TranslationRefusal, translate};
use rhai::Engine;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;

/// How often a draft is made again without the lines that are not valid.
const MOST_DRAFTS: usize = 60;

/// Translates a file and shows the draft, or what happened to each line. The exit is [`RunExit::Left`] if places are left
/// to a person, and a usage error if the file is not Python 3.
pub(crate) fn run(file: &Path, out: Option<&Path>, view: DraftView, output: &Output) -> RunExit {
    match translated(file, out, view, output) {
        Ok(exit) => exit,
        Err(error) => {
            show_error(&error, output);
            RunExit::Usage
        }
    }
}

fn translated(file: &Path, out: Option<&Path>, view: DraftView, output: &Output) -> Result<RunExit> {
    let text = source(file)?;
    let draft = draft(&text).map_err(|refusal| refused(file, &refusal))?;
    match out {
        Some(path) if view == DraftView::Script => {
            let access = FileAccess::Usual;
            file_door::replace(path, access, |stream| stream.write_all(draft.script.as_bytes()))?;
        }
        _ => match view {
            DraftView::Script => output.data(draft.script.trim_end()),
            DraftView::Lines => output.data(table(&text, &draft.lines).trim_end()),
            DraftView::Json => output.json(&rows(&text, &draft.lines).to_string()),
        },
    }
    output.note(&summary(&draft));
    let is_left = draft.lines.iter().any(|line| line.kind.word() == "left");
    Ok(if is_left { RunExit::Left } else { RunExit::Done })
}

fn source(file: &Path) -> Result<String> {
    file_door::read_to_string(file).map_err(|error| match error.kind() {
        ErrorKind::InvalidData => Error::usage_with_hint(
            format!("{}: the file is not a text file", file.display()),
            "Name a Python file: umapish translate FILE.py.",
        ),
        _ => Error::io(file, error),
    })
}

fn refused(file: &Path, refusal: &TranslationRefusal) -> Error {
    let place = refusal.line.map_or_else(String::new, |line| format!(":{line}"));
    Error::usage_with_hint(format!("{}{place}: {}", file.display(), refusal.message), refusal.hint.clone())
}

/// The draft of a Python file, which parses and has no errors: lines whose translation is not valid are left.
fn draft(text: &str) -> std::result::Result<Translation, TranslationRefusal> {
    let engine = offline::engine();
    let catalog = crate::script::functions::catalog();
    let built_in =
        catalog.functions().filter(|function| !function.method).map(|function| function.name.clone());
    let built_in: BTreeSet<String> = built_in.collect();
    let mut left = BTreeSet::new();
    for _ in 0..MOST_DRAFTS {
        let draft = translate(text, &left, &built_in)?;
        let faults = faults(&engine, &draft);
        let before = left.len();
        left.extend(faults.iter().copied());
        if faults.is_empty() {
            return Ok(draft);
        }
        if left.len() == before {
            // The line alone does not help: the whole statement around it is left.
            let around =
                |line: &usize| draft.statements.iter().find(|(first, last)| (first..=last).contains(&line));
            left.extend(faults.iter().filter_map(around).flat_map(|(first, last)| *first..=*last));
        }
        if left.len() == before {
            break;
        }
    }
    let all = (1..=text.lines().count()).collect();
    let draft = translate(text, &all, &built_in)?;
    Ok(if faults(&engine, &draft).is_empty() { draft } else { commented(text, draft) })
}

/// The lines of the source whose translation is not valid.
fn faults(engine: &Engine, draft: &Translation) -> Vec<usize> {
    let findings = check(engine, &source_text::prepare(draft.script.clone()), None);
    let errors = findings.iter().filter(|finding| !finding.is_warning);
    let lines = errors.map(|finding| {
        let line = finding.place.line.unwrap_or(1).min(draft.sources.len());
        draft.sources[..line].iter().rev().find(|source| **source > 0).copied().unwrap_or(1)
    });
    lines.collect()
}

/// The source as comments alone, if nothing of it can be translated.
fn commented(text: &str, draft: Translation) -> Translation {
    let numbered = text.lines().enumerate();
    let comments: Vec<_> =
        numbered.map(|(place, line)| format!("// TODO line {}: {line}", place + 1)).collect();
    let script = comments.join("\n") + "\n";
    let sources = (1..=text.lines().count()).collect();
    let lines = draft.lines.into_iter().map(TranslatedLine::left).collect();
    Translation { script, lines, sources, ..draft }
}

/// What happened to each line that is not blank.
fn table(text: &str, lines: &[TranslatedLine]) -> String {
    let source: Vec<_> = text.lines().collect();
    let mut rows = String::from("line  became    source\n");
    for line in lines {
        let shown = source.get(line.line - 1).map_or("", |text| text.trim_end());
        let note = if line.note.is_empty() { String::new() } else { format!("   <- {}", line.note) };
        rows.extend([&format!("{:>4}  {:<8}  ", line.line, line.kind.word()), shown, &note, "\n"]);
    }
    rows
}

/// The same as values.
fn rows(text: &str, lines: &[TranslatedLine]) -> Value {
    let source: Vec<_> = text.lines().collect();
    let row = |line: &TranslatedLine| {
        let shown = source.get(line.line - 1).map_or("", |text| text.trim_end());
        json!({"line": line.line, "became": line.kind.word(), "source": shown, "note": line.note})
    };
    lines.iter().map(row).collect()
}

fn summary(draft: &Translation) -> String {
    let of = |word: &str| draft.lines.iter().filter(|line| line.kind.word() == word).count();
    let (all, left) = (draft.lines.len(), of("left"));
    let share = (all - left) * 100 / all.max(1);
    let missing = if draft.missing.is_empty() || left == 0 {
        String::new()
    } else {
        format!("; missing: {}", draft.missing.join(", "))
    };
    let sorted =
        draft.lines.iter().filter(|line| line.kind.word() == "same" && line.note.contains(KEY_ORDER));
    let sorted: Vec<_> = sorted.map(|line| line.line.to_string()).collect();
    let order =
        if sorted.is_empty() { String::new() } else { format!("; {KEY_ORDER}: line {}", sorted.join(", ")) };
    format!(
        "{all} lines: {} the same, {} built in, {} fixed, {left} left ({share} % carried over){missing}{order}",
        of("same"),
        of("built in"),
        of("fixed"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Python in many forms, which is cut and mixed.
    const PIECES: &[&str] = &[
        "import csv\n",
        "x = 1\n",
        "def f(a, b=2, *c, **d):\n    return a\n",
        "for i in range(3):\n    print(i)\n",
        "class A(B):\n    x = 1\n    def m(self):\n        self.x += 1\n",
        "try:\n    f(1)\nexcept (A, B) as e:\n    raise\nfinally:\n    pass\n",
        "with open('a') as f, g() as h:\n    for line in f:\n        print(line, end='')\n",
        "a, *b = [1, 2, 3]\n",
        "x = [y for y in z if y for k in y]\n",
        "lambda: (yield)\n",
        "async def g():\n    await h()\n",
        "match x:\n    case 1:\n        pass\n",
        "print(f'{x!r:>{w}} {y:.2f}')\n",
        "x: int = 5\n",
        "global q\nq = {}\n",
        "d = {1: 2, **e, 'do': {3}}\n",
        "if (n := 3) > 2: pass\nelif q: pass\nelse:\n    q()\n",
        "del d['x'], y\n",
        "while True:\n    break\nelse:\n    x = '''\n  # no comment\n'''\n",
        "@dec\ndef h(): ...\n",
        "assert x, 'm'\n",
        "r = requests.get(u, headers=h).json()\n",
        "let = fn = 1\nprint(let, fn)\n",
        "'a' % b; 'x'.format(**k)\n",
        "# comment\n\n",
        "exit(1) if x else None\n",
        "return 5\n",
        "x = yield\n",
        "nonlocal z\n",
        "0xffffffffffffffffff\n",
    ];

    fn is_valid(text: &str) {
        let Ok(draft) = draft(text) else { return };
        let compiled = offline::engine().compile(source_text::prepare(draft.script.clone()));
        assert!(compiled.is_ok(), "{text}\n---\n{}\n{compiled:?}", draft.script);
        let lines: Vec<_> = draft.lines.iter().map(|line| line.line).collect();
        let expected: Vec<_> = text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(place, _)| place + 1)
            .collect();
        assert_eq!(lines, expected, "every line that is not blank is in the report once\n{text}");
    }

    #[test]
    fn each_form_of_python_gives_a_draft_that_parses() {
        for piece in PIECES {
            is_valid(piece);
            let inner: Vec<_> = piece.lines().map(|line| format!("    {line}")).collect();
            is_valid(&format!("def outer(p):\n{}\n", inner.join("\n")));
        }
    }

    /// Numbers that look random and are the same in every run.
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, limit: usize) -> usize {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(self.0 >> 33).unwrap() % limit
        }
    }

    #[test]
    fn any_mixture_of_python_gives_a_draft_that_parses() {
        let mut numbers = Numbers(1);
        for _ in 0..40 {
            let text: String = (0..=numbers.below(4)).map(|_| PIECES[numbers.below(PIECES.len())]).collect();
            is_valid(&text);
            let end = text.char_indices().nth(numbers.below(200)).map_or(text.len(), |(place, _)| place);
            is_valid(&text[..end]);
        }
    }

    /// The scripts that the tests of translations run, with a few lines removed, repeated, swapped or changed.
    #[test]
    fn damaged_scripts_give_drafts_that_parse() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/translate");
        let mut numbers = Numbers(2);
        let (mut scripts, mut drafts) = (0, 0);
        for part in [folder.clone(), folder.join("service")] {
            let mut paths: Vec<_> =
                std::fs::read_dir(part).unwrap().map(|entry| entry.unwrap().path()).collect();
            paths.retain(|path| path.extension().is_some_and(|ending| ending == "py"));
            paths.sort();
            scripts += paths.len();
            for path in paths {
                let source = std::fs::read_to_string(path).unwrap();
                for _ in 0..3 {
                    let mut lines: Vec<String> = source.lines().map(str::to_owned).collect();
                    for _ in 0..=numbers.below(3) {
                        let (one, other) = (numbers.below(lines.len()), numbers.below(lines.len()));
                        match numbers.below(5) {
                            0 => drop(lines.remove(one)),
                            1 => lines.insert(one, lines[other].clone()),
                            2 => lines.swap(one, other),
                            3 => lines[one] = lines[one].replace("in", "is").replace('[', "("),
                            _ => lines.truncate(one.max(1)),
                        }
                    }
                    let text = lines.join("\n");
                    drafts += usize::from(draft(&text).is_ok());
                    is_valid(&text);
                }
            }
        }
        assert!(scripts >= 8 && drafts >= 5, "{scripts} scripts, {drafts} drafts");
    }

    #[test]
    fn files_that_are_not_python_are_named() {
        for (text, words) in [
            ("", "the file is empty"),
            ("a\0b", "not a text file"),
            ("let x = #{a: 1};\nprint(x);\nfn f() { 1 }\n", "a Rhai script already"),
            ("email,name\na@b.c,Kim Lee\nd@e.f,Ben Osei\n", "CSV file"),
            ("print \"hello\"\n", "Python 2"),
            ("def f(:\n", "not valid Python 3"),
        ] {
            let refusal = draft(text).err().map(|refusal| refusal.message).unwrap_or_default();
            assert!(refusal.contains(words), "{text}: {refusal}");
        }
    }
}
