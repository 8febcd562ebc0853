//! Markdown as text for a terminal: strong headings, wrapped paragraphs, indented code, tables that fit. Pure.

use crate::output::palette::ColorPalette;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use textwrap::WordSplitter;
use textwrap::core::display_width;

/// The indentation of code.
const CODE_INDENT: usize = 4;
/// Between two columns of a table.
const COLUMN_GAP: usize = 2;
/// A column narrower than this is not worth wrapping a table for; its rows become paragraphs.
const NARROWEST_WRAPPED: usize = 24;

/// How to render.
#[derive(Clone, Copy)]
pub(crate) struct Style<'s> {
    /// Columns that prose and tables may take. Code is never broken.
    pub width: usize,
    /// Colors.
    pub palette: ColorPalette,
    /// What to write after the text of a link with this target, if anything.
    pub link_note: &'s dyn Fn(&str) -> Option<String>,
}

/// Renders a document; each line ends with a line break.
pub(crate) fn render(text: &str, style: Style<'_>) -> String {
    let mut renderer = Renderer::new(style);
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        renderer.event(event);
    }
    renderer.lines.iter().flat_map(|line| [line.trim_end(), "\n"]).collect()
}

struct Renderer<'s> {
    style: Style<'s>,
    lines: Vec<String>,
    /// Text of the block that is open; strong text and links nest.
    inline: Vec<String>,
    targets: Vec<String>,
    lists: Vec<List>,
    /// The bullet or number of the item whose text has not begun.
    marker: Option<String>,
    in_code: bool,
    table: Option<Table>,
}

struct List {
    next_number: Option<u64>,
    indent: usize,
}

#[derive(Default)]
struct Table {
    rows: Vec<Vec<String>>,
}

impl<'s> Renderer<'s> {
    fn new(style: Style<'s>) -> Self {
        Self {
            style,
            lines: Vec::new(),
            inline: vec![String::new()],
            targets: Vec::new(),
            lists: Vec::new(),
            marker: None,
            in_code: false,
            table: None,
        }
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.in_code => self.code(&text),
            Event::Text(text) => self.push(&text),
            Event::Code(text) => self.push(&self.style.palette.hint(&format!("`{text}`"))),
            Event::SoftBreak => self.push(" "),
            Event::HardBreak => self.push("\n"),
            _ => {} // comments, and what the guide does not use
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::Heading { .. } => self.separate(),
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => {
                self.separate();
                self.in_code = true;
            }
            Tag::List(first) => self.open_list(first),
            Tag::Item => self.open_item(),
            Tag::Strong => self.inline.push(String::new()),
            Tag::Link { dest_url, .. } => {
                self.targets.push(dest_url.into_string());
                self.inline.push(String::new());
            }
            Tag::Table(_) => {
                self.separate();
                self.table = Some(Table::default());
            }
            Tag::TableHead | Tag::TableRow => {
                if let Some(table) = &mut self.table {
                    table.rows.push(Vec::new());
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::Item => self.flush(),
            TagEnd::Heading(level) => self.heading(level),
            TagEnd::CodeBlock => self.in_code = false,
            TagEnd::List(_) => {
                self.lists.pop();
            }
            TagEnd::Strong => {
                let text = self.inline.pop().unwrap_or_default();
                self.push(&self.style.palette.strong(&text));
            }
            TagEnd::Link => self.close_link(),
            TagEnd::TableCell => self.close_cell(),
            TagEnd::Table => {
                let table = self.table.take().unwrap_or_default();
                self.lines.extend(table.laid_out(self.style));
            }
            _ => {}
        }
    }

    fn push(&mut self, text: &str) {
        if let Some(open) = self.inline.last_mut() {
            open.push_str(text);
        }
    }

    fn take_text(&mut self) -> String {
        self.inline.last_mut().map(std::mem::take).unwrap_or_default()
    }

    /// A blank line, unless there is one or the text follows a bullet.
    fn separate(&mut self) {
        let is_separate = self.lines.last().is_none_or(String::is_empty);
        if !is_separate && self.marker.is_none() {
            self.lines.push(String::new());
        }
    }

    fn indent(&self) -> usize {
        self.lists.last().map_or(0, |list| list.indent)
    }

    fn flush(&mut self) {
        let text = self.take_text();
        let indent = " ".repeat(self.indent());
        let first = self.marker.take().unwrap_or_else(|| indent.clone());
        if !text.is_empty() {
            self.lines.extend(wrapped(&text, self.style.width, &first, &indent));
        }
    }

    fn heading(&mut self, level: HeadingLevel) {
        let text = self.take_text();
        let rule = match level {
            HeadingLevel::H1 => Some("═"),
            HeadingLevel::H2 => Some("─"),
            _ => None,
        };
        self.lines.push(self.style.palette.strong(&text));
        self.lines.extend(rule.map(|rule| self.style.palette.dim(&rule.repeat(display_width(&text)))));
    }

    fn code(&mut self, text: &str) {
        let indent = " ".repeat(self.indent() + CODE_INDENT);
        self.lines.extend(text.lines().map(|line| format!("{indent}{line}")));
    }

    fn open_list(&mut self, first: Option<u64>) {
        if self.lists.is_empty() {
            self.separate();
        } else {
            self.flush();
        }
        self.lists.push(List { next_number: first, indent: self.indent() });
    }

    fn open_item(&mut self) {
        let outer = self.lists.len().checked_sub(2).map_or(0, |index| self.lists[index].indent);
        let Some(list) = self.lists.last_mut() else { return };
        let bullet = match &mut list.next_number {
            Some(number) => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
            None => "- ".to_owned(),
        };
        list.indent = outer + bullet.len();
        self.marker = Some(format!("{}{bullet}", " ".repeat(outer)));
    }

    fn close_link(&mut self) {
        let text = self.inline.pop().unwrap_or_default();
        let target = self.targets.pop().unwrap_or_default();
        let note = (self.style.link_note)(&target).filter(|_| text != target);
        self.push(&note.map_or_else(|| text.clone(), |note| format!("{text} {note}")));
    }

    fn close_cell(&mut self) {
        let text = self.take_text();
        if let Some(row) = self.table.as_mut().and_then(|table| table.rows.last_mut()) {
            row.push(text);
        }
    }
}

impl Table {
    /// As columns where they fit, possibly with the widest one wrapped, and as paragraphs otherwise.
    fn laid_out(&self, style: Style<'_>) -> Vec<String> {
        let Some((header, rows)) = self.rows.split_first() else { return Vec::new() };
        let width = |column: usize| {
            self.rows.iter().filter_map(|row| row.get(column)).map(|cell| display_width(cell)).max()
        };
        let mut widths: Vec<_> = (0..header.len()).map(|column| width(column).unwrap_or(0)).collect();
        let gaps = COLUMN_GAP * header.len().saturating_sub(1);
        let excess = (widths.iter().sum::<usize>() + gaps).saturating_sub(style.width);
        match widths.iter_mut().max() {
            Some(widest) if excess > 0 && *widest < excess + NARROWEST_WRAPPED => {
                paragraphs(header, rows, style.width)
            }
            Some(widest) => {
                *widest -= excess;
                columns(header, rows, &widths, style.palette)
            }
            None => Vec::new(),
        }
    }
}

fn columns(header: &[String], rows: &[Vec<String>], widths: &[usize], palette: ColorPalette) -> Vec<String> {
    let mut lines: Vec<_> = row_lines(header, widths).iter().map(|line| palette.dim(line)).collect();
    let total = widths.iter().sum::<usize>() + COLUMN_GAP * widths.len().saturating_sub(1);
    lines.push(palette.dim(&"─".repeat(total)));
    lines.extend(rows.iter().flat_map(|row| row_lines(row, widths)));
    lines
}

/// One row, in as many lines as its tallest cell.
fn row_lines(row: &[String], widths: &[usize]) -> Vec<String> {
    let cells: Vec<_> = row.iter().zip(widths).map(|(cell, width)| wrapped(cell, *width, "", "")).collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    let line = |number: usize| {
        let part = |(cell, width): (&Vec<String>, &usize)| {
            let text = cell.get(number).map_or("", String::as_str);
            format!("{text}{}", " ".repeat(width.saturating_sub(display_width(text)) + COLUMN_GAP))
        };
        cells.iter().zip(widths).map(part).collect::<String>().trim_end().to_owned()
    };
    (0..height).map(line).collect()
}

/// A row as a paragraph: its first cell, and below it the others, named where there are several.
fn paragraphs(header: &[String], rows: &[Vec<String>], width: usize) -> Vec<String> {
    let indent = " ".repeat(CODE_INDENT);
    let paragraph = |row: &Vec<String>| {
        let filled = header.iter().zip(row).filter(|(_, cell)| !cell.is_empty() && *cell != "-");
        let mut filled: Vec<_> = filled.collect();
        let first = if filled.is_empty() { String::new() } else { filled.remove(0).1.clone() };
        let named = |(name, cell): &(&String, &String)| format!("{name}: {cell}");
        let rest: Vec<_> = match (header.len(), filled.as_slice()) {
            (2, [(_, cell)]) => vec![(*cell).clone()],
            _ => filled.iter().map(named).collect(),
        };
        let mut lines = wrapped(&first, width, "", "");
        if !rest.is_empty() {
            lines.extend(wrapped(&rest.join("; "), width, &indent, &indent));
        }
        lines
    };
    rows.iter().flat_map(paragraph).collect()
}

fn wrapped(text: &str, width: usize, first: &str, rest: &str) -> Vec<String> {
    let options = textwrap::Options::new(width)
        .initial_indent(first)
        .subsequent_indent(rest)
        .word_splitter(WordSplitter::NoHyphenation)
        .break_words(false);
    textwrap::wrap(text, options).into_iter().map(std::borrow::Cow::into_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(text: &str, width: usize) -> String {
        let link_note = |target: &str| target.starts_with("http").then(|| format!("<{target}>"));
        render(text, Style { width, palette: ColorPalette::PLAIN, link_note: &link_note })
    }

    #[test]
    fn headings_paragraphs_and_code_are_reported_apart() {
        let text = "# Title\n\nOne two **three** `four five`.\nSix.\n\n## Part\n\n```sh\nls\n\n  -l\n```\n";
        let expected =
            "Title\n═════\n\nOne two three `four\nfive`. Six.\n\nPart\n────\n\n    ls\n\n      -l\n";
        assert_eq!(rendered(text, 20), expected);
    }

    #[test]
    fn the_lines_of_an_item_stand_below_its_text() {
        let text =
            "Before:\n\n1. one two three\n\n   ```sh\n   ls\n   ```\n\n2. four\n   - a b\n   - c\n\nAfter.\n";
        let expected = "Before:\n\n1. one two\n   three\n\n       ls\n2. four\n   - a b\n   - c\n\nAfter.\n";
        assert_eq!(rendered(text, 12), expected);
    }

    #[test]
    fn a_link_is_followed_by_its_note_unless_it_shows_its_target() {
        let text = "[a](http://a) [b](b.md) <http://c>\n";
        assert_eq!(rendered(text, 80), "a <http://a> b http://c\n");
    }

    #[test]
    fn comments_are_left_out() {
        assert_eq!(rendered("a\n\n<!-- generated: x -->\n\nb\n", 80), "a\n\nb\n");
    }

    const TABLE: &str =
        "| a | b |\n|---|---|\n| one | two three four five six seven eight |\n| x | `y\\|z` |\n";

    #[test]
    fn a_table_that_fits_has_columns() {
        let expected = "\
a    b
──────────────────────────────────────────
one  two three four five six seven eight
x    `y|z`
";
        assert_eq!(rendered(TABLE, 80).replace('─', ""), expected.replace('─', ""));
    }

    #[test]
    fn the_widest_column_of_a_table_is_wrapped() {
        let lines = rendered(TABLE, 32);
        assert!(lines.contains("one  two three four five six\n     seven eight\nx    `y|z`\n"), "{lines}");
    }

    #[test]
    fn a_table_that_is_far_too_wide_becomes_paragraphs() {
        assert_eq!(
            rendered(TABLE, 20),
            "one\n    two three four\n    five six seven\n    eight\nx\n    `y|z`\n"
        );
        let wide = "| name | option | key |\n|---|---|---|\n| the first | `--long` | - |\n| b | - | `k` |\n";
        assert_eq!(rendered(wide, 15), "the first\n    option:\n    `--long`\nb\n    key: `k`\n");
    }

    #[test]
    fn colors_change_neither_letters_nor_line_breaks() {
        let text = format!("# T\n\n**one** two `three` four\n\n{TABLE}");
        let link_note = |_: &str| None;
        let style = |colored| Style { width: 12, palette: ColorPalette { colored }, link_note: &link_note };
        let (plain, colored) = (render(&text, style(false)), render(&text, style(true)));
        assert_ne!(plain, colored);
        let codes = colored.split('\u{1b}').map(|part| part.split_once('m').map_or(part, |(_, rest)| rest));
        assert!(colored.starts_with('\u{1b}'));
        assert_eq!(codes.collect::<String>(), plain);
    }
}
