//! `cargo bench --bench prompt`: how long the prompt takes to appear, Tab to complete and Ctrl-C to interrupt, through
//! a pseudo-terminal. Each time is measured from the key press to the redraw that shows the result; all earlier output
//! is read before the key is pressed, so that nothing older can be taken for the result.
#![cfg(unix)]

use expectrl::process::unix::{PtyStream, UnixProcess};
use expectrl::{ControlCode, Expect, Session};
use std::error::Error;
use std::io::{ErrorKind, Write, stdout};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use umapi_shell::sandbox::{ORGANIZATION, Sandbox, SandboxSettings};

type Failure = Box<dyn Error>;

/// Runs of each measure.
const RUNS: usize = 21;
/// People in memory while Tab is pressed.
const PEOPLE: usize = 100_000;
/// A terminal from which nothing came for so long has nothing more to say.
const QUIET: Duration = Duration::from_millis(30);
const PROMPT: &str = "test> ";
const BELL: &str = "\u{7}";

fn main() -> Result<(), Failure> {
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(()); // `cargo test` has tests of its own for the prompt
    }
    let mut rows = vec![Row::measure("from the start to the first prompt", 15, first_prompt)?];
    let server = Sandbox::start(SandboxSettings { users: Some(PEOPLE), ..SandboxSettings::default() })?;
    let mut prompt = Prompt::with_everybody(&server)?;
    rows.extend(tabs(&mut prompt)?);
    rows.extend(interrupts(&mut prompt)?);
    let mut table = stdout();
    writeln!(table, "| at the prompt, 100,000 people in memory | time (shortest to longest) | limit |")?;
    writeln!(table, "|---|--:|--:|")?;
    rows.iter().try_for_each(|row| writeln!(table, "{}", row.line()))?;
    match rows.iter().find(|row| row.median() > row.limit) {
        Some(late) => Err(format!("{}: later than {} ms", late.what, late.limit.as_millis()).into()),
        None => Ok(()),
    }
}

/// Tab after a name, a field, the beginning of an email, and one that does not exist.
fn tabs(prompt: &mut Prompt) -> Result<Vec<Row>, Failure> {
    let email = prompt.last_email.clone();
    let (typed, _) = email.split_at(email.len() - 3);
    let cases = [
        ("Tab after `get_user_inf`", "get_user_inf".to_owned(), "get_user_info(".to_owned()),
        ("Tab after `all[7].lastn`", "all[7].lastn".to_owned(), "all[7].lastname".to_owned()),
        ("Tab after the beginning of an email", format!("get_user(\"{typed}"), format!("get_user(\"{email}")),
        ("Tab after a beginning that matches nobody", "get_user(\"nobody.".to_owned(), BELL.to_owned()),
    ];
    let row = |(what, typed, answer): (&'static str, String, String)| {
        Row::measure(what, 20, || prompt.completed(&typed, &answer))
    };
    cases.into_iter().map(row).collect()
}

/// Ctrl-C in a script's loop, in a wait, and in the middle of the long work of one function.
fn interrupts(prompt: &mut Prompt) -> Result<Vec<Row>, Failure> {
    prompt.run("let long = []; long.pad(2_000_000, \"ada.lind@example.com\")")?;
    let cases = [
        ("Ctrl-C in `loop { }`", "loop { }"),
        ("Ctrl-C in `sleep(60)`", "sleep(60)"),
        ("Ctrl-C in `all.group_by(\"email\")`, repeated", "loop { all.group_by(\"email\") }"),
        ("Ctrl-C in `to_json(long)`, a list of 2,000,000 strings", "let text = to_json(long)"),
    ];
    let row = |(what, code): (&'static str, &str)| Row::measure(what, 100, || prompt.interrupted(code));
    cases.into_iter().map(row).collect()
}

/// What was measured, and what it must not exceed.
struct Row {
    what: &'static str,
    limit: Duration,
    times: Vec<Duration>,
}

impl Row {
    fn measure(
        what: &'static str,
        milliseconds: u64,
        mut once: impl FnMut() -> Result<Duration, Failure>,
    ) -> Result<Self, Failure> {
        let mut times = (0..RUNS).map(|_| once()).collect::<Result<Vec<_>, _>>()?;
        times.sort();
        Ok(Self { what, limit: Duration::from_millis(milliseconds), times })
    }

    fn median(&self) -> Duration {
        self.times[RUNS / 2]
    }

    fn line(&self) -> String {
        let [median, shortest, longest] =
            [self.median(), self.times[0], self.times[RUNS - 1]].map(|time| time.as_secs_f64() * 1e3);
        let limit = self.limit.as_millis();
        format!("| {} | {median:.2} ms ({shortest:.2} to {longest:.2}) | {limit} ms |", self.what)
    }
}

fn first_prompt() -> Result<Duration, Failure> {
    let home = TempDir::new()?;
    let command = umapish(&home, "--sandbox");
    let begun = Instant::now();
    let mut terminal = Session::spawn(command)?;
    terminal.expect("live> ")?;
    let took = begun.elapsed();
    terminal.send(ControlCode::EndOfTransmission)?;
    terminal.expect(expectrl::Eof)?;
    Ok(took)
}

fn umapish(home: &TempDir, arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_umapish"));
    command.env_clear().env("HOME", home.path()).current_dir(home.path());
    command.env("TERM", "xterm-256color").env("NO_COLOR", "1").args(arguments.split_whitespace());
    command
}

/// A prompt at which everybody was read into the variable `all`.
struct Prompt {
    terminal: Session<UnixProcess, PtyStream>,
    last_email: String,
    _home: TempDir,
}

impl Prompt {
    fn with_everybody(server: &Sandbox) -> Result<Self, Failure> {
        let home = TempDir::new()?;
        let mut command = umapish(&home, "");
        command.envs([("UMAPI_URL", server.service_url()), ("UMAPI_IMS_URL", server.sign_in_url())]);
        command.env("UMAPI_ORG_ID", ORGANIZATION).env("UMAPI_PACE", "off");
        command.env("UMAPI_CLIENT_ID", umapi_shell::sandbox::CLIENT_ID);
        command.env("UMAPI_CLIENT_SECRET", umapi_shell::sandbox::CLIENT_SECRET);
        let mut terminal = Session::spawn(command)?;
        terminal.set_expect_timeout(Some(Duration::from_mins(2)));
        terminal.expect(PROMPT)?;
        let mut prompt = Self { terminal, last_email: String::new(), _home: home };
        prompt.terminal.send("let all = get_users(); print(`<${all[-1].email}>`)\r")?;
        prompt.terminal.expect("\n<")?;
        prompt.last_email = String::from_utf8(prompt.terminal.expect(">")?.before().to_vec())?;
        prompt.settle()?;
        Ok(prompt)
    }

    /// From Tab to the line that has what it added.
    fn completed(&mut self, typed: &str, answer: &str) -> Result<Duration, Failure> {
        self.terminal.send(typed)?;
        let took = self.answered("\t", answer)?;
        self.answered("\u{3}", PROMPT)?;
        self.settle()?;
        Ok(took)
    }

    /// From Ctrl-C to the prompt.
    fn interrupted(&mut self, code: &str) -> Result<Duration, Failure> {
        self.terminal.send(format!("print(\"running\"); {code}\r"))?;
        self.terminal.expect("running\r\n")?;
        self.settle()?;
        let begun = Instant::now();
        self.terminal.send("\u{3}")?;
        self.terminal.expect("interrupted\r\n")?;
        self.terminal.expect(PROMPT)?;
        let took = begun.elapsed();
        self.settle()?;
        Ok(took)
    }

    /// Runs a line that shows nothing to its end.
    fn run(&mut self, line: &str) -> Result<(), Failure> {
        self.terminal.send(format!("{line}; print(\"do\" + \"ne\")\r"))?;
        self.terminal.expect("\ndone\r\n")?;
        self.settle()
    }

    /// From a key to what is shown for it.
    fn answered(&mut self, key: &str, answer: &str) -> Result<Duration, Failure> {
        self.settle()?;
        let begun = Instant::now();
        self.terminal.send(key)?;
        self.terminal.expect(answer)?;
        Ok(begun.elapsed())
    }

    /// Reads, and forgets, what is still on its way.
    fn settle(&mut self) -> Result<(), Failure> {
        let (mut bytes, mut last) = ([0; 4096], Instant::now());
        while last.elapsed() < QUIET {
            match self.terminal.try_read(&mut bytes) {
                Ok(0) => return Err("the prompt has ended".into()),
                Ok(_) => last = Instant::now(),
                Err(error) if error.kind() == ErrorKind::WouldBlock => sleep(Duration::from_millis(1)),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}
