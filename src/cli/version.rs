//! What `--version` prints, and what it adds with `-v`.

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
}
