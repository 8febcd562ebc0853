//! Errors as scripts catch them: a map with the documented keys, thrown at the position of the call.

use crate::error::{CommandFailure, Error, ErrorKind, Result};
use crate::host::binding::RhaiResultOf;
use crate::secret::mask;
use rhai::{Array, Dynamic, EvalAltResult, Map, NativeCallContext, Position};

/// Why a script ended without an error. It is the token of an `ErrorTerminated`, which `catch` cannot catch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScriptEnd {
    /// `exit(n)`.
    Exit(u8),
    /// Ctrl-C or SIGTERM.
    Interrupted,
    /// The reader of standard output closed it.
    OutputLost,
}

impl ScriptEnd {
    /// The error that carries it out of the engine.
    pub fn into_error(self) -> Box<EvalAltResult> {
        Box::new(EvalAltResult::ErrorTerminated(Dynamic::from(self), Position::NONE))
    }
}

/// Converts our results to Rhai's, with the position of the call.
pub trait ThrowAt<T> {
    /// The value, or the error thrown at the call's position.
    ///
    /// # Errors
    /// The thrown map; an interruption that no script can catch.
    fn at(self, context: &NativeCallContext) -> RhaiResultOf<T>;
}

impl<T> ThrowAt<T> for Result<T> {
    fn at(self, context: &NativeCallContext) -> RhaiResultOf<T> {
        self.map_err(|error| thrown(&error, context.call_position()))
    }
}

/// The error as Rhai throws it.
pub fn thrown(error: &Error, position: Position) -> Box<EvalAltResult> {
    if matches!(*error.kind, ErrorKind::Interrupted) {
        return ScriptEnd::Interrupted.into_error();
    }
    Box::new(EvalAltResult::ErrorRuntime(map_of(error, position).into(), position))
}

/// The documented keys of a thrown error, with secrets masked. All are present; those that do not apply are `()`.
pub fn map_of(error: &Error, position: Position) -> Map {
    let text = |text: Option<String>| text.map_or(Dynamic::UNIT, |text| masked(&text));
    let number = |number: Option<usize>| {
        number.and_then(|number| i64::try_from(number).ok()).map_or(Dynamic::UNIT, Dynamic::from_int)
    };
    let entries: [(&str, Dynamic); 13] = [
        ("error", masked(&error.to_string())),
        ("kind", error.kind.name().into()),
        ("code", text(error.code().map(str::to_owned))),
        ("status", number(error.status().map(usize::from))),
        ("message", masked(&error.message())),
        ("hint", text(error.hint())),
        ("request_id", text(error.request_id.clone())),
        ("attempts", i64::from(error.attempts).into()),
        ("retryable", error.is_retryable().into()),
        ("failures", error.failures().iter().map(failure).collect::<Array>().into()),
        ("causes", error.causes().iter().map(|cause| masked(cause)).collect::<Array>().into()),
        ("line", number(position.line())),
        ("position", number(position.position())),
    ];
    entries.into_iter().map(|(key, value)| (key.into(), value)).collect()
}

fn masked(text: &str) -> Dynamic {
    mask(text).into_owned().into()
}

fn failure(failure: &CommandFailure) -> Dynamic {
    let number = |number: usize| Dynamic::from_int(i64::try_from(number).unwrap_or(i64::MAX));
    let entries: [(&str, Dynamic); 7] = [
        ("index", number(failure.index)),
        ("target", masked(&failure.target)),
        ("step", failure.step.map_or(Dynamic::UNIT, number)),
        ("code", masked(&failure.code)),
        ("message", masked(&failure.message)),
        ("hint", failure.hint().map_or(Dynamic::UNIT, |hint| masked(&hint))),
        ("source", failure.source.clone().map_or(Dynamic::UNIT, Dynamic::from)),
    ];
    entries.into_iter().map(|(key, value)| (key.into(), value)).collect::<Map>().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhai::Engine;

    fn throwing(error: Error) -> Engine {
        let mut engine = Engine::new();
        engine.register_fn("fail", move |context: NativeCallContext| -> RhaiResultOf<()> {
            Err(error.clone()).at(&context)
        });
        engine
    }

    #[test]
    fn a_script_catches_a_map_with_every_documented_key() {
        let mut error = Error::from(ErrorKind::NotFound {
            status: Some(404),
            code: Some("error.user.not_found".into()),
            message: "User not found x".into(),
        });
        error.request_id = Some("r-1".into());
        let code = "let caught;\ntry { fail() } catch (e) { caught = e }\ncaught";
        let caught: Map = throwing(error).eval(code).unwrap();
        assert_eq!(caught["kind"].to_string(), "not_found");
        assert_eq!(caught["message"].to_string(), "User not found x");
        assert_eq!(caught["status"].as_int(), Ok(404));
        assert_eq!(caught["request_id"].to_string(), "r-1");
        assert_eq!((caught["line"].as_int(), caught["position"].as_int()), (Ok(2), Ok(7)));
        assert!(caught["hint"].to_string().contains("domain"));
    }

    #[test]
    fn an_interrupt_cannot_be_caught() {
        let result = throwing(ErrorKind::Interrupted.into()).eval::<Dynamic>("try { fail() } catch { 1 }");
        let error = result.unwrap_err();
        let EvalAltResult::ErrorTerminated(token, _) = *error else { panic!("{error}") };
        assert_eq!(token.try_cast::<ScriptEnd>(), Some(ScriptEnd::Interrupted));
    }
}
