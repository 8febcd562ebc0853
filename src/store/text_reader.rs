//! Decodes the bytes of text files, whole or piece by piece.

use super::encoding::{FileEncoding, MARKLESS};
use encoding_rs::DecoderResult;
use std::io::{self, Read};

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

/// The text of a file, without a byte order mark. Without an `encoding` it is the one that its first bytes show, or UTF-8.
///
/// # Errors
/// Bytes that are not valid in that encoding, with the text before them.
pub fn decode(bytes: &[u8], encoding: Option<FileEncoding>) -> Result<String, DecodeError> {
    let mut text = String::with_capacity(bytes.len());
    let mut reader = TextReader::new(bytes, encoding);
    let mut piece = String::new();
    loop {
        match reader.read(&mut piece) {
            Ok(()) if piece.is_empty() => return Ok(text),
            Ok(()) => text.push_str(&piece),
            Err(TextError::Decode(message)) => return Err(DecodeError { before: text, message }),
            Err(TextError::Read(error)) => {
                return Err(DecodeError { before: text, message: error.to_string() });
            }
        }
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
    decoder: Option<TextDecoder>,
    /// Bytes that were read but not decoded yet.
    bytes: Vec<u8>,
    /// What is wrong with the bytes after the last piece.
    broken: Option<String>,
    ended: bool,
}

/// The number of bytes read at once.
const PIECE: usize = 1 << 16;

impl<R: Read> TextReader<R> {
    /// Without an `encoding` the text is in the one that its first bytes show, or UTF-8.
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
            if self.decoder.is_none() && self.bytes.len() < MARKLESS && !self.ended {
                continue;
            }
            let decoder = self.decoder.get_or_insert_with(|| TextDecoder::new(&self.bytes, self.encoding));
            let result = decoder.decode(&self.bytes, self.ended, piece);
            self.bytes.clear();
            if let Err(message) = result {
                (self.broken, self.ended) = (Some(message), true);
            }
        }
        Ok(())
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
struct TextDecoder {
    encoding: FileEncoding,
    decoder: encoding_rs::Decoder,
}

impl TextDecoder {
    /// `start` is the first bytes of the file. A byte order mark overrules `encoding`.
    fn new(start: &[u8], encoding: Option<FileEncoding>) -> Self {
        let encoding = encoding.or_else(|| FileEncoding::shown_by(start)).unwrap_or(FileEncoding::UTF_8);
        let decoder = encoding.decoder();
        let encoding = FileEncoding::of_mark(start).unwrap_or(encoding);
        Self { encoding, decoder }
    }

    /// Appends the text of `bytes`, of which all are decoded; the decoder keeps an incomplete character at the end.
    ///
    /// # Errors
    /// What is wrong with the bytes after the text that was appended.
    fn decode(&mut self, bytes: &[u8], last: bool, text: &mut String) -> Result<(), String> {
        let mut taken = 0;
        loop {
            let rest = &bytes[taken..];
            let room = self.decoder.max_utf8_buffer_length_without_replacement(rest.len());
            text.reserve(room.unwrap_or(4 * rest.len()).max(16));
            let begun = text.len();
            let (result, count) = self.decoder.decode_to_string_without_replacement(rest, text, last);
            taken += count;
            self.check(text, begun)?;
            match result {
                DecoderResult::InputEmpty => return Ok(()),
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => return Err(self.malformed()),
            }
        }
    }

    /// Bytes that an encoding does not use become control characters, which no text of a file has.
    fn check(&self, text: &mut String, begun: usize) -> Result<(), String> {
        let is_unused = |letter: char| letter == '\0' || ('\u{80}'..='\u{9f}').contains(&letter);
        let new = &text[begun..];
        let unused = if self.encoding.is_unicode() { new.find('\0') } else { new.find(is_unused) };
        let Some(place) = unused else { return Ok(()) };
        let letter = text[begun + place..].chars().next().unwrap_or_default();
        text.truncate(begun + place);
        Err(match letter {
            '\0' => "a NUL character; this is not text".to_owned(),
            letter => {
                format!("the byte {:#04x} is not a character of {}", u32::from(letter), self.encoding.name())
            }
        })
    }

    fn malformed(&self) -> String {
        let name = match self.encoding.name().as_str() {
            "utf-8" => "UTF-8".to_owned(),
            "utf-16le" | "utf-16be" => "UTF-16".to_owned(),
            other => other.to_owned(),
        };
        format!("this is not valid {name} text")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::encoding::EncodingWriter;
    use crate::store::testing::OneByte;
    use std::io::Write;

    #[expect(clippy::unnecessary_wraps, reason = "the argument of the functions under test")]
    fn named(label: &str) -> Option<FileEncoding> {
        Some(FileEncoding::parse(label).unwrap())
    }

    #[test]
    fn utf_16_is_recognized_without_a_mark() {
        let text = "type,email\nfederatedID,zoé@example.com,鈴木\n";
        for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            let bytes: Vec<u8> = text.encode_utf16().flat_map(bytes).collect();
            assert_eq!(both(&bytes, None).unwrap(), text);
        }
    }

    #[test]
    fn a_nul_is_no_text_in_any_encoding() {
        for encoding in [None, named("windows-1252"), named("shift_jis"), named("utf-8")] {
            for text in [b"\0".repeat(4000), b"a,b\n1,\0\n".to_vec()] {
                let error = both(&text, encoding).unwrap_err();
                assert_eq!(error.message, "a NUL character; this is not text", "{encoding:?}");
            }
        }
    }

    #[test]
    fn what_is_encoded_is_decoded_again() {
        for label in ["utf-8", "utf-16", "utf-16be", "windows-1250", "shift_jis", "gb18030", "koi8-u"] {
            let encoding = FileEncoding::parse(label).unwrap();
            let text = if label.starts_with("windows") { "Łódź €" } else { "a Я" };
            let mut bytes = Vec::new();
            let mut writer = EncodingWriter::new(&mut bytes, encoding);
            text.as_bytes().iter().for_each(|byte| writer.write_all(&[*byte]).unwrap());
            assert_eq!(decode(&bytes, Some(encoding)).unwrap(), text, "{label}");
        }
        assert_eq!(FileEncoding::parse("windows-1252").unwrap().encode("Łódź"), Err('Ł'));
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
        assert_eq!(both(b"a\0\xE9\0", named("utf-16")).unwrap(), "aé");
        assert_eq!(both(b"\xFF\xFE=\xD8\0\xDE", None).unwrap(), "😀");
    }

    #[test]
    fn one_byte_encodings_are_read_when_they_are_named() {
        assert_eq!(both(b"Zo\xEB \x80", named("windows-1252")).unwrap(), "Zoë €");
        assert_eq!(both(b"Zo\xEB", named("latin-1")).unwrap(), "Zoë");
    }

    #[test]
    fn an_error_has_the_text_before_the_invalid_bytes() {
        let before = |bytes: &[u8], encoding| both(bytes, encoding).unwrap_err().before;
        assert_eq!(before(b"\xEF\xBB\xBFZo\xEB!", None), "Zo");
        assert_eq!(before(b"\xFF\xFEa\0\0\xD8", None), "a");
        assert_eq!(before(b"a\0b", named("utf-16")), "a");
        assert_eq!(before(b"a\x81", named("windows-1252")), "a");
        assert_eq!(before(b"a\xC3", None), "a");
    }

    #[test]
    fn an_error_has_a_line_and_a_column() {
        let place = |bytes: &[u8]| both(bytes, None).unwrap_err().place();
        assert_eq!(place(b"\xFF"), (1, 1));
        assert_eq!(place(b"\xEF\xBB\xBFa\r\nb\rc\nd\xC3\xA9\xFF"), (4, 3));
    }
}
