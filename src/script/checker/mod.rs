//! Finds mistakes in a script without running it: calls of functions that do not exist, wrong numbers of arguments,
//! modules that cannot be read, functions that hide built-in ones. Reports only what is certain, so there are no false
//! alarms.

pub mod call_index;
pub mod finding;
mod own_names;
mod repaired;
pub(crate) mod traps;
mod unparsed;

use super::checker::call_index::{defined, of_closures, registered};
use super::checker::finding::CheckFinding;
use super::engine::EXPRESSION_DEPTH;
use super::engine::module_resolver;
use crate::did_you_mean::nearest;
use crate::language::call_description::{FORMS_SHOWN, forms_hint};
use crate::language::catalog::{Catalog, methods_of_rhai};
use crate::language::declarations::DeclaredNames;
use crate::language::foreign_lines::{ForeignLine, foreign_lines};
use crate::language::hints::{script_forms, unknown_function};
use crate::language::place::ScriptPlace;
use crate::language::python_names::foreign_name;
use crate::language::script_error::{ScriptEnding, ScriptError};
use crate::language::script_options::reader;
use crate::language::source_text;
use crate::script::checker::call_index::{CallIndex, CallSiteRecord, FunctionForms, ScriptImport};
use crate::script::checker::unparsed::{UnparsedScript, calls_python_module, without_format};
use crate::store::file_rules::{FileRules, RunFiles, library_of};
use crate::user_folders;
use rhai::{AST, Engine, ParseError, ParseErrorType, Position};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Keywords that look like functions.
const CALLABLE_KEYWORDS: &[&str] =
    &["print", "debug", "type_of", "eval", "Fn", "call", "curry", "is_shared", "is_def_var", "is_def_fn"];

/// Checks a script and the modules it imports. Runs nothing and sends nothing.
pub fn check(engine: &Engine, text: &str, file: Option<&Path>) -> Vec<CheckFinding> {
    let mut check = ScriptChecker {
        engine,
        catalog: crate::script::functions::catalog(),
        registered: registered(engine),
        visited: BTreeSet::new(),
        findings: Vec::new(),
        files: import_rules(file),
    };
    check.script(text, file, None);
    let mut findings = check.findings;
    findings.sort_by_key(|found| (found.place.source.clone(), found.place.line, found.place.column));
    findings.dedup();
    findings
}

struct ScriptChecker<'e> {
    engine: &'e Engine,
    catalog: Catalog,
    registered: BTreeMap<String, FunctionForms>,
    visited: BTreeSet<PathBuf>,
    findings: Vec<CheckFinding>,
    /// Which files the script may import.
    files: FileRules,
}

/// What a script may import when it runs.
fn import_rules(file: Option<&Path>) -> FileRules {
    let configuration = user_folders::configuration().ok();
    let library = configuration.as_deref().map(library_of);
    let own = configuration.into_iter().chain(user_folders::state().ok()).collect();
    FileRules::of(&RunFiles { script: file, is_typed: file.is_none(), own, library, ..RunFiles::default() })
}

/// What is wrong with the options that a script declares.
fn declared_options(text: &str, source: Option<&String>) -> Option<CheckFinding> {
    let problem = reader::read(text).err()?;
    let place = ScriptPlace {
        source: source.cloned(),
        line: problem.position.line(),
        column: problem.position.position(),
    };
    Some(CheckFinding { is_warning: false, message: problem.message, hint: None, place })
}

/// A script that is being checked.
struct CheckedScript {
    source: Option<String>,
    own: FunctionForms,
    declared: DeclaredNames,
    mentioned: BTreeSet<String>,
    /// The functions of each module; `None` if they cannot be known.
    imported: BTreeMap<String, Option<FunctionForms>>,
}

impl ScriptChecker<'_> {
    /// Checks a script and returns its syntax tree. `source` is `None` for the script that was named first.
    fn script(&mut self, text: &str, file: Option<&Path>, source: Option<String>) -> Option<AST> {
        let text = &self.without_formats(text, source.as_ref());
        let ast = match self.engine.compile(text) {
            Ok(ast) => ast,
            Err(error) => {
                let is_variable = is_about_a_variable(&error);
                self.unreadable(error, text, source.clone());
                let lenient = is_variable.then(|| lenient_parser().compile(text));
                let Some(Ok(ast)) = lenient else {
                    self.unparsed(text, source.as_ref());
                    // The parser stopped at a variable, and would stop again at something else.
                    if let Some(Err(other)) = lenient
                        && !self.findings.iter().any(|found| found.place.line == other.1.line())
                    {
                        self.unreadable(other, text, source);
                    }
                    return None;
                };
                // The parser stops at the first such error, and there may be more.
                self.undefined(&ast, text, source.as_ref());
                ast
            }
        };
        let calls = CallIndex::read(&ast);
        let mut subject = CheckedScript {
            source,
            own: defined(&ast, false),
            declared: DeclaredNames::read(text),
            mentioned: calls.mentioned,
            imported: BTreeMap::new(),
        };
        for import in &calls.imports {
            let functions = self.import(import, file, &subject);
            subject.add(import, functions);
        }
        // A call of a Python module, `json.loads(...)`, is reported as its unknown variable.
        let is_foreign = |call: &&CallSiteRecord| call.method && calls_python_module(text, call.position);
        for call in calls.called.iter().filter(|call| !is_foreign(call)) {
            self.findings.extend(self.call(call, &subject));
            self.findings.extend(self.options(call, &subject));
        }
        self.findings.extend(own_names::hiding(&self.catalog, text, &subject.own, subject.source.as_ref()));
        self.findings.extend(declared_options(text, subject.source.as_ref()));
        let source = &subject.source;
        self.findings.extend(traps::find(&ast, text, false).into_iter().map(|finding| CheckFinding {
            place: ScriptPlace { source: source.clone(), ..finding.place },
            ..finding
        }));
        Some(ast)
    }

    /// The script without formats such as `${share:.1f}`, each of which is reported: the parser stops at the first one,
    /// and would keep the other faults back.
    fn without_formats(&mut self, text: &str, source: Option<&String>) -> String {
        let mut text = text.to_owned();
        while let Err(error) = self.engine.compile(&text)
            && let Some(shorter) = without_format(&text, error.1)
        {
            self.unreadable(error, &text, source.cloned());
            text = shorter;
        }
        text
    }

    /// Every undefined variable, including the one that the parser reported.
    fn undefined(&mut self, ast: &AST, text: &str, source: Option<&String>) {
        let captured = of_closures(ast);
        let (functions, declared) = (defined(ast, false), DeclaredNames::read(text));
        for (name, position) in CallIndex::read(ast).unbound {
            let is_given = captured.contains(&name) && declared.has(&name);
            if !is_given && !functions.contains_key(&name) {
                let error = ParseError(Box::new(ParseErrorType::VariableUndefined(name)), position);
                self.unreadable(error, text, source.cloned());
            }
        }
    }

    /// Everything else that is wrong in a script that does not parse.
    fn unparsed(&mut self, text: &str, source: Option<&String>) {
        if let Some(stopped) = self.findings.last_mut().filter(|stopped| stopped.hint.is_none()) {
            // Foreign syntax before the place where the parser stopped explains it.
            let explains = |line: &ForeignLine| Some(line.line) == stopped.place.line;
            stopped.hint = foreign_lines(text).into_iter().find(explains).map(|line| line.hint);
        }
        let Some(stopped) = self.findings.last().cloned() else { return };
        let own = own_names::declared(text);
        self.findings.extend(own_names::hiding(&self.catalog, text, &own, source));
        self.findings.extend(repaired::traps(&lenient_parser(), text, source));
        let script = UnparsedScript { text, global: self.global(), keywords: CALLABLE_KEYWORDS };
        let findings = script.findings(&CheckFinding {
            place: ScriptPlace { source: None, ..stopped.place.clone() },
            ..stopped
        });
        for (name, position) in script.unknown_constants() {
            let error = ParseError(Box::new(ParseErrorType::VariableUndefined(name)), position);
            self.unreadable(error, text, source.cloned());
        }
        self.findings.extend(findings.into_iter().map(|finding| CheckFinding {
            place: ScriptPlace { source: source.cloned(), ..finding.place },
            ..finding
        }));
    }

    fn unreadable(&mut self, error: ParseError, text: &str, source: Option<String>) {
        let ScriptEnding::Failed(failure) = ScriptEnding::of(error.into()) else { return };
        let hint = failure.hint_in(Some(text));
        let ScriptError { message, place, .. } = *failure;
        self.findings.push(CheckFinding {
            is_warning: false,
            message,
            hint,
            place: ScriptPlace { source, ..place },
        });
    }

    /// The functions of a module; `None` if they cannot be known.
    fn import(
        &mut self,
        import: &ScriptImport,
        importer: Option<&Path>,
        subject: &CheckedScript,
    ) -> Option<FunctionForms> {
        let importer = importer.map(|path| path.display().to_string());
        let path = module_resolver::place(importer.as_deref(), import.path.as_deref()?, self.files.library());
        let allowed = self.files.check_importing(&path);
        let text = match allowed.and_then(|()| source_text::read_file(&path)) {
            Ok(text) => text,
            Err(error) => {
                self.findings.push(subject.error(import.position, error.to_string(), error.hint()));
                return None;
            }
        };
        if self.visited.insert(path.clone()) {
            let ast = self.script(&text, Some(&path), Some(path.display().to_string()))?;
            return Some(defined(&ast, true));
        }
        self.engine.compile(&text).ok().map(|ast| defined(&ast, true))
    }

    fn call(&self, call: &CallSiteRecord, subject: &CheckedScript) -> Option<CheckFinding> {
        if call.method {
            return self.method(call, subject);
        }
        match call.modules.as_slice() {
            [] => self.function(call, subject),
            [module] => self.function_of(module, call, subject),
            _ => None,
        }
    }

    fn function(&self, call: &CallSiteRecord, subject: &CheckedScript) -> Option<CheckFinding> {
        let name = call.name.as_str();
        let global = self.global();
        let taken = [subject.own.get(name), global.get(name)];
        // Python prints several values.
        if ["print", "debug"].contains(&name) && call.values > 1 && taken[0].is_none() {
            return Some(subject.wrong_number(call, [0, 1].iter()));
        }
        if CALLABLE_KEYWORDS.contains(&name)
            || taken.iter().flatten().any(|taken| taken.contains(&call.values))
        {
            return None;
        }
        if taken.iter().any(Option::is_some) {
            return Some(subject.wrong_number(call, taken.into_iter().flatten().flatten()));
        }
        if subject.mentioned.contains(name) && !subject.declared.has(name) {
            return None;
        }
        Some(subject.unknown(call, unknown_function(name, &subject.declared)))
    }

    fn function_of(
        &self,
        module: &str,
        call: &CallSiteRecord,
        subject: &CheckedScript,
    ) -> Option<CheckFinding> {
        let known = match subject.imported.get(module) {
            Some(imported) => imported.as_ref()?,
            None => self.registered.get(module)?,
        };
        match known.get(&call.name) {
            Some(taken) if taken.contains(&call.values) => None,
            Some(taken) => Some(subject.wrong_number(call, taken.iter())),
            None => {
                let near = nearest(&call.name, known.keys().map(String::as_str));
                Some(subject.unknown(call, near.map(|near| format!("Did you mean `{near}`?"))))
            }
        }
    }

    /// A method may be a closure stored in a map. A function of the script may take the value before the dot as `this`;
    /// one of ours takes it as its first argument.
    fn method(&self, call: &CallSiteRecord, subject: &CheckedScript) -> Option<CheckFinding> {
        let name = call.name.as_str();
        if CALLABLE_KEYWORDS.contains(&name) || subject.mentioned.contains(name) {
            return None;
        }
        let global = self.global();
        let own = subject.own.get(name).into_iter().flatten();
        let mut taken: BTreeSet<usize> = own.flat_map(|values| [*values, values.saturating_sub(1)]).collect();
        taken.extend(global.get(name).into_iter().flatten().filter_map(|values| values.checked_sub(1)));
        if taken.contains(&call.values) {
            return None;
        }
        if taken.is_empty() {
            return Some(subject.unknown(call, unknown_function(name, &subject.declared)));
        }
        Some(subject.wrong_number(call, taken.iter()))
    }

    /// Option keys that a built-in function does not have.
    fn options(&self, call: &CallSiteRecord, subject: &CheckedScript) -> Vec<CheckFinding> {
        let is_ours = match call.modules.as_slice() {
            [] => !call.method && !subject.own.contains_key(&call.name),
            [module] => module == "umapi",
            _ => false,
        };
        let forms = self.catalog.find(&call.name).into_iter();
        let forms: Vec<_> = forms.filter(|form| form.parameters.len() == call.values).collect();
        if !is_ours || forms.iter().any(|form| form.options.is_empty()) {
            return Vec::new();
        }
        let known: Vec<_> =
            forms.iter().flat_map(|form| &form.options).map(|known| known.name.as_str()).collect();
        let unknown =
            call.options.iter().filter(|(key, _)| !known.is_empty() && !known.contains(&key.as_str()));
        unknown.map(|(key, position)| subject.unknown_option(call, key, *position, &known)).collect()
    }

    fn global(&self) -> &FunctionForms {
        static NONE: FunctionForms = FunctionForms::new();
        self.registered.get("").unwrap_or(&NONE)
    }
}

impl CheckedScript {
    /// A name may refer to different modules in different blocks; it then has the functions of all of them.
    fn add(&mut self, import: &ScriptImport, functions: Option<FunctionForms>) {
        let known = self.imported.entry(import.alias.clone()).or_insert_with(|| Some(FunctionForms::new()));
        match (known, functions) {
            (Some(known), Some(functions)) => {
                for (name, values) in functions {
                    known.entry(name).or_default().extend(values);
                }
            }
            (known, _) => *known = None,
        }
    }

    fn error(&self, position: Position, message: String, hint: Option<String>) -> CheckFinding {
        CheckFinding { is_warning: false, message, hint, place: self.place(position) }
    }

    fn place(&self, position: Position) -> ScriptPlace {
        ScriptPlace { source: self.source.clone(), line: position.line(), column: position.position() }
    }

    fn unknown(&self, call: &CallSiteRecord, hint: Option<String>) -> CheckFinding {
        let kind = if call.method { "method" } else { "function" };
        self.error(call.position, format!("there is no {kind} `{}`", written(call)), hint)
    }

    fn unknown_option(
        &self,
        call: &CallSiteRecord,
        key: &str,
        position: Position,
        known: &[&str],
    ) -> CheckFinding {
        let listed: Vec<_> = known.iter().map(|known| format!("`{known}`")).collect();
        let listed = format!("Its options are {}.", listed.join(", "));
        let hint = match nearest(key, known.iter().copied()) {
            Some(near) => format!("Did you mean `{near}`? {listed}"),
            None => listed,
        };
        self.error(position, format!("{} has no option `{key}`", call.name), Some(hint))
    }

    fn wrong_number<'n>(
        &self,
        call: &CallSiteRecord,
        taken: impl Iterator<Item = &'n usize>,
    ) -> CheckFinding {
        let taken: BTreeSet<_> = taken.collect();
        let listed: Vec<_> = taken.iter().map(ToString::to_string).collect();
        let last = taken.last().copied().copied().unwrap_or_default();
        let plural = if last == 1 { "" } else { "s" };
        let given = match call.values {
            0 => "none".to_owned(),
            values => values.to_string(),
        };
        let message = format!("`{}` takes {} value{plural}, not {given}", written(call), listed.join(" or "));
        self.error(call.position, message, self.forms(call))
    }
}

impl CheckedScript {
    /// The forms of a function that exists: the script's, umapish's or Rhai's.
    fn forms(&self, call: &CallSiteRecord) -> Option<String> {
        let name = call.name.as_str();
        let own = || if call.modules.is_empty() { script_forms(name, &self.declared) } else { None };
        let catalog = crate::script::functions::catalog();
        let of_umapish = || forms_hint(&catalog.find(name));
        let of_rhai = || {
            let methods = methods_of_rhai();
            let forms = methods.iter().filter(|form| form.name == name).take(FORMS_SHOWN);
            forms_hint(&forms.collect::<Vec<_>>())
        };
        own().or_else(|| foreign_name(name)).or_else(of_umapish).or_else(of_rhai)
    }
}

fn written(call: &CallSiteRecord) -> String {
    call.modules.iter().chain([&call.name]).map(String::as_str).collect::<Vec<_>>().join("::")
}

fn is_about_a_variable(error: &ParseError) -> bool {
    matches!(error.err_type(), ParseErrorType::VariableUndefined(_))
}

/// A parser that accepts undefined variables.
fn lenient_parser() -> Engine {
    let mut engine = Engine::new_raw();
    engine.set_max_expr_depths(EXPRESSION_DEPTH, EXPRESSION_DEPTH);
    engine
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::engine::offline;

    fn found(text: &str) -> Vec<CheckFinding> {
        check(&offline::engine(), text, None)
    }

    fn messages(text: &str) -> Vec<String> {
        found(text).into_iter().map(|found| found.message).collect()
    }

    #[test]
    fn mistakes_are_found_with_their_position() {
        let findings = found("let x = 1;\nfn f() {\n    get_usres();\n}\nf();");
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].message, "there is no function `get_usres`");
        assert_eq!(findings[0].hint.as_deref(), Some("Did you mean `get_users`?"));
        assert_eq!((findings[0].place.line, findings[0].place.column), (Some(3), Some(5)));
    }

    #[test]
    fn every_undefined_variable_is_found_and_what_else_is_wrong() {
        let text = "let here = 1; let outer = 2;\nprint(one);\nlet f = |x| x + here + two;\nfn g(y) { y + outer }\nthree = 3;\n\
                    nope(here);\nfor i in 0..2 { print(i + four); }\nlet k = here; print(k);";
        let found: Vec<_> = found(text).into_iter().map(|found| (found.place.line, found.message)).collect();
        let line = |line, message: &str| (Some(line), message.to_owned());
        let variable = |at, name: &str| line(at, &format!("there is no variable `{name}`"));
        let expected = [
            variable(2, "one"),
            variable(3, "two"),
            variable(4, "outer"),
            variable(5, "three"),
            line(6, "there is no function `nope`"),
            variable(7, "four"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn each_kind_of_mistake_has_its_message() {
        for (code, message) in [
            ("nope(1);", "there is no function `nope`"),
            ("umapi::get_usr(\"x\");", "there is no function `umapi::get_usr`"),
            ("get_user();", "`get_user` takes 1 or 2 values, not none"),
            ("umapi::test_mode(1);", "`umapi::test_mode` takes 0 values, not 1"),
            ("fn f(x) { x } f(1, 2);", "`f` takes 1 value, not 2"),
            ("let l = []; l.psh(1);", "there is no method `psh`"),
            ("let l = []; l.push();", "`push` takes 1 value, not none"),
            ("let f = |x| x; f(1);", "there is no function `f`"),
            ("let list = [1]; list.map(|x| nope(x));", "there is no function `nope`"),
            ("print(nobody);", "there is no variable `nobody`"),
            ("import \"/nowhere/x\" as x;", "/nowhere/x.rhai: no such file"),
            ("let x = ;", "unexpected `;`"),
            ("`${nope()}`", "there is no function `nope`"),
            ("get_users(#{grop: \"x\"});", "get_users has no option `grop`"),
            ("umapi::get_user(\"x\", #{domian: \"x\"});", "get_user has no option `domian`"),
        ] {
            assert_eq!(messages(code), [message], "{code}");
        }
    }

    #[test]
    fn a_wrong_number_of_arguments_shows_the_forms() {
        let hint = found("get_user(1, 2, 3);")[0].hint.clone().unwrap_or_default();
        let string = crate::language::type_names::display_name("string");
        assert!(hint.contains(&format!("`get_user(email: {string}) -> User`")), "{hint}");
    }

    #[test]
    fn a_function_that_hides_a_built_in_one_is_a_warning() {
        let findings = found("let x = 1;\nfn get_user(email) { umapi::get_user(email) }\nget_user(\"x\");");
        assert_eq!(findings.len(), 1);
        assert!(findings[0].is_warning);
        let hint = findings[0].hint.as_deref().unwrap_or_default();
        assert!(hint.starts_with("Call the built-in one as `umapi::get_user`."), "{hint}");
        assert!(hint.contains("`// umapish: own get_user`"), "{hint}");
        assert_eq!((findings[0].place.line, findings[0].place.column), (Some(2), Some(4)));
        let findings = found("// fn get_user(\n/*\n*/ fn  get_user  (email) { email }\nget_user(\"x\");");
        assert_eq!((findings[0].place.line, findings[0].place.column), (Some(3), Some(8)));
    }

    #[test]
    fn a_function_that_hides_a_built_in_one_on_purpose_is_no_finding() {
        let text = "// umapish: own get_user, get_users\nfn get_user(email) { umapi::get_user(email) }\n\
                    fn get_users() { [] }\nfn get_groups() { [] }\nget_user(\"x\");";
        let messages = messages(text);
        assert_eq!(messages.len(), 1, "{messages:?}");
        assert!(messages[0].contains("get_groups()"));
    }

    #[test]
    fn correct_scripts_have_no_findings() {
        for code in [
            "for user in get_users(#{group: \"x\"}) { print(user.email); if user.in_group(\"x\") { } }",
            "let f = |x| x + 1; print(f.call(1)); let g = f.curry(2); g.call();",
            "let m = #{go_on: |x| x}; m.go_on(1);",
            "let m = #{}; m.act = |x| x; m.act(1); m[\"do_it\"] = |x| x; m.do_it(2);",
            "fn twice() { this * 2 } let x = 3; x.twice();",
            "fn add(one, two) { one + two } [1, 2].reduce(add); Fn(\"add\").call(1, 2); call(Fn(\"add\"), 1, 2);",
            "fn get_users(one, two, three) { umapi::get_users() } get_users(1, 2, 3);",
            "const N = 1; fn f() { global::N } print(f());",
            "if is_def_var(\"x\") { print(1) } if is_def_fn(\"later\", 1) { later(1) }",
            "let l = [3, 1]; l.sort(); l.sort_by(|a, b| a < b); l.filter(|x| x > 1).len(); l.for_each(|| print(this));",
            "try { throw #{message: \"x\"} } catch (e) { print(e.message) }",
            "let t = \" a \"; print(t.trim()); print(t.split(\",\")[0].to_upper()); t.len; print(t.pad(5, ' '));",
            "let x = 5; x += 1; let y = -x; let z = !true; print(x in 0..3); let b = x ?? y;",
            "switch type_of(1) { \"i64\" if true => print(1), _ => debug(2) }",
            "eval(\"40 + 2\"); let m = parse_json(\"{}\"); m.keys(); m?.a?.b;",
            "for (item, index) in [1, 2] { print(`${item} ${index}`); } for i in range(0, 5, 2) { }",
            "let u = get_user(\"a@example.com\"); u.to_map().keys(); print(u[\"email\"]); u.get(\"x\");",
            "let s = timestamp(); s.elapsed; let n = (1.5).round(); [1, 2].contains(1); 1.to_string(); max(1, 2);",
            "fn f(x) { if x > 0 { f(x - 1) } } f(3); help(\"get_user\"); exit(2);",
            "let path = \"lib\"; if false { import path as lib; lib::anything(1); }",
            "let a = [1, 2, 3]; print(a.extract(1..2)); a.index_of(2); a.zip([1], |x, y| x + y); a.all(|x| x > 0);",
            "do { print(1) } while false; loop { break; } let r = loop { break 1 }; while false { continue; }",
        ] {
            assert_eq!(found(code), [], "{code}");
        }
    }

    #[test]
    fn functions_of_the_script_accept_any_options() {
        let findings = found("fn get_user(name, options) { options.any } get_user(\"x\", #{any: 1});");
        assert!(findings.iter().all(|found| found.is_warning), "{findings:?}");
    }

    #[test]
    fn every_example_of_the_reference_is_right() {
        for (function, code) in crate::script::functions::catalog().examples() {
            assert_eq!(found(code), [], "{}", function.call());
        }
    }

    #[test]
    fn modules_are_checked() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write(
            "lib.rhai",
            "import \"deep\" as deep;\nfn add(x) { deep::f(x) }\nprivate fn own() { nope() }\n",
        );
        write("deep.rhai", "import \"lib\" as lib; fn f(x) { x }");
        let main = folder.path().join("main.rhai");
        let text = "import \"lib\" as lib;\nlib::add(1);\nlib::add();\nlib::own();\nlib::ad(1);";
        let findings = check(&offline::engine(), text, Some(&main));
        let reported: Vec<_> =
            findings.iter().map(|found| (found.message.as_str(), found.place.line)).collect();
        let expected = [
            ("`lib::add` takes 1 value, not none", Some(3)),
            ("there is no function `lib::own`", Some(4)),
            ("there is no function `lib::ad`", Some(5)),
            ("there is no function `nope`", Some(3)),
        ];
        assert_eq!(reported, expected);
        let module = folder.path().join("lib.rhai").display().to_string();
        assert_eq!(findings[3].place.source, Some(module));
    }

    #[test]
    fn a_module_that_does_not_parse_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("lib.rhai"), "fn f( { }").unwrap();
        let main = folder.path().join("main.rhai");
        let findings = check(&offline::engine(), "import \"lib\" as lib; lib::f();", Some(&main));
        assert_eq!(findings.len(), 1);
        assert!(findings[0].place.source.as_deref().is_some_and(|source| source.ends_with("lib.rhai")));
    }
}
