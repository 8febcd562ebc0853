//! The options that a script declares.

use crate::error::{Error, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::session::Session;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::language::script_options::arguments::ScriptArguments;
use crate::language::script_options::usage::usage;
use crate::language::script_options::{DeclaredOptions, ScriptOptions, reader};
use crate::values::option_values::OptionValues;
use rhai::plugin::export_module;
use rhai::{Map, NativeCallContext};

/// The exit code for wrong arguments.
const USAGE: u8 = 2;

/// Options of scripts.
#[export_module]
pub mod functions {
    /// Declares the options of the script and returns what the operator gave.
    ///
    /// Each key is an option with a map of what is known about it. An option without `fallback` must be given, by its
    /// name (`--file people.csv`) or in its place (`people.csv`): arguments without a name go to such options in the
    /// order in which they are declared. An `_` in a name is a `-` on the command line. Wrong arguments end the script
    /// before anything is sent, with the usage and exit code 2. The result reads like a map; a name that is not declared
    /// is an error.
    ///
    /// The declaration is read from the source, without running it, for `umapish SCRIPT --help` and for the completion
    /// of a shell. So a script has one, written out without variables or calls. Lines at the start of the script that
    /// begin with `//!` are its description. `args()` still returns all arguments.
    ///
    /// The map of an option has these keys, all of which may be left out:
    /// - `help`: what it is, for the help page
    /// - `kind`: `"string"`, `"number"`, `"flag"` (a switch; also `"bool"`), `"date"`, `"email"`, `"file"` (that exists,
    ///   or `-`), `"folder"`, `"output"` (a file to write), `"list"` (`A,B`, or repeated) or `"secret"` (given as
    ///   `env:NAME`, `file:PATH` or `-`, and masked). By default, that of `fallback`, or `"string"`
    /// - `fallback`: the value if it is not given; `()` for none. `default` is a reserved word of Rhai
    /// - `short`: one letter, as in `-f`
    /// - `one_of`: the list of values that it may have
    /// - `positional`: true lets an option with `fallback` be given in its place as well, false demands the name
    ///
    /// # Errors
    /// `usage` if a declaration is not valid.
    ///
    /// # Example
    /// ```rhai
    /// let options = options(#{
    ///     file: #{help: "the people to add", kind: "file", fallback: "people.csv"},
    ///     most: #{help: "the most people at once", kind: "number", short: "m", fallback: 50},
    ///     stage: #{one_of: ["groups", "org"], fallback: "groups"},
    /// });
    /// print(`${options.stage} of ${options.file}, ${options.most} at most`);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn options(context: NativeCallContext, declared: Map) -> RhaiResultOf<OptionValues> {
        let session = session(&context).at(&context)?;
        match given(&session, &declared).at(&context)? {
            Some(values) => Ok(OptionValues::new(values)),
            None => Err(session.end(USAGE).into_error()),
        }
    }
}

/// The values of the options; `None` if the arguments are wrong, which the operator has been told.
fn given(session: &Session, map: &Map) -> Result<Option<Map>> {
    let source = session.extension::<DeclaredOptions>();
    let of_map;
    let options = if source.options.declared.is_some() {
        check_is_same(&source.options, map)?;
        &source.options
    } else {
        of_map = reader::of_map(map).map_err(Error::usage)?;
        &of_map
    };
    let arguments = &session.setup().arguments;
    let read = ScriptArguments::read(options.list(), arguments, source.secret_arguments);
    let mut problems = read.problems.clone();
    if problems.is_empty() {
        match read.values(options.list()) {
            Ok(values) => return Ok(Some(values)),
            Err(problem) => problems.push(problem),
        }
    }
    for problem in &problems {
        session.console().warn(problem);
    }
    session.console().warn(&usage(&source.script, options));
    Ok(None)
}

/// The declaration of a module, or one that was read from a file, is not the one in the source.
fn check_is_same(source: &ScriptOptions, map: &Map) -> Result<()> {
    let is_same = source.list().len() == map.len()
        && source.list().iter().all(|option| map.contains_key(&*option.name));
    if is_same {
        return Ok(());
    }
    let hint = "Declare all options in the script itself, with one options(#{...}).";
    Err(Error::usage_with_hint("these are not the options that the source of the script declares", hint))
}

#[cfg(test)]
mod tests {
    use crate::script::testing::ScriptTest;
    use serde_json::json;

    #[test]
    fn without_arguments_the_fallbacks_count() {
        let code = r#"let o = options(#{few: #{fallback: 3}, day: #{kind: "date", fallback: "2026-11-30"},
            who: #{kind: "list", fallback: ["a"]}, dry: #{kind: "flag"}, out: #{fallback: ()}});
            [o.few, o.day.month, o.who, o.dry, o.out]"#;
        assert_eq!(ScriptTest::default().value(code), json!([3, 11, ["a"], false, null]));
        assert_eq!(ScriptTest::default().thrown("options(#{few: 3})", "kind"), "usage");
    }
}
