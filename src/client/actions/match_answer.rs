//! Matches a response with the commands of its request. Pure.

use crate::client::actions::piece_verdict::{PieceRefusal, PieceVerdict};
use crate::client::outcome::{Evidence, StepError, Warning};
use crate::client::settings::Mode;
use crate::secret::mask;
use crate::wire::response::{ActionResponse, CommandError};
use std::collections::HashSet;

/// The values of `result` for a request that was understood (contract 3.5).
const RESULTS: [&str; 3] = ["success", "partial", "error"];

/// The outcome of one command of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MatchedOutcome {
    pub(crate) verdict: PieceVerdict,
    pub(crate) warnings: Vec<Warning>,
    /// What the outcome rests on, where that is known.
    pub(crate) evidence: Option<Evidence>,
}

/// The outcome of each of the `count` commands of a request. If the response contradicts itself or the mode,
/// none of them counts as done: a command without an error is unknown.
pub(crate) fn match_outcomes(response: &ActionResponse, count: usize, mode: Mode) -> Vec<MatchedOutcome> {
    let contradiction = find_contradiction(response, count, mode);
    (0..count)
        .map(|index| {
            let verdict = match (refusal(response, index), &contradiction) {
                (Some(refusal), _) => PieceVerdict::Refused(refusal),
                (None, Some(contradiction)) => PieceVerdict::Unknown(contradiction.clone()),
                (None, None) => PieceVerdict::Done,
            };
            MatchedOutcome { verdict, warnings: warnings(response, index), evidence: None }
        })
        .collect()
}

/// The code with which a whole request was refused, although its HTTP status says success.
pub(crate) fn request_refusal(response: &ActionResponse) -> Option<&str> {
    let counts = response.completed + response.not_completed + response.completed_in_test_mode;
    let known = RESULTS.contains(&response.result.as_str());
    (!known && counts == 0 && response.errors.is_empty()).then_some(response.result.as_str())
}

/// All errors of a command, in the order of its steps: later steps run even after one failed (contract 7.1).
fn refusal(response: &ActionResponse, index: usize) -> Option<PieceRefusal> {
    let mut errors: Vec<_> = response.errors.iter().filter(|error| error.index == index).collect();
    errors.sort_by_key(|error| error.step);
    PieceRefusal::new(errors.into_iter().map(step_error).collect())
}

fn step_error(error: &CommandError) -> StepError {
    StepError { step: error.step, code: error.error_code.clone(), message: mask(&error.message).into_owned() }
}

fn warnings(response: &ActionResponse, index: usize) -> Vec<Warning> {
    let own = response.warnings.iter().filter(|warning| warning.index == index);
    own.map(|warning| Warning {
        step: warning.step,
        code: warning.warning_code.clone(),
        message: mask(&warning.message).into_owned(),
    })
    .collect()
}

/// Why a response cannot be trusted (contract 7.2: the counts are of commands and must add up).
fn find_contradiction(response: &ActionResponse, count: usize, mode: Mode) -> Option<String> {
    let failed: HashSet<_> = response.errors.iter().map(|error| error.index).collect();
    if let Some(index) = failed.iter().find(|index| **index >= count) {
        return Some(format!("the response has an error for command {index}, but {count} were sent"));
    }
    let (done, never) = match mode {
        Mode::Live => (response.completed, response.completed_in_test_mode),
        Mode::Test => (response.completed_in_test_mode, response.completed),
    };
    if never > 0 {
        let other = if mode == Mode::Live { "a rehearsal" } else { "real changes" };
        return Some(format!("the response reports {other}, but the request was in {} mode", mode.as_str()));
    }
    let expected = match (done, response.not_completed) {
        (_, 0) => "success",
        (0, _) => "error",
        _ => "partial",
    };
    if response.result != expected && done + response.not_completed == count {
        return Some(format!(
            "the response's result is `{}`, but its counts say {done} done and {} not done",
            response.result, response.not_completed
        ));
    }
    if done + response.not_completed != count || failed.len() != response.not_completed {
        return Some(format!(
            "the response's counts do not add up: {done} done, {} not done, {} with errors, {count} sent",
            response.not_completed,
            failed.len()
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn verdicts(response: Value, count: usize, mode: Mode) -> Vec<&'static str> {
        let response: ActionResponse = serde_json::from_value(response).unwrap();
        let name = |outcome: MatchedOutcome| match outcome.verdict {
            PieceVerdict::Done => "done",
            PieceVerdict::Refused(_) => "refused",
            PieceVerdict::Unknown(_) => "unknown",
            PieceVerdict::NotSent(_)
            | PieceVerdict::StillMember(_)
            | PieceVerdict::Unverified(_)
            | PieceVerdict::Resend => "other",
        };
        match_outcomes(&response, count, mode).into_iter().map(name).collect()
    }

    fn error(index: usize) -> Value {
        json!({"index": index, "step": 0, "errorCode": "error.group.not_found", "message": "m"})
    }

    #[test]
    fn errors_belong_to_their_commands_and_the_rest_is_done() {
        let response = json!({"result": "partial", "completed": 2, "notCompleted": 1, "errors": [error(1)]});
        assert_eq!(verdicts(response, 3, Mode::Live), ["done", "refused", "done"]);
        let rehearsal =
            json!({"result": "partial", "completedInTestMode": 1, "notCompleted": 1, "errors": [error(0)]});
        assert_eq!(verdicts(rehearsal, 2, Mode::Test), ["refused", "done"]);
    }

    #[test]
    fn every_error_of_a_command_is_kept_in_the_order_of_its_steps() {
        let response: ActionResponse =
            serde_json::from_value(json!({"result": "error", "notCompleted": 1, "errors": [
            {"index": 0, "step": 2, "errorCode": "late"}, {"index": 0, "step": 1, "errorCode": "early"}]}))
            .unwrap();
        let outcome = match_outcomes(&response, 1, Mode::Live).remove(0);
        let PieceVerdict::Refused(refusal) = outcome.verdict else { panic!("{outcome:?}") };
        let errors: Vec<_> = refusal.errors().map(|error| (error.step, error.code.as_str())).collect();
        assert_eq!(errors, [(Some(1), "early"), (Some(2), "late")]);
    }

    #[test]
    fn nothing_is_done_by_a_response_that_contradicts_itself() {
        for (response, mode) in [
            (json!({"result": "success", "completed": 1}), Mode::Live),
            (json!({"result": "success", "completed": 3}), Mode::Live),
            (json!({"result": "success"}), Mode::Live),
            (json!({"result": "partial", "completed": 1, "notCompleted": 1}), Mode::Live),
            (json!({"result": "partial", "completed": 2}), Mode::Live),
            (json!({"result": "error", "completed": 2}), Mode::Live),
            (json!({"result": "error", "completedInTestMode": 2}), Mode::Test),
            (json!({"result": "done", "completed": 2}), Mode::Live),
            (json!({"result": "success", "completed": 2}), Mode::Test),
            (json!({"result": "success", "completedInTestMode": 2}), Mode::Live),
        ] {
            assert_eq!(verdicts(response.clone(), 2, mode), ["unknown", "unknown"], "{response}");
        }
        let outside = json!({"result": "partial", "completed": 1, "notCompleted": 1, "errors": [error(7)]});
        assert_eq!(verdicts(outside, 2, Mode::Live), ["unknown", "unknown"]);
        let short = json!({"result": "error", "completed": 0, "notCompleted": 2, "errors": [error(0)]});
        assert_eq!(verdicts(short, 2, Mode::Live), ["refused", "unknown"]);
    }

    #[test]
    fn warnings_are_kept_and_fail_nothing() {
        let response: ActionResponse =
            serde_json::from_value(json!({"result": "success", "completed": 2, "warnings": [
            {"index": 1, "step": 0, "warningCode": "warning.command.deprecated", "message": "m"}]}))
            .unwrap();
        let outcomes = match_outcomes(&response, 2, Mode::Live);
        assert_eq!(outcomes[1].verdict, PieceVerdict::Done);
        assert_eq!(
            (outcomes[0].warnings.len(), outcomes[1].warnings[0].code.as_str()),
            (0, "warning.command.deprecated")
        );
    }

    #[test]
    fn the_refusal_of_a_whole_request_is_recognized() {
        let refusal = |response: Value| {
            let response: ActionResponse = serde_json::from_value(response).unwrap();
            request_refusal(&response).map(str::to_owned)
        };
        assert_eq!(
            refusal(json!({"result": "error.apikey.invalid"})).as_deref(),
            Some("error.apikey.invalid")
        );
        assert_eq!(refusal(json!({"result": "success", "completed": 1})), None);
        assert_eq!(refusal(json!({"result": "error", "notCompleted": 1, "errors": [error(0)]})), None);
    }
}
