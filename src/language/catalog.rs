//! The function reference, read from the metadata of the functions registered with Rhai.

use super::type_names::display_name;
use crate::did_you_mean::nearest;
use rhai::{Engine, FuncMetadata, Module};
use serde::Serialize;
use std::sync::OnceLock;

/// Whether functions are registered with their help. Building the help of every verb takes longer than the rest of the
/// engine, so only code that reads it requests it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunctionHelp {
    /// With help.
    Included,
    /// Without help.
    LeftOut,
}

impl FunctionHelp {
    /// The help, if it was requested.
    pub fn build(self, help: impl FnOnce() -> String) -> Option<String> {
        (self == Self::Included).then(help)
    }
}

/// A group of related functions.
pub struct FunctionFamily {
    /// The heading of the group.
    pub title: &'static str,
    /// Builds the module that contains them.
    pub module: fn(FunctionHelp) -> Module,
}

/// The families of the crate. The modules with the functions are in a higher layer, so they declare them here.
static FAMILIES: OnceLock<&'static [FunctionFamily]> = OnceLock::new();

/// Declares the families, in the order of the reference. Only the first call counts.
pub fn declare(families: &'static [FunctionFamily]) {
    FAMILIES.get_or_init(|| families);
}

/// Every function, family by family. Reading it takes milliseconds: only on demand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Catalog {
    /// In the order of the guide.
    pub families: Vec<CatalogSection>,
}

/// The functions of a family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CatalogSection {
    /// The heading.
    pub title: String,
    /// Sorted by name, then by number of parameters; each form of a function is its own entry.
    pub functions: Vec<FunctionEntry>,
}

/// A row of the overview: all forms of a function, or all verbs of a queue or command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogRow {
    /// How scripts call it, form by form.
    pub calls: Vec<String>,
    /// What it does.
    pub summary: String,
}

impl CatalogSection {
    /// One row for each name; methods that repeat verbs of other families share the last row.
    pub fn rows(&self) -> Vec<CatalogRow> {
        let (verbs, functions): (Vec<_>, Vec<_>) =
            self.functions.iter().partition(|function| function.verb.is_some());
        let mut rows: Vec<(&str, CatalogRow)> = Vec::new();
        for function in functions {
            let call = function.call();
            match rows.last_mut() {
                Some((name, row)) if *name == function.name => {
                    if !row.calls.contains(&call) {
                        row.calls.push(call);
                    }
                }
                _ => {
                    let summary = function.summary.clone();
                    rows.push((&function.name, CatalogRow { calls: vec![call], summary }));
                }
            }
        }
        let rows = rows.into_iter().map(|(_, row)| row);
        rows.chain(verbs.first().and_then(|first| CatalogRow::of_verbs(first))).collect()
    }
}

impl CatalogRow {
    fn of_verbs(method: &FunctionEntry) -> Option<Self> {
        let receiver = &method.parameters.first()?.name;
        let effect = match receiver.as_str() {
            "queue" => "queued instead of sent",
            _ => "each adds a step (of a user group: `create`, `update`, `delete`, `add_users` and so on)",
        };
        let summary = format!("The verbs of One user and User groups, on a {receiver}: {effect}.");
        Some(Self { calls: vec![format!("{receiver}.verb(...)")], summary })
    }
}

/// One form of a function and its help.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FunctionEntry {
    /// Its name.
    pub name: String,
    /// Its parameters. The first one of a method is its receiver.
    pub parameters: Vec<FunctionParameter>,
    /// Whether it is called as `x.name()`.
    pub method: bool,
    /// The type it returns; `None` for nothing.
    pub return_type: Option<String>,
    /// Its first sentence.
    pub summary: String,
    /// The other paragraphs of the help.
    pub text: Vec<String>,
    /// The keys of its trailing map.
    pub options: Vec<FunctionOption>,
    /// The kinds of error it can throw.
    pub errors: Option<String>,
    /// Example scripts.
    pub examples: Vec<String>,
    /// The function that sends at once what this method queues or adds to a command.
    #[serde(skip)]
    pub verb: Option<String>,
}

/// A parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FunctionParameter {
    /// Its name.
    pub name: String,
    /// Its type: string, number, list and so on.
    #[serde(rename = "type")]
    pub kind: String,
}

/// A key of a trailing map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FunctionOption {
    /// The key.
    pub name: String,
    /// What it chooses.
    pub text: String,
}

impl Catalog {
    /// Reads every declared family; building an engine declares them.
    pub fn read() -> Self {
        let section = |family: &FunctionFamily| CatalogSection {
            title: family.title.to_owned(),
            functions: functions((family.module)(FunctionHelp::Included)),
        };
        Self { families: FAMILIES.get().into_iter().copied().flatten().map(section).collect() }
    }

    /// Every form of every function.
    pub fn functions(&self) -> impl Iterator<Item = &FunctionEntry> {
        self.families.iter().flat_map(|section| &section.functions)
    }

    /// Every name, once per form.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.functions().map(|function| function.name.as_str())
    }

    /// Every form of the function of that name.
    pub fn find(&self, name: &str) -> Vec<&FunctionEntry> {
        self.functions().filter(|function| function.name == name).collect()
    }

    /// The existing name nearest to a name that does not exist.
    pub fn nearest(&self, name: &str) -> Option<&str> {
        nearest(name, self.names())
    }

    /// The functions that match, ignoring case: the one of that name or, if there is none, those with the pattern in
    /// their name or as a word of their help.
    #[must_use]
    pub fn matching(&self, pattern: &str) -> Self {
        let pattern = pattern.to_lowercase();
        let is_name = !self.find(&pattern).is_empty();
        let wanted = |function: &&FunctionEntry| {
            if is_name { function.name == pattern } else { function.matches(&pattern) }
        };
        let matching = |section: &CatalogSection| {
            let functions = section.functions.iter().filter(wanted);
            CatalogSection { title: section.title.clone(), functions: functions.cloned().collect() }
        };
        let families = self.families.iter().map(matching);
        Self { families: families.filter(|section| !section.functions.is_empty()).collect() }
    }

    /// The functions of these names.
    #[must_use]
    pub fn named(&self, names: &[&str]) -> Self {
        let chosen = |section: &CatalogSection| {
            let functions =
                section.functions.iter().filter(|function| names.contains(&function.name.as_str()));
            CatalogSection { title: section.title.clone(), functions: functions.cloned().collect() }
        };
        let families = self.families.iter().map(chosen);
        Self { families: families.filter(|section| !section.functions.is_empty()).collect() }
    }

    /// Every example with its function.
    pub fn examples(&self) -> impl Iterator<Item = (&FunctionEntry, &str)> {
        self.functions()
            .flat_map(|function| function.examples.iter().map(move |code| (function, code.as_str())))
    }
}

impl FunctionEntry {
    /// The call as scripts write it: `get_user(name, options)`.
    pub fn call(&self) -> String {
        self.written(|parameter| parameter.name.clone(), "")
    }

    /// The call with types: `get_user(name: string, options: map) -> User`.
    pub fn signature(&self) -> String {
        let typed = |parameter: &FunctionParameter| match parameter.kind.as_str() {
            "" => parameter.name.clone(),
            kind => format!("{}: {kind}", parameter.name),
        };
        let returned = self.return_type.as_ref().map(|name| format!(" -> {name}")).unwrap_or_default();
        self.written(typed, &returned)
    }

    fn written(&self, shown: impl Fn(&FunctionParameter) -> String, returned: &str) -> String {
        let (receiver, rest) = match self.parameters.split_first() {
            Some((receiver, rest)) if self.method => (format!("{}.", receiver.name), rest),
            _ => (String::new(), self.parameters.as_slice()),
        };
        let parameters = rest.iter().map(shown).collect::<Vec<_>>().join(", ");
        format!("{receiver}{}({parameters}){returned}", self.name)
    }

    fn matches(&self, folded: &str) -> bool {
        let words = |text: &str| {
            text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
                .any(|word| word.to_lowercase() == folded)
        };
        let texts = self.options.iter().flat_map(|choice| [&choice.name, &choice.text]);
        self.name.to_lowercase().contains(folded)
            || words(&self.summary)
            || self.text.iter().chain(texts).any(|text| words(text))
    }
}

/// The names of Rhai's own functions, methods included.
pub fn names_of_rhai() -> Vec<String> {
    let name = |name: &str| is_name(name).then(|| name.to_owned());
    let mut names = Engine::new().collect_fn_metadata(None, |known| name(&known.metadata.name), true);
    names.sort();
    names.dedup();
    names
}

/// Every function of Rhai's that can be called as a method: any that takes a value.
pub fn methods_of_rhai() -> Vec<FunctionEntry> {
    let method = |known: &FuncMetadata| {
        let function = function(known).filter(|function| !function.parameters.is_empty())?;
        Some(FunctionEntry { method: true, ..function })
    };
    let mut methods = Engine::new().collect_fn_metadata(None, |known| method(known.metadata), true);
    methods.sort_by_key(FunctionEntry::signature);
    methods.dedup_by(|one, other| one.signature() == other.signature());
    methods
}

/// The forms of one of Rhai's functions whose first parameter has that type, given by its display name.
pub fn forms_of_rhai(name: &str, first: &str) -> Vec<FunctionEntry> {
    let wanted =
        |function: &FunctionEntry| function.parameters.first().is_some_and(|known| known.kind == first);
    let read = |known: &FuncMetadata| (known.name == name).then(|| function(known)).flatten().filter(wanted);
    let mut forms = Engine::new().collect_fn_metadata(None, |known| read(known.metadata), true);
    forms.sort_by_cached_key(|form| (form.parameters.len(), form.signature()));
    forms.dedup_by(|one, other| one.signature() == other.signature());
    forms
}

/// Whether Rhai has a method of that name, without further parameters, for values of that type.
pub fn is_method_of_rhai(name: &str, type_name: &str) -> bool {
    let owner = display_name(type_name);
    let takes = |info: &str| info.split_once(':').is_some_and(|(_, kind)| display_name(kind) == owner);
    let fits = |known: &FuncMetadata| {
        known.name == name && matches!(known.params_info.as_slice(), [only] if takes(only))
    };
    let engine = Engine::new();
    let found = engine.collect_fn_metadata(None, |known| fits(known.metadata).then_some(()), true);
    !found.is_empty()
}

fn functions(module: Module) -> Vec<FunctionEntry> {
    let mut engine = Engine::new_raw();
    engine.register_global_module(module.into());
    let mut functions = engine.collect_fn_metadata(None, |known| function(known.metadata), true);
    functions.sort_by(|one, other| {
        let order = |function: &FunctionEntry| {
            (function.name.clone(), function.parameters.len(), function.signature(), function.summary.clone())
        };
        order(one).cmp(&order(other))
    });
    functions
}

/// `None` for operators and for getters that share their name with a function.
fn function(known: &FuncMetadata) -> Option<FunctionEntry> {
    if !is_name(&known.name) {
        return None;
    }
    let help = DocComment::parse(&known.comments.join("\n"));
    let return_type = display_name(&known.return_type);
    // Commands are passed by value: they are shared, so that steps can be added to constants too.
    let takes_itself =
        |parameter: &str| parameter.contains("&mut") || FunctionParameter::parse(parameter).kind == "Command";
    let receiver = known.params_info.first().is_some_and(|parameter| takes_itself(parameter));
    Some(FunctionEntry {
        name: known.name.to_string(),
        parameters: known.params_info.iter().map(|parameter| FunctionParameter::parse(parameter)).collect(),
        method: receiver,
        return_type: Some(return_type).filter(|name| !name.is_empty()),
        summary: help.summary,
        text: help.text,
        options: help.options,
        errors: help.errors,
        examples: help.examples,
        verb: help.verb,
    })
}

fn is_name(name: &str) -> bool {
    name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

impl FunctionParameter {
    fn parse(info: &str) -> Self {
        let (name, kind) = info.split_once(':').unwrap_or((info, ""));
        Self { name: name.trim().to_owned(), kind: display_name(kind) }
    }
}

/// The parts of a doc comment.
#[derive(Default)]
struct DocComment {
    summary: String,
    text: Vec<String>,
    options: Vec<FunctionOption>,
    errors: Option<String>,
    examples: Vec<String>,
    verb: Option<String>,
}

impl DocComment {
    fn parse(comment: &str) -> Self {
        let mut help = Self::default();
        let lines: Vec<_> = comment.lines().map(bare).collect();
        let mut in_code = false;
        let mut heading = "";
        let mut section = Vec::new();
        for line in lines {
            in_code ^= line.starts_with("```");
            match line.strip_prefix("# ").filter(|_| !in_code) {
                Some(next) => {
                    help.add_section(heading, &std::mem::take(&mut section));
                    heading = next.trim();
                }
                None => section.push(line),
            }
        }
        help.add_section(heading, &section);
        help
    }

    fn add_section(&mut self, heading: &str, lines: &[&str]) {
        match heading {
            "" => self.set_summary(paragraphs(lines)),
            "Options" => self.options = parse_options(lines),
            "Errors" => self.errors = Some(paragraphs(lines).join(" ")),
            "Example" | "Examples" => self.examples = code_blocks(lines),
            "Verb" => self.verb = Some(paragraphs(lines).join(" ").replace('`', "")),
            other => self.text.push(format!("{other}: {}", paragraphs(lines).join(" "))),
        }
    }

    fn set_summary(&mut self, paragraphs: Vec<String>) {
        let mut paragraphs = paragraphs.into_iter();
        let first = paragraphs.next().unwrap_or_default();
        let (summary, rest) = match first.split_once(". ") {
            Some((summary, rest)) => (format!("{summary}."), rest.to_owned()),
            None => (first, String::new()),
        };
        self.summary = summary;
        self.text = std::iter::once(rest).filter(|rest| !rest.is_empty()).chain(paragraphs).collect();
    }
}

/// A line of a doc comment without its comment marker.
fn bare(line: &str) -> &str {
    let line = line.trim_start();
    let line = line.strip_prefix("///").unwrap_or(line);
    line.strip_prefix(' ').unwrap_or(line)
}

/// Lines joined to paragraphs; an entry of a list is a paragraph.
fn paragraphs(lines: &[&str]) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut open = false;
    for line in lines.iter().map(|line| line.trim()) {
        match paragraphs.last_mut() {
            _ if line.is_empty() => open = false,
            Some(last) if open && !line.starts_with("- ") => {
                last.push(' ');
                last.push_str(line);
            }
            _ => {
                paragraphs.push(line.to_owned());
                open = true;
            }
        }
    }
    paragraphs
}

/// Entries of the form "- `key`: text".
fn parse_options(lines: &[&str]) -> Vec<FunctionOption> {
    let choice = |entry: &str| {
        let (name, text) = entry.strip_prefix("- `")?.split_once("`: ")?;
        Some(FunctionOption { name: name.to_owned(), text: text.to_owned() })
    };
    paragraphs(lines).iter().filter_map(|entry| choice(entry)).collect()
}

fn code_blocks(lines: &[&str]) -> Vec<String> {
    let text = lines.join("\n");
    let blocks = text.split("```").skip(1).step_by(2);
    blocks.map(|block| block.split_once('\n').map_or(block, |(_, code)| code).trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::script::engine::offline;

    #[test]
    fn a_comment_is_taken_apart() {
        let help = DocComment::parse(
            "/// Does it. At once,\n/// really.\n///\n/// More\n/// of it.\n///\n/// # Options\n/// - `one`: first\n///   thing\n\
             /// - `two`: second\n///\n/// # Errors\n/// `usage` for\n/// all.\n///\n/// # Example\n/// ```rhai\n/// # not a heading\n/// f(1);\n/// ```",
        );
        assert_eq!(help.summary, "Does it.");
        assert_eq!(help.text, ["At once, really.", "More of it."]);
        let options: Vec<_> =
            help.options.iter().map(|choice| (choice.name.as_str(), choice.text.as_str())).collect();
        assert_eq!(options, [("one", "first thing"), ("two", "second")]);
        assert_eq!(help.errors.as_deref(), Some("`usage` for all."));
        assert_eq!(help.examples, ["# not a heading\nf(1);"]);
    }

    #[test]
    fn a_function_is_shown_as_a_script_writes_it() {
        let catalog = crate::script::functions::catalog();
        let forms: Vec<_> = catalog.find("get_user").iter().map(|function| function.signature()).collect();
        assert_eq!(
            forms,
            ["get_user(email: string) -> User", "get_user(name: string, options: map) -> User"]
        );
        assert_eq!(catalog.find("test_mode")[0].signature(), "test_mode()");
        assert_eq!(catalog.find("get_users")[1].call(), "get_users(options)");
    }

    #[test]
    fn a_method_has_its_receiver_before_the_dot() {
        let parameter = |name: &str, kind: &str| FunctionParameter { name: name.into(), kind: kind.into() };
        let function = FunctionEntry {
            name: "filter".into(),
            parameters: vec![parameter("users", "Users"), parameter("test", "function")],
            method: true,
            return_type: Some("Users".into()),
            summary: String::new(),
            text: vec![],
            options: vec![],
            errors: None,
            examples: vec![],
            verb: None,
        };
        assert_eq!(function.signature(), "users.filter(test: function) -> Users");
    }

    #[test]
    fn a_pattern_finds_parts_of_names_and_words_of_the_text() {
        let catalog = crate::script::functions::catalog();
        let names = |pattern: &str| {
            let found = catalog.matching(pattern);
            found.names().map(str::to_owned).collect::<Vec<_>>()
        };
        assert!(names("GET_USERS_").iter().all(|name| name.starts_with("get_users_")));
        assert!(names("twice").contains(&"test_mode".to_owned()));
        assert!(names("domain").contains(&"get_users".to_owned()));
        assert!(names("nothing_like_it").is_empty());
    }

    #[test]
    fn every_function_has_a_summary_that_is_a_sentence() {
        for function in crate::script::functions::catalog().functions() {
            let summary = &function.summary;
            assert!(summary.starts_with(char::is_uppercase), "{}: {summary}", function.call());
            assert!(summary.ends_with('.'), "{}: {summary}", function.call());
            assert!(summary.len() <= 120, "{}: {summary}", function.call());
        }
    }

    #[test]
    fn every_function_has_an_example_that_calls_it() {
        for function in crate::script::functions::catalog().functions() {
            let call =
                if function.name == "contains" { " in ".to_owned() } else { format!("{}(", function.name) };
            let shown = function.examples.iter().any(|code| code.contains(&call));
            assert!(shown, "{}", function.call());
        }
    }

    #[test]
    fn help_has_no_headings_but_the_known_ones() {
        for function in crate::script::functions::catalog().functions() {
            let stray = function.text.iter().find(|text| text.contains("```") || text.starts_with('#'));
            assert!(stray.is_none(), "{}: {stray:?}", function.call());
        }
    }

    #[test]
    fn errors_name_kinds_that_there_are_or_another_function() {
        let catalog = crate::script::functions::catalog();
        for function in catalog.functions() {
            for name in function.errors.iter().flat_map(|errors| errors.split('`').skip(1).step_by(2)) {
                let called =
                    name.split('(').next().unwrap_or_default().rsplit('.').next().unwrap_or_default();
                let known = ErrorKind::NAMES.contains(&name)
                    || !catalog.find(called).is_empty()
                    || function.parameters.iter().any(|parameter| parameter.name == name)
                    || function.options.iter().any(|choice| choice.name == name);
                assert!(known, "{}: `{name}`", function.call());
            }
        }
    }

    #[test]
    fn options_are_documented_where_a_trailing_map_is_taken() {
        for function in crate::script::functions::catalog().functions() {
            let trailing =
                |parameter: &FunctionParameter| ["options", "fields"].contains(&parameter.name.as_str());
            let takes = function.parameters.last().is_some_and(trailing);
            assert_eq!(takes, !function.options.is_empty(), "{}", function.call());
        }
    }

    /// Every function is called with an option nobody knows: its error tells the keys the code knows.
    #[test]
    fn documented_options_are_those_the_code_knows() {
        let engine = offline::engine();
        let mut checked = 0;
        for function in
            crate::script::functions::catalog().functions().filter(|function| !function.options.is_empty())
        {
            let Some(known) = known_options(&engine, function) else { continue };
            let documented: Vec<_> = function.options.iter().map(|choice| choice.name.clone()).collect();
            assert_eq!(documented, known, "{}", function.call());
            checked += 1;
        }
        assert!(checked >= 3, "{checked}");
    }

    fn known_options(engine: &Engine, function: &FunctionEntry) -> Option<Vec<String>> {
        let value = |parameter: &FunctionParameter| match (parameter.name.as_str(), parameter.kind.as_str()) {
            ("options" | "fields", _) => "#{no_such_option: 1}",
            (_, "Command") => "command(\"x@example.com\")",
            (_, "number") => "1",
            (_, "list") => "[\"x\"]",
            (_, "map") => "#{}",
            _ => "\"x@example.com\"",
        };
        let values: Vec<_> = function.parameters.iter().map(value).collect();
        let call = format!("{}({})", function.name, values.join(", "));
        let code = format!("let hint; try {{ {call} }} catch (e) {{ hint = `${{e.hint}}` }} hint");
        let hint = engine.eval::<String>(&code).ok()?;
        let listed = hint.split_once("It has ")?.1;
        Some(listed.split('`').skip(1).step_by(2).map(str::to_owned).collect())
    }

    #[test]
    fn no_name_hides_one_of_rhai_s_statements() {
        let catalog = crate::script::functions::catalog();
        assert!(!catalog.names().any(|name| ["print", "debug", "eval", "type_of"].contains(&name)));
        assert!(names_of_rhai().iter().any(|name| name == "to_upper"));
    }
}
