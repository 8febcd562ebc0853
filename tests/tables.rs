//! The files administrators have, given to everything that reads a table.

use crate::scripts::with_scripts;
use crate::support::Run;

const HEADER: &str = "upn,mail,firstname,lastname,country_code,groups\n";
const PAT: &str = "pat.reed@example.com,pat.reed@example.com,Pat,Reed,US,Designers\n";

/// Everything that reads a table, as code that returns the number of rows of `file`.
const READERS: [&str; 4] = [
    "print(read_csv(FILE OPTIONS).len())",
    "let rows = 0; for row in stream_csv(FILE OPTIONS) { rows += 1; } print(rows)",
    "print(multi_action(FILE OPTIONS).outcomes.len())",
    "print(read_csv(FILE OPTIONS).map(|row| row.mail).len())",
];

fn read(reader: &str, file: &str, options: &str) -> Run {
    let options = if options.is_empty() { String::new() } else { format!(", #{{{options}}}") };
    Run::eval(&reader.replace("FILE", &format!("{file:?}")).replace(" OPTIONS", &options))
}

#[test]
fn every_reader_recognizes_delimiters_and_leading_lines() {
    let semicolons = |text: &str| text.replace(',', ";");
    for text in [
        format!("{HEADER}{PAT}"),
        semicolons(&format!("{HEADER}{PAT}")),
        format!("sep=;\r\n{}", semicolons(&format!("{HEADER}{PAT}"))),
        format!("{HEADER}{PAT}").replace(',', "\t"),
        format!("#TYPE Selected.User\n{HEADER}{PAT}"),
        format!("{}{}", HEADER.replace('\n', ",,\n"), PAT.replace('\n', ",,\n")),
        format!("{HEADER}{}", PAT.replace(",Designers", "")),
    ] {
        for reader in READERS {
            assert_eq!(
                read(reader, "source.csv", "").file("source.csv", &text).run().done(),
                "1\n",
                "{reader} {text}"
            );
        }
    }
}

#[test]
fn every_reader_takes_the_same_options_and_guesses_no_encoding_in_a_live_run() {
    let text = [
        b"E-Mail;upn;firstname;lastname;country_code;groups\n".as_slice(),
        b"a@example.com;a@example.com;Zo\xEB;M\xFCller;DE;\n",
    ]
    .concat();
    let options = r#"encoding: "windows-1252", delimiter: ";", rename: #{"E-Mail": "mail"}"#;
    for reader in READERS {
        let read = |options: &str| read(reader, "source.csv", options).file("source.csv", &text);
        assert_eq!(read(options).run().done(), "1\n", "{reader}");
        let refused = read(r#"rename: #{"E-Mail": "mail"}"#).run();
        refused
            .stderr_has("the file is not UTF-8; it is probably windows-1252, in which it has `Zoë`, `Müller`")
            .stderr_has(r#"#{encoding: "windows-1252"}"#)
            .exits(1);
    }
    let code = r#"print(read_csv("source.csv")[0].firstname)"#;
    let rehearsed = Run::new("--sandbox --test -e").arg(code).file("source.csv", &text).run();
    let rehearsed = rehearsed.stderr_has("it is read as windows-1252, which is a guess: `Zoë`, `Müller`");
    assert_eq!(rehearsed.done(), "Zoë\n");
}

#[test]
fn an_unknown_encoding_names_the_usual_ones() {
    let run = read(READERS[0], "source.csv", r#"encoding: "shift-jus""#).file("source.csv", HEADER).run();
    run.failed(1, "`encoding` of read_csv cannot be `shift-jus`").stderr_has("Did you mean `shift_jis`?");
}

#[test]
fn every_reader_names_what_is_not_a_table() {
    for (bytes, name) in [
        (b"PK\x03\x04....xl/workbook.xml".as_slice(), "an Excel workbook"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"\0\0\0\0\0\0\0\0", "a NUL character; this is not a text file"),
    ] {
        for reader in READERS.iter().filter(|reader| !name.contains("Excel") || reader.contains("_csv")) {
            read(reader, "source.csv", "").file("source.csv", bytes).run().failed(1, name);
        }
    }
    let utf_16: Vec<u8> = format!("{HEADER}{PAT}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for reader in READERS {
        assert_eq!(
            read(reader, "source.csv", "").file("source.csv", &utf_16).run().done(),
            "1\n",
            "{reader}"
        );
    }
}

#[test]
fn every_reader_takes_pipes_and_standard_input() {
    for reader in READERS {
        for file in ["-", "/dev/stdin"] {
            if cfg!(unix) || file == "-" {
                let run = read(reader, file, "").stdin(&format!("{HEADER}{PAT}")).run();
                assert_eq!(run.done(), "1\n", "{reader} {file}");
            }
        }
    }
    let run =
        with_scripts(Run::new("--sandbox scripts/onboard.rhai -")).stdin(&format!("{HEADER}{PAT}")).run();
    assert!(run.done().ends_with("live: 1 of 1 people, requests: 1\n"));
}

#[cfg(unix)]
#[test]
fn one_signal_ends_a_read_that_waits() {
    use std::process::Stdio;
    use std::time::{Duration, Instant};
    for reader in READERS {
        let mut command = read(reader, "-", "").into_command();
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let silent = child.stdin.take();
        std::thread::sleep(Duration::from_secs(1));
        let id = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if begun.elapsed() > Duration::from_secs(20) {
                child.kill().unwrap();
                panic!("{reader} ignored the signal");
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        assert_eq!(status.code(), Some(130), "{reader}");
        drop(silent);
    }
}

#[test]
fn a_row_with_too_many_cells_does_not_stop_the_others() {
    let people = "email,firstname,lastname,country,groups\n\
                  kim.ok@example.com,Kim,Ok,US,Designers\n\
                  lou.ok@example.com,Lou,Ok,US,Designers,Editors\n\
                  ,No,Mail,US,Designers\n";
    let all = Run::eval("multi_action(`people.csv`)").file("people.csv", people).run();
    all.stderr_has("people.csv:3: ").stderr_has("(6 instead of 5)").stderr_has("people.csv:4: ").exits(3);
    let run =
        with_scripts(Run::new("--sandbox scripts/onboard.rhai people.csv")).file("people.csv", people).run();
    assert!(run.stdout.contains("completed  kim.ok@example.com\n"), "{}{}", run.stdout, run.stderr);
    let failed = std::fs::read_to_string(run.file("onboard-failed.csv")).unwrap();
    assert!(failed.contains("(6 instead of 5)") && failed.contains(",No,Mail,"), "{failed}");
    run.failed(3, "2 rows are in onboard-failed.csv");
}
