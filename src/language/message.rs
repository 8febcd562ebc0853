//! The description of an error and its topic.

/// The description of an error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ErrorWords {
    /// What happened.
    pub message: String,
    /// What to do, if the error alone shows it.
    pub hint: Option<String>,
    /// The topic, for hints that need the text of the script.
    pub topic: ErrorTopic,
}

/// The topic of an error, for hints that need the text of the script.
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
    /// The value is `()` where another value was expected.
    Nothing,
    /// Any other topic; the text adds nothing.
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
