//! The reference as plain text and as Markdown. Pure; callers add colors.

use super::catalog::Catalog;
use super::type_help::{TYPES, TypeHelp};
use crate::language::catalog::{CatalogRow, CatalogSection, FunctionEntry};
use unicode_width::UnicodeWidthStr;

/// The role of a line of the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineRole {
    /// The name of a family.
    Title,
    /// How a function is called.
    Signature,
    /// The heading of a part of the help.
    Heading,
    /// A sentence.
    Text,
    /// Code of an example.
    Code,
}

/// A line of the reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpLine {
    /// What it is.
    pub role: LineRole,
    /// Its text, with its indentation.
    pub text: String,
}

/// The width of the reference in columns, regardless of the terminal: longer lines are hard to read.
const WIDTH: usize = 80;

/// Every function with its summary.
pub fn overview(catalog: &Catalog) -> Vec<HelpLine> {
    let mut lines = Vec::new();
    for section in &catalog.families {
        separate(&mut lines);
        lines.push(line(LineRole::Title, &section.title));
        for row in section.rows() {
            let forms = format!("  {}", row.calls.join(", "));
            if forms.width() <= WIDTH {
                lines.push(line(LineRole::Signature, &forms));
            } else {
                let forms = row.calls.iter().map(|call| line(LineRole::Signature, &format!("  {call}")));
                lines.extend(forms);
            }
            lines.extend(wrapped(&row.summary, "      "));
        }
    }
    lines
}

/// Every type with its summary, shown at the end of the overview.
pub fn overview_of_types() -> Vec<HelpLine> {
    let mut lines = vec![line(LineRole::Text, ""), line(LineRole::Title, "Types")];
    for known in TYPES {
        lines.push(line(LineRole::Signature, &format!("  {}", known.name)));
        lines.extend(wrapped(known.summary, "      "));
    }
    lines
}

/// The complete help of a type.
pub fn of_type(known: &TypeHelp, catalog: &Catalog) -> Vec<HelpLine> {
    let mut lines = vec![line(LineRole::Signature, known.name)];
    lines.extend(wrapped(known.summary, "  "));
    for paragraph in known.text {
        lines.push(line(LineRole::Text, ""));
        lines.extend(wrapped(paragraph, "  "));
    }
    let fields = known.fields.iter().map(|field| (format!("{} ({}): ", field.name, field.kind), field.text));
    part("Fields", fields, &mut lines);
    let methods = known.methods(catalog).into_iter();
    let methods = methods.map(|method| (format!("{}: ", method.call()), method.summary.as_str()));
    part("Methods", methods, &mut lines);
    let operations = known.operations.iter();
    part("Also", operations.map(|entry| (format!("{}: ", entry.form), entry.text)), &mut lines);
    example(known.example, &mut lines);
    lines
}

/// The help of a type or function; `None` if there is neither. An exact name means the type; otherwise a function comes
/// before a type whose name differs only in case.
pub fn of_name(catalog: &Catalog, name: &str) -> Option<Vec<HelpLine>> {
    let functions = catalog.find(name);
    match TypeHelp::named(name) {
        Some(known) => Some(of_type(known, catalog)),
        None if !functions.is_empty() => Some(help(functions)),
        None => TypeHelp::named_in_any_case(name).map(|known| of_type(known, catalog)),
    }
}

/// A part of a type's help; nothing if it is empty.
fn part<'t>(title: &str, entries: impl Iterator<Item = (String, &'t str)>, lines: &mut Vec<HelpLine>) {
    let entries: Vec<_> = entries.flat_map(|(name, text)| hanging(&name, text, "    ")).collect();
    if !entries.is_empty() {
        lines.push(line(LineRole::Heading, &format!("  {title}")));
        lines.extend(entries);
    }
}

fn example(code: &str, lines: &mut Vec<HelpLine>) {
    lines.push(line(LineRole::Heading, "  Example"));
    lines.extend(code.lines().map(|code| line(LineRole::Code, &format!("    {code}"))));
}

/// The complete help of functions.
pub fn help<'a>(functions: impl IntoIterator<Item = &'a FunctionEntry>) -> Vec<HelpLine> {
    let mut lines = Vec::new();
    for function in functions {
        separate(&mut lines);
        entry(function, &mut lines);
    }
    lines
}

fn entry(function: &FunctionEntry, lines: &mut Vec<HelpLine>) {
    lines.push(line(LineRole::Signature, &function.signature()));
    lines.extend(wrapped(&function.summary, "  "));
    for paragraph in &function.text {
        lines.push(line(LineRole::Text, ""));
        lines.extend(wrapped(paragraph, "  "));
    }
    if !function.options.is_empty() {
        lines.push(line(LineRole::Heading, "  Options"));
    }
    for choice in &function.options {
        lines.extend(hanging(&format!("{}: ", choice.name), &choice.text, "    "));
    }
    if let Some(errors) = &function.errors {
        lines.extend(hanging("Errors: ", errors, "  "));
    }
    for code in &function.examples {
        example(code, lines);
    }
}

fn separate(lines: &mut Vec<HelpLine>) {
    if !lines.is_empty() {
        lines.push(line(LineRole::Text, ""));
    }
}

fn line(role: LineRole, text: &str) -> HelpLine {
    HelpLine { role, text: text.to_owned() }
}

/// A name with its text; continuation lines are indented further.
fn hanging(name: &str, text: &str, indent: &str) -> Vec<HelpLine> {
    let mut lines = wrapped(&format!("{name}{text}"), &format!("{indent}  "));
    if let Some(first) = lines.first_mut() {
        first.text = format!("{indent}{}", first.text.trim_start());
    }
    lines
}

fn wrapped(text: &str, indent: &str) -> Vec<HelpLine> {
    let mut lines = vec![String::from(indent)];
    for word in text.split_whitespace() {
        let Some(last) = lines.last_mut() else { break };
        let is_empty = last.trim().is_empty();
        if !is_empty && last.width() + 1 + word.width() > WIDTH {
            lines.push(format!("{indent}{word}"));
        } else {
            last.push_str(if is_empty { "" } else { " " });
            last.push_str(word);
        }
    }
    lines.iter().map(|text| line(LineRole::Text, text)).collect()
}

/// The tables of the guide: one for each family, a row for each name with its forms.
pub fn tables(catalog: &Catalog) -> String {
    catalog.families.iter().map(table).collect::<Vec<_>>().join("\n")
}

fn table(section: &CatalogSection) -> String {
    let cell = |text: &str| text.replace('|', "\\|");
    let row = |row: &CatalogRow| {
        let calls: Vec<_> = row.calls.iter().map(|call| format!("`{}`", cell(call))).collect();
        format!("| {} | {} |\n", calls.join(", "), cell(&row.summary))
    };
    let header = format!("### {}\n\n| function | what it does |\n|---|---|\n", section.title);
    header + section.rows().iter().map(row).collect::<String>().as_str()
}

/// The complete help of a type as Markdown.
pub fn chapter_of_type(known: &TypeHelp, catalog: &Catalog) -> String {
    let list = |entries: Vec<(&str, String)>| {
        let entries: Vec<_> = entries.iter().map(|(name, text)| format!("- `{name}`{text}")).collect();
        Some(entries.join("\n")).filter(|list| !list.is_empty())
    };
    let fields = known.fields.iter().map(|field| (field.name, format!(" ({}): {}", field.kind, field.text)));
    let methods: Vec<_> = known
        .methods(catalog)
        .iter()
        .map(|method| (method.call(), format!(": {}", method.summary)))
        .collect();
    let methods = methods.iter().map(|(call, text)| (call.as_str(), text.clone()));
    let operations = known.operations.iter().map(|entry| (entry.form, format!(": {}", entry.text)));
    let mut blocks = vec![format!("### `{}`", known.name), known.summary.to_owned()];
    blocks.extend(known.text.iter().map(|paragraph| (*paragraph).to_owned()));
    blocks.extend(list(fields.collect()));
    blocks.extend(list(methods.chain(operations).collect()));
    blocks.push(format!("```rhai\n{}\n```", known.example));
    blocks.join("\n\n") + "\n"
}

/// The complete help as Markdown.
pub fn chapters(catalog: &Catalog) -> String {
    let mut blocks = Vec::new();
    for section in &catalog.families {
        blocks.push(format!("## {}", section.title));
        section.functions.iter().for_each(|function| chapter(function, &mut blocks));
    }
    blocks.join("\n\n") + "\n"
}

fn chapter(function: &FunctionEntry, blocks: &mut Vec<String>) {
    blocks.push(format!("### `{}`", function.signature()));
    blocks.push(function.summary.clone());
    blocks.extend(function.text.iter().cloned());
    let options = function.options.iter().map(|choice| format!("- `{}`: {}", choice.name, choice.text));
    blocks.extend(Some(options.collect::<Vec<_>>().join("\n")).filter(|list| !list.is_empty()));
    blocks.extend(function.errors.iter().map(|errors| format!("Errors: {errors}")));
    blocks.extend(function.examples.iter().map(|code| format!("```rhai\n{code}\n```")));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(lines: &[HelpLine]) -> String {
        lines.iter().map(|line| line.text.clone() + "\n").collect()
    }

    #[test]
    fn the_overview_has_a_summary_below_each_call() {
        let text = shown(&overview(&crate::script::functions::catalog()));
        assert!(text.starts_with("Sign-in and session\n  get_oauth_token()\n      Signs in with"), "{text}");
        assert!(text.contains("\n\nUsers\n  find_user(email), find_user(name, options)\n"), "{text}");
    }

    #[test]
    fn help_has_every_part() {
        let catalog = crate::script::functions::catalog();
        let text = shown(&help(catalog.find("get_user").into_iter().skip(1)));
        let expected = "\
get_user(name: string, options: map) -> User
  Reads one user by username and domain, or one of several accounts with the
  same e-mail.
  Options
    domain: domain of a username that is not an e-mail; `AdobeID` selects the
      Adobe ID of an e-mail
  Errors: `not_found` if the organization has no such user.
  Example
    let user = get_user(\"ben.osei@example.com\", #{domain: \"example.com\"});
    print(user.type);
";
        assert_eq!(text, expected);
    }

    #[test]
    fn the_help_of_a_type_has_its_fields_methods_and_example() {
        let catalog = crate::script::functions::catalog();
        let text = shown(&of_type(TypeHelp::named("User").unwrap(), &catalog));
        for expected in [
            "User\n  A user as the service describes it",
            "  Fields\n    email (string): e-mail address\n",
            "  Methods\n    user.contains(field): ",
            "  Example\n    let user = get_user(",
        ] {
            assert!(text.contains(expected), "no `{expected}` in:\n{text}");
        }
        let date = shown(&of_type(TypeHelp::named("Date").unwrap(), &catalog));
        assert!(
            date.contains("Methods\n    date.format(format): ") && date.contains("  Also\n    date - date: "),
            "{date}"
        );
    }

    #[test]
    fn every_line_but_code_keeps_to_the_width() {
        let catalog = crate::script::functions::catalog();
        let types = TYPES.iter().flat_map(|known| of_type(known, &catalog)).collect();
        let lines = [overview(&catalog), overview_of_types(), types, help(catalog.functions())].concat();
        for line in lines.iter().filter(|line| matches!(line.role, LineRole::Text | LineRole::Heading)) {
            assert!(line.text.width() <= WIDTH, "{}", line.text);
        }
    }

    #[test]
    fn the_tables_have_one_row_for_each_name_and_show_every_form() {
        let catalog = crate::script::functions::catalog();
        let text = tables(&catalog);
        assert!(text.contains("| `find_user(email)`, `find_user(name, options)` |"), "{text}");
        let rows = text.lines().filter(|line| line.starts_with("| `")).count();
        let own: Vec<_> = catalog.functions().filter(|function| function.verb.is_none()).collect();
        for function in &own {
            assert!(
                text.contains(&format!("`{}`", function.call().replace('|', "\\|"))),
                "{}",
                function.call()
            );
        }
        let names = |section: &CatalogSection| {
            let own = section.functions.iter().filter(|function| function.verb.is_none());
            own.map(|function| function.name.as_str()).collect::<std::collections::BTreeSet<_>>().len()
        };
        let verbs = ["queue.verb(...)", "command.verb(...)"];
        assert!(verbs.iter().all(|row| text.matches(row).count() == 1), "{text}");
        assert_eq!(rows, catalog.families.iter().map(names).sum::<usize>() + verbs.len());
    }

    #[test]
    fn the_chapters_have_every_example() {
        let catalog = crate::script::functions::catalog();
        let text = chapters(&catalog);
        for (function, code) in catalog.examples() {
            assert!(text.contains(&format!("```rhai\n{code}\n```")), "{}", function.call());
        }
    }
}
