//! Why a script ended early, read out of Rhai's nested errors: the cause, its place, and the calls that led there.

use super::error::Ended;
use rhai::{Dynamic, EvalAltResult, Map, Position};

/// Why a script ended early.
#[derive(Debug)]
pub enum Ending {
    /// It was told to: by `exit`, by the operator, by a closed pipe.
    Ended(Ended),
    /// Nothing caught an error.
    Failed(Box<Failure>),
}

/// An error that nothing caught.
#[derive(Debug, Default)]
pub struct Failure {
    /// One of `ErrorKind::NAMES`.
    pub kind: String,
    /// What happened, in a sentence.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
    /// The service's request id, for Adobe's support.
    pub request_id: Option<String>,
    /// The commands that were refused, one line each.
    pub refused: Vec<String>,
    /// Where it happened.
    pub place: Place,
    /// The calls that led there, the innermost first.
    pub calls: Vec<Call>,
}

/// A place in a script.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The file, or what stands for one; `None` for the script that was started.
    pub source: Option<String>,
    /// 1-based line; `None` when it is not known.
    pub line: Option<usize>,
    /// 1-based column; `None` when it is not known.
    pub column: Option<usize>,
}

/// A call that was under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The function that was called.
    pub function: String,
    /// Where it was called.
    pub place: Place,
}

impl Ending {
    /// Reads one out of the error that ended a script.
    pub fn of(error: EvalAltResult) -> Self {
        let mut failure = Failure::default();
        let cause = unwrap(error, &mut failure);
        match cause {
            EvalAltResult::ErrorTerminated(token, _) => {
                Self::Ended(token.try_cast().unwrap_or(Ended::Exit(0)))
            }
            EvalAltResult::Exit(_, _) => Self::Ended(Ended::Exit(0)),
            cause => {
                failure.describe(cause);
                Self::Failed(Box::new(failure))
            }
        }
    }
}

/// Takes the calls and modules around the cause off, remembering each.
fn unwrap(error: EvalAltResult, failure: &mut Failure) -> EvalAltResult {
    let mut error = error;
    let mut calls = Vec::new();
    loop {
        match error {
            EvalAltResult::ErrorInFunctionCall(function, source, inner, position) => {
                let place = Place::new(failure.place.source.clone(), position);
                failure.place.source = Some(source).filter(|source| !source.is_empty());
                calls.push(Call { function, place });
                error = *inner;
            }
            EvalAltResult::ErrorInModule(source, inner, _) => {
                failure.place.source = Some(source).filter(|source| !source.is_empty());
                error = *inner;
            }
            cause => {
                calls.reverse();
                failure.calls = calls;
                return cause;
            }
        }
    }
}

impl Place {
    fn new(source: Option<String>, position: Position) -> Self {
        Self { source, line: position.line(), column: position.position() }
    }
}

impl Failure {
    fn describe(&mut self, mut cause: EvalAltResult) {
        let position = cause.take_position();
        self.place = Place::new(self.place.source.take(), position);
        match cause {
            EvalAltResult::ErrorRuntime(value, _) => self.thrown(&value),
            other => {
                "script".clone_into(&mut self.kind);
                self.message = other.to_string();
            }
        }
    }

    /// A map of ours, or whatever the script threw.
    fn thrown(&mut self, value: &Dynamic) {
        let Some(map) = value.read_lock::<Map>().filter(|map| map.contains_key("message")) else {
            "script".clone_into(&mut self.kind);
            self.message = value.to_string();
            return;
        };
        let text = |key: &str| map.get(key).filter(|value| !value.is_unit()).map(ToString::to_string);
        self.kind = text("kind").unwrap_or_else(|| "script".to_owned());
        self.message = text("error").or_else(|| text("message")).unwrap_or_default();
        self.hint = text("hint");
        self.request_id = text("request_id");
        let failures =
            map.get("failures").and_then(|list| list.clone().into_array().ok()).unwrap_or_default();
        self.refused = failures.iter().filter_map(refused).collect();
    }
}

fn refused(failure: &Dynamic) -> Option<String> {
    let failure = failure.read_lock::<Map>()?;
    let text = |key: &str| failure.get(key).map(ToString::to_string).unwrap_or_default();
    Some(format!("{}: {} ({})", text("target"), text("message"), text("code")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhai::Engine;

    fn failure(code: &str) -> Failure {
        let error = Engine::new().eval::<Dynamic>(code).unwrap_err();
        match Ending::of(*error) {
            Ending::Failed(failure) => *failure,
            Ending::Ended(ended) => panic!("{ended:?}"),
        }
    }

    #[test]
    fn the_cause_has_its_place_and_the_calls_that_led_there() {
        let failure = failure("fn inner(x) {\n  throw \"no \" + x\n}\nfn outer() { inner(1) }\n\nouter();");
        assert_eq!((failure.kind.as_str(), failure.message.as_str()), ("script", "no 1"));
        assert_eq!((failure.place.line, failure.place.column), (Some(2), Some(3)));
        let calls: Vec<_> =
            failure.calls.iter().map(|call| (call.function.as_str(), call.place.line)).collect();
        assert_eq!(calls, [("inner", Some(4)), ("outer", Some(6))]);
    }

    #[test]
    fn a_thrown_map_of_ours_keeps_kind_hint_and_request_id() {
        let failure = failure(
            r#"throw #{message: "m", error: "whole m", kind: "commands", hint: "h", request_id: "r",
               failures: [#{target: "a@example.com", message: "no group", code: "error.group.not_found"}]}"#,
        );
        assert_eq!((failure.kind.as_str(), failure.message.as_str()), ("commands", "whole m"));
        assert_eq!((failure.hint.as_deref(), failure.request_id.as_deref()), (Some("h"), Some("r")));
        assert_eq!(failure.refused, ["a@example.com: no group (error.group.not_found)"]);
    }
}
