//! Holds the layers apart: who may import whom, and which crates stay in which layer.

use std::fs;
use std::path::{Path, PathBuf};

/// What each part of the crate may use of the others. Parts on one line of thought: the lowest first.
const MAY_USE: &[(&str, &[&str])] = &[
    ("wire", &[]),
    ("secret", &[]),
    ("nearest", &[]),
    ("rows", &[]),
    ("error", &["wire"]),
    ("client", &["wire", "error", "secret"]),
    ("state", &["wire", "error"]),
    ("config", &["client", "error", "secret", "nearest"]),
    ("output", &["rows"]),
    ("cli", &["config"]),
    ("script", &["client", "state", "wire", "error", "secret", "nearest", "rows"]),
    ("shell", &["script", "config", "cli", "output", "error", "state", "client", "nearest"]),
    ("sandbox", &["wire"]),
];

/// Which parts may name a crate of others.
const CRATES: &[(&str, &[&str])] = &[
    ("rhai", &["script", "shell"]),
    ("reqwest", &["client"]),
    ("clap", &["cli"]),
    ("rustyline", &["shell"]),
    ("axum", &["sandbox"]),
    ("terminal_size", &["output"]),
    ("annotate_snippets", &["output"]),
    ("owo_colors", &["output"]),
];

struct Source {
    part: String,
    path: PathBuf,
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Vec::new();
    collect(&root, &root, &mut sources);
    sources
}

fn collect(root: &Path, folder: &Path, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let first = path.strip_prefix(root).unwrap().iter().next().unwrap().to_string_lossy();
            let part = first.trim_end_matches(".rs").to_owned();
            let text = fs::read_to_string(&path).unwrap();
            sources.push(Source { part, code: without_comments(&text), path });
        }
    }
}

fn without_comments(text: &str) -> String {
    let code = |line: &str| line.split("//").next().unwrap_or_default().to_owned();
    text.lines().map(code).collect::<Vec<_>>().join("\n")
}

/// The parts of ours a source names as `crate::part`, also inside of braces.
fn used_parts(code: &str) -> Vec<String> {
    let names = code.split("crate::").skip(1).flat_map(|rest| match rest.strip_prefix('{') {
        Some(list) => {
            list.split('}').next().unwrap_or_default().split(',').map(first_word).collect::<Vec<_>>()
        }
        None => vec![first_word(rest)],
    });
    names.filter(|name| MAY_USE.iter().any(|(part, _)| part == name)).collect()
}

fn first_word(text: &str) -> String {
    text.trim().chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

#[test]
fn layers_touch_only_downwards() {
    for source in sources().iter().filter(|source| !["lib", "main", "run"].contains(&source.part.as_str())) {
        let allowed = MAY_USE.iter().find(|(part, _)| *part == source.part).map(|(_, allowed)| *allowed);
        let allowed =
            allowed.unwrap_or_else(|| panic!("{} belongs to no known layer", source.path.display()));
        for used in used_parts(&source.code) {
            assert!(
                used == source.part || allowed.contains(&used.as_str()),
                "{} uses `{used}`, which is not below `{}`",
                source.path.display(),
                source.part
            );
        }
    }
}

#[test]
fn crates_stay_in_their_layers() {
    for source in sources() {
        for (name, parts) in CRATES {
            let named =
                source.code.contains(&format!("{name}::")) || source.code.contains(&format!("use {name};"));
            assert!(
                !named || parts.contains(&source.part.as_str()),
                "{} names the crate `{name}`, which belongs to {parts:?}",
                source.path.display()
            );
        }
    }
}

#[test]
fn only_output_writes_to_the_terminal() {
    for source in sources().iter().filter(|source| source.part != "output") {
        for way in ["println!", "print!(", "dbg!", "stdout()", "stderr()"] {
            assert!(!source.code.contains(way), "{} writes by `{way}`", source.path.display());
        }
    }
}

#[test]
fn only_run_joins_the_sandbox_to_the_rest() {
    let users = sources().into_iter().filter(|source| source.code.contains("crate::sandbox"));
    let outside: Vec<_> =
        users.filter(|source| !["sandbox", "run"].contains(&source.part.as_str())).collect();
    assert!(outside.is_empty(), "{}", outside[0].path.display());
}

#[test]
fn the_reader_of_use_lines_sees_what_it_should() {
    let code = "use crate::{client::Client, error};\nuse crate::wire::step;\nlet x = crate::output::go();";
    assert_eq!(used_parts(code), ["client", "error", "wire", "output"]);
    assert_eq!(without_comments("a // crate::client\n//! b"), "a \n");
}
