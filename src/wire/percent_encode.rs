//! Percent-encoding of path segments and query values (contract 2.2).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything outside RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same without `@`, which the service's own URLs of organizations and users contain.
const RESERVED_BUT_AT: &AsciiSet = &RESERVED.remove(b'@');

/// A query value or a path segment with every reserved byte encoded (`@` becomes `%40`).
pub(crate) fn value(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// A path segment that keeps `@`: organization ids and users.
pub(crate) fn keeping_at(text: &str) -> String {
    utf8_percent_encode(text, RESERVED_BUT_AT).to_string()
}

/// Decodes a segment; bytes that are not UTF-8 become the replacement character.
pub(crate) fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_characters_are_encoded_and_unreserved_are_not() {
        assert_eq!(value("a b/c#d?e+f&g.h-i_j~k"), "a%20b%2Fc%23d%3Fe%2Bf%26g.h-i_j~k");
        assert_eq!(value("é@x"), "%C3%A9%40x");
    }

    #[test]
    fn at_is_kept_where_the_service_shows_it() {
        assert_eq!(keeping_at("jo+hn/d@example.com"), "jo%2Bhn%2Fd@example.com");
    }

    #[test]
    fn what_is_encoded_is_read_back() {
        for text in ["50% off", "Größe #1/2", "a@b.c"] {
            assert_eq!(decode(&value(text)), text);
            assert_eq!(decode(&keeping_at(text)), text);
        }
    }
}
