//! Blocks that a reader copies: scripts, configuration, requests, command lines.

use super::{Document, documents, pages, root};
use crate::scripts::with_scripts;
use crate::support::Run;
use umapi_shell::cli;
use umapi_shell::config::file::ConfigFile;
use umapi_shell::sandbox::{BehaviorSwitches, PlannedFault, SettingsChange};

/// The languages of these blocks.
pub(super) const LANGUAGES: &[&str] = &["rhai", "toml", "json", "sh", "cron"];
/// How the README calls the program on a machine that has only its source.
pub(super) const FROM_SOURCE: &str = "cargo run -- ";
/// Columns that code of the guide may take on a terminal of 80, where it is indented.
const CODE_WIDTH: usize = 76;

#[test]
fn every_script_runs_on_a_fresh_sandbox() {
    let mut count = 0;
    for document in documents() {
        for block in document.blocks_in("rhai") {
            let run = with_scripts(Run::new("--sandbox block.rhai")).file("block.rhai", &block.text).run();
            assert_eq!(run.code, 0, "{}:{}:\n{}{}", document.name, block.line, run.stdout, run.stderr);
            count += 1;
        }
    }
    assert!(count > 0, "no block was found");
}

#[test]
fn code_of_the_guide_fits_a_terminal() {
    for page in pages() {
        for block in LANGUAGES.iter().flat_map(|language| page.blocks_in(language)) {
            let long = block.text.lines().find(|line| line.chars().count() > CODE_WIDTH);
            assert_eq!(long, None, "{}:{}", page.name, block.line);
        }
    }
}

#[test]
fn every_configuration_is_valid() {
    for document in documents() {
        // Maps of `umapish sync` are parsed where they are declared.
        for block in document.blocks_in("toml").iter().filter(|block| !block.text.contains("[[map]]")) {
            let file = ConfigFile::parse(&block.text, &root().join(&document.name)).unwrap();
            assert!(file.profile("default").is_some() && !file.holds_secret(), "{}", document.name);
        }
    }
}

#[test]
fn the_sandbox_accepts_every_list_of_faults_and_every_change_of_settings() {
    for document in documents() {
        for block in document.blocks_in("json") {
            let place = format!("{}:{}", document.name, block.line);
            if block.text.trim_start().starts_with('{') {
                let change: SettingsChange = serde_json::from_str(&block.text).expect(&place);
                assert_ne!(change, SettingsChange::default(), "{place}");
                continue;
            }
            let faults: Vec<PlannedFault> = serde_json::from_str(&block.text).expect(&place);
            assert!(!faults.is_empty(), "{place}");
        }
    }
}

#[test]
fn the_guide_lists_every_switch_with_its_default() {
    let page = documents().into_iter().find(|page| page.name.ends_with("sandbox.md")).unwrap();
    let switches = serde_json::to_value(BehaviorSwitches::default()).unwrap();
    for (name, value) in switches.as_object().unwrap() {
        let default = if *value == serde_json::Value::Bool(true) { "on" } else { "off" };
        assert!(page.text.contains(&format!("| `{name}` | {default} |")), "{name}");
    }
}

/// The command lines of `sh` and `cron` blocks, without the part before the command.
fn command_lines(document: &Document) -> Vec<String> {
    let shell = document.blocks_in("sh").into_iter().flat_map(|block| lines(&block.text));
    let cron = document.blocks_in("cron").into_iter().flat_map(|block| lines(&block.text));
    let timed = cron.map(|line| line.splitn(6, ' ').nth(5).unwrap().to_owned());
    let parts = |line: String| line.split(" && ").map(str::to_owned).collect::<Vec<_>>();
    shell.chain(timed).flat_map(parts).collect()
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

#[test]
fn every_command_line_is_understood() {
    for document in documents() {
        for line in command_lines(&document) {
            let line = line.replace(FROM_SOURCE, "umapish ");
            let words = line.split_whitespace().map(Into::into);
            match line.split_whitespace().next() {
                Some("umapish") => assert!(cli::parse(words).is_ok(), "{}: {line}", document.name),
                Some("cargo" | "cd" | ".ci/interop" | ".ci/supply-chain" | ".ci/run") => {}
                other => panic!("{}: no test runs `{other:?}`", document.name),
            }
        }
    }
}

#[test]
fn the_gate_runs_the_tests_as_the_readme_does() {
    let gate = std::fs::read_to_string(root().join(".ci/run")).unwrap();
    let tests: Vec<_> = command_lines(&Document::read("README.md"))
        .into_iter()
        .filter(|line| line.starts_with("cargo test"))
        .collect();
    assert_eq!(tests, ["cargo test --locked"]);
    assert!(gate.lines().any(|line| line == format!("step {}", tests[0])), ".ci/run does not call {tests:?}");
}
