//! Standard input can be read once: whoever needs it claims it, and a second one hears who has it. Without this, a script
//! from a pipe and a secret from the same pipe would each get a part.

use crate::error::{Error, Result};
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// Who reads standard input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputReader {
    /// The script itself.
    Script,
    /// `--secret-arg -`.
    SecretArgument,
    /// A file that the script reads, named `-`.
    Data,
    /// `ask` and `confirm`, any number of times.
    Questions,
    /// The prompt, which lets questions read as well.
    Prompt,
}

impl fmt::Display for InputReader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Script => "the script",
            Self::SecretArgument => "--secret-arg -",
            Self::Data => "the file `-`",
            Self::Questions => "ask() and confirm()",
            Self::Prompt => "the prompt",
        })
    }
}

static CLAIMED: Mutex<Option<InputReader>> = Mutex::new(None);

/// Claims standard input.
///
/// # Errors
/// `usage`: somebody else has it.
pub(crate) fn claim(reader: InputReader) -> Result<()> {
    let mut claimed = CLAIMED.lock().unwrap_or_else(PoisonError::into_inner);
    grant(&mut claimed, reader)
}

/// Gives standard input to the prompt, whatever was read before it started.
pub(crate) fn claim_for_prompt() {
    *CLAIMED.lock().unwrap_or_else(PoisonError::into_inner) = Some(InputReader::Prompt);
}

fn grant(claimed: &mut Option<InputReader>, reader: InputReader) -> Result<()> {
    match *claimed {
        Some(InputReader::Prompt) if reader == InputReader::Questions => Ok(()),
        Some(owner) if owner != reader || reader != InputReader::Questions => {
            let message = format!("standard input is read by {owner}, so {reader} cannot read it too");
            let hint = "Use a file for one of them, such as --secret-arg file:PATH or a script file.";
            Err(Error::usage_with_hint(message, hint))
        }
        _ => {
            *claimed = Some(reader);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prompt_lets_questions_read_and_nobody_else() {
        for reader in [InputReader::Script, InputReader::SecretArgument, InputReader::Data] {
            let mut claimed = Some(InputReader::Prompt);
            grant(&mut claimed, InputReader::Questions).unwrap();
            let error = grant(&mut claimed, reader).unwrap_err().to_string();
            assert!(error.starts_with("standard input is read by the prompt"), "{error}");
        }
    }

    #[test]
    fn only_questions_are_read_more_than_once() {
        let all =
            [InputReader::Script, InputReader::SecretArgument, InputReader::Data, InputReader::Questions];
        for first in all {
            for second in all {
                let mut claimed = None;
                grant(&mut claimed, first).unwrap();
                let is_granted = grant(&mut claimed, second).is_ok();
                assert_eq!(
                    is_granted,
                    first == second && first == InputReader::Questions,
                    "{first} {second}"
                );
            }
        }
    }
}
