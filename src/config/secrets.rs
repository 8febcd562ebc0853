//! Secrets, fetched when a client is needed: as written, from a file, or from a command's output.

use super::table::{CLIENT_SECRET, setting};
use crate::config::table::SettingKey;
use crate::config::values::{SettingSource, SettingValues};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;
use crate::store::text_file;
use crate::store::trust::FileRole;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// How long the command may take that prints the client secret.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(30);
/// How often a command that has closed its output is looked at until it ends.
const POLL: Duration = Duration::from_millis(5);
/// The longest output that is read, in bytes.
const LONGEST_SECRET: u64 = 1 << 20;

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
    let name = setting(SettingKey::ClientSecretCommand).name();
    let output = run(command, COMMAND_TIMEOUT).map_err(|why| failed(name, &why))?;
    let text =
        text_file::text_of(Path::new(name), &output).map_err(|error| failed(name, &error.message()))?;
    filled(&text, || format!("the command in `{name}` printed nothing"))
}

/// What a shell command prints, or why there is nothing. It is killed after `timeout`; what it started may live on, and
/// is not waited for.
fn run(command: &str, timeout: Duration) -> std::result::Result<Vec<u8>, String> {
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut shell = Command::new(shell);
    shell.args([flag, command]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let mut child = shell.spawn().map_err(|error| error.to_string())?;
    let (sender, printed) = mpsc::channel();
    if let Some(output) = child.stdout.take() {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            let read = output.take(LONGEST_SECRET).read_to_end(&mut bytes).map(|_| bytes);
            // Nobody listens after the time limit.
            drop(sender.send(read));
        });
    }
    let begun = Instant::now();
    let output = printed.recv_timeout(timeout);
    let status = output.is_ok().then(|| wait(&mut child, timeout.saturating_sub(begun.elapsed()))).flatten();
    let (Ok(output), Some(status)) = (output, status) else {
        drop(child.kill().and_then(|()| child.wait()));
        return Err(format!("it did not end within {} s", timeout.as_secs_f64()));
    };
    if status.success() { output.map_err(|error| error.to_string()) } else { Err(status.to_string()) }
}

/// The status of a child that ends in time.
fn wait(child: &mut Child, left: Duration) -> Option<ExitStatus> {
    let end = Instant::now() + left;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < end => thread::sleep(POLL),
            Ok(None) | Err(_) => return None,
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_command_that_does_not_end_is_killed_whatever_it_keeps_open() {
        let short = Duration::from_millis(300);
        for command in ["sleep 60", "sleep 60 & wait", "exec 1>&-; sleep 60", "echo secret; sleep 60"] {
            let begun = Instant::now();
            assert_eq!(run(command, short), Err("it did not end within 0.3 s".to_owned()), "{command}");
            assert!(begun.elapsed() < Duration::from_secs(20), "{command}");
        }
        assert_eq!(run("printf secret", COMMAND_TIMEOUT), Ok(b"secret".to_vec()));
        assert_eq!(run("exit 3", COMMAND_TIMEOUT), Err("exit status: 3".to_owned()));
    }
}
