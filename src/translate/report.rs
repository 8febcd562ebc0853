//! What happened to each line of the source.

/// The remark on a line that shows the order of a map's keys.
pub(crate) const KEY_ORDER: &str = "keys in alphabetical order";

/// What happened to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LineOutcome {
    /// It is a line of the script.
    Same,
    /// umapish does it by itself.
    BuiltIn,
    /// It is a line of the script, with a known defect of the samples removed.
    Fixed,
    /// A person has to look at it.
    Left,
}

impl LineOutcome {
    /// The word in the report.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::BuiltIn => "built in",
            Self::Fixed => "fixed",
            Self::Left => "left",
        }
    }
}

/// A line of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TranslatedLine {
    /// Its number, from 1.
    pub line: usize,
    /// What happened to it.
    pub kind: LineOutcome,
    /// The defect that was removed, or why it is left.
    pub note: String,
}

/// A translated script.
#[derive(Debug)]
pub(crate) struct Translation {
    /// The Rhai script.
    pub script: String,
    /// Every line of the source that is not blank, in order.
    pub lines: Vec<TranslatedLine>,
    /// What has no counterpart, each once.
    pub missing: Vec<String>,
    /// For each line of the script, the line of the source it comes from; 0 for none.
    pub sources: Vec<usize>,
    /// The first and last line of each statement of the source that is not within another.
    pub statements: Vec<(usize, usize)>,
}

impl TranslatedLine {
    /// The line, left to a person.
    #[must_use]
    pub(crate) fn left(self) -> Self {
        Self { kind: LineOutcome::Left, ..self }
    }
}
