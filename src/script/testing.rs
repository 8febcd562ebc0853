//! For tests of functions: an engine over a session that has no service, and a console that remembers.

use super::engine;
use crate::client::settings::{Mode, VerifyPolicy};
use crate::error::{Error, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::console::HostConsole;
use crate::host::interrupt::Interrupt;
use crate::host::session::{Session, SessionSetup};
use crate::values::json;
use rhai::{Dynamic, EvalAltResult};
use serde_json::Value;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// A session without a service.
#[derive(Default)]
pub(super) struct Bench {
    /// What `args()` answers.
    pub(super) arguments: Vec<String>,
    /// What a person answers to questions, in order; without any there is no terminal.
    pub(super) answers: Vec<&'static str>,
    /// The environment variables no script may read.
    pub(super) secret_variables: Vec<&'static str>,
    /// Ctrl-C.
    pub(super) interrupt: Interrupt,
}

/// How a script went.
pub(super) struct Run {
    /// What it came to.
    pub(super) result: RhaiResultOf<Dynamic>,
    /// What went to the console: each line with its way before it (`print`, `show`, `message`, `warn`, `ask`).
    pub(super) lines: Vec<String>,
}

impl Bench {
    /// Runs a script.
    pub(super) fn run(&self, code: &str) -> Run {
        let answers = self.answers.iter().rev().copied().collect();
        let console = Rc::new(Recorder { lines: RefCell::default(), answers: RefCell::new(answers) });
        let session = Session::new(SessionSetup {
            connect: Box::new(|_| Err(Error::config("there is no service", "This is a test."))),
            profile: "test".to_owned(),
            organization: None,
            mode: Mode::Test,
            arguments: self.arguments.clone(),
            secret_variables: self.secret_variables.clone(),
            console: console.clone(),
            observer: Arc::new(()),
            interrupt: self.interrupt.clone(),
            hooks: Box::new(|_| Vec::new()),
            verify: VerifyPolicy::Never,
        });
        let result = engine::build(&Rc::new(session)).eval(code);
        Run { result, lines: console.lines.take() }
    }

    /// The value of a script, as JSON.
    pub(super) fn value(&self, code: &str) -> Value {
        let result = self.run(code).result;
        json::json_of(&result.unwrap_or_else(|error| panic!("{code}: {error}"))).unwrap()
    }

    /// What a script prints or otherwise tells.
    pub(super) fn lines(&self, code: &str) -> Vec<String> {
        let Run { result, lines } = self.run(code);
        assert!(result.is_ok(), "{code}: {result:?}");
        lines
    }

    /// A key of the error that a script throws, as text.
    pub(super) fn thrown(&self, code: &str, key: &str) -> String {
        let error = *self.run(code).result.unwrap_err();
        let EvalAltResult::ErrorRuntime(value, _) = error else { panic!("{code}: {error}") };
        let map = value.try_cast::<rhai::Map>().unwrap();
        map.get(key).map(ToString::to_string).unwrap_or_default()
    }

    /// The message of the error that a script throws.
    pub(super) fn error(&self, code: &str) -> String {
        self.thrown(code, "error")
    }
}

struct Recorder {
    lines: RefCell<Vec<String>>,
    answers: RefCell<Vec<&'static str>>,
}

impl Recorder {
    fn record(&self, way: &str, line: &str) {
        self.lines.borrow_mut().push(format!("{way}: {line}"));
    }
}

impl HostConsole for Recorder {
    fn print(&self, line: &str) {
        self.record("print", line);
    }

    fn show(&self, value: &Value) {
        self.record("show", &value.to_string());
    }

    fn message(&self, line: &str) {
        self.record("message", line);
    }

    fn note(&self, line: &str) {
        self.record("note", line);
    }

    fn warn(&self, line: &str) {
        self.record("warn", line);
    }

    fn is_lost(&self) -> bool {
        false
    }

    fn ask(&self, question: &str) -> Result<String> {
        self.record("ask", question);
        let answer = self.answers.borrow_mut().pop();
        answer.map(str::to_owned).ok_or_else(|| Error::usage("there is no terminal"))
    }
}
