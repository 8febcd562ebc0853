//! Completes the input from names in memory: Tab never sends a request.

use super::command_table::COMMANDS;
use super::workspace::is_name;
use crate::config::table::MODES;
use crate::language::catalog::FunctionEntry;
use crate::language::tokens::KEYWORDS;
use crate::language::type_help::TYPES;
use crate::language::type_names::display_name;
use crate::output::table::cut;
use crate::repl::command_table::CommandArgument;
use crate::repl::completion_context::{ChainBase, ChainStep, CompletionContext, CompletionPlace, OpenCall};
use crate::repl::inspect;
use crate::repl::known_names::{KnownNames, NameKind};
use crate::repl::symbol_index::SymbolIndex;
use crate::store::file_door;
use crate::wire::invisible::{defused, escaped};
use rhai::{Dynamic, Scope};
use std::path::Path;

/// The most candidates that are shown; longer lists are of little use.
pub(super) const MAX_CANDIDATES: usize = 200;

/// The most columns of a candidate's label; `:help` shows the full text.
const MAX_LABEL_WIDTH: usize = 76;

/// The names that can be completed.
pub(super) struct CompletionSources<'a> {
    /// The functions.
    pub symbols: &'a SymbolIndex,
    /// The variables.
    pub scope: &'a Scope<'static>,
    /// Functions declared in the session, with their parameters.
    pub functions: &'a [(String, Vec<String>)],
    /// Modules imported in the session.
    pub modules: &'a [String],
    /// Profiles of the configuration.
    pub profiles: &'a [String],
    /// People and groups the session has read.
    pub known_names: &'a KnownNames,
}

/// Something that completes the input.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CompletionCandidate {
    /// What replaces what was typed.
    pub replacement: String,
    /// What is shown in a list.
    pub label: String,
}

impl CompletionCandidate {
    fn plain(text: impl Into<String>) -> Self {
        let text = text.into();
        // A name may hold characters that drive the terminal; inside a string, they can be written as escapes.
        Self { label: defused(&text).into_owned(), replacement: escaped(&text).into_owned() }
    }

    fn of_function(function: &FunctionEntry) -> Self {
        let empty = function.parameters.len() == usize::from(function.method);
        let replacement = format!("{}({}", function.name, if empty { ")" } else { "" });
        Self { replacement, label: function.signature() }
    }
}

/// Where the completed text begins, and the candidates for it.
pub(super) fn complete(
    text: &str,
    cursor: usize,
    sources: &CompletionSources<'_>,
) -> (usize, Vec<CompletionCandidate>) {
    let (start, mut candidates) = match text.strip_prefix(':') {
        Some(_) => command_candidates(text, cursor, sources),
        None => script_candidates(&CompletionContext::of(text, cursor), sources),
    };
    candidates.sort();
    candidates.dedup();
    candidates.truncate(MAX_CANDIDATES);
    (start, candidates)
}

fn script_candidates(
    cursor: &CompletionContext,
    sources: &CompletionSources<'_>,
) -> (usize, Vec<CompletionCandidate>) {
    let typed = cursor.typed.as_str();
    match &cursor.place {
        CompletionPlace::Name => (cursor.start, name_candidates(typed, sources)),
        CompletionPlace::Member(base, steps) => {
            (cursor.start, member_candidates(base, steps, typed, sources))
        }
        CompletionPlace::Module(name) => (cursor.start, module_candidates(name, typed, sources)),
        CompletionPlace::Key(used) => {
            (cursor.start, key_candidates(cursor.call.as_ref(), used, typed, sources))
        }
        CompletionPlace::String(key) => string_candidates(cursor, key.as_deref(), sources),
        CompletionPlace::Other => (cursor.start, Vec::new()),
    }
}

fn name_candidates(typed: &str, sources: &CompletionSources<'_>) -> Vec<CompletionCandidate> {
    let ours = sources.symbols.catalog.functions().filter(|function| !function.method);
    let ours = ours.filter(|function| function.name.starts_with(typed)).map(CompletionCandidate::of_function);
    let own = sources.functions.iter().filter(|(name, _)| name.starts_with(typed));
    let own = own.map(|(name, parameters)| CompletionCandidate {
        replacement: format!("{name}({}", if parameters.is_empty() { ")" } else { "" }),
        label: format!("{name}({})", parameters.join(", ")),
    });
    let variables = sources.scope.iter_raw().map(|(name, ..)| name);
    let words = variables.chain(sources.modules.iter().map(String::as_str)).chain(["umapi"]);
    let keywords = KEYWORDS.iter().copied().filter(|_| !typed.is_empty());
    let plain = words.chain(keywords).filter(|word| word.starts_with(typed)).map(CompletionCandidate::plain);
    ours.chain(own).chain(plain).collect()
}

fn module_candidates(name: &str, typed: &str, sources: &CompletionSources<'_>) -> Vec<CompletionCandidate> {
    match name {
        "umapi" => {
            let ours =
                sources.symbols.catalog.functions().filter(|function| function.name.starts_with(typed));
            ours.map(CompletionCandidate::of_function).collect()
        }
        "global" => {
            let constants =
                sources.scope.iter_raw().filter(|(name, constant, _)| *constant && name.starts_with(typed));
            constants.map(|(name, ..)| CompletionCandidate::plain(name)).collect()
        }
        _ => Vec::new(),
    }
}

/// Fields of the value before the dot, and methods of its type.
fn member_candidates(
    base: &ChainBase,
    steps: &[ChainStep],
    typed: &str,
    sources: &CompletionSources<'_>,
) -> Vec<CompletionCandidate> {
    let value = match base {
        ChainBase::Variable(name) => {
            sources.scope.get(name).cloned().and_then(|value| value_at(value, steps))
        }
        _ => None,
    };
    let kind = match (base, &value) {
        (_, Some(value)) => inspect::type_label(value),
        (ChainBase::String, None) if steps.is_empty() => display_name("string"),
        (ChainBase::Call(name), None) if steps.is_empty() => {
            sources.symbols.return_type(name).unwrap_or_default().to_owned()
        }
        _ => String::new(),
    };
    let fields =
        value.iter().flat_map(inspect::fields).filter(|name| is_name(name) && name.starts_with(typed));
    let methods =
        sources.symbols.methods(&kind).filter(|method| !kind.is_empty() && method.name.starts_with(typed));
    fields.map(CompletionCandidate::plain).chain(methods.map(CompletionCandidate::of_function)).collect()
}

fn value_at(value: Dynamic, steps: &[ChainStep]) -> Option<Dynamic> {
    steps.iter().try_fold(value, |value, step| match step {
        ChainStep::Field(name) => inspect::field(&value, name),
        ChainStep::Index(place) => inspect::entry(&value, *place),
    })
}

/// Option keys of the function being called.
fn key_candidates(
    call: Option<&OpenCall>,
    used: &[String],
    typed: &str,
    sources: &CompletionSources<'_>,
) -> Vec<CompletionCandidate> {
    let forms = call.map(|call| sources.symbols.forms(&call.name)).unwrap_or_default();
    let options = forms.iter().flat_map(|form| &form.options);
    let unused = options.filter(|option| option.name.starts_with(typed) && !used.contains(&option.name));
    unused
        .map(|option| CompletionCandidate {
            replacement: format!("{}: ", option.name),
            label: cut(&format!("{}: {}", option.name, option.text), MAX_LABEL_WIDTH),
        })
        .collect()
}

/// Files, people or groups, depending on the argument the string is in.
fn string_candidates(
    cursor: &CompletionContext,
    key: Option<&str>,
    sources: &CompletionSources<'_>,
) -> (usize, Vec<CompletionCandidate>) {
    let purpose = argument_purpose(cursor, key, sources.symbols);
    if purpose.is_file {
        return file_candidates(cursor.start, &cursor.typed);
    }
    let names = sources.known_names.matching(sources.scope, purpose.wanted, &cursor.typed, MAX_CANDIDATES);
    (cursor.start, names.into_iter().map(CompletionCandidate::plain).collect())
}

struct ArgumentPurpose {
    is_file: bool,
    wanted: NameKind,
}

/// The purpose of a string, judged by its key or parameter.
fn argument_purpose(cursor: &CompletionContext, key: Option<&str>, symbols: &SymbolIndex) -> ArgumentPurpose {
    let parameter = || {
        let call = cursor.call.as_ref()?;
        let forms = symbols.forms(&call.name);
        let place = call.argument + usize::from(call.is_method);
        forms.iter().find_map(|form| form.parameters.get(place)).map(|parameter| parameter.name.clone())
    };
    let name = key.map(str::to_owned).or_else(parameter).unwrap_or_default();
    let function = cursor.call.as_ref().map(|call| call.name.as_str()).unwrap_or_default();
    let is_file = ["path", "file"].iter().any(|word| name.contains(word));
    let about_groups = name.contains("group")
        || name.contains("profile")
        || (name.starts_with("name") && function.contains("group"));
    let about_people = ["email", "user", "identity"].iter().any(|word| name.contains(word));
    let wanted = match (about_groups, about_people) {
        (true, false) => NameKind::Group,
        (false, true) => NameKind::Person,
        _ => NameKind::Any,
    };
    ArgumentPurpose { is_file, wanted }
}

/// Files whose names start with `typed`; folders end in a slash.
fn file_candidates(start: usize, typed: &str) -> (usize, Vec<CompletionCandidate>) {
    let (folder, name) =
        typed.rsplit_once('/').map_or(("", typed), |(folder, name)| (&typed[..=folder.len()], name));
    let listed = file_door::list(Path::new(if folder.is_empty() { "." } else { folder }));
    let entries = listed.into_iter().flatten().filter_map(Result::ok).filter_map(|entry| {
        let file = entry.file_name().into_string().ok()?;
        let hidden = file.starts_with('.') && !name.starts_with('.');
        let slash = if file_door::is_folder(&entry.path()) { "/" } else { "" };
        (file.starts_with(name) && !hidden).then(|| CompletionCandidate::plain(format!("{file}{slash}")))
    });
    (start + folder.len(), entries.take(MAX_CANDIDATES).collect())
}

fn command_candidates(
    text: &str,
    cursor: usize,
    sources: &CompletionSources<'_>,
) -> (usize, Vec<CompletionCandidate>) {
    let text = text.get(..cursor).unwrap_or(text);
    let Some((name, _)) = text.split_once(char::is_whitespace) else {
        let known = COMMANDS.iter().filter(|command| command.name.starts_with(&text[1..]));
        let candidates = known.map(|command| CompletionCandidate {
            replacement: format!(":{}", command.name),
            label: command.usage(),
        });
        return (0, candidates.collect());
    };
    let start = text.rfind(char::is_whitespace).map_or(text.len(), |blank| blank + 1);
    let typed = &text[start..];
    let argument = COMMANDS
        .iter()
        .find(|command| command.name == &name[1..])
        .map_or(CommandArgument::None, |command| command.argument);
    let fitting = |words: &mut dyn Iterator<Item = &str>| {
        words.filter(|word| word.starts_with(typed)).map(CompletionCandidate::plain).collect::<Vec<_>>()
    };
    match argument {
        CommandArgument::File => file_candidates(start, typed),
        CommandArgument::Profile => (start, fitting(&mut sources.profiles.iter().map(String::as_str))),
        CommandArgument::Mode => (start, fitting(&mut MODES.iter().copied())),
        CommandArgument::Function | CommandArgument::Pattern => {
            let commands: Vec<_> = COMMANDS.iter().map(|command| format!(":{}", command.name)).collect();
            let type_names =
                TYPES.iter().map(|known| known.name).filter(|_| argument == CommandArgument::Function);
            let names = sources.symbols.catalog.names().chain(type_names);
            (start, fitting(&mut names.chain(commands.iter().map(String::as_str))))
        }
        CommandArgument::Columns => {
            let value = sources.scope.get(super::workspace::LAST).cloned().unwrap_or_default();
            let columns = inspect::fields(&inspect::entry(&value, 0).unwrap_or(value));
            let start = start.max(text.rfind(',').map_or(0, |comma| comma + 1));
            let typed = &text[start..];
            (
                start,
                columns
                    .into_iter()
                    .filter(|name| name.starts_with(typed))
                    .map(CompletionCandidate::plain)
                    .collect(),
            )
        }
        CommandArgument::Expression => {
            let offset = name.len() + 1;
            let (start, candidates) =
                script_candidates(&CompletionContext::of(&text[offset..], text.len() - offset), sources);
            (start + offset, candidates)
        }
        CommandArgument::Count | CommandArgument::None => (start, Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::dynamic::dynamic_of;
    use crate::values::record::UserRecord;
    use serde_json::json;
    use std::sync::Arc;

    struct CompletionTest {
        symbols: SymbolIndex,
        scope: Scope<'static>,
        known_names: KnownNames,
    }

    impl CompletionTest {
        fn new() -> Self {
            let mut scope = Scope::new();
            let people = json!([{"email": "a@example.com", "groups": ["Designers"]}]);
            scope.push_dynamic("people", dynamic_of(&people));
            scope.push_dynamic("last", dynamic_of(&people));
            scope.push_constant("LIMIT", 3_i64);
            let mut known_names = KnownNames::default();
            known_names.record_person("kim.lee@example.com");
            Self { symbols: SymbolIndex::read(), scope, known_names }
        }

        fn complete(&self, text: &str) -> (usize, Vec<CompletionCandidate>) {
            let sources = CompletionSources {
                symbols: &self.symbols,
                scope: &self.scope,
                functions: &[("greet".into(), vec!["name".into()])],
                modules: &["lib".into()],
                profiles: &["acme".into(), "default".into()],
                known_names: &self.known_names,
            };
            complete(text, text.len(), &sources)
        }

        fn replacements(&self, text: &str) -> Vec<String> {
            self.complete(text).1.into_iter().map(|candidate| candidate.replacement).collect()
        }
    }

    #[test]
    fn functions_come_with_their_signatures_each_form_listed() {
        let (start, candidates) = CompletionTest::new().complete("let u = get_user_i");
        assert_eq!(start, 8);
        assert_eq!(candidates[0].replacement, "get_user_info(");
        let forms = CompletionTest::new().complete("get_user").1;
        let shown: Vec<_> = forms.iter().map(|candidate| candidate.label.as_str()).collect();
        let string = display_name("string");
        for form in [format!("email: {string}"), format!("name: {string}, options: map")] {
            assert!(shown.contains(&format!("get_user({form}) -> User").as_str()), "{shown:?}");
        }
        assert!(CompletionTest::new().replacements("test_mo").contains(&"test_mode()".to_owned()));
    }

    #[test]
    fn variables_own_functions_modules_and_keywords_are_names() {
        let test = CompletionTest::new();
        assert_eq!(test.replacements("peo"), ["people"]);
        assert_eq!(test.replacements("gree"), ["greet("]);
        assert_eq!(test.replacements("li"), ["lib"]);
        assert_eq!(test.replacements("whil"), ["while"]);
        assert_eq!(test.replacements("global::"), ["LIMIT"]);
        assert!(test.replacements("umapi::get_us").contains(&"get_users()".to_owned()));
    }

    #[test]
    fn fields_come_from_the_value() {
        let test = CompletionTest::new();
        assert_eq!(test.replacements("people[0].em"), ["email"]);
        assert!(
            test.replacements("people.").iter().any(|name| name == "len()"),
            "{:?}",
            test.replacements("people.le")
        );
        assert!(test.replacements("people[0].email.to_up").iter().any(|name| name == "to_upper()"));
        assert!(test.replacements("\"x\".tri").iter().any(|name| name == "trim()"));
        assert!(test.replacements("unknown.").is_empty());
    }

    #[test]
    fn methods_are_those_that_the_value_has() {
        let mut test = CompletionTest::new();
        test.scope.push("user", UserRecord::new(Arc::default()));
        let of = |text: &str| test.replacements(text);
        for name in ["sort_by(", "count_by(", "where(", "set_tag(", "take()", "to_debug()"] {
            assert!(!of("user.").contains(&name.to_owned()), "{name}");
            assert!(!of("people[0].email.").contains(&name.to_owned()), "{name}");
        }
        assert!(of("user.").contains(&"in_group(".to_owned()), "{:?}", of("user."));
        assert!(of("people.").contains(&"count_by(".to_owned()));
    }

    #[test]
    fn option_keys_are_those_of_the_function_and_each_is_offered_once() {
        let test = CompletionTest::new();
        assert!(test.replacements("get_users(#{").contains(&"group: ".to_owned()));
        assert_eq!(test.replacements("get_users(#{gr"), ["group: "]);
        assert!(test.replacements("get_users(#{group: \"X\", gr").is_empty());
    }

    #[test]
    fn strings_complete_people_groups_or_files() {
        let test = CompletionTest::new();
        assert_eq!(test.replacements("get_user(\"KIM"), ["kim.lee@example.com"]);
        assert_eq!(test.replacements("get_users(#{group: \"des"), Vec::<String>::new());
        assert!(test.replacements("read_csv(\"Car").contains(&"Cargo.toml".to_owned()));
        assert!(test.replacements("read_csv(\"src/script/fu").contains(&"functions/".to_owned()));
    }

    #[test]
    fn commands_and_their_arguments_are_completed() {
        let test = CompletionTest::new();
        assert_eq!(test.replacements(":prof"), [":profile"]);
        assert_eq!(test.replacements(":profile a"), ["acme"]);
        assert_eq!(test.replacements(":mode t"), ["test"]);
        assert!(test.replacements(":help get_us").contains(&"get_users".to_owned()));
        assert_eq!(test.replacements(":help Us"), ["User", "Users"]);
        for known in TYPES {
            assert!(test.replacements(&format!(":help {}", known.name)).contains(&known.name.to_owned()));
        }
        assert!(test.replacements(":load Car").contains(&"Cargo.toml".to_owned()));
        assert_eq!(test.replacements(":table em"), ["email"]);
        assert_eq!(test.complete(":time peo"), (6, vec![CompletionCandidate::plain("people")]));
    }

    #[test]
    fn a_prefix_among_many_thousand_people_is_found() {
        let mut test = CompletionTest::new();
        let people: Vec<_> =
            (0..100_000).map(|number| json!({"email": format!("p{number}@example.com")})).collect();
        test.scope.push_dynamic("everyone", dynamic_of(&json!(people)));
        assert_eq!(test.replacements("get_user(\"p99").len(), MAX_CANDIDATES);
    }
}
