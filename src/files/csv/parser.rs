//! CSV (RFC 4180) taken apart strictly: quotes that do not fit are an error with their place, never a guess. Pure.
//!
//! The `csv` crate reads such text leniently, so that an unclosed quote swallows the rows behind it.

/// One row of cells, as they stand in the text but for their quotes.
#[derive(Debug, PartialEq, Eq)]
pub struct CsvRecord {
    /// The 1-based line it begins in.
    pub line: usize,
    /// Its cells.
    pub cells: Vec<String>,
}

/// Text that is no CSV.
#[derive(Debug, PartialEq, Eq)]
pub struct CsvError {
    /// The 1-based line.
    pub line: usize,
    /// The 1-based character in the line.
    pub column: usize,
    /// The 0-based cell.
    pub cell: usize,
    /// What is wrong there.
    pub message: &'static str,
}

/// Goes through a text record by record; a broken one is the last.
pub struct CsvRecords<'a> {
    rest: &'a str,
    delimiter: char,
    line: usize,
    column: usize,
    after_return: bool,
}

/// The records of a text. Lines end in `\n`, `\r\n` or `\r`.
pub fn records(text: &str, delimiter: char) -> CsvRecords<'_> {
    CsvRecords { rest: text, delimiter, line: 1, column: 1, after_return: false }
}

/// The 0-based cell in which a text ends that goes on.
pub fn last_cell(text: &str, delimiter: char) -> usize {
    match records(text, delimiter).last() {
        _ if text.ends_with(['\n', '\r']) => 0,
        Some(Ok(record)) => record.cells.len() - 1,
        Some(Err(broken)) => broken.cell,
        None => 0,
    }
}

impl Iterator for CsvRecords<'_> {
    type Item = Result<CsvRecord, CsvError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let record = self.record();
        if record.is_err() {
            self.rest = "";
        }
        Some(record)
    }
}

impl<'a> CsvRecords<'a> {
    fn record(&mut self) -> Result<CsvRecord, CsvError> {
        let line = self.line;
        let mut cells = Vec::new();
        loop {
            cells.push(self.cell(cells.len())?);
            if !self.take_delimiter() {
                self.take_line_end();
                return Ok(CsvRecord { line, cells });
            }
        }
    }

    fn cell(&mut self, number: usize) -> Result<String, CsvError> {
        let blanks = self.blanks();
        if self.rest[blanks..].starts_with('"') {
            self.advance(blanks);
            self.quoted(number)
        } else {
            self.plain(number)
        }
    }

    fn plain(&mut self, number: usize) -> Result<String, CsvError> {
        let delimiter = self.delimiter;
        let ends = |letter: char| letter == delimiter || matches!(letter, '\n' | '\r' | '"');
        let length = self.rest.find(ends).unwrap_or(self.rest.len());
        let text = self.advance(length);
        if self.rest.starts_with('"') && delimiter != '"' {
            return Err(self.broken(number, "a quote stands inside of a cell that does not begin with one"));
        }
        Ok(text.to_owned())
    }

    fn quoted(&mut self, number: usize) -> Result<String, CsvError> {
        let unclosed = self.broken(number, "a quote is never closed");
        let mut text = String::new();
        loop {
            self.advance(1);
            let Some(length) = self.rest.find('"') else { return Err(unclosed) };
            text.push_str(self.advance(length));
            self.advance(1);
            if !self.rest.starts_with('"') {
                break;
            }
            text.push('"');
        }
        self.advance(self.blanks());
        if self.rest.is_empty() || self.rest.starts_with([self.delimiter, '\n', '\r']) {
            Ok(text)
        } else {
            Err(self.broken(number, "something stands behind the closing quote of a cell"))
        }
    }

    /// How many bytes of blanks stand next; a delimiter is none.
    fn blanks(&self) -> usize {
        let blank = |letter: char| matches!(letter, ' ' | '\t') && letter != self.delimiter;
        self.rest.len() - self.rest.trim_start_matches(blank).len()
    }

    fn take_delimiter(&mut self) -> bool {
        let stands = self.rest.starts_with(self.delimiter);
        if stands {
            self.advance(self.delimiter.len_utf8());
        }
        stands
    }

    fn take_line_end(&mut self) {
        let length = if self.rest.starts_with("\r\n") { 2 } else { usize::from(!self.rest.is_empty()) };
        self.advance(length);
    }

    /// Takes so many bytes, counting lines and characters.
    fn advance(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        for letter in taken.chars() {
            match letter {
                '\n' if self.after_return => {}
                '\n' | '\r' => (self.line, self.column) = (self.line + 1, 1),
                _ => self.column += 1,
            }
            self.after_return = letter == '\r';
        }
        self.rest = rest;
        taken
    }

    fn broken(&self, cell: usize, message: &'static str) -> CsvError {
        CsvError { line: self.line, column: self.column, cell, message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(usize, Vec<String>)> {
        let records = records(text, ',').map(|record| record.unwrap());
        records.map(|record| (record.line, record.cells)).collect()
    }

    fn broken(text: &str) -> CsvError {
        records(text, ',').find_map(Result::err).unwrap()
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
    fn a_tab_may_part_cells() {
        let cells = records("a\t\"b\tc\"\t d", '\t').next().unwrap().unwrap().cells;
        assert_eq!(cells, ["a", "b\tc", " d"]);
    }

    #[test]
    fn quotes_that_do_not_fit_are_errors_with_their_place() {
        let place = |broken: CsvError| (broken.line, broken.column, broken.cell);
        assert_eq!(place(broken("a,b\n1,\"2\n3,4\n")), (2, 3, 1));
        assert_eq!(place(broken("a,b\n5\" disk,2")), (2, 2, 0));
        assert_eq!(place(broken("a,\"b\"c")), (1, 6, 1));
    }

    #[test]
    fn a_text_ends_in_a_cell() {
        for (text, cell) in [("", 0), ("a,b\nc,d", 1), ("a,b\nc,\"d", 1), ("a,b\nc,", 1), ("a,b\n", 0)] {
            assert_eq!(last_cell(text, ','), cell, "{text:?}");
        }
    }
}
