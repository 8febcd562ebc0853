//! The encodings of text files: those of the WHATWG's list, by their labels.

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::io::{self, Write};

/// The encoding of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileEncoding(&'static Encoding);

/// Names that other programs use for encodings and the WHATWG's list does not have.
const OTHER_LABELS: [(&str, &str); 8] = [
    ("latin-1", "windows-1252"),
    ("utf-8-sig", "utf-8"),
    ("utf16", "utf-16"),
    ("cp932", "shift_jis"),
    ("cp936", "gbk"),
    ("cp949", "euc-kr"),
    ("cp950", "big5"),
    ("ansi", "windows-1252"),
];

impl FileEncoding {
    /// UTF-8.
    pub(crate) const UTF_8: Self = Self(UTF_8);

    /// The encodings that files of administrators usually have, for messages.
    pub const COMMON: &[&str] = &[
        "utf-8",
        "utf-16",
        "windows-1252",
        "windows-1250",
        "windows-1251",
        "iso-8859-2",
        "shift_jis",
        "gb18030",
        "big5",
        "euc-kr",
    ];

    /// The encoding with a label of the WHATWG's list, such as `windows-1250` or `shift_jis`, in any case.
    pub fn parse(label: &str) -> Option<Self> {
        let folded = label.trim().to_ascii_lowercase();
        let known = OTHER_LABELS.iter().find(|(other, _)| *other == folded).map(|(_, known)| *known);
        Encoding::for_label_no_replacement(known.unwrap_or(&folded).as_bytes()).map(Self)
    }

    /// Its name, which [`FileEncoding::parse`] takes.
    pub fn name(self) -> String {
        self.0.name().to_ascii_lowercase()
    }

    /// The encoding that bytes show by themselves: by their byte order mark, or as UTF-16 without one.
    pub(crate) fn shown_by(start: &[u8]) -> Option<Self> {
        Self::of_mark(start).or_else(|| Self::utf_16_without_a_mark(start))
    }

    /// Text of Europe and America in UTF-16 has a NUL in many pairs of bytes, always on the same side.
    fn utf_16_without_a_mark(start: &[u8]) -> Option<Self> {
        let (pairs, _) = start[..start.len().min(MARKLESS)].as_chunks::<2>();
        let first = pairs.iter().filter(|pair| pair[0] == 0).count();
        let second = pairs.iter().filter(|pair| pair[1] == 0).count();
        let most = |count: usize| count * 4 > pairs.len();
        match (most(first), most(second)) {
            (false, true) if first == 0 => Some(Self(UTF_16LE)),
            (true, false) if second == 0 => Some(Self(UTF_16BE)),
            _ => None,
        }
    }

    /// The encoding of a byte order mark.
    pub(super) fn of_mark(start: &[u8]) -> Option<Self> {
        Encoding::for_bom(start).map(|(encoding, _)| Self(encoding))
    }

    /// What decodes it; a byte order mark of another encoding overrules it.
    pub(super) fn decoder(self) -> Decoder {
        self.0.new_decoder()
    }

    /// Whether it has every character of Unicode.
    pub(super) fn is_unicode(self) -> bool {
        self.0 == UTF_8 || self.is_utf_16()
    }

    /// Whether it is UTF-16, in either order of bytes.
    pub(crate) fn is_utf_16(self) -> bool {
        [UTF_16LE, UTF_16BE].contains(&self.0)
    }

    /// A string in this encoding.
    ///
    /// # Errors
    /// The first character that it does not have.
    pub(crate) fn encode(self, text: &str) -> Result<Vec<u8>, char> {
        if self.is_utf_16() {
            let bytes = if self.0 == UTF_16LE { u16::to_le_bytes } else { u16::to_be_bytes };
            return Ok(text.encode_utf16().flat_map(bytes).collect());
        }
        let mut encoder = self.0.new_encoder();
        let room =
            encoder.max_buffer_length_from_utf8_without_replacement(text.len()).unwrap_or(text.len() * 4);
        let mut bytes = Vec::with_capacity(room);
        match encoder.encode_from_utf8_to_vec_without_replacement(text, &mut bytes, true).0 {
            encoding_rs::EncoderResult::Unmappable(letter) => Err(letter),
            _ => Ok(bytes),
        }
    }
}

/// The bytes at the start of a file that are looked at for UTF-16 without a byte order mark.
pub(super) const MARKLESS: usize = 1 << 10;

/// Writes strings in an encoding.
pub(crate) struct EncodingWriter<W> {
    target: W,
    encoding: FileEncoding,
    /// The start of a character that continues in the next piece.
    rest: Vec<u8>,
}

impl<W: Write> EncodingWriter<W> {
    /// Writes to `target`.
    pub(crate) fn new(target: W, encoding: FileEncoding) -> Self {
        Self { target, encoding, rest: Vec::new() }
    }
}

impl<W: Write> Write for EncodingWriter<W> {
    /// Takes UTF-8.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.encoding == FileEncoding::UTF_8 {
            return self.target.write(bytes);
        }
        self.rest.extend_from_slice(bytes);
        let valid = match std::str::from_utf8(&self.rest) {
            Ok(text) => text.len(),
            Err(error) => error.valid_up_to(),
        };
        let text = std::str::from_utf8(&self.rest[..valid]).unwrap_or_default();
        let encoded = self.encoding.encode(text).map_err(|letter| {
            let name = self.encoding.name();
            io::Error::other(format!("the encoding {name} has no character `{letter}`; \"utf-8\" has it"))
        })?;
        self.target.write_all(&encoded)?;
        self.rest.drain(..valid);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.target.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_an_encoding() {
        assert!(FileEncoding::COMMON.iter().all(|name| FileEncoding::parse(name).is_some()));
    }

    #[test]
    fn labels_are_those_of_the_list_and_of_other_programs() {
        for (label, name) in [
            ("Shift_JIS", "shift_jis"),
            ("cp932", "shift_jis"),
            ("CP1250", "windows-1250"),
            ("latin1", "windows-1252"),
            ("utf-8-sig", "utf-8"),
            ("UTF-16", "utf-16le"),
        ] {
            assert_eq!(FileEncoding::parse(label).unwrap().name(), name);
        }
        for unknown in ["", "utf-99", "iso-2022-kr", "ebcdic"] {
            assert_eq!(FileEncoding::parse(unknown), None, "{unknown}");
        }
    }
}
