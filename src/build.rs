//! The build script: which commit, of which date, for which target. Works without git, and in a checkout without `.git`.

use std::path::Path;
use std::process::Command;

/// What stands for something that nobody can tell.
const UNKNOWN: &str = "unknown";
/// What stands for the commit of a build that is not a release: to know it would take a new build after each commit.
const DEVELOPMENT: &str = "development build";

fn main() {
    println!("cargo::rerun-if-changed=src/build.rs");
    let is_release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let (commit, date) =
        if is_release { commit_and_date() } else { (DEVELOPMENT.into(), DEVELOPMENT.into()) };
    println!("cargo::rustc-env=UMAPISH_COMMIT={commit}");
    println!("cargo::rustc-env=UMAPISH_DATE={date}");
    let target = std::env::var("TARGET").unwrap_or_else(|_| UNKNOWN.to_owned());
    println!("cargo::rustc-env=UMAPISH_TARGET={target}");
}

/// The commit and its date. A checkout inside of another repository is not taken for that one.
fn commit_and_date() -> (String, String) {
    if !Path::new(".git").exists() {
        return (UNKNOWN.to_owned(), UNKNOWN.to_owned());
    }
    // Each commit and checkout adds a line to it. A file that is not there would make every build a new one.
    if Path::new(".git/logs/HEAD").exists() {
        println!("cargo::rerun-if-changed=.git/logs/HEAD");
    }
    let commit = git(&["rev-parse", "--short=12", "HEAD"]);
    let changed = git(&["status", "--porcelain", "--untracked-files=no"]);
    let mark = if changed.is_some_and(|files| !files.is_empty()) { " with changes" } else { "" };
    let commit = commit.map_or_else(|| UNKNOWN.to_owned(), |commit| commit + mark);
    (commit, git(&["log", "-1", "--format=%cs"]).unwrap_or_else(|| UNKNOWN.to_owned()))
}

/// The first line that git prints; `None` if there is no git, or it refuses.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.lines().next().unwrap_or_default().trim().to_owned())
}
