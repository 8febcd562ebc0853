//! The action request: a list of commands in, one response out (contract 3).

use super::duplicate_keys;
use super::refusal::Refusal;
use super::steps;
use crate::sandbox::org::SandboxOrganization;
use crate::sandbox::response::SandboxResponse;
use crate::sandbox::settings::CurrentRules;
use crate::sandbox::steps::StepOutcome;
use crate::wire::command::Command;
use crate::wire::error_code;
use crate::wire::limits;
use crate::wire::response::{ActionResponse, CommandError, CommandWarning, SUCCESS};
use serde_json::Value;

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
    let doubled = duplicate_keys::faults(body);
    let mut response = ActionResponse::default();
    for (index, sent) in commands.iter().enumerate() {
        let outcome = match (planted.iter().find(|(place, _)| *place == index), doubled.get(&index)) {
            (Some((_, code)), _) => {
                plant(&mut response, index, sent, code);
                continue;
            }
            (None, Some((step, refusal))) => failed(*step, refusal.code, &refusal.message),
            (None, None) => run(org, rules, sent, test),
        };
        record(&mut response, index, sent, outcome);
    }
    conclude(&mut response, commands.len(), test);
    SandboxResponse::json(200, &response)
}

fn commands(body: &[u8]) -> Result<Vec<Value>, Refusal> {
    let malformed = |message: String| Refusal { code: error_code::COMMAND_MALFORMED, message };
    let commands: Vec<Value> = serde_json::from_slice(body)
        .map_err(|error| malformed(format!("The body is not a JSON list of commands: {error}")))?;
    match commands.len() {
        0 => Err(malformed("The list of commands is empty".into())),
        count if count > limits::COMMANDS_PER_REQUEST => Err(malformed(format!(
            "{count} commands in one request, at most {}",
            limits::COMMANDS_PER_REQUEST
        ))),
        _ => Ok(commands),
    }
}

fn run(org: &mut SandboxOrganization, rules: &CurrentRules, sent: &Value, test: bool) -> StepOutcome {
    match Command::from_json(sent) {
        Ok(command) => steps::command(org, rules, &command, test),
        Err(fault) => failed(fault.step, fault.code, &fault.message),
    }
}

fn failed(step: usize, code: &'static str, message: &str) -> StepOutcome {
    let refusal = Refusal { code, message: message.to_owned() };
    StepOutcome { errors: vec![(step, refusal)], warnings: Vec::new() }
}

/// The requestID and the subject of a command, as far as they are strings.
fn labels(sent: &Value) -> (Option<String>, Option<String>) {
    let text = |key: &str| sent.get(key).and_then(Value::as_str).map(str::to_owned);
    (text("requestID"), text("user").or_else(|| text("usergroup")))
}

fn plant(response: &mut ActionResponse, index: usize, sent: &Value, code: &str) {
    let (request_id, user) = labels(sent);
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

fn record(response: &mut ActionResponse, index: usize, sent: &Value, outcome: StepOutcome) {
    let (request_id, user) = labels(sent);
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
