//! Output for the operator, questions, arguments and environment.

use crate::error::{Error, ErrorKind, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::session::Session;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::secret::mask_password_of_variable;
use crate::values::dynamic::kind_of;
use crate::values::json::json_of;
use rhai::plugin::{Dynamic, export_module};
use rhai::{Array, ImmutableString, NativeCallContext};
use std::env::VarError;

/// Operator and environment.
#[expect(
    clippy::missing_errors_doc,
    reason = "help lists the errors that a script can get; some functions have none"
)]
#[export_module]
pub mod functions {
    /// Writes a message to standard error.
    ///
    /// `print` writes data to standard output.
    ///
    /// # Example
    /// ```rhai
    /// log(`${get_users().len()} users read`);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn log(context: NativeCallContext, value: Dynamic) -> RhaiResultOf<()> {
        let line = display_string(&context, value)?;
        session(&context).map(|session| session.console().message(&line)).at(&context)
    }

    /// Writes a number to standard error. The logarithm is `ln(x)` or `log(x, 10.0)`.
    ///
    /// # Example
    /// ```rhai
    /// log(0.5);
    /// ```
    #[rhai_fn(name = "log", volatile, return_raw)]
    pub fn log_number(context: NativeCallContext, value: f64) -> RhaiResultOf<()> {
        log(context, value.into())
    }

    /// Writes a warning to standard error.
    ///
    /// # Example
    /// ```rhai
    /// warn("two people have no country");
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn warn(context: NativeCallContext, value: Dynamic) -> RhaiResultOf<()> {
        let line = display_string(&context, value)?;
        session(&context).map(|session| session.console().warn(&line)).at(&context)
    }

    /// Shows a value in the format chosen by `-o`: by default a table on a terminal, JSON otherwise.
    ///
    /// A list of records becomes a table with a column for every field.
    ///
    /// # Errors
    /// `usage` for a value that is not data, such as a function.
    ///
    /// # Example
    /// ```rhai
    /// table([#{name: "Designers", members: 7}, #{name: "Editors", members: 3}]);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn table(context: NativeCallContext, value: Dynamic) -> RhaiResultOf<()> {
        session(&context).and_then(|session| show(&session, &value)).at(&context)
    }

    /// Asks the operator a question and returns the answer, trimmed of spaces.
    ///
    /// # Errors
    /// `usage` if there is no terminal, as in a cron job.
    ///
    /// # Example
    /// ```rhai
    /// try {
    ///     print(ask("Which group?"));
    /// } catch (error) {
    ///     print(error.message);
    /// }
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn ask(context: NativeCallContext, question: &str) -> RhaiResultOf<String> {
        session(&context).and_then(|session| ask_operator(&session, question)).at(&context)
    }

    /// Asks the operator a question; a blank answer means the default.
    ///
    /// # Errors
    /// `usage` if there is no terminal; the default is then not used.
    ///
    /// # Example
    /// ```rhai
    /// try {
    ///     print(ask("Which group?", "Designers"));
    /// } catch (error) {
    ///     print(error.message);
    /// }
    /// ```
    #[rhai_fn(name = "ask", volatile, return_raw)]
    pub fn ask_with_default(
        context: NativeCallContext,
        question: &str,
        default: &str,
    ) -> RhaiResultOf<String> {
        session(&context).and_then(|session| ask_with_fallback(&session, question, default)).at(&context)
    }

    /// Asks the operator a yes-or-no question; any answer except `y` and `yes` counts as no.
    ///
    /// With `--yes` the answer is yes without a question, for runs without a terminal.
    ///
    /// # Errors
    /// `usage` if there is no terminal, as in a cron job, unless the operator answered yes in advance.
    ///
    /// # Example
    /// ```rhai
    /// try {
    ///     if confirm("Remove 12 people?") { print("removing"); }
    /// } catch (error) {
    ///     print(error.message);
    /// }
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn confirm(context: NativeCallContext, question: &str) -> RhaiResultOf<bool> {
        session(&context).and_then(|session| ask_to_confirm(&session, question)).at(&context)
    }

    /// Returns the arguments after the script's name, as strings.
    ///
    /// # Example
    /// ```rhai
    /// let file = if args().is_empty() { "people.csv" } else { args()[0] };
    /// print(file);
    /// ```
    #[rhai_fn(name = "args", volatile, return_raw)]
    pub fn arguments(context: NativeCallContext) -> RhaiResultOf<Array> {
        let list = |session: &Session| session.setup().arguments.iter().cloned().map(Dynamic::from).collect();
        session(&context).map(|session| list(&session)).at(&context)
    }

    /// Returns an environment variable, or `()` if it is not set. User and password of a URL in it, as in `HTTPS_PROXY`,
    /// are masked.
    ///
    /// # Errors
    /// `usage` for a variable that holds a secret setting, or whose value is not valid Unicode.
    ///
    /// # Example
    /// ```rhai
    /// if env("TEAM") == () { print("TEAM is not set"); }
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn env(context: NativeCallContext, name: &str) -> RhaiResultOf<Dynamic> {
        let found = session(&context).and_then(|session| variable(&session, name));
        found.map(|text| text.map_or(Dynamic::UNIT, Dynamic::from)).at(&context)
    }

    /// Returns an environment variable, or the default if it is not set.
    ///
    /// # Errors
    /// As `env(name)`.
    ///
    /// # Example
    /// ```rhai
    /// print(env("TEAM", "Designers"));
    /// ```
    #[rhai_fn(name = "env", volatile, return_raw)]
    pub fn env_with_default(
        context: NativeCallContext,
        name: &str,
        default: Dynamic,
    ) -> RhaiResultOf<Dynamic> {
        let found = session(&context).and_then(|session| variable(&session, name));
        found.map(|text| text.map_or(default, Dynamic::from)).at(&context)
    }

    /// Ends the script at once with exit code 0, even if commands failed; it cannot be caught.
    ///
    /// # Example
    /// ```rhai
    /// if get_users().len() > 0 { exit(); }
    /// print("nobody is here");
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn exit(context: NativeCallContext) -> RhaiResultOf<()> {
        Err(session(&context).map(|session| session.end(0)).at(&context)?.into_error())
    }

    /// Ends the script at once with an exit code from 0 to 255; it cannot be caught.
    ///
    /// # Errors
    /// `usage` for any other value.
    ///
    /// # Example
    /// ```rhai
    /// if get_users().len() == 0 { exit(1); }
    /// ```
    #[rhai_fn(name = "exit", volatile, return_raw)]
    pub fn exit_with(context: NativeCallContext, code: Dynamic) -> RhaiResultOf<()> {
        let ended = session(&context).and_then(|session| Ok(session.end(exit_code(&code)?)));
        Err(ended.at(&context)?.into_error())
    }
}

/// The value as `print` shows it.
fn display_string(context: &NativeCallContext, value: Dynamic) -> RhaiResultOf<ImmutableString> {
    context.call_native_fn("to_string", (value,))
}

fn show(session: &Session, value: &Dynamic) -> Result<()> {
    let rows = match value.read_lock::<Array>() {
        Some(list) => {
            let row = |row| session.interrupt().check().and_then(|()| json_of(row));
            list.iter().map(row).collect::<Result<Vec<_>>>()?.into()
        }
        None => json_of(value)?,
    };
    session.console().show(&rows);
    Ok(())
}

fn ask_operator(session: &Session, question: &str) -> Result<String> {
    session.console().ask(question).map(|answer| answer.trim().to_owned())
}

fn ask_with_fallback(session: &Session, question: &str, default: &str) -> Result<String> {
    let answer = ask_operator(session, &format!("{question} [{default}]"))?;
    Ok(if answer.is_empty() { default.to_owned() } else { answer })
}

fn ask_to_confirm(session: &Session, question: &str) -> Result<bool> {
    if session.setup().confirms {
        session.console().message(&format!("{question} yes (--yes)"));
        return Ok(true);
    }
    let answer = ask_operator(session, &format!("{question} [y/N]")).map_err(with_yes)?.to_lowercase();
    Ok(["y", "yes"].contains(&answer.as_str()))
}

/// Where nobody can answer, the operator can do so in advance.
fn with_yes(error: Error) -> Error {
    match &*error.kind {
        ErrorKind::Usage { message, .. } => Error::usage_with_hint(
            message,
            "Start with --yes to answer yes to every confirm() of the script.",
        ),
        _ => error,
    }
}

fn variable(session: &Session, name: &str) -> Result<Option<String>> {
    if session.setup().secret_variables.iter().any(|secret| secret.eq_ignore_ascii_case(name)) {
        return Err(Error::usage_with_hint(
            format!("scripts cannot read `{name}`, because it holds a secret"),
            "umapish signs in automatically; a script needs no credentials.",
        ));
    }
    match std::env::var(name) {
        Ok(text) => Ok(Some(mask_password_of_variable(name, &text).into_owned())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => {
            Err(Error::usage(format!("the variable `{name}` is not valid Unicode")))
        }
    }
}

fn exit_code(code: &Dynamic) -> Result<u8> {
    let number = code.as_int().map_err(|_| format!("not {}", kind_of(code)));
    let number = number.and_then(|number| u8::try_from(number).map_err(|_| format!("not {number}")));
    number.map_err(|not| Error::usage(format!("an exit code is a whole number from 0 to 255, {not}")))
}

#[cfg(test)]
mod tests {
    use crate::host::thrown::ScriptEnd;
    use crate::language::script_error::ScriptEnding;
    use crate::script::testing::ScriptTest;
    use serde_json::json;

    fn ended(code: &str) -> ScriptEnd {
        match ScriptEnding::of(*ScriptTest::default().run(code).result.unwrap_err()) {
            ScriptEnding::Ended(ended) => ended,
            ScriptEnding::Failed(failure) => panic!("{failure:?}"),
        }
    }

    #[test]
    fn output_goes_to_the_right_stream() {
        let code = r#"
            print(["a"]); log([1, "a", date("2026-11-23")]); log(2.5); log("x"); warn('y'); table(#{a: ()})"#;
        let lines = [
            r#"print: ["a"]"#,
            r#"message: [1, "a", 2026-11-23]"#,
            "message: 2.5",
            "message: x",
            "warn: y",
            r#"show: {"a":null}"#,
        ];
        assert_eq!(ScriptTest::default().lines(code), lines);
    }

    #[test]
    fn a_question_is_answered_or_has_its_default() {
        let test = ScriptTest { answers: vec![" blue ", "", "red"], ..ScriptTest::default() };
        let code = r#"[ask("Colour?"), ask("Colour?", "green"), ask("Colour?", "green")]"#;
        assert_eq!(test.value(code), json!(["blue", "green", "red"]));
        assert_eq!(test.lines(r#"ask("Colour?", "green")"#), ["ask: Colour? [green]"]);
    }

    #[test]
    fn only_yes_is_yes() {
        let test = ScriptTest { answers: vec!["y", "YES", "", "n", "yeah"], ..ScriptTest::default() };
        let code = r#"let all = []; for n in 0..5 { all += confirm("Sure?"); } all"#;
        assert_eq!(test.value(code), json!([true, true, false, false, false]));
    }

    #[test]
    fn the_option_yes_answers_only_confirm() {
        let test = ScriptTest { confirms: true, ..ScriptTest::default() };
        assert_eq!(test.value("confirm(\"Sure?\")"), json!(true));
        assert_eq!(test.lines("confirm(\"Sure?\")"), ["message: Sure? yes (--yes)"]);
        assert_eq!(test.thrown("ask(\"Who?\")", "kind"), "usage");
    }

    #[test]
    fn questions_need_a_terminal() {
        for code in ["ask(\"?\")", "ask(\"?\", \"x\")", "confirm(\"?\")"] {
            assert_eq!(ScriptTest::default().thrown(code, "kind"), "usage", "{code}");
        }
    }

    #[test]
    fn arguments_are_texts() {
        let test = ScriptTest { arguments: vec!["people.csv".into(), "5".into()], ..ScriptTest::default() };
        assert_eq!(test.value("args()"), json!(["people.csv", "5"]));
    }

    #[test]
    fn the_environment_is_read_except_secrets() {
        let test = ScriptTest { secret_variables: vec!["UMAPI_CLIENT_SECRET"], ..ScriptTest::default() };
        assert_eq!(test.value(r#"env("CARGO_PKG_NAME")"#), json!(env!("CARGO_PKG_NAME")));
        assert_eq!(
            test.value(r#"[env("UMAPI_NO_SUCH"), env("UMAPI_NO_SUCH", 5), env("a=b", 1)]"#),
            json!([null, 5, 1])
        );
        let code = r#"env("umapi_client_secret", "x")"#;
        assert_eq!(test.error(code), "scripts cannot read `umapi_client_secret`, because it holds a secret");
    }

    #[test]
    fn an_exit_cannot_be_caught() {
        assert_eq!(ended("try { exit(3) } catch { 1 }"), ScriptEnd::Exit(3));
        assert_eq!(ended("fn f() { exit() } f(); 1"), ScriptEnd::Exit(0));
        assert_eq!(ended("try { [1].map(|x| exit(255)) } catch { 1 }"), ScriptEnd::Exit(255));
    }

    #[test]
    fn an_exit_code_is_a_small_number() {
        let test = ScriptTest::default();
        assert_eq!(test.error("exit(256)"), "an exit code is a whole number from 0 to 255, not 256");
        assert_eq!(test.error("exit(\"x\")"), "an exit code is a whole number from 0 to 255, not a string");
        assert_eq!(test.thrown("exit(-1)", "kind"), "usage");
    }
}
