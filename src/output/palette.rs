//! Colors by meaning; without color the text stays as it is, so color is never the only signal.

use owo_colors::OwoColorize;
use std::fmt::Display;

/// Whether to use color.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColorPalette {
    /// Colors on.
    pub colored: bool,
}

impl ColorPalette {
    /// No color at all.
    pub const PLAIN: Self = Self { colored: false };

    /// Something went wrong.
    pub fn error(self, text: &str) -> String {
        self.choose(text, text.red().bold())
    }

    /// Something needs attention.
    pub fn warning(self, text: &str) -> String {
        self.choose(text, text.yellow().bold())
    }

    /// What to do next.
    pub fn hint(self, text: &str) -> String {
        self.choose(text, text.cyan())
    }

    /// Less important than its surroundings.
    pub fn dim(self, text: &str) -> String {
        self.choose(text, text.dimmed())
    }

    /// More important than its surroundings.
    pub fn strong(self, text: &str) -> String {
        self.choose(text, text.bold())
    }

    /// A word of the script language.
    pub fn keyword(self, text: &str) -> String {
        self.choose(text, text.magenta())
    }

    /// A string in a script.
    pub fn text(self, text: &str) -> String {
        self.choose(text, text.green())
    }

    /// A number in a script.
    pub fn number(self, text: &str) -> String {
        self.choose(text, text.yellow())
    }

    /// A bracket that belongs to the one at the cursor.
    pub fn matching(self, text: &str) -> String {
        self.choose(text, text.bold().underline())
    }

    fn choose(self, text: &str, colored: impl Display) -> String {
        if self.colored { colored.to_string() } else { text.to_owned() }
    }
}
