//! Colours by meaning; without colour the text stays as it is, so colour is never the only signal.

use owo_colors::OwoColorize;
use std::fmt::Display;

/// Whether to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    /// Colours on.
    pub colored: bool,
}

impl Palette {
    /// No colour at all.
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

    fn choose(self, text: &str, colored: impl Display) -> String {
        if self.colored { colored.to_string() } else { text.to_owned() }
    }
}
