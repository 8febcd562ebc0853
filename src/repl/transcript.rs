//! All inputs of a session as one text with its own line numbers. Functions outlive the input that declares them, so an
//! error in one must be traced back to the input and line that it came from.

use crate::language::place::ScriptPlace;
use crate::language::script_error::ScriptError;
use std::path::PathBuf;

/// The inputs of a session so far.
#[derive(Debug, Default)]
pub(super) struct Transcript {
    inputs: Vec<TranscriptInput>,
}

/// An input: typed lines, or a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TranscriptInput {
    /// Its name in messages.
    pub name: String,
    /// The file it was read from.
    pub file: Option<PathBuf>,
    /// Its text.
    pub text: String,
    /// Lines before it in the session; at least one.
    lines_before: usize,
}

impl Transcript {
    /// Adds what was typed.
    pub(super) fn add_input(&mut self, text: &str) -> TranscriptInput {
        self.add(self.next_name(), None, text)
    }

    /// The name that the next typed input gets.
    pub(super) fn next_name(&self) -> String {
        format!("input {}", self.inputs.len() + 1)
    }

    /// Adds a file.
    pub(super) fn add_file(&mut self, file: PathBuf, text: &str) -> TranscriptInput {
        self.add(file.display().to_string(), Some(file), text)
    }

    fn add(&mut self, name: String, file: Option<PathBuf>, text: &str) -> TranscriptInput {
        let lines_before = self.inputs.last().map_or(1, |last| last.lines_before + line_count(&last.text));
        let input = TranscriptInput { name, file, text: text.to_owned(), lines_before };
        self.inputs.push(input.clone());
        input
    }

    /// The input that contains a position, and the position within it. Positions in modules belong to no input.
    fn find(&self, place: &ScriptPlace) -> Option<(&TranscriptInput, ScriptPlace)> {
        let line = place.line?;
        let input = self.inputs.iter().rev().find(|input| input.lines_before < line)?;
        if place.source.as_ref().is_some_and(|source| *source != input.name) {
            return None;
        }
        let place = ScriptPlace {
            source: Some(input.name.clone()),
            line: Some(line - input.lines_before),
            ..place.clone()
        };
        Some((input, place))
    }

    /// Converts positions in the session to positions in its inputs; returns the input that failed.
    pub(super) fn locate(&self, failure: &mut ScriptError) -> Option<TranscriptInput> {
        for call in &mut failure.calls {
            if let Some((_, place)) = self.find(&call.place) {
                call.place = place;
            }
        }
        if let Some((_, place)) = failure.first.as_ref().and_then(|first| self.find(first)) {
            failure.first = Some(place);
        }
        let (input, place) = self.find(&failure.place)?;
        failure.place = place;
        Some(input.clone())
    }
}

impl TranscriptInput {
    /// The text to compile, moved down to its line numbers in the session, with `prelude` on the first line.
    pub(super) fn with_line_offset(&self, prelude: &str) -> String {
        format!("{prelude}{}{}", "\n".repeat(self.lines_before), self.text)
    }
}

/// The number of lines in a string, the next one not included.
fn line_count(text: &str) -> usize {
    text.matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(line: usize) -> ScriptPlace {
        ScriptPlace { source: None, line: Some(line), column: Some(3) }
    }

    #[test]
    fn a_position_is_found_in_its_input() {
        let mut transcript = Transcript::default();
        let first = transcript.add_input("fn f() {\n  1\n}");
        let second = transcript.add_file("jobs/x.rhai".into(), "f()");
        assert_eq!(first.with_line_offset("const A = A;"), "const A = A;\nfn f() {\n  1\n}");
        assert_eq!(second.with_line_offset("").lines().count(), 5);
        let mut failure = ScriptError { place: place(3), first: Some(place(5)), ..ScriptError::default() };
        assert_eq!(transcript.locate(&mut failure), Some(first));
        assert_eq!((failure.place.source.as_deref(), failure.place.line), (Some("input 1"), Some(2)));
        let place = failure.first.unwrap();
        assert_eq!((place.source.as_deref(), place.line), (Some("jobs/x.rhai"), Some(1)));
    }

    #[test]
    fn a_position_in_a_module_is_unchanged() {
        let mut transcript = Transcript::default();
        transcript.add_input("f()");
        let there = ScriptPlace { source: Some("lib.rhai".into()), ..place(2) };
        let mut failure = ScriptError { place: there.clone(), ..ScriptError::default() };
        assert_eq!(transcript.locate(&mut failure), None);
        assert_eq!(failure.place, there);
    }
}
