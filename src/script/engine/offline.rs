//! An engine with every function but without a service, for checking scripts.

use crate::client::settings::{Mode, VerifyPolicy};
use crate::error::{Error, Result};
use crate::host::console::HostConsole;
use crate::host::interrupt::Interrupt;
use crate::host::session::{Session, SessionSetup};
use crate::language::catalog::FunctionHelp;
use rhai::Engine;
use serde_json::Value;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// A console that records what is printed and shows nothing.
#[derive(Debug, Default)]
pub struct RecordingConsole(RefCell<Vec<String>>);

impl RecordingConsole {
    /// The lines printed so far.
    pub fn lines(&self) -> Vec<String> {
        self.0.borrow().clone()
    }
}

impl HostConsole for RecordingConsole {
    fn print(&self, line: &str) {
        self.0.borrow_mut().push(line.to_owned());
    }

    fn show(&self, value: &Value) {
        self.print(&value.to_string());
    }

    fn message(&self, _: &str) {}

    fn note(&self, _: &str) {}

    fn warn(&self, _: &str) {}

    fn is_lost(&self) -> bool {
        false
    }

    fn ask(&self, question: &str) -> Result<String> {
        Err(Error::usage(format!("there is no operator to answer `{question}`")))
    }
}

/// The engine.
pub fn engine() -> Engine {
    engine_on(Rc::new(RecordingConsole::default()))
}

/// The engine with the help of its functions.
pub fn documented_engine() -> Engine {
    super::build_with(&session(Rc::new(RecordingConsole::default())), FunctionHelp::Included)
}

/// The engine, printing on `console`.
pub fn engine_on(console: Rc<dyn HostConsole>) -> Engine {
    super::build(&session(console))
}

/// A session without a service, printing on `console`.
pub fn session(console: Rc<dyn HostConsole>) -> Rc<Session> {
    let connect = |_| Err(Error::config("there is no connection", "Run the script instead of checking it."));
    let setup = SessionSetup {
        hooks: Box::new(|_| Vec::new()),
        verify: VerifyPolicy::Never,
        confirms: false,
        connect: Box::new(connect),
        profile: "offline".to_owned(),
        organization: None,
        mode: Mode::Test,
        arguments: Vec::new(),
        secret_variables: Vec::new(),
        console,
        observer: Arc::new(()),
        interrupt: Interrupt::default(),
    };
    Rc::new(Session::new(setup))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhai::Dynamic;

    #[test]
    fn a_call_of_the_service_is_an_error_of_configuration() {
        let code = "let kind; try { get_user(\"a@example.com\") } catch (e) { kind = e.kind } kind";
        assert_eq!(engine().eval::<Dynamic>(code).unwrap().to_string(), "config");
    }
}
