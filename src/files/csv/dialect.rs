//! How a CSV file is written: its encoding, the character between its cells, and lines before its header.

use crate::error::{Error, Result};
use crate::files::encoding_guess::{TextEncoding, encoding_of};
use crate::files::first_bytes::{self, FileKind};
use crate::store::encoding::FileEncoding;
use crate::store::input_file::InputFile;
use crate::store::text_reader::TextReader;
use crate::tabular::LineEnd;
use std::io::{self, Read};

/// What the caller knows about a file; the rest is found out.
#[derive(Debug, Clone, Default)]
pub(crate) struct CsvOptions {
    /// The character between cells.
    pub(crate) delimiter: Option<char>,
    /// The encoding.
    pub(crate) encoding: Option<FileEncoding>,
    /// The encoding of a file that shows none, in place of a guess.
    pub(crate) likely_encoding: Option<FileEncoding>,
    /// The character between cells, if the header has it.
    pub(crate) likely_delimiter: Option<char>,
    /// The 1-based line of the header; otherwise the first that is not blank.
    pub(crate) header_row: Option<usize>,
}

/// How a file is written.
#[derive(Debug, Clone)]
pub(crate) struct CsvDialect {
    pub(crate) encoding: FileEncoding,
    /// Whether the caller named the encoding.
    pub(crate) encoding_is_given: bool,
    pub(crate) delimiter: char,
    /// Lines before the header that say how the file is written, or that the caller leaves out.
    pub(crate) skipped_lines: usize,
    /// The 1-based line of the header, if the caller named it.
    pub(crate) header_row: Option<usize>,
    /// What ends its lines.
    pub(crate) line_end: LineEnd,
}

/// The bytes at the start in which the header is expected.
const START: u64 = 1 << 20;
/// The delimiters that are recognized, the most usual first.
const DELIMITERS: [char; 3] = [',', ';', '\t'];

impl CsvDialect {
    /// Finds out how a file is written. `check` is called while it is read, `report` with its encoding.
    ///
    /// # Errors
    /// `file`: it cannot be read, or is not a text file. What `check` or `report` returns.
    pub(crate) fn of(
        file: &InputFile,
        options: &CsvOptions,
        check: &dyn Fn() -> Result<()>,
        report: &dyn Fn(&TextEncoding) -> Result<()>,
    ) -> Result<Self> {
        let failed = |error: io::Error| Error::io(file.path(), error);
        let mut start = Vec::new();
        file.pass().take(START).read_to_end(&mut start).map_err(failed)?;
        refuse_other_kinds(file, &start)?;
        let text = encoding_of(file, (options.encoding, options.likely_encoding), &start, check)?;
        report(&text)?;
        let encoding = text.encoding;
        let text = decoded_start(&start, encoding);
        let line_end = LineEnd::of(&text);
        let text = text.replace("\r\n", "\n");
        let (leading, named) = leading_lines(&text);
        let skipped_lines = options.header_row.map_or(leading, |row| row.saturating_sub(1));
        let header = text.split_inclusive(['\n', '\r']).skip(skipped_lines).collect::<String>();
        let first = header.trim_start().lines().next().unwrap_or_default();
        let likely = options.likely_delimiter.filter(|letter| first.contains(*letter));
        let delimiter = options.delimiter.or(named).or(likely).unwrap_or_else(|| delimiter_of(&header));
        let encoding_is_given = options.encoding.is_some();
        let header_row = options.header_row;
        Ok(Self { encoding, encoding_is_given, delimiter, skipped_lines, header_row, line_end })
    }
}

fn refuse_other_kinds(file: &InputFile, start: &[u8]) -> Result<()> {
    let place = file.path().display().to_string();
    match first_bytes::kind_of(start) {
        None => Ok(()),
        Some(FileKind::Workbook) => {
            let hint = format!("Read it with read_xlsx({place:?}).");
            Err(Error::file(place, "this is an Excel workbook, not a CSV file").with_file_hint(hint))
        }
        Some(FileKind::Other(name, advice)) => {
            Err(Error::file(place, format!("this is {name}, not a CSV file")).with_file_hint(advice))
        }
    }
}

fn decoded_start(start: &[u8], encoding: FileEncoding) -> String {
    let mut reader = TextReader::new(start, Some(encoding));
    let (mut piece, mut text) = (String::new(), String::new());
    while reader.read(&mut piece).is_ok() && !piece.is_empty() {
        text.push_str(&piece);
    }
    text
}

/// The number of lines up to the last of `sep=;`, which Excel writes and reads, and `#TYPE ...`, which PowerShell writes;
/// and the delimiter that they name.
fn leading_lines(text: &str) -> (usize, Option<char>) {
    let (mut skipped, mut delimiter) = (0, None);
    for (index, line) in text.split(['\n', '\r']).enumerate() {
        let bare = line.trim_matches([' ', '"']);
        if let Some(letter) = separator_line(bare) {
            (skipped, delimiter) = (index + 1, Some(letter));
        } else if bare.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("#type ")) {
            skipped = index + 1;
        } else if !bare.is_empty() {
            break;
        }
    }
    (skipped, delimiter)
}

fn separator_line(line: &str) -> Option<char> {
    let start = line.get(..4).filter(|start| start.eq_ignore_ascii_case("sep="))?;
    let mut letters = line[start.len()..].chars();
    letters.next().filter(|letter| letters.next().is_none() && !letter.is_alphanumeric())
}

/// The delimiter that the header has most often outside of quotes; a comma if it has none.
fn delimiter_of(text: &str) -> char {
    let (mut counts, mut quoted, mut has_name) = ([0; DELIMITERS.len()], false, false);
    for letter in text.chars() {
        match letter {
            '"' => quoted = !quoted,
            '\n' | '\r' if !quoted && has_name => break,
            '\n' | '\r' if !quoted => counts = [0; DELIMITERS.len()],
            _ if quoted => has_name = true,
            letter => match DELIMITERS.iter().position(|delimiter| *delimiter == letter) {
                Some(place) => counts[place] += 1,
                None => has_name |= !letter.is_whitespace(),
            },
        }
    }
    let most = counts.iter().max().copied().unwrap_or_default();
    let place = counts.iter().position(|count| *count == most).unwrap_or_default();
    DELIMITERS[place]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialect(bytes: &[u8], options: &CsvOptions) -> Result<CsvDialect> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.csv");
        std::fs::write(&path, bytes).unwrap();
        CsvDialect::of(&InputFile::open(&path, &|| false).unwrap(), options, &|| Ok(()), &|_| Ok(()))
    }

    fn found(text: &str) -> (char, usize) {
        let dialect = dialect(text.as_bytes(), &CsvOptions::default()).unwrap();
        (dialect.delimiter, dialect.skipped_lines)
    }

    #[test]
    fn the_delimiter_is_that_of_the_header() {
        for (text, delimiter) in [
            ("a,b\n1;2;3\n", ','),
            ("a;b\n1,2,3\n", ';'),
            ("a\tb\n", '\t'),
            ("a\n1;2\n", ','),
            ("\"last, first, middle\";email\n", ';'),
            ("\n;;;\n,,\na,b\n", ','),
            ("\"two\nlines\";b\n", ';'),
            ("", ','),
        ] {
            assert_eq!(found(text), (delimiter, 0), "{text:?}");
        }
    }

    #[test]
    fn lines_of_excel_and_powershell_are_skipped() {
        for (text, expected) in [
            ("sep=;\r\na;b\r\n", (';', 1)),
            ("\u{feff}\"SEP=\t\"\na\tb\n", ('\t', 1)),
            ("#TYPE System.Management.Automation.PSCustomObject\n\"a\",\"b\"\n", (',', 1)),
            ("\nsep=|\n#TYPE X\na|b\n", ('|', 3)),
            ("sep=x\na,b\n", (',', 0)),
            ("separator,b\n", (',', 0)),
        ] {
            assert_eq!(found(text), expected, "{text:?}");
        }
        let options = CsvOptions { delimiter: Some(','), ..CsvOptions::default() };
        let dialect = dialect(b"sep=;\na,b\n", &options).unwrap();
        assert_eq!((dialect.delimiter, dialect.skipped_lines), (',', 1));
    }

    #[test]
    fn files_that_are_not_text_are_named() {
        for (start, name) in [
            (b"PK\x03\x04 xl/workbook.xml".as_slice(), "this is an Excel workbook, not a CSV file"),
            (b"%PDF-1.7", "this is a PDF document, not a CSV file"),
        ] {
            let error = dialect(start, &CsvOptions::default()).unwrap_err().to_string();
            assert!(error.ends_with(name), "{error}");
        }
    }
}
