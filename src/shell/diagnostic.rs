//! An error as the operator reads it: what happened, where, through which calls, and what to do next.

use crate::error::Error;
use crate::language::place::ScriptPlace;
use crate::language::script_error::{CallFrame, Callee, ScriptError};
use crate::language::source_text;
use crate::output::Output;
use crate::output::source_snippet::{ScriptSnippet, Severity, SourceSpot};
use crate::script::checker::finding::CheckFinding;
use crate::shell::program::ScriptProgram;
use std::path::Path;

/// Refused commands that are listed; the rest are counted.
const REFUSED_SHOWN: usize = 5;
/// Calls that are listed at either end of a long call stack.
const CALLS_SHOWN: usize = 5;

/// Shows an error that has no place in a script.
pub(crate) fn show_error(error: &Error, output: &Output) {
    let causes = if output.shows_causes() { error.causes() } else { Vec::new() };
    output.error_with_causes(&error.to_string(), &causes, error.hint().as_deref());
}

/// Shows what happened, where, through which calls, and what to do next.
pub(crate) fn show(program: &ScriptProgram, failure: &ScriptError, output: &Output) {
    if program.is_built_in {
        // The operator wrote none of its lines: what matters is in the message.
        output.error_with_causes(&failure.message, &failure.causes, failure.hint.as_deref());
        for refusal in refusals(failure) {
            output.note(&refusal);
        }
        return;
    }
    let mut snippet = snippet(program, failure);
    if output.shows_causes() {
        snippet.notes.extend(failure.causes.iter().map(|cause| format!("caused by: {cause}")));
    }
    output.snippet(&snippet);
}

/// The refused commands that the message and its notes name.
pub(crate) fn shown_refusals(failure: &ScriptError) -> impl Iterator<Item = &String> {
    failure.refused.iter().take(REFUSED_SHOWN)
}

pub(crate) fn snippet(program: &ScriptProgram, failure: &ScriptError) -> ScriptSnippet {
    let text = text_of(program, &failure.place);
    ScriptSnippet {
        severity: Severity::Error,
        title: failure.message.clone(),
        spot: spot(program, &failure.place, text.as_deref()),
        notes: notes(program, failure),
        hint: failure.hint_in(text.as_deref()),
    }
}

/// Shows a finding of a check.
pub(crate) fn show_finding(program: &ScriptProgram, finding: &CheckFinding, output: &Output) {
    output.snippet(&of_finding(program, finding));
}

fn of_finding(program: &ScriptProgram, finding: &CheckFinding) -> ScriptSnippet {
    let text = text_of(program, &finding.place);
    ScriptSnippet {
        severity: if finding.is_warning { Severity::Warning } else { Severity::Error },
        title: finding.message.clone(),
        spot: spot(program, &finding.place, text.as_deref()),
        notes: Vec::new(),
        hint: finding.hint.clone(),
    }
}

/// A place with the text of its line; `None` where the line is not known.
fn spot(program: &ScriptProgram, place: &ScriptPlace, text: Option<&str>) -> Option<SourceSpot> {
    let line = place.line?;
    let text = text.map(|text| text.lines().nth(line.saturating_sub(1)).unwrap_or_default());
    Some(SourceSpot {
        name: name_of(program, place).to_owned(),
        text: text.map(str::to_owned),
        line,
        column: place.column.unwrap_or(1),
    })
}

fn name_of<'a>(program: &'a ScriptProgram, place: &'a ScriptPlace) -> &'a str {
    place.source.as_deref().unwrap_or(&program.name)
}

/// The text of the file at a place: the program's own, or that of a module, read again.
fn text_of(program: &ScriptProgram, place: &ScriptPlace) -> Option<String> {
    match place.source.as_deref() {
        Some(module) if module != program.name => source_text::read_file(Path::new(module)).ok(),
        _ => Some(program.text.clone()),
    }
}

fn notes(program: &ScriptProgram, failure: &ScriptError) -> Vec<String> {
    let mut notes = Vec::new();
    notes.extend(failure.first.as_ref().map(|first| {
        let first =
            ScriptPlace { source: first.source.clone().or(failure.place.source.clone()), ..first.clone() };
        format!("rethrown; first thrown at {}", written(program, &first))
    }));
    notes.extend(shortened(&failure.calls, |call| way(program, call)));
    notes.extend(refusals(failure));
    notes
}

/// The refused commands, and the service's id of the request.
fn refusals(failure: &ScriptError) -> Vec<String> {
    let mut notes = Vec::new();
    // The message names the first; a single one needs no list.
    let refused = if failure.refused.len() > 1 { failure.refused.as_slice() } else { &[] };
    notes.extend(refused.iter().take(REFUSED_SHOWN).map(|refused| format!("refused: {refused}")));
    let more = refused.len().saturating_sub(REFUSED_SHOWN);
    notes.extend((more > 0).then(|| format!("and {more} more")));
    notes.extend(failure.request_id.as_ref().map(|id| format!("request id: {id}")));
    notes
}

/// Both ends of a long call stack, and the number of calls between.
fn shortened(calls: &[CallFrame], describe: impl Fn(&CallFrame) -> String) -> Vec<String> {
    if calls.len() <= 2 * CALLS_SHOWN + 1 {
        return calls.iter().map(describe).collect();
    }
    let left_out = format!("... {} more calls ...", calls.len() - 2 * CALLS_SHOWN);
    let (first, last) = (&calls[..CALLS_SHOWN], &calls[calls.len() - CALLS_SHOWN..]);
    first.iter().map(&describe).chain([left_out]).chain(last.iter().map(&describe)).collect()
}

fn way(program: &ScriptProgram, call: &CallFrame) -> String {
    let place = written(program, &call.place);
    match &call.callee {
        Callee::Module(_) => format!("imported at {place}"),
        callee => format!("in {callee}, called at {place}"),
    }
}

fn written(program: &ScriptProgram, place: &ScriptPlace) -> String {
    let name = name_of(program, place);
    match (place.line, place.column) {
        (Some(line), Some(column)) => format!("{name}:{line}:{column}"),
        (Some(line), None) => format!("{name}:{line}"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::script_error::ScriptEnding;
    use crate::output::palette::ColorPalette;
    use crate::output::source_snippet::render;
    use crate::script::checker::check;
    use crate::script::engine::offline;
    use crate::shell::runner;
    use rhai::{Engine, Map};
    use std::path::PathBuf;

    fn program(name: &str, text: &str) -> ScriptProgram {
        ScriptProgram {
            secret_arguments: 0,
            name: name.into(),
            file: (name != "-e").then(|| PathBuf::from(name)),
            text: text.into(),
            arguments: vec![],
            shows_value: false,
            limits: crate::shell::shebang::ScriptLimits::default(),
            rows: None,
            is_built_in: false,
        }
    }

    fn rendered_by(engine: &Engine, name: &str, text: &str) -> String {
        let program = program(name, text);
        let error = runner::compile(engine, &program).and_then(|ast| engine.run_ast(&ast)).unwrap_err();
        match ScriptEnding::of(*error) {
            ScriptEnding::Failed(failure) => render(&snippet(&program, &failure), ColorPalette::PLAIN),
            ScriptEnding::Ended(ended) => panic!("{ended:?}"),
        }
    }

    fn rendered(name: &str, text: &str) -> String {
        rendered_by(&offline::engine(), name, text)
    }

    /// An engine whose `refuse` throws what a service refused.
    fn refusing(count: usize) -> Engine {
        let mut engine = offline::engine();
        engine.register_fn("refuse", move |error: Map| -> Result<(), Box<rhai::EvalAltResult>> {
            let refused = |index: usize| {
                let failure = [("target", format!("p{index}@example.com")), ("message", "No group".into())];
                let code = ("code", "error.group.not_found".to_owned());
                let entries = failure.into_iter().chain([code]).map(|(key, text)| (key.into(), text.into()));
                rhai::Dynamic::from_map(entries.collect())
            };
            let mut error = error;
            error.insert("failures".into(), (0..count).map(refused).collect::<rhai::Array>().into());
            Err(rhai::EvalAltResult::ErrorRuntime(error.into(), rhai::Position::NONE).into())
        });
        engine
    }

    #[test]
    fn an_answer_of_the_service_has_its_hint_and_request_id() {
        let text = "let email = \"a@example.com\";\nlet user = refuse(#{kind: \"not_found\", message: \"m\", \
                    error: \"not found: User not found (HTTP 404, error.user.not_found)\", \
                    hint: \"Check the spelling.\", request_id: \"r-1\"});";
        let rendered = rendered_by(&refusing(0), "jobs/x.rhai", text);
        let (lines, rest) = rendered.split_at(rendered.find("\n2 |").unwrap());
        assert_eq!(
            lines,
            "error: not found: User not found (HTTP 404, error.user.not_found)\n --> jobs/x.rhai:2:12\n  |"
        );
        let end = "\n  |            ^\n  |\n  = request id: r-1\n  = hint: Check the spelling.";
        assert!(rest.ends_with(end), "{rest}");
    }

    #[test]
    fn the_first_refused_commands_are_reported_and_the_rest_counted() {
        let text = "refuse(#{kind: \"commands\", message: \"m\", error: \"the service refused\"});";
        let expected = "\
error: the service refused
 --> x.rhai:1:1
  |
1 | refuse(#{kind: \"commands\", message: \"m\", error: \"the service refused\"});
  | ^
  |
  = refused: p0@example.com: No group (error.group.not_found)
  = refused: p1@example.com: No group (error.group.not_found)
  = refused: p2@example.com: No group (error.group.not_found)
  = refused: p3@example.com: No group (error.group.not_found)
  = refused: p4@example.com: No group (error.group.not_found)
  = and 3 more";
        assert_eq!(rendered_by(&refusing(8), "x.rhai", text), expected);
    }

    #[test]
    fn a_syntax_error_shows_where_parsing_stopped() {
        let expected = "\
error: expected `{` to start a statement block
 --> x.rhai:2:10
  |
2 | if users and true {
  |          ^
  |
  = hint: Write `&&`, `||` and `!` instead of `and`, `or` and `not`.";
        assert_eq!(rendered("x.rhai", "let users = true;\nif users and true {\n}"), expected);
    }

    #[test]
    fn a_script_that_ends_too_early_points_behind_its_last_letter() {
        let expected = "\
error: unexpected end of the script
 --> x.rhai:1:9
  |
1 | f(1, 2 +
  |         ^
  |
  = hint: A bracket, a brace or a quotation mark is not closed.";
        assert_eq!(rendered("x.rhai", "f(1, 2 +"), expected);
    }

    #[test]
    fn an_unknown_function_suggests_the_nearest() {
        let expected = "\
error: there is no function `get_usres`
 --> -e:1:1
  |
1 | get_usres()
  | ^
  |
  = hint: Did you mean `get_users`?";
        assert_eq!(rendered("-e", "get_usres()"), expected);
    }

    #[test]
    fn the_calls_that_led_there_follow_from_the_inside_out() {
        let text = "fn inner(x) {\n\treturn x.name;\n}\nfn outer(list) {\n    list.map(|x| inner(x))\n}\nouter([1]);";
        let expected = "\
error: a number has no field `name`
 --> x.rhai:2:11
  |
2 |     return x.name;
  |              ^
  |
  = in `inner`, called at x.rhai:5:18
  = in a closure passed to `map`, called at x.rhai:5:10
  = in `outer`, called at x.rhai:7:1";
        assert_eq!(rendered("x.rhai", text), expected);
    }

    #[test]
    fn an_error_in_a_module_shows_the_module_and_the_call() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        std::fs::write(path("lib.rhai"), "fn add(one, two) {\n    one + totl(two)\n}").unwrap();
        let text = "import \"lib\" as lib;\nprint(lib::add(1, 2));";
        let expected = "\
error: there is no function `totl` that takes (number)
 --> LIB:2:11
  |
2 |     one + totl(two)
  |           ^
  |
  = in `add`, called at MAIN:2:12";
        let rendered = rendered(&path("main.rhai"), text);
        let rendered = rendered.replace(&path("lib.rhai"), "LIB").replace(&path("main.rhai"), "MAIN");
        let rendered = rendered.split("\n  = hint").next().unwrap_or_default().to_owned();
        assert_eq!(rendered, expected);
    }

    #[test]
    fn a_module_that_does_not_parse_shows_where_it_was_imported() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        std::fs::write(path("lib.rhai"), "fn add(one two) { }").unwrap();
        let rendered = rendered(&path("main.rhai"), "let x = 1;\nimport \"lib\" as lib;");
        let rendered = rendered.replace(&path("lib.rhai"), "LIB").replace(&path("main.rhai"), "MAIN");
        assert!(rendered.contains(" --> LIB:1:12\n"), "{rendered}");
        assert!(rendered.contains("1 | fn add(one two) { }"), "{rendered}");
        assert!(rendered.contains("  = imported at MAIN:2:8"), "{rendered}");
    }

    #[test]
    fn a_finding_of_a_check_looks_like_a_failure() {
        let program = program("x.rhai", "fn get_user(email) {\n    umapi::get_user(email)\n}");
        let findings = check(&offline::engine(), &program.text, program.file.as_deref());
        let expected = "\
warning: this get_user() hides the built-in function of the same name,
         which also takes 1 value
 --> x.rhai:1:4
  |
1 | fn get_user(email) {
  |    ^
  |
  = hint: Call the built-in one as `umapi::get_user`. If this is intended,
          say so in a comment: `// umapish: own get_user`.";
        assert_eq!(render(&of_finding(&program, &findings[0]), ColorPalette::PLAIN), expected);
    }

    #[test]
    fn a_long_call_stack_is_shortened() {
        let text = "fn down(n) { if n == 0 { throw \"bottom\" } down(n - 1) }\ndown(12);";
        let rendered = rendered("x.rhai", text);
        assert_eq!(rendered.matches("in `down`, called at").count(), 10, "{rendered}");
        assert!(rendered.contains("\n  = ... 3 more calls ...\n"), "{rendered}");
    }

    #[test]
    fn an_error_thrown_again_shows_where_it_comes_from() {
        let rendered = rendered("x.rhai", "try {\n    let x = [1][7];\n} catch (e) {\n    throw e;\n}");
        assert!(rendered.contains(" --> x.rhai:4:5\n"), "{rendered}");
        assert!(rendered.contains("  = rethrown; first thrown at x.rhai:2:17"), "{rendered}");
    }

    #[test]
    fn what_the_script_throws_cannot_drive_the_terminal() {
        let rendered = rendered("-e", "throw \"\\x1b[2J gone\\nand \\x07 more\"");
        assert!(!rendered.chars().any(|letter| letter.is_control() && letter != '\n'), "{rendered:?}");
    }

    #[test]
    fn a_huge_line_is_cut_around_the_caret() {
        let text = format!("let x = [{}nope(){}];", "1, ".repeat(2000), ", 1".repeat(2000));
        let rendered = rendered("x.rhai", &text);
        let lines: Vec<_> = rendered.lines().collect();
        assert_eq!(lines[1], " --> x.rhai:1:6010");
        assert!(lines[3].len() <= 80 && lines[3].contains("nope()"), "{rendered}");
        assert_eq!(lines[4].find('^'), lines[3].find("nope"), "{rendered}");
    }
}
