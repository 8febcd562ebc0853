//! What a file is by its first bytes, whatever its name says.

/// A kind of file that is not text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// `.xlsx` and `.xlsm`.
    Workbook,
    /// Something else, with its name and what to do about it.
    Other(&'static str, &'static str),
}

/// What to do about files that hold a table in another form.
const SAVE: &str = "Open it in a spreadsheet and save it as CSV (UTF-8) or .xlsx.";
/// What to do about files that hold no table.
const ANOTHER: &str = "Name the CSV file or workbook with the rows.";
/// What to do about packed files.
const UNPACK: &str = "Unpack it and name the file inside.";

/// The first bytes of the other kinds.
const SIGNATURES: &[(&[u8], &str, &str)] = &[
    (
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
        "a workbook in the format of Excel before 2007 (.xls), or one with a password",
        "Open it in Excel and save it as .xlsx, without a password.",
    ),
    (b"%PDF-", "a PDF document", ANOTHER),
    (b"\x1F\x8B", "a gzip file", UNPACK),
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive", UNPACK),
    (b"Rar!\x1A\x07", "a RAR archive", UNPACK),
    (b"BZh", "a bzip2 file", UNPACK),
    (b"\xFD7zXZ\0", "an xz file", UNPACK),
    (b"\x89PNG\r\n", "a picture", ANOTHER),
    (b"\xFF\xD8\xFF", "a picture", ANOTHER),
    (b"GIF8", "a picture", ANOTHER),
    (b"{\\rtf", "an RTF document", SAVE),
    (b"SQLite format 3\0", "an SQLite database", ANOTHER),
    (b"\xFF\xFE\0\0", "text in UTF-32", "Save it as UTF-8."),
    (b"\0\0\xFE\xFF", "text in UTF-32", "Save it as UTF-8."),
];

/// What to do about JSON.
const READ_JSON: &str = "Read it with read_json(path) in a script.";

/// Beginnings of text that is not a table.
const MARKUP: &[(&str, &str, &str)] = &[
    (
        "<!doctype html",
        "a web page",
        "Download the file itself; a sign-in page may have been saved in its place.",
    ),
    ("<html", "a web page", "Download the file itself; a sign-in page may have been saved in its place."),
    ("<?xml", "an XML document", SAVE),
];

/// The kind of a file that begins with these bytes; `None` for text.
pub(crate) fn kind_of(start: &[u8]) -> Option<FileKind> {
    if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") {
        return Some(archive(start));
    }
    if let Some((_, name, advice)) = SIGNATURES.iter().find(|(bytes, ..)| start.starts_with(bytes)) {
        return Some(FileKind::Other(name, advice));
    }
    let text = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start();
    let is =
        |begin: &str| text.get(..begin.len()).is_some_and(|text| text.eq_ignore_ascii_case(begin.as_bytes()));
    if is_json(text) {
        return Some(FileKind::Other("a JSON document", READ_JSON));
    }
    let (_, name, advice) = MARKUP.iter().find(|(begin, ..)| is(begin))?;
    Some(FileKind::Other(name, advice))
}

/// Whether the file begins like a list or a map of JSON: `[{` or `{"`, with any space between.
fn is_json(text: &[u8]) -> bool {
    let after = |sign: u8| text.strip_prefix(&[sign]).and_then(|rest| rest.trim_ascii_start().first());
    after(b'[') == Some(&b'{') || after(b'{') == Some(&b'"')
}

/// A zip: documents of Office and others are zips whose first entries show what they are.
fn archive(start: &[u8]) -> FileKind {
    let has = |name: &[u8]| start.windows(name.len()).any(|bytes| bytes == name);
    if has(b"opendocument.spreadsheet") {
        FileKind::Other("an OpenDocument spreadsheet", SAVE)
    } else if has(b"xl/") {
        FileKind::Workbook
    } else if has(b"word/") {
        FileKind::Other("a Word document", ANOTHER)
    } else if has(b"[Content_Types].xml") {
        FileKind::Workbook
    } else {
        FileKind::Other("a zip archive", UNPACK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_recognized_by_their_first_bytes_and_text_is_not() {
        let name = |start: &[u8]| match kind_of(start) {
            Some(FileKind::Other(name, _)) => name,
            Some(FileKind::Workbook) => "workbook",
            None => "",
        };
        assert_eq!(name(b"PK\x03\x04....[Content_Types].xml....xl/workbook.xml"), "workbook");
        assert_eq!(name(b"PK\x03\x04....people.csv"), "a zip archive");
        assert_eq!(
            name(b"PK\x03\x04..mimetypeapplication/vnd.oasis.opendocument.spreadsheet"),
            "an OpenDocument spreadsheet"
        );
        assert_eq!(name(b"%PDF-1.7\n"), "a PDF document");
        assert_eq!(name(b"[\n  {\"email\": 1}]"), "a JSON document");
        assert_eq!(name(b"\xFF\xFE\0\0e\0\0\0"), "text in UTF-32");
        assert_eq!(name(b"\xEF\xBB\xBF\n<!DOCTYPE html><html>"), "a web page");
        assert_eq!(name(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), SIGNATURES[0].1);
        for text in ["", "email,name\n", "P", "PK,name\n", "<b>,c\n", "BZ,x\n"] {
            assert_eq!(name(text.as_bytes()), "", "{text}");
        }
    }
}
