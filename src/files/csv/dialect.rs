//! How a CSV file is written: its encoding, the character between its cells, and lines before its header.

use crate::error::{Error, Result};
use crate::files::first_bytes::{self, FileKind};
use crate::store::encoding::{FileEncoding, TextReader};
use crate::store::input_file::InputFile;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use std::io::{self, Read};

/// What the caller knows about a file; the rest is found out.
#[derive(Debug, Clone, Default)]
pub(crate) struct CsvOptions {
    /// The character between cells.
    pub(crate) delimiter: Option<char>,
    /// The encoding.
    pub(crate) encoding: Option<FileEncoding>,
}

/// How a file is written.
#[derive(Debug, Clone)]
pub(crate) struct CsvDialect {
    pub(crate) encoding: FileEncoding,
    /// Words with other letters than those of ASCII, if the encoding is a guess.
    pub(crate) guessed_by: Option<Vec<String>>,
    /// Whether the caller named the encoding.
    pub(crate) encoding_is_given: bool,
    pub(crate) delimiter: char,
    /// Lines before the header that say how the file is written.
    pub(crate) skipped_lines: usize,
}

/// The bytes at the start in which the header is expected.
const START: u64 = 1 << 20;
/// The bytes that are read at once.
const PIECE: usize = 1 << 16;
/// The delimiters that are recognized, the most usual first.
const DELIMITERS: [char; 3] = [',', ';', '\t'];
/// The words that are shown for a guess.
const SHOWN_WORDS: usize = 5;

impl CsvDialect {
    /// Finds out how a file is written. `check` is called while it is read.
    ///
    /// # Errors
    /// `file`: it cannot be read, or is not a text file. What `check` returns.
    pub(crate) fn of(file: &InputFile, options: &CsvOptions, check: &dyn Fn() -> Result<()>) -> Result<Self> {
        let failed = |error: io::Error| Error::io(file.path(), error);
        let mut start = Vec::new();
        file.pass().take(START).read_to_end(&mut start).map_err(failed)?;
        refuse_other_kinds(file, &start)?;
        let shown = options.encoding.or_else(|| FileEncoding::shown_by(&start));
        let (encoding, is_guess) = match shown {
            Some(encoding) => (encoding, false),
            None => guess(file, check)?,
        };
        let guessed_by = if is_guess { Some(words(file, encoding)) } else { None };
        let text = decoded_start(&start, encoding);
        let (skipped_lines, named) = leading_lines(&text);
        let header = text.split_inclusive(['\n', '\r']).skip(skipped_lines).collect::<String>();
        let delimiter = options.delimiter.or(named).unwrap_or_else(|| delimiter_of(&header));
        let encoding_is_given = options.encoding.is_some();
        Ok(Self { encoding, guessed_by, encoding_is_given, delimiter, skipped_lines })
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

/// UTF-8 if the whole file is, or nearly is; otherwise the most likely encoding.
fn guess(file: &InputFile, check: &dyn Fn() -> Result<()>) -> Result<(FileEncoding, bool)> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    let mut letters = Utf8Count::default();
    let (mut source, mut piece) = (file.pass(), vec![0; PIECE]);
    loop {
        check()?;
        let count = source.read(&mut piece).map_err(|error| Error::io(file.path(), error))?;
        let bytes = &piece[..count];
        letters.add(bytes);
        detector.feed(bytes, count == 0);
        if count == 0 {
            break;
        }
    }
    // A file in which most letters are UTF-8 has a few broken ones; another encoding would break all the others.
    if letters.is_utf_8() || letters.has_nul {
        return Ok((FileEncoding::UTF_8, false));
    }
    let likely = detector.guess(None, Utf8Detection::Deny);
    Ok((FileEncoding::parse(likely.name()).unwrap_or(FileEncoding::UTF_8), true))
}

/// Counts the letters of UTF-8 in bytes that come in pieces.
#[derive(Default)]
struct Utf8Count {
    valid: usize,
    invalid: usize,
    has_nul: bool,
    rest: Vec<u8>,
}

impl Utf8Count {
    fn add(&mut self, bytes: &[u8]) {
        if self.rest.is_empty() && bytes.is_ascii() {
            self.has_nul |= bytes.contains(&0);
            return;
        }
        let mut all = std::mem::take(&mut self.rest);
        all.extend_from_slice(bytes);
        let kept = if bytes.is_empty() { 0 } else { incomplete(&all) };
        self.rest = all.split_off(all.len() - kept);
        self.has_nul |= all.contains(&0);
        for chunk in all.utf8_chunks() {
            self.valid += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
            self.invalid += usize::from(!chunk.invalid().is_empty());
        }
    }

    fn is_utf_8(&self) -> bool {
        self.invalid == 0 || self.valid > self.invalid
    }
}

/// The bytes at the end that may be the start of a letter.
fn incomplete(bytes: &[u8]) -> usize {
    match std::str::from_utf8(&bytes[bytes.len().saturating_sub(3)..]) {
        Ok(_) => 0,
        Err(_) => (1..=bytes.len().min(3)).find(|back| bytes[bytes.len() - back] >= 0xC0).unwrap_or(0),
    }
}

/// Words that show whether a guess is right.
fn words(file: &InputFile, encoding: FileEncoding) -> Vec<String> {
    let mut reader = TextReader::new(file.pass(), Some(encoding));
    let (mut piece, mut found) = (String::new(), Vec::new());
    while found.len() < SHOWN_WORDS && reader.read(&mut piece).is_ok() && !piece.is_empty() {
        let words = piece.split(|letter: char| letter.is_whitespace() || ",;\"\t".contains(letter));
        for word in words.filter(|word| !word.is_ascii()) {
            let word: String = word.chars().take(30).collect();
            if found.len() < SHOWN_WORDS && !found.contains(&word) {
                found.push(word);
            }
        }
    }
    found
}

fn decoded_start(start: &[u8], encoding: FileEncoding) -> String {
    let mut reader = TextReader::new(start, Some(encoding));
    let (mut piece, mut text) = (String::new(), String::new());
    while reader.read(&mut piece).is_ok() && !piece.is_empty() {
        text.push_str(&piece);
    }
    text.replace("\r\n", "\n")
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
        CsvDialect::of(&InputFile::open(&path, &|| false).unwrap(), options, &|| Ok(()))
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
    fn an_encoding_is_guessed_with_a_sample() {
        for (label, text) in [
            ("windows-1250", "imię,nazwisko,miasto\nŁukasz,Żółć,Gdańsk\nJózef,Święcicki,Kraków\n"),
            ("windows-1252", "name,city\nZoë,Münster\nJosé,Málaga\nFrançois,Besançon\n"),
            ("shift_jis", "name,city\n鈴木太郎,東京都\n高橋花子,大阪府\nカタカナ,横浜市\n"),
            ("windows-1251", "имя,город\nИван,Москва\nОльга,Казань\nПётр,Тверь\n"),
        ] {
            let bytes = FileEncoding::parse(label).unwrap().encode(text).unwrap();
            let dialect = dialect(&bytes, &CsvOptions::default()).unwrap();
            assert_eq!(dialect.encoding.name(), label);
            let words = dialect.guessed_by.unwrap();
            assert!(words.iter().all(|word| text.contains(word.as_str()) && !word.is_ascii()), "{words:?}");
        }
    }

    #[test]
    fn utf_8_with_a_broken_letter_is_not_taken_for_another_encoding() {
        let text = ["name\n", &"Zoë\n".repeat(30_000)].concat();
        for bytes in [text.clone().into_bytes(), [text.as_bytes(), b"Zo\xEB\n"].concat()] {
            let dialect = dialect(&bytes, &CsvOptions::default()).unwrap();
            assert_eq!((dialect.encoding, dialect.guessed_by), (FileEncoding::UTF_8, None));
        }
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
