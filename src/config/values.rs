//! Which value of a setting applies: options over environment over profile over defaults. Pure.

use super::table::{CLIENT_SECRET, SETTINGS, Setting};
use crate::client::settings::Pace;
pub(crate) use crate::client::settings::duration;
use crate::config::file::{ConfigFile, ProfileEntry};
use crate::config::table::{SettingKey, SettingShape};
use crate::error::{Error, Result};
use crate::user_folders;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};

/// The prefix of our variables.
const PREFIX: &str = "UMAPI_";

/// How a path below the home folder begins.
pub(super) const HOME: &str = "~/";

/// The environment variables as they were at the start; an empty one counts as not set.
#[derive(Default)]
pub struct Environment(HashMap<String, String>);

impl Environment {
    /// That of this process. Variables that are not Unicode are left out.
    pub fn current() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self(std::env::vars_os().filter_map(text).collect())
    }

    /// The given variables only.
    pub fn of<const N: usize>(variables: [(&str, &str); N]) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// The names with our prefix that belong to no setting, in order.
    pub(super) fn unknown_variables(&self) -> Vec<&str> {
        let known = |name: &str| SETTINGS.iter().any(|setting| setting.variable == Some(name));
        let mut names: Vec<_> = self.0.keys().map(String::as_str).collect();
        names.retain(|name| name.starts_with(PREFIX) && !known(name));
        names.sort_unstable();
        names
    }

    /// The value of a variable that is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.trim().is_empty())
    }
}

/// What the command line says about settings.
#[derive(Debug, Clone, Default)]
pub struct CommandLineSettings {
    /// `--profile`.
    pub profile: Option<String>,
    /// `--config`.
    pub file: Option<PathBuf>,
    /// `--test` or `--live`: one of [`super::table::MODES`].
    pub mode: Option<&'static str>,
    /// Guards given as options.
    pub guards: Vec<(SettingKey, String)>,
    /// The configuration of a team, which belongs to root and counts below the user's own.
    pub team_file: Option<PathBuf>,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SettingSource {
    /// An option of the command line.
    Option,
    /// An environment variable.
    Variable(&'static str),
    /// A line of the configuration file.
    Profile {
        /// The file.
        file: PathBuf,
        /// The 1-based line.
        line: usize,
    },
    /// The table of settings.
    Default,
}

impl fmt::Display for SettingSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option => formatter.write_str("the command line"),
            Self::Variable(name) => write!(formatter, "the environment variable {name}"),
            Self::Profile { file, line } => write!(formatter, "{}:{line}", file.display()),
            Self::Default => formatter.write_str("the default"),
        }
    }
}

/// A value and where it comes from. Not `Debug`: it may be a secret.
#[derive(Clone)]
pub(crate) struct SettingValue {
    /// The value as written.
    pub text: String,
    /// Where it was set.
    pub source: SettingSource,
}

/// The value of every setting that has one.
pub(crate) struct SettingValues(BTreeMap<SettingKey, SettingValue>);

impl SettingValues {
    /// Resolves every setting except profile and file, which come first. `explicit`: the profile was chosen by an option,
    /// so that the environment does not override its identity.
    ///
    /// # Errors
    /// `config`: a value that does not have the shape of its setting.
    pub(crate) fn resolve(
        choice: &CommandLineSettings,
        explicit: bool,
        environment: &Environment,
        (file, team): (Option<&ConfigFile>, Option<&ConfigFile>),
        profile: &str,
    ) -> Result<Self> {
        let entries = |file: Option<&ConfigFile>| {
            let file = file?;
            Some((file.path.clone(), file.profile(profile)?.entries.clone()))
        };
        let (own, mut team) = (entries(file), entries(team));
        if let (Some((_, own)), Some((_, team))) = (&own, &mut team) {
            leave_out_other_secrets(own, team);
        }
        let mut values = BTreeMap::new();
        for setting in
            SETTINGS.iter().filter(|setting| !matches!(setting.key, SettingKey::Profile | SettingKey::File))
        {
            let option = choice.mode.filter(|_| setting.key == SettingKey::Mode).map(from_option);
            let guard = choice.guards.iter().find(|(key, _)| *key == setting.key);
            let option = option.or_else(|| guard.map(|(_, text)| from_option(text)));
            let variable = || variable(setting, environment).filter(|_| !(explicit && setting.identity));
            let entry = || {
                let mut files = [&own, &team].into_iter().flatten();
                files.find_map(|(path, entries)| from_profile(setting, path, entries))
            };
            if let Some(value) = option.or_else(variable).or_else(entry).or_else(|| default(setting)) {
                check(setting, &value)?;
                values.insert(setting.key, value);
            }
        }
        Ok(Self(values))
    }

    /// The value of a setting.
    pub(crate) fn get(&self, key: SettingKey) -> Option<&SettingValue> {
        self.0.get(&key)
    }

    /// The text of a setting.
    pub(crate) fn text(&self, key: SettingKey) -> Option<&str> {
        self.get(key).map(|value| value.text.as_str())
    }

    /// The path in a setting: `~/` is the home folder, and a relative path in a profile is relative to its file.
    pub(crate) fn path(&self, key: SettingKey) -> Option<PathBuf> {
        let value = self.get(key)?;
        let path = match value.text.strip_prefix(HOME) {
            Some(rest) => user_folders::home().ok()?.join(rest),
            None => PathBuf::from(&value.text),
        };
        match &value.source {
            SettingSource::Profile { file, .. } => Some(file.parent().unwrap_or(Path::new("")).join(path)),
            _ => Some(path),
        }
    }
}

/// A client secret has several ways to be given: one in the user's profile replaces all those of the team's.
fn leave_out_other_secrets(own: &[ProfileEntry], team: &mut Vec<ProfileEntry>) {
    let gives_secret = |entry: &ProfileEntry| CLIENT_SECRET.contains(&entry.key);
    if own.iter().any(gives_secret) {
        team.retain(|entry| !gives_secret(entry));
    }
}

fn from_option(text: &str) -> SettingValue {
    SettingValue { text: text.to_owned(), source: SettingSource::Option }
}

fn variable(setting: &Setting, environment: &Environment) -> Option<SettingValue> {
    let name = setting.variable?;
    let text = environment.get(name)?.to_owned();
    Some(SettingValue { text, source: SettingSource::Variable(name) })
}

fn from_profile(setting: &Setting, file: &Path, entries: &[ProfileEntry]) -> Option<SettingValue> {
    let entry = entries.iter().find(|entry| entry.key == setting.key)?;
    let source = SettingSource::Profile { file: file.to_owned(), line: entry.line };
    Some(SettingValue { text: entry.text.clone(), source })
}

fn default(setting: &Setting) -> Option<SettingValue> {
    Some(SettingValue { text: setting.default?.to_owned(), source: SettingSource::Default })
}

fn check(setting: &Setting, value: &SettingValue) -> Result<()> {
    if setting.shape == SettingShape::Path && value.text.starts_with(HOME) {
        user_folders::home()?;
    }
    let Some(expected) = mismatch(setting.shape, &value.text) else { return Ok(()) };
    let hidden = setting.secret || holds_password(&value.text);
    let shown = if hidden { String::new() } else { format!(", not `{}`", value.text) };
    let name = setting.option.filter(|_| value.source == SettingSource::Option).unwrap_or(setting.name());
    let message = format!("`{name}` must be {expected}{shown} ({})", value.source);
    let hint = format!("It sets: {}.", setting.help);
    Err(match value.source {
        SettingSource::Option => Error::usage_with_hint(message, hint),
        _ => Error::config(message, hint),
    })
}

/// What a value of that shape must be, if the string is not.
fn mismatch(shape: SettingShape, text: &str) -> Option<String> {
    let expected = |fits: bool, expected: &str| (!fits).then(|| expected.to_owned());
    match shape {
        SettingShape::Text | SettingShape::Path => expected(!text.trim().is_empty(), "non-empty"),
        SettingShape::Count => {
            expected(text.parse::<u32>().is_ok_and(|count| count > 0), "a whole number from 1")
        }
        SettingShape::Limit => expected(text.parse::<u32>().is_ok(), "a whole number"),
        SettingShape::Seconds => expected(seconds(text).is_some(), "a number of seconds"),
        SettingShape::Url if holds_password(text) => {
            expected(false, "an address without a user and password")
        }
        SettingShape::Age => expected(duration(text).is_some(), "a length of time such as 2h or 90m"),
        SettingShape::Url => {
            expected(is_safe_address(text), "an https address (plain http only to this machine)")
        }
        SettingShape::Allowance => {
            let number = text.strip_suffix('%').unwrap_or(text).trim().parse::<u32>();
            let fits = number.is_ok_and(|number| !text.ends_with('%') || number <= 100);
            expected(fits, "a whole number, or a share such as `5%`")
        }
        SettingShape::Pace => expected(pace(text).is_some(), "`auto`, `off`, or a length of time such as 2m"),
        SettingShape::Choice(words) => {
            let list = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or ");
            expected(words.contains(&text), &list)
        }
    }
}

/// A number of seconds as a duration.
pub(super) fn seconds(text: &str) -> Option<std::time::Duration> {
    text.parse::<f64>().ok().and_then(|seconds| std::time::Duration::try_from_secs_f64(seconds).ok())
}

/// How fast calls may be sent.
pub(super) fn pace(text: &str) -> Option<Pace> {
    match text.trim() {
        "auto" => Some(Pace::DOCUMENTED),
        "off" => Some(Pace::Off),
        text => duration(text).map(Pace::Within),
    }
}

/// Whether a string is a URL with a user and perhaps a password in it, which must not be shown.
fn holds_password(text: &str) -> bool {
    let authority = text.split_once("://").map_or("", |(_, rest)| rest);
    authority.split(['/', '?', '#']).next().is_some_and(|authority| authority.contains('@'))
}

/// Whether an address may carry a secret: https to anywhere, http to loopback only.
fn is_safe_address(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let plain =
        !authority.is_empty() && !text.contains(['@', '?', '#', '\\']) && !text.contains(char::is_whitespace);
    plain && (scheme == "https" || (scheme == "http" && is_loopback(authority)))
}

fn is_loopback(authority: &str) -> bool {
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
[default]
org_id = "FILE@AdobeOrg"
max_wait = 60
mode = "live"
ca_bundle = "company.pem"
"#;

    fn resolve(choice: &CommandLineSettings, environment: &Environment) -> Result<SettingValues> {
        let file = ConfigFile::parse(FILE, Path::new("/etc/umapish/config.toml")).unwrap();
        SettingValues::resolve(choice, choice.profile.is_some(), environment, (Some(&file), None), "default")
    }

    fn organization(choice: &CommandLineSettings, environment: &Environment) -> String {
        resolve(choice, environment).unwrap().text(SettingKey::Organization).unwrap_or_default().to_owned()
    }

    #[test]
    fn the_environment_beats_the_profile_and_the_profile_beats_the_default() {
        let environment = Environment::of([("UMAPI_ORG_ID", "ENV@AdobeOrg"), ("UMAPI_MAX_WAIT", " ")]);
        let values = resolve(&CommandLineSettings::default(), &environment).unwrap();
        assert_eq!(values.text(SettingKey::Organization), Some("ENV@AdobeOrg"));
        assert_eq!(values.text(SettingKey::MaxWait), Some("60"));
        assert_eq!(values.text(SettingKey::MaxAttempts), Some("4"));
    }

    #[test]
    fn an_explicit_profile_shuts_the_environment_out_of_identity_only() {
        let environment = Environment::of([("UMAPI_ORG_ID", "ENV@AdobeOrg"), ("UMAPI_MAX_WAIT", "7")]);
        let chosen =
            CommandLineSettings { profile: Some("default".into()), ..CommandLineSettings::default() };
        assert_eq!(organization(&chosen, &environment), "FILE@AdobeOrg");
        assert_eq!(organization(&CommandLineSettings::default(), &environment), "ENV@AdobeOrg");
        assert_eq!(resolve(&chosen, &environment).unwrap().text(SettingKey::MaxWait), Some("7"));
    }

    #[test]
    fn the_command_line_decides_the_mode_over_the_profile() {
        let chosen = CommandLineSettings { mode: Some("test"), ..CommandLineSettings::default() };
        assert_eq!(resolve(&chosen, &Environment::default()).unwrap().text(SettingKey::Mode), Some("test"));
        assert_eq!(
            resolve(&CommandLineSettings::default(), &Environment::default()).unwrap().text(SettingKey::Mode),
            Some("live")
        );
    }

    #[test]
    fn the_environment_cannot_choose_the_mode() {
        let environment = Environment::of([("UMAPI_MODE", "test")]);
        assert_eq!(
            resolve(&CommandLineSettings::default(), &environment).unwrap().text(SettingKey::Mode),
            Some("live")
        );
    }

    #[test]
    fn a_file_named_in_a_profile_stands_beside_the_profile() {
        let values = resolve(&CommandLineSettings::default(), &Environment::default()).unwrap();
        assert_eq!(values.path(SettingKey::CaBundle), Some(PathBuf::from("/etc/umapish/company.pem")));
        let environment = Environment::of([("UMAPI_CA_BUNDLE", "here.pem")]);
        let values = resolve(&CommandLineSettings::default(), &environment).unwrap();
        assert_eq!(values.path(SettingKey::CaBundle), Some(PathBuf::from("here.pem")));
    }

    #[test]
    fn a_value_of_the_wrong_shape_names_setting_value_and_place() {
        let environment = Environment::of([("UMAPI_MAX_ATTEMPTS", "0")]);
        let error = resolve(&CommandLineSettings::default(), &environment).err().unwrap();
        assert_eq!(
            error.to_string(),
            "`max_attempts` must be a whole number from 1, not `0` (the environment variable UMAPI_MAX_ATTEMPTS)"
        );
        let file = ConfigFile::parse("[default]\npace = \"slow\"\n", Path::new("c.toml")).unwrap();
        let choice = CommandLineSettings::default();
        let error =
            SettingValues::resolve(&choice, false, &Environment::default(), (Some(&file), None), "default")
                .err()
                .unwrap();
        assert_eq!(
            error.to_string(),
            "`pace` must be `auto`, `off`, or a length of time such as 2m, not `slow` (c.toml:2)"
        );
    }

    #[test]
    fn a_pace_is_the_documented_one_none_or_a_time_for_the_calls_of_a_minute() {
        let paces = ["auto", "off", "2m", "0.5", "fast"].map(pace);
        let within = |seconds| Some(Pace::Within(std::time::Duration::from_secs_f64(seconds)));
        assert_eq!(paces, [within(60.0), Some(Pace::Off), within(120.0), within(0.5), None]);
    }

    #[test]
    fn plain_http_reaches_this_machine_only() {
        for good in [
            "https://usermanagement.adobe.io/v2/usermanagement",
            "http://127.0.0.1:8080",
            "http://localhost:1/x",
            "http://[::1]:9/x",
        ] {
            assert!(is_safe_address(good), "{good}");
        }
        for bad in [
            "http://example.com",
            "http://localhost@example.com/",
            "http://localhost.example.com",
            "https://",
            "ftp://localhost",
            "https://example.com/?x",
            "localhost:80",
        ] {
            assert!(!is_safe_address(bad), "{bad}");
        }
    }

    #[test]
    fn a_password_in_an_address_is_refused_without_being_shown() {
        let environment = Environment::of([("UMAPI_URL", "https://user:very-secret@example.com/v2")]);
        let error = resolve(&CommandLineSettings::default(), &environment).err().unwrap().to_string();
        assert_eq!(
            error,
            "`url` must be an address without a user and password (the environment variable UMAPI_URL)"
        );
    }

    #[test]
    fn seconds_may_have_a_fraction_but_no_sign() {
        assert_eq!(seconds("0.5").map(|wait| wait.as_millis()), Some(500));
        assert_eq!(seconds("0").map(|wait| wait.as_millis()), Some(0));
        assert!(["-1", "soon", "inf", "NaN", "1e400"].iter().all(|text| seconds(text).is_none()));
    }
}
