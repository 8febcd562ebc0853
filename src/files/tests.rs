//! Every way to read a table has the same rows and errors.

use crate::error::Result;
use crate::files::csv::dialect::{CsvDialect, CsvOptions};
use crate::files::csv::reader::CsvReader;
use crate::files::table::bad_rows::BadRows;
use crate::files::table::row::{ParsedRow, TableRow};
use crate::files::table::row_stream::RowStream;
use crate::files::table::shape::TableShape;
use crate::files::table_file::{AcceptedFormat, TableFile, TableOptions};
use crate::host::interrupt::Interrupt;
use crate::host::session::Session;
use crate::script::engine::offline;
use crate::store::encoding::FileEncoding;
use crate::store::input_file::InputFile;
use crate::store::testing::OneByte;
use proptest::prelude::*;
use std::rc::Rc;

/// Rows with their lines, or the error without the folder in it.
type Outcome = std::result::Result<Vec<(usize, String)>, String>;

/// What a file holds, which must be the same by every way to read it.
fn outcome_of(text: &[u8], options: &TableOptions) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.csv");
    std::fs::write(&path, text).unwrap();
    let shown = |row: TableRow| (row.line(), row.to_json().to_string());
    let outcome = |rows: Result<Vec<TableRow>>| -> Outcome {
        let folder = format!("{}/", folder.path().display());
        rows.map(|rows| rows.into_iter().map(shown).collect())
            .map_err(|error| error.to_string().replace(&folder, ""))
    };
    let (session, interrupt) = (session(), Interrupt::default());
    let open = || TableFile::open(&session, &path, options, AcceptedFormat::Any);
    let whole = outcome(open().and_then(|file| Ok(file.read(&interrupt)?.0)));
    let streamed = open().and_then(|file| RowStream::of(file, &interrupt));
    let streamed = streamed.map(|rows| rows.into_iter().map(|row| row.unwrap()).collect());
    assert_eq!(outcome(streamed), whole, "stream_csv");
    let Ok(file) = open() else { return whole };
    let dialect =
        CsvDialect::of(&InputFile::open(&path, &|| false).unwrap(), &options.csv, &|| Ok(()), &|_| Ok(()))
            .unwrap();
    let piecewise = || CsvReader::new(&path, OneByte(text), &dialect, &options.shape)?.collect();
    for (way, rows) in
        [("multi_action", file.rows().and_then(Iterator::collect)), ("byte by byte", piecewise())]
    {
        let rows: Result<Vec<ParsedRow>> = rows;
        // Only the other two know how many rows there must be, and list all bad ones.
        let rows = rows.and_then(|rows| {
            let mut bad = BadRows::default();
            rows.iter().filter_map(|row| row.as_ref().err()).for_each(|row| bad.add(row));
            bad.check("people.csv")?;
            options.shape.check_row_count("people.csv", rows.len())?;
            Ok(rows.into_iter().flatten().collect())
        });
        assert_eq!(outcome(rows), whole, "{way}");
    }
    whole
}

fn outcome(text: &[u8], shape: &TableShape) -> Outcome {
    outcome_of(text, &TableOptions { shape: shape.clone(), ..TableOptions::default() })
}

fn session() -> Rc<Session> {
    offline::session(Rc::new(offline::RecordingConsole::default()))
}

fn encoded(label: &str) -> TableOptions {
    let csv = CsvOptions { encoding: FileEncoding::parse(label), ..CsvOptions::default() };
    TableOptions { csv, ..TableOptions::default() }
}

fn rows(text: &str) -> Vec<String> {
    let rows = outcome(text.as_bytes(), &TableShape::default()).unwrap();
    rows.into_iter().map(|(_, row)| row).collect()
}

fn message(text: &str, shape: &TableShape) -> String {
    outcome(text.as_bytes(), shape).unwrap_err()
}

fn requiring(columns: &[&str]) -> TableShape {
    TableShape { columns: columns.iter().map(|name| (*name).to_owned()).collect(), ..TableShape::default() }
}

#[test]
fn cells_are_trimmed_and_blank_rows_are_skipped() {
    let text = "\n upn , mail\n a , \" b \" \n,\n\n c,d\n";
    assert_eq!(rows(text), [r#"{"upn":"a","mail":"b"}"#, r#"{"upn":"c","mail":"d"}"#]);
}

#[test]
fn a_row_knows_the_line_it_begins_in() {
    let rows = outcome(b"a\n\"x\ny\"\nz\n", &TableShape::default()).unwrap();
    assert_eq!(rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 4]);
}

#[test]
fn rows_with_too_many_cells_are_reported_together() {
    assert_eq!(
        message("upn,mail\na,b,x\n", &TableShape::default()),
        "people.csv:2: the row has more cells than the header has columns (3 instead of 2): the first extra cell is `x`"
    );
    let many = message(&["upn\nz\n", &"a,b\n".repeat(25)].concat(), &TableShape::default());
    let start =
        "people.csv: 25 rows are not valid: line 3: the row has more cells than the header has columns";
    assert!(many.starts_with(start) && many.ends_with("; and 5 more"), "{many}");
    assert!(many.contains("; line 4: the row has more"), "{many}");
}

#[test]
fn cells_that_excel_and_powershell_leave_out_are_blank() {
    let text = "a,b,c\n1\n1,2\n1,2,3,,\n";
    assert_eq!(
        rows(text),
        [r#"{"a":"1","b":"","c":""}"#, r#"{"a":"1","b":"2","c":""}"#, r#"{"a":"1","b":"2","c":"3"}"#]
    );
}

#[test]
fn a_file_that_ends_in_the_middle_of_a_row_is_reported() {
    assert_eq!(rows("a,b\n1,2"), [r#"{"a":"1","b":"2"}"#]);
    let message = message("a,b\n1,2\n3", &TableShape::default());
    assert!(
        message.starts_with("people.csv:3: the file ends in the middle of a row, before the column `b`"),
        "{message}"
    );
}

#[test]
fn a_quote_that_is_never_closed_is_found_where_it_opens() {
    assert_eq!(
        message("upn,mail\na,\"b\nc,d\n", &TableShape::default()),
        "people.csv:2:3: column `mail`: a quote is never closed"
    );
}

#[test]
fn columns_without_a_name_are_left_out_if_they_are_blank() {
    assert_eq!(rows("a,,b,,\n1,,2,,\n3,,4\n"), [r#"{"a":"1","b":"2"}"#, r#"{"a":"3","b":"4"}"#]);
    assert_eq!(
        message("a,,b\n1,,2\n3,x,4\n", &TableShape::default()),
        "people.csv:3: column 2 has no name, but the row has `x` in it"
    );
    assert_eq!(
        message("a,,b\n1,,\"2\n", &TableShape::default()),
        "people.csv:2:4: column `b`: a quote is never closed"
    );
}

#[test]
fn a_header_has_each_name_once() {
    assert_eq!(message("a,b, a\n", &TableShape::default()), "people.csv:1: two columns are named `a`");
}

#[test]
fn missing_columns_are_named_with_the_nearest() {
    assert_eq!(
        message("Mail,upn\n", &requiring(&["mail", "country"])),
        "people.csv:1: no column `mail` (did you mean `Mail`?), no column `country`; it has `Mail`, `upn`"
    );
}

#[test]
fn a_wrong_delimiter_is_reported() {
    let options = TableOptions {
        shape: requiring(&["mail"]),
        csv: CsvOptions { delimiter: Some(','), ..CsvOptions::default() },
        ..TableOptions::default()
    };
    let message = outcome_of(b"mail;upn\n", &options).unwrap_err();
    assert!(message.ends_with("is the delimiter ';'?"), "{message}");
}

#[test]
fn the_delimiter_is_recognized_and_lines_before_the_header_are_skipped() {
    for text in ["a;b\n1,5;2\n", "sep=;\r\na;b\r\n1,5;2\r\n", "#TYPE X\n\"a\"\t\"b\"\n\"1,5\"\t\"2\"\n"] {
        assert_eq!(rows(text), [r#"{"a":"1,5","b":"2"}"#], "{text}");
    }
    assert_eq!(outcome(b"\nsep=;\na;b\n1;2\n", &TableShape::default()).unwrap()[0].0, 4);
}

#[test]
fn columns_can_be_renamed() {
    let rename = vec![("Adres e-mail".to_owned(), "email".to_owned())];
    let shape = TableShape { rename, columns: vec!["email".to_owned()], ..TableShape::default() };
    let rows = outcome("Adres e-mail;Imię\na@example.com;Łukasz\n".as_bytes(), &shape).unwrap();
    assert_eq!(rows[0].1, r#"{"email":"a@example.com","Imię":"Łukasz"}"#);
}

#[test]
fn too_few_rows_are_an_error() {
    let shape = TableShape { min_rows: 2, ..TableShape::default() };
    assert_eq!(message("a\n1\n", &shape), "people.csv: too few rows: 1; at least 2 are required");
    assert!(rows("a\n").is_empty());
}

#[test]
fn a_file_without_a_header_is_an_error() {
    let expected = "people.csv: the file is empty; it has no header";
    assert_eq!(message("", &TableShape::default()), expected);
    assert_eq!(message("\n\n", &TableShape::default()), expected);
}

#[test]
fn another_encoding_is_guessed() {
    let text = "upn,firstname\na,Zoë\nb,José\nc,Françoise\n";
    let bytes = FileEncoding::parse("windows-1252").unwrap().encode(text).unwrap();
    let guessed = outcome_of(&bytes, &TableOptions::default()).unwrap();
    assert_eq!(guessed, outcome(text.as_bytes(), &TableShape::default()).unwrap());
    assert_eq!(outcome_of(&bytes, &encoded("windows-1252")).unwrap(), guessed);
}

#[test]
fn bytes_that_are_not_valid_are_placed() {
    let text = [&b"upn,firstname\n"[..], "a,Zoë\nb,Zoë\n".as_bytes(), b"c,Zo\xEB\n"].concat();
    let expected = "people.csv:4:5: column `firstname`: this is not valid UTF-8 text";
    assert!(outcome(&text, &TableShape::default()).unwrap_err().starts_with(expected));
    assert_eq!(outcome_of(&text, &encoded("utf-8")).unwrap_err(), expected);
    let nul = outcome(b"a,b\n1,\0\n", &TableShape::default()).unwrap_err();
    assert!(nul.starts_with("people.csv:2:3: column `b`: a NUL character; this is not text"), "{nul}");
}

#[test]
fn the_work_is_linear_in_the_columns() {
    let names = |count: usize| (0..count).map(|number| format!("c{number}")).collect::<Vec<_>>().join(",");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.csv");
    let read = |text: &str| {
        std::fs::write(&path, text).unwrap();
        let file = TableFile::open(&session(), &path, &TableOptions::default(), AcceptedFormat::Csv)?;
        file.read(&Interrupt::default()).map(|(rows, _)| rows.len())
    };
    let begun = std::time::Instant::now();
    assert_eq!(read(&format!("{}\n{}\n", names(10_000), names(10_000))).unwrap(), 1);
    let blank = ",".repeat(9_999);
    assert_eq!(read(&format!("a{blank}\n1{blank}\n")).unwrap(), 1);
    let many = read(&names(200_000)).unwrap_err().to_string();
    assert!(many.ends_with("the row has more than 10,000 cells"), "{many}");
    // Comparing each name with all others took more than 20 s for 200,000 columns.
    assert!(begun.elapsed() < std::time::Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[test]
fn escaped_formulas_are_restored() {
    assert_eq!(rows("a\n'=x\n"), [r#"{"a":"=x"}"#]);
}

#[test]
fn every_way_to_read_a_file_has_the_same_rows_and_errors() {
    for text in [
        "a,b\n1,2\n\n\"x\ny\",\"say \"\"hi\"\"\"\n3,4",
        "\u{feff}a,b\r\n1,2\r\n",
        "a,b\r1,2\r3,4",
        "",
        "a,a\n",
        "a,b\n1\n",
        "a,b\n1,\"2\n3,4\n",
        "a,b\n1,2\"\n\"",
    ] {
        let _ = outcome(text.as_bytes(), &TableShape::default());
    }
    let _ = outcome(b"a,b\n1,\xEB\n", &TableShape::default());
}

#[test]
fn every_encoding_is_read_by_every_way() {
    let text = "upn,name\r\na,\"Zoë\r\n€\"\r\nb,x\r\n";
    let utf_16 =
        |bytes: fn(u16) -> [u8; 2]| format!("\u{feff}{text}").encode_utf16().flat_map(bytes).collect();
    let expected =
        [(2, r#"{"upn":"a","name":"Zoë\r\n€"}"#.to_owned()), (4, r#"{"upn":"b","name":"x"}"#.to_owned())];
    let windows = text.replace('ë', "\u{1}").replace('€', "\u{2}").into_bytes();
    let windows = windows.into_iter().map(|byte| match byte {
        1 => 0xEB,
        2 => 0x80,
        other => other,
    });
    let files: [(Vec<u8>, &str); 5] = [
        (text.into(), ""),
        (text.into(), "utf-8"),
        (utf_16(u16::to_le_bytes), ""),
        (utf_16(u16::to_be_bytes), "utf-16"),
        (windows.collect(), "windows-1252"),
    ];
    for (bytes, label) in files {
        assert_eq!(outcome_of(&bytes, &encoded(label)).unwrap(), expected, "{label}");
    }
}

proptest! {
    #[test]
    fn every_reader_returns_the_same_rows(text in "[ab,\"\r\n ]{0,40}") {
        let _ = outcome(text.as_bytes(), &TableShape::default());
    }
}

/// The bytes of a small workbook, with a hidden row.
fn workbook() -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write_row(0, 0, ["email", "groups"]).unwrap();
    sheet.write_row(1, 0, ["a@example.com", "A, B"]).unwrap();
    sheet.write(2, 0, 42.5).unwrap();
    sheet.set_row_hidden(2).unwrap();
    workbook.save_to_buffer().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn a_damaged_workbook_is_an_error_or_rows(places in prop::collection::vec((0_usize..8_000, any::<u8>()), 1..20)) {
        let mut bytes = workbook();
        for (place, byte) in places {
            let length = bytes.len();
            bytes[place % length] = byte;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.xlsx");
        std::fs::write(&path, &bytes).unwrap();
        let file = TableFile::open(&session(), &path, &TableOptions::default(), AcceptedFormat::Any);
        let rows = file.and_then(|file| file.read(&Interrupt::default()));
        prop_assert!(rows.is_err() || rows.is_ok_and(|(rows, _)| rows.len() <= 2));
    }
}
