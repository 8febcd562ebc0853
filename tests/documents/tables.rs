//! Tables that the code generates, and tables that must agree with it.

use super::{Document, Part, compare, documents};
use crate::matrix;
use crate::scripts::names;
use crate::support::Run;
use umapi_shell::error::ErrorKind;
use umapi_shell::guide;
use umapi_shell::language::help_text;
use umapi_shell::shell::exit_code;
use umapi_shell::shell::exit_code::RunExit;

const END: &str = "<!-- end -->";

/// The parts that the code generates, by the name in their markers.
fn generated() -> [(&'static str, String); 6] {
    [
        ("guide", guide::markdown()),
        ("functions", help_text::tables(&umapi_shell::script::functions::catalog())),
        ("commands", umapi_shell::repl::command_table::markdown()),
        ("settings", umapi_shell::config::table::markdown()),
        ("exit codes", exit_code::markdown()),
        ("faults", matrix::table()),
    ]
}

fn marker(name: &str) -> String {
    format!("<!-- generated: {name} -->\n")
}

#[test]
fn generated_parts_are_what_the_code_generates() {
    compare(|document| {
        let part = |(name, content): (&str, String)| {
            let marker = marker(name);
            let start = document.text.find(&marker)?;
            let length = document.text[start..].find(END).expect("each generated part has an end");
            Some(Part {
                place: name.to_owned(),
                shown: document.text[start..start + length].to_owned(),
                real: format!("{marker}\n{}\n\n", content.trim()),
            })
        };
        generated().into_iter().filter_map(part).collect()
    });
}

#[test]
fn every_generated_part_is_somewhere_and_every_marker_has_a_part() {
    let all: String = documents().into_iter().map(|document| document.text).collect();
    for (name, _) in generated() {
        assert_eq!(all.matches(&marker(name)).count(), 1, "{name}");
    }
    assert_eq!(all.matches("<!-- generated: ").count(), generated().len());
}

/// The cells of the table below a heading, without backticks.
fn rows(document: &Document, heading: &str) -> Vec<Vec<String>> {
    let start = document.text.find(&format!("\n{heading}\n"));
    let start = start.unwrap_or_else(|| panic!("{} has no `{heading}`", document.name));
    let lines = document.text[start..].lines().skip_while(|line| !line.starts_with('|'));
    let cells =
        |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect();
    lines.take_while(|line| line.starts_with('|')).skip(2).map(cells).collect()
}

fn errors() -> Document {
    Document::read("src/guide/exit-codes-and-errors.md")
}

#[test]
fn the_kinds_of_errors_are_those_of_the_code_with_their_exit_codes() {
    let rows = rows(&errors(), "## Kinds of errors");
    let shown: Vec<_> = rows.iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    let kinds = ErrorKind::NAMES.iter();
    let real: Vec<_> =
        kinds.map(|kind| ((*kind).to_owned(), RunExit::of_kind(kind).code().to_string())).collect();
    assert_eq!(shown, real);
}

#[test]
fn the_keys_of_a_caught_error_are_those_a_script_finds() {
    let rows = rows(&errors(), "## What a caught error contains");
    let mut shown: Vec<_> = rows.iter().flat_map(|row| row[0].split(", ")).collect();
    shown.sort_unstable();
    let code = "let keys; try { get_user(`nobody@example.com`) } catch (err) { keys = err.keys() } print(keys.join(` `))";
    assert_eq!(Run::eval(code).run().done(), format!("{}\n", shown.join(" ")));
}

#[test]
fn the_guide_names_every_script() {
    let all: String = documents().into_iter().map(|document| document.text).collect();
    for name in names() {
        assert!(all.contains(&format!("(../../scripts/{name}.rhai)")), "the guide does not name {name}.rhai");
    }
}
