//! `umapish translate` in a build without its cargo feature.

use super::draft_view::DraftView;
use crate::output::Output;
use crate::shell::exit_code::RunExit;
use std::path::Path;

/// Says that this build has no translator.
pub(crate) fn run(_: &Path, _: Option<&Path>, _: DraftView, output: &Output) -> RunExit {
    let hint = "Build umapish with its cargo feature `translate`, which is on by default.";
    output.error("this build of umapish cannot translate Python", Some(hint));
    RunExit::Usage
}
