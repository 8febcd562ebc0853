//! The files administrators have, given to everything that reads a table.

use crate::scripts::with_scripts;
use crate::support::Run;
#[cfg(unix)]
use crate::support::run::code_after_a_signal;
use std::io::Write;

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
        (b"\0\0\0\0\0\0\0\0", "a NUL character; this is not text"),
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
fn standard_input_has_many_names_and_one_reader() {
    const NAMES: [&str; 3] = ["-", "/dev/stdin", "/dev/fd/0"];
    for reader in READERS {
        for (first, second) in NAMES.iter().flat_map(|first| NAMES.map(|second| (*first, second))) {
            let code = [first, second].map(|file| reader.replace("FILE", &format!("{file:?}")));
            let code = code.join(";\n").replace(" OPTIONS", "");
            let run = Run::new("--sandbox --test -e").arg(&code).stdin(&format!("{HEADER}{PAT}")).run();
            assert_eq!(run.done(), "1\n1\n", "{code}");
        }
    }
    for name in NAMES {
        let code = format!("print(read_text({name:?}))");
        let run = Run::new("--sandbox --secret-arg - -e").arg(&code).stdin("secret-of-the-pipe\n").run();
        run.failed(1, "standard input is read by --secret-arg -");
        let run = Run::new("--sandbox").stdin(&format!("{code}\n")).run();
        assert!(run.stderr.contains("standard input is read by the script") || name == "/dev/fd/0", "{name}");
    }
}

#[cfg(unix)]
#[test]
fn one_signal_ends_a_read_that_waits() {
    use std::process::Stdio;
    let folder = std::sync::Arc::new(tempfile::tempdir().unwrap());
    for reader in READERS {
        let code = reader.replace("FILE", "`-`").replace(" OPTIONS", "");
        let mut command = Run::in_folder(folder.clone(), "--sandbox -e").arg(code).into_command();
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let silent = child.stdin.take();
        assert_eq!(code_after_a_signal(&mut child), Some(130), "{reader}");
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

#[test]
fn every_user_of_the_sandbox_survives_the_way_through_the_admin_console() {
    let code = r#"
        let users = get_users().to_array();
        let files = write_console_csv("console.csv", users, #{parts: 3});
        let rows = [];
        for file in files { rows += read_console_csv(file); }
        let same = 0;
        for at in 0..users.len() {
            let (user, row) = (users[at], rows[at]);
        }
    "#;
    let code = code.replace("let (user, row) = (users[at], rows[at]);", r#"
            let user = users[at];
            let row = rows[at];
            let fields = ["type", "email", "username", "domain", "firstname", "lastname", "country"];
            let differing = fields.filter(|name| { let value = user[name]; `${if value == () { "" } else { value }}` != row[name] });
            let missing = user.groups.filter(|group| !(group in row.groups) && !group.ends_with("_CONTRACT_GROUP"));
            if differing.is_empty() && missing.is_empty() && row.groups.all(|group| group in user.groups) { same += 1; }
            else { warn(`${user} ${row}`); }"#) + r#" print(`${same} of ${users.len()}: ${files.len() > 1}`);
            let kinds = rows.map(|row| row.groups).reduce(|all, groups| all + groups, []);
            print(["_admin_", "_product_admin_", "_developer_"].filter(|start| kinds.some(|name| name.starts_with(start))).len());"#;
    let run = Run::eval(&code).run();
    let (same, kinds) = run.stdout.split_once('\n').unwrap_or_default();
    let (count, all) = same.split_once(" of ").unwrap_or_default();
    assert_eq!(Some(count), all.strip_suffix(": true"), "{}{}", run.stdout, run.stderr);
    assert_eq!(kinds, "3\n", "the sandbox has administrators of every kind");
}

#[test]
fn a_file_of_the_admin_console_can_be_onboarded() {
    let console = "\u{feff}Identity Type,Username,Domain,Email,First Name,Last Name,Country Code,ID,Product Configurations,\
                   User Groups\r\nFederated ID,,,nora.quist@example.com,Nora,Quist,US,,Photoshop,Designers\r\n";
    let run = with_scripts(Run::new("--sandbox scripts/onboard.rhai console.csv"))
        .file("console.csv", console)
        .run();
    assert!(run.done().contains("live: 1 of 1 people"));
}

#[test]
fn a_workbook_is_onboarded_and_written_to_standard_output() {
    let code = r#"write_xlsx("people.xlsx", [#{email: "kim.ok@example.com", firstname: "Kim", lastname: "Ok",
        country: "US", groups: ["Designers"]}]); print(multi_action("people.xlsx").outcomes[0].source)"#;
    let run = Run::eval(code).run();
    assert!(run.stdout.ends_with("people.xlsx:Rows:2\n"), "{}{}", run.stdout, run.stderr);
    let folder = std::sync::Arc::new(tempfile::tempdir().unwrap());
    let command = Run::in_folder(folder.clone(), "--sandbox -o xlsx -e")
        .arg("print(`shown`); get_users()")
        .into_command();
    let output = { command }.output().unwrap();
    assert!(output.status.success() && output.stdout.starts_with(b"PK"), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("shown"));
    std::fs::write(folder.path().join("users.xlsx"), output.stdout).unwrap();
    let read = Run::in_folder(folder, "--sandbox -e")
        .arg("print(read_xlsx(`users.xlsx`).len() == get_users().len())");
    assert_eq!(read.run().done(), "true\n");
}

/// Runs only where LibreOffice is installed: it opens what we write, and we read what it writes.
#[test]
fn libreoffice_and_umapish_read_each_other() {
    let folder = std::sync::Arc::new(tempfile::tempdir().unwrap());
    let run = |code: &str| Run::in_folder(folder.clone(), "--sandbox -e").arg(code).run().done();
    run(
        r#"write_xlsx("ours.xlsx", #{People: [#{name: "=1+1", city: "Łódź", n: 42}, #{name: "-", city: "東京", n: 0.5}]})"#,
    );
    let convert = |from: &str, to: &str| {
        let profile = format!("-env:UserInstallation=file://{}", folder.path().join("profile").display());
        let mut office = std::process::Command::new("soffice");
        let options = [&profile, "--headless", "--infilter=CSV:44,34,76", "--convert-to", to, from];
        office.current_dir(folder.path()).args(options).output()
    };
    if convert("ours.xlsx", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false").is_err() {
        _ = writeln!(std::io::stderr(), "skipped: LibreOffice is not installed");
        return;
    }
    let expected = "city,n,name\nŁódź,42,=1+1\n東京,0.5,-\n";
    assert_eq!(std::fs::read_to_string(folder.path().join("ours.csv")).unwrap(), expected);
    std::fs::write(folder.path().join("theirs.csv"), expected).unwrap();
    convert("theirs.csv", "xlsx:Calc MS Excel 2007 XML").unwrap();
    let rows = run(r#"print(read_xlsx("theirs.xlsx").map(|row| `${row.city} ${row.n}`).join("; "))"#);
    assert_eq!(rows, "Łódź 42; 東京 0.5\n");
}

#[test]
fn a_file_for_excel_and_a_log_keep_their_form() {
    let code = r#"
        write_csv("excel.csv", [#{last: "-", name: "Łódź"}], #{excel: true, delimiter: ";", formulas: "keep"});
        write_csv("excel.csv", [#{last: "=x", name: "b"}], #{if_exists: "append", formulas: "keep"});
        write_csv("log.csv", [#{email: "b@example.com", reason: "été"}],
            #{if_exists: "append", encoding: "windows-1252"});"#;
    let run = Run::eval(code).file("log.csv", b"email,reason\r\na@example.com,caf\xE9\r\n").run();
    let read = |name: &str| std::fs::read(run.file(name)).unwrap();
    assert_eq!(String::from_utf8(read("excel.csv")).unwrap(), "\u{feff}last;name\r\n-;Łódź\r\n=x;b\r\n");
    assert_eq!(read("log.csv"), b"email,reason\r\na@example.com,caf\xE9\r\nb@example.com,\xE9t\xE9\r\n");
    run.done();
    Run::eval("write_csv(`people.xlsx`, [1])")
        .run()
        .failed(1, "is the name of a workbook")
        .stderr_has("write_xlsx");
}

#[test]
fn a_report_can_be_a_workbook() {
    let folder = std::sync::Arc::new(tempfile::tempdir().unwrap());
    let run = |line: &str, code: &str| Run::in_folder(folder.clone(), line).arg(code).run();
    let code = r#"add_to_groups("ben.osei@example.com", "Finance")"#;
    run("--sandbox --report report.xlsx -e", code).done();
    let read = r#"print(read_xlsx("report.xlsx", #{sheet: "Report"}).map(|row| `${row.index} ${row.target} ${row.status}`))"#;
    assert_eq!(run("--sandbox -e", read).done(), "[\"0 ben.osei@example.com completed\"]\n");
    assert!(!folder.path().join("report.xlsx.csv").exists());
    run("--sandbox --report report.xlsx -e", code).stderr_has("was renamed to report-2.xlsx").done();
    run("--sandbox -e", "write_xlsx(`report.xlsx`, [1])").done();
    run("--sandbox --report report.xlsx -e", code).failed(2, "exists and is not a report of umapish");
}

#[test]
fn what_the_operator_says_about_files_reaches_every_reader_and_the_scripts() {
    let text = b"Adres;upn;firstname;lastname;country_code;groups\na@example.com;a@example.com;\xA3ukasz;\x8Fr\xF3d;PL;\n";
    for reader in READERS {
        let code = reader.replace("FILE", "`source.csv`").replace(" OPTIONS", "");
        let run =
            Run::new("--sandbox --encoding windows-1250 --column mail=Adres --delimiter ; -e").arg(code);
        assert_eq!(run.file("source.csv", text).run().done(), "1\n", "{reader}");
    }
    let line = "--sandbox --encoding windows-1250 --column mail=Adres scripts/onboard.rhai source.csv";
    let run = with_scripts(Run::new(line)).file("source.csv", text).run();
    assert!(run.done().ends_with("live: 1 of 1 people, requests: 1\n"));
    let code = "write_csv(`x.csv`, [#{name: `Łukasz`}]); print(read_csv(`x.csv`)[0].name)";
    assert_eq!(Run::new("--sandbox --encoding windows-1252 -e").arg(code).run().done(), "Łukasz\n");
    Run::new("--sandbox --encoding klingon -e 1").run().failed(2, "label of the WHATWG's list");
    let code = "write_xlsx(`x.xlsx`, #{A: [1], B: [2]}); print(read_xlsx(`x.xlsx`)[0].value)";
    assert_eq!(Run::new("--sandbox --sheet B -e").arg(code).run().done(), "2\n");
}

#[test]
fn every_other_reader_of_files_takes_standard_input_too() {
    for (code, input) in [
        ("print(read_json(`-`).len())", "[1]"),
        ("print(read_lines(`-`).len())", "a\n"),
        ("print(read_text(`-`).len())", "a"),
        ("print(read_console_csv(`-`).len())", "Identity Type,Email\nAdobe ID,a@example.com\n"),
        ("print(read_csv(`-`).len() - read_csv(`-`).len() + 1)", "a\n1\n"),
    ] {
        assert_eq!(Run::eval(code).stdin(input).run().done(), "1\n", "{code}");
    }
}
