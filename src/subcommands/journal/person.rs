//! Everything that runs did to a person, under all names of that person.

use super::change_row;
use super::folder::JournalFolder;
use super::person_names::{PersonNames, concerns};
use crate::error::{Error, Result};
use crate::output::Output;
use crate::session::journal::history::{self, HistoryEvent};
use crate::shell::humanize::local_day;
use crate::store::journal::directory;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Shows the changes of a person, the oldest first.
pub(super) fn show(folder: &JournalFolder, name: &str, is_formatted: bool, output: &Output) -> Result<()> {
    let (paths, ids) = (folder.all()?, folder.ids()?);
    let survey = PersonSurvey::of(&paths, output);
    let scope = survey.scope(folder.removed());
    if is_formatted {
        output.note(&scope);
    } else {
        output.data_as_shown(&scope);
    }
    let names = survey.names.of(name);
    let (mut rows, mut count) = (Vec::new(), 0);
    for path in &survey.readable {
        let run = ids.short(path);
        read(path, |event| {
            if let HistoryEvent::Change(change) = event
                && concerns(&change, &names)
            {
                count += 1;
                if is_formatted {
                    rows.push(change_row::row(&run, &change));
                } else {
                    output.data_as_shown(&format!("{run}  {}", change_row::line(&change)));
                }
            }
        })?;
    }
    if is_formatted {
        change_row::print(rows, output);
    } else if count == 0 {
        output.data_as_shown(&format!("no run changed {name}"));
    }
    Ok(())
}

/// What a first reading of all journals shows.
#[derive(Default)]
struct PersonSurvey {
    names: PersonNames,
    readable: Vec<PathBuf>,
    /// Who ran something, and on which machine.
    runners: BTreeSet<(String, String)>,
    since: Option<Timestamp>,
}

impl PersonSurvey {
    fn of(paths: &[PathBuf], output: &Output) -> Self {
        let mut survey = Self::default();
        for path in paths {
            let read = read(path, |event| survey.add(event));
            match read {
                Ok(()) => survey.readable.push(path.clone()),
                Err(error) => output.warning(&format!("ignored a journal: {error}")),
            }
        }
        survey
    }

    fn add(&mut self, event: HistoryEvent) {
        match event {
            HistoryEvent::Begun(time, head) => {
                self.runners.insert((head.user, head.host));
                self.since = Some(self.since.map_or(time, |since| since.min(time)));
            }
            HistoryEvent::Change(change) => self.names.add(&change),
            HistoryEvent::Resumed(..) | HistoryEvent::Ended(..) => {}
        }
    }

    /// What the history covers, and what it does not.
    fn scope(&self, removed: usize) -> String {
        let runners: Vec<_> = self.runners.iter().map(|(user, host)| format!("{user} on {host}")).collect();
        let covered = match self.since {
            Some(since) => format!("Runs of {} since {}", runners.join(", "), local_day(since)),
            None => "There are no runs".to_owned(),
        };
        let older = if removed > 0 { format!("; {removed} older removed") } else { String::new() };
        format!("{covered}{older}. Changes made in the Admin Console or by other tools are not here.")
    }
}

fn read(path: &Path, mut apply: impl FnMut(HistoryEvent)) -> Result<(), Error> {
    history::read(&path.display().to_string(), directory::open(path)?, |event| {
        apply(event);
        Ok(())
    })
}
