//! The configuration file: TOML whose top-level tables are profiles (`[default]`, `[acme]`), whose keys are those
//! of [`SETTINGS`]. Anything else in it is an error with its line.

use super::table::{SETTINGS, Setting};
use crate::config::table::{SANDBOX_PROFILE, SettingKey};
use crate::did_you_mean::nearest;
use crate::error::{Error, Result};
use crate::secret::Secret;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A configuration file that was read.
pub struct ConfigFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its profiles, in the file's order.
    pub profiles: Vec<ConfigProfile>,
}

/// One profile.
pub struct ConfigProfile {
    /// The name in brackets.
    pub name: String,
    /// What it sets.
    pub entries: Vec<ProfileEntry>,
}

/// One line of a profile.
#[derive(Clone)]
pub struct ProfileEntry {
    /// The setting.
    pub key: SettingKey,
    /// Its value as text.
    pub text: String,
    /// The 1-based line.
    pub line: usize,
}

impl ConfigFile {
    /// Parses the file; `path` is for messages.
    ///
    /// # Errors
    /// A syntax error, a key outside of a profile, an unknown key or a value of the wrong type.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        let reader = ProfileReader { text, path };
        let table = DeTable::parse(text).map_err(|error| {
            let span = error.span().unwrap_or_default();
            let (line, column) = (reader.line(span.clone()), reader.column(span.clone()));
            let source = TomlSyntaxError { line, column, message: error.message().to_owned() };
            reader.error(span, error.message(), "Fix the TOML syntax of the file.").caused_by(source)
        })?;
        let mut profiles: Vec<_> = table.get_ref().iter().collect();
        profiles.sort_by_key(|(name, _)| name.span().start);
        let profiles =
            profiles.into_iter().map(|(name, value)| reader.profile(name, value)).collect::<Result<_>>()?;
        Ok(Self { path: path.to_owned(), profiles })
    }

    /// The profile of that name.
    pub fn profile(&self, name: &str) -> Option<&ConfigProfile> {
        self.profiles.iter().find(|profile| profile.name == name)
    }

    /// The secrets written in it, of every profile.
    pub fn secrets(&self) -> impl Iterator<Item = Secret> {
        let entries = self.profiles.iter().flat_map(|profile| &profile.entries);
        let secret = |entry: &&ProfileEntry| super::table::setting(entry.key).secret;
        entries.filter(secret).map(|entry| Secret::from(entry.text.as_str()))
    }

    /// Whether a secret is written in any profile.
    pub fn holds_secret(&self) -> bool {
        self.secrets().next().is_some()
    }
}

/// What the TOML parser reported. Its own error quotes the line, which may contain a secret.
#[derive(Debug, thiserror::Error)]
#[error("TOML syntax error in line {line}, column {column}: {message}")]
struct TomlSyntaxError {
    line: usize,
    column: usize,
    message: String,
}

/// Whether no profile may have this name, in any case: people would take one for the other.
pub(crate) fn is_reserved(name: &str) -> bool {
    name.eq_ignore_ascii_case(SANDBOX_PROFILE)
}

/// The message about a profile with a reserved name.
pub(crate) fn reserved_name(name: &str) -> String {
    format!("a profile cannot be named `{name}`, which is the simulated organization")
}

struct ProfileReader<'a> {
    text: &'a str,
    path: &'a Path,
}

impl ProfileReader<'_> {
    fn profile(
        &self,
        name: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<ConfigProfile> {
        let Some(table) = value.get_ref().as_table() else {
            let message = format!("`{}` is outside of a profile", name.get_ref());
            return Err(self.error(
                name.span(),
                &message,
                "Put it under [default], or under the name of a profile.",
            ));
        };
        if is_reserved(name.get_ref()) {
            let hint = format!("Rename the section, for example to [{}-org].", name.get_ref());
            return Err(self.error(name.span(), &reserved_name(name.get_ref()), &hint));
        }
        let entries = table.iter().map(|(key, value)| self.entry(key, value)).collect::<Result<_>>()?;
        Ok(ConfigProfile { name: name.get_ref().to_string(), entries })
    }

    fn entry(
        &self,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<ProfileEntry> {
        let Some(setting) = SETTINGS.iter().find(|setting| setting.profile_key == Some(key.get_ref())) else {
            return Err(self.error(
                key.span(),
                &format!("unknown setting `{}`", key.get_ref()),
                &hint(key.get_ref()),
            ));
        };
        let text = scalar(setting, value.get_ref()).ok_or_else(|| {
            let message = format!(
                "`{}` must be a string or a number, not of type {}",
                key.get_ref(),
                value.get_ref().type_str()
            );
            self.error(value.span(), &message, "Write it in quotes.")
        })?;
        Ok(ProfileEntry { key: setting.key, text, line: self.line(key.span()) })
    }

    fn line(&self, span: Range<usize>) -> usize {
        let before = self.text.as_bytes().iter().take(span.start);
        before.filter(|byte| **byte == b'\n').count() + 1
    }

    fn column(&self, span: Range<usize>) -> usize {
        let before = self.text.get(..span.start).unwrap_or_default();
        before.chars().rev().take_while(|letter| *letter != '\n').count() + 1
    }

    fn error(&self, span: Range<usize>, message: &str, hint: &str) -> Error {
        Error::config(format!("{}:{}: {message}", self.path.display(), self.line(span)), hint)
    }
}

fn hint(key: &str) -> String {
    let known = || SETTINGS.iter().filter_map(|setting| setting.profile_key);
    match nearest(key, known()) {
        Some(name) => format!("Did you mean `{name}`?"),
        None => format!("A profile may set {}.", known().collect::<Vec<_>>().join(", ")),
    }
}

/// A value as a string; `checks = true` reads as `on`.
fn scalar(setting: &Setting, value: &DeValue<'_>) -> Option<String> {
    let on = if setting.key == SettingKey::Checks { ["off", "on"] } else { ["false", "true"] };
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Float(number) => Some(number.to_string()),
        DeValue::Boolean(value) => Some(on[usize::from(*value)].to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ConfigFile> {
        ConfigFile::parse(text, Path::new("config.toml"))
    }

    fn failure(text: &str) -> (String, String) {
        match parse(text) {
            Ok(_) => (String::new(), String::new()),
            Err(error) => (error.to_string(), error.hint().unwrap_or_default()),
        }
    }

    #[test]
    fn profiles_are_the_top_level_tables() {
        let file =
            parse("[default]\norg_id = \"A@AdobeOrg\"\n\n[acme]\nmax_wait = 60\nchecks = false\n").unwrap();
        let names: Vec<_> = file.profiles.iter().map(|profile| profile.name.as_str()).collect();
        assert_eq!(names, ["default", "acme"]);
        let acme: Vec<_> = file.profiles[1]
            .entries
            .iter()
            .map(|entry| (entry.key, entry.text.as_str(), entry.line))
            .collect();
        assert!(acme.contains(&(SettingKey::MaxWait, "60", 5)));
        assert!(acme.contains(&(SettingKey::Checks, "off", 6)));
    }

    #[test]
    fn an_unknown_key_names_its_line_and_the_nearest() {
        let (message, hint) = failure("[default]\nclient_id = \"x\"\nclient_secrte = \"y\"\n");
        assert_eq!(message, "config.toml:3: unknown setting `client_secrte`");
        assert_eq!(hint, "Did you mean `client_secret`?");
    }

    #[test]
    fn a_key_without_a_profile_says_where_it_belongs() {
        let (message, hint) = failure("org_id = \"x\"\n");
        assert_eq!(message, "config.toml:1: `org_id` is outside of a profile");
        assert!(hint.contains("[default]"));
    }

    #[test]
    fn broken_toml_is_an_error_with_its_line() {
        let (message, _) = failure("[default]\norg_id = \n");
        assert!(message.starts_with("config.toml:2: "), "{message}");
    }

    #[test]
    fn a_list_is_no_value_of_a_setting() {
        let (message, _) = failure("[default]\norg_id = [1]\n");
        assert_eq!(message, "config.toml:2: `org_id` must be a string or a number, not of type array");
    }

    #[test]
    fn only_a_written_secret_makes_the_file_secret() {
        assert!(!parse("[a]\nclient_secret_file = \"s\"\n").unwrap().holds_secret());
        assert!(parse("[a]\nclient_secret = \"s\"\n").unwrap().holds_secret());
    }
}
