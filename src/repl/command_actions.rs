//! What the commands of the prompt do.

use super::command_table::{COMMANDS, CommandAction, named};
use super::paged_view;
use super::prompt_session::Repl;
use super::save_script::to_script;
use super::workspace::LAST;
use crate::cli::OutputFormat;
use crate::client::settings::Mode;
use crate::error::{Error, Result};
use crate::files::csv::writer::{CsvWritePlan, refuse_workbook, write};
use crate::files::table::content::TableContent;
use crate::files::xlsx::writer::{self as workbook, WorkbookContent};
use crate::language::help_text;
use crate::language::source_text;
use crate::output::cell::cell;
use crate::output::pretty::plural;
use crate::output::table::{TextGrid, cut, pairs};
use crate::repl::inspect;
use crate::repl::paged_view::ShownList;
use crate::repl::profile_opener::UndoResult;
use crate::repl::prompt_session::NextStep;
use crate::session::run_state::RunState;
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

/// Runs a command with the arguments after its name.
///
/// # Errors
/// As the action.
pub(super) fn run(repl: &mut Repl, action: CommandAction, arguments: &str) -> Result<NextStep> {
    match action {
        CommandAction::Help => help(repl, arguments),
        CommandAction::Functions => functions(repl, arguments),
        CommandAction::More => more(repl, arguments),
        CommandAction::Json => json(repl, arguments),
        CommandAction::Csv => csv(repl, arguments),
        CommandAction::Xlsx => xlsx(repl, arguments),
        CommandAction::Table => table(repl, arguments),
        CommandAction::Vars => vars(repl, arguments),
        CommandAction::Time => time(repl, arguments),
        CommandAction::Load => load(repl, arguments),
        CommandAction::Save => save(repl, arguments),
        CommandAction::Edit => edit(repl, arguments),
        CommandAction::Profile => profile(repl, arguments),
        CommandAction::Mode => mode(repl, arguments),
        CommandAction::History => history(repl, arguments),
        CommandAction::Undo => undo(repl, arguments),
        CommandAction::Reset => reset(repl, arguments),
        CommandAction::Quit => quit(repl, arguments),
    }
}

/// `:help`.
pub(crate) fn help(repl: &mut Repl, name: &str) -> Result<NextStep> {
    if name.is_empty() {
        commands(repl);
        return Ok(NextStep::Continue);
    }
    if name.starts_with(':') {
        let command = named(name)?;
        let example = if command.example.is_empty() {
            String::new()
        } else {
            format!("\n  :{} {}", command.name, command.example)
        };
        repl.output.data(&format!("{}\n  {}{example}", command.usage(), command.summary));
        return Ok(NextStep::Continue);
    }
    of_function(repl, name)
}

fn commands(repl: &Repl) {
    let rows: Vec<_> = COMMANDS.iter().map(|command| (command.usage(), command.summary.to_owned())).collect();
    repl.output.data(&pairs(&rows, repl.output.width(), repl.output.data_palette()));
    repl.output.data("");
    repl.output.data("`last` holds the last value. Any other line is Rhai code; try get_users().");
    repl.output.data(":functions lists the functions, :help get_users explains one.");
}

/// The help of a function or type; `help(name)` at the prompt shows it too.
pub(crate) fn of_function(repl: &mut Repl, name: &str) -> Result<NextStep> {
    let name = name.trim().trim_matches('"').trim_end_matches("()").trim_start_matches("umapi::");
    let catalog = &repl.editor_context.symbols.get().catalog;
    let Some(lines) = help_text::of_name(catalog, name) else {
        let hint = match catalog.nearest(name) {
            Some(near) => format!("Did you mean `{near}`? :functions lists all."),
            None => ":functions lists all.".to_owned(),
        };
        return Err(Error::usage_with_hint(format!("there is no function or type `{name}`"), hint));
    };
    repl.output.data(function_reference::colored(&lines, repl.output.data_palette()).trim_end());
    Ok(NextStep::Continue)
}

/// `:functions`.
pub(crate) fn functions(repl: &mut Repl, pattern: &str) -> Result<NextStep> {
    let all = &repl.editor_context.symbols.get().catalog;
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
    Ok(NextStep::Continue)
}

/// `:more`.
pub(crate) fn more(repl: &mut Repl, _: &str) -> Result<NextStep> {
    let frame = repl.frame();
    let Some(shown) = repl.shown.as_mut().filter(|shown| shown.has_more()) else {
        return Err(Error::usage("there is nothing more to show"));
    };
    let text = shown.more(frame)?;
    repl.output.data(&text);
    Ok(NextStep::Continue)
}

/// `:json`.
pub(crate) fn json(repl: &mut Repl, _: &str) -> Result<NextStep> {
    let text = {
        let scope = repl.workspace.scope(); // copying a long list would take time
        let last = scope.get(LAST).unwrap_or(&Dynamic::UNIT);
        json_text::write(last, 2, repl.session.interrupt())?
    };
    repl.output.json(&text);
    Ok(NextStep::Continue)
}

/// `:csv`.
pub(crate) fn csv(repl: &mut Repl, file: &str) -> Result<NextStep> {
    let (file, if_exists) = with_if_exists(file);
    let path = file_named(file)?;
    refuse_workbook(&path)?;
    let last = rows_to_write(repl)?;
    let content = TableContent::of(last.clone()).or_else(|_| TableContent::of(vec![last].into()))?;
    let (path, rows) = tracked_files::write_output(&repl.session, &path, if_exists, |path, if_exists| {
        let plan = CsvWritePlan { if_exists, ..CsvWritePlan::default() };
        let written = write(&repl.session, path, &content, &plan)?;
        Ok((written.path, written.rows))
    })?;
    repl.output.message(&format!("{} written, {}", path.display(), plural(rows, "row")));
    Ok(NextStep::Continue)
}

/// `:xlsx`.
pub(crate) fn xlsx(repl: &mut Repl, file: &str) -> Result<NextStep> {
    let (file, if_exists) = with_if_exists(file);
    let path = file_named(file)?;
    let last = rows_to_write(repl)?;
    let rows = if TableContent::of(last.clone()).is_ok() { last } else { vec![last].into() };
    let content = WorkbookContent::of(rows)?;
    let (path, rows) = tracked_files::write_output(&repl.session, &path, if_exists, |path, if_exists| {
        workbook::write(path, &content, None, if_exists, repl.session.interrupt())
    })?;
    repl.output.message(&format!("{} written, {}", path.display(), plural(rows, "row")));
    Ok(NextStep::Continue)
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
    Ok(NextStep::Continue)
}

/// The rows of the last value, for a file.
///
/// # Errors
/// `usage`: there is no value.
fn rows_to_write(repl: &Repl) -> Result<Dynamic> {
    let last = repl.workspace.last();
    if last.is_unit() {
        let hint = "First evaluate what the file should contain, such as get_users().";
        return Err(Error::usage_with_hint("there is no last value to write", hint));
    }
    Ok(rows_of(last))
}

/// The rows of a value; those of a report are its outcomes.
fn rows_of(value: Dynamic) -> Dynamic {
    match inspect::type_label(&value).as_str() {
        "Report" => inspect::field(&value, "outcomes").unwrap_or(value),
        _ => value,
    }
}

/// `:vars`.
#[expect(clippy::unnecessary_wraps, reason = "every command of the table has this form")]
pub(crate) fn vars(repl: &mut Repl, _: &str) -> Result<NextStep> {
    let scope = repl.workspace.scope();
    let variables = scope.iter_raw().map(|(name, is_constant, value)| {
        let kind = inspect::type_label(value);
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
    Ok(NextStep::Continue)
}

/// A short form of a value; reads no pages.
fn brief(value: &rhai::Dynamic) -> String {
    use crate::repl::list_window::ListWindow;
    use crate::values::record_list::ListSize;
    if let Some(list) = ListWindow::of(value) {
        let noun = list.noun();
        return match list.size() {
            ListSize::Exactly(size) => format!("{size} {noun}"),
            ListSize::About(size) => format!("about {size} {noun}"),
            ListSize::AtLeast(size) => format!("at least {size} {noun}"),
        };
    }
    let text = json::json_of(value).map_or_else(|_| value.to_string(), |value| cell(&value));
    cut(&text, 60)
}

/// `:time`.
#[expect(clippy::unnecessary_wraps, reason = "every command of the table has this form")]
pub(crate) fn time(repl: &mut Repl, text: &str) -> Result<NextStep> {
    let (started, calls_before) = (Instant::now(), repl.session.calls());
    let step = repl.evaluate(text);
    let calls_after = repl.session.calls();
    let requests = plural(
        usize::try_from(calls_after.requests - calls_before.requests).unwrap_or(usize::MAX),
        "request",
    );
    let repeated = calls_after.retries - calls_before.retries;
    let repeated = if repeated > 0 { format!(", {repeated} of them retried") } else { String::new() };
    let waited = calls_after.waited.saturating_sub(calls_before.waited).as_secs_f64();
    let took = started.elapsed().as_secs_f64();
    repl.output.message(&format!("{took:.3} s; {requests}{repeated}; {waited:.3} s waiting"));
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
    let is_allowed = |text: &str| repl.history_filter.may_save(text) && !repl.session.holds_secret(text);
    let (text, left_out) = to_script(repl.workspace.saved(), is_allowed);
    super::save_script::check_target(&path)?;
    replace(&path, FileAccess::Usual, |target| target.write_all(text.as_bytes()))?;
    let count = repl.workspace.saved().len() - left_out;
    let without =
        if left_out > 0 { format!("; {left_out} left out because of a secret") } else { String::new() };
    repl.output.message(&format!("{} written, {count} inputs{without}", path.display()));
    Ok(NextStep::Continue)
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
            format!("`{editor}` failed: {ended}"),
            "Set EDITOR to another editor.",
        ));
    }
    let text = file_door::read_to_string(draft.path()).map_err(failed)?;
    Ok(NextStep::Prefill(text.trim_end().to_owned()))
}

/// `:profile`.
pub(crate) fn profile(repl: &mut Repl, name: &str) -> Result<NextStep> {
    if name.is_empty() {
        let current = &repl.session.setup().profile;
        for known in &repl.editor_context.profiles {
            let mark = if known == current { "*" } else { " " };
            repl.output.data(&format!("{mark} {known}"));
        }
        return Ok(NextStep::Continue);
    }
    repl.switch_to(name)?;
    Ok(NextStep::Continue)
}

/// `:mode`.
pub(crate) fn mode(repl: &mut Repl, name: &str) -> Result<NextStep> {
    let modes = [Mode::Test, Mode::Live];
    match modes.iter().find(|mode| mode.as_str() == name) {
        Some(mode) => repl.session.choose_mode(*mode)?,
        None if name.is_empty() => {}
        None => {
            return Err(Error::usage_with_hint(
                format!("`{name}` is not a valid mode"),
                "Use `test` or `live`.",
            ));
        }
    }
    repl.output.message(&repl.prompt_context().meaning(repl.output.palette()));
    Ok(NextStep::Continue)
}

/// `:history`.
pub(crate) fn history(repl: &mut Repl, count: &str) -> Result<NextStep> {
    let count = if count.is_empty() { Ok(HISTORY_SHOWN) } else { count.parse() };
    let count = count.map_err(|_| {
        Error::usage_with_hint("`:history` takes a number of lines", "For example: :history 50")
    })?;
    let first = repl.typed.len().saturating_sub(count);
    for (place, line) in repl.typed.iter().enumerate().skip(first) {
        repl.output.data_as_shown(&format!("{:>5}  {}", place + 1, line.replace('\n', "\n       ")));
    }
    Ok(NextStep::Continue)
}

/// `:undo`.
pub(crate) fn undo(repl: &mut Repl, _: &str) -> Result<NextStep> {
    if repl.session.mode() == Mode::Test {
        return Err(Error::usage_with_hint(
            "mode test changes nothing, so there is nothing to undo",
            "Type `:mode live` to undo a change that this session made in mode live.",
        ));
    }
    while let Some((line, span)) = repl.changed.last().cloned() {
        let undone = repl.opener.undo(&repl.session, span);
        if let Some(live) = &RunState::of(&repl.session).settings.live_run {
            live.release();
        }
        match undone? {
            UndoResult::Nothing => drop(repl.changed.pop()),
            UndoResult::Declined => {
                repl.output.message("nothing was undone");
                return Ok(NextStep::Continue);
            }
            UndoResult::Impossible => {
                repl.changed.pop();
                repl.output.message(&format!("nothing of this can be undone: {}", first_line(&line)));
                return Ok(NextStep::Continue);
            }
            UndoResult::Done => {
                repl.changed.pop();
                return Ok(NextStep::Continue);
            }
        }
    }
    Err(Error::usage_with_hint(
        "this session has not changed anything that could be undone",
        "`umapish journal` lists earlier runs, and `umapish undo RUN` undoes one.",
    ))
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// `:reset`.
#[expect(clippy::unnecessary_wraps, reason = "every command of the table has this form")]
pub(crate) fn reset(repl: &mut Repl, _: &str) -> Result<NextStep> {
    repl.workspace.reset();
    repl.share_names();
    repl.shown = None;
    Ok(NextStep::Continue)
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
