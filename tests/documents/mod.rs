//! The README holds what it shows: its code runs, its output is that of a run, its tables are those of the code.
//!
//! `UMAPI_UPDATE=1 cargo test readme` writes the generated tables and the output of the console blocks anew.

use crate::scripts::{names, with_scripts};
use crate::support::Shell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use umapi_shell::config::file::File;
use umapi_shell::error::ErrorKind;
use umapi_shell::language::catalog::Catalog;
use umapi_shell::language::help_text;
use umapi_shell::sandbox::Fault;
use umapi_shell::shell::exit_code;
use umapi_shell::shell::exit_code::Exit;

/// How the README calls the program on a machine that has only its source.
const FROM_SOURCE: &str = "cargo run -q -- ";
/// Held by whoever may write the file.
static WRITING: Mutex<()> = Mutex::new(());
/// Stands for lines that are left out.
const LEFT_OUT: &str = "...";

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

fn readme() -> String {
    fs::read_to_string(path()).unwrap()
}

fn updates() -> bool {
    std::env::var_os("UMAPI_UPDATE").is_some()
}

/// A fenced block: its 1-based first line and its text.
struct Block<'t> {
    line: usize,
    text: &'t str,
}

fn blocks<'t>(text: &'t str, language: &str) -> Vec<Block<'t>> {
    let fence = format!("```{language}\n");
    let starts = text.match_indices(&fence).map(|(at, _)| at + fence.len());
    let block = |start: usize| {
        let end = text[start..].find("```").unwrap_or(text.len() - start);
        Block { line: text[..start].lines().count() + 1, text: &text[start..start + end] }
    };
    starts.map(block).collect()
}

#[test]
fn every_rhai_block_runs_on_a_fresh_sandbox() {
    let text = readme();
    let blocks = blocks(&text, "rhai");
    assert!(!blocks.is_empty(), "no block was found");
    for block in blocks {
        let run = with_scripts(Shell::new("--sandbox block.rhai")).file("block.rhai", block.text).run();
        assert_eq!(run.code, 0, "README.md:{}:\n{}{}", block.line, run.stdout, run.stderr);
    }
}

#[test]
fn every_console_block_shows_what_a_run_shows() {
    let _turn = WRITING.lock();
    let mut text = readme();
    let shown: Vec<_> =
        blocks(&text, "console").iter().map(|block| (block.line, block.text.to_owned())).collect();
    assert!(!shown.is_empty(), "no block was found");
    let mut wrong = Vec::new();
    for (line, block) in shown {
        let real = replayed(&block);
        if real != block && updates() {
            text = text.replace(&block, &real);
        } else if real != block {
            wrong.push(format!("README.md:{line} shows\n{block}\na run shows\n{real}"));
        }
    }
    if updates() {
        fs::write(path(), text).unwrap();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The block as a run of its commands shows it. One folder serves a block; what is left out stays so if it fits.
fn replayed(block: &str) -> String {
    let shell = with_scripts(Shell::new(""));
    let mut entries: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix("$ "), entries.last_mut()) {
            (Some(command), _) => entries.push((command, Vec::new())),
            (None, Some((_, output))) => output.push(line),
            (None, None) => panic!("a console block begins with a command, not with `{line}`"),
        }
    }
    let entry = |(command, shown): &(&str, Vec<&str>)| {
        let real = run(command, shell.path());
        let lines: Vec<_> = real.lines().map(without_chance).collect();
        let output = if fits(shown, &lines) { shown } else { &lines };
        let output: String = output.iter().flat_map(|line| [*line, "\n"]).collect();
        format!("$ {command}\n{output}")
    };
    entries.iter().map(entry).collect()
}

/// What the command writes to a terminal's two streams, without the terminal.
fn run(command: &str, folder: &Path) -> String {
    let program = PathBuf::from(assert_cmd::cargo::cargo_bin!("umapish"));
    let search = format!("{}:/usr/local/bin:/usr/bin:/bin", program.parent().unwrap().display());
    let line = command.replace(FROM_SOURCE, "umapish ");
    let output = Command::new("sh")
        .args(["-c", &format!("exec 2>&1; {line}")])
        .env_clear()
        .env("PATH", search)
        .env("HOME", folder)
        .current_dir(folder)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// A line that every run writes another way is left out.
fn without_chance(line: &str) -> &str {
    if line.contains("request id: ") { LEFT_OUT } else { line }
}

/// Whether the lines are those shown, with any others in the place of those left out.
fn fits(shown: &[&str], real: &[&str]) -> bool {
    match shown.split_first() {
        None => real.is_empty(),
        Some((&LEFT_OUT, rest)) => (0..=real.len()).any(|skip| fits(rest, &real[skip..])),
        Some((first, rest)) => {
            real.split_first().is_some_and(|(line, more)| line == first && fits(rest, more))
        }
    }
}

#[test]
fn lines_that_are_left_out_fit_any() {
    assert!(fits(&["a", "...", "d"], &["a", "b", "c", "d"]));
    assert!(fits(&["a"], &["a"]));
    assert!(!fits(&["a", "..."], &["b"]));
    assert!(!fits(&["a"], &["a", "b"]));
}

/// The parts that the code generates, by the name in their markers.
fn generated() -> [(&'static str, String); 4] {
    [
        ("functions", help_text::tables(&Catalog::read())),
        ("commands", umapi_shell::repl::command_table::markdown()),
        ("settings", umapi_shell::config::table::markdown()),
        ("exit codes", exit_code::markdown()),
    ]
}

/// Where the text of a generated part stands.
fn part(text: &str, name: &str) -> std::ops::Range<usize> {
    let begin = format!("<!-- generated: {name} -->\n");
    let start = text.find(&begin).unwrap_or_else(|| panic!("README.md lacks `{}`", begin.trim_end()));
    let start = start + begin.len();
    let length = text[start..].find("<!-- end -->").expect("each generated part has an end");
    start..start + length
}

#[test]
fn generated_parts_are_what_the_code_generates() {
    let _turn = WRITING.lock();
    let mut text = readme();
    for (name, content) in generated() {
        let range = part(&text, name);
        let content = format!("\n{}\n\n", content.trim());
        if updates() {
            text.replace_range(range, &content);
        } else {
            assert_eq!(text[range], content, "`{name}` is stale; UMAPI_UPDATE=1 cargo test readme writes it");
        }
    }
    if updates() {
        fs::write(path(), text).unwrap();
    }
}

/// The cells of the table behind a heading, without backticks.
fn rows(text: &str, heading: &str) -> Vec<Vec<String>> {
    let start = text.find(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("README.md lacks `{heading}`"));
    let lines = text[start..].lines().skip_while(|line| !line.starts_with('|'));
    let cells =
        |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect();
    lines.take_while(|line| line.starts_with('|')).skip(2).map(cells).collect()
}

#[test]
fn the_kinds_of_errors_are_those_of_the_code_with_their_exit_codes() {
    let text = readme();
    let shown: Vec<_> =
        rows(&text, "### Kinds of errors").iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    let kinds = ErrorKind::NAMES.iter();
    let real: Vec<_> =
        kinds.map(|kind| ((*kind).to_owned(), Exit::of_kind(kind).code().to_string())).collect();
    assert_eq!(shown, real);
}

#[test]
fn the_keys_of_a_caught_error_are_those_a_script_finds() {
    let text = readme();
    let rows = rows(&text, "### What a caught error says");
    let mut shown: Vec<_> = rows.iter().flat_map(|row| row[0].split(", ")).collect();
    shown.sort_unstable();
    let code = "let keys; try { get_user(`nobody@example.com`) } catch (err) { keys = err.keys() } print(keys.join(` `))";
    assert_eq!(Shell::eval(code).run().done(), format!("{}\n", shown.join(" ")));
}

#[test]
fn the_faults_shown_are_such_as_the_sandbox_takes() {
    let text = readme();
    for block in blocks(&text, "json") {
        let faults: Vec<Fault> = serde_json::from_str(block.text).expect("faults");
        assert!(!faults.is_empty());
    }
}

#[test]
fn the_configuration_shown_is_understood() {
    let text = readme();
    for block in blocks(&text, "toml") {
        let file = File::parse(&block.text.replace("\n   ", "\n"), &path()).unwrap();
        assert!(file.profile("default").is_some() && !file.holds_secret());
    }
}

#[test]
fn every_script_is_told_of() {
    let text = readme();
    for name in names() {
        assert!(text.contains(&format!("(scripts/{name}.rhai)")), "README.md does not tell of {name}.rhai");
    }
}

#[test]
fn links_within_the_readme_lead_somewhere() {
    let text = readme();
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let anchors: Vec<_> = headings.map(|line| anchor(line.trim_start_matches('#'))).collect();
    let links = text.split("](#").skip(1).map(|rest| &rest[..rest.find(')').unwrap()]);
    for link in links {
        assert!(anchors.iter().any(|anchor| anchor == link), "nothing is called `#{link}`");
    }
}

/// As GitHub makes it of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    kept.chars()
        .filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter))
        .collect::<String>()
        .replace(' ', "-")
}
