//! `umapish guide`: topics, pages, searches, and one screen at a time on a terminal.

use crate::support::Run;
use umapi_shell::guide::PAGES;

#[test]
fn without_a_topic_it_lists_every_page() {
    let text = Run::new("guide").run().done();
    for page in PAGES {
        assert!(text.contains(page.topic) && text.contains(page.summary()), "{text}");
    }
}

#[test]
fn a_page_on_a_pipe_is_plain_and_whole() {
    for page in PAGES {
        let text = Run::new("guide").arg(page.topic).run().done();
        assert!(text.starts_with(&format!("{}\n", page.title())), "{text}");
        assert!(!text.contains('\u{1b}') && !text.contains("<!--"), "{}", page.topic);
    }
}

#[test]
fn an_unknown_topic_names_the_nearest() {
    let run = Run::new("guide setings").run().failed(2, "the guide has no topic `setings`");
    assert!(run.stderr.contains("Did you mean `settings`?"), "{}", run.stderr);
}

#[test]
fn a_search_shows_pages_and_passages_and_fails_without_any() {
    let text = Run::new("guide --search ignored,").run().done();
    assert!(text.lines().any(|line| line.starts_with("settings: ")), "{text}");
    Run::new("guide --search xyzzy").run().failed(1, "`xyzzy` was not found in the guide");
    Run::new("guide prompt --search xyzzy").run().failed(1, "`xyzzy` was not found in the page `prompt`");
    assert_eq!(Run::new("guide").arg("--search").arg("").run().code, 2);
}

#[cfg(unix)]
const MORE: &str = "-- Enter for more, q to quit -- ";

#[test]
#[cfg(unix)]
fn a_terminal_shows_a_screen_at_a_time_until_q() {
    let mut terminal = Run::new("guide functions").start();
    let first = terminal.expect(MORE);
    assert!(first.contains("Functions"), "{first}");
    assert!(first.lines().count() <= 60, "{first}");
    terminal.line("");
    terminal.expect(MORE);
    terminal.line("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
#[cfg(unix)]
fn a_page_that_fits_the_terminal_is_shown_at_once() {
    let mut terminal = Run::new("guide").start();
    terminal.expect("Topics of the guide");
    assert_eq!(terminal.end(), 0);
}
