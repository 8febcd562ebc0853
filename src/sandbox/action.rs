//! The action request: a list of commands in, one response out (contract 3).

use super::command_reader;
use super::json::JsonNode;
use super::limits;
use super::refusal::Refusal;
use super::steps;
use crate::sandbox::copied::{CommandForecast, forecast_before};
use crate::sandbox::org::SandboxOrganization;
use crate::sandbox::requested::RequestedCommand;
use crate::sandbox::response::SandboxResponse;
use crate::sandbox::settings::CurrentRules;
use crate::sandbox::steps::{RequestState, StepOutcome};
use crate::wire::error_code;
use crate::wire::response::{ActionResponse, CommandError, CommandWarning, SUCCESS};
use serde::Serialize;

/// A command that a test makes fail: its index in the request, and the code.
pub(super) type PlantedFailure = (usize, String);

/// Carries out a request's commands, or judges them in test mode.
pub(super) fn respond(
    org: &mut SandboxOrganization,
    rules: &CurrentRules,
    body: &[u8],
    test: bool,
    planted: &[PlantedFailure],
) -> SandboxResponse {
    let commands = match commands(body) {
        Ok(commands) => commands,
        Err(refusal) => return refusal.into(),
    };
    let mut response = ActionResponse::default();
    let mut request = RequestState::new(rules, test);
    let mut forecasts = Vec::new();
    for (index, command) in commands.iter().enumerate() {
        if let Some((_, code)) = planted.iter().find(|(planted, _)| *planted == index) {
            record_planted(&mut response, index, command, code);
            continue;
        }
        let outcome = match command_reader::read(command) {
            Ok(command) if org.copy.is_some() && !test => {
                let (outcome, forecast) = foretold(org, &mut request, index, &command);
                forecasts.push(forecast);
                outcome
            }
            Ok(command) => steps::command(org, &mut request, &command),
            Err(fault) => StepOutcome { errors: vec![(fault.step, fault.refusal)], ..StepOutcome::default() },
        };
        record(&mut response, index, command, outcome);
    }
    conclude(&mut response, commands.len(), test);
    SandboxResponse::json(200, &ForetoldResponse { response, forecasts })
}

/// Carries out a command on a copy, with what its outcome rests on.
fn foretold(
    org: &mut SandboxOrganization,
    request: &mut RequestState<'_>,
    index: usize,
    command: &RequestedCommand,
) -> (StepOutcome, CommandForecast) {
    let forecast = forecast_before(org, index, command);
    let groups = org.groups.next_number();
    let outcome = steps::command(org, request, command);
    org.inherit(&forecast, command, groups);
    (outcome, forecast)
}

/// The response of a copy also says what its outcomes rest on.
#[derive(Serialize)]
struct ForetoldResponse {
    #[serde(flatten)]
    response: ActionResponse,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    forecasts: Vec<CommandForecast>,
}

fn commands(body: &[u8]) -> Result<Vec<JsonNode>, Refusal> {
    let malformed = |message: String| Refusal { code: error_code::COMMAND_MALFORMED, message };
    let commands: Vec<JsonNode> = serde_json::from_slice(body)
        .map_err(|error| malformed(format!("The body is not a JSON array of commands: {error}")))?;
    match commands.len() {
        0 => Err(malformed("The array of commands is empty".into())),
        count if count > limits::COMMANDS_PER_REQUEST => Err(malformed(format!(
            "{count} commands in one request, at most {}",
            limits::COMMANDS_PER_REQUEST
        ))),
        _ => Ok(commands),
    }
}

/// The requestID and the subject of a command, as far as they are strings.
fn labels(command: &JsonNode) -> (Option<String>, Option<String>) {
    let label = |key: &str| command.get(key).and_then(JsonNode::as_str).map(str::to_owned);
    (label("requestID"), label("user").or_else(|| label("usergroup")))
}

fn record_planted(response: &mut ActionResponse, index: usize, command: &JsonNode, code: &str) {
    let (request_id, user) = labels(command);
    response.not_completed += 1;
    response.errors.push(CommandError {
        index,
        step: Some(0),
        error_code: code.to_owned(),
        message: "This failure was requested".to_owned(),
        request_id,
        user,
    });
}

fn record(response: &mut ActionResponse, index: usize, command: &JsonNode, outcome: StepOutcome) {
    let (request_id, user) = labels(command);
    response.not_completed += usize::from(!outcome.errors.is_empty());
    response.errors.extend(outcome.errors.into_iter().map(|(step, refusal)| CommandError {
        index,
        step: Some(step),
        error_code: refusal.code.to_owned(),
        message: refusal.message,
        request_id: request_id.clone(),
        user: user.clone(),
    }));
    response.warnings.extend(outcome.warnings.into_iter().map(|(step, refusal)| CommandWarning {
        index,
        step: Some(step),
        warning_code: refusal.code.to_owned(),
        message: refusal.message,
        request_id: request_id.clone(),
        user: user.clone(),
    }));
}

fn conclude(response: &mut ActionResponse, commands: usize, test: bool) {
    let done = commands - response.not_completed;
    if test {
        response.completed_in_test_mode = done;
    } else {
        response.completed = done;
    }
    let result = match (done, response.not_completed) {
        (_, 0) => SUCCESS,
        (0, _) => "error",
        _ => "partial",
    };
    result.clone_into(&mut response.result);
}
