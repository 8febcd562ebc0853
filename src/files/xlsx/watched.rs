//! Reads a workbook that may be made to do harm: a few kilobytes unpack to gigabytes, and places beyond any sheet make
//! the library panic.

use crate::error::{Error, Result};
use crate::store::input_file::InputPass;
use std::cell::RefCell;
use std::io::{self, Read, Seek, SeekFrom};
use std::panic::{self, AssertUnwindSafe};

/// Looks at the interrupt and at the memory of the run while a workbook is unpacked.
pub(super) struct Watch<'c> {
    check: &'c dyn Fn() -> Result<()>,
    stopped: RefCell<Option<Error>>,
}

/// The packed bytes of a workbook. Few are read at a time, so that what they unpack to stays near the limit.
pub(super) struct WatchedPass<'w> {
    pass: InputPass,
    watch: &'w Watch<'w>,
}

impl<'c> Watch<'c> {
    /// Calls `check` for every piece that is read.
    pub(super) fn new(check: &'c dyn Fn() -> Result<()>) -> Self {
        Self { check, stopped: RefCell::default() }
    }

    /// One pass over a file.
    pub(super) fn over(&self, pass: InputPass) -> WatchedPass<'_> {
        WatchedPass { pass, watch: self }
    }

    /// Runs `work`; `broken` makes the error of a workbook that makes the library panic.
    ///
    /// # Errors
    /// Of `check`, whatever `work` made of it; else that of `work`.
    pub(super) fn run<T>(
        &self,
        work: impl FnOnce() -> Result<T>,
        broken: impl FnOnce() -> Error,
    ) -> Result<T> {
        let done = panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(broken()));
        match self.stopped.take() {
            Some(error) => Err(error),
            None => done,
        }
    }
}

impl Read for WatchedPass<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Err(error) = (self.watch.check)() {
            self.watch.stopped.borrow_mut().get_or_insert(error);
            return Err(io::Error::other("stopped"));
        }
        self.pass.read(buffer)
    }
}

impl Seek for WatchedPass<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.pass.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use super::super::reader;
    use super::super::sheet_options::SheetOptions;
    use crate::error::ErrorKind;
    use crate::store::input_file::InputFile;
    use std::cell::Cell;
    use std::io::Write;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";

    /// A workbook with these rows as XML.
    fn workbook(rows: &str) -> InputFile {
        let parts = [
            (
                "xl/workbook.xml",
                format!(
                    "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
                ),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                format!(
                    "<Relationships xmlns=\"{PACKAGE}\"><Relationship Id=\"r1\" Type=\"{RELATIONS}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
                ),
            ),
            (
                "xl/worksheets/sheet1.xml",
                format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData></worksheet>"),
            ),
        ];
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let mut archive = ZipWriter::new(file.as_file_mut());
        for (name, content) in parts {
            archive.start_file(name, SimpleFileOptions::default()).unwrap();
            archive.write_all(content.as_bytes()).unwrap();
        }
        archive.finish().unwrap();
        InputFile::open(file.path(), &|| false).unwrap()
    }

    fn row(number: &str, cell: &str, text: &str) -> String {
        format!("<row r=\"{number}\"><c r=\"{cell}\" t=\"inlineStr\"><is><t>{text}</t></is></c></row>")
    }

    #[test]
    fn places_that_no_sheet_has_are_an_error_of_the_file() {
        let header = row("1", "A1", "email");
        for rows in [
            row("4294967295", "A4294967295", "x") + "<row><c/></row>",
            "<row r=\"4294967295\"></row><row></row><row hidden=\"1\"></row>".to_owned(),
            row("2", "ZZZZZZZ2", "x"),
            row("0", "A0", "x"),
            row("2", "XFD1048577", "x"),
            row("99999999999", "A99999999999", "x"),
            row("2", "", "x"),
            row("2", "2A", "x"),
        ] {
            let read =
                reader::read(&workbook(&format!("{header}{rows}")), &SheetOptions::default(), &|| Ok(()));
            let error = read.unwrap_err();
            assert_eq!(error.kind.name(), "file", "{rows}");
            assert!(error.to_string().contains(": the workbook "), "{rows}: {error}");
        }
    }

    #[test]
    fn unpacking_stops_when_the_run_must() {
        // 64 MiB in some 64 KiB.
        let bomb = workbook(&row("1", "A1", &"x".repeat(64 << 20)));
        for pieces in [0, 1, 5, 8] {
            let left = Cell::new(pieces);
            let check = || match left.get() {
                0 => Err(ErrorKind::Interrupted.into()),
                pieces => {
                    left.set(pieces - 1);
                    Ok(())
                }
            };
            let error = reader::read(&bomb, &SheetOptions::default(), &check).unwrap_err();
            assert_eq!(error.kind.name(), "interrupted", "{pieces}: {error}");
        }
    }
}
