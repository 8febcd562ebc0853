//! The user's folders: home, configuration and state. Only the environment decides where they are.
//!
//! The password database is never asked: a run that was started with another or an empty `HOME` must not reach the
//! profile, the journals or the history of somebody else's home.

use crate::error::{Error, Result};
use std::ffi::OsString;
use std::path::PathBuf;

/// What our own folder is called in each of the user's folders.
const OURS: &str = "umapish";

/// The home folder.
///
/// # Errors
/// `config`: `HOME` is not set, empty or not an absolute path.
pub(crate) fn home() -> Result<PathBuf> {
    system::home(|name| std::env::var_os(name))
}

/// The folder for the configuration file, whether it exists or not.
///
/// # Errors
/// `config`: neither `XDG_CONFIG_HOME` nor `HOME` is an absolute path.
pub(crate) fn configuration() -> Result<PathBuf> {
    Ok(system::configuration(|name| std::env::var_os(name))?.join(OURS))
}

/// The folder for journals, history and saved listings, whether or not it exists.
///
/// # Errors
/// `config`: neither `XDG_STATE_HOME` nor `HOME` is an absolute path.
pub(crate) fn state() -> Result<PathBuf> {
    Ok(system::state(|name| std::env::var_os(name))?.join(OURS))
}

/// The XDG Base Directory Specification, on macOS as well.
#[cfg(not(windows))]
mod system {
    use super::{Error, OsString, PathBuf, Result};

    pub(super) fn home(variable: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf> {
        absolute(&variable, "HOME").ok_or_else(|| homeless(&variable, "Set HOME to the home folder."))
    }

    pub(super) fn configuration(variable: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf> {
        let hint = "Set HOME or XDG_CONFIG_HOME to an absolute path, or name the file with --config.";
        folder(&variable, "XDG_CONFIG_HOME", ".config", hint)
    }

    pub(super) fn state(variable: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf> {
        let hint = "Set HOME or XDG_STATE_HOME to an absolute path.";
        folder(&variable, "XDG_STATE_HOME", ".local/state", hint)
    }

    fn folder(
        variable: &impl Fn(&str) -> Option<OsString>,
        name: &str,
        below_home: &str,
        hint: &str,
    ) -> Result<PathBuf> {
        let home = || absolute(variable, "HOME").map(|home| home.join(below_home));
        absolute(variable, name).or_else(home).ok_or_else(|| homeless(variable, hint))
    }

    /// The specification has relative paths ignored; an empty one is relative.
    fn absolute(variable: &impl Fn(&str) -> Option<OsString>, name: &str) -> Option<PathBuf> {
        variable(name).map(PathBuf::from).filter(|path| path.is_absolute())
    }

    fn homeless(variable: &impl Fn(&str) -> Option<OsString>, hint: &str) -> Error {
        let fault = match variable("HOME") {
            None => "is not set".to_owned(),
            Some(text) if text.is_empty() => "is empty".to_owned(),
            Some(text) => format!("is not an absolute path: `{}`", text.display()),
        };
        Error::config(format!("there is no home folder: HOME {fault}"), hint)
    }
}

/// The known folders of Windows.
#[cfg(windows)]
mod system {
    use super::{Error, OsString, PathBuf, Result};
    use etcetera::BaseStrategy;

    pub(super) fn home(_: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf> {
        Ok(strategy()?.home_dir().to_owned())
    }

    pub(super) fn configuration(_: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf> {
        Ok(strategy()?.config_dir())
    }

    pub(super) fn state(_: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf> {
        let strategy = strategy()?;
        Ok(strategy.state_dir().unwrap_or_else(|| strategy.data_dir()))
    }

    fn strategy() -> Result<impl BaseStrategy> {
        let hint = "Set USERPROFILE to the home folder.";
        etcetera::choose_base_strategy().map_err(|_| Error::config("there is no home folder", hint))
    }
}

#[cfg(all(test, not(windows)))]
mod tests {
    use super::*;

    /// What a variable may hold; a path need not exist.
    const VALUES: [Option<&str>; 6] = [None, Some(""), Some(" "), Some("."), Some("here"), Some("/nowhere")];

    fn environment(home: Option<&str>, xdg: Option<&str>) -> impl Fn(&str) -> Option<OsString> {
        let (home, xdg) = (home.map(OsString::from), xdg.map(OsString::from));
        move |name| match name {
            "HOME" => home.clone(),
            "XDG_CONFIG_HOME" | "XDG_STATE_HOME" => xdg.clone(),
            other => panic!("{other} decides nothing"),
        }
    }

    #[test]
    fn whatever_the_variables_hold_a_folder_is_one_they_name_or_an_error() {
        for home in VALUES {
            for xdg in VALUES {
                let variable = environment(home, xdg);
                let is_home = home == Some("/nowhere");
                let is_xdg = xdg == Some("/nowhere");
                let expected = |below: &str| match (is_xdg, is_home) {
                    (true, _) => Some(PathBuf::from("/nowhere")),
                    (false, true) => Some(PathBuf::from("/nowhere").join(below)),
                    (false, false) => None,
                };
                let case = format!("HOME {home:?}, XDG {xdg:?}");
                assert_eq!(system::home(&variable).ok(), is_home.then(|| "/nowhere".into()), "{case}");
                assert_eq!(system::configuration(&variable).ok(), expected(".config"), "{case}");
                assert_eq!(system::state(&variable).ok(), expected(".local/state"), "{case}");
            }
        }
    }

    #[test]
    fn the_error_says_what_is_wrong_with_home_and_what_to_set() {
        let error = |home| system::configuration(environment(home, None)).unwrap_err();
        assert_eq!(error(None).to_string(), "there is no home folder: HOME is not set");
        assert_eq!(error(Some("")).to_string(), "there is no home folder: HOME is empty");
        let relative = error(Some("here"));
        assert_eq!(relative.to_string(), "there is no home folder: HOME is not an absolute path: `here`");
        assert!(relative.hint().is_some_and(|hint| hint.contains("XDG_CONFIG_HOME")));
    }
}
