//! `umapish definitions`: files from which editors complete and check scripts.

use crate::error::{Error, Result};
use crate::output::Output;
use crate::script::engine::offline;
use crate::shell::diagnostic::show_error;
use crate::shell::exit_code::RunExit;
use crate::store::atomic_file::FileAccess;
use crate::store::file_door;
use crate::store::file_door::replace;
use std::path::Path;

/// Writes them to a folder, which is made when it is not there.
pub(crate) fn run(folder: &Path, output: &Output) -> RunExit {
    match write(folder) {
        Ok(names) => {
            for name in names {
                output.data(&folder.join(name).display().to_string());
            }
            RunExit::Done
        }
        Err(error) => {
            show_error(&error, output);
            RunExit::of_refusal(error.kind.name())
        }
    }
}

fn write(folder: &Path) -> Result<Vec<String>> {
    file_door::create_folder(folder).map_err(|error| Error::file(folder.display().to_string(), error))?;
    let engine = offline::documented_engine();
    let mut names = Vec::new();
    for (name, text) in engine.definitions().iter_files() {
        let text: String = text.lines().map(|line| readable(line) + "\n").collect();
        replace(&folder.join(&name), FileAccess::Usual, |file| file.write_all(text.as_bytes()))?;
        names.push(name);
    }
    Ok(names)
}

/// Names of our types that Rhai takes over from the code, and what scripts call them.
const NAMES: &[(&str, &str)] = &[
    ("RecordList<User >", "Users"),
    ("RecordList<User>", "Users"),
    ("RecordList<Group >", "Groups"),
    ("RecordList<Group>", "Groups"),
    ("UserRecord", "User"),
    ("GroupRecord", "Group"),
    ("CommandBuilder", "Command"),
    ("RowStream", "Rows"),
    ("TableRow", "Row"),
    ("SecretText", "Secret"),
    ("-> EvalAltResult>>", "-> ?"),
    ("-> RhaiResult", "-> ?"),
];

/// A definition with the types that scripts know; comments stay as they are.
fn readable(line: &str) -> String {
    if !["fn ", "op "].iter().any(|start| line.starts_with(start)) {
        return line.to_owned();
    }
    NAMES.iter().fold(line.to_owned(), |line, (name, word)| line.replace(name, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_the_names_scripts_know() {
        assert_eq!(readable("fn f(list: RecordList<Group >) -> UserRecord;"), "fn f(list: Groups) -> User;");
        assert_eq!(readable("op +(Users, Users) -> EvalAltResult>>;"), "op +(Users, Users) -> ?;");
        assert_eq!(readable("/// A Builder"), "/// A Builder");
    }

    #[test]
    fn every_function_of_ours_is_defined() {
        let folder = tempfile::tempdir().unwrap();
        let names = write(&folder.path().join("editor")).unwrap();
        let text: String = names
            .iter()
            .map(|name| std::fs::read_to_string(folder.path().join("editor").join(name)).unwrap())
            .collect();
        for function in crate::script::functions::catalog().functions() {
            assert!(text.contains(&format!("fn {}(", function.name)), "{}", function.name);
        }
        for leak in ["RhaiResultOf", "RecordList<", "EvalAltResult"] {
            let line = text.lines().find(|line| line.contains(leak) && !line.starts_with("///"));
            assert_eq!(line, None, "{leak} is not a name that a script can use");
        }
    }
}
