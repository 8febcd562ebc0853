//! For tests of functions: an engine with a session without a service, and a console that records its output.

use super::engine;
use crate::client::hooks::{ActionRequest, GateHook};
use crate::client::request::ApiResponse;
use crate::client::settings::{ClientSettings, Credentials, Mode, Pace, VerifyPolicy};
use crate::error::{Error, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::console::HostConsole;
use crate::host::interrupt::Interrupt;
use crate::host::session::{Session, SessionSetup};
use crate::secret::Secret;
use crate::values::json;
use rhai::{Dynamic, EvalAltResult, Scope};
use serde_json::Value;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

/// A session without a service.
#[derive(Default)]
pub(super) struct ScriptTest {
    /// The result of `args()`.
    pub(super) arguments: Vec<String>,
    /// The operator's answers, in order; if empty, there is no terminal.
    pub(super) answers: Vec<&'static str>,
    /// Whether the operator said yes in advance.
    pub(super) confirms: bool,
    /// The environment variables that scripts must not read.
    pub(super) secret_variables: Vec<&'static str>,
    /// Ctrl-C.
    pub(super) interrupt: Interrupt,
}

/// The result of running a script.
pub(super) struct Run {
    /// Its value or error.
    pub(super) result: RhaiResultOf<Dynamic>,
    /// The console output: each line starts with its kind (`print`, `show`, `message`, `warn`, `ask`).
    pub(super) lines: Vec<String>,
}

impl ScriptTest {
    /// Runs a script.
    pub(super) fn run(&self, code: &str) -> Run {
        self.run_with(&mut Scope::new(), code)
    }

    /// Runs a script with these variables.
    pub(super) fn run_with(&self, variables: &mut Scope, code: &str) -> Run {
        let answers = self.answers.iter().rev().copied().collect();
        let console = Rc::new(Recorder { lines: RefCell::default(), answers: RefCell::new(answers) });
        let session = Session::new(self.setup(console.clone()));
        let result = engine::build(&Rc::new(session)).eval_with_scope(variables, code);
        Run { result, lines: console.lines.take() }
    }

    fn setup(&self, console: Rc<Recorder>) -> SessionSetup {
        SessionSetup {
            connect: Box::new(|_| Err(Error::config("there is no service", "This is a test."))),
            profile: "test".to_owned(),
            organization: None,
            mode: Mode::Test,
            arguments: self.arguments.clone(),
            secret_variables: self.secret_variables.clone(),
            console,
            observer: Arc::new(()),
            interrupt: self.interrupt.clone(),
            hooks: Box::new(|_| Vec::new()),
            verify: VerifyPolicy::Never,
            confirms: self.confirms,
        }
    }

    /// The commands that a script tries to send, as JSON without request ids. A hook refuses every request.
    pub(super) fn sent_commands(&self, code: &str) -> Vec<Value> {
        let recorder = Arc::new(CommandRecorder::default());
        let hook = Arc::clone(&recorder);
        let session = Session::new(SessionSetup {
            connect: Box::new(|_| {
                let token = Secret::from("token");
                let credentials = Credentials::Token { client_id: "client".to_owned(), token };
                Ok(ClientSettings { pace: Pace::Off, ..ClientSettings::new("A@AdobeOrg", credentials) })
            }),
            hooks: Box::new(move |_| vec![Arc::clone(&hook) as Arc<dyn GateHook>]),
            ..self.setup(Rc::default())
        });
        drop(engine::build(&Rc::new(session)).eval::<Dynamic>(code));
        recorder.0.lock().map(|commands| commands.clone()).unwrap_or_default()
    }

    /// The value of a script, as JSON.
    pub(super) fn value(&self, code: &str) -> Value {
        let result = self.run(code).result;
        json::json_of(&result.unwrap_or_else(|error| panic!("{code}: {error}"))).unwrap()
    }

    /// The console output of a script.
    pub(super) fn lines(&self, code: &str) -> Vec<String> {
        let Run { result, lines } = self.run(code);
        assert!(result.is_ok(), "{code}: {result:?}");
        lines
    }

    /// A key of the error that a script throws, as a string.
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

/// Records the commands of each request and refuses it.
#[derive(Default)]
struct CommandRecorder(Mutex<Vec<Value>>);

impl GateHook for CommandRecorder {
    fn before(&self, request: &ActionRequest) -> Result<()> {
        let commands = request.commands.iter().map(|command| {
            let mut json = command.content.to_json();
            if let Some(fields) = json.as_object_mut() {
                fields.remove("requestID");
            }
            json
        });
        if let Ok(mut recorded) = self.0.lock() {
            recorded.extend(commands);
        }
        Err(Error::usage("this test sends nothing"))
    }

    fn after(&self, _: &ActionRequest, _: std::result::Result<&ApiResponse, &Error>) {}
}

#[derive(Default)]
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
