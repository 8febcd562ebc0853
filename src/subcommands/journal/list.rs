//! The list of runs.

use super::folder::JournalFolder;
use crate::error::{Error, Result};
use crate::output::Output;
use crate::output::table::{GAP, TextGrid};
use crate::shell::humanize::local_time;
use crate::store::journal::directory;
use crate::store::journal::journaled_run::JournaledRun;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Lists the runs, the newest last; what cannot be read is named.
pub(super) fn list(folder: &JournalFolder, is_formatted: bool, output: &Output) -> Result<()> {
    let ids = folder.ids()?;
    let (mut runs, mut unreadable) = (Vec::new(), Vec::new());
    for path in folder.all()? {
        match directory::open(&path).and_then(|mut file| JournaledRun::of(&path, &mut file)) {
            Ok(run) => runs.push((ids.short(&path), run)),
            Err(error) => unreadable.push((path, error)),
        }
    }
    if is_formatted {
        output.value(&runs.iter().map(|(id, run)| row(id, run)).collect());
    } else if runs.is_empty() {
        output.data(&format!("there are no runs in {}", folder.path()?.display()));
    } else {
        let (grid, left_out) = narrowed(grid(&runs), output.width());
        // Its cells have nothing that could drive the terminal; the colors are ours.
        output.data(&grid.render(output.width(), output.data_palette()));
        if !left_out.is_empty() {
            let line = format!("columns not shown: {}", left_out.join(", "));
            output.data(&output.data_palette().dim(&line));
        }
    }
    warn(&unreadable, output);
    Ok(())
}

fn warn(unreadable: &[(PathBuf, Error)], output: &Output) {
    for (_, error) in unreadable {
        let hint = error.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
        output.warning(&format!("ignored a journal: {error}{hint}"));
    }
}

fn grid(runs: &[(String, JournaledRun)]) -> TextGrid {
    let header =
        ["run", "started", "who", "mode", "done", "failed", "left", "state", "script", "organization"];
    let cells = |(id, run): &(String, JournaledRun)| {
        let count = |count: usize| count.to_string();
        vec![
            id.clone(),
            local_time(run.started),
            format!("{} on {}", run.head.user, run.head.host),
            run.head.mode.as_str().to_owned(),
            count(run.done),
            count(run.failed),
            count(run.left),
            state(run).to_owned(),
            script(run),
            run.head.organization.clone().unwrap_or_default(),
        ]
    };
    TextGrid { header: header.map(str::to_owned).into(), rows: runs.iter().map(cells).collect() }
}

/// The columns that a narrow terminal can do without, the first ones first: times that are cut say nothing.
const DISPENSABLE: [&str; 2] = ["organization", "who"];

/// The table without columns for which there is no room, and their names.
fn narrowed(mut grid: TextGrid, width: Option<usize>) -> (TextGrid, Vec<&'static str>) {
    let mut left_out = Vec::new();
    for column in DISPENSABLE {
        let natural = grid.widths();
        let taken = natural.iter().sum::<usize>() + GAP * natural.len().saturating_sub(1);
        let Some(place) = grid.header.iter().position(|name| name == column) else { continue };
        if width.is_none_or(|width| taken <= width) {
            break;
        }
        grid.header.remove(place);
        for row in &mut grid.rows {
            row.remove(place);
        }
        left_out.push(column);
    }
    (grid, left_out)
}

fn row(id: &str, run: &JournaledRun) -> Value {
    let head = &run.head;
    json!({
        "run": id,
        "started": run.started.to_string(),
        "user": head.user,
        "host": head.host,
        "script": head.script.name,
        "arguments": head.arguments,
        "plan": head.plan,
        "organization": head.organization,
        "mode": head.mode.as_str(),
        "done": run.done,
        "failed": run.failed,
        "left": run.left,
        "state": state(run),
        "exit": run.exit,
        "reason": head.reason,
        "journal": run.path.display().to_string(),
    })
}

/// The script with its arguments.
pub(super) fn script(run: &JournaledRun) -> String {
    let head = &run.head;
    let words: Vec<_> =
        std::iter::once(&head.script.name).chain(&head.arguments).map(String::as_str).collect();
    words.join(" ")
}

/// Whether anything of the run is left to do.
pub(super) fn state(run: &JournaledRun) -> &'static str {
    if run.is_under_way {
        "under way"
    } else if run.is_unfinished() {
        "unfinished"
    } else {
        "ended"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_terminal_shows_whole_times() {
        let header = ["run", "started", "who", "script", "organization"].map(str::to_owned);
        let cells = ["7f3a", "2026-11-30 03:03:37 UTC", "root on vm", "job.rhai", "1@AdobeOrg"];
        let of = |width| {
            let rows = vec![cells.map(str::to_owned).to_vec()];
            let (grid, left_out) = narrowed(TextGrid { header: header.to_vec(), rows }, width);
            (grid.rows[0].join(" "), left_out.join(" "))
        };
        let whole = (cells.join(" "), String::new());
        assert_eq!([of(None), of(Some(80))], [whole.clone(), whole]);
        let shorter = "7f3a 2026-11-30 03:03:37 UTC root on vm job.rhai".to_owned();
        assert_eq!(of(Some(60)), (shorter, "organization".to_owned()));
        let least = "7f3a 2026-11-30 03:03:37 UTC job.rhai".to_owned();
        assert_eq!(of(Some(40)), (least, "organization who".to_owned()));
    }
}
