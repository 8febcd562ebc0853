//! The error that ended a script, read from Rhai's nested errors: its cause, its position, and the calls that led to
//! it.

use super::error_words;
use super::hints::hint_for;
use crate::host::memory::MemoryLimit;
use crate::host::thrown::{ScriptEnd, map_of};
use crate::language::message::ErrorTopic;
use crate::language::place::ScriptPlace;
use rhai::{Dynamic, EvalAltResult, Map};
use std::fmt;

/// Why a script ended early.
#[derive(Debug)]
pub enum ScriptEnding {
    /// It was stopped by `exit`, by the operator or by a closed pipe.
    Ended(ScriptEnd),
    /// An error was not caught.
    Failed(Box<ScriptError>),
}

/// An error that was not caught.
#[derive(Debug, Default)]
pub struct ScriptError {
    /// One of `ErrorKind::NAMES`.
    pub kind: String,
    /// What happened, in one sentence.
    pub message: String,
    /// What to do next, if the error alone shows it; see [`ScriptError::hint_in`].
    pub hint: Option<String>,
    /// The topic, for hints that need the text of the script.
    pub topic: ErrorTopic,
    /// The service's request id, for Adobe's support.
    pub request_id: Option<String>,
    /// The errors that caused this one, the nearest first.
    pub causes: Vec<String>,
    /// The rejected commands, one per line.
    pub refused: Vec<String>,
    /// Where it happened.
    pub place: ScriptPlace,
    /// Where it was thrown first, if a script caught it and threw it again.
    pub first: Option<ScriptPlace>,
    /// The calls that led there, the innermost first.
    pub calls: Vec<CallFrame>,
}

/// A call in progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallFrame {
    /// What was called.
    pub callee: Callee,
    /// Where it was called.
    pub place: ScriptPlace,
}

/// The target of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Callee {
    /// A function by its name.
    Function(String),
    /// A closure, with the function it was passed to, if any.
    Closure(Option<String>),
    /// A module, by `import`.
    Module(String),
}

impl fmt::Display for Callee {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Function(name) => write!(formatter, "`{name}`"),
            Self::Closure(Some(name)) => write!(formatter, "a closure passed to `{name}`"),
            Self::Closure(None) => formatter.write_str("a closure"),
            Self::Module(name) => write!(formatter, "the module {name}"),
        }
    }
}

impl ScriptEnding {
    /// Reads the error that ended a script.
    pub fn of(error: EvalAltResult) -> Self {
        let mut failure = ScriptError::default();
        let (cause, evaluated_at) = unwrap(error, &mut failure);
        match of_memory(cause) {
            EvalAltResult::ErrorTerminated(token, _) => {
                Self::Ended(token.try_cast().unwrap_or(ScriptEnd::Exit(0)))
            }
            EvalAltResult::Exit(_, _) => Self::Ended(ScriptEnd::Exit(0)),
            cause => {
                failure.describe(cause);
                failure.place = evaluated_at.unwrap_or(failure.place);
                Self::Failed(Box::new(failure))
            }
        }
    }
}

/// The end of a script that used too much memory, as the error that it is.
fn of_memory(cause: EvalAltResult) -> EvalAltResult {
    match cause {
        EvalAltResult::ErrorTerminated(token, position) if token.is::<MemoryLimit>() => {
            let limit = token.cast::<MemoryLimit>();
            EvalAltResult::ErrorRuntime(map_of(&limit.error(), position).into(), position)
        }
        other => other,
    }
}

/// Unwraps the calls and modules around the cause and records each. A position inside a string passed to `eval` is not
/// a position in a file: that of the `eval` replaces it, and is also returned if the cause is there.
fn unwrap(error: EvalAltResult, failure: &mut ScriptError) -> (EvalAltResult, Option<ScriptPlace>) {
    let mut error = error;
    let mut evaluated_at = None;
    loop {
        let (callee, source, inner, position) = match error {
            EvalAltResult::ErrorInFunctionCall(function, source, inner, position) => {
                (Callee::of(function), source, inner, position)
            }
            EvalAltResult::ErrorInModule(path, inner, position) => {
                (Callee::Module(path.clone()), path, inner, position)
            }
            cause => {
                failure.calls.reverse();
                return (cause, evaluated_at);
            }
        };
        let place = evaluated_at.take();
        let place: ScriptPlace =
            place.unwrap_or_else(|| ScriptPlace::new(failure.place.source.clone(), position));
        if matches!(&callee, Callee::Function(name) if name == "eval") {
            evaluated_at = Some(place.clone());
        }
        failure.place.source = Some(source).filter(|source| !source.is_empty());
        failure.record(CallFrame { callee, place });
        error = *inner;
    }
}

impl Callee {
    fn of(name: String) -> Self {
        if name.starts_with("anon$") { Self::Closure(None) } else { Self::Function(name) }
    }
}

impl ScriptError {
    /// What to do next; `text` is that of the file at [`ScriptError::place`].
    pub fn hint_in(&self, text: Option<&str>) -> Option<String> {
        let advice = text.and_then(|text| hint_for(&self.topic, &self.place, text));
        advice.or_else(|| self.hint.clone())
    }

    /// Records a call; a closure inside one of Rhai's functions is one call, not two at the same position.
    fn record(&mut self, call: CallFrame) {
        if let (Callee::Closure(None), Some(last)) = (&call.callee, self.calls.last_mut())
            && last.place.is_same_spot(&call.place)
            && let Callee::Function(name) = &last.callee
        {
            last.callee = Callee::Closure(Some(name.clone()));
            return;
        }
        self.calls.push(call);
    }

    fn describe(&mut self, mut cause: EvalAltResult) {
        let position = cause.take_position();
        self.place = ScriptPlace::new(self.place.source.take(), position);
        match cause {
            EvalAltResult::ErrorRuntime(value, _) => self.thrown(&value),
            other => {
                let wording = error_words::describe(&other);
                "script".clone_into(&mut self.kind);
                self.message = wording.message;
                self.hint = wording.hint;
                self.topic = wording.topic;
            }
        }
    }

    /// Reads a thrown value: one of our maps, or any other value.
    fn thrown(&mut self, value: &Dynamic) {
        let Some(map) = value.read_lock::<Map>().filter(|map| map.contains_key("message")) else {
            "script".clone_into(&mut self.kind);
            self.message = error_words::describe_thrown(value);
            return;
        };
        let text = |key: &str| map.get(key).filter(|value| !value.is_unit()).map(ToString::to_string);
        self.kind = text("kind").unwrap_or_else(|| "script".to_owned());
        self.message = text("error").or_else(|| text("message")).unwrap_or_default();
        self.hint = text("hint");
        self.request_id = text("request_id");
        let list =
            |key: &str| map.get(key).and_then(|list| list.clone().into_array().ok()).unwrap_or_default();
        self.causes = list("causes").iter().map(ToString::to_string).collect();
        let failures = list("failures");
        self.refused = failures.iter().filter_map(refused).collect();
        self.first = first_place(&map).filter(|first| !first.is_same_spot(&self.place));
    }
}

/// The position in a thrown map.
fn first_place(map: &Map) -> Option<ScriptPlace> {
    let number = |key: &str| map.get(key).and_then(|value| usize::try_from(value.as_int().ok()?).ok());
    let source = map.get("source").filter(|source| source.is_string()).map(ToString::to_string);
    Some(ScriptPlace { source, line: Some(number("line")?), column: number("position") })
}

fn refused(failure: &Dynamic) -> Option<String> {
    let failure = failure.read_lock::<Map>()?;
    let text = |key: &str| failure.get(key).filter(|value| !value.is_unit()).map(ToString::to_string);
    let source = text("source");
    let text = |key: &str| text(key).unwrap_or_default();
    Some(crate::error::refusal(source.as_deref(), &text("target"), &text("message"), &text("code")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::type_names::{display_name, display_phrase};
    use crate::script::engine::offline;
    use rhai::Engine;

    fn failure(code: &str) -> ScriptError {
        failure_of(&offline::engine(), code)
    }

    fn failure_of(engine: &Engine, code: &str) -> ScriptError {
        match ScriptEnding::of(*engine.run(code).unwrap_err()) {
            ScriptEnding::Failed(failure) => *failure,
            ScriptEnding::Ended(ended) => panic!("{ended:?}"),
        }
    }

    fn calls(failure: &ScriptError) -> Vec<(String, Option<usize>)> {
        failure.calls.iter().map(|call| (call.callee.to_string(), call.place.line)).collect()
    }

    #[test]
    fn the_cause_has_its_place_and_the_calls_that_led_there() {
        let failure = failure("fn inner(x) {\n  throw \"no \" + x\n}\nfn outer() { inner(1) }\n\nouter();");
        assert_eq!((failure.kind.as_str(), failure.message.as_str()), ("script", "no 1"));
        assert_eq!((failure.place.line, failure.place.column), (Some(2), Some(3)));
        assert_eq!(calls(&failure), [("`inner`".to_owned(), Some(4)), ("`outer`".to_owned(), Some(6))]);
    }

    #[test]
    fn a_closure_is_one_call_with_the_function_it_was_given_to() {
        let failure = failure("let list = [1];\nlist.map(|x| x.foo)");
        assert_eq!(failure.message, format!("{} has no field `foo`", display_phrase("i64")));
        assert_eq!(calls(&failure), [("a closure passed to `map`".to_owned(), Some(2))]);
    }

    #[test]
    fn a_string_given_to_eval_has_the_place_of_the_eval() {
        let text = "fn f() {\n  throw \"x\"\n}\n\neval(\"\\n 1 / 0\");";
        let failure = failure(text);
        assert_eq!((failure.place.line, failure.place.column), (Some(5), Some(6)));
        let failure = self::failure(&text.replace("1 / 0", "f()"));
        assert_eq!((failure.place.line, failure.place.column), (Some(2), Some(3)));
        assert_eq!(calls(&failure), [("`f`".to_owned(), Some(5)), ("`eval`".to_owned(), Some(5))]);
    }

    #[test]
    fn a_module_is_a_call_with_the_place_of_its_import() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lib.rhai");
        std::fs::write(&path, "let x = 1;\nthrow \"broken\";").unwrap();
        let path = path.display().to_string();
        let failure = failure(&format!("\nimport \"{path}\" as lib;"));
        assert_eq!((failure.place.source.as_ref(), failure.place.line), (Some(&path), Some(2)));
        assert_eq!(calls(&failure), [(format!("the module {path}"), Some(2))]);
        assert_eq!(failure.calls[0].place.source, None);
    }

    #[test]
    fn a_module_that_is_not_there_is_an_error_of_the_import() {
        let failure = failure("\nimport \"nowhere/x\" as x;");
        assert_eq!((failure.kind.as_str(), failure.place.line), ("file", Some(2)));
        assert_eq!(failure.place.source, None);
    }

    #[test]
    fn an_error_thrown_again_remembers_where_it_came_from() {
        let failure = failure("try {\n  get_user(\"a@example.com\")\n} catch (e) {\n  throw e;\n}");
        assert_eq!((failure.kind.as_str(), failure.place.line), ("config", Some(4)));
        assert_eq!(failure.first, Some(ScriptPlace { source: None, line: Some(2), column: Some(3) }));
    }

    #[test]
    fn every_thrown_value_has_a_message() {
        for (code, message) in [
            ("throw \"text\"", "text"),
            ("throw 42", "the script threw 42"),
            ("throw #{a: 1}", "the script threw {\"a\":1}"),
            ("throw", "the script threw an error without a message"),
            ("throw #{message: \"m\"}", "m"),
        ] {
            let failure = failure(code);
            assert_eq!((failure.message.as_str(), failure.kind.as_str()), (message, "script"), "{code}");
            assert_eq!((failure.place.line, failure.place.column), (Some(1), Some(1)));
            assert_eq!(failure.first, None);
        }
    }

    #[test]
    fn the_text_of_the_script_improves_the_hint() {
        let text = "fn add_user(name) { }\nad_user(1)";
        let failure = failure(text);
        let kind = display_name("i64");
        assert_eq!(failure.message, format!("there is no function `ad_user` that takes ({kind})"));
        assert_eq!(failure.hint_in(Some(text)).as_deref(), Some("Did you mean `add_user`?"));
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
