//! What completes an input, from what is in memory: Tab never uses the network.

use super::command_table::META;
use super::workspace::is_name;
use crate::config::table::MODES;
use crate::language::catalog::FunctionEntry;
use crate::language::tokens::KEYWORDS;
use crate::language::type_help::TYPES;
use crate::language::type_names::word;
use crate::output::table::cut;
use crate::repl::command_table::CommandArgument;
use crate::repl::completion_context::{ChainBase, ChainStep, CompletionContext, CompletionPlace, OpenCall};
use crate::repl::inspect;
use crate::repl::known_names::{KnownNames, NameKind};
use crate::repl::symbol_index::SymbolIndex;
use crate::store::file_door;
use rhai::{Dynamic, Scope};
use std::path::Path;

/// The most candidates: a longer list helps nobody.
pub const MOST: usize = 200;

/// The widest explanation of a candidate; `:help` shows all of it.
const WIDEST: usize = 76;

/// What can be named at the prompt.
pub struct CompletionWorld<'a> {
    /// The functions.
    pub reference: &'a SymbolIndex,
    /// The variables.
    pub scope: &'a Scope<'static>,
    /// Functions declared in the session, with their parameters.
    pub functions: &'a [(String, Vec<String>)],
    /// Modules imported in the session.
    pub modules: &'a [String],
    /// Profiles of the configuration.
    pub profiles: &'a [String],
    /// People and groups seen so far.
    pub seen: &'a KnownNames,
}

/// Something that completes the input.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CompletionCandidate {
    /// What replaces what was typed.
    pub text: String,
    /// What is shown in a list.
    pub shown: String,
}

impl CompletionCandidate {
    fn plain(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { shown: text.clone(), text }
    }

    fn of_function(function: &FunctionEntry) -> Self {
        let empty = function.parameters.len() == usize::from(function.method);
        let text = format!("{}({}", function.name, if empty { ")" } else { "" });
        Self { text, shown: function.signature() }
    }
}

/// Where the completed part begins, and its candidates.
pub fn complete(text: &str, cursor: usize, world: &CompletionWorld<'_>) -> (usize, Vec<CompletionCandidate>) {
    let (start, mut candidates) = match text.strip_prefix(':') {
        Some(_) => meta(text, cursor, world),
        None => script(&CompletionContext::of(text, cursor), world),
    };
    candidates.sort();
    candidates.dedup();
    candidates.truncate(MOST);
    (start, candidates)
}

fn script(cursor: &CompletionContext, world: &CompletionWorld<'_>) -> (usize, Vec<CompletionCandidate>) {
    let typed = cursor.typed.as_str();
    match &cursor.place {
        CompletionPlace::Name => (cursor.start, names(typed, world)),
        CompletionPlace::Member(base, steps) => (cursor.start, members(base, steps, typed, world)),
        CompletionPlace::Module(name) => (cursor.start, of_module(name, typed, world)),
        CompletionPlace::Key(used) => (cursor.start, keys(cursor.call.as_ref(), used, typed, world)),
        CompletionPlace::Text(key) => texts(cursor, key.as_deref(), world),
        CompletionPlace::Other => (cursor.start, Vec::new()),
    }
}

fn names(typed: &str, world: &CompletionWorld<'_>) -> Vec<CompletionCandidate> {
    let ours = world.reference.catalog.functions().filter(|function| !function.method);
    let ours = ours.filter(|function| function.name.starts_with(typed)).map(CompletionCandidate::of_function);
    let own = world.functions.iter().filter(|(name, _)| name.starts_with(typed));
    let own = own.map(|(name, parameters)| CompletionCandidate {
        text: format!("{name}({}", if parameters.is_empty() { ")" } else { "" }),
        shown: format!("{name}({})", parameters.join(", ")),
    });
    let variables = world.scope.iter_raw().map(|(name, ..)| name);
    let words = variables.chain(world.modules.iter().map(String::as_str)).chain(["umapi"]);
    let keywords = KEYWORDS.iter().copied().filter(|_| !typed.is_empty());
    let plain = words.chain(keywords).filter(|word| word.starts_with(typed)).map(CompletionCandidate::plain);
    ours.chain(own).chain(plain).collect()
}

fn of_module(name: &str, typed: &str, world: &CompletionWorld<'_>) -> Vec<CompletionCandidate> {
    match name {
        "umapi" => {
            let ours =
                world.reference.catalog.functions().filter(|function| function.name.starts_with(typed));
            ours.map(CompletionCandidate::of_function).collect()
        }
        "global" => {
            let constants =
                world.scope.iter_raw().filter(|(name, constant, _)| *constant && name.starts_with(typed));
            constants.map(|(name, ..)| CompletionCandidate::plain(name)).collect()
        }
        _ => Vec::new(),
    }
}

/// Fields of the value before the dot, and methods of its type.
fn members(
    base: &ChainBase,
    steps: &[ChainStep],
    typed: &str,
    world: &CompletionWorld<'_>,
) -> Vec<CompletionCandidate> {
    let value = match base {
        ChainBase::Variable(name) => world.scope.get(name).cloned().and_then(|value| follow(value, steps)),
        _ => None,
    };
    let kind = match (base, &value) {
        (_, Some(value)) => inspect::type_word(value),
        (ChainBase::Text, None) if steps.is_empty() => word("string"),
        (ChainBase::Answer(name), None) if steps.is_empty() => {
            world.reference.return_type(name).unwrap_or_default().to_owned()
        }
        _ => String::new(),
    };
    let fields =
        value.iter().flat_map(inspect::fields).filter(|name| is_name(name) && name.starts_with(typed));
    let methods =
        world.reference.methods(&kind).filter(|method| !kind.is_empty() && method.name.starts_with(typed));
    fields.map(CompletionCandidate::plain).chain(methods.map(CompletionCandidate::of_function)).collect()
}

fn follow(value: Dynamic, steps: &[ChainStep]) -> Option<Dynamic> {
    steps.iter().try_fold(value, |value, step| match step {
        ChainStep::Field(name) => inspect::field(&value, name),
        ChainStep::Index(place) => inspect::entry(&value, *place),
    })
}

/// Option keys of the function being called.
fn keys(
    call: Option<&OpenCall>,
    used: &[String],
    typed: &str,
    world: &CompletionWorld<'_>,
) -> Vec<CompletionCandidate> {
    let forms = call.map(|call| world.reference.forms(&call.name)).unwrap_or_default();
    let options = forms.iter().flat_map(|form| &form.options);
    let fresh = options.filter(|option| option.name.starts_with(typed) && !used.contains(&option.name));
    fresh
        .map(|option| CompletionCandidate {
            text: format!("{}: ", option.name),
            shown: cut(&format!("{}: {}", option.name, option.text), WIDEST),
        })
        .collect()
}

/// Files, people or groups, depending on what the string is for.
fn texts(
    cursor: &CompletionContext,
    key: Option<&str>,
    world: &CompletionWorld<'_>,
) -> (usize, Vec<CompletionCandidate>) {
    let purpose = purpose(cursor, key, world.reference);
    if purpose.is_file {
        return files(cursor.start, &cursor.typed);
    }
    let names = world.seen.matching(world.scope, purpose.wanted, &cursor.typed, MOST);
    (cursor.start, names.into_iter().map(CompletionCandidate::plain).collect())
}

struct ArgumentPurpose {
    is_file: bool,
    wanted: NameKind,
}

/// What a string is for, by the key or the parameter it is the value of.
fn purpose(cursor: &CompletionContext, key: Option<&str>, reference: &SymbolIndex) -> ArgumentPurpose {
    let parameter = || {
        let call = cursor.call.as_ref()?;
        let forms = reference.forms(&call.name);
        let place = call.argument + usize::from(call.method);
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

/// Files with this beginning; folders end in a slash.
fn files(start: usize, typed: &str) -> (usize, Vec<CompletionCandidate>) {
    let (folder, name) =
        typed.rsplit_once('/').map_or(("", typed), |(folder, name)| (&typed[..=folder.len()], name));
    let listed = file_door::list(Path::new(if folder.is_empty() { "." } else { folder }));
    let entries = listed.into_iter().flatten().filter_map(Result::ok).filter_map(|entry| {
        let file = entry.file_name().into_string().ok()?;
        let hidden = file.starts_with('.') && !name.starts_with('.');
        let slash = if file_door::is_folder(&entry.path()) { "/" } else { "" };
        (file.starts_with(name) && !hidden).then(|| CompletionCandidate::plain(format!("{file}{slash}")))
    });
    (start + folder.len(), entries.take(MOST).collect())
}

fn meta(text: &str, cursor: usize, world: &CompletionWorld<'_>) -> (usize, Vec<CompletionCandidate>) {
    let text = text.get(..cursor).unwrap_or(text);
    let Some((name, _)) = text.split_once(char::is_whitespace) else {
        let known = META.iter().filter(|meta| meta.name.starts_with(&text[1..]));
        let candidates =
            known.map(|meta| CompletionCandidate { text: format!(":{}", meta.name), shown: meta.usage() });
        return (0, candidates.collect());
    };
    let start = text.rfind(char::is_whitespace).map_or(text.len(), |blank| blank + 1);
    let typed = &text[start..];
    let argument =
        META.iter().find(|meta| meta.name == &name[1..]).map_or(CommandArgument::None, |meta| meta.argument);
    let fitting = |words: &mut dyn Iterator<Item = &str>| {
        words.filter(|word| word.starts_with(typed)).map(CompletionCandidate::plain).collect::<Vec<_>>()
    };
    match argument {
        CommandArgument::File => files(start, typed),
        CommandArgument::Profile => (start, fitting(&mut world.profiles.iter().map(String::as_str))),
        CommandArgument::Mode => (start, fitting(&mut MODES.iter().copied())),
        CommandArgument::Function | CommandArgument::Pattern => {
            let commands: Vec<_> = META.iter().map(|meta| format!(":{}", meta.name)).collect();
            let type_names =
                TYPES.iter().map(|known| known.name).filter(|_| argument == CommandArgument::Function);
            let names = world.reference.catalog.names().chain(type_names);
            (start, fitting(&mut names.chain(commands.iter().map(String::as_str))))
        }
        CommandArgument::Columns => {
            let value = world.scope.get(super::workspace::LAST).cloned().unwrap_or_default();
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
                script(&CompletionContext::of(&text[offset..], text.len() - offset), world);
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

    struct Desk {
        reference: SymbolIndex,
        scope: Scope<'static>,
        seen: KnownNames,
    }

    impl Desk {
        fn new() -> Self {
            let mut scope = Scope::new();
            let people = json!([{"email": "a@example.com", "groups": ["Designers"]}]);
            scope.push_dynamic("people", dynamic_of(&people));
            scope.push_dynamic("last", dynamic_of(&people));
            scope.push_constant("LIMIT", 3_i64);
            let mut seen = KnownNames::default();
            seen.note_person("kim.lee@example.com");
            Self { reference: SymbolIndex::read(), scope, seen }
        }

        fn complete(&self, text: &str) -> (usize, Vec<CompletionCandidate>) {
            let world = CompletionWorld {
                reference: &self.reference,
                scope: &self.scope,
                functions: &[("greet".into(), vec!["name".into()])],
                modules: &["lib".into()],
                profiles: &["acme".into(), "default".into()],
                seen: &self.seen,
            };
            complete(text, text.len(), &world)
        }

        fn texts(&self, text: &str) -> Vec<String> {
            self.complete(text).1.into_iter().map(|candidate| candidate.text).collect()
        }
    }

    #[test]
    fn functions_come_with_their_signatures_each_form_listed() {
        let (start, candidates) = Desk::new().complete("let u = get_user_i");
        assert_eq!(start, 8);
        assert_eq!(candidates[0].text, "get_user_info(");
        let forms = Desk::new().complete("get_user").1;
        let shown: Vec<_> = forms.iter().map(|candidate| candidate.shown.as_str()).collect();
        let string = word("string");
        for form in [format!("email: {string}"), format!("name: {string}, options: map")] {
            assert!(shown.contains(&format!("get_user({form}) -> User").as_str()), "{shown:?}");
        }
        assert!(Desk::new().texts("test_mo").contains(&"test_mode()".to_owned()));
    }

    #[test]
    fn variables_own_functions_modules_and_keywords_are_names() {
        let desk = Desk::new();
        assert_eq!(desk.texts("peo"), ["people"]);
        assert_eq!(desk.texts("gree"), ["greet("]);
        assert_eq!(desk.texts("li"), ["lib"]);
        assert_eq!(desk.texts("whil"), ["while"]);
        assert_eq!(desk.texts("global::"), ["LIMIT"]);
        assert!(desk.texts("umapi::get_us").contains(&"get_users()".to_owned()));
    }

    #[test]
    fn fields_are_found_by_looking_at_the_value() {
        let desk = Desk::new();
        assert_eq!(desk.texts("people[0].em"), ["email"]);
        assert!(desk.texts("people.").iter().any(|name| name == "len()"), "{:?}", desk.texts("people.le"));
        assert!(desk.texts("people[0].email.to_up").iter().any(|name| name == "to_upper()"));
        assert!(desk.texts("\"x\".tri").iter().any(|name| name == "trim()"));
        assert!(desk.texts("unknown.").is_empty());
    }

    #[test]
    fn methods_are_those_that_the_value_has() {
        let mut desk = Desk::new();
        desk.scope.push("user", UserRecord { user: Arc::default(), groups_left_out: false });
        let of = |text: &str| desk.texts(text);
        for name in ["sort_by(", "count_by(", "where(", "set_tag(", "take()", "to_debug()"] {
            assert!(!of("user.").contains(&name.to_owned()), "{name}");
            assert!(!of("people[0].email.").contains(&name.to_owned()), "{name}");
        }
        assert!(of("user.").contains(&"in_group(".to_owned()), "{:?}", of("user."));
        assert!(of("people.").contains(&"count_by(".to_owned()));
    }

    #[test]
    fn option_keys_are_those_of_the_function_and_each_is_offered_once() {
        let desk = Desk::new();
        assert!(desk.texts("get_users(#{").contains(&"group: ".to_owned()));
        assert_eq!(desk.texts("get_users(#{gr"), ["group: "]);
        assert!(desk.texts("get_users(#{group: \"X\", gr").is_empty());
    }

    #[test]
    fn texts_are_people_groups_or_files_by_what_they_are_for() {
        let desk = Desk::new();
        assert_eq!(desk.texts("get_user(\"KIM"), ["kim.lee@example.com"]);
        assert_eq!(desk.texts("get_users(#{group: \"des"), Vec::<String>::new());
        assert!(desk.texts("read_csv(\"Car").contains(&"Cargo.toml".to_owned()));
        assert!(desk.texts("read_csv(\"src/script/fu").contains(&"functions/".to_owned()));
    }

    #[test]
    fn commands_of_the_prompt_and_what_they_take_are_completed() {
        let desk = Desk::new();
        assert_eq!(desk.texts(":prof"), [":profile"]);
        assert_eq!(desk.texts(":profile a"), ["acme"]);
        assert_eq!(desk.texts(":mode t"), ["test"]);
        assert!(desk.texts(":help get_us").contains(&"get_users".to_owned()));
        assert_eq!(desk.texts(":help Us"), ["User", "Users"]);
        for known in TYPES {
            assert!(desk.texts(&format!(":help {}", known.name)).contains(&known.name.to_owned()));
        }
        assert!(desk.texts(":load Car").contains(&"Cargo.toml".to_owned()));
        assert_eq!(desk.texts(":table em"), ["email"]);
        assert_eq!(desk.complete(":time peo"), (6, vec![CompletionCandidate::plain("people")]));
    }

    #[test]
    fn a_prefix_among_many_thousand_people_is_found() {
        let mut desk = Desk::new();
        let people: Vec<_> =
            (0..100_000).map(|number| json!({"email": format!("p{number}@example.com")})).collect();
        desk.scope.push_dynamic("everyone", dynamic_of(&json!(people)));
        assert_eq!(desk.texts("get_user(\"p99").len(), MOST);
    }
}
