//! The `#!` line of a script. It may make a run stricter, never live or looser: whoever writes the script writes the
//! line, and only the operator decides what a script may do.

use crate::error::{Error, Result};

/// The name of the program.
const PROGRAM: &str = "umapish";
/// Options without a value that only change what is shown.
const SHOWN: &[&str] = &["--quiet", "-q", "--verbose", "-v", "-vv", "-vvv", "--no-init"];
/// Options without a value that make a run stricter.
const STRICTER: &[&str] = &["--test", "--read-only", "--sandbox", "--verify", "--verify=always"];
/// Options with a value that make a run stricter.
const WITH_LIMIT: &[&str] = &["--max-changes", "--max-removals", "--protect", "--only"];
/// Options with a value that only change what is shown.
const WITH_FORM: &[&str] = &["--format", "-o", "--color"];

/// What the line sets in addition to the operator's options, however the script was started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ScriptLimits {
    /// Options without a value.
    switches: Vec<&'static str>,
    /// `--max-changes`
    pub(crate) max_changes: Option<usize>,
    /// `--max-removals`
    pub(crate) max_removals: Option<usize>,
    /// `--protect`
    pub(crate) protect: Vec<String>,
    /// `--only`
    pub(crate) only: Vec<String>,
}

impl ScriptLimits {
    /// Reads the line of the script `name`, without `#!`.
    ///
    /// # Errors
    /// `usage`: it sets an option that the operator must type, or is not understood.
    pub(crate) fn of(name: &str, line: &str) -> Result<Self> {
        let words: Vec<_> = line.split_whitespace().collect();
        let Some(position) = words.iter().position(|word| is_program(word)) else {
            return Ok(Self::default());
        };
        let (before, options) = (&words[..position], &words[position + 1..]);
        if line.contains(['"', '\'', '\\', '$']) || before.iter().any(|word| word.contains('=')) {
            let message = format!(
                "the first line of {name} sets variables or has quotes, which umapish does not follow"
            );
            return Err(Error::usage_with_hint(message, "Write `#!/usr/bin/env umapish` there."));
        }
        let mut limits = Self::default();
        let mut options = options.iter();
        while let Some(option) = options.next() {
            let with_value = |name: &str| WITH_LIMIT.contains(&name) || WITH_FORM.contains(&name);
            let (option, mut value) = match option.split_once('=') {
                Some((option, value)) if with_value(option) => (option, Some(value)),
                _ => (*option, None),
            };
            if with_value(option) {
                value = value.or_else(|| options.next().copied());
                limits.set_value(name, option, value.unwrap_or_default())?;
            } else if let Some(switch) = STRICTER.iter().find(|switch| **switch == option) {
                limits.switches.push(switch);
            } else if !SHOWN.contains(&option) {
                return Err(refused(name, option));
            }
        }
        Ok(limits)
    }

    /// Whether the line has an option without a value.
    pub(crate) fn has(&self, option: &str) -> bool {
        self.switches.contains(&option)
    }

    fn set_value(&mut self, name: &str, option: &str, value: &str) -> Result<()> {
        let limit = match option {
            "--max-changes" => &mut self.max_changes,
            "--max-removals" => &mut self.max_removals,
            _ => {
                let names = match option {
                    "--protect" => &mut self.protect,
                    "--only" => &mut self.only,
                    _ => return Ok(()),
                };
                names.push(value.to_owned());
                return Ok(());
            }
        };
        let number = value.parse().map_err(|_| {
            Error::usage(format!(
                "{option} in the first line of {name} must be a whole number, not `{value}`"
            ))
        })?;
        *limit = Some(number);
        Ok(())
    }
}

fn is_program(word: &str) -> bool {
    word.rsplit('/').next() == Some(PROGRAM)
}

fn refused(name: &str, option: &str) -> Error {
    let message = format!("the first line of {name} sets `{option}`, which only the operator may choose");
    let hint = if option == "--live" {
        format!("Remove it from that line. To make changes, type: umapish --live {name}")
    } else {
        format!("Remove it from that line; a script may set only {} there.", allowed().join(", "))
    };
    Error::usage_with_hint(message, hint)
}

fn allowed() -> Vec<&'static str> {
    let all = [STRICTER, WITH_LIMIT, SHOWN, WITH_FORM];
    let long = all.into_iter().flatten().filter(|option| option.starts_with("--"));
    long.filter(|option| !option.contains('=')).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_may_make_a_run_stricter() {
        for line in
            ["/usr/bin/env umapish", "/usr/bin/env -S umapish -q -o json", "/usr/bin/env -S other --live", ""]
        {
            assert_eq!(ScriptLimits::of("x.rhai", line).ok(), Some(ScriptLimits::default()), "{line}");
        }
        let line = "/usr/bin/env -S umapish --test --read-only --sandbox --verify=always --max-changes=5 \
                    --max-removals 2 --protect ceo@example.com --only team.txt --only Designers";
        let expected = ScriptLimits {
            switches: vec!["--test", "--read-only", "--sandbox", "--verify=always"],
            max_changes: Some(5),
            max_removals: Some(2),
            protect: vec!["ceo@example.com".to_owned()],
            only: vec!["team.txt".to_owned(), "Designers".to_owned()],
        };
        assert_eq!(ScriptLimits::of("x.rhai", line).ok(), Some(expected));
    }

    #[test]
    fn no_option_that_makes_a_run_live_or_looser_is_taken_from_it() {
        for option in [
            "--live",
            "--allow-delete",
            "--allow-empty-source",
            "--unlisted=send",
            "--yes",
            "--files /",
            "--config evil.toml",
            "--profile production",
            "-p production",
            "--report /etc/passwd",
            "--no-journal",
            "--secret-arg x",
            "--verify=never",
            "-e 1",
            "--max-removals 90%",
            "--max-memory 1T",
            "resume",
            "-pproduction",
            "-ve1",
        ] {
            let line = format!("/usr/bin/env -S umapish --test {option}");
            assert!(ScriptLimits::of("x.rhai", &line).is_err(), "{option}");
        }
        for line in [
            "/usr/bin/env -S umapish \"--live\"",
            "/usr/bin/env -S UMAPI_CONFIG=evil.toml umapish",
            "/usr/bin/env -S X=--live umapish ${X}",
            "/usr/bin/env -S umapish --te\\_st",
        ] {
            assert!(ScriptLimits::of("x.rhai", line).is_err(), "{line}");
        }
    }
}
