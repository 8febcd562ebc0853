//! The organization of a run, and how to connect to it: one of a profile, or a sandbox in this process.

use super::former_files;
use crate::cli::GlobalOptions;
use crate::client::settings::{ClientSettings, Credentials, Mode, Pace, SignInFlow};
use crate::config::Config;
use crate::config::table::{SANDBOX_PROFILE, SettingKey};
use crate::config::values::{CommandLineSettings, Environment};
use crate::error::{Error, ErrorKind, Result};
use crate::output::Output;
use crate::sandbox::{self, Sandbox};
use crate::secret::Secret;
use crate::session::guard::{Allowance, GuardLimits, NameListOption, NamePattern};
use crate::session::shared_limits;
use crate::user_folders;
use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;
use tempfile::TempDir;

/// What a profile says about the files of scripts.
#[derive(Debug, Default)]
pub(crate) struct ProfileFiles {
    /// Files that no script may use.
    pub(crate) own: Vec<PathBuf>,
    /// Folders that scripts may use.
    pub(crate) granted: Vec<PathBuf>,
    /// The lists of names that its guards read.
    pub(crate) guard_lists: Vec<PathBuf>,
}

/// The organization of a run.
pub(crate) struct OrganizationContext {
    /// The profile's name; `sandbox` for the sandbox.
    pub(crate) profile: String,
    /// The organization's id, as far as it is known.
    pub(crate) organization: Option<String>,
    /// The address of the service, as far as it is known.
    pub(crate) service: Option<String>,
    /// Whether changes are real.
    pub(crate) mode: Mode,
    /// Whether it is an organization of Adobe's, not the sandbox.
    pub(crate) is_real: bool,
    /// Whether it is a copy of one of Adobe's, in this process.
    pub(crate) is_copy: bool,
    /// Why it cannot be reached, as far as known without trying.
    pub(crate) problem: Option<Error>,
    /// Whether a string contains one of its configured secrets.
    pub(crate) is_secret: Rc<dyn Fn(&str) -> bool>,
    /// How old a saved listing may be at the prompt.
    pub(crate) listing_age: Option<Duration>,
    /// How long journals of live runs are kept, where the configuration could be read.
    pub(crate) journal_keep: Option<Duration>,
    /// Finds the state folder; that of a sandbox is deleted with it.
    pub(crate) folder: Rc<dyn Fn() -> Result<PathBuf>>,
    /// Whether commands are checked before they are sent.
    pub(crate) checks: bool,
    /// The limits of a run.
    pub(crate) limits: GuardLimits,
    /// What the profile says about files.
    pub(crate) files: ProfileFiles,
    /// Fetches the client's settings.
    pub(crate) connect: Box<dyn Fn(SignInFlow) -> Result<ClientSettings>>,
}

impl OrganizationContext {
    /// The one that the command line, the environment and the configuration name.
    ///
    /// # Errors
    /// `config`: the configuration is broken.
    pub(crate) fn of(global: &GlobalOptions, output: &Output) -> Result<Self> {
        if global.sandbox {
            let mode = if global.test { Mode::Test } else { Mode::Live };
            return Ok(Self { limits: limits(global, None, output)?, ..Self::sandbox(mode) });
        }
        Self::of_profile(global, &global.choice(), output)
    }

    /// The one of a profile.
    ///
    /// # Errors
    /// `config`: the configuration is broken.
    pub(crate) fn of_profile(
        global: &GlobalOptions,
        choice: &CommandLineSettings,
        output: &Output,
    ) -> Result<Self> {
        let config = Config::load(choice, &Environment::current()).map_err(former_files::with_profiles)?;
        let config = Rc::new(config);
        for warning in config.warnings() {
            output.warning(warning);
        }
        let secrets = Rc::clone(&config);
        Ok(Self {
            profile: config.profile().to_owned(),
            organization: config.organization().map(str::to_owned),
            service: config.service(),
            mode: config.mode(),
            is_real: true,
            is_copy: false,
            problem: config.check().err().map(former_files::with_profiles),
            is_secret: Rc::new(move |text| secrets.holds_secret(text)),
            listing_age: config.listing_age(),
            journal_keep: config.journal_keep(),
            folder: Rc::new(user_folders::state),
            checks: config.checks(),
            limits: limits(global, Some(&config), output)?,
            files: ProfileFiles {
                own: config.own_files(),
                granted: config.script_folders(),
                guard_lists: config.guard_lists(),
            },
            connect: Box::new(move |flow| {
                let settings = config.client_settings(flow).map_err(former_files::with_profiles)?;
                Ok(shared_limits::shared(settings, user_folders::state().ok().as_deref()))
            }),
        })
    }

    /// No organization: every call returns what is wrong with the configuration.
    pub(crate) fn unknown(profile: &str, problem: Error) -> Self {
        let repeated = problem.clone();
        Self {
            profile: profile.to_owned(),
            organization: None,
            service: None,
            mode: Mode::Test,
            is_real: true,
            is_copy: false,
            problem: Some(problem),
            is_secret: Rc::new(|_| false),
            listing_age: None,
            journal_keep: None,
            folder: Rc::new(user_folders::state),
            checks: true,
            limits: GuardLimits::default(),
            files: ProfileFiles::default(),
            connect: Box::new(move |_| Err(repeated.clone())),
        }
    }

    /// A sandbox of this process, started at the first call and stopped with the run.
    pub(crate) fn sandbox(mode: Mode) -> Self {
        let sandbox = Rc::new(LocalSandbox::default());
        let kept = Rc::clone(&sandbox);
        Self {
            profile: SANDBOX_PROFILE.to_owned(),
            organization: Some(sandbox::ORGANIZATION.to_owned()),
            service: None,
            mode,
            is_real: false,
            is_copy: false,
            problem: None,
            is_secret: Rc::new(|_| false),
            listing_age: None,
            journal_keep: None,
            folder: Rc::new(move || kept.folder()),
            checks: true,
            limits: GuardLimits::default(),
            files: ProfileFiles::default(),
            connect: Box::new(move |flow| sandbox.settings(flow)),
        }
    }
}

/// The limits of a run, from options and profile.
fn limits(global: &GlobalOptions, config: Option<&Config>, output: &Output) -> Result<GuardLimits> {
    let guard = |key, option: Option<String>| option.or_else(|| Some(config?.guard(key)?.to_owned()));
    let removals = guard(SettingKey::MaxRemovals, global.max_removals.clone());
    let allowance = |text: String| {
        let wrong = || {
            Error::usage(format!("--max-removals must be a whole number or a share such as 5%, not `{text}`"))
        };
        Allowance::parse(&text).ok_or_else(wrong)
    };
    let changes = guard(SettingKey::MaxChanges, global.max_changes.map(|count| count.to_string()));
    let by_profile = config.map(Config::protected).unwrap_or_default();
    let beside_profile = config.and_then(|config| config.place().parent()).unwrap_or(Path::new(""));
    let by_option = global.protect.iter().map(|text| {
        let wrong = |error: Error| in_names("--protect", &error);
        patterns("--protect", Path::new(""), text, output).map_err(wrong)
    });
    let by_profile = by_profile.iter().map(|text| {
        let wrong = |error: Error| match *error.kind {
            ErrorKind::Usage { .. } => in_names("`protect` of the profile", &error),
            _ => Error::config(error.to_string(), "Fix `protect` in the profile."),
        };
        patterns("`protect` of the profile", beside_profile, text, output).map_err(wrong)
    });
    let patterns = by_option.chain(by_profile).collect::<Result<Vec<_>>>()?;
    let only = global.only.iter().map(|text| {
        NamePattern::parse_all(NameListOption::Only, Path::new(""), text)
            .map_err(|error| in_names("--only", &error))
    });
    let only = only.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
    Ok(GuardLimits {
        read_only: global.read_only
            || config.and_then(|config| config.guard(SettingKey::ReadOnly)) == Some("true"),
        max_changes: changes.and_then(|text| text.parse().ok()),
        script_max_removals: None,
        max_removals: removals.map(allowance).transpose()?,
        protected: patterns.into_iter().flatten().collect(),
        only,
        allow_empty_source: global.allow_empty_source,
        allow_delete: global.allow_delete,
        real: config.is_some(),
        needs_approval: config.is_some_and(Config::requires_approval),
    })
}

/// The error of a value that names users and groups.
fn in_names(place: &str, error: &Error) -> Error {
    let message = format!("{place}: {error}");
    match error.hint() {
        Some(hint) => Error::usage_with_hint(message, hint),
        None => Error::usage(message),
    }
}

/// The patterns of a value of `--protect`; warns about a name that may be a mistyped file.
fn patterns(place: &str, folder: &Path, text: &str, output: &Output) -> Result<Vec<NamePattern>> {
    if NamePattern::may_be_file_name(folder, text) {
        output.warning(&format!(
            "{place}: there is no file `{text}`, so the name `{text}` is protected; for a file, write `./{text}`"
        ));
    }
    NamePattern::parse_all(NameListOption::Protect, folder, text)
}

/// A sandbox of this process.
#[derive(Default)]
struct LocalSandbox {
    started: OnceCell<Sandbox>,
    folder: OnceCell<TempDir>,
}

impl LocalSandbox {
    fn server(&self) -> Result<&Sandbox> {
        if let Some(server) = self.started.get() {
            return Ok(server);
        }
        let server = Sandbox::start(sandbox::SandboxSettings::default()).map_err(failed)?;
        Ok(self.started.get_or_init(|| server))
    }

    fn folder(&self) -> Result<PathBuf> {
        if self.folder.get().is_none() {
            let made = tempfile::tempdir().map_err(|error| Error::file("the temporary folder", error))?;
            drop(self.folder.set(made)); // it was empty above
        }
        self.folder.get().map(|folder| folder.path().to_owned()).ok_or_else(|| failed("no temporary folder"))
    }

    fn settings(&self, flow: SignInFlow) -> Result<ClientSettings> {
        let mut settings = sandbox_settings(self.server()?, flow)?;
        settings.pace = Pace::Off;
        // This service has no delays to wait for.
        settings.verify_delay = Duration::ZERO;
        Ok(settings)
    }
}

/// How to connect to a sandbox of this process.
pub(super) fn sandbox_settings(server: &Sandbox, flow: SignInFlow) -> Result<ClientSettings> {
    let mut settings = ClientSettings::new(sandbox::ORGANIZATION, credentials(server, flow)?);
    settings.service_url = server.service_url();
    settings.sign_in_url = server.sign_in_url();
    Ok(settings)
}

fn credentials(server: &Sandbox, flow: SignInFlow) -> Result<Credentials> {
    let client_id = sandbox::CLIENT_ID.to_owned();
    let client_secret = Secret::from(sandbox::CLIENT_SECRET);
    Ok(match flow {
        SignInFlow::Configured | SignInFlow::OAuth => Credentials::OAuth { client_id, client_secret },
        SignInFlow::Jwt => Credentials::Jwt {
            client_id,
            client_secret,
            technical_account_id: sandbox::TECHNICAL_ACCOUNT_ID.to_owned(),
            private_key: Secret::from(server.private_key_pem().map_err(failed)?),
        },
    })
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::config(
        error.to_string(),
        "Try again; if it still fails, another program blocks connections on loopback.",
    )
}
