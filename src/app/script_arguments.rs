//! The arguments of a script against the options that it declares, before anything runs; its help; and its part of the
//! completion of a shell.

use crate::cli;
use crate::cli::script_completion::WORD;
use crate::error::{Error, Result};
use crate::language::place::ScriptPlace;
use crate::language::script_options::arguments::ScriptArguments;
use crate::language::script_options::{ScriptOptions, completion, reader, usage};
use crate::output::Output;
use crate::script::checker::finding::CheckFinding;
use crate::shell::diagnostic;
use crate::shell::exit_code::RunExit;
use crate::shell::program::ScriptProgram;
use std::ffi::OsString;

/// The arguments that ask for the help page.
const HELP: [&str; 2] = ["--help", "-h"];

/// Shows the help page if it is wanted, and compares the arguments with the options that the script declares. Returns how
/// the run ends if the script is not to run.
///
/// # Errors
/// `usage`: the arguments are not those that the script declares.
pub(super) fn check(program: &ScriptProgram, is_plan: bool, output: &Output) -> Result<Option<RunExit>> {
    let options = match reader::read(&program.text) {
        Ok(options) => options,
        Err(problem) => {
            let place = ScriptPlace {
                source: None,
                line: problem.position.line(),
                column: problem.position.position(),
            };
            let finding = CheckFinding { is_warning: false, message: problem.message, hint: None, place };
            diagnostic::show_finding(program, &finding, output);
            return Ok(Some(RunExit::Script));
        }
    };
    if options.declared.is_none() {
        if options.has_help() && wants_help(&program.arguments) {
            output.data(usage::page(&program.name, &options).trim_end());
            return Ok(Some(RunExit::Done));
        }
        warn_of_misplaced(program, is_plan, output);
        warn_of_unread(program, is_plan, output);
        return Ok(None);
    }
    let read = ScriptArguments::read(options.list(), &program.arguments, program.secret_arguments);
    if read.wants_help {
        output.data(usage::page(&program.name, &options).trim_end());
        return Ok(Some(RunExit::Done));
    }
    if read.problems.is_empty() { Ok(None) } else { Err(refused(program, is_plan, &options, &read.problems)) }
}

/// Whether the arguments up to `--` ask for help.
fn wants_help(arguments: &[String]) -> bool {
    let mut plain = arguments.iter().take_while(|word| *word != "--");
    plain.any(|word| HELP.contains(&word.as_str()))
}

fn refused(program: &ScriptProgram, is_plan: bool, options: &ScriptOptions, problems: &[String]) -> Error {
    let misplaced = cli::misplaced(&program.arguments, is_plan);
    let is_ours = |problem: &String| misplaced.iter().any(|word| problem.starts_with(&format!("`{word}`")));
    let advice = if problems.iter().any(is_ours) { " Options of umapish go before the script." } else { "" };
    let usage = usage::usage(&program.name, options);
    let hint = format!("{usage}; --help shows what each is.{advice}");
    Error::usage_with_hint(format!("{}: {}", program.name, problems.join("; ")), hint)
}

/// Warns of arguments that nothing can read: neither the script nor a module asks for them.
fn warn_of_unread(program: &ScriptProgram, is_plan: bool, output: &Output) {
    let asks = ["args", "import"].iter().any(|word| program.text.contains(word));
    let misplaced = cli::misplaced(&program.arguments, is_plan);
    let unread = program.arguments.iter().find(|word| !misplaced.contains(&word.as_str()));
    if let Some(word) = unread.filter(|_| !asks) {
        output.warning(&format!("`{word}` is not used: {} does not read its arguments", program.name));
    }
}

fn warn_of_misplaced(program: &ScriptProgram, is_plan: bool, output: &Output) {
    let place = if program.shows_value { "the first argument" } else { "the script name" };
    for argument in cli::misplaced(&program.arguments, is_plan) {
        output.warning(&format!(
            "`{argument}` comes after {place}, so the script receives it; put umapish options first"
        ));
    }
}

/// The words that a shell asks about; they leave the arguments.
pub(super) fn words_to_complete(arguments: &mut Vec<OsString>) -> Option<Vec<OsString>> {
    let asks = arguments.get(1).is_some_and(|word| word == WORD);
    asks.then(|| arguments.split_off(1).split_off(1))
}

/// Prints what a shell may offer for the last of the words after a script: one a line, with what it means after a tab,
/// and `:files` or `:folders` where those fit as well. Prints nothing where the script cannot be read, since a shell
/// shows errors in the middle of the line.
pub(super) fn complete(words: Vec<OsString>, output: &Output) -> RunExit {
    let mut words = words.into_iter();
    let script = words.next().into_iter().collect();
    let words: Vec<_> = words.map(|word| word.to_string_lossy().into_owned()).collect();
    let options = ScriptProgram::script(script).ok().and_then(|program| reader::read(&program.text).ok());
    let Some(options) = options.filter(|options| options.declared.is_some()) else {
        output.data(":files");
        return RunExit::Done;
    };
    let found = completion::candidates(options.list(), &words);
    for (word, meaning) in found.words {
        let meaning = meaning.lines().next().unwrap_or_default();
        output.data(&if meaning.is_empty() { word } else { format!("{word}\t{meaning}") });
    }
    if found.files {
        output.data(":files");
    }
    if found.folders {
        output.data(":folders");
    }
    RunExit::Done
}
