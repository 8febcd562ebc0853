//! The reference of the script functions, as the prompt and `umapish functions` show it.

use crate::cli::OutputFormat;
use crate::language::catalog::Catalog;
use crate::language::help_text;
use crate::language::help_text::{HelpLine, LineRole};
use crate::language::type_help::TypeHelp;
use crate::output::palette::ColorPalette;

/// The reference in one of its forms; at length or in short.
pub fn render(catalog: &Catalog, at_length: bool, format: OutputFormat, palette: ColorPalette) -> String {
    match (format, at_length) {
        (OutputFormat::Json, _) => serde_json::to_string_pretty(catalog).unwrap_or_default(),
        (OutputFormat::Markdown, false) => help_text::tables(catalog),
        (OutputFormat::Markdown, true) => help_text::chapters(catalog),
        (_, false) => colored(&help_text::overview(catalog), palette),
        (_, true) => colored(&help_text::help(catalog.functions()), palette),
    }
}

/// The help of a type in one of its forms.
pub fn of_type(
    known: &TypeHelp,
    catalog: &Catalog,
    format: Option<OutputFormat>,
    palette: ColorPalette,
) -> String {
    match format {
        Some(OutputFormat::Json) => serde_json::to_string_pretty(known).unwrap_or_default(),
        Some(OutputFormat::Markdown) => help_text::chapter_of_type(known, catalog),
        _ => colored(&help_text::of_type(known, catalog), palette),
    }
}

/// Lines of the reference for a terminal.
pub fn colored(lines: &[HelpLine], palette: ColorPalette) -> String {
    let shown = |line: &HelpLine| match line.role {
        LineRole::Title => palette.strong(&line.text),
        LineRole::Signature => palette.hint(&line.text),
        LineRole::Heading => palette.dim(&line.text),
        LineRole::Text | LineRole::Code => line.text.clone(),
    };
    lines.iter().map(|line| shown(line) + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn json_holds_every_form_with_its_parameters() {
        let text =
            render(&crate::script::functions::catalog(), false, OutputFormat::Json, ColorPalette::PLAIN);
        let value: Value = serde_json::from_str(&text).unwrap();
        let users = value["families"]
            .as_array()
            .unwrap()
            .iter()
            .find(|family| family["title"] == "Names of Adobe's samples");
        let functions = users.unwrap()["functions"].as_array().unwrap();
        let function = functions.iter().find(|function| function["name"] == "get_users_by_group").unwrap();
        assert_eq!(function["parameters"], serde_json::json!([{"name": "name", "type": "string"}]));
        assert_eq!(function["return_type"], "Users");
    }

    #[test]
    fn a_pattern_shows_the_help_and_none_the_overview() {
        let catalog = crate::script::functions::catalog();
        let short = render(&catalog, false, OutputFormat::Text, ColorPalette::PLAIN);
        let long = render(&catalog, true, OutputFormat::Text, ColorPalette::PLAIN);
        assert!(short.contains("  get_user(email), get_user(name, options)\n") && !short.contains("Example"));
        assert!(long.contains("get_user(email: string) -> User\n") && long.contains("  Example\n"));
    }

    #[test]
    fn colour_changes_no_letter() {
        let catalog = crate::script::functions::catalog().matching("test_mode");
        let plain = render(&catalog, true, OutputFormat::Text, ColorPalette::PLAIN);
        let colored = render(&catalog, true, OutputFormat::Text, ColorPalette { colored: true });
        assert_ne!(plain, colored);
        let mut letters = String::new();
        let mut in_code = false;
        for letter in colored.chars() {
            in_code |= letter == '\u{1b}';
            if !in_code {
                letters.push(letter);
            }
            in_code &= letter != 'm';
        }
        assert_eq!(letters, plain);
    }
}
