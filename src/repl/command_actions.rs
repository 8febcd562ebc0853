//! What the commands of the prompt do.

use super::command_table::{CommandAction, META, named};
use super::paged_view;
use super::prompt_session::Repl;
use super::save_script::script_of;
use super::workspace::LAST;
use crate::cli::OutputFormat;
use crate::client::settings::Mode;
use crate::error::{Error, Result};
use crate::files::csv::writer::{CsvContent, CsvWritePlan, write};
use crate::language::help_text;
use crate::language::source_text;
use crate::output::cell::cell;
use crate::output::pretty::plural;
use crate::output::table::{TextGrid, cut, pairs};
use crate::repl::inspect;
use crate::repl::paged_view::ShownList;
use crate::repl::prompt_session::NextStep;
use crate::session::tracked_files;
use crate::shell::exit_code::RunExit;
use crate::shell::function_reference;
use crate::store::atomic_file::FileAccess;
use crate::store::file_door::{self, replace};
use crate::store::output_file::IfExists;
use crate::user_folders;
use crate::values::{json, json_text};
use rhai::Dynamic;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// Lines of history that are shown unless another count is given.
const HISTORY_SHOWN: usize = 20;

/// Does what a command asks for, with what follows its name.
///
/// # Errors
/// Those of the action.
pub(super) fn run(repl: &mut Repl, action: CommandAction, arguments: &str) -> Result<NextStep> {
    match action {
        CommandAction::Help => help(repl, arguments),
        CommandAction::Functions => functions(repl, arguments),
        CommandAction::More => more(repl, arguments),
        CommandAction::Json => json(repl, arguments),
        CommandAction::Csv => csv(repl, arguments),
        CommandAction::Table => table(repl, arguments),
        CommandAction::Vars => vars(repl, arguments),
        CommandAction::Time => time(repl, arguments),
        CommandAction::Load => load(repl, arguments),
        CommandAction::Save => save(repl, arguments),
        CommandAction::Edit => edit(repl, arguments),
        CommandAction::Profile => profile(repl, arguments),
        CommandAction::Mode => mode(repl, arguments),
        CommandAction::History => history(repl, arguments),
        CommandAction::Reset => reset(repl, arguments),
        CommandAction::Quit => quit(repl, arguments),
    }
}

/// `:help`.
pub(crate) fn help(repl: &mut Repl, name: &str) -> Result<NextStep> {
    if name.is_empty() {
        commands(repl);
        return Ok(NextStep::Go);
    }
    if name.starts_with(':') {
        let meta = named(name)?;
        let example = if meta.example.is_empty() {
            String::new()
        } else {
            format!("\n  :{} {}", meta.name, meta.example)
        };
        repl.output.data(&format!("{}\n  {}{example}", meta.usage(), meta.summary));
        return Ok(NextStep::Go);
    }
    of_function(repl, name)
}

fn commands(repl: &Repl) {
    let rows: Vec<_> = META.iter().map(|meta| (meta.usage(), meta.summary.to_owned())).collect();
    repl.output.data(&pairs(&rows, repl.output.width(), repl.output.data_palette()));
    repl.output.data("");
    repl.output.data("`last` is the last value. Any other line is a script in Rhai; try get_users().");
    repl.output.data(":functions lists what it can call, :help get_users explains one.");
}

/// The help of a function or type; also what `help(name)` is taken for.
pub(crate) fn of_function(repl: &mut Repl, name: &str) -> Result<NextStep> {
    let name = name.trim().trim_matches('"').trim_end_matches("()").trim_start_matches("umapi::");
    let catalog = &repl.desk.names.get().catalog;
    let Some(lines) = help_text::of_name(catalog, name) else {
        let hint = match catalog.nearest(name) {
            Some(near) => format!("Did you mean `{near}`? :functions lists all."),
            None => ":functions lists all.".to_owned(),
        };
        return Err(Error::usage_with_hint(format!("there is no function or type `{name}`"), hint));
    };
    repl.output.data(function_reference::colored(&lines, repl.output.data_palette()).trim_end());
    Ok(NextStep::Go)
}

/// `:functions`.
pub(crate) fn functions(repl: &mut Repl, pattern: &str) -> Result<NextStep> {
    let all = &repl.desk.names.get().catalog;
    let shown = if pattern.is_empty() { all.clone() } else { all.matching(pattern) };
    if shown.families.is_empty() {
        let near = all.nearest(pattern).map(|near| format!("Did you mean `{near}`? ")).unwrap_or_default();
        let message = format!("no function matches `{pattern}`");
        return Err(Error::usage_with_hint(message, format!("{near}:functions lists all.")));
    }
    let text = function_reference::render(&shown, false, OutputFormat::Text, repl.output.data_palette());
    repl.output.data(text.trim_end());
    if pattern.is_empty() {
        let types = function_reference::colored(&help_text::overview_of_types(), repl.output.data_palette());
        repl.output.data(types.trim_end());
    }
    Ok(NextStep::Go)
}

/// `:more`.
pub(crate) fn more(repl: &mut Repl, _: &str) -> Result<NextStep> {
    let frame = repl.frame();
    let Some(shown) = repl.shown.as_mut().filter(|shown| shown.has_more()) else {
        return Err(Error::usage("there is nothing more to show"));
    };
    let text = shown.more(frame)?;
    repl.output.data(&text);
    Ok(NextStep::Go)
}

/// `:json`.
pub(crate) fn json(repl: &mut Repl, _: &str) -> Result<NextStep> {
    let text = {
        let scope = repl.workspace.scope(); // copying a long list would take time
        let last = scope.get(LAST).unwrap_or(&Dynamic::UNIT);
        json_text::write(last, 2, repl.session.interrupt())?
    };
    repl.output.data(&text);
    Ok(NextStep::Go)
}

/// `:csv`.
pub(crate) fn csv(repl: &mut Repl, file: &str) -> Result<NextStep> {
    let (file, if_exists) = with_if_exists(file);
    let path = file_named(file)?;
    let last = rows_of(repl.workspace.last());
    let content = CsvContent::of(last.clone()).or_else(|_| CsvContent::of(vec![last].into()))?;
    let (path, rows) = tracked_files::write_output(&repl.session, &path, if_exists, |path, if_exists| {
        let plan = CsvWritePlan { columns: None, if_exists };
        let written = write(path, &content, &plan, repl.session.interrupt())?;
        Ok((written.path, written.rows))
    })?;
    repl.output.message(&format!("{} written, {}", path.display(), plural(rows, "row")));
    Ok(NextStep::Go)
}

/// The file, and what to do if it exists, where the last word says so.
fn with_if_exists(arguments: &str) -> (&str, Option<IfExists>) {
    let last = arguments.rsplit_once(' ').map(|(file, word)| (file.trim_end(), IfExists::parse(word)));
    last.filter(|(_, if_exists)| if_exists.is_some()).unwrap_or((arguments, None))
}

/// `:table`.
pub(crate) fn table(repl: &mut Repl, columns: &str) -> Result<NextStep> {
    let columns: Vec<_> =
        columns.split([',', ' ']).filter(|column| !column.is_empty()).map(str::to_owned).collect();
    let (text, shown) = paged_view::table(&rows_of(repl.workspace.last()), columns, repl.frame())?;
    repl.output.data(&text);
    repl.shown = Some(shown).filter(ShownList::has_more);
    Ok(NextStep::Go)
}

/// The rows of a value: of a report, its outcomes.
fn rows_of(value: Dynamic) -> Dynamic {
    match inspect::type_word(&value).as_str() {
        "Report" => inspect::field(&value, "outcomes").unwrap_or(value),
        _ => value,
    }
}

/// `:vars`.
#[expect(clippy::unnecessary_wraps, reason = "every command of the table has this form")]
pub(crate) fn vars(repl: &mut Repl, _: &str) -> Result<NextStep> {
    let scope = repl.workspace.scope();
    let variables = scope.iter_raw().map(|(name, is_constant, value)| {
        let kind = inspect::type_word(value);
        let kind = if is_constant { format!("{kind}, constant") } else { kind };
        [name.to_owned(), kind, brief(value)]
    });
    let functions = repl.workspace.functions().into_iter();
    let functions =
        functions.map(|(name, parameters)| [name, "function".into(), format!("({})", parameters.join(", "))]);
    let modules = repl.workspace.modules().into_iter().map(|name| [name, "module".into(), String::new()]);
    let mut rows: Vec<Vec<_>> = variables.chain(functions).chain(modules).map(Vec::from).collect();
    rows.sort();
    let grid = TextGrid { header: ["name", "type", "value"].map(str::to_owned).to_vec(), rows };
    repl.output.data(&grid.render(repl.output.width(), repl.output.data_palette()));
    Ok(NextStep::Go)
}

/// A value in a few words, without reading pages.
fn brief(value: &rhai::Dynamic) -> String {
    use crate::repl::list_window::ListWindow;
    use crate::values::record_list::ListSize;
    if let Some(list) = ListWindow::of(value) {
        let noun = list.noun();
        return match list.size() {
            ListSize::Exactly(size) => format!("{size} {noun}"),
            ListSize::About(size) => format!("about {size} {noun}"),
            ListSize::AtLeast(size) => format!("{size} {noun} and more"),
        };
    }
    let text = json::json_of(value).map_or_else(|_| value.to_string(), |value| cell(&value));
    cut(&text, 60)
}

/// `:time`.
#[expect(clippy::unnecessary_wraps, reason = "every command of the table has this form")]
pub(crate) fn time(repl: &mut Repl, text: &str) -> Result<NextStep> {
    let (begun, before) = (Instant::now(), repl.session.calls());
    let step = repl.evaluate(text);
    let after = repl.session.calls();
    let requests = plural(usize::try_from(after.requests - before.requests).unwrap_or(usize::MAX), "request");
    let repeated = after.retries - before.retries;
    let repeated = if repeated > 0 { format!(", {repeated} of them retried") } else { String::new() };
    let waited = after.waited.saturating_sub(before.waited).as_secs_f64();
    let took = begun.elapsed().as_secs_f64();
    repl.output.message(&format!("{took:.3} s; {requests}{repeated}; {waited:.3} s of waiting"));
    Ok(step)
}

/// `:load`.
pub(crate) fn load(repl: &mut Repl, file: &str) -> Result<NextStep> {
    let path = file_named(file)?;
    let text = source_text::read_file(&path)?;
    Ok(repl.load(path, &text))
}

/// `:save`.
pub(crate) fn save(repl: &mut Repl, file: &str) -> Result<NextStep> {
    let path = file_named(file)?;
    let keep = |text: &str| repl.keeper.may_keep(text) && !repl.session.holds_secret(text);
    let (text, left_out) = script_of(repl.workspace.saved(), keep);
    super::save_script::check_target(&path)?;
    replace(&path, FileAccess::Usual, |target| target.write_all(text.as_bytes()))?;
    let count = repl.workspace.saved().len() - left_out;
    let without =
        if left_out > 0 { format!("; {left_out} left out because of a secret") } else { String::new() };
    repl.output.message(&format!("{} written, {count} inputs{without}", path.display()));
    Ok(NextStep::Go)
}

/// `:edit`.
pub(crate) fn edit(repl: &mut Repl, _: &str) -> Result<NextStep> {
    let draft = tempfile::Builder::new().prefix("umapish-").suffix(".rhai").tempfile();
    let draft = draft.map_err(|error| Error::file("the draft", error))?;
    let failed = |error: std::io::Error| Error::file(draft.path().display().to_string(), error);
    draft.as_file().write_all(repl.typed_last.as_bytes()).map_err(failed)?;
    let editor = ["VISUAL", "EDITOR"].iter().find_map(|name| std::env::var(name).ok());
    let editor = editor.filter(|editor| !editor.trim().is_empty()).unwrap_or_else(|| "vi".to_owned());
    let mut words = editor.split_whitespace();
    let ended = Command::new(words.next().unwrap_or("vi")).args(words).arg(draft.path()).status();
    let ended = ended.map_err(|error| Error::file(&editor, error))?;
    if !ended.success() {
        return Err(Error::usage_with_hint(
            format!("`{editor}` ended with {ended}"),
            "Set EDITOR to another one.",
        ));
    }
    let text = file_door::read_to_string(draft.path()).map_err(failed)?;
    Ok(NextStep::Prefill(text.trim_end().to_owned()))
}

/// `:profile`.
pub(crate) fn profile(repl: &mut Repl, name: &str) -> Result<NextStep> {
    if name.is_empty() {
        let current = &repl.session.setup().profile;
        for known in &repl.desk.profiles {
            let mark = if known == current { "*" } else { " " };
            repl.output.data(&format!("{mark} {known}"));
        }
        return Ok(NextStep::Go);
    }
    repl.switch_to(name)?;
    Ok(NextStep::Go)
}

/// `:mode`.
pub(crate) fn mode(repl: &mut Repl, name: &str) -> Result<NextStep> {
    let modes = [Mode::Test, Mode::Live];
    match modes.iter().find(|mode| mode.as_str() == name) {
        Some(mode) => repl.session.choose_mode(*mode)?,
        None if name.is_empty() => {}
        None => {
            return Err(Error::usage_with_hint(
                format!("there is no mode `{name}`"),
                "It is `test` or `live`.",
            ));
        }
    }
    repl.output.message(&repl.whereabouts().meaning(repl.output.palette()));
    Ok(NextStep::Go)
}

/// `:history`.
pub(crate) fn history(repl: &mut Repl, count: &str) -> Result<NextStep> {
    let count = if count.is_empty() { Ok(HISTORY_SHOWN) } else { count.parse() };
    let count = count.map_err(|_| {
        Error::usage_with_hint("`:history` takes a number of lines", "For example: :history 50")
    })?;
    let first = repl.typed.len().saturating_sub(count);
    for (place, line) in repl.typed.iter().enumerate().skip(first) {
        repl.output.data(&format!("{:>5}  {}", place + 1, line.replace('\n', "\n       ")));
    }
    Ok(NextStep::Go)
}

/// `:reset`.
#[expect(clippy::unnecessary_wraps, reason = "every command of the table has this form")]
pub(crate) fn reset(repl: &mut Repl, _: &str) -> Result<NextStep> {
    repl.workspace.reset();
    repl.share_names();
    repl.shown = None;
    Ok(NextStep::Go)
}

/// `:quit`.
#[expect(clippy::unnecessary_wraps, reason = "every command of the table has this form")]
pub(crate) fn quit(_: &mut Repl, _: &str) -> Result<NextStep> {
    Ok(NextStep::Leave(RunExit::Done))
}

fn file_named(name: &str) -> Result<PathBuf> {
    match name.strip_prefix("~/") {
        Some(rest) => Ok(user_folders::home()?.join(rest)),
        None => Ok(Path::new(name.trim_matches('"')).to_owned()),
    }
}
