//! The only writer to standard output and standard error: data to the one, everything for people to the other.

pub(crate) mod cell;
pub(crate) mod columns;
pub(crate) mod format;
pub(crate) mod frame;
pub(crate) mod markdown;
pub(crate) mod palette;
pub(crate) mod pretty;
pub(crate) mod source_snippet;
#[cfg(unix)]
pub(crate) mod standard;
pub(crate) mod table;

use crate::output::format::OutputForm;
use crate::output::palette::ColorPalette;
use crate::output::source_snippet::ScriptSnippet;
use crate::secret::{mask, mask_json};
use crate::tabular::workbook::workbook_of;
use crate::wire::invisible::{defused, escaped};
use format::{Canvas, render};
use serde_json::Value;
use source_snippet::Severity;
use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// How to print.
#[derive(Debug, Clone, Copy)]
pub struct OutputSettings {
    /// The format of values; by default table on a terminal and JSON otherwise.
    pub form: Option<OutputForm>,
    /// Whether progress, notes and warnings are left out.
    pub quiet: bool,
    /// Color always or never; by default on a terminal only.
    pub colored: Option<bool>,
    /// Whether errors show what caused them (`-vv`).
    pub causes: bool,
}

/// The two streams of this process, or replacements in tests.
pub struct Output {
    form: OutputForm,
    quiet: bool,
    causes: bool,
    canvas: Canvas,
    people: StreamSurface,
    /// Whether the terminal of people can show a line of progress.
    progress: bool,
    streams: Mutex<OutputStreams>,
    lost: OnceLock<io::Error>,
    stop: OnceLock<Box<StopCheck>>,
}

/// Whether the output is still wanted.
type StopCheck = dyn Fn() -> bool + Send + Sync;

/// The number of bytes written between two checks of `stop`.
const PIECE: usize = 8192;

#[derive(Clone, Copy)]
struct StreamSurface {
    terminal: bool,
    /// Columns of the terminal; `None` for no limit.
    width: Option<u16>,
    palette: ColorPalette,
}

struct OutputStreams {
    data: Box<dyn Write + Send>,
    people: Box<dyn Write + Send>,
    status_shown: bool,
    /// Whether a workbook was written.
    has_workbook: bool,
}

impl Output {
    /// The streams of this process. `no_color`: the environment switches color off (`NO_COLOR`).
    pub fn standard(settings: OutputSettings, no_color: bool) -> Self {
        let (data, people) = (io::stdout(), io::stderr());
        let surface = |terminal: bool| StreamSurface {
            terminal,
            width: if terminal { columns() } else { None },
            palette: ColorPalette { colored: settings.colored.unwrap_or(terminal && !no_color) },
        };
        let (data_surface, people_surface) = (surface(data.is_terminal()), surface(people.is_terminal()));
        Self::new(settings, (data_surface, people_surface), (Box::new(data), Box::new(people)))
    }

    fn new(
        settings: OutputSettings,
        (data, people): (StreamSurface, StreamSurface),
        (data_stream, people_stream): (Box<dyn Write + Send>, Box<dyn Write + Send>),
    ) -> Self {
        let form = settings.form.unwrap_or(if data.terminal { OutputForm::Table } else { OutputForm::Json });
        Self {
            form,
            quiet: settings.quiet,
            causes: settings.causes,
            canvas: Canvas { terminal: data.terminal, width: data.width, palette: data.palette },
            people,
            progress: people.terminal,
            streams: Mutex::new(OutputStreams {
                data: data_stream,
                people: people_stream,
                status_shown: false,
                has_workbook: false,
            }),
            lost: OnceLock::new(),
            stop: OnceLock::new(),
        }
    }

    /// From now on, long data is cut off once `stop` returns true.
    pub fn heed(&self, stop: impl Fn() -> bool + Send + Sync + 'static) {
        self.stop.get_or_init(|| Box::new(stop));
    }

    /// A line of data. Beside a workbook it goes to the operator.
    pub fn data(&self, line: &str) {
        if self.form == OutputForm::Xlsx {
            return self.people_line(line);
        }
        let mut streams = self.streams();
        streams.clear_status();
        if let Err(error) = self.write_line(&mut *streams.data, mask(line).as_bytes()) {
            self.lost.get_or_init(|| error);
        }
    }

    /// A line of data from the service or a file: on a terminal, what could drive it is shown by its code.
    pub fn data_as_shown(&self, line: &str) {
        self.data(&if self.canvas.terminal { defused(line) } else { line.into() });
    }

    /// A line of JSON, which on a terminal has no character that could drive it.
    pub fn json(&self, line: &str) {
        self.data(&if self.canvas.terminal { escaped(line) } else { line.into() });
    }

    fn write_line(&self, target: &mut dyn Write, line: &[u8]) -> io::Result<()> {
        for (number, piece) in line.chunks(PIECE).enumerate() {
            if number > 0 && self.stop.get().is_some_and(|stop| stop()) {
                break;
            }
            target.write_all(piece)?;
        }
        target.write_all(b"\n")?;
        target.flush()
    }

    /// A value in the selected format; null prints nothing.
    pub fn value(&self, value: &Value) {
        if value.is_null() {
            return;
        }
        if self.form != OutputForm::Xlsx {
            return self.data(&render(&mask_json(value), self.form, self.canvas));
        }
        if let Err(error) = self.workbook(value) {
            self.lost.get_or_init(|| error);
        }
    }

    /// Writes a value as a workbook, which must be the only one: two cannot follow each other in a file.
    fn workbook(&self, value: &Value) -> io::Result<()> {
        let mut streams = self.streams();
        if streams.has_workbook {
            return Err(io::Error::other("`-o xlsx` writes one workbook; use write_xlsx for several"));
        }
        streams.has_workbook = true;
        streams.data.write_all(&workbook_of(&mask_json(value), "Rows")?)?;
        streams.data.flush()
    }

    /// Whether `-o xlsx` would show a workbook on a terminal.
    pub fn needs_a_file(&self) -> bool {
        self.form == OutputForm::Xlsx && self.canvas.terminal
    }

    /// Why standard output can no longer be written: usually the reader closed the pipe (`BrokenPipe`).
    pub fn lost(&self) -> Option<&io::Error> {
        self.lost.get()
    }

    /// A line for the operator, even with `--quiet`.
    pub fn message(&self, line: &str) {
        self.people_line(line);
    }

    /// A line for the operator from a script, the service or a file: on a terminal, what could drive it is shown by its
    /// code.
    pub fn message_as_shown(&self, line: &str) {
        self.people_line(&self.shown_to_people(line));
    }

    fn shown_to_people<'l>(&self, line: &'l str) -> Cow<'l, str> {
        if self.people.terminal { defused(line) } else { line.into() }
    }

    /// A note; not with `--quiet`.
    pub fn note(&self, line: &str) {
        if !self.quiet {
            self.labelled("note", ColorPalette::hint, line);
        }
    }

    /// A warning; not with `--quiet`.
    pub fn warning(&self, line: &str) {
        if !self.quiet {
            self.labelled("warning", ColorPalette::warning, line);
        }
    }

    /// Whether errors show what caused them.
    pub fn shows_causes(&self) -> bool {
        self.causes
    }

    /// A line about something that failed, after `label`; even with `--quiet`.
    pub fn failure(&self, label: &str, line: &str) {
        self.labelled(label, ColorPalette::error, line);
    }

    /// Whether a person sees what is written for people as it is written.
    pub fn is_watched(&self) -> bool {
        self.people.terminal
    }

    /// An error in one line, with what to do next.
    pub fn error(&self, message: &str, hint: Option<&str>) {
        self.error_with_causes(message, &[], hint);
    }

    /// An error, what caused it (shown with `-vv` only), and what to do next.
    pub fn error_with_causes(&self, message: &str, causes: &[String], hint: Option<&str>) {
        self.labelled("error", ColorPalette::error, message);
        for cause in causes.iter().filter(|_| self.causes) {
            self.labelled("  caused by", ColorPalette::dim, cause);
        }
        if let Some(hint) = hint {
            self.labelled("  hint", ColorPalette::hint, hint);
        }
    }

    /// An error or a warning about a place in a script.
    pub fn snippet(&self, snippet: &ScriptSnippet) {
        if snippet.severity == Severity::Error || !self.quiet {
            self.people_line(&source_snippet::render(&snippet.masked(), self.palette()));
        }
    }

    /// Replaces the line of progress on a terminal; the next line of any kind takes its place.
    pub fn status(&self, line: &str) {
        if !self.shows_status() {
            return;
        }
        let mut streams = self.streams();
        streams.clear_status();
        streams.status_shown = !line.is_empty();
        let width = columns().map_or(usize::MAX, usize::from);
        let line = mask(line);
        let line = table::cut(&line, width.saturating_sub(1)); // a wrapped line could not be erased
        discard(write!(streams.people, "{line}").and_then(|()| streams.people.flush()));
    }

    /// Whether progress is wanted and a person sees it.
    pub fn shows_status(&self) -> bool {
        self.progress && !self.quiet
    }

    /// The colors of what is written for people.
    pub fn palette(&self) -> ColorPalette {
        self.people.palette
    }

    /// A terminal that cannot move its cursor back gets no line of progress.
    #[must_use]
    pub fn without_progress(mut self) -> Self {
        self.progress = false;
        self
    }

    /// The form of values.
    pub fn form(&self) -> OutputForm {
        self.form
    }

    /// Columns of the terminal, as wide as it is now; `None` where data goes elsewhere.
    pub fn width(&self) -> Option<usize> {
        let width = if self.canvas.terminal { columns() } else { None };
        width.map(usize::from)
    }

    /// Lines of the terminal; `None` where data goes elsewhere.
    pub fn height(&self) -> Option<usize> {
        let size = if self.canvas.terminal { terminal_size::terminal_size() } else { None };
        size.map(|(_, height)| height.0.into())
    }

    /// The colors of data.
    pub fn data_palette(&self) -> ColorPalette {
        self.canvas.palette
    }

    /// A line after its label, wrapped at spaces if the terminal is narrower.
    fn labelled(&self, label: &str, color: impl Fn(ColorPalette, &str) -> String, line: &str) {
        // Before the line is broken: a part of a secret is not found.
        let plain = format!("{label}: {}", self.shown_to_people(&mask(line)));
        let broken = match self.people.width {
            Some(width) => {
                textwrap::fill(&plain, textwrap::Options::new(width.into()).subsequent_indent("    "))
            }
            None => plain,
        };
        let rest = broken.strip_prefix(label).unwrap_or(&broken);
        self.people_line(&format!("{}{rest}", color(self.palette(), label)));
    }

    fn people_line(&self, line: &str) {
        let mut streams = self.streams();
        streams.clear_status();
        discard(writeln!(streams.people, "{}", mask(line)));
    }

    fn streams(&self) -> MutexGuard<'_, OutputStreams> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OutputStreams {
    fn clear_status(&mut self) {
        if std::mem::take(&mut self.status_shown) {
            discard(write!(self.people, "\r\u{1b}[K"));
        }
    }
}

/// Columns of this process's terminal.
fn columns() -> Option<u16> {
    terminal_size::terminal_size().map(|(width, _)| width.0)
}

/// A closed standard error cannot be reported.
fn discard(result: io::Result<()>) {
    drop(result);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::sync::Arc;

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Sink {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    const PLAIN: OutputSettings = OutputSettings { form: None, quiet: false, colored: None, causes: false };

    fn output(settings: OutputSettings, terminal: bool) -> (Output, Sink, Sink) {
        let (data, people) = (Sink::default(), Sink::default());
        let surface = StreamSurface { terminal, width: None, palette: ColorPalette::PLAIN };
        let output =
            Output::new(settings, (surface, surface), (Box::new(data.clone()), Box::new(people.clone())));
        (output, data, people)
    }

    #[test]
    fn data_and_messages_go_their_own_ways() {
        let (output, data, people) = output(PLAIN, false);
        output.data("row");
        output.note("hello");
        output.error("it failed", Some("try again"));
        assert_eq!(data.text(), "row\n");
        assert_eq!(people.text(), "note: hello\nerror: it failed\n  hint: try again\n");
    }

    #[test]
    fn what_is_wider_than_a_person_s_terminal_is_broken_at_blanks() {
        let people = Sink::default();
        let surface =
            StreamSurface { terminal: true, width: Some(20), palette: ColorPalette { colored: true } };
        let output =
            Output::new(PLAIN, (surface, surface), (Box::new(Sink::default()), Box::new(people.clone())));
        output.warning("one two three four five");
        let label = ColorPalette { colored: true }.warning("warning");
        assert_eq!(people.text(), format!("{label}: one two\n    three four five\n"));
    }

    #[test]
    fn quiet_leaves_errors_and_the_script_s_own_lines() {
        let (output, _, people) = output(OutputSettings { quiet: true, ..PLAIN }, true);
        output.note("a");
        output.warning("b");
        output.status("c");
        output.message("d");
        output.error("e", None);
        assert_eq!(people.text(), "d\nerror: e\n");
    }

    #[test]
    fn a_status_is_wiped_before_the_next_line() {
        let (output, data, people) = output(PLAIN, true);
        output.status("waiting 3 s");
        output.data("row");
        assert_eq!(people.text(), "waiting 3 s\r\u{1b}[K");
        assert_eq!(data.text(), "row\n");
    }

    #[test]
    fn a_long_line_ends_when_nobody_wants_it_any_more() {
        let (output, data, _) = output(PLAIN, true);
        output.heed(|| true);
        output.data("short");
        output.data(&"x".repeat(10 * PIECE));
        assert_eq!(data.text().len(), "short\n".len() + PIECE + 1);
    }

    #[test]
    fn values_are_tables_on_a_terminal_and_json_otherwise() {
        let (terminal, data, _) = output(PLAIN, true);
        terminal.value(&json!("x"));
        assert_eq!(data.text(), "x\n");
        let (file, data, _) = output(PLAIN, false);
        file.value(&json!("x"));
        file.value(&json!(null));
        assert_eq!(data.text(), "\"x\"\n");
    }

    #[test]
    fn a_closed_pipe_is_remembered_not_thrown() {
        let surface = StreamSurface { terminal: false, width: None, palette: ColorPalette::PLAIN };
        let output = Output::new(PLAIN, (surface, surface), (Box::new(Closed), Box::new(Sink::default())));
        assert!(output.lost().is_none());
        output.data("x");
        assert_eq!(output.lost().map(io::Error::kind), Some(io::ErrorKind::BrokenPipe));
    }
}
