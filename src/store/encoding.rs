//! Decodes the bytes of text files.

use std::io::{self, Read};

/// The encoding of a text file.
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

/// Bytes that are not valid in an encoding.
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
    /// The values of the option `encoding`.
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

    /// The encoding of the byte order mark; UTF-8 if there is none.
    fn of_mark(bytes: &[u8]) -> Self {
        if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
            Self::Utf16
        } else {
            Self::Utf8
        }
    }
}

/// The text of a file, without a byte order mark. Without an `encoding` it is UTF-8, or the encoding of its mark.
///
/// # Errors
/// Bytes that are not valid in that encoding, with the text before them.
pub fn decode(bytes: &[u8], encoding: Option<FileEncoding>) -> Result<String, DecodeError> {
    let mut decoder = Decoder::new(bytes, encoding);
    let mut text = String::with_capacity(bytes.len());
    match decoder.decode(bytes, true, &mut text) {
        Ok(_) => Ok(text),
        Err(message) => Err(DecodeError { before: text, message }),
    }
}

/// Why a [`TextReader`] cannot continue.
#[derive(Debug)]
pub(crate) enum TextError {
    /// The bytes cannot be read.
    Read(io::Error),
    /// The next bytes are not valid in the encoding.
    Decode(String),
}

/// Reads text piece by piece, so that a file of any size takes the same memory.
pub(crate) struct TextReader<R> {
    source: R,
    encoding: Option<FileEncoding>,
    /// `None` until the first bytes were read.
    decoder: Option<Decoder>,
    /// Bytes that were read but not decoded yet: the start of a character that continues in the next piece.
    bytes: Vec<u8>,
    /// What is wrong with the bytes after the last piece.
    broken: Option<String>,
    ended: bool,
}

/// The number of bytes read at once.
const PIECE: usize = 1 << 13;
/// The longest byte order mark, in bytes.
const MARK: usize = 3;

impl<R: Read> TextReader<R> {
    /// Without an `encoding` the text is UTF-8, or the encoding of its byte order mark.
    pub(crate) fn new(source: R, encoding: Option<FileEncoding>) -> Self {
        Self { source, encoding, decoder: None, bytes: Vec::new(), broken: None, ended: false }
    }

    /// Replaces `piece` with the next piece of the text; an empty one is the end.
    ///
    /// # Errors
    /// The source cannot be read, or the bytes after the pieces so far are not valid in the encoding.
    pub(crate) fn read(&mut self, piece: &mut String) -> Result<(), TextError> {
        piece.clear();
        while piece.is_empty() {
            if let Some(message) = self.broken.take() {
                return Err(TextError::Decode(message));
            }
            if self.ended {
                return Ok(());
            }
            self.fill().map_err(TextError::Read)?;
            if self.decoder.is_none() && self.bytes.len() < MARK && !self.ended {
                continue;
            }
            let decoder = self.decoder.get_or_insert_with(|| Decoder::new(&self.bytes, self.encoding));
            match decoder.decode(&self.bytes, self.ended, piece) {
                Ok(taken) => drop(self.bytes.drain(..taken)),
                Err(message) => (self.broken, self.ended) = (Some(message), true),
            }
        }
        Ok(())
    }

    pub(crate) fn into_source(self) -> R {
        self.source
    }

    fn fill(&mut self) -> io::Result<()> {
        let kept = self.bytes.len();
        self.bytes.resize(kept + PIECE, 0);
        let count = loop {
            match self.source.read(&mut self.bytes[kept..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                count => break count,
            }
        };
        self.bytes.truncate(kept + *count.as_ref().unwrap_or(&0));
        self.ended = count? == 0;
        Ok(())
    }
}

/// Decodes the bytes of one file.
struct Decoder {
    encoding: FileEncoding,
    big_endian: bool,
    /// Whether a byte order mark may still follow.
    at_start: bool,
}

impl Decoder {
    /// `start` is the first bytes of the file.
    fn new(start: &[u8], encoding: Option<FileEncoding>) -> Self {
        let encoding = encoding.unwrap_or_else(|| FileEncoding::of_mark(start));
        Self { encoding, big_endian: start.starts_with(&[0xFE, 0xFF]), at_start: true }
    }

    /// Appends the text of `bytes` and returns the number of decoded bytes. Unless they are the `last` ones, an
    /// incomplete character at the end is not decoded.
    ///
    /// # Errors
    /// What is wrong with the bytes after the text that was appended.
    fn decode(&mut self, bytes: &[u8], last: bool, text: &mut String) -> Result<usize, String> {
        let begun = text.len();
        let decoded = match self.encoding {
            FileEncoding::Utf8 => utf_8(bytes, last, text),
            FileEncoding::Utf16 => self.utf_16(bytes, last, text),
            FileEncoding::Windows1252 => windows_1252(bytes, text),
            FileEncoding::Latin1 => {
                text.extend(bytes.iter().copied().map(char::from));
                Ok(bytes.len())
            }
        };
        let marked = matches!(self.encoding, FileEncoding::Utf8 | FileEncoding::Utf16);
        if self.at_start && text.len() > begun {
            self.at_start = false;
            if marked && text[begun..].starts_with(BYTE_ORDER_MARK) {
                text.replace_range(begun..begun + BYTE_ORDER_MARK.len_utf8(), "");
            }
        }
        decoded
    }

    fn utf_16(&self, bytes: &[u8], last: bool, text: &mut String) -> Result<usize, String> {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let unit = |pair: &[u8; 2]| {
            if self.big_endian { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) }
        };
        let mut decoded = 0;
        for letter in char::decode_utf16(pairs.iter().map(unit)) {
            match letter {
                Ok(letter) => {
                    text.push(letter);
                    decoded += 2 * letter.len_utf16();
                }
                Err(_) if !last && decoded + 2 == 2 * pairs.len() => return Ok(decoded),
                Err(_) => return Err("this is not valid UTF-16 text".to_owned()),
            }
        }
        match rest {
            [_] if last => Err("this is not valid UTF-16 text".to_owned()),
            _ => Ok(decoded),
        }
    }
}

const BYTE_ORDER_MARK: char = '\u{feff}';

fn utf_8(bytes: &[u8], last: bool, text: &mut String) -> Result<usize, String> {
    let (valid, cut_off) = match std::str::from_utf8(bytes) {
        Ok(valid) => (valid, true),
        Err(error) => {
            let valid = std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
            (valid, error.error_len().is_none() && !last)
        }
    };
    text.push_str(valid);
    if cut_off { Ok(valid.len()) } else { Err("this is not valid UTF-8 text".to_owned()) }
}

fn windows_1252(bytes: &[u8], text: &mut String) -> Result<usize, String> {
    for &byte in bytes {
        match byte {
            0x80..=0x9F => match WINDOWS_1252[usize::from(byte - 0x80)] {
                '\0' => return Err(format!("the byte {byte:#04x} is not a character of windows-1252")),
                letter => text.push(letter),
            },
            _ => text.push(char::from(byte)),
        }
    }
    Ok(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::OneByte;

    #[test]
    fn every_name_is_an_encoding() {
        assert!(FileEncoding::NAMES.iter().all(|name| FileEncoding::parse(name).is_some()));
    }

    /// The text, decoded at once and byte by byte.
    fn both(bytes: &[u8], encoding: Option<FileEncoding>) -> Result<String, DecodeError> {
        let whole = decode(bytes, encoding);
        let (mut reader, mut read, mut piece) =
            (TextReader::new(OneByte(bytes), encoding), String::new(), String::new());
        let piecewise = loop {
            match reader.read(&mut piece) {
                Ok(()) if piece.is_empty() => break Ok(read),
                Ok(()) => read.push_str(&piece),
                Err(TextError::Decode(message)) => break Err(DecodeError { before: read, message }),
                Err(TextError::Read(error)) => panic!("{error}"),
            }
        };
        assert_eq!(piecewise, whole);
        whole
    }

    #[test]
    fn a_byte_order_mark_is_removed_and_selects_utf_16() {
        assert_eq!(both(b"\xEF\xBB\xBFa\xC3\xA9", None).unwrap(), "aé");
        assert_eq!(both(b"\xFF\xFEa\0\xE9\0", None).unwrap(), "aé");
        assert_eq!(both(b"\xFE\xFF\0a\0\xE9", None).unwrap(), "aé");
        assert_eq!(both(b"a\0\xE9\0", Some(FileEncoding::Utf16)).unwrap(), "aé");
        assert_eq!(both(b"\xFF\xFE=\xD8\0\xDE", None).unwrap(), "😀");
    }

    #[test]
    fn one_byte_encodings_are_read_when_they_are_named() {
        assert_eq!(both(b"Zo\xEB \x80", Some(FileEncoding::Windows1252)).unwrap(), "Zoë €");
        assert_eq!(both(b"Zo\xEB", Some(FileEncoding::Latin1)).unwrap(), "Zoë");
    }

    #[test]
    fn an_error_has_the_text_before_the_invalid_bytes() {
        let before = |bytes: &[u8], encoding| both(bytes, encoding).unwrap_err().before;
        assert_eq!(before(b"\xEF\xBB\xBFZo\xEB!", None), "Zo");
        assert_eq!(before(b"\xFF\xFEa\0\0\xD8", None), "a");
        assert_eq!(before(b"a\0b", Some(FileEncoding::Utf16)), "a");
        assert_eq!(before(b"a\x81", Some(FileEncoding::Windows1252)), "a");
        assert_eq!(before(b"a\xC3", None), "a");
    }

    #[test]
    fn an_error_has_a_line_and_a_column() {
        let place = |bytes: &[u8]| both(bytes, None).unwrap_err().place();
        assert_eq!(place(b"\xFF"), (1, 1));
        assert_eq!(place(b"\xEF\xBB\xBFa\r\nb\rc\nd\xC3\xA9\xFF"), (4, 3));
    }
}
