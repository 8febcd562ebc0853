//! Files that tools of Windows save, with a byte order mark, CRLF or in UTF-16, are read as what was typed.

use crate::support::{Desk, Run};
use umapi_shell::sandbox::{CLIENT_ID, CLIENT_SECRET, ORGANIZATION, TECHNICAL_ACCOUNT_ID};

/// How a tool saves what was typed.
type Save = fn(&str) -> Vec<u8>;

const SAVED: &[(&str, Save)] = &[
    ("as it is", |text| text.as_bytes().to_vec()),
    ("with CRLF", |text| text.replace('\n', "\r\n").into_bytes()),
    ("with a mark", |text| ["\u{feff}", text].concat().into_bytes()),
    ("with a mark and CRLF", |text| ["\u{feff}", &text.replace('\n', "\r\n")].concat().into_bytes()),
    ("UTF-16", |text| wide(&["\u{feff}", &text.replace('\n', "\r\n")].concat(), u16::to_le_bytes)),
    ("UTF-16, high byte first", |text| wide(&["\u{feff}", text].concat(), u16::to_be_bytes)),
    ("UTF-16 without a mark", |text| wide(&text.replace('\n', "\r\n"), u16::to_le_bytes)),
];

fn wide(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

/// A run whose settings are in files, one of which a tool of Windows has saved.
fn start(desk: &Desk, saved: &str, save: Save) -> Run {
    let config = format!(
        "[default]\norg_id = \"{ORGANIZATION}\"\nclient_id = \"{CLIENT_ID}\"\nurl = \"{}\"\nims_url = \"{}\"\n\
         pace = \"off\"\nclient_secret_file = \"secret.txt\"\ntech_account_id = \"{TECHNICAL_ACCOUNT_ID}\"\n\
         private_key_file = \"key.pem\"\n",
        desk.server.service_url(),
        desk.server.sign_in_url()
    );
    let key = desk.server.private_key_pem().unwrap().replace("\r\n", "\n");
    let files = [
        (".config/umapish/config.toml", config.as_str()),
        (".config/umapish/secret.txt", CLIENT_SECRET),
        (".config/umapish/key.pem", key.as_str()),
        ("protected.txt", "# nobody touches these\nben.osei@example.com\n"),
    ];
    let run = Run::new("--live --protect protected.txt -e");
    files.iter().fold(run, |run, (name, text)| {
        let is_saved = !saved.is_empty() && name.ends_with(saved);
        run.file(name, if is_saved { save(text) } else { text.as_bytes().to_vec() })
    })
}

#[test]
fn every_small_file_is_read_however_it_was_saved() {
    let desk = Desk::new("");
    for file in ["config.toml", "secret.txt", "key.pem", "protected.txt"] {
        for (how, save) in SAVED {
            let case = format!("{file} {how}");
            let run = start(&desk, file, *save).arg("print(get_groups().len() > 0)").run();
            assert_eq!((run.code, run.stdout.as_str()), (0, "true\n"), "{case}: {}", run.stderr);
            let change =
                start(&desk, file, *save).arg("add_to_groups(\"ben.osei@example.com\", \"Finance\")");
            let run = change.run();
            assert!(run.code == 7 && run.stderr.contains("is protected"), "{case}: {}", run.stderr);
        }
    }
}

#[test]
fn a_file_that_is_no_text_is_named_with_what_to_do() {
    let desk = Desk::new("");
    for file in ["config.toml", "secret.txt", "key.pem", "protected.txt"] {
        for bytes in [vec![0; 40], b"caf\xE9".to_vec()] {
            let path =
                if file == "protected.txt" { file.to_owned() } else { format!(".config/umapish/{file}") };
            let run = start(&desk, "", SAVED[0].1).file(&path, bytes).arg("get_groups()").run();
            assert!([2, 4].contains(&run.code), "{file}: {} {}", run.code, run.stderr);
            run.stderr_has(file).stderr_has("save the file as UTF-8");
        }
    }
}
