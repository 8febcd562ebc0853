//! Files under the command's former name, `umapi`: named with the command that moves them, and never read.

use crate::support::Run;
use crate::support::run::Finished;

const CONFIG: &str = ".config/umapi/config.toml";
const JOURNAL: &str = ".local/state/umapi/journals/20251125T214455.000001Z-live-0badcafe.journal";

/// The command that moves profiles.
const MOVE_PROFILES: &str = "mv ~/.config/umapi ~/.config/umapish";
/// The command that moves journals.
const MOVE_JOURNALS: &str = "mv ~/.local/state/umapi ~/.local/state/umapish";

/// Whether a line of what a run reported is that command, to be copied.
fn names(run: &Finished, command: &str) -> bool {
    run.stderr.lines().any(|line| line.trim_start_matches(['|', '=', ' ']).trim() == command)
}

/// A profile that would be complete.
const PROFILE: &str =
    "[default]\norg_id = \"A@AdobeOrg\"\nclient_id = \"x\"\nclient_secret_command = \"echo former-secret\"\n";

#[test]
fn a_missing_profile_names_the_file_under_the_former_name_and_does_not_read_it() {
    for line in ["-e get_groups()", "-p default -e 1", "-p acme -e 1"] {
        let run = Run::new(line).file(CONFIG, PROFILE).run();
        assert!(names(&run, MOVE_PROFILES), "{line}: {}", run.stderr);
        assert_eq!(run.code, 4, "{line}");
        assert!(!run.stderr.contains("A@AdobeOrg"), "{}", run.stderr);
    }
}

#[test]
fn the_command_that_is_named_moves_the_profiles() {
    let run = Run::new("-p acme -e 1").file(CONFIG, PROFILE).run();
    let home = run.file("");
    let moved = std::process::Command::new("/bin/sh").args(["-c", MOVE_PROFILES]).env("HOME", &home).status();
    assert!(moved.unwrap().success());
    assert!(run.file(".config/umapish/config.toml").is_file());
}

#[test]
fn doctor_names_profiles_and_journals_under_the_former_name() {
    let run = Run::new("doctor").file(CONFIG, PROFILE).file(JOURNAL, "").run();
    assert!(names(&run, MOVE_PROFILES), "{}", run.stderr);
    assert!(names(&run, MOVE_JOURNALS), "{}", run.stderr);
    assert_eq!(run.code, 4);
    let sandbox = Run::new("--sandbox doctor").file(CONFIG, PROFILE).file(JOURNAL, "").run();
    assert_eq!(sandbox.code, 0);
    assert_eq!(sandbox.stderr, "");
}

#[test]
fn init_names_profiles_under_the_former_name() {
    let run = Run::new("init").file(CONFIG, PROFILE).run();
    assert!(names(&run, MOVE_PROFILES), "{}", run.stderr);
}

#[test]
fn a_bare_resume_names_journals_under_the_former_name_and_does_not_read_them() {
    let run = Run::new("resume").file(JOURNAL, "").run();
    assert!(names(&run, MOVE_JOURNALS), "{}", run.stderr);
    run.failed(2, "there is no interrupted run");
    let named = Run::new("resume x.journal").file(JOURNAL, "").run();
    assert!(!names(&named, MOVE_JOURNALS), "{}", named.stderr);
}

#[test]
fn files_of_another_program_and_files_beside_the_new_folder_are_left_alone() {
    let other = |line: &str| {
        Run::new(line)
            .file(".config/umapi/settings.json", "{}")
            .file(".local/state/umapi/journals/notes.txt", "x")
    };
    let both = |line: &str| {
        Run::new(line)
            .file(CONFIG, PROFILE)
            .file(JOURNAL, "")
            .file(".config/umapish/config.toml", "[acme]\n")
            .file(".local/state/umapish/history", "")
    };
    for line in ["-e get_groups()", "doctor", "resume"] {
        for run in [other(line).run(), both(line).run()] {
            assert!(!run.stderr.contains("mv "), "{line}: {}", run.stderr);
        }
    }
}
