//! Names of Python, of its modules and of Adobe's Python client, each with the equivalent here. `check`, runs, the
//! prompt and `umapish functions` read the same tables.

/// Python's functions and methods. Used only for names that neither the script nor umapish nor Rhai has, or that they
/// have for other types.
pub(super) const NAMES: &[(&str, &str)] = &[
    ("abs", "`x.abs()`"),
    ("any", "`list.some(|x| ...)`"),
    ("append", "`list.push(x)`"),
    ("bool", "a comparison: `x != ()`, `x != \"\"`, `x.len() > 0`"),
    ("casefold", "`text.to_lower()`"),
    ("center", "`text.pad(length, \" \")`"),
    ("copy", "`let other = x;`, which copies lists and maps"),
    ("count", "`list.filter(|x| x == value).len()`"),
    ("decode", "the string itself; `read_text(path, #{encoding: \"...\"})` decodes files"),
    ("deepcopy", "`let other = x;`, which copies lists and maps"),
    ("dict", "a map: `#{}`"),
    ("divmod", "`a / b` and `a % b`, for whole numbers that are not negative"),
    ("endswith", "`text.ends_with(\"x\")`"),
    ("enumerate", "`for (item, index) in list { ... }`"),
    ("extend", "`list += other`"),
    ("float", "`parse_float(text)`, or `x.to_float()` of a number"),
    ("format", "a string in backticks: `Hello ${name}`"),
    ("frozenset", "`list.unique()`"),
    ("get", "`map[key] ?? default`"),
    ("getattr", "`map[name]`"),
    ("hasattr", "`\"name\" in map`"),
    ("has_key", "`\"key\" in map`"),
    ("index", "`list.index_of(x)`, which is -1 if there is none"),
    ("input", "`ask(\"question\")`"),
    ("int", "`parse_int(text)`"),
    ("isalnum", "`text.matches(#\"^\\w+$\"#)`"),
    ("isalpha", "`text.matches(#\"^[[:alpha:]]+$\"#)`"),
    ("isdigit", "`text.matches(#\"^\\d+$\"#)`"),
    ("isinstance", "`type_of(x) == \"string\"`"),
    ("isnumeric", "`text.matches(#\"^\\d+$\"#)`"),
    ("items", "`for key in map.keys() { let value = map[key]; }`"),
    ("iter", "`for x in list { ... }`"),
    ("iteritems", "`for key in map.keys() { let value = map[key]; }`"),
    ("join", "`list.join(\", \")`: the list comes first"),
    ("json", "`response.body`, which is already parsed, or `parse_json(text)`"),
    ("list", "`[...]`; `list.to_array()` of a list of users"),
    ("ljust", "`text.pad(length, \" \")`"),
    ("lower", "`text.to_lower()`"),
    ("lstrip", "`text.trim_start()`"),
    ("next", "`list.find(|x| ...)`"),
    ("open", "`read_text(path)`, `read_lines(path)`, `read_csv(path)` or `write_text(path, text)`"),
    ("partition", "`text.split(\"x\", 2)`, the parts before and after the first `x`"),
    ("pop", "`list.remove(index)` or `map.remove(\"key\")`; `list.pop()` takes the last entry"),
    ("popitem", "`map.remove(\"key\")`"),
    ("pow", "`a ** b`"),
    ("print", "one string in backticks for several values: `${a} ${b}`"),
    ("quit", "`exit()`"),
    ("raise_for_status", "`make_call(...)`, which throws unless the call succeeds"),
    ("range", "`0..5`"),
    ("removeprefix", "`if text.starts_with(\"x\") { text = text.slice(1); }`"),
    ("removesuffix", "`if text.ends_with(\"x\") { text = text.slice(0, -1); }`"),
    ("repr", "`x.to_debug()`"),
    ("reversed", "`list.slice((), (), -1)`"),
    ("rfind", "`text.index_of(\"x\")`"),
    ("rjust", "`\"\".pad(length - text.len(), \" \") + text`"),
    ("rsplit", "`text.split_rev(\"x\", 2)`, whose first entry is the last part"),
    ("rstrip", "`text.trim_end()`"),
    ("setattr", "`map[name] = value`"),
    ("setdefault", "`if !(key in map) { map[key] = value; }`"),
    ("sorted", "`list.sort()`, or `list.sort_by(|x| x.name)` for a sorted copy"),
    ("splitlines", "`text.trim_end().split(\"\\n\")`, or `read_lines(path)` of a file"),
    ("startswith", "`text.starts_with(\"x\")`"),
    ("str", "`x.to_string()`, or `${x}` in backticks"),
    ("strip", "`text.trim()`, or `text.trim(\"x\")` for other characters"),
    ("title", "`text.split(\" \").map(|word| word.capitalize()).join(\" \")`"),
    ("tuple", "a list: `[1, 2]`"),
    ("type", "`type_of(x)`"),
    ("update", "`map += other`"),
    ("upper", "`text.to_upper()`"),
    ("writerow", "`write_csv(path, rows)` with all rows"),
    ("writerows", "`write_csv(path, rows)`"),
    ("zfill", "`\"\".pad(length - text.len(), \"0\") + text`"),
];

/// Members of Python's modules; "" for any other.
const MEMBERS: &[(&str, &str, &str)] = &[
    ("argparse", "", "`options(#{...})`, or `args()` for the plain list of arguments"),
    ("base64", "", "nothing: `umapish` has no function for it"),
    ("collections", "Counter", "`list.count_by(\"field\")`, or `counter()` in a loop"),
    ("collections", "defaultdict", "`map[key] = (map[key] ?? 0) + 1`"),
    ("collections", "", "a map, `#{}`, whose keys are in the order of the alphabet"),
    ("configparser", "", "a profile in the configuration file; `umapish init` creates it"),
    ("copy", "", "`let other = x;`, which copies lists and maps"),
    ("csv", "DictReader", "`read_csv(path)`"),
    ("csv", "reader", "`read_csv(path)`"),
    ("csv", "DictWriter", "`write_csv(path, rows)`"),
    ("csv", "writer", "`write_csv(path, rows)`"),
    ("csv", "", "`read_csv(path)` and `write_csv(path, rows)`"),
    ("datetime", "", "`moment()`, `today()` or `date(text, \"%Y-%m-%d\")`"),
    ("getpass", "", "`ask(\"question\")`; secrets belong in the configuration"),
    ("glob", "", "`files(\"*.csv\")`"),
    ("itertools", "", "a loop, or `list.extract(start, count)` for batches"),
    ("json", "loads", "`parse_json(text)`"),
    ("json", "load", "`read_json(path)`"),
    ("json", "dumps", "`to_json(value)`; `make_call` and `send` take the map or list itself"),
    ("json", "dump", "`write_json(path, value)`"),
    ("json", "", "`parse_json(text)` and `to_json(value)`"),
    ("jwt", "", "nothing: `umapish` signs in by itself"),
    ("ACCESS_TOKEN", "", "nothing: `umapish` signs in by itself"),
    ("CLIENT_ID", "", "nothing: `umapish` signs in by itself"),
    ("ORG_ID", "", "`session().organization`"),
    ("logging", "warning", "`warn(text)`"),
    ("logging", "error", "`warn(text)`"),
    ("logging", "", "`log(text)` or `warn(text)`"),
    ("math", "ceil", "`ceiling(x)`; for batches of 10, `(count + 9) / 10`"),
    ("math", "floor", "`floor(x)`"),
    ("math", "", "`floor(x)`, `ceiling(x)`, `x.sqrt()` or `a ** b`"),
    ("os", "environ", "`env(\"NAME\", \"default\")`"),
    ("os", "getenv", "`env(\"NAME\", \"default\")`"),
    ("os", "listdir", "`files(\"*\")`"),
    ("os", "path", "`file_exists(path)`, and `+` to join names"),
    ("os", "", "`env(\"NAME\")`, `files(\"*.csv\")` or `file_exists(path)`"),
    ("pandas", "", "`read_csv(path)`, then `where`, `filter` and `group_by`"),
    ("pathlib", "", "a string with the path; `file_exists(path)`, `read_text(path)`"),
    ("pd", "", "`read_csv(path)`, then `where`, `filter` and `group_by`"),
    ("pprint", "", "`table(value)`"),
    ("random", "randint", "`random(1, 6)`"),
    ("random", "", "`random(1, 6)`, or `random(12, \"abc\")` for a string of these letters"),
    ("re", "findall", "`text.find_all(pattern)`"),
    ("re", "sub", "`text.replace_all(pattern, with_text)`"),
    ("re", "match", "`text.find_match(pattern)`, with `^` at the start of the pattern"),
    ("re", "search", "`text.find_match(pattern)`, or `text.matches(pattern)` for yes or no"),
    ("re", "", "`text.matches(pattern)`, `find_match`, `find_all` and `replace_all`"),
    ("requests", "get", "`make_call(\"GET\", path)`, or `send` for the status and headers"),
    ("requests", "post", "`make_call(\"POST\", path, body)`, or `send` for the status and headers"),
    ("requests", "", "`make_call(\"GET\", path)`, or `send` for the status and headers"),
    ("string", "", "`random(12, \"ABC123\")` for a string of these letters"),
    ("subprocess", "", "nothing: scripts start no other programs"),
    ("sys", "argv", "`args()`, whose first entry is the first argument"),
    ("sys", "exit", "`exit(1)`"),
    ("sys", "stderr", "`log(text)` or `warn(text)`"),
    ("sys", "stdin", "`read_text(\"-\")` or `read_csv(\"-\")`"),
    ("sys", "", "`args()`, `exit(1)` or `log(text)`"),
    ("time", "sleep", "`sleep(2)`"),
    ("time", "time", "`timestamp()` and `start.elapsed`, or `moment()`"),
    ("time", "strftime", "`moment().format(\"%Y-%m-%d\")`"),
    ("time", "", "`sleep(2)`, `moment()` or `timestamp()`"),
    ("timedelta", "", "a number of days for dates, of seconds for moments"),
    ("traceback", "", "`err.message` and `err.position` in `catch (err)`"),
    ("urllib", "", "`make_call(\"GET\", path)`, and `encode(text)` for a part of a URL"),
    ("uuid", "", "`uuid()`"),
    ("umapi_client", "", "the functions of umapish: `get_users()`, `queue()`, `add_to_groups(...)`"),
];

/// The replacement for a function or method of another language, as a hint.
pub(crate) fn foreign_name(name: &str) -> Option<String> {
    let known = NAMES.iter().find(|(known, _)| *known == name);
    known.map(|(_, here)| format!("Use {here}."))
}

/// The replacement for a member of a Python module, or for the module if the member is not known.
pub(crate) fn foreign_member(module: &str, member: &str) -> Option<String> {
    let of = |wanted: &str| MEMBERS.iter().find(|(name, known, _)| *name == module && *known == wanted);
    let (_, _, here) = of(member).or_else(|| of(""))?;
    Some(replacement(here))
}

/// What stands in a table as a sentence.
pub(super) fn replacement(here: &str) -> String {
    match here.strip_prefix("nothing: ") {
        Some(reason) => {
            let mut letters = reason.chars();
            let first =
                letters.next().map(|letter| if letter == '`' { letter } else { letter.to_ascii_uppercase() });
            format!("{}{}.", first.map(String::from).unwrap_or_default(), letters.as_str())
        }
        None => format!("Use {here}."),
    }
}

/// What a member of a module, such as `json.loads`, or a name of Python is here.
pub(crate) fn equivalent(word: &str) -> Option<String> {
    let word = word.trim_end_matches("()");
    if let Some((module, member)) = word.split_once('.') {
        let member = member.split('.').next().unwrap_or_default();
        return foreign_member(module, member).or_else(|| foreign_name(member));
    }
    let member = || MEMBERS.iter().find(|(_, member, _)| *member == word);
    foreign_name(word)
        .or_else(|| foreign_member(word, ""))
        .or_else(|| member().map(|(_, _, here)| format!("Use {here}.")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::catalog::{Catalog, names_of_rhai};
    use crate::language::script_error::ScriptEnding;
    use crate::language::tokens::code_tokens;
    use crate::script::checker::check;
    use crate::script::engine::offline;
    use rhai::Engine;

    /// The names in backticks of a hint that are called.
    fn called(hint: &str) -> Vec<String> {
        let code: Vec<_> = hint.split('`').skip(1).step_by(2).collect();
        let mut names = Vec::new();
        for code in code {
            let tokens = code_tokens(code);
            let pairs = tokens.windows(2).filter(|pair| pair[0].is_name() && pair[1].is_symbol("("));
            names.extend(pairs.map(|pair| pair[0].text.to_owned()));
        }
        names
    }

    #[test]
    fn every_replacement_exists() {
        crate::script::functions::catalog();
        let (ours, rhai) = (Catalog::read(), names_of_rhai());
        let mut known = 0;
        let hints = NAMES.iter().map(|(_, here)| *here).chain(MEMBERS.iter().map(|(_, _, here)| *here));
        for hint in hints {
            for name in called(hint) {
                let keyword = ["print", "type_of", "exit"].contains(&name.as_str());
                let other = name == "options"; // declared by the functions of scripts' options
                assert!(
                    other || keyword || !ours.find(&name).is_empty() || rhai.contains(&name),
                    "{hint}: {name}"
                );
                known += 1;
            }
        }
        assert!(known > 60, "{known}");
    }

    #[test]
    fn names_and_members_have_their_equivalents() {
        for (word, here) in [
            ("json.loads", "parse_json"),
            ("requests.patch", "make_call"),
            ("os.environ.get", "env("),
            ("len", ""),
            ("strip()", "trim"),
            ("text.strip", "trim"),
            ("csv", "read_csv"),
            ("subprocess.run", "Scripts start no other programs."),
            ("jwt.encode", "`umapish` signs in by itself."),
        ] {
            let found = equivalent(word).unwrap_or_default();
            assert!(found.contains(here), "{word}: {found}");
        }
        assert_eq!(equivalent("nothing_like_it"), None);
    }

    /// What a run advises for a call.
    fn hint_of_run(engine: &Engine, code: &str) -> Option<String> {
        match ScriptEnding::of(*engine.run(code).err()?) {
            ScriptEnding::Failed(failure) => failure.hint_in(Some(code)),
            ScriptEnding::Ended(_) => None,
        }
    }

    fn hint_of_check(engine: &Engine, code: &str) -> Option<String> {
        check(engine, code, None).into_iter().next()?.hint
    }

    #[test]
    fn every_foreign_name_has_the_same_hint_in_a_check_and_a_run() {
        let engine = offline::engine();
        for (name, here) in NAMES {
            let hint = Some(format!("Use {here}."));
            assert_eq!(foreign_name(name), hint);
            let calls = [
                "NAME();",
                "NAME(1);",
                "NAME(1, 2);",
                "NAME(\"x\");",
                "let x = \"x\"; x.NAME();",
                "let x = []; x.NAME(1);",
            ];
            let codes = calls.map(|call| call.replace("NAME", name));
            let shown = codes.iter().filter(|code| hint_of_run(&engine, code) == hint);
            assert!(shown.clone().count() > 0, "{name}");
            for code in shown {
                // Without the types of the values, a check cannot tell a right call from a wrong one.
                let check = hint_of_check(&engine, code);
                let exists = names_of_rhai().iter().any(|known| known == name)
                    || !crate::script::functions::catalog().find(name).is_empty();
                let may_be_right = check.is_none() && exists;
                assert!(check == hint || may_be_right, "{code}: {check:?}");
            }
        }
    }

    #[test]
    fn every_member_of_a_module_has_the_same_hint_in_a_check_and_a_run() {
        let engine = offline::engine();
        for (module, member, _) in MEMBERS {
            let member = if member.is_empty() { "anything" } else { member };
            let expected = foreign_member(module, member);
            for code in [format!("{module}.{member}(1);"), format!("let x = {module}.{member};")] {
                assert_eq!(hint_of_run(&engine, &code), expected, "{code}");
                assert_eq!(hint_of_check(&engine, &code), expected, "{code}");
            }
        }
    }
}
