//! Blocks that show a session at the prompt: `$ umapish ...`, then what was typed and shown.

use super::{Block, Document, Part, compare, fits, masked, without_chance};
use crate::support::Run;

/// Columns of the terminal: the guide's blocks are indented by four where `umapish guide` shows them.
fn width(document: &Document) -> u16 {
    if document.is_readme() { 80 } else { 76 }
}

#[test]
fn every_session_shows_what_the_prompt_shows() {
    compare(|document| {
        let part = |block: Block| Part {
            place: format!("line {}", block.line),
            real: replayed(&block.text, width(document)),
            shown: block.text,
        };
        document.blocks_in("text").into_iter().map(part).collect()
    });
}

/// The end of the prompt's own text.
const PROMPT: &str = "sandbox live> ";
/// How a question ends that waits for an answer.
const QUESTION: &str = "[yes/no] ";
/// What the terminal shows of Ctrl-C.
const INTERRUPT: &str = "^C";

/// The session as the prompt shows it now. The terminal is a simple one without echo: nothing moves the cursor.
fn replayed(block: &str, width: u16) -> String {
    let (first, rest) = block.split_once('\n').unwrap();
    let arguments = first.strip_prefix("$ umapish ").unwrap_or_else(|| panic!("`{first}` starts no session"));
    let mut terminal = Run::new(arguments).width(width).env("TERM", "dumb").start();
    let mut parts = rest.split(PROMPT);
    let mut session =
        format!("{first}\n{}", chosen(parts.next().unwrap_or_default(), &terminal.expect(PROMPT)));
    for part in parts {
        let (line, shown) = part.split_once('\n').unwrap_or((part, ""));
        if line.is_empty() {
            break;
        }
        terminal.line(line);
        session.extend([PROMPT, line, "\n"]);
        if line == ":quit" {
            break;
        }
        if shown.starts_with(INTERRUPT) {
            std::thread::sleep(std::time::Duration::from_millis(300)); // until the loop runs
            terminal.interrupt();
        }
        let echo = if shown.starts_with(INTERRUPT) { INTERRUPT } else { "" };
        let asked = shown.split_once(QUESTION).map(|(_, answered)| {
            let before = terminal.expect(QUESTION);
            let answer = answered.lines().next().unwrap_or_default();
            terminal.line(answer);
            format!("{before}{QUESTION}{answer}\n")
        });
        let real = terminal.expect(PROMPT);
        let real = format!("{echo}{}{}", asked.unwrap_or_default(), real.trim_start_matches(['\r', '\n']));
        session.push_str(&chosen(shown, &real));
    }
    session
}

/// What is shown if it fits, and what is real otherwise.
fn chosen(shown: &str, real: &str) -> String {
    let real = real.replace('\r', "");
    let lines: Vec<_> = real.lines().map(|line| without_chance(line.trim_end())).collect();
    let shown_lines: Vec<_> = shown.lines().collect();
    let same: fn(&str, &str) -> bool =
        |one, other| one == other || (one.ends_with(" waiting") && masked(one) == masked(other));
    let output = if fits(&shown_lines, &lines, same) { shown_lines } else { lines };
    output.iter().flat_map(|line| [*line, "\n"]).collect()
}
