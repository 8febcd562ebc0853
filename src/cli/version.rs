//! What `--version` prints, and what it adds with `-v`.

use clap::Command;
use std::ffi::OsString;

/// The version.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The version, and what it was built from.
const DETAILS: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    "\ncommit: ",
    env!("UMAPISH_COMMIT"),
    "\ndate: ",
    env!("UMAPISH_DATE"),
    "\ntarget: ",
    env!("UMAPISH_TARGET"),
);

/// The version as these arguments ask for it.
pub(super) fn requested(arguments: &[OsString]) -> &'static str {
    let is_verbose = |text: &str| {
        let letters = text.strip_prefix('-').unwrap_or_default();
        text == "--verbose" || (!letters.is_empty() && letters.bytes().all(|letter| letter == b'v'))
    };
    let words = arguments.iter().filter_map(|argument| argument.to_str());
    if words.take_while(|text| *text != "--").any(is_verbose) { DETAILS } else { VERSION }
}

/// The version, if nothing but it is asked for: no other option has to be built for that.
pub(super) fn alone(arguments: &[OsString]) -> Option<clap::Error> {
    let [_, only] = arguments else { return None };
    let is_version = only == "--version" || only == "-V";
    is_version.then(|| Command::new("umapish").version(VERSION).try_get_matches_from(arguments).err())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_are_shown_with_v() {
        let of = |line: &str| requested(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
        for line in ["umapish --version -v", "umapish -vv --version", "umapish version --verbose"] {
            assert_eq!(of(line), DETAILS, "{line}");
        }
        for line in ["umapish --version", "umapish -V", "umapish - --version", "umapish --version -- -v"] {
            assert_eq!(of(line), VERSION, "{line}");
        }
        assert!(["\ncommit: ", "\ndate: ", "\ntarget: "].iter().all(|key| DETAILS.contains(key)));
    }

    #[test]
    fn the_version_alone_is_printed_without_the_other_options() {
        let of = |line: &str| alone(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
        for line in ["umapish --version", "umapish -V"] {
            assert_eq!(of(line).unwrap().to_string(), format!("umapish {VERSION}\n"), "{line}");
        }
        for line in ["umapish", "umapish --version -v", "umapish version", "umapish s.rhai --version"] {
            assert!(of(line).is_none(), "{line}");
        }
    }
}
