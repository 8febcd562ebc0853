//! What a build says of itself: the build script is compiled and run as cargo does, with and without a repository.

use crate::support::Run;
use std::path::{Path, PathBuf};
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn the_version_says_what_it_was_built_from_only_when_asked() {
    let plain = Run::new("--version").run().done();
    assert_eq!(plain, format!("umapish {}\n", env!("CARGO_PKG_VERSION")));
    for line in ["--version -v", "-v --version", "version -v"] {
        let text = Run::new(line).run().done();
        let keys: Vec<_> =
            text.lines().filter_map(|line| line.split_once(": ")).map(|(key, _)| key).collect();
        assert!(text.starts_with(&plain), "{line}: {text}");
        assert_eq!(keys, ["commit", "date", "target"], "{line}");
        let target = text.lines().last().unwrap();
        assert!(target.contains(std::env::consts::ARCH) && target.contains(std::env::consts::OS), "{target}");
    }
}

/// The build script as a program.
fn build_script(folder: &Path) -> PathBuf {
    let program = folder.join("build");
    let source = Path::new(ROOT).join("src/build.rs");
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    let status = rustc.args(["--edition=2024", "-o"]).arg(&program).arg(source).status().unwrap();
    assert!(status.success());
    program
}

/// What the script tells cargo about the commit and its date.
fn told(program: &Path, folder: &Path, profile: &str, search: &str) -> [String; 2] {
    let mut command = Command::new(program);
    command.current_dir(folder).env("PATH", search).env("PROFILE", profile).env("TARGET", "here");
    let output = command.env("GIT_CONFIG_NOSYSTEM", "1").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("cargo::rustc-env=UMAPISH_TARGET=here\n"), "{text}");
    ["COMMIT", "DATE"].map(|name| {
        let start = format!("cargo::rustc-env=UMAPISH_{name}=");
        text.lines().find_map(|line| line.strip_prefix(&start)).unwrap().to_owned()
    })
}

fn git(folder: &Path, line: &str) {
    let mut command = Command::new("git");
    command.current_dir(folder).env("GIT_COMMITTER_DATE", "2026-11-28T12:00:00Z");
    command.args(["-c", "user.name=A", "-c", "user.email=a@example.com"]).args(line.split(' '));
    assert!(command.output().unwrap().status.success(), "git {line}");
}

#[test]
fn a_release_names_its_commit_and_builds_without_git() {
    let folder = tempfile::tempdir().unwrap();
    let program = build_script(folder.path());
    let search = std::env::var("PATH").unwrap();
    let bare = tempfile::tempdir().unwrap();
    let unknown = ["unknown".to_owned(), "unknown".to_owned()];
    assert_eq!(told(&program, bare.path(), "release", &search), unknown, "no repository");
    let repository = tempfile::tempdir().unwrap();
    std::fs::write(repository.path().join("x"), "1").unwrap();
    for line in ["init", "add x", "commit --no-gpg-sign -m x"] {
        git(repository.path(), line);
    }
    let [commit, date] = told(&program, repository.path(), "release", &search);
    assert!(commit.len() == 12 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{commit}");
    assert_eq!(date, "2026-11-28");
    std::fs::write(repository.path().join("x"), "2").unwrap();
    assert_eq!(told(&program, repository.path(), "release", &search)[0], format!("{commit} with changes"));
    assert_eq!(told(&program, repository.path(), "release", "/nowhere"), unknown, "no git");
    assert_eq!(told(&program, repository.path(), "debug", &search)[0], "development build");
}
