//! What is shown of a translated script.

/// What is shown of a translated script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DraftView {
    /// The script in Rhai.
    Script,
    /// A table of what became of each line.
    Lines,
    /// The same in JSON.
    Json,
}
