//! The README and the guide contain what they show: their code runs, their output is that of a run, their tables are
//! those of the code, and their links lead somewhere.
//!
//! `UMAPI_UPDATE=1 cargo test documents` writes the generated tables and the output of commands anew.

mod changelog;
mod code;
mod console;
mod links;
#[cfg(unix)]
mod sessions;
mod tables;

use std::fs;
use std::path::Path;
use std::sync::Mutex;
use umapi_shell::guide::PAGES;

/// Held by whoever may write the files.
static WRITING: Mutex<()> = Mutex::new(());
/// Stands for lines that are left out.
const LEFT_OUT: &str = "...";
/// The README is meant to be read in one go.
const README_LINES: usize = 300;

/// The README or a page of the guide.
pub(crate) struct Document {
    /// From the top of the repository.
    name: String,
    text: String,
}

/// A fenced block.
struct Block {
    /// 1-based, of its first line.
    line: usize,
    language: String,
    text: String,
}

impl Document {
    fn read(name: &str) -> Self {
        let text = fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        Self { name: name.to_owned(), text }
    }

    fn is_readme(&self) -> bool {
        self.name == "README.md"
    }

    fn write(&self) {
        fs::write(root().join(&self.name), &self.text).unwrap();
    }

    /// The blocks, without the indentation of lists.
    fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut open: Option<(usize, Block)> = None;
        for (number, line) in self.text.lines().enumerate() {
            let indent = line.len() - line.trim_start().len();
            match (line.trim_start().strip_prefix("```"), &mut open) {
                (Some(language), None) => {
                    let block =
                        Block { line: number + 2, language: language.to_owned(), text: String::new() };
                    open = Some((indent, block));
                }
                (Some(_), Some(_)) => blocks.extend(open.take().map(|(_, block)| block)),
                (None, Some((indent, block))) => {
                    block.text.push_str(line.get(*indent..).unwrap_or_default());
                    block.text.push('\n');
                }
                (None, None) => {}
            }
        }
        assert!(open.is_none(), "{}: a block has no end", self.name);
        blocks
    }

    fn blocks_in(&self, language: &str) -> Vec<Block> {
        let mut blocks = self.blocks();
        blocks.retain(|block| block.language == language);
        blocks
    }

    /// The text without blocks, line for line.
    fn prose(&self) -> String {
        let mut in_block = false;
        let line = |line: &str| {
            let is_fence = line.trim_start().starts_with("```");
            in_block ^= is_fence;
            if in_block || is_fence { "\n".to_owned() } else { format!("{line}\n") }
        };
        self.text.lines().map(line).collect()
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn pages() -> Vec<Document> {
    PAGES.iter().map(|page| Document::read(&format!("src/guide/{}.md", page.topic))).collect()
}

/// The README, then every page of the guide.
fn documents() -> Vec<Document> {
    std::iter::once(Document::read("README.md")).chain(pages()).collect()
}

fn updates() -> bool {
    std::env::var_os("UMAPI_UPDATE").is_some()
}

/// Compares parts of the documents with what they should be, or writes them if `UMAPI_UPDATE` is set.
fn compare(parts: impl Fn(&Document) -> Vec<Part>) {
    let _turn = WRITING.lock();
    let mut wrong = Vec::new();
    for mut document in documents() {
        for part in parts(&document).into_iter().filter(|part| part.shown != part.real) {
            if updates() {
                document.text = document.text.replacen(&part.shown, &part.real, 1);
            } else {
                wrong.push(format!(
                    "{}: {}\n{}\nshould be\n{}",
                    document.name, part.place, part.shown, part.real
                ));
            }
        }
        if updates() {
            document.write();
        }
    }
    assert!(wrong.is_empty(), "UMAPI_UPDATE=1 cargo test documents writes these:\n{}", wrong.join("\n"));
}

/// A part of a document beside what it should be.
struct Part {
    place: String,
    shown: String,
    real: String,
}

/// Whether the lines are those shown, with any others in the place of those left out.
fn fits(shown: &[&str], real: &[&str], same: fn(&str, &str) -> bool) -> bool {
    match shown.split_first() {
        None => real.is_empty(),
        Some((&LEFT_OUT, rest)) => (0..=real.len()).any(|skip| fits(rest, &real[skip..], same)),
        Some((first, rest)) => {
            real.split_first().is_some_and(|(line, more)| same(line, first) && fits(rest, more, same))
        }
    }
}

/// A line that every run writes differently is left out.
fn without_chance(line: &str) -> &str {
    if line.contains("request id: ") { LEFT_OUT } else { line }
}

/// A line with every number as `0`, and the name of a journal as `0` too.
fn masked(line: &str) -> String {
    let mut masked = String::new();
    for word in line.split_whitespace() {
        let word = if word.contains(".journal") { "0" } else { word };
        for letter in word.chars() {
            match letter {
                digit if digit.is_ascii_digit() && masked.ends_with('0') => {}
                digit if digit.is_ascii_digit() => masked.push('0'),
                letter => masked.push(letter),
            }
        }
        masked.push(' ');
    }
    masked
}

#[test]
fn lines_that_are_left_out_fit_any() {
    let same: fn(&str, &str) -> bool = |one, other| one == other;
    assert!(fits(&["a", "...", "d"], &["a", "b", "c", "d"], same));
    assert!(fits(&["a", "...", "b"], &["a", "b"], same));
    assert!(!fits(&["a", "..."], &["b"], same));
    assert!(!fits(&["a"], &["a", "b"], same));
}

#[test]
fn numbers_and_journals_are_masked() {
    assert_eq!(masked("note: 300 done, 1.5 s"), "note: 0 done, 0.0 s ");
    assert_eq!(masked("~/x-live-3f.journal: 7 lines"), masked("~/x-live-a1.journal: 75 lines"));
}

#[test]
fn every_page_has_a_topic() {
    let entries = fs::read_dir(root().join("src/guide")).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let mut files: Vec<_> = files.map(|path| stem(&path)).collect();
    let mut topics: Vec<_> = PAGES.iter().map(|page| page.topic.to_owned()).collect();
    files.sort();
    topics.sort();
    assert_eq!(files, topics, "src/guide/mod.rs lists the pages");
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

#[test]
fn the_readme_is_short() {
    let lines = Document::read("README.md").text.lines().count();
    assert!(lines <= README_LINES, "{lines} lines; longer chapters belong in the guide");
}

#[test]
fn every_block_is_in_a_language_that_a_test_runs() {
    for document in documents() {
        for block in document.blocks() {
            let runs = code::LANGUAGES.contains(&block.language.as_str())
                || [console::LANGUAGE, "text"].contains(&block.language.as_str());
            assert!(runs, "{}:{}: no test runs `{}`", document.name, block.line, block.language);
        }
    }
}
