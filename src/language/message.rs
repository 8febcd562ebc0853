//! An error in words, and what it is about.

/// An error in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ErrorWords {
    /// What happened.
    pub message: String,
    /// What to do, as far as the error alone shows it.
    pub hint: Option<String>,
    /// What the text of the script may show more about.
    pub topic: ErrorTopic,
}

/// What an error is about, for hints that need the text of the script.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ErrorTopic {
    /// The script does not parse.
    Syntax,
    /// A variable that does not exist.
    Variable(String),
    /// A function that does not exist.
    Function(String),
    /// A function that exists, but not for these values.
    Arguments(String),
    /// A value was expected, and there was none: `()`.
    Nothing,
    /// Nothing that the script shows more about.
    #[default]
    Other,
}

impl ErrorWords {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    pub(super) fn about(self, topic: ErrorTopic) -> Self {
        Self { topic, ..self }
    }
}
