//! One error type: what happened, to what, after how many attempts, and what to do next.
//!
//! Scripts see the kind as `err.kind`; see [`ErrorKind::name`].

use crate::secret::mask_secrets;
use crate::wire::error_code;
use crate::wire::fault::CommandFault;
use std::borrow::Cow;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The result of everything that fails with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The error of a lower layer; shared, because errors are cloned.
pub type ErrorSource = Arc<dyn std::error::Error + Send + Sync>;

/// An error and the history of the call that returned it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{kind}{}", attempts_made(*attempts, *elapsed))]
pub struct Error {
    /// What happened.
    pub kind: Box<ErrorKind>,
    /// The number of requests sent; 0 if nothing was sent.
    pub attempts: u32,
    /// How long the call took, including waits.
    pub elapsed: Duration,
    /// The `X-Request-Id` of the call, for Adobe's support.
    pub request_id: Option<String>,
    /// The error of the lower layer that caused this one, where there is one.
    #[source]
    pub source: Option<ErrorSource>,
}

/// What is wrong with a file: a message, and the error of the system or the parser that caused it.
#[derive(Debug)]
pub struct FileProblem {
    message: String,
    source: Option<ErrorSource>,
}

impl From<&str> for FileProblem {
    fn from(message: &str) -> Self {
        Self { message: message.to_owned(), source: None }
    }
}

impl From<String> for FileProblem {
    fn from(message: String) -> Self {
        Self { message, source: None }
    }
}

impl From<io::Error> for FileProblem {
    fn from(error: io::Error) -> Self {
        Self { message: error.to_string(), source: Some(Arc::new(error)) }
    }
}

impl From<serde_json::Error> for FileProblem {
    fn from(error: serde_json::Error) -> Self {
        Self { message: error.to_string(), source: Some(Arc::new(error)) }
    }
}

/// What happened.
#[derive(Debug, Clone)]
pub enum ErrorKind {
    /// A setting, a profile or the configuration file is missing or wrong.
    Config {
        /// What is wrong with which setting.
        message: String,
        /// How to fix it.
        hint: String,
    },
    /// The sign-in service or the service itself refused the credentials.
    Auth {
        /// The HTTP status, if there was a response.
        status: Option<u16>,
        /// The service's code.
        code: Option<String>,
        /// The message of the service, or of the local check.
        message: String,
    },
    /// A function was called with an argument that it does not accept.
    Usage {
        /// What was wrong with the call.
        message: String,
        /// What it accepts.
        hint: Option<String>,
    },
    /// Local checks refused commands; nothing was sent.
    Invalid(Vec<CommandFailure>),
    /// The service does not know the user, group or path.
    NotFound {
        /// HTTP status; `None` for what a listing does not hold.
        status: Option<u16>,
        /// The service's code.
        code: Option<String>,
        /// What was not found.
        message: String,
    },
    /// The service refused the request as a whole.
    Rejected {
        /// HTTP status.
        status: u16,
        /// The service's code.
        code: Option<String>,
        /// The service's message.
        message: String,
    },
    /// The service carried the request out but refused some of its commands.
    Commands(Vec<CommandFailure>),
    /// The service asks for a longer wait than the setting `max_wait` allows.
    Throttled {
        /// How long it asks to wait.
        wait: Duration,
        /// The moment to come back, ISO 8601 in UTC.
        until: String,
        /// The service's code.
        code: Option<String>,
    },
    /// No usable response after all attempts.
    Unavailable {
        /// The last HTTP status, when there was one.
        status: Option<u16>,
        /// The service's code.
        code: Option<String>,
        /// What happened to the last attempt.
        message: String,
    },
    /// A change was sent and its response was lost: it may or may not have happened.
    Unknown {
        /// What happened to the last attempt.
        message: String,
    },
    /// A listing could not be read to the end. Only a loop that streams it has seen its first pages.
    Incomplete {
        /// Which listing.
        listing: String,
        /// The 0-based page that failed.
        page: usize,
        /// Why.
        message: String,
    },
    /// The response of the service could not be parsed.
    Decode {
        /// HTTP status.
        status: u16,
        /// What was expected and what came.
        message: String,
    },
    /// A guard stopped the run.
    Guard {
        /// Which guard, and at what.
        message: String,
        /// What the operator can do.
        hint: String,
    },
    /// Another live run is changing the organization.
    Busy {
        /// Which one, and since when.
        message: String,
    },
    /// A write that cannot be rehearsed was refused in test mode.
    TestMode {
        /// What was refused.
        message: String,
    },
    /// A file could not be read or written, or its content is broken.
    File {
        /// The file, and row and column where that helps.
        place: String,
        /// What is wrong.
        message: String,
        /// What to do about it, where that is not obvious.
        hint: Option<String>,
    },
    /// The operator stopped it.
    Interrupted,
}

/// A command that was refused, by the service or by a local check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandFailure {
    /// 0-based index in the list of the caller.
    pub index: usize,
    /// The user or group that the command changes.
    pub target: String,
    /// 0-based step.
    pub step: Option<usize>,
    /// The service's code.
    pub code: String,
    /// The message of the service, or of the local check.
    pub message: String,
    /// The file and the line that the command comes from, such as `people.csv:14`.
    pub source: Option<String>,
}

impl CommandFailure {
    /// A failure found by a local check.
    pub fn local(index: usize, target: &str, fault: &CommandFault) -> Self {
        Self {
            index,
            target: target.to_owned(),
            step: Some(fault.step),
            code: fault.code.to_owned(),
            message: fault.message.clone(),
            source: None,
        }
    }

    /// Its source if it has one, the target, the message and, if there is one, the code.
    pub fn describe(&self) -> String {
        refusal(self.source.as_deref(), &self.target, &self.message, &self.code)
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<Cow<'static, str>> {
        error_code::hint(&self.code, &self.message)
    }
}

/// A refused command as text: its source if it has one, the target unless it is blank, the message and, if there is one,
/// the code.
pub fn refusal(source: Option<&str>, target: &str, message: &str, code: &str) -> String {
    let target = Some(target).filter(|target| !target.is_empty());
    let message = if code.is_empty() { message.to_owned() } else { format!("{message} ({code})") };
    source.into_iter().chain(target).chain([message.as_str()]).collect::<Vec<_>>().join(": ")
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self { kind: Box::new(kind), attempts: 0, elapsed: Duration::ZERO, request_id: None, source: None }
    }
}

impl Error {
    /// A missing or wrong setting, and how to fix it.
    pub fn config(message: impl Into<String>, hint: impl Into<String>) -> Self {
        ErrorKind::Config { message: message.into(), hint: hint.into() }.into()
    }

    /// A wrong argument.
    pub fn usage(message: impl Into<String>) -> Self {
        ErrorKind::Usage { message: message.into(), hint: None }.into()
    }

    /// A wrong argument, and what is accepted instead.
    pub fn usage_with_hint(message: impl Into<String>, hint: impl Into<String>) -> Self {
        ErrorKind::Usage { message: message.into(), hint: Some(hint.into()) }.into()
    }

    /// A file that cannot be used.
    pub fn file(place: impl Into<String>, problem: impl Into<FileProblem>) -> Self {
        let FileProblem { message, source } = problem.into();
        Self { source, ..ErrorKind::File { place: place.into(), message, hint: None }.into() }
    }

    /// The same error with what to do about it; only errors about files are changed.
    #[must_use]
    pub fn with_file_hint(mut self, advice: impl Into<String>) -> Self {
        if let ErrorKind::File { hint, .. } = &mut *self.kind {
            *hint = Some(advice.into());
        }
        self
    }

    /// The same error with the one of a lower layer that caused it.
    #[must_use]
    pub fn caused_by(self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self { source: Some(Arc::new(source)), ..self }
    }

    /// What the lower layers reported, the nearest first, with secrets masked.
    pub fn causes(&self) -> Vec<String> {
        let first = std::error::Error::source(self);
        let chain = std::iter::successors(first, |error| error.source());
        let mut causes: Vec<_> = chain.map(|error| mask_secrets(&error.to_string())).collect();
        causes.dedup();
        causes
    }

    /// A file that the operating system could not open, read or write.
    pub fn io(path: &Path, error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::IsADirectory {
            let folder = Self::file(path.display().to_string(), "this is a folder");
            return folder.with_file_hint("Name a file in it.").caused_by(error);
        }
        if error.kind() == io::ErrorKind::NotFound {
            return Self::missing_file(path).caused_by(error);
        }
        if error.kind() == io::ErrorKind::NotADirectory {
            let inside =
                Self::file(path.display().to_string(), "a part of this path is a file, not a folder");
            return inside.with_file_hint("Check the name and the folder.").caused_by(error);
        }
        let message = match error.kind() {
            io::ErrorKind::PermissionDenied => "permission denied for this user".to_owned(),
            // The text of a wrapped error names a temporary file of ours instead of `path`.
            kind if error.get_ref().is_some() => kind.to_string(),
            _ => error.to_string(),
        };
        Self::file(path.display().to_string(), message).caused_by(error)
    }

    /// A file that is not there.
    fn missing_file(path: &Path) -> Self {
        let message = match std::env::current_dir() {
            Ok(current) if path.is_relative() => format!("no such file in {}", current.display()),
            _ => "no such file".to_owned(),
        };
        Self::file(path.display().to_string(), message).with_file_hint("Check the name and the folder.")
    }

    /// The service's or the local checks' code.
    pub fn code(&self) -> Option<&str> {
        match &*self.kind {
            ErrorKind::Auth { code, .. }
            | ErrorKind::NotFound { code, .. }
            | ErrorKind::Unavailable { code, .. }
            | ErrorKind::Rejected { code, .. }
            | ErrorKind::Throttled { code, .. } => code.as_deref(),
            ErrorKind::Invalid(failures) | ErrorKind::Commands(failures) => {
                failures.first().map(|failure| failure.code.as_str())
            }
            _ => None,
        }
    }

    /// The HTTP status, if there was a response.
    pub fn status(&self) -> Option<u16> {
        match &*self.kind {
            ErrorKind::Auth { status, .. }
            | ErrorKind::Unavailable { status, .. }
            | ErrorKind::NotFound { status, .. } => *status,
            ErrorKind::Rejected { status, .. } | ErrorKind::Decode { status, .. } => Some(*status),
            ErrorKind::Throttled { .. } => Some(429),
            ErrorKind::Commands(_) => Some(200),
            _ => None,
        }
    }

    /// The message alone, without the words that `Display` adds.
    pub fn message(&self) -> String {
        match &*self.kind {
            ErrorKind::Auth { message, .. }
            | ErrorKind::NotFound { message, .. }
            | ErrorKind::Rejected { message, .. }
            | ErrorKind::Unavailable { message, .. }
            | ErrorKind::Unknown { message }
            | ErrorKind::Incomplete { message, .. }
            | ErrorKind::Decode { message, .. }
            | ErrorKind::File { message, .. }
                if !message.is_empty() =>
            {
                message.clone()
            }
            ErrorKind::Invalid(failures) | ErrorKind::Commands(failures) => {
                failures.first().map(|failure| failure.message.clone()).unwrap_or_default()
            }
            other => other.to_string(),
        }
    }

    /// The commands that were refused.
    pub fn failures(&self) -> &[CommandFailure] {
        match &*self.kind {
            ErrorKind::Invalid(failures) | ErrorKind::Commands(failures) => failures,
            _ => &[],
        }
    }

    /// Whether the same call may succeed later, unchanged.
    pub fn is_retryable(&self) -> bool {
        match &*self.kind {
            ErrorKind::Throttled { .. } | ErrorKind::Unavailable { .. } | ErrorKind::Busy { .. } => true,
            ErrorKind::Rejected { .. } | ErrorKind::Commands(_) => {
                self.code().and_then(error_code::find).is_some_and(|code| code.transient)
            }
            _ => false,
        }
    }

    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        let by_code = || {
            let message = self.to_string();
            self.code().and_then(|code| error_code::hint(code, &message)).map(Cow::into_owned)
        };
        match &*self.kind {
            ErrorKind::Config { hint, .. } | ErrorKind::Guard { hint, .. } => Some(hint.clone()),
            ErrorKind::Usage { hint, .. } | ErrorKind::File { hint, .. } => hint.clone(),
            ErrorKind::Auth { status, code, .. } => Some(auth_hint(*status, code.as_deref()).to_owned()),
            ErrorKind::Throttled { until, .. } => {
                Some(format!("Come back at {until}, or allow a longer wait with UMAPI_MAX_WAIT (seconds)."))
            }
            ErrorKind::Unavailable { .. } => {
                Some("Try again later; `umapish doctor` shows which step fails.".to_owned())
            }
            ErrorKind::Unknown { .. } => {
                Some("Read the user or group to see what happened before you repeat the change.".to_owned())
            }
            ErrorKind::Incomplete { .. } => Some(
                "Do not use the entries that were read. List again; for a full listing, wait two hours."
                    .to_owned(),
            ),
            ErrorKind::Decode { .. } => Some(
                "Something else may have responded: check `url`, `ims_url` and the proxy. `umapish doctor` tests each \
                 hop."
                    .to_owned(),
            ),
            ErrorKind::Busy { .. } => Some(
                "Run it again when the other has ended, or let it wait with --wait, such as --wait 10m."
                    .to_owned(),
            ),
            ErrorKind::TestMode { .. } => Some("Start with --live to make changes.".to_owned()),
            ErrorKind::Rejected { status: 403, code: None, .. } => {
                Some(auth_hint(Some(403), None).to_owned())
            }
            _ => by_code(),
        }
    }
}

fn auth_hint(status: Option<u16>, code: Option<&str>) -> &'static str {
    match (status, code) {
        (_, Some("invalid_scope")) => "Add the User Management API to the project in the Developer Console.",
        (_, Some("invalid_client")) => "Check client id and client secret against the Developer Console.",
        (Some(403), _) => "Check that the client id belongs to a project with the User Management API.",
        (Some(401), _) => {
            "Check that the token is still valid and the organization id is the one it was made for."
        }
        _ => "Check the credentials against the Developer Console.",
    }
}

impl ErrorKind {
    /// The name of every kind, in the order of the guide. Errors of Rhai itself have the kind `script`.
    pub const NAMES: &[&str] = &[
        "config",
        "auth",
        "usage",
        "invalid",
        "not_found",
        "rejected",
        "commands",
        "throttled",
        "unavailable",
        "unknown",
        "incomplete",
        "decode",
        "guard",
        "busy",
        "test_mode",
        "file",
        "interrupted",
        "script",
    ];

    /// The name scripts see as `err.kind`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Config { .. } => "config",
            Self::Auth { .. } => "auth",
            Self::Usage { .. } => "usage",
            Self::Invalid(_) => "invalid",
            Self::NotFound { .. } => "not_found",
            Self::Rejected { .. } => "rejected",
            Self::Commands(_) => "commands",
            Self::Throttled { .. } => "throttled",
            Self::Unavailable { .. } => "unavailable",
            Self::Unknown { .. } => "unknown",
            Self::Incomplete { .. } => "incomplete",
            Self::Decode { .. } => "decode",
            Self::Guard { .. } => "guard",
            Self::Busy { .. } => "busy",
            Self::TestMode { .. } => "test_mode",
            Self::File { .. } => "file",
            Self::Interrupted => "interrupted",
        }
    }
}

fn attempts_made(attempts: u32, elapsed: Duration) -> String {
    if attempts > 1 {
        format!(" ({attempts} attempts in {:.0} s)", elapsed.as_secs_f64())
    } else {
        String::new()
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config { message, .. }
            | Self::Usage { message, .. }
            | Self::Guard { message, .. }
            | Self::Busy { message }
            | Self::TestMode { message } => formatter.write_str(message),
            Self::Auth { status, code, message } => {
                formatter.write_str("sign-in refused")?;
                write_response(formatter, *status, code.as_deref(), message)
            }
            Self::NotFound { status, code, message } => {
                let says_so = message.to_lowercase().contains("not found");
                formatter.write_str(if says_so { message } else { "not found" })?;
                write_response(formatter, *status, code.as_deref(), if says_so { "" } else { message })
            }
            Self::Rejected { status, code, message } => {
                formatter.write_str("the service refused the request")?;
                write_response(formatter, Some(*status), code.as_deref(), message)
            }
            Self::Invalid(failures) => list(formatter, "refused before anything was sent", failures),
            Self::Commands(failures) => list(formatter, headline(failures), failures),
            Self::Throttled { wait, until, .. } => {
                write!(formatter, "the service asks to wait {} s, until {until}", wait.as_secs())
            }
            Self::Unavailable { status, code, message } => {
                formatter.write_str("the service is unavailable")?;
                write_response(formatter, *status, code.as_deref(), message)
            }
            Self::Unknown { message } => {
                write!(formatter, "the response to a change was lost, so it may have happened: {message}")
            }
            Self::Incomplete { listing, page, message } => {
                write!(formatter, "the listing of {listing} is incomplete: page {page}: {message}")
            }
            Self::Decode { message, .. } => {
                write!(formatter, "could not parse the service's response: {message}")
            }
            Self::File { place, message, .. } => write!(formatter, "{place}: {message}"),
            Self::Interrupted => formatter.write_str("interrupted"),
        }
    }
}

fn write_response(
    formatter: &mut fmt::Formatter<'_>,
    status: Option<u16>,
    code: Option<&str>,
    message: &str,
) -> fmt::Result {
    if !message.is_empty() {
        write!(formatter, ": {message}")?;
    }
    match (status, code) {
        (Some(status), Some(code)) => write!(formatter, " (HTTP {status}, {code})"),
        (Some(status), None) => write!(formatter, " (HTTP {status})"),
        (None, Some(code)) => write!(formatter, " ({code})"),
        (None, None) => Ok(()),
    }
}

/// Who refused the first command. What umapish refuses itself, or finds out by reading back, is not put down to the
/// service.
fn headline(failures: &[CommandFailure]) -> &'static str {
    let by_service =
        |failure: &CommandFailure| !failure.code.is_empty() && !error_code::is_own(&failure.code);
    match failures.first() {
        Some(failure) if !by_service(failure) => "failed",
        _ => "the service refused",
    }
}

fn list(formatter: &mut fmt::Formatter<'_>, verdict: &str, failures: &[CommandFailure]) -> fmt::Result {
    let Some(first) = failures.first() else {
        return formatter.write_str(verdict);
    };
    write!(formatter, "{verdict}: {}", first.describe())?;
    match failures.len() - 1 {
        0 => Ok(()),
        1 => formatter.write_str(", and one more command"),
        more => write!(formatter, ", and {more} more commands"),
    }
}

#[cfg(test)]
mod tests;
