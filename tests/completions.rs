//! What zsh and fish offer for a line, asked of the shells themselves where they are installed.

use crate::support::Run;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use tempfile::TempDir;

const SCRIPT: &str = r#"let options = options(#{
    file: #{ help: "the people: a file", kind: "file" },
    folder: #{ kind: "folder", fallback: () },
    mode: #{ one_of: ["a:b", "look up", "$x"], fallback: "a:b" },
    most: #{ help: "it's \"most\" [1]", fallback: 3 },
});"#;

/// Lines, and what is offered for them in both shells.
const LINES: [(&str, &[&str]); 19] = [
    ("umapish job.rhai --mo", &["--mode", "--most"]),
    ("umapish --sandbox job.rhai people.csv --mo", &["--mode", "--most"]),
    ("umapish run job.rhai --mo", &["--mode", "--most"]),
    ("umapish plan job.rhai --o", &[]),
    ("umapish ./job.rhai --mode ", &["$x", "a:b", "look up"]),
    ("umapish job.rhai --mode=l", &["--mode=look up"]),
    ("umapish job.rhai peo", &["people.csv"]),
    ("umapish job.rhai --file peo", &["people.csv"]),
    ("umapish job.rhai --file=peo", &["--file=people.csv"]),
    ("umapish job.rhai --folder=", &["--folder=parts"]),
    ("umapish job.rhai people.csv --most ", &[]),
    ("umapish gone.rhai --mo", &[]),
    ("umapish check job.rhai --mo", &[]),
    ("umapish check job.rhai --form", &["--format"]),
    ("umapish jo", &["job.rhai", "journal"]),
    ("umapish run jo", &["job.rhai"]),
    ("umapish --sandbox ea", &["each"]),
    ("umapish each peo", &["people.csv"]),
    ("umapish guide sy", &["sync"]),
];

fn is_installed(shell: &str) -> bool {
    Command::new(shell).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// A folder with a script, a file, and a folder; the program is in a folder of its own.
struct Scene {
    folder: Arc<TempDir>,
    programs: TempDir,
}

impl Scene {
    fn new(shell: &str) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        std::fs::create_dir(folder.path().join("parts")).unwrap();
        for (name, text) in [("job.rhai", SCRIPT), ("people.csv", "email\n")] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let programs = tempfile::tempdir().unwrap();
        let program = assert_cmd::cargo::cargo_bin!("umapish");
        std::os::unix::fs::symlink(program, programs.path().join("umapish")).unwrap();
        let text = Run::new(&format!("completions {shell}")).run().done();
        std::fs::write(programs.path().join("completions"), text).unwrap();
        Self { folder, programs }
    }

    fn completions(&self) -> String {
        self.programs.path().join("completions").display().to_string()
    }

    fn run(&self, mut shell: Command) -> String {
        let path = std::env::var("PATH").unwrap_or_default();
        shell
            .current_dir(self.folder.path())
            .env("PATH", format!("{}:{path}", self.programs.path().display()))
            .env("HOME", self.programs.path())
            .env("TERM", "xterm");
        let output = shell.output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The offers of fish: a line for each, with its description.
    fn fish(&self, line: &str) -> Vec<String> {
        let mut shell = Command::new("fish");
        let code = format!("source '{}'; complete -C '{line}'", self.completions());
        shell.args(["--no-config", "-c", &code]);
        self.run(shell).lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
    }

    /// The offers of zsh, which writes them as they stand on the line.
    fn zsh(&self, line: &str) -> Vec<String> {
        let list = self.programs.path().join("offers");
        let _ = std::fs::remove_file(&list);
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/shells/offers.zsh");
        let mut shell = Command::new("zsh");
        shell.arg("-f").arg(script).args([&self.completions(), line]).arg(&list);
        let answer = self.run(shell);
        let text = std::fs::read_to_string(&list).unwrap_or_else(|error| panic!("{line}: {error}; {answer}"));
        let lines = text.lines().filter(|line| *line != "end");
        lines.map(|line| line.replace('\\', "")).collect()
    }
}

fn check(shell: &str, offers: impl Fn(&Scene, &str) -> Vec<String>) {
    if !is_installed(shell) {
        return;
    }
    let scene = Scene::new(shell);
    for (line, expected) in LINES {
        let mut found: Vec<_> =
            offers(&scene, line).iter().map(|word| word.trim_end_matches('/').to_owned()).collect();
        found.sort();
        found.dedup();
        // fish looks for the letters inside of words, too.
        let last = line.rsplit([' ', '=']).next().unwrap();
        found.retain(|word| word.rsplit('=').next().unwrap().starts_with(last) || word.starts_with(last));
        assert_eq!(found, expected, "{shell}: {line}");
    }
}

#[test]
fn fish_offers_what_the_line_takes() {
    check("fish", Scene::fish);
}

#[test]
fn zsh_offers_what_the_line_takes() {
    check("zsh", Scene::zsh);
}
