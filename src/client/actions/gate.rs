//! The one gate that every change passes, whoever requests it. Mode, local checks and hooks apply here only.

use super::checked_command::CheckedCommand;
use super::draft::DraftCommand;
use super::local_checks;
use crate::client::api_call::{ApiCall, FailedCall, RequestBody};
use crate::client::connection::Client;
use crate::client::hooks::{ActionRequest, RecalledOutcome, RecalledResponse, Resolution};
use crate::client::http::target::{RequestNature, RequestTarget};
use crate::client::http::transport::HttpResponse;
use crate::client::outcome::{CommandOutcome, Evidence};
use crate::client::request::ApiResponse;
use crate::client::sent_command::{CommandContent, SentCommand};
use crate::client::settings::Mode;
use crate::error::{CommandFailure, Error, ErrorKind, Result};
use crate::wire::command::{Command, subject_of};
use crate::wire::endpoint::EndpointId;
use crate::wire::error_code;
use crate::wire::fault::CommandFault;
use crate::wire::limits;
use crate::wire::validate;
use bytes::Bytes;
use serde_json::Value;
use std::sync::Arc;

/// A request that may be sent, and the change that is reported to the hooks.
pub(crate) struct AdmittedRequest {
    pub(crate) call: ApiCall,
    pub(crate) change: Option<ActionRequest>,
}

impl Client {
    /// Admits a request as its caller wrote it.
    ///
    /// # Errors
    /// `test_mode` for a write that cannot be rehearsed, `invalid` when a local check refuses a command.
    pub(crate) fn admit(&self, mut target: RequestTarget, body: Option<Value>) -> Result<AdmittedRequest> {
        let mode = self.mode_of(&mut target)?;
        let is_action = target.nature() == RequestNature::Action;
        if is_action && self.shared.settings.checks {
            check_list(body.as_ref())?;
        } else if is_action {
            check_visible_names(body.as_ref())?;
        }
        // The body is one unreadable command if it is not a list, so that guards see it.
        let list = match body.as_ref().filter(|_| is_action) {
            Some(Value::Array(list)) => list.as_slice(),
            Some(other) => std::slice::from_ref(other),
            None => &[],
        };
        let sent = |(index, command): (usize, &Value)| SentCommand {
            index,
            piece: 0,
            pieces: 1,
            content: Arc::new(CommandContent::raw(command.clone())),
        };
        let commands: Vec<_> = list.iter().enumerate().map(sent).collect();
        let repeatable = !commands.is_empty() && commands.iter().all(repeatable);
        let bytes = body.as_ref().map(|body| Bytes::from(body.to_string()));
        let mut admitted = self.admitted(target, mode, bytes, commands, repeatable);
        if let Some(change) = admitted.change.as_mut().filter(|_| !is_action) {
            change.body = body;
        }
        Ok(admitted)
    }

    /// Admits commands of a list that were checked before; `repeatable` says whether all of them may be repeated. The
    /// hooks see the commands of the list; `drafted` goes over the wire, where lists of groups stand for some of them.
    pub(crate) fn admit_commands(
        &self,
        list: u64,
        commands: Vec<SentCommand>,
        drafted: &[DraftCommand],
        repeatable: bool,
    ) -> Result<AdmittedRequest> {
        let mut target = self.action_target();
        let mode = self.mode_of(&mut target)?;
        let body = serde_json::to_vec(drafted).map_err(|error| Error::usage(error.to_string()))?;
        let mut admitted = self.admitted(target, mode, Some(Bytes::from(body)), commands, repeatable);
        if let Some(change) = &mut admitted.change {
            change.list = list;
        }
        Ok(admitted)
    }

    fn admitted(
        &self,
        target: RequestTarget,
        mode: Mode,
        body: Option<Bytes>,
        commands: Vec<SentCommand>,
        repeatable: bool,
    ) -> AdmittedRequest {
        let writes = target.nature() != RequestNature::Read;
        let mut call = self.call_to(target);
        call.change = writes && mode == Mode::Live;
        call.repeatable = repeatable || !call.change;
        call.body = body.map(RequestBody::Json);
        let (label, request_id) = (call.target.label(), call.request_id.clone());
        let change =
            writes.then_some(ActionRequest { call: label, request_id, mode, list: 0, commands, body: None });
        AdmittedRequest { call, change }
    }

    /// The target of lists of commands.
    pub(crate) fn action_target(&self) -> RequestTarget {
        let organization = self.shared.settings.organization.as_str();
        RequestTarget::of(EndpointId::Action, &[("organization", organization)], "")
    }

    /// The mode in which a request is sent, which its query then says. A query may ask for a rehearsal in live mode;
    /// one that asks for real changes in test mode is refused.
    fn mode_of(&self, target: &mut RequestTarget) -> Result<Mode> {
        let mode = self.mode();
        if target.nature() == RequestNature::Read {
            return Ok(mode);
        }
        let asked = target.asks_for_rehearsal()?;
        if target.nature() == RequestNature::Write {
            check_write(target, mode, asked)?;
        }
        let mode = match (mode, asked) {
            (Mode::Test, Some(false)) => {
                let message = "the query asks for real changes, but the run is in test mode";
                return Err(ErrorKind::TestMode { message: message.to_owned() }.into());
            }
            (Mode::Test, _) | (Mode::Live, Some(true)) => Mode::Test,
            (Mode::Live, _) => Mode::Live,
        };
        target.set_rehearsal(mode == Mode::Test);
        Ok(mode)
    }

    /// What the run knows about the person of a command, before it is sent.
    pub(crate) fn resolve(&self, command: &Command, is_unknown: bool) -> Resolution {
        let known = self.hooks().iter().find_map(|hook| hook.resolve(command, is_unknown));
        known.unwrap_or(Resolution::Send(Evidence::Service))
    }

    /// Whether the run knows that the e-mail of a command's person belongs to one account only.
    pub(crate) fn is_only_account(&self, command: &Command) -> bool {
        self.hooks().iter().any(|hook| hook.is_only_account(command))
    }

    /// Checks and splits a command once.
    pub(crate) fn checked(&self, command: impl Into<Arc<Command>>) -> CheckedCommand {
        CheckedCommand::new(command.into(), self.shared.settings.checks)
    }

    /// Sends an admitted request until it gets a 2xx response; returns it with the number of exchanges.
    pub(crate) async fn send_admitted(
        &self,
        admitted: &AdmittedRequest,
    ) -> Result<(ApiResponse, u32), FailedCall> {
        self.before(admitted.change.as_ref())?;
        let result = self.exchange_until_answered(admitted).await;
        match &result {
            Ok((response, _)) => self.after(admitted.change.as_ref(), Ok(response)),
            Err(failed) => self.after(admitted.change.as_ref(), Err(&failed.clone().into_error())),
        }
        result
    }

    /// As [`Client::send_admitted`], without the hooks.
    pub(crate) async fn exchange_until_answered(
        &self,
        admitted: &AdmittedRequest,
    ) -> Result<(ApiResponse, u32), FailedCall> {
        let call = &admitted.call;
        let is_action = call.target.nature() == RequestNature::Action;
        self.perform(call, admitted.change.as_ref(), |response| match parse_response(call, response) {
            parsed if is_action && !parsed.body.is_object() => Err("it is not a JSON object".to_owned()),
            parsed => Ok(parsed),
        })
        .await
    }

    /// Sends once and returns the response, whatever its status.
    pub(crate) async fn exchange_once(
        &self,
        admitted: &AdmittedRequest,
    ) -> Result<(ApiResponse, u32), FailedCall> {
        let response = self.once(&admitted.call, admitted.change.as_ref()).await?;
        Ok((parse_response(&admitted.call, &response), 1))
    }

    /// The response that an earlier run got to a request sent as its caller wrote it.
    pub(crate) fn recall_response(&self, admitted: &AdmittedRequest) -> Option<RecalledResponse> {
        let change = admitted.change.as_ref()?;
        self.hooks().iter().filter(|hook| hook.can_recall()).find_map(|hook| hook.recall_response(change))
    }

    /// What an earlier run already did for a command.
    pub(crate) fn recall(&self, mode: Mode, command: &CommandContent) -> Option<RecalledOutcome> {
        let hooks = self.hooks();
        let mut remembering = hooks.iter().filter(|hook| hook.can_recall());
        remembering.find_map(|hook| hook.recall(mode, command))
    }

    /// Reports the outcome of each command of a request to the hooks.
    pub(crate) fn notify_settled(&self, admitted: &AdmittedRequest, outcomes: &[CommandOutcome]) {
        if let Some(request) = &admitted.change {
            self.hooks().iter().for_each(|hook| hook.settled(request, outcomes));
        }
    }

    /// Reports the outcome of a command that was read back later than the rest of its request.
    pub(crate) fn notify_verified(&self, request: &ActionRequest, place: usize, outcome: &CommandOutcome) {
        self.hooks().iter().for_each(|hook| hook.verified(request, place, outcome));
    }

    /// Asks the hooks. If one refuses, those asked before it are notified that the request was not sent.
    pub(crate) fn before(&self, change: Option<&ActionRequest>) -> Result<()> {
        let Some(request) = change else { return Ok(()) };
        let hooks = self.hooks();
        for (place, hook) in hooks.iter().enumerate() {
            if let Err(error) = hook.before(request) {
                hooks[..place].iter().for_each(|earlier| earlier.after(request, Err(&error)));
                return Err(error);
            }
        }
        Ok(())
    }

    pub(crate) fn after(&self, change: Option<&ActionRequest>, response: Result<&ApiResponse, &Error>) {
        if let Some(request) = change {
            self.hooks().iter().for_each(|hook| hook.after(request, response));
        }
    }
}

fn repeatable(sent: &SentCommand) -> bool {
    sent.content.command().is_some_and(Command::is_repeatable)
}

/// The response as callers see it.
fn parse_response(call: &ApiCall, response: &HttpResponse) -> ApiResponse {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let headers = response.headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes())));
    let body = match serde_json::from_slice(&response.body) {
        Ok(body) => body,
        Err(_) if response.body.is_empty() => Value::Null,
        Err(_) => Value::String(text(&response.body)),
    };
    let request_id = call.request_id.clone();
    ApiResponse { status: response.status, headers: headers.collect(), body, request_id }
}

/// Checks that a write that cannot be rehearsed is not meant to be.
fn check_write(target: &RequestTarget, mode: Mode, asked: Option<bool>) -> Result<()> {
    let label = target.label();
    if mode == Mode::Test {
        let message = format!("`{label}` cannot be rehearsed, so it is refused in test mode");
        return Err(ErrorKind::TestMode { message }.into());
    }
    if asked == Some(true) {
        return Err(Error::usage_with_hint(
            format!("`{label}` cannot be rehearsed, although its query asks for that"),
            "Leave `testOnly` out to make the change.",
        ));
    }
    Ok(())
}

/// Checks a list of commands as a caller wrote it.
fn check_list(body: Option<&Value>) -> Result<()> {
    let malformed = |message: String| {
        let fault = CommandFault { step: 0, code: error_code::COMMAND_MALFORMED, message };
        Err(ErrorKind::Invalid(vec![CommandFailure::local(0, "the request", &fault)]).into())
    };
    let Some(list) = body.and_then(Value::as_array) else {
        return malformed("the body must be a list of commands".to_owned());
    };
    if list.is_empty() || list.len() > limits::COMMANDS_PER_REQUEST {
        let most = limits::COMMANDS_PER_REQUEST;
        return malformed(format!("{} commands in one request; the limit is 1 to {most}", list.len()));
    }
    let failures: Vec<_> =
        list.iter().enumerate().filter_map(|(index, command)| failure(index, command)).collect();
    if failures.is_empty() { Ok(()) } else { Err(ErrorKind::Invalid(failures).into()) }
}

/// Refuses names with invisible characters, where other local checks are off.
fn check_visible_names(body: Option<&Value>) -> Result<()> {
    let list = body.and_then(Value::as_array).into_iter().flatten().enumerate();
    let failures: Vec<_> = list
        .filter_map(|(index, command)| {
            Some(local_failure(index, command, &validate::visible_names(command).err()?))
        })
        .collect();
    if failures.is_empty() { Ok(()) } else { Err(ErrorKind::Invalid(failures).into()) }
}

fn failure(index: usize, command: &Value) -> Option<CommandFailure> {
    Some(local_failure(index, command, &local_checks::check(command).err()?))
}

fn local_failure(index: usize, command: &Value, fault: &CommandFault) -> CommandFailure {
    CommandFailure::local(index, subject_of(command).unwrap_or("(no user)"), fault)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_list_is_checked_as_a_whole_and_by_command() {
        let add = |user: &str| json!({"user": user, "do": [{"add": {"group": ["X"]}}]});
        assert!(check_list(Some(&json!([add("a@example.com")]))).is_ok());
        for body in [json!({}), json!([]), Value::Array(vec![add("a@example.com"); 11])] {
            let error = check_list(Some(&body)).unwrap_err();
            assert_eq!(error.code(), Some(error_code::COMMAND_MALFORMED), "{body}");
        }
        let error = check_list(Some(&json!([add("a@example.com"), add("nobody"), {}]))).unwrap_err();
        let found: Vec<_> =
            error.failures().iter().map(|failure| (failure.index, failure.target.as_str())).collect();
        assert_eq!(found, [(1, "nobody"), (2, "(no user)")]);
    }
}
