//! Files that are broken, or not what their names say, given to every entry that reads a table.

use crate::scripts::Visits;
use std::path::Path;

/// Every entry that reads a table of either format; `FILE` is the file.
const ENTRIES: [&str; 8] = [
    "-e read_table(`FILE`)",
    "-e multi_action(`FILE`)",
    "each FILE print(row)",
    "sync --users FILE",
    "scripts/onboard.rhai FILE",
    "scripts/offboard.rhai groups FILE",
    "scripts/sync_group.rhai Designers FILE",
    "scripts/expire_contractors.rhai FILE",
];

/// A header that every entry takes.
const HEADER: &str = "type,email,firstname,lastname,country,groups,end\n";
const ROW: &str = ",new.one@example.com,New,One,US,Designers,2999-12-31\n";

fn workbook() -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/office/onboard.xlsx")).unwrap()
}

fn encoded(label: &str, name: &str) -> Vec<u8> {
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap();
    let text = format!("{HEADER}{}", ROW.replace("New", name));
    encoding.encode(&text).0.into_owned()
}

fn utf_16(text: &str) -> Vec<u8> {
    format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Names, contents, and what every entry says about them.
fn files() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let table = format!("{HEADER}{ROW}");
    let mut cut = utf_16(&table);
    cut.pop();
    vec![
        ("empty.csv", Vec::new(), "the file is empty"),
        ("empty.xlsx", Vec::new(), "the file is empty"),
        ("mark.csv", "\u{feff}".into(), "the file is empty"),
        (
            "old.xls",
            b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1....".to_vec(),
            "Excel before 2007 (.xls), or one with a password",
        ),
        (
            "people.ods",
            b"PK\x03\x04..mimetypeapplication/vnd.oasis.opendocument.spreadsheet".to_vec(),
            "this is an OpenDocument spreadsheet, not a CSV file or an Excel workbook",
        ),
        ("page.csv", b"<!DOCTYPE html><html>".to_vec(), "this is a web page"),
        ("people.json.csv", b"[\n {\"email\": \"a\"}]".to_vec(), "this is a JSON document"),
        ("wide.csv", b"\xFF\xFE\0\0t\0\0\0".to_vec(), "this is text in UTF-32"),
        ("torn.xlsx", workbook()[..2_000].to_vec(), "the workbook is damaged or not complete"),
        ("book.csv", workbook(), "the sheet has a hidden row"),
        ("cut.csv", cut, "the file may be damaged or cut off: export it again"),
        (
            "nul.csv",
            table.replace("New", "N\0w").into(),
            "the file may be damaged or cut off: export it again",
        ),
        ("polish.csv", encoded("windows-1250", "Świętosław"), "it is probably windows-1250"),
        ("german.csv", encoded("windows-1252", "Jörg-Rüdiger"), "it is probably windows-1252"),
        ("japanese.csv", encoded("shift_jis", "花子"), "it is probably shift_jis"),
        ("seven-bit.csv", encoded("iso-2022-jp", "花子"), "it is probably iso-2022-jp"),
        ("twice.csv", table.replace("lastname", "email").into(), "two columns are named `email`"),
        ("open.csv", format!("{HEADER},\"new.one@example.com,New\n").into(), "a quote is never closed"),
        ("stray.csv", table.replace("New", "N\"w").into(), "a quote is inside a cell"),
        ("other.csv", b"name,department\nA,B\n".to_vec(), "no column"),
        ("bars.csv", table.replace(',', "|").into(), "no column"),
    ]
}

#[test]
fn every_entry_names_the_fault_of_a_file_and_changes_nothing() {
    let visits = Visits::new(&[("folder.csv/inside", "")]);
    let mut files = files();
    for (name, content, _) in &files {
        visits.write(name, content);
    }
    files.push(("folder.csv", Vec::new(), "this is a folder"));
    files.push(("gone.csv", Vec::new(), "no such file"));
    for entry in ENTRIES {
        for (name, _, expected) in &files {
            let needs_no_column = entry.starts_with("each") || entry.contains("read_table");
            let lacks_end = entry.contains("expire") && *name == "book.csv";
            if needs_no_column && *expected == "no column" || lacks_end {
                continue;
            }
            let run = visits.run(&format!("--live {}", entry.replace("FILE", name)));
            let said = run.words();
            let likewise = [("no column", "there is no email"), ("no such file", "there is no `gone.csv`")];
            let is_named = said.contains(expected)
                || likewise.iter().any(|(wanted, other)| wanted == expected && said.contains(other));
            assert!(is_named && said.contains(name), "{entry} {name}: {}", run.stderr);
            // The options of a script are checked before it runs.
            run.exits(if said.contains("there is no `gone.csv`") { 2 } else { 1 });
        }
    }
    assert_eq!(visits.eval("find_user(`new.one@example.com`) == ()"), "true\n");
}

/// What the operator says before an entry is what the file needs: each option has an effect everywhere.
#[test]
fn every_entry_takes_the_options_of_the_operator() {
    let table = format!("{HEADER}{}", ROW.replace("new.one", "ben.osei"));
    let renamed = table.replace("email", "Adres e-mail");
    let cases: [(&str, &str, Vec<u8>); 6] = [
        ("--header-row 3", "title.csv", format!("People of Acme,,,,,,\n,,,,,,\n{table}").into()),
        ("--hidden skip", "book.xlsx", workbook()),
        ("--hidden read --sheet People --header-row 1", "book.xlsx", workbook()),
        ("--delimiter |", "bars.csv", table.replace(',', "|").into()),
        ("--encoding cp932", "japanese.csv", encoded("shift_jis", "花子")),
        ("--column", "renamed.csv", renamed.into()),
    ];
    let visits = Visits::new(&[]);
    for (options, name, content) in cases {
        visits.write(name, &content);
        for entry in ENTRIES {
            if entry.contains("expire") && name == "book.xlsx" {
                continue;
            }
            let mut line = vec!["--test"];
            line.extend(options.split(' '));
            if options == "--column" {
                line.push("email=Adres e-mail");
            }
            let entry = entry.replace("FILE", name);
            line.extend(entry.splitn(3, ' '));
            let run = visits.with_arguments("", &line);
            assert_ne!(run.code, 1, "{line:?}: {}", run.stderr);
            assert_ne!(run.code, 2, "{line:?}: {}", run.stderr);
        }
    }
}

#[test]
fn readers_take_the_row_of_the_header() {
    let text = "People of Acme;;\n;;\nemail;name;\nben.osei@example.com;Ben;\n";
    let visits = Visits::new(&[("title.csv", text)]);
    for reader in ["read_csv(`title.csv`, #{header_row: 3})", "read_table(`title.csv`, #{header_row: 3})"] {
        let code = format!("let rows = {reader}; `${{rows[0].email}} ${{rows[0].source()}} ${{rows.len()}}`");
        assert_eq!(visits.eval(&code), "\"ben.osei@example.com title.csv:4 1\"\n", "{reader}");
    }
    let streamed =
        "let n = 0; for row in stream_csv(`title.csv`, #{header_row: 3}) { n += row.name.len(); } n";
    assert_eq!(visits.eval(streamed), "3\n");
    let run = visits.with_arguments("-e", &["read_csv(`title.csv`, #{header_row: 2})"]);
    run.failed(1, "title.csv:2: there is no header");
}
