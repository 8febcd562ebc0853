//! The reference for scripts and the prompt.

use crate::error::{Error, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::session::Session;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::language::catalog::Catalog;
use crate::language::help_text;
use crate::language::help_text::HelpLine;
use rhai::NativeCallContext;
use rhai::plugin::export_module;

/// Help.
#[export_module]
#[expect(
    clippy::missing_errors_doc,
    reason = "help lists the errors that a script can get; one form has none"
)]
pub mod functions {
    /// Lists every function and type of umapish with its summary.
    ///
    /// # Example
    /// ```rhai
    /// help();
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn help(context: NativeCallContext) -> RhaiResultOf<()> {
        let lines = || [help_text::overview(&Catalog::read()), help_text::overview_of_types()].concat();
        session(&context).map(|session| print(&session, &lines())).at(&context)
    }

    /// Shows the signature, description, options, errors and an example of a function.
    ///
    /// For a type (`User`, `Users`, `Group`, `Groups`, `Report`, `Outcome`, `Date`, `Response`) it shows the fields and methods.
    ///
    /// # Errors
    /// `usage` if umapish has no such function; names the nearest.
    ///
    /// # Example
    /// ```rhai
    /// help("get_users");
    /// ```
    #[rhai_fn(name = "help", volatile, return_raw)]
    pub fn help_of(context: NativeCallContext, name: &str) -> RhaiResultOf<()> {
        session(&context).and_then(|session| show(&session, name)).at(&context)
    }
}

fn show(session: &Session, name: &str) -> Result<()> {
    let catalog = Catalog::read();
    let bare = name.trim().trim_end_matches("()");
    let lines = help_text::of_name(&catalog, bare).ok_or_else(|| unknown(&catalog, name))?;
    print(session, &lines);
    Ok(())
}

fn print(session: &Session, lines: &[HelpLine]) {
    for line in lines {
        session.console().print(&line.text);
    }
}

fn unknown(catalog: &Catalog, name: &str) -> Error {
    let hint = match catalog.nearest(name) {
        Some(near) => format!("Did you mean `{near}`? help() lists all functions."),
        None => "help() lists all functions.".to_owned(),
    };
    Error::usage_with_hint(format!("umapish has no function `{name}`"), hint)
}

#[cfg(test)]
mod tests {
    use crate::script::engine::offline::{RecordingConsole, engine_on};
    use rhai::Map;
    use std::rc::Rc;

    #[test]
    fn help_is_printed() {
        let paper = Rc::new(RecordingConsole::default());
        engine_on(paper.clone()).run("help(\"get_user\"); help()").unwrap();
        let lines = paper.lines();
        assert_eq!(lines[0], "get_user(email: string) -> User");
        assert!(lines.contains(&"Sign-in and session".to_owned()));
    }

    #[test]
    fn a_type_has_help_and_a_function_of_its_name_comes_first_in_small_letters() {
        for (name, first) in
            [("User", "User"), ("user", "User"), ("Date", "Date"), ("date", "date(text: string) -> Date")]
        {
            let paper = Rc::new(RecordingConsole::default());
            engine_on(paper.clone()).run(&format!("help(\"{name}\")")).unwrap();
            assert_eq!(paper.lines()[0], first, "{name}");
        }
    }

    #[test]
    fn an_unknown_name_suggests_one() {
        let code = "let caught; try { help(\"get_usr\") } catch (e) { caught = e } caught";
        let caught: Map = engine_on(Rc::new(RecordingConsole::default())).eval(code).unwrap();
        assert_eq!(caught["message"].to_string(), "umapish has no function `get_usr`");
        assert_eq!(caught["hint"].to_string(), "Did you mean `get_user`? help() lists all functions.");
    }
}
