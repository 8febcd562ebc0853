//! `umapish sync`: carries out a map as a script would, so that journal, guards and resume are those of every run, or
//! translates the configuration of User Sync.

use crate::app::refusal::refuse;
use crate::cli::SyncOptions;
use crate::error::{Error, Result};
use crate::files::user_sync::{self, ImportedMap};
use crate::output::Output;
use crate::shell::exit_code::RunExit;
use crate::shell::program::ScriptProgram;
use crate::store::output_file::{self, IfExists};
use std::path::Path;

/// The script of a map; its arguments are the map and the file with people, each blank if there is none.
const SCRIPT: &str = include_str!("sync.rhai");

/// The program that carries out a map.
///
/// # Errors
/// `usage`: neither a map nor a file with people is named.
pub(super) fn program(options: SyncOptions) -> Result<ScriptProgram> {
    let SyncOptions { map, users, .. } = options;
    if map.is_none() && users.is_none() {
        let hint =
            "Name a map, umapish sync MAP.toml, or a file with a column `groups`, umapish sync --users FILE.";
        return Err(Error::usage_with_hint("there is nothing to sync", hint));
    }
    let words = vec![map.unwrap_or_default().into(), users.unwrap_or_default().into()];
    ScriptProgram::built_in("sync", SCRIPT, words)
}

/// Translates the configuration of User Sync; prints the map, or writes it to a new file.
pub(super) fn import(config: &Path, out: Option<&Path>, output: &Output) -> RunExit {
    let ImportedMap { text, without_counterpart, keeps_everybody } = match user_sync::import(config) {
        Ok(map) => map,
        Err(error) => return refuse(&error, output),
    };
    match out {
        None => output.data(text.trim_end()),
        Some(path) => {
            let written =
                output_file::write(path, IfExists::Error, &mut |file| file.write_all(text.as_bytes()));
            if let Err(error) = written {
                return refuse(&error, output);
            }
            output.note(&format!("wrote {}", path.display()));
        }
    }
    for line in &without_counterpart {
        output.warning(&format!("without counterpart: {line}"));
    }
    if keeps_everybody {
        output.warning("because of that, the map removes nobody from anything; look at its first lines");
    }
    RunExit::Done
}
