//! The guide: one Markdown page per topic, compiled in. The web shows the same files.

/// A page of the guide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// The topic, which is the name of the file without its extension.
    pub topic: &'static str,
    /// The page as Markdown: a title, a one-line summary, then the text.
    pub text: &'static str,
}

macro_rules! pages {
    ($($topic:literal),+ $(,)?) => {
        &[$(Page { topic: $topic, text: include_str!(concat!($topic, ".md")) }),+]
    };
}

/// Every page, in the order in which a new user needs them.
pub const PAGES: &[Page] = pages![
    "scripts",
    "sync",
    "prompt",
    "functions",
    "safety",
    "plan",
    "undo",
    "outcomes",
    "coming-from-python",
    "settings",
    "exit-codes-and-errors",
    "sandbox",
    "speed",
    "contributing",
];

impl Page {
    /// The page about a topic.
    pub fn find(topic: &str) -> Option<&'static Self> {
        PAGES.iter().find(|page| page.topic == topic)
    }

    /// The heading at the top.
    pub fn title(&self) -> &'static str {
        self.text.lines().next().unwrap_or_default().trim_start_matches("# ")
    }

    /// What the page is about: the line below its title.
    pub fn summary(&self) -> &'static str {
        self.text.lines().nth(2).unwrap_or_default()
    }
}

/// The list of topics as a table, for the README.
pub fn markdown() -> String {
    let row =
        |page: &Page| format!("| [{}](src/guide/{}.md) | {} |\n", page.title(), page.topic, page.summary());
    std::iter::once("| page | contents |\n|---|---|\n".to_owned()).chain(PAGES.iter().map(row)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Beside the longest topic it fits a terminal of 80 columns.
    const SUMMARY_WIDTH: usize = 55;

    #[test]
    fn every_page_opens_with_a_title_and_a_summary_of_one_line() {
        for page in PAGES {
            let lines: Vec<_> = page.text.lines().take(4).collect();
            assert!(lines[0].starts_with("# "), "{}", page.topic);
            assert_eq!((lines[1], lines[3]), ("", ""), "{}", page.topic);
            let summary = page.summary();
            assert!(summary.ends_with('.') && summary.len() <= SUMMARY_WIDTH, "{}: {summary}", page.topic);
        }
    }
}
