//! The help page of a script, and its usage in one line.

use crate::language::script_options::ScriptOptions;
use crate::language::script_options::declaration::OptionDeclaration;
use crate::language::script_options::kind::OptionKind;
use crate::values::names::texts;

/// The widest left column; a longer entry has its help on the next line.
const WIDEST: usize = 28;

/// How to call a script, in one line.
pub(crate) fn usage(script: &str, options: &ScriptOptions) -> String {
    let listed = options.list();
    let positional = listed.iter().filter(|option| option.is_positional);
    let named = listed.iter().filter(|option| !option.is_positional && option.is_required());
    let has_more = listed.iter().any(|option| !option.is_positional && !option.is_required());
    let words = positional.map(positional_word).chain(named.map(named_word));
    let words: Vec<_> = words.chain(has_more.then(|| "[OPTION]...".to_owned())).collect();
    ["Usage: umapish", script]
        .into_iter()
        .chain(words.iter().map(String::as_str))
        .collect::<Vec<_>>()
        .join(" ")
}

fn positional_word(option: &OptionDeclaration) -> String {
    let name = option.shown();
    let name = if option.kind == OptionKind::List { format!("{name}...") } else { name };
    if option.is_required() { name } else { format!("[{name}]") }
}

fn named_word(option: &OptionDeclaration) -> String {
    format!("{} {}", option.long(), option.placeholder()).trim_end().to_owned()
}

/// The help page of a script.
pub(crate) fn page(script: &str, options: &ScriptOptions) -> String {
    let mut page = String::new();
    let mut part = |text: String| {
        if !text.is_empty() {
            page.push_str(if page.is_empty() { "" } else { "\n" });
            page.push_str(&text);
        }
    };
    if !options.description.is_empty() {
        part(format!("{}\n", options.description));
    }
    if options.declared.is_some() {
        part(format!("{}\n", usage(script, options)));
        let listed = options.list();
        let positional = listed.iter().filter(|option| option.is_positional);
        part(section("Arguments", positional.map(|option| (positional_word(option), remark(option)))));
        let named = listed.iter().filter(|option| !option.is_positional);
        let help = ("-h, --help".to_owned(), "show this help".to_owned());
        part(section("Options", named.map(|option| (left(option), remark(option))).chain([help])));
        part("Options of umapish go before the script: `umapish help run` lists them.\n".to_owned());
    }
    page
}

fn section(title: &str, entries: impl Iterator<Item = (String, String)>) -> String {
    let entries: Vec<_> = entries.collect();
    if entries.is_empty() {
        return String::new();
    }
    let width = entries.iter().map(|(left, _)| left.chars().count()).filter(|width| *width <= WIDEST).max();
    let width = width.unwrap_or(WIDEST);
    let lines = entries.iter().map(|(left, help)| {
        if left.chars().count() > width {
            format!("  {left}\n  {:width$}  {help}", "").trim_end().to_owned()
        } else {
            format!("  {left:width$}  {help}").trim_end().to_owned()
        }
    });
    format!("{title}:\n{}\n", lines.collect::<Vec<_>>().join("\n"))
}

fn left(option: &OptionDeclaration) -> String {
    let short = option.short.map_or("    ".to_owned(), |letter| format!("-{letter}, "));
    format!("{short}{}", named_word(option))
}

/// The help of an option with what else there is to know.
fn remark(option: &OptionDeclaration) -> String {
    let mut parts = Vec::new();
    if !option.help.is_empty() {
        parts.push(option.help.clone());
    }
    if option.is_positional && !option.one_of.is_empty() {
        parts.push(format!("[one of: {}]", option.one_of.join(", ")));
    }
    if option.kind == OptionKind::Secret {
        parts.push("[env:NAME, file:PATH or -]".to_owned());
    }
    parts.extend(fallback(option).map(|text| format!("[default: {text}]")));
    parts.join(" ")
}

fn fallback(option: &OptionDeclaration) -> Option<String> {
    let value = option.fallback.as_ref().filter(|value| !value.is_unit())?;
    let text = match option.kind {
        OptionKind::Flag if value.as_bool() == Ok(false) => return None,
        OptionKind::List => texts(value).unwrap_or_default().join(","),
        _ => value.to_string(),
    };
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::script_options::reader;

    #[test]
    fn the_page_shows_what_the_script_declares() {
        let text = r#"//! Moves people.
            let o = options(#{
                people: #{help: "who", kind: "file"},
                mode: #{help: "what to do", one_of: ["add", "remove"], fallback: "add", short: "m"},
                to: #{kind: "list", positional: true, fallback: []},
                most: #{help: "the most people at once", fallback: 50},
                quiet: #{kind: "flag"},
                token: #{kind: "secret", fallback: ()},
            });"#;
        let page = page("move.rhai", &reader::read(text).unwrap());
        let expected = "\
Moves people.

Usage: umapish move.rhai PEOPLE [TO...] [OPTION]...

Arguments:
  PEOPLE   who
  [TO...]

Options:
  -m, --mode add|remove  what to do [default: add]
      --most N           the most people at once [default: 50]
      --quiet
      --token SOURCE     [env:NAME, file:PATH or -]
  -h, --help             show this help

Options of umapish go before the script: `umapish help run` lists them.
";
        assert_eq!(page, expected);
    }
}
