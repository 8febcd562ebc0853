//! `--secret-arg` from a variable, a file, standard input, or as it is; standard input is claimed once.

use crate::support::{Desk, Run};

/// Shows whether the argument arrived, without showing it.
const CODE: &str = "print(args()[0] == \"a s3cret \" + \"argument\")";

#[test]
fn a_secret_comes_from_a_variable_a_file_or_standard_input() {
    let secret = "a s3cret argument";
    let start = |source: &str| Run::new("--sandbox --secret-arg").arg(source).arg("-e").arg(CODE);
    let utf_16: Vec<u8> =
        [vec![0xFF, 0xFE], format!("{secret}\r\n").encode_utf16().flat_map(u16::to_le_bytes).collect()]
            .concat();
    let runs = [
        start(secret),
        start("env:TICKET").env("TICKET", secret),
        start("file:ticket").file("ticket", format!("{secret}\n")),
        start("file:ticket").file("ticket", utf_16),
        start("-").stdin(&format!("{secret}\r\n")),
    ];
    for run in runs {
        assert_eq!(run.run().done(), "true\n");
    }
}

#[test]
fn a_source_that_cannot_be_read_exits_2_and_names_it() {
    Run::new("--sandbox --secret-arg env:NOT_SET -e 1").run().failed(2, "env:NOT_SET");
    Run::new("--sandbox --secret-arg file:none.txt -e 1").run().failed(2, "none.txt");
}

#[cfg(unix)]
#[test]
fn a_secret_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let run = Run::new("--sandbox --secret-arg file:ticket -e 1").file("ticket", "a s3cret argument");
    std::fs::set_permissions(run.path().join("ticket"), PermissionsExt::from_mode(0o644)).unwrap();
    run.run().failed(4, "other users can read it").stderr_has("chmod 600 ");
}

#[test]
fn standard_input_is_claimed_once() {
    let twice = Run::new("--sandbox --secret-arg - --secret-arg - -e 1").stdin("a s3cret argument");
    twice.run().failed(2, "standard input is read by --secret-arg -");
    for line in ["--sandbox --secret-arg -", "--sandbox --secret-arg - -", "--sandbox --secret-arg - run -"] {
        let run = Run::new(line).stdin("print(\"it ran\")").run();
        assert_eq!(run.stdout, "", "{line}");
        run.failed(2, "standard input is read by --secret-arg -, so the script cannot read it too");
    }
}

#[test]
fn a_run_with_a_secret_from_a_file_is_resumed_with_it_from_elsewhere() {
    let desk = Desk::new(
        "add_to_groups(\"ben.osei@example.com\", \"Finance\"); throw \"late \" + (args()[0].len());",
    );
    let run = desk.start("--live --secret-arg env:TICKET job.rhai").env("TICKET", "a s3cret argument");
    assert_eq!(run.run().code, 1);
    assert!(!std::fs::read_to_string(desk.only_journal()).unwrap().contains("s3cret"));
    let line = format!("--secret-arg file:ticket {}", desk.resume_line());
    let run = desk.start(&line).file("ticket", "a s3cret argument\n").run();
    run.failed(1, "late 17");
}

/// A command that a run starts has the limits of the run.
#[cfg(unix)]
#[test]
fn a_run_leaves_no_core_file() {
    let config = "[default]\norg_id = \"A@AdobeOrg\"\nclient_id = \"id\"\nurl = \"http://127.0.0.1:1\"\n\
                  ims_url = \"http://127.0.0.1:1\"\nmax_attempts = 1\nclient_secret_command = \"ulimit -c > limit; echo a s3cret\"\n";
    let run = Run::new("-e get_groups()").file(".config/umapish/config.toml", config).run();
    assert_eq!(std::fs::read_to_string(run.file("limit")).unwrap(), "0\n", "{}", run.stderr);
}
