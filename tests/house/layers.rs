//! Rooms import only downward, and some crates stay in their rooms.

use super::sources::{SourceFile, imports, paths, sources};
use std::collections::BTreeSet;

/// The rooms directly below each room; what is below those is below it as well. `app` joins all.
const BELOW: &[(&str, &[&str])] = &[
    ("repl", &["shell"]),
    ("subcommands", &["shell", "translate"]),
    // Knows Python and the text of Rhai, and nothing of umapish.
    ("translate", &[]),
    ("shell", &["script", "cli", "output"]),
    ("plan", &["changes"]),
    ("script", &["changes"]),
    ("changes", &["session", "language", "files"]),
    ("session", &["values"]),
    ("language", &["values"]),
    ("files", &["values"]),
    ("values", &["host"]),
    ("host", &["client", "store", "did_you_mean"]),
    ("client", &["wire", "error", "secret", "store"]),
    ("store", &["wire", "user_folders", "secret"]),
    ("cli", &["config", "guide", "quantity"]),
    ("config", &["client", "did_you_mean", "user_folders", "store"]),
    // What is shown of data, and how its characters are shown.
    ("output", &["tabular", "secret", "wire"]),
    ("user_folders", &["error"]),
    ("error", &["wire", "secret"]),
    ("sandbox", &["wire"]),
    ("wire", &["secret"]),
    ("guide", &[]),
    ("secret", &[]),
    ("tabular", &[]),
    ("quantity", &[]),
    ("did_you_mean", &[]),
];

/// Rooms that anybody above the client may use.
const COMMON: &[&str] = &["tabular", "quantity"];

/// The rooms that know scripts.
const SCRIPTING: &[&str] = &[
    "host",
    "values",
    "files",
    "language",
    "session",
    "changes",
    "plan",
    "script",
    "shell",
    "repl",
    "subcommands",
    "app",
];

/// Which rooms may name a crate of others.
const CRATES: &[(&str, &[&str])] = &[
    ("rhai", SCRIPTING),
    ("reqwest", &["client"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("rustyline", &["shell", "repl", "subcommands"]),
    ("axum", &["sandbox"]),
    ("terminal_size", &["output"]),
    ("annotate_snippets", &["output"]),
    ("owo_colors", &["output"]),
    ("etcetera", &["user_folders"]),
    ("pulldown_cmark", &["output"]),
    ("ruff_python_ast", &["translate"]),
    ("ruff_python_parser", &["translate"]),
];

fn below(room: &str) -> BTreeSet<&'static str> {
    let direct = BELOW.iter().find(|(name, _)| *name == room).map(|(_, below)| *below);
    let direct = direct.unwrap_or_else(|| panic!("the room `{room}` is not in the table of layers"));
    direct.iter().flat_map(|name| [BTreeSet::from([*name]), below(name)]).flatten().collect()
}

/// The files of rooms that have a place among the layers.
fn layered() -> impl Iterator<Item = &'static SourceFile> {
    sources().values().filter(|source| !["lib", "app"].contains(&source.room()))
}

#[test]
fn rooms_import_only_downward() {
    for source in layered() {
        let room = source.room();
        let allowed = below(room);
        let is_scripting = SCRIPTING.contains(&room);
        for (target, path) in imports(source) {
            let used = target[0].as_str();
            let is_below = allowed.contains(used) || (is_scripting && COMMON.contains(&used));
            assert!(
                used == room || is_below,
                "{} imports `{path}`, which is not below `{room}`",
                source.path.display()
            );
        }
    }
}

#[test]
fn crates_stay_in_their_rooms() {
    for source in sources().values() {
        for (name, rooms) in CRATES {
            let is_named =
                source.text.contains(&format!("{name}::")) || source.text.contains(&format!("use {name};"));
            assert!(
                !is_named || rooms.contains(&source.room()),
                "{} names the crate `{name}`, which belongs to {rooms:?}",
                source.path.display()
            );
        }
    }
}

#[test]
fn only_output_writes_to_the_terminal() {
    for source in sources().values().filter(|source| source.room() != "output") {
        for call in ["println!", "print!(", "dbg!", "stdout()", "stderr()"] {
            assert!(!source.text.contains(call), "{} writes by `{call}`", source.path.display());
        }
    }
}

/// The standard library's `home_dir` asks the password database when `HOME` is of no use.
#[test]
fn only_user_folders_looks_for_the_home_folder() {
    for source in sources().values().filter(|source| source.room() != "user_folders") {
        assert!(!source.text.contains("home_dir("), "{} looks for it", source.path.display());
    }
}

#[test]
fn only_app_joins_the_sandbox_to_the_rest() {
    for source in sources().values().filter(|source| !["sandbox", "app"].contains(&source.room())) {
        assert!(!imports(source).keys().any(|target| target[0] == "sandbox"), "{}", source.path.display());
    }
}

/// What the sandbox shares with the client: the names of endpoints, codes and types of account, and the form of
/// responses. It reads requests by itself, so that a misreading on one side fails a test on the other.
const SHARED_WITH_THE_SANDBOX: &[&str] = &[
    "wire::endpoint::EndpointId",
    "wire::error_code",
    "wire::group",
    "wire::identity::IdentityType",
    "wire::identity::fold",
    "wire::interner",
    "wire::response",
    "wire::user",
];

#[test]
fn the_sandbox_reads_commands_by_itself() {
    for source in sources().values().filter(|source| source.room() == "sandbox") {
        for path in paths(source).iter().filter(|path| path[0] == "wire").map(|path| path.join("::")) {
            let is_shared = |shared: &&str| path == **shared || path.starts_with(&format!("{shared}::"));
            assert!(
                SHARED_WITH_THE_SANDBOX.iter().any(is_shared),
                "{} uses `{path}`: the sandbox reads commands with types of its own",
                source.path.display()
            );
        }
    }
}
