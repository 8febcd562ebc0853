//! Files by a pattern such as `exports/*.csv`.

use crate::error::{Error, Result};
use crate::store::file_door;
use std::path::{Path, PathBuf};

/// The files whose names match the last part of a pattern, in the order of their names. `*` stands for any characters,
/// `?` for one; names that begin with a dot only match a pattern that does.
///
/// # Errors
/// `usage`: a folder has `*` or `?` in its name. `file`: the folder cannot be read.
pub(crate) fn matching(pattern: &Path) -> Result<Vec<PathBuf>> {
    let (folder, name) = parts(pattern)?;
    let searched = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = file_door::list(searched).map_err(|error| Error::io(searched, error))?;
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| Error::io(searched, error))?;
        let entry = entry.file_name().to_string_lossy().into_owned();
        let path = folder.join(&entry);
        if entry.starts_with('.') == name.starts_with('.')
            && matches(&name, &entry)
            && file_door::is_file(&path)
        {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn parts(pattern: &Path) -> Result<(&Path, String)> {
    let name = pattern.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = pattern.parent().unwrap_or(Path::new(""));
    if folder.display().to_string().contains(['*', '?']) {
        let message = format!("`{}` has a `*` or `?` in the name of a folder", pattern.display());
        return Err(Error::usage_with_hint(
            message,
            "Only the name of the files may have them: files(\"exports/*.csv\").",
        ));
    }
    if name.is_empty() {
        let message = format!("`{}` names no files", pattern.display());
        return Err(Error::usage_with_hint(
            message,
            "Add a pattern for their names: files(\"exports/*.csv\").",
        ));
    }
    Ok((folder, name))
}

/// Whether a name matches a pattern. Linear but for the last `*`, so no pattern takes long.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<_>, Vec<_>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut read, mut star) = (0, 0, None);
    while read < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(letter) if *letter == '?' || *letter == name[read] => (at, read) = (at + 1, read + 1),
            _ => match star {
                Some((place, taken)) => {
                    star = Some((place, taken + 1));
                    (at, read) = (place + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_text_and_a_question_mark_one_letter() {
        for (pattern, name, expected) in [
            ("*.csv", "people.csv", true),
            ("*.csv", "people.csv.bak", false),
            ("p*l?.*", "people.csv", true),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b", "xxaxxbxx", false),
            ("people.csv", "people.csv", true),
            ("*", "", true),
            ("?", "", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn files_are_sorted_and_hidden_ones_and_folders_left_out() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.csv", "a.csv", ".hidden.csv", "c.txt"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        std::fs::create_dir(folder.path().join("d.csv")).unwrap();
        let found = |pattern: &str| {
            let paths = matching(&folder.path().join(pattern)).unwrap().into_iter();
            paths.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect::<Vec<_>>()
        };
        assert_eq!(found("*.csv"), ["a.csv", "b.csv"]);
        assert_eq!(found(".*.csv"), [".hidden.csv"]);
        assert_eq!(matching(Path::new("x*/y.csv")).unwrap_err().kind.name(), "usage");
        assert_eq!(matching(&folder.path().join("none/*.csv")).unwrap_err().kind.name(), "file");
    }
}
