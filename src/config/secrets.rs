//! Secrets, fetched when a client is needed: as written, from a file, or from a command's output.

use super::table::{CLIENT_SECRET, setting};
use crate::config::table::SettingKey;
use crate::config::values::{SettingSource, SettingValues};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;
use crate::store::text_file;
use crate::store::trust::FileRole;
use std::path::Path;
use std::process::{Command, Stdio};

/// The client secret, if it is set in any way. The environment overrides a file or command of the profile.
///
/// # Errors
/// `config`: it is set in two ways at once, or cannot be fetched.
pub(super) fn client_secret(values: &SettingValues) -> Result<Option<Secret>> {
    let in_profile = |key: &SettingKey| {
        values.get(*key).is_some_and(|value| matches!(value.source, SettingSource::Profile { .. }))
    };
    let ways: Vec<_> = CLIENT_SECRET.into_iter().filter(in_profile).map(|key| setting(key).name()).collect();
    if let [one, other, ..] = ways.as_slice() {
        let message = format!("the profile sets both `{one}` and `{other}`");
        return Err(Error::config(message, "Keep one of them."));
    }
    if let Some(text) = values.text(SettingKey::ClientSecret) {
        return Ok(Some(Secret::from(text)));
    }
    if let Some(path) = values.path(SettingKey::ClientSecretFile) {
        return read(&path, SettingKey::ClientSecretFile).map(Some);
    }
    values.text(SettingKey::ClientSecretCommand).map(output_of).transpose()
}

/// The content of a file that a setting names, trimmed.
///
/// # Errors
/// `config`: it cannot be read or is empty.
pub(super) fn read(path: &Path, key: SettingKey) -> Result<Secret> {
    let name = setting(key).name();
    let (text, _) =
        text_file::read_trusted(path, FileRole::Secret).map_err(|error| unread(path, name, error))?;
    filled(&text, || format!("{} (`{name}`) is empty", path.display()))
}

fn unread(path: &Path, name: &str, error: Error) -> Error {
    if matches!(*error.kind, ErrorKind::Config { .. }) {
        return error;
    }
    let message = format!("cannot read {} (`{name}`): {}", path.display(), error.message());
    Error { source: error.source, ..Error::config(message, "Check the path and its permissions.") }
}

/// The output of the configured command. It may prompt on the terminal through standard error.
fn output_of(command: &str) -> Result<Secret> {
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let run =
        Command::new(shell).args([flag, command]).stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let name = setting(SettingKey::ClientSecretCommand).name();
    let output = run.map_err(|error| failed(name, &error.to_string()).caused_by(error))?;
    if !output.status.success() {
        return Err(failed(name, &output.status.to_string()));
    }
    filled(&String::from_utf8_lossy(&output.stdout), || format!("the command in `{name}` printed nothing"))
}

fn failed(name: &str, why: &str) -> Error {
    Error::config(format!("the command in `{name}` failed: {why}"), "Run it by hand to see its output.")
}

fn filled(text: &str, message: impl FnOnce() -> String) -> Result<Secret> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::config(message(), "It must contain the secret and nothing else."));
    }
    Ok(Secret::from(text))
}
