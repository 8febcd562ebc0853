//! How a secret may be spelled where it is repeated: as patterns to look for, and as escapes to undo. Pure.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use std::ops::Range;

/// Names of the characters that HTML writes by name.
const ENTITIES: [(&str, u8); 5] =
    [("amp;", b'&'), ("lt;", b'<'), ("gt;", b'>'), ("quot;", b'"'), ("apos;", b'\'')];
/// Digits of the longest escape of one character.
const DIGITS: usize = 8;

/// The patterns of one secret. Escaped spellings need none: [`DecodedText`] undoes the escapes.
pub(super) fn patterns(secret: &str) -> Vec<Vec<u8>> {
    let bytes = secret.as_bytes();
    let mut patterns = vec![bytes.to_vec(), secret.replace(' ', "+").into_bytes()];
    // A body that is not UTF-8 is read with this character in place of each byte that is not valid.
    let lossy: String = secret
        .chars()
        .map(|letter| if letter.is_ascii() { letter } else { char::REPLACEMENT_CHARACTER })
        .collect();
    patterns.push(lossy.into_bytes());
    patterns.push(bytes.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect());
    // A whole body may be in base64: JSON, a form or plain text.
    let json = serde_json::Value::from(secret).to_string();
    let form: String = url::form_urlencoded::byte_serialize(bytes).collect();
    for text in [bytes, &json.as_bytes()[1..json.len() - 1], form.as_bytes()] {
        for skipped in 0..3 {
            for alphabet in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
                patterns.push(aligned(text, skipped, |bytes| alphabet.encode(bytes)));
            }
        }
    }
    patterns
}

/// The letters of base64 that depend on nothing but the secret, where `skipped` bytes of a group come before it.
fn aligned(secret: &[u8], skipped: usize, encode: impl Fn(&[u8]) -> String) -> Vec<u8> {
    let encoded = encode(&[&[0; 2][..skipped], secret].concat());
    let first = (skipped * 8).div_ceil(6);
    let last = (skipped + secret.len()) * 8 / 6;
    encoded.as_bytes()[first..last].to_vec()
}

/// A string with its escapes undone, and where each byte of it came from.
pub(super) struct DecodedText {
    /// The bytes without escapes.
    pub(super) bytes: Vec<u8>,
    /// The place of each byte in the text; empty where nobody asked.
    origins: Vec<Range<usize>>,
}

impl DecodedText {
    /// Undoes the escapes of percent encoding, JSON, HTML and debug output, and leaves out NUL, which stands between the
    /// letters of UTF-16; `None` if there are none.
    pub(super) fn of(text: &str, with_origins: bool) -> Option<Self> {
        if !text.bytes().any(|byte| matches!(byte, b'%' | b'\\' | b'&' | 0)) {
            return None;
        }
        let bytes = text.as_bytes();
        let mut decoded = Self { bytes: Vec::with_capacity(bytes.len()), origins: Vec::new() };
        let mut at = 0;
        while at < bytes.len() {
            let (letter, length) = unescaped(&bytes[at..]);
            match letter {
                Letter::Byte(byte) => decoded.push(byte, at..at + length, with_origins),
                Letter::Character(letter) => {
                    for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
                        decoded.push(byte, at..at + length, with_origins);
                    }
                }
                Letter::Nothing => {}
            }
            at += length;
        }
        (decoded.bytes.len() < bytes.len()).then_some(decoded)
    }

    fn push(&mut self, byte: u8, origin: Range<usize>, with_origin: bool) {
        self.bytes.push(byte);
        if with_origin {
            self.origins.push(origin);
        }
    }

    /// The text that a range of bytes came from.
    pub(super) fn origin(&self, range: &Range<usize>) -> Option<Range<usize>> {
        Some(self.origins.get(range.start)?.start..self.origins.get(range.end.checked_sub(1)?)?.end)
    }
}

/// What an escape stands for.
enum Letter {
    Byte(u8),
    Character(char),
    Nothing,
}

/// The first letter of some bytes, and the number of bytes it takes.
fn unescaped(bytes: &[u8]) -> (Letter, usize) {
    let escaped = match bytes {
        [0, ..] => Some((Letter::Nothing, 1)),
        [b'%', rest @ ..] => hex(rest, 2..=2).and_then(byte).map(|byte| (byte, 3)),
        [b'\\', rest @ ..] => after_backslash(rest).map(|(letter, length)| (letter, length + 1)),
        [b'&', rest @ ..] => after_ampersand(rest).map(|(letter, length)| (letter, length + 1)),
        _ => None,
    };
    escaped.unwrap_or((Letter::Byte(bytes[0]), 1))
}

fn after_backslash(bytes: &[u8]) -> Option<(Letter, usize)> {
    let plain = |byte| Some((Letter::Byte(byte), 1));
    match bytes {
        [byte @ (b'"' | b'\\' | b'/' | b'\''), ..] => plain(*byte),
        [b'n', ..] => plain(b'\n'),
        [b'r', ..] => plain(b'\r'),
        [b't', ..] => plain(b'\t'),
        [b'x', rest @ ..] => hex(rest, 2..=2).and_then(byte).map(|byte| (byte, 3)),
        [b'u', b'{', rest @ ..] => {
            let (number, length) = hex(rest, 1..=DIGITS)?;
            (rest.get(length) == Some(&b'}')).then_some(())?;
            Some((Letter::Character(char::from_u32(number)?), length + 3))
        }
        [b'u', rest @ ..] => utf_16(rest),
        _ => None,
    }
}

/// One or two `\u` escapes of JSON, the first without its `\u`.
fn utf_16(bytes: &[u8]) -> Option<(Letter, usize)> {
    let unit = |bytes: &[u8]| hex(bytes, 4..=4).and_then(|(number, _)| u16::try_from(number).ok());
    let first = unit(bytes)?;
    let second = bytes.get(4..).and_then(|rest| rest.strip_prefix(b"\\u")).and_then(unit);
    let mut letters = char::decode_utf16(std::iter::once(first).chain(second));
    let letter = letters.next()?.ok()?;
    Some((Letter::Character(letter), if letter.len_utf16() == 2 { 11 } else { 5 }))
}

fn after_ampersand(bytes: &[u8]) -> Option<(Letter, usize)> {
    if let Some((name, byte)) = ENTITIES.iter().find(|(name, _)| bytes.starts_with(name.as_bytes())) {
        return Some((Letter::Byte(*byte), name.len()));
    }
    let (digits, radix, start) = match bytes {
        [b'#', b'x' | b'X', rest @ ..] => (rest, 16, 2),
        [b'#', rest @ ..] => (rest, 10, 1),
        _ => return None,
    };
    let (number, length) = digits_of(digits, 1..=DIGITS, radix)?;
    (digits.get(length) == Some(&b';')).then_some(())?;
    Some((Letter::Character(char::from_u32(number)?), start + length + 1))
}

fn byte((number, _): (u32, usize)) -> Option<Letter> {
    u8::try_from(number).ok().map(Letter::Byte)
}

fn hex(bytes: &[u8], lengths: std::ops::RangeInclusive<usize>) -> Option<(u32, usize)> {
    digits_of(bytes, lengths, 16)
}

/// The number that some bytes begin with, and how many digits it has.
fn digits_of(bytes: &[u8], lengths: std::ops::RangeInclusive<usize>, radix: u32) -> Option<(u32, usize)> {
    let digits = bytes.iter().take(*lengths.end()).take_while(|byte| char::from(**byte).is_digit(radix));
    let length = digits.count();
    let text = std::str::from_utf8(&bytes[..length]).ok()?;
    let number = u32::from_str_radix(text, radix).ok()?;
    lengths.contains(&length).then_some((number, length))
}
