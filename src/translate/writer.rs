//! Collects the lines of the script, with the comments and blank lines of the source between them.

use super::report::{LineOutcome, TranslatedLine};
use super::syntax::PythonFile;
use std::collections::BTreeMap;

/// The script so far.
pub(super) struct ScriptWriter<'f> {
    file: &'f PythonFile,
    lines: Vec<String>,
    sources: Vec<usize>,
    indent: usize,
    /// The first line of the source whose comments are not yet copied.
    next: usize,
    outcomes: BTreeMap<usize, (LineOutcome, String)>,
    missing: Vec<String>,
    /// What the draft says at the end of a line.
    remarks: BTreeMap<usize, &'static str>,
    /// Whether comments are dropped, as those inside of a part that is built in.
    is_silent: bool,
}

/// A state to return to.
pub(super) struct WriterMark {
    lines: usize,
    indent: usize,
    next: usize,
    outcomes: BTreeMap<usize, (LineOutcome, String)>,
    missing: usize,
}

impl<'f> ScriptWriter<'f> {
    pub(super) fn new(file: &'f PythonFile) -> Self {
        Self {
            file,
            lines: Vec::new(),
            sources: Vec::new(),
            indent: 0,
            next: 1,
            outcomes: BTreeMap::new(),
            missing: Vec::new(),
            remarks: BTreeMap::new(),
            is_silent: false,
        }
    }

    pub(super) fn mark(&self) -> WriterMark {
        WriterMark {
            lines: self.lines.len(),
            indent: self.indent,
            next: self.next,
            outcomes: self.outcomes.clone(),
            missing: self.missing.len(),
        }
    }

    pub(super) fn reset(&mut self, mark: WriterMark) {
        self.lines.truncate(mark.lines);
        self.sources.truncate(mark.lines);
        self.indent = mark.indent;
        self.next = mark.next;
        self.outcomes = mark.outcomes;
        self.missing.truncate(mark.missing);
    }

    pub(super) fn indent(&mut self) {
        self.indent += 1;
    }

    pub(super) fn dedent(&mut self) {
        self.indent = self.indent.saturating_sub(1);
    }

    pub(super) fn padding(&self) -> String {
        "    ".repeat(self.indent)
    }

    /// Copies the comments and blank lines before a line of the source.
    pub(super) fn catch_up(&mut self, line: usize) {
        while self.next < line {
            let number = self.next;
            self.next += 1;
            let text = self.file.lines.get(number - 1).map_or("", |text| text.trim());
            if text.is_empty() {
                let is_doubled = self.lines.last().is_none_or(std::string::String::is_empty);
                if !is_doubled && !self.is_silent {
                    self.raw(String::new(), 0);
                }
            } else if number == 1 && text.starts_with("#!") {
                self.raw("#!/usr/bin/env umapish".to_owned(), number);
                self.outcome(number, LineOutcome::Same, "");
            } else if text.starts_with('#') {
                if !self.is_silent {
                    let comment = self.comment_of(number);
                    self.raw(format!("{}//{comment}", self.padding()).trim_end().to_owned(), number);
                }
                self.outcome(number, LineOutcome::Same, "");
            }
        }
    }

    /// The comment of a line, without its mark.
    pub(super) fn comment_of(&self, line: usize) -> String {
        let comment = self.file.comments.get(&line).cloned().unwrap_or_default();
        spaced(comment.trim_start_matches('!'))
    }

    /// The source of a line, trimmed.
    pub(super) fn source(&self, line: usize) -> &'f str {
        self.file.lines.get(line.saturating_sub(1)).map_or("", |text| text.trim())
    }

    /// The comment after the code of a line, as a suffix.
    pub(super) fn trailing(&self, line: usize) -> String {
        let is_own = self.source(line).starts_with('#');
        if let Some(remark) = self.remarks.get(&line).filter(|_| !is_own && !self.is_silent) {
            let comment = self.file.comments.get(&line).map(|comment| format!("{};", comment.trim_end()));
            return format!(" //{} {remark}", spaced(&comment.unwrap_or_default()));
        }
        match self.file.comments.get(&line) {
            Some(comment) if !is_own && !self.is_silent => format!(" //{}", spaced(comment)),
            _ => String::new(),
        }
    }

    /// Writes code of the lines `first` to `last` of the source.
    pub(super) fn code(&mut self, first: usize, last: usize, code: &str) {
        self.catch_up(first);
        let padding = self.padding();
        let trailing = self.trailing(last);
        let mut parts = code.split('\n').collect::<Vec<_>>();
        let end = parts.pop().unwrap_or_default();
        for (place, part) in parts.iter().enumerate() {
            let text = if place == 0 { format!("{padding}{part}") } else { (*part).to_owned() };
            self.raw(text.trim_end().to_owned(), first);
        }
        let text = if parts.is_empty() { format!("{padding}{end}") } else { end.to_owned() };
        self.raw(format!("{}{trailing}", text.trim_end()), first);
        self.next = self.next.max(last + 1);
    }

    /// Writes a line that has no line in the source.
    pub(super) fn extra(&mut self, code: &str) {
        let padding = self.padding();
        for line in code.split('\n') {
            self.raw(format!("{padding}{line}").trim_end().to_owned(), 0);
        }
    }

    fn raw(&mut self, text: String, source: usize) {
        self.lines.push(text);
        self.sources.push(source);
    }

    /// Says what happened to a line; the worst outcome stays.
    pub(super) fn outcome(&mut self, line: usize, outcome: LineOutcome, note: &str) {
        if self.source(line).is_empty() {
            return;
        }
        let entry = self.outcomes.entry(line).or_insert((outcome, String::new()));
        entry.0 = entry.0.max(outcome);
        if !note.is_empty() && !entry.1.contains(note) {
            let separator = if entry.1.is_empty() { "" } else { ", " };
            entry.1 = format!("{}{separator}{note}", entry.1);
        }
    }

    /// Says in the draft and in the report that the result of a statement may look different.
    pub(super) fn remark(&mut self, first: usize, last: usize, remark: &'static str) {
        self.remarks.insert(last, remark);
        self.outcome(first, LineOutcome::Same, remark);
    }

    /// Says what happened to several lines.
    pub(super) fn outcomes(&mut self, first: usize, last: usize, outcome: LineOutcome, note: &str) {
        for line in first..=last {
            self.outcome(line, outcome, note);
        }
    }

    /// Replaces what was said of several lines.
    pub(super) fn replace_outcomes(&mut self, first: usize, last: usize, outcome: LineOutcome, note: &str) {
        for line in first..=last {
            self.outcomes.remove(&line);
            self.outcome(line, outcome, note);
        }
    }

    /// Names something without a counterpart.
    pub(super) fn missing(&mut self, what: &str) {
        if !self.missing.iter().any(|known| known == what) {
            self.missing.push(what.to_owned());
        }
    }

    /// Skips the comments up to a line of the source, which stay in the report.
    pub(super) fn skip_to(&mut self, line: usize) {
        let was_silent = std::mem::replace(&mut self.is_silent, true);
        self.catch_up(line + 1);
        self.is_silent = was_silent;
    }

    /// The script, the outcome of every line, what is missing, and the source of every line of the script.
    pub(super) fn finish(mut self) -> (String, Vec<TranslatedLine>, Vec<String>, Vec<usize>) {
        self.catch_up(self.file.lines.len() + 1);
        let mut lines = Vec::new();
        for (index, text) in self.file.lines.iter().enumerate() {
            if !text.trim().is_empty() {
                let line = index + 1;
                let (kind, note) =
                    self.outcomes.get(&line).cloned().unwrap_or((LineOutcome::Same, String::new()));
                lines.push(TranslatedLine { line, kind, note });
            }
        }
        let mut script = self.lines.join("\n");
        script.push('\n');
        (script, lines, self.missing, self.sources)
    }
}

/// A comment that Rhai does not take for documentation: `///` and `//!` begin those.
fn spaced(comment: &str) -> String {
    if comment.starts_with(['/', '!', '*']) { format!(" {comment}") } else { comment.to_owned() }
}
