//! `umapish guide`: the pages of the guide, on a terminal one screen at a time.

use crate::did_you_mean::nearest;
use crate::guide::{PAGES, Page};
use crate::output::Output;
use crate::output::markdown::{self, Style};
use crate::output::palette::ColorPalette;
use crate::shell::console::read_line;
use crate::shell::exit_code::RunExit;
use std::io::{IsTerminal, stdin};

/// The width of text for a file or a pipe.
const PLAIN_WIDTH: usize = 80;
/// Longer lines are hard to read, however wide the terminal is.
const WIDEST: usize = 100;
const MORE: &str = "-- Enter for more, q to quit -- ";

/// Shows a page, the list of topics, or the passages that contain `word`.
///
/// A topic that does not exist is [`RunExit::Usage`], a word that is not found [`RunExit::Script`].
pub(crate) fn run(topic: Option<&str>, word: Option<&str>, output: &Output) -> RunExit {
    let page = match topic.map(|topic| Page::find(topic).ok_or(topic)).transpose() {
        Ok(page) => page,
        Err(unknown) => return refuse(unknown, output),
    };
    let frame = Frame {
        width: output.width().map_or(PLAIN_WIDTH, |width| width.min(WIDEST)),
        palette: output.data_palette(),
    };
    let text = match (page, word) {
        (Some(page), None) => frame.page(page),
        (None, None) => frame.topics(),
        (page, Some(word)) => {
            let found = frame.search(page.map_or(PAGES, std::slice::from_ref), word);
            if found.is_empty() {
                let place = page.map_or("the guide".to_owned(), |page| format!("the page `{}`", page.topic));
                output.error(
                    &format!("`{word}` was not found in {place}"),
                    Some("`umapish guide` lists the topics."),
                );
                return RunExit::Script;
            }
            found
        }
    };
    show(&text, output);
    RunExit::Done
}

fn refuse(unknown: &str, output: &Output) -> RunExit {
    let near = nearest(unknown, PAGES.iter().map(|page| page.topic));
    let near = near.map(|near| format!("Did you mean `{near}`? ")).unwrap_or_default();
    output.error(
        &format!("the guide has no topic `{unknown}`"),
        Some(&format!("{near}`umapish guide` lists the topics.")),
    );
    RunExit::Usage
}

/// Prints a page; if the terminal is too small for it, one screen at a time.
fn show(text: &str, output: &Output) {
    let text = text.trim_end();
    let lines: Vec<_> = text.lines().collect();
    let screen = output.height().filter(|_| stdin().is_terminal());
    let Some(rows) = screen.map(|height| height.saturating_sub(1)).filter(|rows| *rows > 0) else {
        return output.data(text);
    };
    for (number, screen) in lines.chunks(rows).enumerate() {
        let goes_on = number == 0 || read_line(MORE).is_ok_and(|answer| answer.trim().is_empty());
        if !goes_on || output.lost().is_some() {
            return;
        }
        output.data(&screen.join("\n"));
    }
}

/// How wide and how colorful the text is.
#[derive(Clone, Copy)]
struct Frame {
    width: usize,
    palette: ColorPalette,
}

impl Frame {
    fn page(self, page: &Page) -> String {
        markdown::render(page.text, Style { width: self.width, palette: self.palette, link_note: &link_note })
    }

    fn topics(self) -> String {
        let name_width = PAGES.iter().map(|page| page.topic.len()).max().unwrap_or(0);
        let row = |page: &Page| {
            let name = format!("{:name_width$}", page.topic);
            let line = format!("  {}  {}", self.palette.strong(&name), page.summary());
            let options = textwrap::Options::new(self.width);
            let indent = " ".repeat(name_width + 4);
            textwrap::fill(&line, options.subsequent_indent(&indent)) + "\n"
        };
        let rows: String = PAGES.iter().map(row).collect();
        let footer = "`umapish guide TOPIC` shows a page, `umapish guide --search WORD` searches all pages.";
        format!("Topics of the guide\n\n{rows}\n{}\n", textwrap::fill(footer, self.width))
    }

    /// The passages with `word` in any case, each with the topic of its page.
    fn search(self, pages: &[Page], word: &str) -> String {
        let word = word.to_lowercase();
        let passages = |page: &Page| {
            let whole = Style { width: usize::MAX, palette: ColorPalette::PLAIN, link_note: &link_note };
            let text = markdown::render(page.text, whole);
            let sentences = text.lines().flat_map(|line| line.split_inclusive(". "));
            let found = sentences.map(str::trim).filter(|text| text.to_lowercase().contains(&word));
            found.map(|text| self.passage(page.topic, text)).collect::<String>()
        };
        pages.iter().map(passages).collect()
    }

    fn passage(self, topic: &str, text: &str) -> String {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" "); // columns of a table are padded
        let line = format!("{}: {text}", self.palette.strong(topic));
        textwrap::fill(&line, textwrap::Options::new(self.width).subsequent_indent("    ")) + "\n"
    }
}

/// The note after a link: how to open another page of the guide, or the URL.
fn link_note(target: &str) -> Option<String> {
    let file = target.split('#').next().unwrap_or_default();
    match file.strip_suffix(".md").and_then(Page::find) {
        Some(page) => Some(format!("(`umapish guide {}`)", page.topic)),
        None => target.starts_with("https://").then(|| format!("<{target}>")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use textwrap::core::display_width;

    const FRAME: Frame = Frame { width: 80, palette: ColorPalette::PLAIN };

    #[test]
    fn every_page_fits_eighty_columns() {
        for page in PAGES {
            // Code is never wrapped: a test keeps it within the width.
            for line in FRAME.page(page).lines().filter(|line| !line.starts_with("    ")) {
                assert!(display_width(line) <= FRAME.width, "{}: {line}", page.topic);
            }
        }
    }

    #[test]
    fn the_list_has_every_topic_with_its_summary_on_one_line() {
        let text = FRAME.topics();
        for page in PAGES {
            let line = text.lines().find(|line| line.trim_start().starts_with(page.topic));
            assert!(line.is_some_and(|line| line.ends_with(page.summary())), "{text}");
        }
    }

    #[test]
    fn a_search_ignores_case_and_may_be_of_one_page() {
        let everywhere = FRAME.search(PAGES, "UMAPI_pace");
        assert!(everywhere.contains("settings: "), "{everywhere}");
        let [settings] = [Page::find("settings").copied().unwrap()];
        let one = FRAME.search(&[settings], "umapi_PACE");
        assert!(one.lines().all(|line| line.starts_with("settings: ") || line.starts_with("    ")), "{one}");
        assert_eq!(FRAME.search(PAGES, "no such passage"), "");
    }

    #[test]
    fn a_link_to_a_page_says_how_to_open_it() {
        assert_eq!(link_note("settings.md#paths").as_deref(), Some("(`umapish guide settings`)"));
        assert_eq!(link_note("https://rhai.rs").as_deref(), Some("<https://rhai.rs>"));
        assert_eq!(link_note("../../scripts/onboard.rhai"), None);
    }
}
