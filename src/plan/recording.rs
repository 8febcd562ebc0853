//! Records the commands of a script that runs on a copy, at the gate that every change passes.

use crate::client::hooks::{ActionRequest, GateHook};
use crate::client::outcome::{CommandOutcome, Outcome, Status};
use crate::client::request::ApiResponse;
use crate::client::settings::Mode;
use crate::error::{Error, Result};
use crate::plan::file::RefusedCommand;
use crate::plan::irreversible;
use crate::plan::plan_command::{PlanCommand, PredictedStatus, Prediction, StateBefore};
use crate::session::totals::OutcomeSink;
use serde::Deserialize;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The commands of a run on a copy.
#[derive(Debug, Default)]
pub struct PlanRecording(Mutex<RecordedCommands>);

#[derive(Debug, Default)]
struct RecordedCommands {
    commands: Vec<PlanCommand>,
    refused: Vec<RefusedCommand>,
    /// What a copy said of the commands of a request that is under way.
    forecasts: HashMap<String, Vec<ForecastRecord>>,
    /// The commands of a request, by their index in the caller's list.
    places: HashMap<(String, usize), Vec<usize>>,
    /// The last command that changed a person or a group.
    changers: HashMap<String, usize>,
}

/// What a copy says of a command.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ForecastRecord {
    index: usize,
    rests_on: BTreeSet<String>,
    touches: BTreeSet<String>,
    changes: BTreeSet<String>,
    before: StateBefore,
}

impl PlanRecording {
    fn recorded(&self) -> MutexGuard<'_, RecordedCommands> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The commands so far, and those that were refused before they could be sent.
    pub fn take(&self) -> (Vec<PlanCommand>, Vec<RefusedCommand>) {
        let mut recorded = self.recorded();
        (std::mem::take(&mut recorded.commands), std::mem::take(&mut recorded.refused))
    }
}

/// Receives the outcomes of a planned run: where commands come from, and which never reach the gate.
#[derive(Debug)]
pub struct PlanOutcomes(pub Arc<PlanRecording>);

impl OutcomeSink for PlanOutcomes {
    fn write(&self, outcome: &Outcome) -> Result<()> {
        let mut recorded = self.0.recorded();
        if let (Some(source), Some(request)) = (&outcome.source, &outcome.request_id) {
            let places = recorded.places.get(&(request.clone(), outcome.index)).cloned().unwrap_or_default();
            for place in places {
                if let Some(command) = recorded.commands.get_mut(place) {
                    command.source = Some(source.clone());
                }
            }
        }
        let is_refused = outcome.status.is_failed() || outcome.status == Status::NotSent;
        if is_refused && outcome.attempts == 0 && outcome.mode == Mode::Live {
            recorded.refused.push(RefusedCommand {
                target: outcome.target.clone(),
                action: outcome.action.clone(),
                code: outcome.code.clone(),
                message: outcome.message.clone().unwrap_or_default(),
                source: outcome.source.clone(),
            });
        }
        Ok(())
    }
}

impl GateHook for PlanRecording {
    /// A plan holds action requests only.
    fn before(&self, request: &ActionRequest) -> Result<()> {
        if request.mode == Mode::Live && request.commands.is_empty() {
            return Err(Error::usage_with_hint(
                format!(
                    "`{}` cannot be planned: a plan holds commands of action requests only",
                    request.call
                ),
                "Run the script without a plan.",
            ));
        }
        Ok(())
    }

    fn after(&self, request: &ActionRequest, response: std::result::Result<&ApiResponse, &Error>) {
        let forecasts = response.ok().and_then(|response| response.body.get("forecasts"));
        let forecasts = forecasts.and_then(|value| serde_json::from_value(value.clone()).ok());
        self.recorded().forecasts.insert(request.request_id.clone(), forecasts.unwrap_or_default());
    }

    fn settled(&self, request: &ActionRequest, outcomes: &[CommandOutcome]) {
        let mut recorded = self.recorded();
        let mut forecasts = recorded.forecasts.remove(&request.request_id).unwrap_or_default();
        // What the script itself only rehearses is not a part of the plan.
        if request.mode != Mode::Live {
            return;
        }
        for (place, (sent, outcome)) in request.commands.iter().zip(outcomes).enumerate() {
            let found = forecasts.iter().position(|forecast| forecast.index == place);
            let forecast = found.map(|found| forecasts.swap_remove(found)).unwrap_or_default();
            let number = recorded.commands.len() + 1;
            let key = (request.request_id.clone(), sent.index);
            recorded.places.entry(key).or_default().push(number - 1);
            recorded.add(number, sent.content.to_json(), outcome, forecast);
        }
    }
}

impl RecordedCommands {
    fn add(
        &mut self,
        number: usize,
        command: serde_json::Value,
        outcome: &CommandOutcome,
        forecast: ForecastRecord,
    ) {
        let after: BTreeSet<_> =
            forecast.touches.iter().filter_map(|touched| self.changers.get(touched).copied()).collect();
        let is_done = matches!(outcome.status, Status::Completed | Status::StillMember | Status::Unverified);
        if is_done {
            self.changers.extend(forecast.changes.into_iter().map(|changed| (changed, number)));
        }
        let status = if is_done { PredictedStatus::Planned } else { PredictedStatus::WouldFail };
        let prediction = Prediction {
            status,
            code: outcome.code.clone().filter(|_| !is_done),
            message: outcome.message.clone().filter(|_| !is_done),
            rests_on: forecast.rests_on,
        };
        self.commands.push(PlanCommand {
            after: after.into_iter().collect(),
            prediction,
            irreversible: irreversible::reason(&command),
            ..PlanCommand::new(number, command, forecast.before)
        });
    }
}
