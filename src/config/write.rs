//! A new profile as TOML: what `umapish init` adds to the configuration file. Pure.

use super::table::setting;
use crate::config::file::{ConfigFile, is_reserved, reserved_name};
use crate::config::table::SettingKey;
use crate::error::{Error, Result};
use std::path::Path;

/// The content of the file with one more profile; `path` is for messages. The existing content is unchanged.
///
/// # Errors
/// `config`: the content is invalid, or has a profile of that name, or no profile may have it.
pub(crate) fn with_profile(
    text: &str,
    path: &Path,
    name: &str,
    values: &[(SettingKey, &str)],
) -> Result<String> {
    if is_reserved(name) {
        return Err(Error::config(reserved_name(name), "Choose another name with -p NAME."));
    }
    if ConfigFile::parse(text, path)?.profile(name).is_some() {
        let message = format!("profile `{name}` already exists in {}", path.display());
        return Err(Error::config(message, "Edit it there, or choose another name with -p NAME."));
    }
    let head = if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") };
    let gap = if head.is_empty() { "" } else { "\n" };
    let lines: String = values.iter().map(|(key, value)| line(*key, value)).collect();
    let whole = format!("{head}{gap}[{}]\n{lines}", key_of(name));
    ConfigFile::parse(&whole, path)?;
    Ok(whole)
}

fn line(key: SettingKey, value: &str) -> String {
    format!("{} = {}\n", setting(key).profile_key.unwrap_or_default(), toml::Value::from(value))
}

/// A name as a TOML key.
fn key_of(name: &str) -> String {
    let is_bare = name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter));
    if is_bare && !name.is_empty() { name.to_owned() } else { toml::Value::from(name).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: &[(SettingKey, &str)] =
        &[(SettingKey::Organization, "A@AdobeOrg"), (SettingKey::ClientId, "with \"quotes\"")];

    #[test]
    fn a_profile_is_added_and_what_stood_there_stays() {
        let path = Path::new("config.toml");
        let one = with_profile("", path, "default", VALUES).unwrap();
        assert!(one.starts_with("[default]\norg_id = \"A@AdobeOrg\"\n"), "{one}");
        let two = with_profile("# mine\n[default]\norg_id = \"B\"", path, "acme & co", VALUES).unwrap();
        assert!(two.starts_with("# mine\n[default]\norg_id = \"B\"\n\n[\"acme & co\"]\n"), "{two}");
        assert_eq!(ConfigFile::parse(&two, path).unwrap().profiles[1].name, "acme & co");
    }

    #[test]
    fn a_profile_that_is_there_is_not_touched() {
        let error = with_profile("[acme]\n", Path::new("c.toml"), "acme", VALUES).unwrap_err();
        assert_eq!(error.to_string(), "profile `acme` already exists in c.toml");
    }
}
