//! The bytes of a text file as text.

/// How the characters of a file are written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileEncoding {
    /// With or without a byte order mark.
    Utf8,
    /// What Excel calls "Unicode text"; without a byte order mark the low byte comes first.
    Utf16,
    /// What Excel on Windows in the Americas and Western Europe calls "CSV".
    Windows1252,
    /// ISO 8859-1, where every byte is the character of that number.
    Latin1,
}

/// Bytes that an encoding has no meaning for.
#[derive(Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// The text before them.
    pub before: String,
    /// What is wrong.
    pub message: String,
}

impl DecodeError {
    /// The line and the character in it, both 1-based.
    pub fn place(&self) -> (usize, usize) {
        let text = self.before.replace("\r\n", "\n").replace('\r', "\n");
        let last = text.rsplit('\n').next().unwrap_or_default();
        (text.split('\n').count(), last.chars().count() + 1)
    }
}

/// The characters of the bytes 0x80 to 0x9F in windows-1252; the rest is as in latin-1. NUL where there is none.
const WINDOWS_1252: [char; 32] = [
    '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0', '‘', '’', '“',
    '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
];

impl FileEncoding {
    /// The names scripts use.
    pub const NAMES: &[&str] = &["utf-8", "utf-16", "windows-1252", "latin-1"];

    /// The encoding of one of [`FileEncoding::NAMES`].
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "utf-8" => Some(Self::Utf8),
            "utf-16" => Some(Self::Utf16),
            "windows-1252" => Some(Self::Windows1252),
            "latin-1" => Some(Self::Latin1),
            _ => None,
        }
    }

    /// UTF-8, unless a byte order mark says otherwise.
    fn of_mark(bytes: &[u8]) -> Self {
        if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
            Self::Utf16
        } else {
            Self::Utf8
        }
    }
}

/// The text of a file, without a byte order mark. Without an `encoding` it is UTF-8, or what its mark says.
///
/// # Errors
/// Bytes that mean nothing in that encoding, with the text before them.
pub fn decode(bytes: Vec<u8>, encoding: Option<FileEncoding>) -> Result<String, DecodeError> {
    match encoding.unwrap_or_else(|| FileEncoding::of_mark(&bytes)) {
        FileEncoding::Utf8 => utf_8(bytes),
        FileEncoding::Utf16 => utf_16(&bytes),
        FileEncoding::Windows1252 => windows_1252(&bytes),
        FileEncoding::Latin1 => Ok(bytes.into_iter().map(char::from).collect()),
    }
}

fn utf_8(bytes: Vec<u8>) -> Result<String, DecodeError> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let before = String::from_utf8_lossy(before).into_owned();
        DecodeError { before: unmarked(before), message: "it is no UTF-8 text".to_owned() }
    })?;
    Ok(unmarked(text))
}

fn unmarked(text: String) -> String {
    match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

fn utf_16(bytes: &[u8]) -> Result<String, DecodeError> {
    let big_endian = bytes.starts_with(&[0xFE, 0xFF]);
    let (pairs, rest) = bytes.as_chunks::<2>();
    let unit =
        |pair: &[u8; 2]| if big_endian { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) };
    let mut text = String::with_capacity(pairs.len());
    let wrong =
        |before: String| DecodeError { before: unmarked(before), message: "it is no UTF-16 text".to_owned() };
    for letter in char::decode_utf16(pairs.iter().map(unit)) {
        match letter {
            Ok(letter) => text.push(letter),
            Err(_) => return Err(wrong(text)),
        }
    }
    if rest.is_empty() { Ok(unmarked(text)) } else { Err(wrong(text)) }
}

fn windows_1252(bytes: &[u8]) -> Result<String, DecodeError> {
    let mut text = String::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            0x80..=0x9F => match WINDOWS_1252[usize::from(byte - 0x80)] {
                '\0' => {
                    let message = format!("the byte {byte:#04x} is no character of windows-1252");
                    return Err(DecodeError { before: text, message });
                }
                letter => text.push(letter),
            },
            _ => text.push(char::from(byte)),
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_an_encoding() {
        assert!(FileEncoding::NAMES.iter().all(|name| FileEncoding::parse(name).is_some()));
    }

    #[test]
    fn a_byte_order_mark_is_taken_away_and_tells_utf_16() {
        assert_eq!(decode(b"\xEF\xBB\xBFa\xC3\xA9".to_vec(), None).unwrap(), "aé");
        assert_eq!(decode(b"\xFF\xFEa\0\xE9\0".to_vec(), None).unwrap(), "aé");
        assert_eq!(decode(b"\xFE\xFF\0a\0\xE9".to_vec(), None).unwrap(), "aé");
        assert_eq!(decode(b"a\0\xE9\0".to_vec(), Some(FileEncoding::Utf16)).unwrap(), "aé");
    }

    #[test]
    fn one_byte_encodings_are_read_when_they_are_named() {
        assert_eq!(decode(b"Zo\xEB \x80".to_vec(), Some(FileEncoding::Windows1252)).unwrap(), "Zoë €");
        assert_eq!(decode(b"Zo\xEB".to_vec(), Some(FileEncoding::Latin1)).unwrap(), "Zoë");
    }

    #[test]
    fn what_cannot_be_read_tells_what_stands_before_it() {
        let before = |bytes: &[u8], encoding| decode(bytes.to_vec(), encoding).unwrap_err().before;
        assert_eq!(before(b"\xEF\xBB\xBFZo\xEB!", None), "Zo");
        assert_eq!(before(b"\xFF\xFEa\0\0\xD8", None), "a");
        assert_eq!(before(b"a\0b", Some(FileEncoding::Utf16)), "a");
        assert_eq!(before(b"a\x81", Some(FileEncoding::Windows1252)), "a");
    }

    #[test]
    fn what_cannot_be_read_has_a_line_and_a_character() {
        let place = |bytes: &[u8]| decode(bytes.to_vec(), None).unwrap_err().place();
        assert_eq!(place(b"\xFF"), (1, 1));
        assert_eq!(place(b"\xEF\xBB\xBFa\r\nb\rc\nd\xC3\xA9\xFF"), (4, 3));
    }
}
