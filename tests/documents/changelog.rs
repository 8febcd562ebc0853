//! The changelog: one well-formed entry for each change that a user can notice.

use super::Document;

/// Columns of a line.
const WIDTH: usize = 120;

/// The entries below a heading, each joined to one line.
fn entries(text: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match (line.strip_prefix("- "), line.strip_prefix("  "), entries.last_mut()) {
            (Some(entry), ..) => entries.push(entry.to_owned()),
            (None, Some(more), Some(entry)) if !more.starts_with(' ') => {
                entry.push(' ');
                entry.push_str(more);
            }
            _ => panic!("CHANGELOG.md: `{line}` is neither a list item nor its continuation"),
        }
    }
    entries
}

#[test]
fn every_entry_is_a_list_item_of_one_full_sentence_or_more() {
    let text = Document::read("CHANGELOG.md").text;
    assert!(text.starts_with("# Changelog\n\n## Unreleased\n"), "the newest changes are at the top");
    let entries = entries(&text);
    assert!(!entries.is_empty());
    for entry in entries {
        let first = entry.chars().next().unwrap();
        assert!(first.is_uppercase() || first == '`', "starts with a lower-case letter: {entry}");
        assert!(entry.ends_with('.'), "does not end with a period: {entry}");
        assert!(entry.split_whitespace().count() >= 3, "not a sentence: {entry}");
    }
}

#[test]
fn lines_keep_to_the_width_and_end_without_spaces() {
    for line in Document::read("CHANGELOG.md").text.lines() {
        assert!(line.chars().count() <= WIDTH, "{line}");
        assert_eq!(line, line.trim_end());
    }
}

#[test]
fn a_continued_item_is_one_entry() {
    assert_eq!(entries("## 1\n\n- One\n  two.\n- Three.\n"), ["One two.", "Three."]);
}
