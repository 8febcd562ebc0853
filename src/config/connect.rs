//! From resolved values to the settings of the client: the mode, the credentials, and one message for all missing settings.

use super::table::{CLIENT_SECRET, setting};
use super::values::{pace, seconds};
use super::{Config, secrets};
use crate::client::settings::{self, ClientSettings, Credentials, Mode, SignInFlow};
use crate::config::table::SettingKey;
use crate::config::values::{SettingSource, SettingValues};
use crate::error::{Error, Result};
use crate::secret::Secret;
use std::time::Duration;

impl Config {
    /// The client's settings for that way to sign in, secrets fetched.
    ///
    /// # Errors
    /// `config`: settings are missing; the message names all of them, or a secret cannot be fetched.
    pub fn client_settings(&self, flow: SignInFlow) -> Result<ClientSettings> {
        let values = &self.values;
        let means = CredentialMeans::of(values, flow);
        let secret = if means == CredentialMeans::Token { None } else { secrets::client_secret(values)? };
        let missing = missing(values, means, secret.is_some());
        if !missing.is_empty() {
            return Err(self.incomplete(&missing));
        }
        let credentials = credentials(values, means, secret)?;
        let mut settings = ClientSettings::new(text(values, SettingKey::Organization), credentials);
        settings.mode = self.mode();
        apply(values, &mut settings);
        Ok(settings)
    }

    /// Whether all settings that a client needs are set, without fetching a secret.
    ///
    /// # Errors
    /// `config`: settings are missing; the message names all of them.
    pub fn check(&self) -> Result<()> {
        let values = &self.values;
        let has_secret = CLIENT_SECRET.iter().any(|key| values.get(*key).is_some());
        let missing = missing(values, CredentialMeans::of(values, SignInFlow::Configured), has_secret);
        if missing.is_empty() { Ok(()) } else { Err(self.incomplete(&missing)) }
    }

    /// Whether changes are real. A profile's `live` is meant for its own organization and service: it does not
    /// apply when the environment selects another.
    pub fn mode(&self) -> Mode {
        match self.values.get(SettingKey::Mode) {
            Some(mode) if mode.text != Mode::Live.as_str() => Mode::Test,
            Some(mode) if mode.source == SettingSource::Option => Mode::Live,
            Some(_) if self.redirected().is_none() => Mode::Live,
            _ => Mode::Test,
        }
    }

    /// The address of the service.
    pub fn service(&self) -> Option<String> {
        Some(address(&self.values, SettingKey::ServiceUrl)).filter(|address| !address.is_empty())
    }

    /// How old a saved listing may be at the prompt; none is used there without it.
    pub fn listing_age(&self) -> Option<Duration> {
        self.values.text(SettingKey::ListingAge).and_then(settings::duration)
    }

    /// How long journals of live runs are kept.
    pub fn journal_keep(&self) -> Option<Duration> {
        self.values.text(SettingKey::JournalKeep).and_then(settings::duration)
    }

    /// The environment variable that names another organization or service than the profile whose `live` counts.
    pub(super) fn redirected(&self) -> Option<&'static str> {
        let mode = self.values.get(SettingKey::Mode)?;
        let live = matches!(mode.source, SettingSource::Profile { .. }) && mode.text == Mode::Live.as_str();
        let places = [SettingKey::Organization, SettingKey::ServiceUrl, SettingKey::SignInUrl];
        let variable = |key: &SettingKey| match self.values.get(*key)?.source {
            SettingSource::Variable(name) => Some(name),
            _ => None,
        };
        if live { places.iter().find_map(variable) } else { None }
    }

    fn incomplete(&self, missing: &[SettingKey]) -> Error {
        let names: Vec<_> = missing.iter().map(|key| ways_to_set(*key)).collect();
        let message = format!("profile `{}` lacks {}", self.profile, names.join("; "));
        let place = format!("[{}] in {}", self.profile, self.place.display());
        let hint = if self.explicit {
            format!("Put it under {place}; with --profile, environment variables are ignored for these.")
        } else {
            format!("Put it under {place}, or set the variable; `--sandbox` needs no Adobe account.")
        };
        Error::config(message, hint)
    }
}

/// The kind of credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CredentialMeans {
    Token,
    OAuth,
    Jwt,
}

impl CredentialMeans {
    /// A token comes first, then a JWT profile with any of its settings, then OAuth, unless `flow` selects one.
    fn of(values: &SettingValues, flow: SignInFlow) -> Self {
        let begun = [SettingKey::TechnicalAccountId, SettingKey::PrivateKeyFile]
            .iter()
            .any(|key| values.get(*key).is_some());
        let ready = values.get(SettingKey::AccessToken).is_some();
        match flow {
            SignInFlow::Configured if ready => Self::Token,
            SignInFlow::Configured if begun => Self::Jwt,
            SignInFlow::Configured | SignInFlow::OAuth => Self::OAuth,
            SignInFlow::Jwt => Self::Jwt,
        }
    }
}

fn missing(values: &SettingValues, means: CredentialMeans, has_secret: bool) -> Vec<SettingKey> {
    let absent = |key: &SettingKey| values.get(*key).is_none();
    let always = [SettingKey::Organization, SettingKey::ClientId];
    let mut missing: Vec<_> = always.into_iter().filter(absent).collect();
    if means != CredentialMeans::Token && !has_secret {
        missing.push(SettingKey::ClientSecret);
    }
    if means == CredentialMeans::Jwt {
        missing
            .extend([SettingKey::TechnicalAccountId, SettingKey::PrivateKeyFile].into_iter().filter(absent));
    }
    missing
}

fn credentials(
    values: &SettingValues,
    means: CredentialMeans,
    secret: Option<Secret>,
) -> Result<Credentials> {
    let client_id = text(values, SettingKey::ClientId);
    let client_secret = secret.unwrap_or_else(|| Secret::from(""));
    Ok(match means {
        CredentialMeans::Token => {
            Credentials::Token { client_id, token: Secret::from(text(values, SettingKey::AccessToken)) }
        }
        CredentialMeans::OAuth => Credentials::OAuth { client_id, client_secret },
        CredentialMeans::Jwt => Credentials::Jwt {
            client_id,
            client_secret,
            technical_account_id: text(values, SettingKey::TechnicalAccountId),
            private_key: secrets::read(
                &values.path(SettingKey::PrivateKeyFile).unwrap_or_default(),
                SettingKey::PrivateKeyFile,
            )?,
        },
    })
}

/// Copies the plain settings. Each has a default and was checked before.
fn apply(values: &SettingValues, settings: &mut ClientSettings) {
    settings.service_url = address(values, SettingKey::ServiceUrl);
    settings.sign_in_url = address(values, SettingKey::SignInUrl);
    settings.checks = values.text(SettingKey::Checks) != Some("off");
    settings.pace = values.text(SettingKey::Pace).and_then(pace).unwrap_or(settings.pace);
    settings.pack = values.text(SettingKey::Pack) != Some("off");
    settings.in_flight = text(values, SettingKey::InFlight).parse().unwrap_or(settings.in_flight);
    settings.max_attempts = text(values, SettingKey::MaxAttempts).parse().unwrap_or(settings.max_attempts);
    settings.first_delay = duration(values, SettingKey::FirstDelay);
    settings.verify_delay = settings.verify_delay.min(settings.first_delay);
    settings.jitter = duration(values, SettingKey::Jitter);
    settings.timeout = duration(values, SettingKey::Timeout);
    settings.max_wait = duration(values, SettingKey::MaxWait);
    settings.ca_bundle = values.path(SettingKey::CaBundle);
    settings.proxy = values.text(SettingKey::Proxy).map(str::to_owned);
}

fn text(values: &SettingValues, key: SettingKey) -> String {
    values.text(key).unwrap_or_default().trim().to_owned()
}

fn address(values: &SettingValues, key: SettingKey) -> String {
    text(values, key).trim_end_matches('/').to_owned()
}

fn duration(values: &SettingValues, key: SettingKey) -> Duration {
    values.text(key).and_then(seconds).unwrap_or_default()
}

/// How a missing setting can be set: `client_id` (or UMAPI_CLIENT_ID).
fn ways_to_set(key: SettingKey) -> String {
    let keys = if key == SettingKey::ClientSecret { CLIENT_SECRET.to_vec() } else { vec![key] };
    let names: Vec<_> = keys.iter().map(|key| format!("`{}`", setting(*key).name())).collect();
    match setting(key).variable {
        Some(variable) => format!("{} (environment {variable})", names.join(", ")),
        None => names.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::values::{CommandLineSettings, Environment};

    use crate::store::testing::write_private;

    const NOWHERE: &str = "/nowhere/secret";

    fn config(text: &str, environment: &Environment, explicit: bool) -> (tempfile::TempDir, Config) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        write_private(&path, text);
        write_private(&folder.path().join("secret.txt"), " from a file \n");
        let profile = explicit.then(|| "default".to_owned());
        let choice =
            CommandLineSettings { file: Some(path), profile, mode: None, ..CommandLineSettings::default() };
        let config = Config::load(&choice, environment).unwrap();
        (folder, config)
    }

    fn settings(text: &str, environment: &Environment) -> Result<ClientSettings> {
        config(text, environment, false).1.client_settings(SignInFlow::Configured)
    }

    fn secret(settings: &ClientSettings) -> &str {
        match &settings.credentials {
            Credentials::OAuth { client_secret, .. } | Credentials::Jwt { client_secret, .. } => {
                client_secret.expose()
            }
            Credentials::Token { token, .. } => token.expose(),
        }
    }

    const PROFILE: &str = "[default]\norg_id = \"A@AdobeOrg\"\nclient_id = \"id\"\n";

    #[test]
    fn everything_missing_is_named_in_one_message() {
        let error = settings("[default]\n", &Environment::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "profile `default` lacks `org_id` (environment UMAPI_ORG_ID); `client_id` (environment UMAPI_CLIENT_ID); \
             `client_secret`, `client_secret_file`, `client_secret_command` (environment UMAPI_CLIENT_SECRET)"
        );
        assert!(error.hint().is_some_and(|hint| hint.contains("--sandbox")));
    }

    #[test]
    fn with_an_explicit_profile_the_message_says_that_the_environment_is_ignored() {
        let environment = Environment::of([("UMAPI_CLIENT_SECRET", "s")]);
        let error =
            config(PROFILE, &environment, true).1.client_settings(SignInFlow::Configured).unwrap_err();
        assert!(error.hint().is_some_and(|hint| hint.contains("are ignored")), "{error}");
    }

    #[test]
    fn the_secret_comes_as_written_from_a_file_or_from_a_command() {
        let none = Environment::default();
        for (line, expected) in [
            ("client_secret = \"as written\"", "as written"),
            ("client_secret_file = \"secret.txt\"", "from a file"),
            ("client_secret_command = \"echo from a command\"", "from a command"),
        ] {
            let settings = settings(&format!("{PROFILE}{line}\n"), &none).unwrap();
            assert_eq!(secret(&settings), expected);
        }
    }

    #[test]
    fn a_secret_given_twice_is_refused() {
        let text = format!("{PROFILE}client_secret = \"a\"\nclient_secret_file = \"b\"\n");
        let error = settings(&text, &Environment::default()).unwrap_err();
        assert_eq!(error.to_string(), "the profile sets both `client_secret` and `client_secret_file`");
    }

    #[test]
    fn a_secret_that_cannot_be_fetched_says_from_where() {
        let none = Environment::default();
        let error = settings(&format!("{PROFILE}client_secret_file = \"{NOWHERE}\"\n"), &none).unwrap_err();
        assert!(
            error.to_string().starts_with("cannot read /nowhere/secret (`client_secret_file`)"),
            "{error}"
        );
        let error = settings(&format!("{PROFILE}client_secret_command = \"exit 3\"\n"), &none).unwrap_err();
        assert!(error.to_string().starts_with("the command in `client_secret_command` failed"), "{error}");
    }

    #[test]
    fn a_ready_token_beats_the_profile_s_credentials() {
        let environment = Environment::of([("UMAPI_ACCESS_TOKEN", "token")]);
        let settings = settings(&format!("{PROFILE}client_secret = \"a\"\n"), &environment).unwrap();
        assert!(matches!(settings.credentials, Credentials::Token { .. }));
    }

    #[test]
    fn a_begun_jwt_profile_must_be_complete() {
        let text = format!("{PROFILE}client_secret = \"a\"\ntech_account_id = \"t@techacct.adobe.com\"\n");
        let error = settings(&text, &Environment::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "profile `default` lacks `private_key_file` (environment UMAPI_PRIVATE_KEY_FILE)"
        );
        let text = format!("{text}private_key_file = \"secret.txt\"\n");
        let settings = settings(&text, &Environment::default()).unwrap();
        assert!(matches!(settings.credentials, Credentials::Jwt { .. }));
    }

    #[test]
    fn one_way_to_sign_in_can_be_asked_for() {
        let text = format!("{PROFILE}client_secret = \"a\"\n");
        let (_folder, config) = config(&text, &Environment::default(), false);
        assert!(matches!(
            config.client_settings(SignInFlow::OAuth).unwrap().credentials,
            Credentials::OAuth { .. }
        ));
        let error = config.client_settings(SignInFlow::Jwt).unwrap_err();
        assert!(error.to_string().starts_with("profile `default` lacks `tech_account_id`"), "{error}");
    }

    #[test]
    fn the_defaults_of_the_table_are_those_of_the_client() {
        let settings =
            settings(&format!("{PROFILE}client_secret = \"a\"\n"), &Environment::default()).unwrap();
        let plain = ClientSettings::new("A@AdobeOrg", settings.credentials.clone());
        assert_eq!(format!("{settings:?}"), format!("{plain:?}"));
    }

    #[test]
    fn a_profile_s_live_does_not_follow_the_environment_to_another_organization() {
        let text = format!("{PROFILE}mode = \"live\"\nclient_secret = \"a\"\n");
        let environment = Environment::of([("UMAPI_ORG_ID", "B@AdobeOrg")]);
        let (_folder, other) = config(&text, &environment, false);
        assert_eq!(other.mode(), Mode::Test);
        assert!(other.warnings().iter().any(|warning| warning.contains("UMAPI_ORG_ID")));
        let (_folder, own) = config(&text, &environment, true);
        assert_eq!((own.mode(), own.organization()), (Mode::Live, Some("A@AdobeOrg")));
    }
}
