//! Where the home folder is, the environment alone decides: a run never opens the profile of another home.

use crate::support::Run;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What lies where a home that is empty or relative would lead: a profile that cannot be read without an error.
const ELSEWHERE: [&str; 3] =
    [".config/umapish/config.toml", "home/.config/umapish/config.toml", "umapish/config.toml"];

/// A run in a folder with such profiles, and neither HOME nor another variable of folders.
fn homeless(line: &str) -> Run {
    let run = Run::new(line).without("HOME");
    ELSEWHERE.into_iter().fold(run, |run, file| run.file(file, "[default]\nopened = 1\n"))
}

fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { BTreeSet::from([path]) }).collect()
}

/// The values of HOME, and of the XDG variables, that lead nowhere.
const OF_NO_USE: [Option<&str>; 4] = [None, Some(""), Some("."), Some("home")];

#[test]
fn without_a_usable_home_a_run_stops_with_what_to_set_and_touches_nothing() {
    for home in OF_NO_USE {
        for xdg in OF_NO_USE {
            let mut run = homeless("-e").arg("1");
            let variables = [("HOME", home), ("XDG_CONFIG_HOME", xdg), ("XDG_STATE_HOME", xdg)];
            for (name, value) in variables.into_iter().filter_map(|(name, value)| Some((name, value?))) {
                run = run.env(name, value);
            }
            let before = files(run.path());
            let ended = run.run().failed(4, "there is no home folder: HOME");
            assert!(ended.stderr.contains("Set HOME or XDG_CONFIG_HOME"), "{}", ended.stderr);
            assert!(!ended.stderr.contains("opened"), "{home:?}, {xdg:?}: {}", ended.stderr);
            assert_eq!(files(&ended.file("")), before, "{home:?}, {xdg:?}");
        }
    }
}

#[test]
fn a_sandbox_run_needs_no_home_and_writes_to_none() {
    for home in OF_NO_USE {
        let run =
            homeless("--sandbox --live -e").arg("add_to_groups(\"ben.osei@example.com\", \"Engineering\")");
        let run = if let Some(home) = home { run.env("HOME", home) } else { run };
        let before = files(run.path());
        let ended = run.run();
        assert_eq!(ended.code, 0, "{home:?}: {}", ended.stderr);
        assert_eq!(files(&ended.file("")), before, "{home:?}");
    }
}

#[test]
fn the_xdg_folders_do_without_a_home_and_a_file_that_is_named_needs_neither() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("umapish/config.toml");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, "[default]\nfound = 1\n").unwrap();
    let place = folder.path().to_str().unwrap();
    homeless("-e").arg("1").env("HOME", "").env("XDG_CONFIG_HOME", place).run().failed(4, "found");
    homeless("--config").arg(&path).arg("-e").arg("1").env("HOME", "").run().failed(4, "found");
}

/// A home that is not there yet is still the home: it is not replaced by another.
#[test]
fn a_home_that_does_not_exist_has_no_profile() {
    let run = homeless("doctor");
    let home = run.path().join("missing");
    let ended = run.env("HOME", home.to_str().unwrap()).run();
    assert!(ended.stdout.contains("missing/.config/umapish/config.toml"), "{}", ended.stdout);
    assert!(!ended.stdout.contains("opened"), "{}", ended.stdout);
}

#[test]
fn a_setting_below_a_home_that_is_not_known_is_an_error_rather_than_left_out() {
    homeless("--config config.toml -e")
        .arg("1")
        .file("config.toml", "[default]\nca_bundle = \"~/company.pem\"\n")
        .run()
        .failed(4, "there is no home folder: HOME is not set");
}
