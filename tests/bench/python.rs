//! CPython with Adobe's own client, in the environment that `.ci/adobe-client` makes.

use crate::Failure;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where Adobe's client learns to sign in without TLS.
pub(crate) const SIGN_IN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop");

const MAKER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/.ci/adobe-client");

/// The Python of the environment.
pub(crate) enum Python {
    At(PathBuf),
    Missing,
}

impl Python {
    /// Makes the environment unless it is there.
    pub(crate) fn make() -> Result<Self, Failure> {
        let output = Command::new(MAKER).env("CARGO_TARGET_DIR", target()).output()?;
        if !output.status.success() {
            return Err(format!("{MAKER}: {}", String::from_utf8_lossy(&output.stderr).trim()).into());
        }
        Ok(Self::found())
    }

    /// The environment, where it has been made.
    pub(crate) fn found() -> Self {
        let path = target().join("interop/bin/python");
        if path.exists() { Self::At(path) } else { Self::Missing }
    }

    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::At(path) => Some(path),
            Self::Missing => None,
        }
    }

    /// What it is, by its own words; `None` where there is none.
    pub(crate) fn describe(&self) -> Result<Option<String>, Failure> {
        let Some(path) = self.path() else { return Ok(None) };
        let output = Command::new(path).args(["-c", VERSIONS]).output()?;
        Ok(Some(String::from_utf8(output.stdout)?.trim().to_owned()))
    }
}

const VERSIONS: &str = "\
import platform, importlib.metadata
print(platform.python_implementation(), platform.python_version(), end=', ')
print('umapi-client', importlib.metadata.version('umapi-client'))";

/// The folder that everything built is in.
fn target() -> &'static Path {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    temporary.parent().unwrap_or(temporary)
}
