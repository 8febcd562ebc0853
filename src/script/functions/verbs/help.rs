//! The help of the three forms of a verb, derived from its row in the table.

use super::verb::{OptionHelp, Parameter, Step, Verb, VerbSubject};

const SENDING_ERRORS: &str = "`invalid` if a local check refuses the command, `commands` if the service refuses \
    it, `unknown` when the response was lost.";

/// The help of the function that sends at once.
pub(super) fn of_function(verb: &Verb) -> String {
    let errors = join(&[verb.errors, SENDING_ERRORS], " ");
    let code = join(&[verb.example_setup, &format!("{};", verb.example)], "\n");
    comment(&[verb.summary, verb.details], verb.options, &errors, &code, "")
}

/// The help of the method of a queue.
pub(super) fn of_queue_method(verb: &Verb) -> String {
    let errors = format!(
        "`usage` if the queue is finished; `invalid` if a local check refuses the command. Errors of `{}` are in \
         the report.",
        call(verb.name, verb.parameters)
    );
    let method = format!("changes.{};", verb.example);
    let code = join(
        &[verb.example_setup, "let changes = queue();", &method, "print(changes.finish().result);"],
        "\n",
    );
    comment(&[&derived("Queues a command that", verb)], verb.options, &errors, &code, verb.name)
}

/// The help of the method of a command.
pub(super) fn of_step(verb: &Verb, step: &Step, subject: VerbSubject) -> String {
    let other = match subject {
        VerbSubject::User => "a user group",
        VerbSubject::UserGroup => "a user",
    };
    let wrong = match step.parameters.last() {
        None => "",
        Some(("options" | "fields", _)) => " and for unknown or missing fields",
        Some(_) => " and for an argument of the wrong type",
    };
    let errors = format!("`usage` for a command for {other}{wrong}.");
    let setup = if step.name == "create" { "" } else { verb.example_setup };
    let send = format!("print(multi_action([{}]).result);", command_example(verb, step, subject));
    comment(
        &[&derived("Adds a step that", verb), step.details],
        step.options,
        &errors,
        &join(&[setup, &send], "\n"),
        verb.name,
    )
}

/// The expression that builds a command with the step: `command("...").step(...)`.
pub(super) fn command_example(verb: &Verb, step: &Step, subject: VerbSubject) -> String {
    let name = verb.example.split(['(', ',', ')']).nth(1).unwrap_or_default();
    match subject {
        VerbSubject::User => format!("command({name}).{}", step.example),
        VerbSubject::UserGroup => format!("group_command({name}).{}", step.example),
    }
}

/// The summary of a verb as the end of a longer sentence.
fn derived(start: &str, verb: &Verb) -> String {
    let mut letters = verb.summary.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    format!("{start} {}{}", first.into_iter().collect::<String>(), letters.as_str())
}

fn call(name: &str, parameters: &[Parameter]) -> String {
    let names: Vec<_> = parameters.iter().map(|(name, _)| *name).collect();
    format!("{name}({})", names.join(", "))
}

/// Help in the format of Rust doc comments, which the catalog reads. `verb` is empty for the verb itself.
fn comment(paragraphs: &[&str], options: &[OptionHelp], errors: &str, code: &str, verb: &str) -> String {
    let options: Vec<_> = options.iter().map(|(name, text)| format!("- `{name}`: {text}")).collect();
    let options =
        if options.is_empty() { String::new() } else { format!("# Options\n{}", options.join("\n")) };
    let errors = format!("# Errors\n{errors}");
    let example = format!("# Example\n```rhai\n{code}\n```");
    let verb = if verb.is_empty() { String::new() } else { format!("# Verb\n`{verb}`") };
    let text = join(&[&join(paragraphs, "\n\n"), &options, &errors, &example, &verb], "\n\n");
    let lines: Vec<_> = text.lines().map(|line| format!("/// {line}").trim_end().to_owned()).collect();
    lines.join("\n")
}

fn join(parts: &[&str], separator: &str) -> String {
    let parts: Vec<_> = parts.iter().filter(|part| !part.is_empty()).copied().collect();
    parts.join(separator)
}
