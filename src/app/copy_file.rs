//! `umapish copy`: keeps a copy of the organization in a file.

use super::copy::OrganizationReplica;
use super::refusal::refuse;
use super::run_builder::listen;
use crate::app::organization::OrganizationContext;
use crate::cli::GlobalOptions;
use crate::client::event::ClientObserver;
use crate::error::{Error, Result};
use crate::output::Output;
use crate::quantity::counted;
use crate::shell::exit_code::RunExit;
use crate::shell::progress::ProgressReporter;
use crate::store::atomic_file::FileAccess;
use crate::store::file_door;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Writes a copy of the organization to a file.
pub(crate) fn save(global: &GlobalOptions, file: &Path, output: &Arc<Output>) -> RunExit {
    match saved(global, file, output) {
        Ok(count) => {
            output.note(&format!(
                "{} in {}; it is served by: umapish sandbox --state {}",
                counted(count, "user"),
                file.display(),
                file.display()
            ));
            RunExit::Done
        }
        Err(error) => refuse(&error, output),
    }
}

fn saved(global: &GlobalOptions, file: &Path, output: &Arc<Output>) -> Result<usize> {
    let interrupt = listen(Duration::ZERO, output)?;
    let progress: Arc<dyn ClientObserver> =
        Arc::new(ProgressReporter::new(Arc::clone(output), global.verbose));
    let context = OrganizationContext::of(global, output)?;
    let replica = OrganizationReplica::read(&context, &interrupt, &progress)?;
    replica.note_age(output);
    replica.server.complete_copy().map_err(|problem| Error::file(file.display().to_string(), problem))?;
    for doubt in replica.server.doubts() {
        output.warning(&format!("the organization changed while it was read: {doubt}"));
    }
    // Nobody else may read it, not even while it is written.
    file_door::replace(file, FileAccess::Private, |_| Ok(()))?;
    let target: PathBuf = file_door::real(file);
    replica.server.save(&target).map_err(|error| Error::io(file, error))?;
    Ok(replica.listings().iter().find(|listing| listing.name == "users").map_or(0, |listing| listing.entries))
}
