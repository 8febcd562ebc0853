//! What a shell may offer for the last word of a command line that runs a script.

use crate::language::script_options::arguments::{ScriptArguments, by_name};
use crate::language::script_options::declaration::OptionDeclaration;
use crate::language::script_options::kind::OptionKind;

/// What a shell may offer.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ShellCandidates {
    /// Words, each with what it means.
    pub(crate) words: Vec<(String, String)>,
    /// Whether files are offered as well.
    pub(crate) files: bool,
    /// Whether folders are offered as well.
    pub(crate) folders: bool,
}

/// What may be the last of `words`, the arguments of a script up to the cursor.
pub(crate) fn candidates(declared: &[OptionDeclaration], words: &[String]) -> ShellCandidates {
    let (current, before) = words.split_last().map_or(("", [].as_slice()), |(last, before)| (last, before));
    if let Some(option) = before.last().and_then(|word| waiting(declared, word)) {
        return values(option, current, "");
    }
    if let Some((name, value)) = current.strip_prefix("--").and_then(|word| word.split_once('=')) {
        let option = by_name(declared, name).map(|index| &declared[index]);
        return option.map(|option| values(option, value, &format!("--{name}="))).unwrap_or_default();
    }
    let read = ScriptArguments::read(declared, before, 0);
    if current.starts_with('-') {
        return names(declared, current, &read);
    }
    let open = declared.iter().enumerate().find(|(index, option)| {
        option.is_positional && (option.kind == OptionKind::List || !read.has(*index))
    });
    match open {
        Some((_, option)) => values(option, current, ""),
        None => names(declared, current, &read),
    }
}

/// The option that takes the word after this one.
fn waiting<'d>(declared: &'d [OptionDeclaration], word: &str) -> Option<&'d OptionDeclaration> {
    let option = if let Some(name) = word.strip_prefix("--") {
        &declared[by_name(declared, name)?]
    } else {
        let letter = word.strip_prefix('-')?.chars().last()?;
        declared.iter().find(|option| option.short == Some(letter))?
    };
    Some(option).filter(|option| option.kind != OptionKind::Flag)
}

fn values(option: &OptionDeclaration, start: &str, before: &str) -> ShellCandidates {
    let words = option.one_of.iter().filter(|value| value.starts_with(start));
    let words = words.map(|value| (format!("{before}{value}"), String::new())).collect();
    let takes_folders = option.kind == OptionKind::Folder;
    ShellCandidates { words, files: option.kind.is_path() && !takes_folders, folders: takes_folders }
}

fn names(declared: &[OptionDeclaration], start: &str, read: &ScriptArguments) -> ShellCandidates {
    let is_open =
        |(index, option): &(usize, &OptionDeclaration)| option.kind == OptionKind::List || !read.has(*index);
    let open =
        declared.iter().enumerate().filter(is_open).map(|(_, option)| (option.long(), option.help.clone()));
    let help = ("--help".to_owned(), "show the help of the script".to_owned());
    let words = open.chain([help]).filter(|(name, _)| name.starts_with(start)).collect();
    ShellCandidates { words, ..ShellCandidates::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::script_options::reader;

    fn offered(line: &str) -> String {
        let text = r#"options(#{stage: #{one_of: ["groups", "org"]}, people: #{kind: "file", help: "who"},
            out: #{kind: "folder", fallback: ()}, most: #{fallback: 5, short: "m"}, dry: #{kind: "flag"}})"#;
        let options = reader::read(text).unwrap();
        let words: Vec<_> = line.split(' ').map(str::to_owned).collect();
        let found = candidates(options.list(), &words);
        let words = found.words.into_iter().map(|(word, _)| word);
        let marks = [(found.files, ":files"), (found.folders, ":folders")];
        words
            .chain(marks.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark.to_owned()))
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn names_values_and_files_are_offered_where_they_fit() {
        for (line, expected) in [
            ("", "groups org"),
            ("g", "groups"),
            ("groups ", ":files"),
            ("groups leavers.csv ", "--out --most --dry --help"),
            ("groups leavers.csv --dry --", "--out --most --help"),
            ("groups --d", "--dry"),
            ("--out ", ":folders"),
            ("--stage=o", "--stage=org"),
            ("-m ", ""),
            ("--dry ", "groups org"),
        ] {
            assert_eq!(offered(line), expected, "{line}");
        }
    }
}
