//! Parses CSV (RFC 4180) strictly, from a stream: a quote in the wrong place is an error with its line and column.
//!
//! The `csv` crate is lenient: with an unclosed quote it takes the following rows as one cell.

use crate::files::table::cells::RowCells;
use crate::files::table::header::COLUMN_LIMIT;
use crate::store::encoding::FileEncoding;
use crate::store::text_reader::{TextError, TextReader};
use crate::tabular;
use std::io::{self, Read};

/// One row of cells: without their quotes, trimmed, and as they were before formulas were defused.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct CsvRecord {
    /// The 1-based line where it begins.
    pub(super) line: usize,
    pub(super) cells: RowCells,
    /// Whether a line end follows, as it does unless the file was cut off.
    pub(super) is_ended: bool,
}

/// Why a record cannot be parsed, and where.
#[derive(Debug)]
pub(super) struct CsvError {
    /// The 1-based line.
    pub(super) line: usize,
    /// The 1-based character in the line.
    pub(super) column: usize,
    /// The 0-based cell.
    pub(super) cell: usize,
    pub(super) problem: CsvProblem,
}

/// A problem in a CSV file.
#[derive(Debug)]
pub(super) enum CsvProblem {
    /// The file cannot be read.
    Read(io::Error),
    /// Bytes are not valid in the encoding.
    Encoding(String),
    /// The text is not CSV.
    Syntax(&'static str),
}

/// The longest record, in bytes. Without a limit, one unclosed quote would load the whole file into memory.
pub(super) const RECORD_LIMIT: usize = 16 << 20;

/// Reads the records of the text one by one; ends after an error. Lines end in `\n`, `\r\n` or `\r`.
pub(super) struct CsvParser<R> {
    source: TextReader<R>,
    /// The part of the text that is being parsed.
    piece: String,
    /// The number of parsed bytes of that part.
    parsed: usize,
    delimiter: char,
    place: TextPlace,
    /// The 0-based cell that is being parsed.
    cell: usize,
    /// The number of bytes in the current record so far.
    size: usize,
    ended: bool,
}

/// Where a character is in a string.
#[derive(Debug, Clone, Copy)]
struct TextPlace {
    line: usize,
    column: usize,
    after_return: bool,
}

impl TextPlace {
    fn advance(&mut self, letter: char) {
        match letter {
            '\n' if self.after_return => {}
            '\n' | '\r' => (self.line, self.column) = (self.line + 1, 1),
            _ => self.column += 1,
        }
        self.after_return = letter == '\r';
    }
}

impl<R: Read> CsvParser<R> {
    pub(super) fn new(source: R, encoding: FileEncoding, delimiter: char) -> Self {
        Self {
            source: TextReader::new(source, Some(encoding)),
            piece: String::new(),
            parsed: 0,
            delimiter,
            place: TextPlace { line: 1, column: 1, after_return: false },
            cell: 0,
            size: 0,
            ended: false,
        }
    }

    /// Reads the next record into `record`, whose memory it uses again. Returns false at the end of the text.
    ///
    /// # Errors
    /// The text is not CSV, or cannot be read or decoded.
    pub(super) fn read(&mut self, record: &mut CsvRecord) -> Result<bool, CsvError> {
        let result = self.record(record);
        if !matches!(result, Ok(true)) {
            self.end();
        }
        result
    }

    fn record(&mut self, record: &mut CsvRecord) -> Result<bool, CsvError> {
        (self.cell, self.size) = (0, 0);
        record.cells.clear();
        if self.peek()?.is_none() {
            return Ok(false);
        }
        record.line = self.place.line;
        if self.plain_line(&mut record.cells) {
            record.is_ended = true;
            return Ok(true);
        }
        let mut text = String::new();
        loop {
            text.clear();
            self.parse_cell(&mut text)?;
            record.cells.push(bare(&text));
            if self.peek()? == Some(self.delimiter) {
                self.cell += 1;
                self.skip(self.delimiter);
                self.grow(1)?;
            } else {
                record.is_ended = self.line_end()?;
                return Ok(true);
            }
            if record.cells.len() == COLUMN_LIMIT {
                return Err(self.syntax("the row has more than 10,000 cells"));
            }
        }
    }

    /// Takes the rest of a line without quotes that is already in memory, as most are. Returns false, with nothing taken,
    /// for any other, which is parsed character by character.
    fn plain_line(&mut self, cells: &mut RowCells) -> bool {
        let rest = &self.piece[self.parsed..];
        let Some(delimiter) = u8::try_from(self.delimiter).ok().filter(u8::is_ascii) else { return false };
        let Some(length) = memchr::memchr3(b'\n', b'\r', b'"', rest.as_bytes()) else { return false };
        let end = match (rest.as_bytes()[length], rest.as_bytes().get(length + 1)) {
            (b'\r', Some(b'\n')) => 2,
            (b'\n', _) | (b'\r', Some(_)) => 1,
            _ => return false,
        };
        let (line, mut start) = (&rest[..length], 0);
        for place in memchr::memchr_iter(delimiter, line.as_bytes()) {
            cells.push(bare(&line[start..place]));
            start = place + 1;
        }
        cells.push(bare(&line[start..]));
        if cells.len() > COLUMN_LIMIT {
            cells.clear();
            return false;
        }
        self.parsed += length + end;
        self.place = TextPlace { line: self.place.line + 1, column: 1, after_return: false };
        true
    }

    fn parse_cell(&mut self, text: &mut String) -> Result<(), CsvError> {
        self.spaces(text)?;
        if self.peek()? == Some('"') {
            text.clear();
            self.quoted(text)
        } else {
            self.plain(text)
        }
    }

    fn plain(&mut self, text: &mut String) -> Result<(), CsvError> {
        let delimiter = self.delimiter;
        self.take_until(text, |letter| letter == delimiter || matches!(letter, '\n' | '\r' | '"'))?;
        if self.peek()? == Some('"') {
            return Err(self.syntax("a quote is inside a cell that does not start with a quote"));
        }
        Ok(())
    }

    fn quoted(&mut self, text: &mut String) -> Result<(), CsvError> {
        let TextPlace { line, column, .. } = self.place;
        let unclosed = |error: CsvError, message| match error.problem {
            CsvProblem::Syntax(_) => CsvError { line, column, problem: CsvProblem::Syntax(message), ..error },
            _ => error,
        };
        loop {
            self.skip('"');
            self.take_until(text, |letter| letter == '"')
                .map_err(|error| unclosed(error, "a quote is not closed within 16 MiB"))?;
            if self.peek()?.is_none() {
                return Err(unclosed(self.syntax(""), "a quote is never closed"));
            }
            self.skip('"');
            if self.peek()? != Some('"') {
                break;
            }
            text.push('"');
        }
        self.spaces(&mut String::new())?;
        match self.peek()? {
            None | Some('\n' | '\r') => Ok(()),
            Some(letter) if letter == self.delimiter => Ok(()),
            Some(_) => Err(self.syntax("there is text after the closing quote of a cell")),
        }
    }

    /// Spaces and tabs; a delimiter is neither.
    fn spaces(&mut self, text: &mut String) -> Result<(), CsvError> {
        let delimiter = self.delimiter;
        self.take_until(text, |letter| !matches!(letter, ' ' | '\t') || letter == delimiter)
    }

    /// Passes over whole lines, whatever they hold.
    pub(super) fn skip_lines(&mut self, lines: usize) -> Result<(), CsvError> {
        for _ in 0..lines {
            self.size = 0;
            self.take_until(&mut String::new(), |letter| matches!(letter, '\n' | '\r'))?;
            self.line_end()?;
        }
        Ok(())
    }

    fn line_end(&mut self) -> Result<bool, CsvError> {
        let Some(end) = self.peek()? else { return Ok(false) };
        self.cell = 0;
        self.skip(end);
        if end == '\r' && self.peek()? == Some('\n') {
            self.skip('\n');
        }
        Ok(true)
    }

    /// The next character; `None` at the end of the text.
    fn peek(&mut self) -> Result<Option<char>, CsvError> {
        if self.parsed == self.piece.len() && !self.ended {
            self.parsed = 0;
            self.source.read(&mut self.piece).map_err(|error| match error {
                TextError::Read(error) => self.error(CsvProblem::Read(error)),
                TextError::Decode(message) => self.error(CsvProblem::Encoding(message)),
            })?;
            self.ended = self.piece.is_empty();
        }
        Ok(self.piece[self.parsed..].chars().next())
    }

    /// Consumes the next character, after `peek`.
    fn skip(&mut self, letter: char) {
        self.place.advance(letter);
        self.parsed += letter.len_utf8();
    }

    /// Appends the text before the next character for which `stops` is true, or up to the end.
    fn take_until(&mut self, text: &mut String, stops: impl Fn(char) -> bool) -> Result<(), CsvError> {
        while self.peek()?.is_some_and(|letter| !stops(letter)) {
            let rest = &self.piece[self.parsed..];
            let length = rest.find(&stops).unwrap_or(rest.len());
            self.grow(length)?;
            let taken = &self.piece[self.parsed..self.parsed + length];
            taken.chars().for_each(|letter| self.place.advance(letter));
            text.push_str(taken);
            self.parsed += length;
        }
        Ok(())
    }

    fn grow(&mut self, length: usize) -> Result<(), CsvError> {
        self.size += length;
        if self.size > RECORD_LIMIT {
            return Err(self.syntax("the row is longer than 16 MiB"));
        }
        Ok(())
    }

    /// Ends the iteration.
    pub(super) fn end(&mut self) {
        self.piece.clear();
        (self.parsed, self.ended) = (0, true);
    }

    fn syntax(&self, message: &'static str) -> CsvError {
        self.error(CsvProblem::Syntax(message))
    }

    fn error(&self, problem: CsvProblem) -> CsvError {
        let TextPlace { line, column, .. } = self.place;
        CsvError { line, column, cell: self.cell, problem }
    }
}

/// The content of a cell: without spaces around it, and without the apostrophe that [`tabular::defuse`] puts in front.
fn bare(cell: &str) -> &str {
    match cell.as_bytes() {
        [] => cell,
        [first, .., last] if first.is_ascii_alphanumeric() && last.is_ascii_graphic() => cell,
        _ => tabular::restore(cell.trim()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::OneByte;

    fn all(mut parser: CsvParser<impl Read>) -> Result<Vec<CsvRecord>, CsvError> {
        let mut records = Vec::new();
        loop {
            let mut record = CsvRecord::default();
            if !parser.read(&mut record)? {
                return Ok(records);
            }
            records.push(record);
        }
    }

    /// The records, parsed from one piece and from pieces of one byte each.
    fn parse(text: &[u8], delimiter: char) -> Result<Vec<CsvRecord>, CsvError> {
        let whole = all(CsvParser::new(text, FileEncoding::UTF_8, delimiter));
        let piecewise = all(CsvParser::new(OneByte(text), FileEncoding::UTF_8, delimiter));
        assert_eq!(format!("{whole:?}"), format!("{piecewise:?}"));
        whole
    }

    fn read(text: &str) -> Vec<(usize, Vec<String>)> {
        let records = parse(text.as_bytes(), ',').unwrap().into_iter();
        let cells = |record: &CsvRecord| record.cells.iter().map(str::to_owned).collect();
        records.map(|record| (record.line, cells(&record))).collect()
    }

    fn broken(text: &str) -> CsvError {
        parse(text.as_bytes(), ',').unwrap_err()
    }

    fn row(line: usize, cells: &[&str]) -> (usize, Vec<String>) {
        (line, cells.iter().map(|cell| (*cell).to_owned()).collect())
    }

    #[test]
    fn every_kind_of_line_end_ends_a_record() {
        let rows = [row(1, &["a", "b"]), row(2, &["c", "d"]), row(3, &["e", ""])];
        for text in ["a,b\nc,d\ne,", "a,b\r\nc,d\r\ne,\r\n", "a,b\rc,d\re,\r"] {
            assert_eq!(read(text), rows, "{text:?}");
        }
    }

    #[test]
    fn quoted_cells_hold_delimiters_quotes_and_lines() {
        let text = "\"a,b\", \"c\"\"d\" ,\"e\r\nf\"\nx,,y\n";
        assert_eq!(read(text), [row(1, &["a,b", "c\"d", "e\r\nf"]), row(3, &["x", "", "y"])]);
    }

    #[test]
    fn an_empty_line_is_a_record_of_one_empty_cell() {
        assert_eq!(read("a\n\nb"), [row(1, &["a"]), row(2, &[""]), row(3, &["b"])]);
        assert_eq!(read(""), []);
    }

    #[test]
    fn a_tab_can_be_the_delimiter() {
        let records = parse(b"a\t\"b\tc\"\t d", '\t').unwrap();
        assert_eq!(records[0].cells, ["a", "b\tc", "d"].into_iter().collect());
    }

    #[test]
    fn misplaced_quotes_are_errors_with_their_position() {
        let place = |broken: CsvError| (broken.line, broken.column, broken.cell);
        assert_eq!(place(broken("a,b\n1,\"2\n3,4\n")), (2, 3, 1));
        assert_eq!(place(broken("a,b\n5\" disk,2")), (2, 2, 0));
        assert_eq!(place(broken("a,\"b\"c")), (1, 6, 1));
    }

    #[test]
    fn bytes_that_cannot_be_decoded_are_in_a_cell() {
        for (text, cell) in [("", 0), ("a,b\nc,d", 1), ("a,b\nc,\"d", 1), ("a,b\nc,", 1), ("a,b\n", 0)] {
            let broken = parse(&[text.as_bytes(), &[0xFF]].concat(), ',').unwrap_err();
            assert!(matches!(broken.problem, CsvProblem::Encoding(_)), "{text:?}: {broken:?}");
            assert_eq!(broken.cell, cell, "{text:?}");
        }
    }

    #[test]
    fn the_length_of_a_record_is_limited() {
        let letters = || io::repeat(b'a').take(RECORD_LIMIT as u64 + 1);
        for (start, problem) in
            [("a,\"", "a quote is not closed within 16 MiB"), ("", "the row is longer than 16 MiB")]
        {
            let text = start.as_bytes().chain(letters());
            let error = all(CsvParser::new(text, FileEncoding::UTF_8, ',')).unwrap_err();
            assert!(matches!(error.problem, CsvProblem::Syntax(message) if message == problem), "{error:?}");
            assert_eq!((error.line, error.cell), (1, usize::from(!start.is_empty())));
        }
    }

    #[test]
    fn the_number_of_cells_is_limited() {
        let parse =
            |cells: usize| parse(",".repeat(cells - 1).as_bytes(), ',').map(|records| records[0].cells.len());
        assert_eq!(parse(COLUMN_LIMIT).unwrap(), COLUMN_LIMIT);
        let error = parse(COLUMN_LIMIT + 1).unwrap_err();
        assert!(
            matches!(error.problem, CsvProblem::Syntax("the row has more than 10,000 cells")),
            "{error:?}"
        );
    }

    #[test]
    fn a_record_knows_whether_its_line_ends() {
        let ends: Vec<_> = parse(b"a\n\"b\"", ',').unwrap().iter().map(|record| record.is_ended).collect();
        assert_eq!(ends, [true, false]);
    }
}
