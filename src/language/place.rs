//! A position in a script.

use rhai::Position;

/// A position in a script.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScriptPlace {
    /// The file or module; `None` for the script that was started.
    pub source: Option<String>,
    /// 1-based line; `None` when it is not known.
    pub line: Option<usize>,
    /// 1-based column; `None` when it is not known.
    pub column: Option<usize>,
}

impl ScriptPlace {
    pub(super) fn new(source: Option<String>, position: Position) -> Self {
        Self { source, line: position.line(), column: position.position() }
    }

    pub(super) fn is_same_spot(&self, other: &Self) -> bool {
        (self.line, self.column) == (other.line, other.column)
    }
}
