//! Phrases that no native writer would use, kept out of every message, help text, comment and page.
//!
//! Each pattern is one that cannot hit a right sentence, so there is no list of exceptions.

use std::fs;
use std::path::{Path, PathBuf};

/// Files and folders whose words are not yet revised. The list only shrinks.
const NOT_YET: &[&str] = &[];

/// Where words are: the folders and files that are read.
const PLACES: &[&str] = &["src", "tests", "scripts", ".ci", "README.md", "CHANGELOG.md"];
const EXTENSIONS: &[&str] = &["rs", "md", "rhai", "py"];

/// What may follow "is no" in a right sentence: "is no longer", "is no different".
const AFTER_IS_NO: &[&str] = &[
    "longer",
    "more",
    "less",
    "different",
    "better",
    "worse",
    "larger",
    "smaller",
    "later",
    "earlier",
    "one",
];
/// What may follow "a text" in a right sentence.
const AFTER_A_TEXT: &[&str] = &["file", "files", "editor", "format", "encoding"];
/// What a person or a service may answer.
const AFTER_ANSWERS_THE: &[&str] = &["question", "questions", "request", "requests", "phone"];

/// A phrase that was found: its 1-based line and the words.
type Finding = (usize, String);

/// The words of a text with their lines. Marks of comments are no words, so a sentence may continue on the next line.
fn words(text: &str) -> Vec<(usize, &str)> {
    let is_mark = |word: &&str| !["//", "///", "//!", "#", "*"].contains(word);
    let numbered = text.lines().enumerate();
    numbered
        .flat_map(|(index, line)| line.split_whitespace().filter(is_mark).map(move |word| (index + 1, word)))
        .collect()
}

/// The last letters of a word: of `format!("there` it is `there`. Empty where a mark ends the word.
fn tail(word: &str) -> &str {
    word.rsplit(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default()
}

/// The word without any punctuation around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|letter: char| !letter.is_alphanumeric())
}

fn findings(text: &str) -> Vec<Finding> {
    let words = words(text);
    let word = |place: usize| words.get(place).map_or("", |(_, word)| *word);
    let mut found = Vec::new();
    for (place, (line, first)) in words.iter().enumerate() {
        let (second, third, fourth) = (word(place + 1), word(place + 2), word(place + 3));
        let before = place.checked_sub(1).map_or("", word);
        let is_wrong = match (tail(first), second) {
            ("is" | "are", "no") => {
                !tail(before).eq_ignore_ascii_case("there") && !AFTER_IS_NO.contains(&bare(third))
            }
            ("answers" | "Answers", "the") => !AFTER_ANSWERS_THE.contains(&bare(third)),
            ("with", "a") => third == "say" && fourth == "about",
            ("a" | "A", text) => {
                bare(text) == "text" && (text != "text" || !AFTER_A_TEXT.contains(&bare(third)))
            }
            ("belong" | "belongs", "into") | ("became", "of") => true,
            _ => {
                let letters = bare(first).to_lowercase();
                letters.contains("licence")
                    || ["mend", "mends", "mended"].contains(&letters.as_str())
                    || bare(first) == "Chance"
            }
        };
        if is_wrong {
            found.push((*line, [first, second, third].join(" ")));
        }
    }
    found
}

fn files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for place in PLACES {
        collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join(place), &mut found);
    }
    found.retain(|path| !path.ends_with("tests/house/words.rs"));
    found
}

fn collect(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            collect(&entry.unwrap().path(), found);
        }
    } else if path.extension().is_some_and(|extension| EXTENSIONS.iter().any(|known| extension == *known)) {
        found.push(path.to_owned());
    }
}

/// Every phrase of the repository as `file:line: words`, for the files that `wanted` chooses.
fn phrases(wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for path in files() {
        let name = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().display().to_string();
        if wanted(&name) {
            let text = fs::read_to_string(&path).unwrap();
            found.extend(findings(&text).iter().map(|(line, words)| format!("{name}:{line}: {words}")));
        }
    }
    found
}

#[test]
fn no_sentence_uses_a_phrase_of_the_list() {
    let found = phrases(|name| !NOT_YET.iter().any(|place| name.starts_with(place)));
    assert!(found.is_empty(), "write these in plain English:\n{}", found.join("\n"));
}

#[test]
fn the_list_of_places_to_revise_holds_no_place_that_is_done() {
    let done: Vec<_> =
        NOT_YET.iter().filter(|place| phrases(|name| name.starts_with(**place)).is_empty()).collect();
    assert!(done.is_empty(), "take these out of NOT_YET: {done:?}");
}

#[test]
fn wrong_phrases_are_found_and_right_ones_are_not() {
    for wrong in [
        "`x` is no valid e-mail",
        "names that are no\n/// e-mails",
        "\"is no file\"",
        "Answers the list",
        "Creates it, with a say about one",
        "no licence left",
        "the licences",
        "Whether a text is folded",
        "a text, or null",
        "how to mend it",
        "Mend the profile.",
        "### Chance",
        "which rows belong into it",
        "what became of each",
    ] {
        assert_eq!(findings(wrong).len(), 1, "{wrong}");
    }
    for right in [
        "There is no file",
        "format!(\"there is no file",
        "if there\n/// is no file",
        "it is no longer there",
        "they are no more than ten",
        "is no different from",
        "the service answers the request",
        "a text file",
        "the license",
        "recommended",
        "a command",
        "by chance",
        "rows that belong in it",
        "it became official",
    ] {
        assert_eq!(findings(right), [], "{right}");
    }
}
