//! Random numbers, strings and ids.

use crate::error::{Error, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::thrown::ThrowAt;
use rhai::NativeCallContext;
use rhai::plugin::export_module;
use uuid::Uuid;

/// Random values.
#[export_module]
pub mod functions {
    /// Returns a random id (UUID, version 4).
    ///
    /// # Example
    /// ```rhai
    /// print(uuid());
    /// ```
    #[rhai_fn(volatile)]
    pub fn uuid() -> String {
        Uuid::new_v4().to_string()
    }

    /// Returns a random number from 0 up to, but not including, 1.
    ///
    /// # Example
    /// ```rhai
    /// if random() < 0.5 { print("heads"); } else { print("tails"); }
    /// ```
    #[rhai_fn(volatile)]
    pub fn random() -> f64 {
        rand::random()
    }

    /// Returns a random whole number between two numbers, both included.
    ///
    /// # Errors
    /// `usage` if the first is greater than the second.
    ///
    /// # Example
    /// ```rhai
    /// print(random(1, 6));
    /// ```
    #[rhai_fn(name = "random", volatile, return_raw)]
    pub fn random_between(context: NativeCallContext, lowest: i64, highest: i64) -> RhaiResultOf<i64> {
        random_integer(lowest, highest).at(&context)
    }

    /// Returns a random string of this length, made of the given characters.
    ///
    /// Use it to distinguish requests, not as a password.
    ///
    /// # Errors
    /// `usage` if there are no characters, or the length is below 0 or above 10,000.
    ///
    /// # Example
    /// ```rhai
    /// print(random(12, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"));
    /// ```
    #[rhai_fn(name = "random", volatile, return_raw)]
    pub fn random_text(context: NativeCallContext, length: i64, characters: &str) -> RhaiResultOf<String> {
        random_string(length, characters).at(&context)
    }
}

/// The greatest length of a random string; a longer one is probably a mistake.
const MAX_LENGTH: usize = 10_000;

fn random_integer(lowest: i64, highest: i64) -> Result<i64> {
    if lowest > highest {
        return Err(Error::usage(format!("there is no number from {lowest} to {highest}")));
    }
    Ok(rand::random_range(lowest..=highest))
}

fn random_string(length: i64, characters: &str) -> Result<String> {
    let letters: Vec<_> = characters.chars().collect();
    let length = usize::try_from(length).ok().filter(|length| *length <= MAX_LENGTH);
    let length = length
        .ok_or_else(|| Error::usage(format!("the length of a random string must be 0 to {MAX_LENGTH}")))?;
    if letters.is_empty() {
        return Err(Error::usage("random needs at least one character to choose from"));
    }
    Ok((0..length).map(|_| letters[rand::random_range(0..letters.len())]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_bounds_are_included() {
        let mut random_string: Vec<_> = (0..200).filter_map(|_| random_integer(0, 1).ok()).collect();
        random_string.sort_unstable();
        random_string.dedup();
        assert_eq!(random_string, [0, 1]);
        assert!(random_integer(i64::MIN, i64::MAX).is_ok());
    }

    #[test]
    fn impossible_random_values_are_refused() {
        assert_eq!(random_integer(2, 1).unwrap_err().to_string(), "there is no number from 2 to 1");
        assert!(
            random_string(-1, "a").is_err()
                && random_string(1, "").is_err()
                && random_string(10_001, "a").is_err()
        );
    }

    #[test]
    fn a_random_text_has_its_length_and_its_characters() {
        let text = random_string(12, "äb").unwrap();
        assert_eq!(text.chars().count(), 12);
        assert!(text.chars().all(|letter| "äb".contains(letter)));
    }

    #[test]
    fn ids_are_of_version_4() {
        let id = functions::uuid();
        assert_eq!((id.len(), id.chars().nth(14)), (36, Some('4')));
    }
}
