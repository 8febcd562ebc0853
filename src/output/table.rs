//! Tables and pairs cut to the width of a terminal: a row is a line, and what does not fit ends in an ellipsis. Pure.

use crate::output::palette::ColorPalette;
use crate::wire::invisible::defused;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Blanks between columns.
pub(crate) const GAP: usize = 2;
/// No column is cut to less; the last columns are left out instead.
const NARROWEST: usize = 8;
/// The last column is cut to no less before the others are cut as well.
const READABLE: usize = 20;
/// Replaces what was cut.
const ELLIPSIS: char = '…';

/// Columns and rows of text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TextGrid {
    /// The names of the columns; empty for a table without a header.
    pub header: Vec<String>,
    /// One cell a column.
    pub rows: Vec<Vec<String>>,
}

impl TextGrid {
    /// The table, no line wider than `width`; as wide as it takes without one.
    pub(crate) fn render(&self, width: Option<usize>, palette: ColorPalette) -> String {
        self.render_with(&self.widths(), width, palette)
    }

    /// The table with columns no wider than these, no line wider than `width`.
    pub(crate) fn render_with(
        &self,
        natural: &[usize],
        width: Option<usize>,
        palette: ColorPalette,
    ) -> String {
        let (widths, left_out) = fit(natural, width);
        let mut lines = Vec::new();
        if !self.header.is_empty() {
            let header = widths.iter().zip(&self.header);
            let names = header.map(|(width, name)| (cut(name, *width), *width));
            lines.push(joined(names, |name| palette.strong(name)));
            let rule = widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
            lines.push(palette.dim(&"─".repeat(rule)));
        }
        lines.extend(self.rows.iter().map(|row| {
            let cells = widths.iter().zip(row).map(|(width, cell)| (cut(cell, *width), *width));
            joined(cells, str::to_owned)
        }));
        if left_out > 0 {
            let names = self.header.get(widths.len()..).unwrap_or_default().join(", ");
            lines.push(palette.dim(&format!("columns not shown: {names}")));
        }
        lines.join("\n")
    }

    pub(crate) fn widths(&self) -> Vec<usize> {
        let columns = self.rows.iter().map(Vec::len).chain([self.header.len()]).max().unwrap_or_default();
        let widest = |column: usize| {
            let cells = self.rows.iter().chain([&self.header]).filter_map(|row| row.get(column));
            cells.map(|cell| clean(cell).width()).max().unwrap_or_default()
        };
        (0..columns).map(widest).collect()
    }
}

/// Names and values, the values below one another; a long value continues below itself.
pub(crate) fn pairs(pairs: &[(String, String)], width: Option<usize>, palette: ColorPalette) -> String {
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (clean(name), value)).collect();
    let names = pairs.iter().map(|(name, _)| name.width()).max().unwrap_or_default();
    let room = width.map(|width| width.saturating_sub(names + GAP).max(NARROWEST));
    let lines = pairs.iter().flat_map(|(name, value)| {
        let parts = wrapped(&clean(value), room);
        let name = format!("{}{}", palette.dim(name), " ".repeat(names - name.width()));
        let margin = std::iter::once(name).chain(std::iter::repeat(" ".repeat(names)));
        margin
            .zip(parts)
            .map(|(name, part)| format!("{name}  {part}").trim_end().to_owned())
            .collect::<Vec<_>>()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The widths with only the last column cut, since the columns before it distinguish the rows.
fn cut_last(natural: &[usize], width: usize) -> Option<Vec<usize>> {
    let (last, before) = natural.split_last()?;
    let room = width.checked_sub(total(before, usize::MAX) + GAP)?;
    let widths = before.iter().copied().chain([room.min(*last)]).collect();
    (room >= READABLE.min(*last) && !before.is_empty()).then_some(widths)
}

/// The widths of as many columns as there is room for, the widest cut first, and how many are left out.
fn fit(natural: &[usize], width: Option<usize>) -> (Vec<usize>, usize) {
    let Some(width) = width else { return (natural.to_vec(), 0) };
    let mut count = natural.len();
    while count > 1 && total(&natural[..count], NARROWEST) > width {
        count -= 1;
    }
    let shown = &natural[..count];
    if let Some(widths) = cut_last(shown, width) {
        return (widths, natural.len() - count);
    }
    let widest = shown.iter().copied().max().unwrap_or_default();
    let limit = (1..=widest).rev().find(|limit| total(shown, *limit) <= width).unwrap_or(1);
    (shown.iter().map(|natural| (*natural).min(limit)).collect(), natural.len() - count)
}

fn total(widths: &[usize], limit: usize) -> usize {
    widths.iter().map(|width| (*width).min(limit)).sum::<usize>() + GAP * widths.len().saturating_sub(1)
}

fn joined(cells: impl Iterator<Item = (String, usize)>, shown: impl Fn(&str) -> String) -> String {
    let padded = cells.map(|(cell, width)| {
        let blanks = width.saturating_sub(cell.width()) + GAP;
        format!("{}{}", shown(&cell), " ".repeat(blanks))
    });
    padded.collect::<String>().trim_end().to_owned()
}

/// A string cut to at most `width` columns.
pub(crate) fn cut(text: &str, width: usize) -> String {
    let text = clean(text);
    if text.width() <= width {
        return text;
    }
    let mut room = width.saturating_sub(1);
    let fits = |letter: &char| {
        let taken = letter.width().unwrap_or_default();
        let fits = taken <= room;
        room = room.saturating_sub(taken);
        fits
    };
    text.chars().take_while(fits).chain([ELLIPSIS]).collect()
}

/// What could drive the terminal by its code, and spaces for line ends.
fn clean(text: &str) -> String {
    defused(text).replace(['\n', '\t'], " ")
}

fn wrapped(text: &str, room: Option<usize>) -> Vec<String> {
    let Some(room) = room else { return vec![text.to_owned()] };
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let Some(last) = lines.last_mut() else { break };
        if !last.is_empty() && last.width() + 1 + word.width() > room {
            lines.push(word.to_owned());
        } else {
            last.push_str(if last.is_empty() { "" } else { " " });
            last.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn grid(header: &[&str], rows: &[&[&str]]) -> TextGrid {
        let texts = |row: &[&str]| row.iter().map(|cell| (*cell).to_owned()).collect();
        TextGrid { header: texts(header), rows: rows.iter().map(|row| texts(row)).collect() }
    }

    #[test]
    fn a_table_that_fits_is_left_as_it_is() {
        let grid = grid(&["email", "type"], &[&["a@example.com", "adobeID"], &["b@example.com", ""]]);
        let expected = "email          type\n──────────────────────\na@example.com  adobeID\nb@example.com";
        assert_eq!(grid.render(Some(80), ColorPalette::PLAIN), expected);
    }

    #[test]
    fn the_widest_columns_are_cut_first_and_a_row_stays_a_line() {
        let grid = grid(&["email", "groups"], &[&["a@example.com", "Design, Print, Video, Stock, Fonts"]]);
        let text = grid.render(Some(30), ColorPalette::PLAIN);
        assert_eq!(text.lines().nth(2), Some("a@example.com  Design, Print,…"));
    }

    #[test]
    fn columns_without_room_are_named_instead() {
        let wide = "x".repeat(30);
        let grid = grid(&["a", "b", "c"], &[&[&wide, &wide, &wide]]);
        let text = grid.render(Some(20), ColorPalette::PLAIN);
        assert_eq!(text.lines().nth(2), Some("xxxxxxxx…  xxxxxxxx…"));
        assert!(text.ends_with("columns not shown: c"), "{text}");
    }

    #[test]
    fn wide_letters_take_two_columns() {
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(cut("日本語", 6), "日本語");
    }

    #[test]
    fn a_long_value_goes_on_below_itself() {
        let record = [
            ("email".to_owned(), "a@example.com".to_owned()),
            ("groups".to_owned(), "One, Two, Three".to_owned()),
        ];
        let text = pairs(&record, Some(18), ColorPalette::PLAIN);
        assert_eq!(text, "email   a@example.com\ngroups  One, Two,\n        Three");
    }

    /// The lines of the table that are too wide.
    fn too_wide(rows: Vec<Vec<String>>, width: usize) -> Vec<String> {
        let header = ["one", "two", "three", "four"].map(str::to_owned).to_vec();
        let text = TextGrid { header, rows }.render(Some(width), ColorPalette::PLAIN);
        let table = text.lines().filter(|line| !line.starts_with("columns not shown"));
        table.filter(|line| line.width() > width).map(str::to_owned).collect()
    }

    #[test]
    fn blanks_at_the_end_of_wide_cells_widen_no_line() {
        let row = ["aaé日 ", "日aéaééé", "日日a 日", ""].map(str::to_owned).to_vec();
        assert!(too_wide(vec![row], 20).is_empty());
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_terminal(
            rows in prop::collection::vec(prop::collection::vec("[a-z日é ]{0,40}", 4), 0..4),
            width in 20usize..120,
        ) {
            let wide = too_wide(rows, width);
            prop_assert!(wide.is_empty(), "{wide:?}");
        }
    }
}
