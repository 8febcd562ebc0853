//! What is to be run: a file, standard input or the code of `-e`, with its arguments.

use crate::cli;
use crate::cli::EachOptions;
use crate::cli::umapi_cli::UmapiCliVerb;
use crate::did_you_mean::nearest;
use crate::error::{Error, Result};
use crate::language::script_options::{DeclaredOptions, reader};
use crate::language::source_text;
use crate::shell::shebang::ScriptLimits;
use crate::store::file_door;
use crate::store::standard_input::{self, InputReader};
use std::ffi::OsString;
use std::io::{ErrorKind, stdin};
use std::path::{Path, PathBuf};

/// The name of standard input.
const STANDARD_INPUT: &str = "-";

/// A script and its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ScriptProgram {
    /// Its name in messages.
    pub name: String,
    /// Its file, which `import` is relative to.
    pub file: Option<PathBuf>,
    /// Its source code.
    pub text: String,
    /// What `args()` returns.
    pub arguments: Vec<String>,
    /// How many of the last of them are secret.
    pub secret_arguments: usize,
    /// Whether the value of the last expression is shown.
    pub shows_value: bool,
    /// The limits in its `#!` line.
    pub limits: ScriptLimits,
    /// The rows that it runs for, one by one.
    pub rows: Option<RowSelection>,
    /// Whether its text is part of this program, so that its lines mean nothing to an operator.
    pub is_built_in: bool,
}

/// The rows of a file for which a program runs, one by one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RowSelection {
    /// The file.
    pub file: String,
    /// Which of its rows; all if there is none.
    pub condition: Option<String>,
}

impl ScriptProgram {
    /// The code of `-e`.
    ///
    /// # Errors
    /// `usage`: an argument that is not Unicode.
    pub(crate) fn evaluated(code: &str, words: Vec<OsString>) -> Result<Self> {
        let arguments = unicode(words)?;
        Ok(Self {
            name: "-e".into(),
            file: None,
            text: source_text::prepare(code.to_owned()),
            arguments,
            secret_arguments: 0,
            shows_value: true,
            limits: ScriptLimits::default(),
            rows: None,
            is_built_in: false,
        })
    }

    /// A script that is part of this program, under the name of its subcommand.
    ///
    /// # Errors
    /// `usage`: an argument that is not Unicode.
    pub(crate) fn built_in(name: &str, text: &str, words: Vec<OsString>) -> Result<Self> {
        let program = Self::evaluated(text, words)?;
        Ok(Self { name: name.to_owned(), is_built_in: true, ..program })
    }

    /// The code of `umapish each`.
    ///
    /// # Errors
    /// `usage`: an argument that is not Unicode.
    pub(crate) fn each_row(options: EachOptions) -> Result<Self> {
        let EachOptions { file, code, condition, words } = options;
        let rows = RowSelection { file, condition: condition.map(source_text::prepare) };
        let program = Self::evaluated(&code, words)?;
        Ok(Self { name: "each".into(), shows_value: false, rows: Some(rows), ..program })
    }

    /// A file or, named `-`, standard input; the first of `words`, the rest are its arguments.
    ///
    /// # Errors
    /// `file`: it cannot be read. `usage`: there is none of that name, an argument is not Unicode, or its `#!` line sets
    /// what only the operator may choose.
    pub(crate) fn script(mut words: Vec<OsString>) -> Result<Self> {
        let rest = words.split_off(words.len().min(1));
        let arguments = unicode(rest)?;
        let file = words.pop().map(PathBuf::from).filter(|name| name.as_os_str() != STANDARD_INPUT);
        let name =
            file.as_ref().map_or_else(|| "standard input".to_owned(), |path| path.display().to_string());
        let (text, shebang) = match &file {
            Some(path) if !file_door::exists(path) => return Err(missing(path)),
            Some(path) if is_python(path) => return Err(python(path)),
            Some(path) => source_text::read_with_shebang(path)?,
            // Nobody runs standard input by its first line.
            None => {
                standard_input::claim(InputReader::Script)?;
                (source_text::read_stream(&mut stdin(), &name)?, None)
            }
        };
        let limits = shebang.map(|line| ScriptLimits::of(&name, &line)).transpose()?.unwrap_or_default();
        Ok(Self {
            name,
            file,
            text,
            arguments,
            secret_arguments: 0,
            shows_value: false,
            limits,
            rows: None,
            is_built_in: false,
        })
    }
}

impl ScriptProgram {
    /// The same with more arguments, which the journal must not contain.
    #[must_use]
    pub(crate) fn with_secret_arguments(mut self, arguments: &[String]) -> Self {
        self.secret_arguments = arguments.len();
        self.arguments.extend(arguments.iter().cloned());
        self
    }

    /// The options that its source declares. One that is not valid is an error of the running script.
    pub(crate) fn declared_options(&self) -> DeclaredOptions {
        let options = reader::read(&self.text).unwrap_or_default();
        let secret_arguments = self.secret_arguments;
        DeclaredOptions { options, secret_arguments, script: self.name.clone() }
    }

    /// The files that it is known to read: the script, and arguments that name a file, as in `people.csv` or
    /// `--file=people.csv`.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        self.file.iter().cloned().chain(self.named_paths()).filter(|path| file_door::is_file(path)).collect()
    }

    /// What its arguments may name, whole and after an equals sign, except secret ones.
    pub(crate) fn named_paths(&self) -> Vec<PathBuf> {
        let plain = &self.arguments[..self.arguments.len().saturating_sub(self.secret_arguments)];
        let values = plain.iter().filter_map(|argument| Some(argument.split_once('=')?.1));
        let rows = self.rows.iter().map(|rows| rows.file.as_str());
        plain.iter().map(String::as_str).chain(values).chain(rows).map(PathBuf::from).collect()
    }

    /// Whether the operator typed its code, and no file holds it.
    pub(crate) fn is_typed(&self) -> bool {
        self.shows_value || self.rows.is_some()
    }
}

/// Whether a file is a Python script, by its name.
pub(crate) fn is_python(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("py"))
}

/// The error for a Python script, which cannot run here.
fn python(path: &Path) -> Error {
    let name = path.display();
    let draft = path.with_extension("rhai");
    Error::usage_with_hint(
        format!("{name} is a Python script"),
        format!("Translate it first: `umapish translate {name} --out {}`.", draft.display()),
    )
}

/// The error for a script that does not exist, which may be a mistyped command or a verb of umapi-cli.
fn missing(path: &Path) -> Error {
    if let Some(verb) = path.to_str().and_then(UmapiCliVerb::find) {
        let message = format!("`{}` is a command of Adobe's umapi-cli, not of umapish", verb.name);
        return Error::usage_with_hint(message, verb.hint());
    }
    let problem = file_door::open(path).err().unwrap_or_else(|| ErrorKind::NotFound.into());
    let unread = Error::io(path, problem);
    Error { source: unread.source.clone(), ..not_found(path, &unread) }
}

fn not_found(path: &Path, unread: &Error) -> Error {
    let message = unread.to_string();
    let commands = cli::commands();
    let word = path.to_str().filter(|word| !word.contains(['/', '.']));
    match word.map(|word| nearest(word, commands.iter().map(String::as_str))) {
        Some(Some(command)) => {
            Error::usage_with_hint(message, format!("Did you mean the command `umapish {command}`?"))
        }
        Some(None) => Error::usage_with_hint(message, "`umapish help` lists the commands."),
        None => unread.hint().map_or_else(
            || Error::usage(message.clone()),
            |hint| Error::usage_with_hint(message.clone(), hint),
        ),
    }
}

fn unicode(words: Vec<OsString>) -> Result<Vec<String>> {
    let text = |word: OsString| {
        word.into_string().map_err(|word| {
            Error::usage(format!("the argument {} is not valid Unicode", word.to_string_lossy()))
        })
    };
    words.into_iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_script_may_be_a_mistyped_command() {
        let hint = |word: &str| ScriptProgram::script(vec![word.into()]).unwrap_err().hint();
        assert_eq!(hint("docter").as_deref(), Some("Did you mean the command `umapish doctor`?"));
        assert_eq!(hint("xyz").as_deref(), Some("`umapish help` lists the commands."));
        assert_eq!(hint("jobs/doctor.rhai").as_deref(), Some("Check the name and the folder."));
    }

    #[test]
    fn the_arguments_follow_the_script() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.rhai");
        std::fs::write(&path, "#!/usr/bin/env umapish\nprint(1)").unwrap();
        let words = vec![path.clone().into_os_string(), "people.csv".into(), "--live".into()];
        let program = ScriptProgram::script(words).unwrap();
        assert_eq!(
            (program.file, program.arguments),
            (Some(path), vec!["people.csv".into(), "--live".into()])
        );
        assert!(program.text.starts_with("//"));
    }
}
