//! `cargo bench --bench prompt`: how long the prompt takes to come, and Tab to answer, through a pseudo-terminal.
#![cfg(unix)]

use expectrl::process::unix::{PtyStream, UnixProcess};
use expectrl::{ControlCode, Expect, Session};
use std::error::Error;
use std::io::{Write, stdout};
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use umapi::sandbox::{ORGANIZATION, Options, Sandbox};

type Failure = Box<dyn Error>;
type Terminal = Session<UnixProcess, PtyStream>;

/// Runs of each measure; the median is told.
const RUNS: usize = 21;
/// People in memory while Tab is pressed.
const PEOPLE: usize = 100_000;

fn main() -> Result<(), Failure> {
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(()); // `cargo test` has tests of its own for the prompt
    }
    let first = measure(first_prompt)?;
    let [names, people, interrupted] = with_everybody()?;
    let mut table = stdout();
    writeln!(table, "| at the prompt | median |\n|---|---|")?;
    writeln!(table, "| from the start to the first prompt | {first:.1} ms |")?;
    writeln!(table, "| Tab behind `get_user_inf` | {names:.1} ms |")?;
    writeln!(table, "| Tab behind an e-mail's beginning, {PEOPLE} people in memory | {people:.1} ms |")?;
    writeln!(table, "| from Ctrl-C in an endless loop to the prompt | {interrupted:.1} ms |")?;
    Ok(())
}

/// The median in milliseconds.
fn measure(mut once: impl FnMut() -> Result<Duration, Failure>) -> Result<f64, Failure> {
    let mut times = (0..RUNS).map(|_| once()).collect::<Result<Vec<_>, _>>()?;
    times.sort();
    Ok(times[RUNS / 2].as_secs_f64() * 1000.0)
}

fn first_prompt() -> Result<Duration, Failure> {
    let home = TempDir::new()?;
    let command = umapi(&home, "--sandbox");
    let begun = Instant::now();
    let mut terminal = Session::spawn(command)?;
    terminal.expect("live> ")?;
    let took = begun.elapsed();
    terminal.send(ControlCode::EndOfTransmission)?;
    terminal.expect(expectrl::Eof)?;
    Ok(took)
}

/// With everybody read into a variable: Tab behind a function's name, behind an e-mail in a text, and Ctrl-C.
fn with_everybody() -> Result<[f64; 3], Failure> {
    let server = Sandbox::start(Options { users: Some(PEOPLE), ..Options::default() })?;
    let home = TempDir::new()?;
    let mut command = umapi(&home, "");
    command.envs([("UMAPI_URL", server.service_url()), ("UMAPI_IMS_URL", server.sign_in_url())]);
    command.env("UMAPI_ORG_ID", ORGANIZATION).env("UMAPI_PACE", "off");
    command.env("UMAPI_CLIENT_ID", umapi::sandbox::CLIENT_ID);
    command.env("UMAPI_CLIENT_SECRET", umapi::sandbox::CLIENT_SECRET);
    let mut terminal = Session::spawn(command)?;
    terminal.set_expect_timeout(Some(Duration::from_mins(2)));
    terminal.expect("test> ")?;
    terminal.send("let all = get_users(); let one = all[all.len() - 1].email; print(`<${one}>`)\r")?;
    terminal.expect("<$")?;
    terminal.expect("\n<")?;
    let found = terminal.expect(">")?;
    let email = String::from_utf8(found.before().to_vec())?;
    terminal.expect("test> ")?;
    let (typed, rest) = email.split_at(email.len() - 3);
    let names = measure(|| completed(&mut terminal, "get_user_inf", "o("))?;
    let people = measure(|| completed(&mut terminal, &format!("get_user(\"{typed}"), rest))?;
    let interrupted = measure(|| interrupted(&mut terminal))?;
    Ok([names, people, interrupted])
}

fn interrupted(terminal: &mut Terminal) -> Result<Duration, Failure> {
    terminal.send("print(\"running\"); loop { }\r")?;
    terminal.expect("running\r\n")?;
    let begun = Instant::now();
    terminal.send(ControlCode::EndOfText)?;
    terminal.expect("test> ")?;
    Ok(begun.elapsed())
}

/// From Tab to what it adds.
fn completed(terminal: &mut Terminal, typed: &str, added: &str) -> Result<Duration, Failure> {
    terminal.send(typed)?;
    terminal.expect(typed)?;
    let begun = Instant::now();
    terminal.send("\t")?;
    terminal.expect(added)?;
    let took = begun.elapsed();
    terminal.send(ControlCode::EndOfText)?;
    terminal.expect("\r\n")?; // the line is drawn once more before its end
    terminal.expect("test> ")?;
    Ok(took)
}

fn umapi(home: &TempDir, arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_umapi"));
    command.env_clear().env("HOME", home.path()).current_dir(home.path());
    command.env("TERM", "xterm-256color").env("NO_COLOR", "1").args(arguments.split_whitespace());
    command
}
