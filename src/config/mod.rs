//! The settings of the operator: profile, organization, sign-in, waits. No network.
//!
//! [`Config::load`] reads and checks the file at once; secrets are fetched only when a client is needed.

pub(crate) mod connect;
pub mod file;
mod files;
mod secrets;
pub mod table;
pub(crate) mod values;
pub(crate) mod write;

use crate::config::file::{ConfigFile, is_reserved};
use crate::config::table::SettingKey;
use crate::config::values::{CommandLineSettings, SettingValues};
use crate::did_you_mean::nearest;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;
use crate::store::text_file;
use crate::store::trust::{self, FileRole};
use crate::user_folders;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use table::{SETTINGS, setting};
use values::Environment;

/// The settings of one run.
pub struct Config {
    profile: String,
    explicit: bool,
    place: PathBuf,
    profiles: Vec<String>,
    /// The secrets of every profile of the file: none may get into a history.
    written_secrets: Vec<Secret>,
    /// The files that any profile names.
    named_files: Vec<PathBuf>,
    values: SettingValues,
    warnings: Vec<String>,
    requires_approval: bool,
}

impl Config {
    /// Resolves everything that needs no secret.
    ///
    /// # Errors
    /// `config`: a given file that cannot be read, an invalid file, an unknown profile or a wrong value.
    pub fn load(choice: &CommandLineSettings, environment: &Environment) -> Result<Self> {
        let (place, file) = read_file(choice, environment)?;
        let team = read_team_file(choice)?;
        let named = choice.profile.as_deref().or_else(|| environment.get(variable_name(SettingKey::Profile)));
        let profile = named.or(setting(SettingKey::Profile).default).unwrap_or_default();
        let has_profile =
            |file: &Option<ConfigFile>| file.as_ref().is_some_and(|file| file.profile(profile).is_some());
        if named.is_some() && !has_profile(&file) && !has_profile(&team) {
            return Err(unknown_profile(profile, &place, file.as_ref().or(team.as_ref())));
        }
        let explicit = choice.profile.is_some();
        let values =
            SettingValues::resolve(choice, explicit, environment, (file.as_ref(), team.as_ref()), profile)?;
        register_secrets(&values, environment);
        let warnings = check_secret_files(&values)?;
        let files = || file.iter().chain(&team);
        let mut profiles: Vec<_> =
            files().flat_map(|file| &file.profiles).map(|profile| profile.name.clone()).collect();
        let mut seen = HashSet::new();
        profiles.retain(|name| seen.insert(name.clone()));
        let written_secrets = files().flat_map(ConfigFile::secrets).collect();
        let profile = profile.to_owned();
        let named_files = files::named_in(file.as_ref());
        let organization = values.text(SettingKey::Organization);
        let requires_approval = files().any(|file| requires_approval(file, organization));
        let mut config = Self {
            profile,
            explicit,
            place,
            profiles,
            written_secrets,
            named_files,
            values,
            warnings,
            requires_approval,
        };
        config.warnings.extend(config.redirected().map(redirect_warning));
        config.warnings.extend(environment.unknown_variables().into_iter().map(unknown_variable_warning));
        Ok(config)
    }

    /// The name of the profile.
    pub fn profile(&self) -> &str {
        &self.profile
    }

    /// The organization's id, when it is known.
    pub fn organization(&self) -> Option<&str> {
        self.values.text(SettingKey::Organization)
    }

    /// The configuration file, whether or not it exists.
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// The profiles of the configuration file, in its order.
    pub fn profiles(&self) -> &[String] {
        &self.profiles
    }

    /// Whether a string contains a secret of the environment or the file, of any profile.
    pub fn holds_secret(&self, text: &str) -> bool {
        let secrets = SETTINGS.iter().filter(|setting| setting.secret);
        let values = secrets.filter_map(|setting| self.values.text(setting.key));
        let values = values.chain(self.written_secrets.iter().map(Secret::expose)).map(str::trim);
        values.filter(|secret| !secret.is_empty()).any(|secret| text.contains(secret))
    }

    /// The value of a guard, from an option or the profile.
    pub fn guard(&self, key: SettingKey) -> Option<&str> {
        self.values.text(key)
    }

    /// Whether commands are checked before they are sent.
    pub fn checks(&self) -> bool {
        self.values.text(SettingKey::Checks) != Some("off")
    }

    /// Whether a configuration file says that the organization is changed by approved plans only. A user's own profile
    /// cannot switch that off for the team's file.
    pub fn requires_approval(&self) -> bool {
        self.requires_approval
    }

    /// The users and groups that the profile protects.
    pub fn protected(&self) -> Vec<String> {
        let text = self.values.text(SettingKey::Protect).unwrap_or_default();
        text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned).collect()
    }

    /// The configuration file and the files of secrets, keys and certificates that any of its profiles or the
    /// environment names.
    pub fn own_files(&self) -> Vec<PathBuf> {
        let keys = [SettingKey::ClientSecretFile, SettingKey::PrivateKeyFile, SettingKey::CaBundle];
        let used = keys.into_iter().filter_map(|key| self.values.path(key));
        std::iter::once(self.place.clone()).chain(used).chain(self.named_files.iter().cloned()).collect()
    }

    /// The folders that the profile lets scripts use.
    pub fn script_folders(&self) -> Vec<PathBuf> {
        files::paths_in(&self.values, SettingKey::Files)
    }

    /// The lists of names that the profile's guards read, as far as they are files.
    pub fn guard_lists(&self) -> Vec<PathBuf> {
        files::paths_in(&self.values, SettingKey::Protect)
    }

    /// Warnings to show before anything runs.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

/// The configuration file that is used, whether or not it exists.
///
/// # Errors
/// `config`: none is given and there is no home folder.
pub fn place_of(choice: &CommandLineSettings, environment: &Environment) -> Result<PathBuf> {
    let variable = || environment.get(variable_name(SettingKey::File)).map(PathBuf::from);
    choice.file.clone().or_else(variable).map_or_else(default_place, Ok)
}

fn variable_name(key: SettingKey) -> &'static str {
    setting(key).variable.unwrap_or_default()
}

/// The path of the configuration file, and its content if it exists. A file that was given must exist.
fn read_file(
    choice: &CommandLineSettings,
    environment: &Environment,
) -> Result<(PathBuf, Option<ConfigFile>)> {
    let variable = || environment.get(variable_name(SettingKey::File)).map(PathBuf::from);
    let named = choice.file.clone().or_else(variable);
    let must_exist = named.is_some();
    let place = match named {
        Some(place) => place,
        None => default_place()?,
    };
    let file = read_config(&place, FileRole::Obeyed, must_exist)?;
    Ok((place, file))
}

/// The content of a configuration file that nobody else can change, nor read where it contains a secret.
fn read_config(place: &Path, role: FileRole, must_exist: bool) -> Result<Option<ConfigFile>> {
    let text = match text_file::read_trusted(place, role) {
        Ok((text, _)) => text,
        Err(error) if matches!(*error.kind, ErrorKind::Config { .. }) => return Err(error),
        // A team's file in a folder that this user may not search is there, and it may restrict the user.
        Err(_) if !must_exist && place.try_exists().map_or(role != FileRole::Team, |there| !there) => {
            return Ok(None);
        }
        Err(error) => {
            let message =
                format!("cannot read the configuration file {}: {}", place.display(), error.message());
            let hint = "Check the path and its permissions.";
            return Err(Error { source: error.source, ..Error::config(message, hint) });
        }
    };
    let file = ConfigFile::parse(&text, place)?;
    if file.holds_secret() {
        trust::check(place, FileRole::Secret)?;
    }
    Ok(Some(file))
}

/// The content of the team's file, which root alone may change.
fn read_team_file(choice: &CommandLineSettings) -> Result<Option<ConfigFile>> {
    choice.team_file.as_deref().map_or(Ok(None), |place| read_config(place, FileRole::Team, false))
}

/// Whether any section of a file for this organization, or for no certain one, requires approved plans.
fn requires_approval(file: &ConfigFile, organization: Option<&str>) -> bool {
    file.profiles.iter().any(|profile| {
        let of = get(profile, SettingKey::Organization);
        let is_same = of.zip(organization).is_some_and(|(one, other)| one.eq_ignore_ascii_case(other));
        let concerns = of.is_none() || organization.is_none() || is_same;
        concerns && get(profile, SettingKey::RequireApproval) == Some("true")
    })
}

fn get(profile: &file::ConfigProfile, key: SettingKey) -> Option<&str> {
    profile.entries.iter().find(|entry| entry.key == key).map(|entry| entry.text.as_str())
}

fn default_place() -> Result<PathBuf> {
    Ok(user_folders::configuration()?.join("config.toml"))
}

fn unknown_profile(name: &str, place: &Path, file: Option<&ConfigFile>) -> Error {
    if is_reserved(name) {
        let hint = "--sandbox starts the simulated organization; at the prompt, so does `:profile sandbox`.";
        return Error::config(format!("there is no profile `{name}`"), hint);
    }
    let Some(file) = file else {
        let message = format!("there is no profile `{name}`: {} does not exist", place.display());
        return Error::config(message, format!("Create the file with a section [{name}]."));
    };
    let names = || file.profiles.iter().map(|profile| profile.name.as_str());
    let hint = match nearest(name, names()) {
        Some(near) => format!("Did you mean `{near}`?"),
        None if file.profiles.is_empty() => format!("Add a section [{name}] to it."),
        None => format!("It has {}.", names().collect::<Vec<_>>().join(", ")),
    };
    Error::config(format!("there is no profile `{name}` in {}", place.display()), hint)
}

/// Every secret of the file and the environment is masked from now on, whether or not the profile uses it.
fn register_secrets(values: &SettingValues, environment: &Environment) {
    for setting in SETTINGS.iter().filter(|setting| setting.secret) {
        let variable = setting.variable.and_then(|name| environment.get(name));
        values.text(setting.key).into_iter().chain(variable).for_each(|text| drop(Secret::from(text)));
    }
}

/// Checks the files with secrets before anything runs; returns the warnings about those that pass but should be better
/// protected.
fn check_secret_files(values: &SettingValues) -> Result<Vec<String>> {
    let named = [SettingKey::ClientSecretFile, SettingKey::PrivateKeyFile];
    let paths = named.into_iter().filter_map(|key| values.path(key));
    let checked = paths.map(|path| trust::check(&path, FileRole::Secret)).collect::<Result<Vec<_>>>()?;
    Ok(checked.into_iter().flatten().collect())
}

fn unknown_variable_warning(name: &str) -> String {
    let known = table::SETTINGS.iter().filter_map(|setting| setting.variable);
    let near = nearest(name, known).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
    format!("the environment variable {name} is not a setting of umapish{near}")
}

fn redirect_warning(variable: &str) -> String {
    format!(
        "{variable} selects another organization or service than the profile, so `mode = \"live\"` of the profile is ignored; to make changes there, add --live"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::write_private;

    fn with_file(text: &str) -> (tempfile::TempDir, CommandLineSettings) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        write_private(&path, text);
        (folder, CommandLineSettings { file: Some(path), ..CommandLineSettings::default() })
    }

    fn failure(choice: &CommandLineSettings) -> (String, String) {
        let error = Config::load(choice, &Environment::default()).err().expect("refused");
        (error.to_string(), error.hint().unwrap_or_default())
    }

    #[test]
    fn a_profile_that_does_not_exist_names_the_nearest() {
        let (_folder, mut choice) = with_file("[acme]\n[default]\n");
        choice.profile = Some("acne".into());
        let (message, hint) = failure(&choice);
        assert!(message.starts_with("there is no profile `acne` in "), "{message}");
        assert_eq!(hint, "Did you mean `acme`?");
    }

    #[test]
    fn the_default_profile_may_be_missing() {
        let (_folder, choice) = with_file("[acme]\n");
        let config = Config::load(&choice, &Environment::default()).unwrap();
        assert_eq!((config.profile(), config.organization()), ("default", None));
    }

    #[test]
    fn a_file_that_was_named_must_be_there() {
        let choice = CommandLineSettings {
            file: Some("/nowhere/umapish.toml".into()),
            ..CommandLineSettings::default()
        };
        assert!(failure(&choice).0.starts_with("cannot read the configuration file /nowhere/umapish.toml"));
    }

    #[test]
    fn the_environment_may_choose_the_profile() {
        let (_folder, choice) = with_file("[acme]\norg_id = \"ACME@AdobeOrg\"\n");
        let config = Config::load(&choice, &Environment::of([("UMAPI_PROFILE", "acme")])).unwrap();
        assert_eq!(config.organization(), Some("ACME@AdobeOrg"));
    }

    #[test]
    fn the_secret_of_another_profile_is_one_as_well() {
        let (_folder, choice) = with_file("[default]\n[acme]\nclient_secret = \"acme-secret\"\n");
        let config = Config::load(&choice, &Environment::default()).unwrap();
        assert!(config.holds_secret("let s = \"acme-secret\"") && !config.holds_secret("acme"));
    }

    #[test]
    fn a_variable_that_is_no_setting_draws_a_warning_with_the_nearest() {
        let (_folder, choice) = with_file("[default]\n");
        let environment = Environment::of([("UMAPI_TIMOUT", "3"), ("HOME", "/")]);
        let config = Config::load(&choice, &environment).unwrap();
        assert_eq!(
            config.warnings(),
            [
                "the environment variable UMAPI_TIMOUT is not a setting of umapish; did you mean UMAPI_TIMEOUT?"
            ]
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_file_with_a_secret_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        for (text, exposed) in
            [("client_secret = \"as-written\"", "config.toml"), ("client_secret_file = \"s.txt\"", "s.txt")]
        {
            let (folder, choice) = with_file(&format!("[default]\n{text}\n"));
            write_private(&folder.path().join("s.txt"), "secret");
            Config::load(&choice, &Environment::default()).unwrap();
            let path = folder.path().join(exposed);
            for mode in [0o604, 0o644] {
                std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
                let (message, hint) = failure(&choice);
                assert!(message.ends_with("contains a secret and other users can read it"), "{message}");
                assert_eq!(hint, format!("Run: chmod 600 {}", path.display()));
            }
        }
    }

    #[test]
    fn the_team_s_file_counts_below_the_user_s_own() {
        let own = "[default]\norg_id = \"OWN@AdobeOrg\"\nclient_secret_file = \"own.txt\"\n";
        let (folder, mut choice) = with_file(own);
        write_private(&folder.path().join("own.txt"), "secret");
        let team = folder.path().join("team.toml");
        let text = "[default]\norg_id = \"TEAM@AdobeOrg\"\nclient_id = \"team-id\"\nclient_secret_command = \"echo\"\n\
                    [shared]\norg_id = \"SHARED@AdobeOrg\"\n";
        write_private(&team, text);
        choice.team_file = Some(team.clone());
        if !is_root_s(&team) {
            assert!(failure(&choice).0.contains("belongs to"));
            return;
        }
        let config = Config::load(&choice, &Environment::default()).unwrap();
        assert_eq!(config.organization(), Some("OWN@AdobeOrg"));
        assert_eq!(config.values.text(SettingKey::ClientId), Some("team-id"));
        assert_eq!(config.values.text(SettingKey::ClientSecretCommand), None);
        assert_eq!(config.profiles(), ["default", "shared"]);
        choice.profile = Some("shared".to_owned());
        let config = Config::load(&choice, &Environment::default()).unwrap();
        assert_eq!(config.organization(), Some("SHARED@AdobeOrg"));
        choice.file = Some(folder.path().join("own.txt"));
        write_private(&folder.path().join("own.txt"), "");
        assert_eq!(Config::load(&choice, &Environment::default()).unwrap().profile(), "shared");
    }

    /// Whether a file is root's, as it is where the tests run as root.
    #[cfg(unix)]
    fn is_root_s(path: &Path) -> bool {
        use std::os::unix::fs::MetadataExt;
        path.metadata().unwrap().uid() == 0
    }

    #[cfg(not(unix))]
    fn is_root_s(_: &Path) -> bool {
        true
    }
}
