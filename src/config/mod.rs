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
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::user_folders;
use std::io::ErrorKind;
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
}

impl Config {
    /// Resolves everything that needs no secret.
    ///
    /// # Errors
    /// `config`: a given file that cannot be read, an invalid file, an unknown profile or a wrong value.
    pub fn load(choice: &CommandLineSettings, environment: &Environment) -> Result<Self> {
        let (place, file) = read_file(choice, environment)?;
        let named = choice.profile.as_deref().or_else(|| environment.get(variable_name(SettingKey::Profile)));
        let profile = named.or(setting(SettingKey::Profile).default).unwrap_or_default();
        if named.is_some() && file.as_ref().is_none_or(|file| file.profile(profile).is_none()) {
            return Err(unknown_profile(profile, &place, file.as_ref()));
        }
        let explicit = choice.profile.is_some();
        let values = SettingValues::resolve(choice, explicit, environment, file.as_ref(), profile)?;
        let warnings =
            exposed_files(&values, file.as_ref()).iter().map(|path| exposed_warning(path)).collect();
        let profiles = file.iter().flat_map(|file| &file.profiles).map(|profile| profile.name.clone());
        let profiles = profiles.collect();
        let written_secrets = file.iter().flat_map(ConfigFile::secrets).collect();
        let profile = profile.to_owned();
        let named_files = files::named_in(file.as_ref());
        let mut config =
            Self { profile, explicit, place, profiles, written_secrets, named_files, values, warnings };
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
    match std::fs::read_to_string(&place) {
        Ok(text) => {
            Ok((place.clone(), Some(ConfigFile::parse(text.trim_start_matches('\u{feff}'), &place)?)))
        }
        Err(error) if error.kind() == ErrorKind::NotFound && !must_exist => Ok((place, None)),
        Err(error) => {
            let message = format!("cannot read the configuration file {}: {error}", place.display());
            Err(Error::config(message, "Check the path and its permissions.").caused_by(error))
        }
    }
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

/// The files with secrets that other users of this machine can read.
fn exposed_files(values: &SettingValues, file: Option<&ConfigFile>) -> Vec<PathBuf> {
    let config = file.filter(|file| file.holds_secret()).map(|file| file.path.clone());
    let named = [SettingKey::ClientSecretFile, SettingKey::PrivateKeyFile]
        .into_iter()
        .filter_map(|key| values.path(key));
    config.into_iter().chain(named).filter(|path| is_exposed(path)).collect()
}

#[cfg(unix)]
fn is_exposed(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|data| data.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_exposed(_path: &Path) -> bool {
    false
}

fn exposed_warning(path: &Path) -> String {
    format!("{0} contains a secret and other users can read it; run: chmod 600 {0}", path.display())
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

    fn with_file(text: &str) -> (tempfile::TempDir, CommandLineSettings) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
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
    fn a_secret_that_others_may_read_draws_a_warning() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, choice) = with_file("[default]\nclient_secret = \"s\"\n");
        let path = folder.path().join("config.toml");
        let warnings = |mode| {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            Config::load(&choice, &Environment::default()).unwrap().warnings().len()
        };
        assert_eq!((warnings(0o640), warnings(0o600)), (1, 0));
    }
}
