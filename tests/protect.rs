//! Lists of protected names: every line is understood, or the run stops before it starts.

use crate::support::{Desk, Run};

const REMOVE: &str = "print(remove_from_all_groups(\"ben.osei@example.com\").outcomes[0].status)";

fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    format!("\u{feff}{text}").encode_utf16().flat_map(bytes).collect()
}

#[test]
fn a_line_of_any_form_protects_or_stops_the_run() {
    let plain = "# the board\nben.osei@example.com\n";
    let understood: [Vec<u8>; 8] = [
        plain.into(),
        plain.replace('\n', "\r\n").into(),
        plain.replace('\n', "\r").into(),
        format!("\u{feff}{plain}").into(),
        utf_16(plain, u16::to_le_bytes),
        utf_16(plain, u16::to_be_bytes),
        "\n  \"Ben.Osei@example.com\"  \n\n".into(),
        "\"Sales, EMEA\"\n*@example.com".into(),
    ];
    for content in understood {
        let run = Run::new("--sandbox --protect vips.csv -e").arg(REMOVE).file("vips.csv", &content).run();
        let line = String::from_utf8_lossy(&content).into_owned();
        assert_eq!((run.code, run.stdout.as_str()), (7, ""), "{line:?}:\n{}", run.stderr);
    }
    let refused: [&[u8]; 12] = [
        b"ben.osei@example.com;",
        b"ben.osei@example.com,",
        b"ben.osei@example.com,Ben Osei",
        b"ben.osei@example.com\tBen Osei",
        b"\"ben.osei@example.com\",\"Ben Osei\"",
        b"ben.osei@example.com # the CEO",
        b"ben.osei@example.com (CEO)",
        b"Ben Osei <ben.osei@example.com>",
        b"'ben.osei@example.com'",
        "ben.osei@example.com\u{200b}".as_bytes(),
        "ben.osei@example.com\u{feff}".as_bytes(),
        b"ben.osei@example.com\0",
    ];
    for line in refused {
        let content = [b"# the board\nada.lind@example.com\n", line, b"\n"].concat();
        let run = Run::new("--sandbox --protect vips.csv -e").arg(REMOVE).file("vips.csv", content).run();
        let line = String::from_utf8_lossy(line).into_owned();
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{line:?}:\n{}", run.stderr);
        assert!(run.stderr.contains("vips.csv:3:"), "{line:?}:\n{}", run.stderr);
    }
    for empty in ["", "\n\n", "# nobody yet\n", "\u{feff}"] {
        let run = Run::new("--sandbox --protect vips.csv -e").arg(REMOVE).file("vips.csv", empty).run();
        run.failed(2, "vips.csv: the file has no names, so it protects nobody");
    }
    let other_encoding =
        Run::new("--sandbox --protect vips.csv -e").arg(REMOVE).file("vips.csv", b"Zo\xEB\n");
    other_encoding.run().failed(2, "vips.csv:1:3: this is not valid UTF-8 text");
}

#[test]
fn all_lines_that_are_not_understood_are_named_at_once() {
    let content = "a@example.com;\nada.lind@example.com\nb@example.com,B\n";
    let run = Run::new("--sandbox --protect vips.csv -e").arg(REMOVE).file("vips.csv", content).run();
    run.stderr_has("vips.csv:1: ").stderr_has("vips.csv:3: ").exits(2);
}

#[test]
fn a_name_that_is_not_understood_stops_the_run_wherever_it_is_given() {
    let wrong = "ben.osei@example.com;";
    Run::new("--sandbox --protect").arg(wrong).arg("-e").arg(REMOVE).run().failed(2, "cannot be protected");
    let guard = format!("guard(#{{protect: \"{wrong}\"}}); {REMOVE}");
    let run = Run::eval(&guard).run();
    assert_eq!(run.stdout, "");
    run.failed(1, "cannot be protected");
    let desk = Desk::new(REMOVE);
    let write = |name: &str, content: &str| std::fs::write(desk.folder.path().join(name), content).unwrap();
    for (value, message) in [(wrong, "cannot be protected"), ("vips.txt", "vips.txt:2: ")] {
        write("vips.txt", &format!("# the board\n{wrong}\n"));
        write("c.toml", &format!("[default]\nprotect = \"{value}\"\n"));
        desk.start("--config c.toml --live job.rhai")
            .run()
            .failed(2, message)
            .stderr_has("`protect` of the profile");
    }
}

#[test]
fn a_line_that_matches_nobody_of_a_complete_listing_is_reported() {
    let content = "ben.osei@example.com\nben.osei@exmaple.com\nDesigners\nDesingers\n*@example.org\n";
    let run =
        |code: &str| Run::new("--sandbox --protect vips.txt -e").arg(code).file("vips.txt", content).run();
    let listed = run("get_users().len()").exits(0);
    let notes: Vec<_> = listed.stderr.lines().filter(|line| line.contains("vips.txt:")).collect();
    assert_eq!(notes.len(), 2, "{}", listed.stderr);
    assert!(notes[0].contains("vips.txt:2: `ben.osei@exmaple.com` protects nobody"), "{}", notes[0]);
    assert!(notes[1].contains("vips.txt:4: `desingers` protects nobody"), "{}", notes[1]);
    for partly in ["get_users(#{group: \"Designers\"}).len()", "get_groups().len()"] {
        assert_eq!(run(partly).exits(0).stderr, "", "{partly}");
    }
}
