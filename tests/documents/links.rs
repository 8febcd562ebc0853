//! Links between the documents, to other files, and to headings.

use super::{Document, documents, root};
use std::path::{Path, PathBuf};

/// The targets of the links in a document.
fn targets(text: &str) -> Vec<String> {
    let inline = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let references = text.lines().filter_map(|line| line.split_once("]: ")).map(|(_, target)| target);
    inline.chain(references).map(|target| target.trim().to_owned()).collect()
}

/// The file and the heading that a relative link leads to.
fn resolved(document: &Document, target: &str) -> (PathBuf, Option<String>) {
    let (file, heading) =
        target.split_once('#').map_or((target, None), |(file, heading)| (file, Some(heading)));
    let path = root().join(&document.name);
    let path = if file.is_empty() { path } else { path.parent().unwrap().join(file) };
    (path, heading.map(str::to_owned))
}

fn anchors(path: &Path) -> Vec<String> {
    let name = path.strip_prefix(root()).unwrap().display().to_string();
    let prose = Document { text: std::fs::read_to_string(path).unwrap(), name }.prose();
    prose
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| anchor(line.trim_start_matches('#')))
        .collect()
}

/// As GitHub makes it of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    kept.chars()
        .filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter))
        .collect::<String>()
        .replace(' ', "-")
}

#[test]
fn every_relative_link_leads_somewhere() {
    let mut count = 0;
    for document in documents() {
        for target in targets(&document.prose()).iter().filter(|target| !target.contains("://")) {
            let (path, heading) = resolved(&document, target);
            let path =
                path.canonicalize().unwrap_or_else(|_| panic!("{}: `{target}` is not a file", document.name));
            if let Some(heading) = heading {
                assert!(anchors(&path).contains(&heading), "{}: nothing is called `{target}`", document.name);
            }
            count += 1;
        }
    }
    assert!(count > 0, "no link was found");
}

#[test]
fn links_of_all_forms_are_found() {
    let text = "[a](b.md) and [c][d], [e](#f)\n\n[d]: https://g\n";
    assert_eq!(targets(text), ["b.md", "#f", "https://g"]);
}
