//! The exit codes, each declared once with its meaning; the guide's table is made from them.

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunExit {
    /// Everything was done.
    Done,
    /// The script failed.
    Script,
    /// The command line is invalid.
    Usage,
    /// Some commands were rejected and the script did not handle it.
    Rejected,
    /// Configuration or credentials are missing or wrong.
    Config,
    /// No usable response after all retries.
    Unavailable,
    /// The outcome of some commands is unknown.
    Unknown,
    /// A guard stopped the run.
    Guard,
    /// A plan has changes, and the operator asked for a code that says so.
    Changes,
    /// Another live run holds the organization.
    Busy,
    /// A translated script has places that need a person.
    Left,
    /// The operator stopped the run.
    Interrupted,
    /// The script called `exit(n)`.
    Asked(u8),
}

/// Code and meaning, in the order of the codes.
pub const EXITS: &[(RunExit, &str)] = &[
    (RunExit::Done, "done"),
    (RunExit::Script, "the script failed"),
    (RunExit::Usage, "invalid command line"),
    (RunExit::Rejected, "the service rejected a request or some commands, and the script did not handle it"),
    (RunExit::Config, "configuration or credentials are missing, wrong or refused"),
    (RunExit::Unavailable, "the service returned no usable response after all retries"),
    (RunExit::Unknown, "the outcome of some commands is unknown"),
    (RunExit::Guard, "a guard stopped the run"),
    (RunExit::Changes, "a plan has changes (with `--exit-code`)"),
    (RunExit::Busy, "another live run is changing the organization"),
    (RunExit::Left, "`translate` left places to a person"),
    (RunExit::Interrupted, "interrupted (Ctrl-C or SIGTERM)"),
];

/// The order of precedence if several apply.
const PRECEDENCE: &[RunExit] = &[
    RunExit::Interrupted,
    RunExit::Unknown,
    RunExit::Guard,
    RunExit::Busy,
    RunExit::Config,
    RunExit::Unavailable,
    RunExit::Rejected,
    RunExit::Script,
    RunExit::Changes,
];

impl RunExit {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Script => 1,
            Self::Usage => 2,
            Self::Rejected => 3,
            Self::Config => 4,
            Self::Unavailable => 5,
            Self::Unknown => 6,
            Self::Guard => 7,
            Self::Changes => 8,
            Self::Busy => 9,
            Self::Left => 10,
            Self::Interrupted => 130,
            Self::Asked(code) => code,
        }
    }

    /// The exit for an uncaught error of this kind (see `ErrorKind::NAMES`).
    pub fn of_kind(kind: &str) -> Self {
        match kind {
            "config" | "auth" => Self::Config,
            "invalid" | "not_found" | "rejected" | "commands" => Self::Rejected,
            "throttled" | "unavailable" | "incomplete" | "decode" => Self::Unavailable,
            "unknown" => Self::Unknown,
            "guard" => Self::Guard,
            "busy" => Self::Busy,
            "interrupted" => Self::Interrupted,
            _ => Self::Script,
        }
    }

    /// The exit if the run cannot start.
    pub fn of_refusal(kind: &str) -> Self {
        if kind == "usage" { Self::Usage } else { Self::of_kind(kind) }
    }

    /// The one of two that takes precedence.
    #[must_use]
    pub fn or_worse(self, other: Self) -> Self {
        let rank =
            |exit: Self| PRECEDENCE.iter().position(|known| *known == exit).unwrap_or(PRECEDENCE.len());
        if rank(other) < rank(self) { other } else { self }
    }
}

/// The exit codes as a table of the guide.
pub fn markdown() -> String {
    let rows = EXITS.iter().map(|(exit, meaning)| format!("| {} | {meaning} |\n", exit.code()));
    std::iter::once("| code | meaning |\n|---|---|\n".to_owned()).chain(rows).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn the_worse_end_counts_in_the_documented_order() {
        let order = [130, 6, 7, 9, 4, 5, 3, 1, 0];
        for (place, code) in order.iter().enumerate() {
            for later in &order[place..] {
                let find = |code: &u8| EXITS.iter().find(|(exit, _)| exit.code() == *code).unwrap().0;
                assert_eq!(find(code).or_worse(find(later)).code(), *code);
                assert_eq!(find(later).or_worse(find(code)).code(), *code);
            }
        }
    }

    #[test]
    fn codes_are_distinct_and_in_order() {
        let codes: Vec<_> = EXITS.iter().map(|(exit, _)| exit.code()).collect();
        assert!(codes.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn every_kind_of_error_has_its_end() {
        let ends: Vec<_> =
            ErrorKind::NAMES.iter().map(|kind| (*kind, RunExit::of_kind(kind).code())).collect();
        let expected = [
            ("config", 4),
            ("auth", 4),
            ("usage", 1),
            ("invalid", 3),
            ("not_found", 3),
            ("rejected", 3),
            ("commands", 3),
            ("throttled", 5),
            ("unavailable", 5),
            ("unknown", 6),
            ("incomplete", 5),
            ("decode", 5),
            ("guard", 7),
            ("busy", 9),
            ("test_mode", 1),
            ("file", 1),
            ("interrupted", 130),
            ("script", 1),
        ];
        assert_eq!(ends, expected);
    }

    #[test]
    fn a_wrong_command_line_is_not_taken_for_a_script_that_failed() {
        let codes = ["usage", "file", "config"].map(|kind| RunExit::of_refusal(kind).code());
        assert_eq!(codes, [2, 1, 4]);
    }

    #[test]
    fn the_table_shows_every_code() {
        assert!(markdown().contains("| 130 | interrupted (Ctrl-C or SIGTERM) |"));
        assert_eq!(markdown().lines().count(), EXITS.len() + 2);
    }
}
