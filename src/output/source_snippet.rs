//! An error or a warning with the line it is about, a caret below it, and further notes. Pure.

use crate::output::palette::ColorPalette;
use crate::secret::mask;
use crate::wire::invisible::{defused, drives_terminal};
use annotate_snippets::renderer::{AnsiColor, Effects, Style};
use annotate_snippets::{AnnotationKind, Group, Level, Message, Origin, Renderer, Snippet as Excerpt};

/// A message about a place in a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptSnippet {
    /// How bad it is.
    pub severity: Severity,
    /// What it is, in a sentence.
    pub title: String,
    /// Where.
    pub spot: Option<SourceSpot>,
    /// What led there and what belongs to it, a line each.
    pub notes: Vec<String>,
    /// What to do.
    pub hint: Option<String>,
}

impl ScriptSnippet {
    /// The same with secrets masked, before lines are laid out.
    #[must_use]
    pub(crate) fn masked(&self) -> Self {
        let masked = |text: &String| mask(text).into_owned();
        let spot = self
            .spot
            .as_ref()
            .map(|spot| SourceSpot { text: spot.text.as_ref().map(masked), ..spot.clone() });
        Self {
            severity: self.severity,
            title: masked(&self.title),
            spot,
            notes: self.notes.iter().map(masked).collect(),
            hint: self.hint.as_ref().map(masked),
        }
    }
}

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// It went wrong.
    Error,
    /// It may go wrong.
    Warning,
}

/// A position in a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSpot {
    /// The file, or a name such as `-e`.
    pub name: String,
    /// The text of the line, if known.
    pub text: Option<String>,
    /// 1-based line.
    pub line: usize,
    /// 1-based column, in characters.
    pub column: usize,
}

/// Columns of a snippet, whatever the terminal; a longer line is cut around the caret.
const WIDTH: usize = 80;
/// Columns before the text of a note or hint, with a line number of up to three digits.
const LABEL: usize = 14;

/// The snippet as text, without a line end. Nothing in it drives the terminal.
pub(crate) fn render(snippet: &ScriptSnippet, palette: ColorPalette) -> String {
    let level = match snippet.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(broken(&snippet.title)));
    if let Some(spot) = &snippet.spot {
        group = located(group, spot);
    }
    group = group.elements(snippet.notes.iter().map(|note| Level::NOTE.no_name().message(broken(note))));
    group = group.elements(snippet.hint.iter().map(|hint| hinted(hint)));
    renderer(palette).render(&[group]).trim_end().to_owned()
}

fn located<'a>(group: Group<'a>, spot: &'a SourceSpot) -> Group<'a> {
    let name = harmless(&spot.name);
    let Some(text) = &spot.text else {
        return group.element(Origin::path(name).line(spot.line).char_column(spot.column));
    };
    let at = text.char_indices().nth(spot.column.saturating_sub(1)).map_or(text.len(), |(place, _)| place);
    let end = text[at..].chars().next().map_or(at, |letter| at + letter.len_utf8());
    let caret = AnnotationKind::Primary.span(at..end);
    group.element(Excerpt::source(text.as_str()).path(name).line_start(spot.line).annotation(caret))
}

fn hinted(hint: &str) -> Message<'_> {
    Level::HELP.with_name("hint").message(broken(hint))
}

/// The text with control characters by their codes, wrapped at spaces to fit after the margin and a label.
fn broken(text: &str) -> String {
    textwrap::fill(&defused(text).replace('\t', " "), WIDTH - LABEL)
}

fn renderer(palette: ColorPalette) -> Renderer {
    if !palette.colored {
        return Renderer::plain().term_width(WIDTH);
    }
    let color = |color: AnsiColor| color.on_default();
    Renderer::styled()
        .term_width(WIDTH)
        .error(color(AnsiColor::Red) | Effects::BOLD)
        .warning(color(AnsiColor::Yellow) | Effects::BOLD)
        .help(color(AnsiColor::Cyan))
        .line_num(Style::new() | Effects::DIMMED)
}

/// Source text without what could drive the terminal or turn its direction; one character for each, so that the caret
/// stays in its place.
fn harmless(text: &str) -> String {
    let drives = |letter: char| letter == '\t' || drives_terminal(letter);
    text.chars().map(|letter| if drives(letter) { '\u{fffd}' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::UnicodeWidthStr;

    fn snippet(text: &str, column: usize) -> ScriptSnippet {
        let spot = SourceSpot { name: "x.rhai".into(), text: Some(text.into()), line: 7, column };
        ScriptSnippet {
            severity: Severity::Error,
            title: "it failed".into(),
            spot: Some(spot),
            notes: vec!["in `f`, called at x.rhai:9".into()],
            hint: Some("Try again.".into()),
        }
    }

    fn shown(text: &str, column: usize) -> String {
        render(&snippet(text, column), ColorPalette::PLAIN)
    }

    #[test]
    fn the_caret_stands_below_the_column() {
        let expected = "\
error: it failed
 --> x.rhai:7:5
  |
7 | let x = nope();
  |     ^
  |
  = in `f`, called at x.rhai:9
  = hint: Try again.";
        assert_eq!(shown("let x = nope();", 5), expected);
    }

    #[test]
    fn tabs_and_wide_letters_push_the_caret_along() {
        let text = shown("\tlet x = \"日本\" + nope();", 17);
        let lines: Vec<_> = text.lines().collect();
        let width_before = lines[3].split_once("nope").unwrap().0.width();
        assert_eq!(lines[4].find('^'), Some(width_before), "{text}");
    }

    #[test]
    fn a_caret_behind_the_last_letter_stands_there() {
        let text = shown("f(1", 4);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!((lines[3], lines[4]), ("7 | f(1", "  |    ^"), "{text}");
    }

    #[test]
    fn a_long_line_is_cut_around_the_caret() {
        let line = format!("{}nope(){}", "a + ".repeat(500), " + a".repeat(500));
        let text = shown(&line, 2001);
        let lines: Vec<_> = text.lines().collect();
        assert!(lines[3].contains("nope()") && lines[3].width() <= WIDTH, "{text}");
        assert_eq!(lines[4].find('^'), lines[3].find("nope"), "{text}");
    }

    #[test]
    fn nothing_drives_the_terminal() {
        let mut snippet = snippet("let x = \"\u{1b}[31m\u{7}\u{202e}\";", 5);
        snippet.title = "bad \u{1b}[2J name".into();
        snippet.notes = vec!["note \u{1b}]0;x\u{7}".into()];
        snippet.hint = Some("hint \u{9b}31m".into());
        let text = render(&snippet, ColorPalette::PLAIN);
        assert!(!text.chars().any(|letter| letter.is_control() && letter != '\n'), "{text:?}");
        assert!(!text.contains('\u{202e}'));
        assert!(text.contains("bad <U+001B>[2J name") && text.contains("hint <U+009B>31m"), "{text}");
    }

    #[test]
    fn without_the_text_there_is_the_place_alone() {
        let mut snippet = snippet("", 3);
        snippet.spot.as_mut().unwrap().text = None;
        let text = render(&snippet, ColorPalette::PLAIN);
        assert!(text.starts_with("error: it failed\n--> x.rhai:7:3\n"), "{text}");
    }

    #[test]
    fn colour_is_added_where_it_is_wanted() {
        let text = render(&snippet("let x", 5), ColorPalette { colored: true });
        assert!(text.contains("\u{1b}["));
    }
}
