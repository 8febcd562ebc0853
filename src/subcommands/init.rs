//! `umapish init`: asks for the settings of a profile and writes it to a private file.

use crate::cli::InitOptions;
use crate::config::table::{SettingKey, setting};
use crate::config::values::Environment;
use crate::config::write::with_profile;
use crate::error::{Error, ErrorKind, Result};
use crate::output::Output;
use crate::shell::diagnostic::show_error;
use crate::shell::exit_code::RunExit;
use crate::store::atomic_file::FileAccess;
use crate::store::file_door;
use crate::store::file_door::replace;
use crate::store::state_dir::make;
use crate::store::text_file;
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::history::MemHistory;
use rustyline::{ColorMode, Completer, Editor, Helper, Hinter, Validator};
use std::borrow::Cow;
use std::io::{IsTerminal, stdin};
use std::path::Path;

/// How an organization id ends (contract 1.1).
const ORGANIZATION_ENDING: &str = "@AdobeOrg";

/// Creates the profile; the exit code says whether it succeeded.
pub(crate) fn run(options: &InitOptions, profile: &str, file: &Path, output: &Output) -> RunExit {
    match make_profile(options, profile, file, output) {
        Ok(()) => RunExit::Done,
        Err(error) => {
            show_error(&error, output);
            RunExit::of_refusal(error.kind.name())
        }
    }
}

fn make_profile(options: &InitOptions, profile: &str, file: &Path, output: &Output) -> Result<()> {
    let text = present(file)?;
    with_profile(&text, file, profile, &[])?; // fails before anything is asked
    answerable(options)?;
    if stdin().is_terminal() {
        output.message("The Adobe Developer Console shows these under your project's credentials.");
    }
    let organization =
        answer(options.org_id.as_deref(), "Organization id (ends in @AdobeOrg): ", organization)?;
    let client_id = answer(options.client_id.as_deref(), "Client id (API key): ", plain)?;
    let folder = file.parent().unwrap_or(Path::new("."));
    make(folder).map_err(|error| Error::file(folder.display().to_string(), error))?;
    let (key, value) = secret(options, profile, folder, output)?;
    let mut values = vec![
        (SettingKey::Organization, organization.as_str()),
        (SettingKey::ClientId, &client_id),
        (key, &value),
    ];
    let elsewhere = services();
    values.extend(elsewhere.iter().map(|(key, address)| (*key, address.as_str())));
    let text = with_profile(&text, file, profile, &values)?;
    replace(file, FileAccess::Private, |target| target.write_all(text.as_bytes()))?;
    output.message(&format!(
        "Profile `{profile}` is in {}; changes are rehearsed until you add mode = \"live\".",
        file.display()
    ));
    Ok(())
}

/// The URLs of the environment, if they differ from those of Adobe: the profile is for that service.
fn services() -> Vec<(SettingKey, String)> {
    let environment = Environment::current();
    let named = |key: SettingKey| Some((key, environment.get(setting(key).variable?)?.to_owned()));
    [SettingKey::ServiceUrl, SettingKey::SignInUrl].into_iter().filter_map(named).collect()
}

fn present(file: &Path) -> Result<String> {
    if file_door::exists(file) { text_file::read(file) } else { Ok(String::new()) }
}

/// Where the secret comes from: a command, an existing file, or a file that is created here.
fn secret(
    options: &InitOptions,
    profile: &str,
    folder: &Path,
    output: &Output,
) -> Result<(SettingKey, String)> {
    if let Some(command) = &options.client_secret_command {
        return Ok((SettingKey::ClientSecretCommand, command.clone()));
    }
    if let Some(path) = &options.client_secret_file {
        let path =
            std::path::absolute(path).map_err(|error| Error::file(path.display().to_string(), error))?;
        return Ok((SettingKey::ClientSecretFile, path.display().to_string()));
    }
    let secret = hidden("Client secret (not shown): ")?;
    let secret = plain(&secret).map_err(|_| {
        let hint = "Pipe it in, or use --client-secret-command or --client-secret-file.";
        Error::usage_with_hint("there is no client secret on standard input", hint)
    })?;
    let name = format!("{}.secret", profile.replace(['/', '\\'], "-"));
    replace(&folder.join(&name), FileAccess::Private, |file| writeln!(file, "{secret}"))?;
    output.message(&format!("The secret is in {}, which only you can read.", folder.join(&name).display()));
    Ok((SettingKey::ClientSecretFile, name))
}

/// An error if options are missing and there is no terminal to ask at.
fn answerable(options: &InitOptions) -> Result<()> {
    options.org_id.as_deref().map(organization).transpose()?;
    let given = [("--org-id", options.org_id.is_some()), ("--client-id", options.client_id.is_some())];
    let missing: Vec<_> = given.iter().filter(|(_, given)| !given).map(|(option, _)| *option).collect();
    if missing.is_empty() || stdin().is_terminal() {
        return Ok(());
    }
    let message = format!("umapish init needs {}: standard input is not a terminal", missing.join(" and "));
    let hint = "The secret is given by --client-secret-command or --client-secret-file, or as the line on standard \
                input.";
    Err(Error::usage_with_hint(message, hint))
}

/// The value of an option, or the answer of the operator, who is asked until it is valid.
fn answer(given: Option<&str>, question: &str, check: fn(&str) -> Result<String>) -> Result<String> {
    if let Some(given) = given {
        return check(given);
    }
    let editor = Editor::<(), MemHistory>::with_history(rustyline::Config::default(), MemHistory::new());
    let mut editor = editor.map_err(terminal_error)?;
    loop {
        let line = editor.readline(question).map_err(terminal_error)?;
        if let Ok(value) = check(&line) {
            return Ok(value);
        }
    }
}

/// An answer that is not shown; one line of standard input where there is no terminal.
fn hidden(question: &str) -> Result<String> {
    if !stdin().is_terminal() {
        let mut line = String::new();
        stdin().read_line(&mut line).map_err(|error| Error::file("standard input", error))?;
        return Ok(line);
    }
    if std::env::var_os("TERM").is_none_or(|term| term == "dumb") {
        let hint = "Use --client-secret-file or --client-secret-command, or pipe the secret in.";
        return Err(Error::usage_with_hint("this terminal cannot hide input", hint));
    }
    let config = rustyline::Config::builder().color_mode(ColorMode::Forced).build();
    let editor = Editor::<MaskedInput, MemHistory>::with_history(config, MemHistory::new());
    let mut editor = editor.map_err(terminal_error)?;
    editor.set_helper(Some(MaskedInput));
    editor.readline(question).map_err(terminal_error)
}

fn terminal_error(error: ReadlineError) -> Error {
    match error {
        ReadlineError::Interrupted | ReadlineError::Eof => ErrorKind::Interrupted.into(),
        other => Error::file("the terminal", other.to_string()).caused_by(other),
    }
}

fn organization(text: &str) -> Result<String> {
    let text = plain(text)?;
    if text.ends_with(ORGANIZATION_ENDING) {
        return Ok(text);
    }
    let message = format!("`{text}` is not a valid organization id");
    Err(Error::usage_with_hint(message, format!("An organization id ends in {ORGANIZATION_ENDING}.")))
}

fn plain(text: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() { Err(Error::usage("the answer is empty")) } else { Ok(text.to_owned()) }
}

/// Shows a star for each character.
#[derive(Completer, Helper, Hinter, Validator)]
struct MaskedInput;

impl Highlighter for MaskedInput {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        Cow::Owned("*".repeat(line.chars().count()))
    }

    fn highlight_char(&self, _: &str, _: usize, kind: CmdKind) -> bool {
        kind != CmdKind::ForcedRefresh
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> InitOptions {
        InitOptions {
            org_id: Some(" A@AdobeOrg ".into()),
            client_id: Some("id".into()),
            client_secret_command: Some("pass show adobe".into()),
            client_secret_file: None,
            no_test: true,
        }
    }

    #[test]
    fn answers_that_cannot_be_are_refused() {
        assert!(organization("A@AdobeOrg").is_ok());
        assert!(organization("A").is_err() && plain("  ").is_err());
    }

    #[test]
    fn letters_of_a_secret_are_stars() {
        assert_eq!(MaskedInput.highlight("geheim", 0), "******");
    }

    #[test]
    fn options_need_no_questions() {
        let organization = answer(options().org_id.as_deref(), "?", organization).unwrap();
        assert_eq!(organization, "A@AdobeOrg");
    }
}
