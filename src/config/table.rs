//! The settings, each declared once: option, environment variable, profile key, default and help line.
//!
//! The command line's help, the profile file, its "did you mean", the missing-settings message and the guide's
//! table all read [`SETTINGS`].

/// The profile name of the sandbox in this process, which no profile of a file can have: `:profile sandbox` must never be
/// a real organization, nor a profile of that name be shadowed.
pub(crate) const SANDBOX_PROFILE: &str = "sandbox";

/// A setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SettingKey {
    /// The profile to use.
    Profile,
    /// The configuration file.
    File,
    /// The organization's id.
    Organization,
    /// The client id of the project.
    ClientId,
    /// The client secret itself.
    ClientSecret,
    /// A file that contains the client secret.
    ClientSecretFile,
    /// A command that prints the client secret.
    ClientSecretCommand,
    /// An existing access token.
    AccessToken,
    /// The technical account of a JWT project.
    TechnicalAccountId,
    /// The file of the private key of a JWT project.
    PrivateKeyFile,
    /// The URL of the service.
    ServiceUrl,
    /// The URL of the sign-in service.
    SignInUrl,
    /// Whether changes are real.
    Mode,
    /// The number of attempts for one call.
    MaxAttempts,
    /// The first wait between attempts.
    FirstDelay,
    /// The random part of a wait.
    Jitter,
    /// How long one exchange may take.
    Timeout,
    /// The longest wait that is accepted.
    MaxWait,
    /// Whether calls are paced.
    Pace,
    /// Whether lists of user groups stand for commands about single people.
    Pack,
    /// The most action requests that wait for their responses at once.
    InFlight,
    /// Whether commands are checked before they are sent.
    Checks,
    /// How old a saved listing may be at the prompt.
    ListingAge,
    /// Certificates to trust in addition to those of the system.
    CaBundle,
    /// The proxy to use.
    Proxy,
    /// How long journals of live runs are kept.
    JournalKeep,
    /// Whether changes are refused.
    ReadOnly,
    /// The most commands of a run.
    MaxChanges,
    /// The most removals of a run.
    MaxRemovals,
    /// The users and groups that must not be changed.
    Protect,
    /// Further folders whose files scripts may use.
    Files,
    /// Whether the organization is changed by approved plans only.
    RequireApproval,
}

/// What a value must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingShape {
    /// Any non-empty string.
    Text,
    /// An address: https, or http to this machine.
    Url,
    /// A file; relative to the folder of the configuration file when it is set there.
    Path,
    /// A whole number, at least 1.
    Count,
    /// A whole number.
    Limit,
    /// A number of seconds, at least 0.
    Seconds,
    /// A length of time, such as `2h`.
    Age,
    /// A whole number, or a percentage.
    Allowance,
    /// `auto`, `off`, or a length of time.
    Pace,
    /// One of a fixed set of words.
    Choice(&'static [&'static str]),
}

/// One setting.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its name in the code.
    pub key: SettingKey,
    /// What a value must look like.
    pub shape: SettingShape,
    /// Its one-line description.
    pub help: &'static str,
    /// The command line's option, as it is written there.
    pub option: Option<&'static str>,
    /// The environment variable.
    pub variable: Option<&'static str>,
    /// The key in a profile.
    pub profile_key: Option<&'static str>,
    /// The default, as it would be written.
    pub default: Option<&'static str>,
    /// Whether the value must never be shown, nor be read by a script.
    pub secret: bool,
    /// Whether it says which organization is meant, so that with an explicit `-p` the environment is ignored.
    pub identity: bool,
}

impl Setting {
    const fn new(key: SettingKey, shape: SettingShape, help: &'static str) -> Self {
        Self {
            key,
            shape,
            help,
            option: None,
            variable: None,
            profile_key: None,
            default: None,
            secret: false,
            identity: false,
        }
    }

    const fn option(self, option: &'static str) -> Self {
        Self { option: Some(option), ..self }
    }

    const fn variable(self, variable: &'static str) -> Self {
        Self { variable: Some(variable), ..self }
    }

    const fn in_profile(self, key: &'static str) -> Self {
        Self { profile_key: Some(key), ..self }
    }

    const fn default(self, default: &'static str) -> Self {
        Self { default: Some(default), ..self }
    }

    const fn secret(self) -> Self {
        Self { secret: true, ..self }
    }

    const fn identity(self) -> Self {
        Self { identity: true, ..self }
    }

    /// How to name it in a message: as it is written in a profile, else in the environment, else as an option.
    pub fn name(&self) -> &'static str {
        self.profile_key.or(self.variable).or(self.option).unwrap_or_default()
    }
}

/// The two modes, in a profile and in the prompt.
pub const MODES: &[&str] = &["test", "live"];

/// Every setting, in the order of the guide.
pub const SETTINGS: &[Setting] = &[
    Setting::new(SettingKey::Profile, SettingShape::Text, "the profile to use")
        .option("--profile")
        .variable("UMAPI_PROFILE")
        .default("default"),
    Setting::new(SettingKey::File, SettingShape::Path, "the configuration file")
        .option("--config")
        .variable("UMAPI_CONFIG")
        .default("umapish/config.toml in the user's configuration folder"),
    Setting::new(SettingKey::Organization, SettingShape::Text, "organization id, ending in @AdobeOrg")
        .variable("UMAPI_ORG_ID")
        .in_profile("org_id")
        .identity(),
    Setting::new(SettingKey::ClientId, SettingShape::Text, "client id (API key) of the Developer Console project")
        .variable("UMAPI_CLIENT_ID")
        .in_profile("client_id")
        .identity(),
    Setting::new(SettingKey::ClientSecret, SettingShape::Text, "client secret of the project")
        .variable("UMAPI_CLIENT_SECRET")
        .in_profile("client_secret")
        .secret()
        .identity(),
    Setting::new(SettingKey::ClientSecretFile, SettingShape::Path, "file that contains the client secret")
        .in_profile("client_secret_file")
        .identity(),
    Setting::new(SettingKey::ClientSecretCommand, SettingShape::Text, "command that prints the client secret")
        .in_profile("client_secret_command")
        .identity(),
    Setting::new(SettingKey::AccessToken, SettingShape::Text, "existing access token, used instead of signing in")
        .variable("UMAPI_ACCESS_TOKEN")
        .secret()
        .identity(),
    Setting::new(SettingKey::TechnicalAccountId, SettingShape::Text, "technical account id, for JWT (deprecated by Adobe)")
        .variable("UMAPI_TECH_ACCOUNT_ID")
        .in_profile("tech_account_id")
        .identity(),
    Setting::new(SettingKey::PrivateKeyFile, SettingShape::Path, "private key in PEM format, for JWT")
        .variable("UMAPI_PRIVATE_KEY_FILE")
        .in_profile("private_key_file")
        .identity(),
    Setting::new(SettingKey::ServiceUrl, SettingShape::Url, "address of the service")
        .variable("UMAPI_URL")
        .in_profile("url")
        .default("https://usermanagement.adobe.io/v2/usermanagement")
        .identity(),
    Setting::new(SettingKey::SignInUrl, SettingShape::Url, "address of the sign-in service")
        .variable("UMAPI_IMS_URL")
        .in_profile("ims_url")
        .default("https://ims-na1.adobelogin.com")
        .identity(),
    Setting::new(SettingKey::Mode, SettingShape::Choice(MODES), "whether changes are rehearsed or made")
        .option("--test, --live")
        .in_profile("mode")
        .default("test")
        .identity(),
    Setting::new(SettingKey::MaxAttempts, SettingShape::Count, "attempts for one call")
        .variable("UMAPI_MAX_ATTEMPTS")
        .in_profile("max_attempts")
        .default("4"),
    Setting::new(SettingKey::FirstDelay, SettingShape::Seconds, "wait after the first failed attempt, doubled each time")
        .variable("UMAPI_FIRST_DELAY")
        .in_profile("first_delay")
        .default("3"),
    Setting::new(SettingKey::Jitter, SettingShape::Seconds, "longest random time added to a wait")
        .variable("UMAPI_JITTER")
        .in_profile("jitter")
        .default("5"),
    Setting::new(SettingKey::Timeout, SettingShape::Seconds, "timeout of one attempt")
        .variable("UMAPI_TIMEOUT")
        .in_profile("timeout")
        .default("120"),
    Setting::new(SettingKey::MaxWait, SettingShape::Seconds, "longest wait the service may ask for")
        .variable("UMAPI_MAX_WAIT")
        .in_profile("max_wait")
        .default("3600"),
    Setting::new(SettingKey::Pace, SettingShape::Pace, "whether to respect the documented rate limits; 2m is half as fast")
        .variable("UMAPI_PACE")
        .in_profile("pace")
        .default("auto"),
    Setting::new(SettingKey::Pack, SettingShape::Choice(&["on", "off"]), "send people who join or leave user groups in lists where that saves requests")
        .variable("UMAPI_PACK")
        .in_profile("pack")
        .default("on"),
    Setting::new(SettingKey::InFlight, SettingShape::Count, "requests with changes that may wait for their responses at once")
        .variable("UMAPI_IN_FLIGHT")
        .in_profile("in_flight")
        .default("4"),
    Setting::new(SettingKey::Checks, SettingShape::Choice(&["on", "off"]), "check commands before sending them")
        .variable("UMAPI_CHECKS")
        .in_profile("checks")
        .default("on"),
    Setting::new(SettingKey::ListingAge, SettingShape::Age, "age up to which the prompt uses a saved listing, such as 2h")
        .in_profile("listing_max_age"),
    Setting::new(SettingKey::CaBundle, SettingShape::Path, "certificates in PEM format to trust in addition to those of the system")
        .variable("UMAPI_CA_BUNDLE")
        .in_profile("ca_bundle"),
    Setting::new(SettingKey::Proxy, SettingShape::Text, "proxy; HTTPS_PROXY and NO_PROXY are honored as usual")
        .in_profile("proxy"),
    Setting::new(SettingKey::JournalKeep, SettingShape::Age, "how long journals of finished live runs are kept, such as 395d")
        .in_profile("journal_keep")
        .default("395d"),
    Setting::new(SettingKey::ReadOnly, SettingShape::Choice(&["true", "false"]), "make no changes, whatever the script requests")
        .option("--read-only")
        .in_profile("read_only")
        .default("false"),
    Setting::new(SettingKey::MaxChanges, SettingShape::Limit, "the most people and groups that may be changed")
        .option("--max-changes")
        .in_profile("max_changes"),
    Setting::new(SettingKey::MaxRemovals, SettingShape::Allowance, "the most people (N) or share of listed people (N%) that may lose access; 200 by default in live runs against a real organization")
        .option("--max-removals")
        .in_profile("max_removals"),
    Setting::new(SettingKey::Protect, SettingShape::Text, "users and groups that must not be changed: a name (`*` matches anything) or a file with one name per line; a profile may list several")
        .option("--protect")
        .in_profile("protect"),
    Setting::new(SettingKey::Files, SettingShape::Text, "one more folder that the script may use")
        .option("--files")
        .in_profile("files"),
    Setting::new(SettingKey::RequireApproval, SettingShape::Choice(&["true", "false"]), "change the organization by approved plans only; in the team's file, no user can switch it off")
        .in_profile("require_approval")
        .default("false"),
];

/// The settings that provide the client secret.
pub(super) const CLIENT_SECRET: [SettingKey; 3] =
    [SettingKey::ClientSecret, SettingKey::ClientSecretFile, SettingKey::ClientSecretCommand];

/// The entry of one setting.
pub fn setting(key: SettingKey) -> &'static Setting {
    let found = SETTINGS.iter().find(|setting| setting.key == key);
    found.unwrap_or(&SETTINGS[0])
}

/// The environment variables whose values no script may read.
pub fn secret_variables() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().filter(|setting| setting.secret).filter_map(|setting| setting.variable)
}

/// The settings as a table of the guide.
pub fn markdown() -> String {
    let head = "| setting | option | environment | profile key | default |\n|---|---|---|---|---|\n";
    std::iter::once(head.to_owned()).chain(SETTINGS.iter().map(row)).collect()
}

fn row(setting: &Setting) -> String {
    let cells = [setting.option, setting.variable, setting.profile_key, setting.default];
    let cells = cells.map(|text| text.map_or_else(|| "-".to_owned(), |text| format!("`{text}`")));
    format!("| {} | {} |\n", setting.help, cells.join(" | "))
}

/// The environment variables with their profile keys and defaults: the page of `umapish help environment`.
pub fn variables_help() -> String {
    let entry = |setting: &Setting| {
        let key = setting.profile_key.map(|key| format!(" (profile: {key})")).unwrap_or_default();
        let default =
            setting.default.map(|default| format!("      default: {default}\n")).unwrap_or_default();
        Some(format!("  {}{key}\n      {}\n{default}", setting.variable?, setting.help))
    };
    let variables: String = SETTINGS.iter().filter_map(entry).collect();
    format!(
        "Environment variables. An option overrides its variable, and a variable overrides the profile;\n\
         with --profile, the variables for organization, credentials, addresses and mode are ignored.\n\n\
         {variables}\n\
         HTTPS_PROXY, NO_PROXY and NO_COLOR work as in other programs.\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn no_duplicates(names: impl Iterator<Item = &'static str>) {
        let mut seen = HashSet::new();
        for name in names {
            assert!(seen.insert(name), "{name} is declared twice");
        }
    }

    #[test]
    fn every_name_is_declared_once() {
        no_duplicates(SETTINGS.iter().filter_map(|setting| setting.variable));
        no_duplicates(SETTINGS.iter().filter_map(|setting| setting.profile_key));
        no_duplicates(SETTINGS.iter().filter_map(|setting| setting.option));
    }

    #[test]
    fn every_setting_can_be_set_and_is_found_by_its_key() {
        for entry in SETTINGS {
            assert!(!entry.name().is_empty(), "{:?} cannot be set", entry.key);
            assert_eq!(setting(entry.key).key, entry.key);
        }
    }

    #[test]
    fn variables_are_named_alike() {
        for variable in SETTINGS.iter().filter_map(|setting| setting.variable) {
            assert!(variable.starts_with("UMAPI_"), "{variable}");
        }
    }

    #[test]
    fn the_mode_has_no_environment_variable() {
        assert_eq!(setting(SettingKey::Mode).variable, None);
    }

    #[test]
    fn secrets_are_part_of_the_identity() {
        assert_eq!(secret_variables().collect::<Vec<_>>(), ["UMAPI_CLIENT_SECRET", "UMAPI_ACCESS_TOKEN"]);
        assert!(SETTINGS.iter().filter(|setting| setting.secret).all(|setting| setting.identity));
    }

    #[test]
    fn the_tables_show_every_setting() {
        assert_eq!(markdown().lines().count(), SETTINGS.len() + 2);
        assert!(
            markdown()
                .contains("| organization id, ending in @AdobeOrg | - | `UMAPI_ORG_ID` | `org_id` | - |")
        );
        assert!(variables_help().contains("UMAPI_MAX_WAIT"));
    }
}
