//! Finds secrets by their value, in every spelling, and masks them. Pure.

use super::spelling::{DecodedText, patterns};
use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

/// Printed in place of a secret.
pub const MASK: &str = "********";

/// The shortest value that is masked. A shorter one would be found in other words by chance.
pub const SHORTEST_MASKED: usize = 8;

/// How often escapes are undone: a body inside a message inside an error inside a report, each a JSON string, and more.
const LAYERS: usize = 8;

/// Masks a set of secrets.
#[derive(Debug)]
pub(super) struct SecretMasker(AhoCorasick);

impl SecretMasker {
    /// A masker of these secrets.
    ///
    /// # Errors
    /// They are too many or too long.
    pub(super) fn new(secrets: &BTreeSet<String>) -> Result<Self, BuildError> {
        let patterns: BTreeSet<_> = secrets.iter().flat_map(|secret| patterns(secret)).collect();
        // Whatever is printed is short, so a program that starts must not spend more on the automaton than on its work.
        let builder = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::NoncontiguousNFA))
            .build(patterns);
        builder.map(Self)
    }

    /// Whether a string contains a secret in any spelling.
    pub(super) fn finds(&self, text: &str) -> bool {
        if self.0.is_match(text) {
            return true;
        }
        let mut decoded = DecodedText::of(text, false);
        for _ in 0..LAYERS {
            let Some(DecodedText { bytes, .. }) = decoded else { return false };
            if self.0.is_match(&bytes) {
                return true;
            }
            decoded = DecodedText::of(&String::from_utf8_lossy(&bytes), false);
        }
        false
    }

    /// The text without secrets.
    pub(super) fn masked<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.finds(text) { Cow::Owned(self.without(text, LAYERS)) } else { Cow::Borrowed(text) }
    }

    fn without(&self, text: &str, layers: usize) -> String {
        let found = self.0.find_overlapping_iter(text).map(|found| found.range());
        let text = replaced(text, found.collect());
        let Some(decoded) = DecodedText::of(&text, true) else { return text };
        let found =
            self.0.find_overlapping_iter(&decoded.bytes).filter_map(|found| decoded.origin(&found.range()));
        let text = replaced(&text, found.collect());
        if !self.finds(&text) {
            return text;
        }
        if layers == 0 {
            return MASK.to_owned();
        }
        // It is escaped more than once: what is shown has one layer less.
        let inner =
            DecodedText::of(&text, false).map(|decoded| String::from_utf8_lossy(&decoded.bytes).into_owned());
        inner.map_or(text, |inner| self.without(&inner, layers - 1))
    }
}

/// The text with the mask in place of the ranges, which may overlap.
fn replaced(text: &str, mut ranges: Vec<Range<usize>>) -> String {
    ranges.sort_by_key(|range| range.start);
    let (mut masked, mut end) = (String::with_capacity(text.len()), 0);
    for range in ranges {
        let start = text.floor_char_boundary(range.start);
        if start >= end && (start > end || end == 0) {
            masked.push_str(&text[end..start]);
            masked.push_str(MASK);
        }
        end = end.max(text.ceil_char_boundary(range.end));
    }
    masked.push_str(&text[end..]);
    masked
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    const SECRET: &str = "p8e-k\"e/y+ <ü&Z=?0x";

    fn masked(text: &str) -> String {
        SecretMasker::new(&BTreeSet::from([SECRET.to_owned(), "another-one".to_owned()]))
            .unwrap()
            .masked(text)
            .into_owned()
    }

    fn percent(keeps: impl Fn(u8) -> bool, text: &str) -> String {
        let letter =
            |byte: u8| if keeps(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
        text.bytes().map(letter).collect()
    }

    #[test]
    fn a_secret_is_masked_in_every_spelling_and_the_rest_is_kept() {
        let json = serde_json::Value::from(SECRET).to_string();
        let utf_16 = SECRET.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>().concat();
        let html = SECRET.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&#34;");
        let latin_1: Vec<u8> = SECRET.chars().map(|letter| letter as u8).collect();
        let little: Vec<u8> = SECRET.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let spellings = [
            SECRET.to_owned(),
            SECRET.to_uppercase().replace('Ü', "ü"),
            percent(|byte| byte.is_ascii_alphanumeric(), SECRET),
            percent(|byte| byte.is_ascii_alphanumeric(), SECRET).to_lowercase(),
            percent(|byte| byte.is_ascii() && byte != b' ', SECRET),
            percent(|byte| byte.is_ascii_alphanumeric() || byte == b' ', SECRET).replace(' ', "+"),
            percent(|_| false, &percent(|_| false, SECRET)),
            json[1..json.len() - 1].to_owned(),
            json[1..json.len() - 1].replace('/', "\\/"),
            utf_16.clone(),
            serde_json::Value::from(utf_16).to_string().trim_matches('"').to_owned(),
            format!("{SECRET:?}").trim_matches('"').to_owned(),
            html,
            String::from_utf8_lossy(&latin_1).into_owned(),
            SECRET.bytes().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().concat(),
        ];
        for spelling in spellings {
            assert_eq!(
                masked(&format!("before {spelling} after")),
                format!("before {MASK} after"),
                "{spelling}"
            );
        }
        assert_eq!(masked(&String::from_utf8_lossy(&little)).trim_end_matches('\0'), MASK);
    }

    #[test]
    fn base64_hides_a_secret_wherever_it_begins() {
        for before in ["", "a", "ab", "abc", "user:"] {
            for after in ["", "1", "22", "333"] {
                for encoded in [
                    STANDARD.encode(format!("{before}{SECRET}{after}")),
                    URL_SAFE_NO_PAD.encode(format!("{before}{SECRET}{after}")),
                ] {
                    let shown = masked(&format!("Basic {encoded}"));
                    assert!(
                        shown.contains(MASK) && shown.len() < 26 + before.len() * 2 + after.len() * 2,
                        "{shown}"
                    );
                }
            }
        }
    }

    #[test]
    fn secrets_that_overlap_or_touch_leave_nothing_of_either() {
        let masker =
            SecretMasker::new(&BTreeSet::from(["abcdefgh".to_owned(), "efghijkl".to_owned()])).unwrap();
        assert_eq!(masker.masked("x abcdefghijkl y"), format!("x {MASK} y"));
        assert_eq!(masker.masked("abcdefghabcdefgh"), MASK);
        assert_eq!(masker.masked("abcdefg ijkl"), "abcdefg ijkl");
    }

    #[test]
    fn what_is_no_secret_stays_as_it_is() {
        for text in ["100 % sure", "C:\\users\\new", "a&b;c", "%zz %4", "\\u12", "&#x;", "\u{0}", "ü\\"] {
            assert_eq!(masked(text), text);
        }
    }
}
