//! The codemap in `src/lib.rs` names every room, so that a newcomer finds each from there.

use super::sources::sources;
use std::collections::BTreeSet;
use std::path::Path;

/// The documentation of the crate.
fn codemap() -> String {
    let text = &sources()[&Vec::new()].text;
    text.lines().filter_map(|line| line.strip_prefix("//!")).collect::<Vec<_>>().join("\n")
}

/// The folders of `src`, and the files at its top.
fn rooms() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let entries = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn the_codemap_names_every_room() {
    let codemap = codemap();
    let rooms = rooms();
    assert!(rooms.len() > 20, "{rooms:?}");
    let missing: Vec<_> = rooms
        .iter()
        .filter(|room| !["`", "/`", ".rs`"].iter().any(|end| codemap.contains(&format!("`{room}{end}"))))
        .collect();
    assert!(missing.is_empty(), "src/lib.rs does not name {missing:?} in backticks");
}

/// A path in the codemap that leads nowhere sends a newcomer astray.
#[test]
fn every_path_in_the_codemap_exists() {
    let codemap = codemap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let named = codemap.split('`').skip(1).step_by(2).filter(|name| {
        name.contains('/') && name.chars().all(|letter| letter.is_alphanumeric() || "/_.-".contains(letter))
    });
    let missing: Vec<_> =
        named.filter(|name| !root.join("src").join(name).exists() && !root.join(name).exists()).collect();
    assert!(missing.is_empty(), "these are not there: {missing:?}");
}
