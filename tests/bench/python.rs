//! CPython, with Adobe's own client in the environment that `.ci/adobe-client` makes, and with the fastest libraries for
//! reading JSON over HTTP, and the usual one for workbooks, in another one.

use crate::Failure;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where Adobe's client learns to sign in without TLS.
pub(crate) const SIGN_IN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop");

const CLIENT_MAKER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/.ci/adobe-client");
const MAKER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/.ci/python-environment");

/// The Pythons of the two environments, where they have been made.
pub(crate) struct Python {
    client: Option<PathBuf>,
    peers: Option<PathBuf>,
}

impl Python {
    /// Makes the environments unless they are there.
    pub(crate) fn make() -> Result<Self, Failure> {
        make(&mut Command::new(CLIENT_MAKER))?;
        make(Command::new(MAKER).args(["bench-peers", "tests/bench/requirements.txt", "msgspec"]))?;
        Ok(Self::found())
    }

    /// The environments that have been made.
    pub(crate) fn found() -> Self {
        Self { client: python("interop"), peers: python("bench-peers") }
    }

    /// The Python with Adobe's client.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.client.as_deref()
    }

    /// The Python with other libraries.
    pub(crate) fn peers(&self) -> Option<&Path> {
        self.peers.as_deref()
    }

    /// What they are, by their own words; `None` where there is none.
    pub(crate) fn describe(&self) -> Result<Option<String>, Failure> {
        let Some(path) = self.path() else { return Ok(None) };
        let mut description = said(path, VERSIONS)?;
        if let Some(peers) = self.peers() {
            description += &said(peers, PEER_VERSIONS)?;
        }
        Ok(Some(description))
    }
}

fn make(command: &mut Command) -> Result<(), Failure> {
    let output = command.env("CARGO_TARGET_DIR", target()).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr).trim()).into())
}

fn python(environment: &str) -> Option<PathBuf> {
    Some(target().join(environment).join("bin/python")).filter(|path| path.exists())
}

fn said(python: &Path, code: &str) -> Result<String, Failure> {
    let output = Command::new(python).args(["-c", code]).output()?;
    Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
}

const VERSIONS: &str = "\
import platform, importlib.metadata
print(platform.python_implementation(), platform.python_version(), end=', ')
print('umapi-client', importlib.metadata.version('umapi-client'))";

const PEER_VERSIONS: &str = "\
import importlib.metadata
for name in ['orjson', 'aiohttp', 'msgspec', 'openpyxl']: print(', ' + name, importlib.metadata.version(name), end='')";

/// The folder that everything built is in.
fn target() -> &'static Path {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    temporary.parent().unwrap_or(temporary)
}
