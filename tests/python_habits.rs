//! The names and the syntax that people bring from Python: each is explained at its line, and nothing is explained
//! wrongly.

use crate::support::Run;

/// Declarations before each line, so that only its Python is wrong.
const GIVEN: &str =
    "let names = [\"b\"]; let text = \"ab\"; let x = 4; let url = \"/x\"; let d = #{}; let f = ();";

/// A line, and words of each of its hints.
const LINES: &[(&str, &[&str])] = &[
    ("data = json.loads(text)", &["let", "parse_json(text)"]),
    ("let s = json.dumps(d);", &["to_json(value)"]),
    ("r = requests.get(url)", &["let", "make_call(\"GET\", path)"]),
    ("sys.exit(2)", &["exit(1)"]),
    ("let args = sys.argv[1];", &["args()"]),
    ("home = os.environ[\"HOME\"]", &["let", "env("]),
    ("let p = os.path.join(url, text);", &["file_exists(path)"]),
    ("time.sleep(2)", &["sleep(2)"]),
    ("rows = csv.DictReader(f)", &["let", "read_csv(path)"]),
    ("logging.warning(\"x\")", &["warn(text)"]),
    ("m = re.search(\"a\", text)", &["let", "find_match(pattern)"]),
    ("let n = math.ceil(x);", &["ceiling(x)"]),
    ("let n = datetime.datetime.now();", &["moment()"]),
    ("f = open(\"people.csv\")", &["read_text(path)"]),
    ("with open(\"x\") as f:", &["Files need no `with`", "read_text(path)", "in braces"]),
    ("let s = sorted(names);", &["list.sort()"]),
    ("for i, x in enumerate(names):", &["The entry comes first", "(item, index)", "in braces"]),
    ("let ok = any(names);", &["list.some("]),
    ("print(sum([1, 2]) + len(names));", &[]),
    ("let label = str(5);", &["x.to_string()"]),
    ("let n = int(\"5\");", &["parse_int(text)"]),
    ("let n = float(\"5\");", &["parse_float(text)"]),
    ("let ok = isinstance(text, str);", &["type_of(x)", "The name of a type"]),
    ("names.append(\"x\")", &["list.push(x)"]),
    ("names.extend(names)", &["list += other"]),
    ("for k, v in d.items():", &["for key in map.keys()", "for key in map.keys()", "in braces"]),
    ("let v = d.get(\"a\", 0);", &["map[key] ?? default"]),
    ("let s = text.strip(\"x\");", &["text.trim(\"x\")"]),
    ("let s = text.title();", &["word.capitalize()"]),
    ("let s = \"{}\".format(x);", &["in backticks"]),
    ("let n = pow(2, 3);", &["a ** b"]),
    ("let y = x ** 2; print(y);", &[]),
    ("global counter", &["sees its own variables only"]),
    ("assert x > 1", &["instead of `assert`"]),
    ("x = None", &["Write `()`"]),
    ("x = True", &["in lowercase"]),
    ("f(names, key=1)", &["no keyword arguments"]),
    ("def f(a, b=1):", &["`fn name(a, b)", "For a default", "in braces"]),
    ("def f(a: int):", &["`fn name(a, b)", "Parameters have no types", "in braces"]),
    ("let n: int = 1;", &["Variables have no types"]),
    ("a, b = 1, 2", &["assign the variables one by one"]),
    ("\"\"\"A docstring\nof two lines.\"\"\"", &["in backticks"]),
    ("print(f\"{x:.2f}\");", &["no formats in a string"]),
    ("let y = x // 2", &["For Python's `a // b`"]),
    ("print(names, text);", &["one string in backticks"]),
    ("let s = \", \".join(names);", &["the list comes first"]),
    ("if text is None: pass", &["instead of `is`", "Write `()`", "an empty block"]),
];

/// The hints of a check.
fn hints(script: &str) -> Vec<String> {
    let run = Run::new("check x.rhai -o json").file("x.rhai", script).run();
    let findings: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let findings = findings.as_array().unwrap().iter();
    findings
        .map(|found| format!("{}: {}", found["line"], found["hint"].as_str().unwrap_or("no hint")))
        .collect()
}

#[test]
fn each_habit_of_python_is_explained_and_nothing_is_explained_wrongly() {
    let mut wrong = Vec::new();
    for (line, expected) in LINES {
        let mut found = hints(&format!("{GIVEN}\n{line}\n"));
        let all = found.clone();
        for words in *expected {
            match found.iter().position(|hint| hint.contains(words)) {
                Some(place) => drop(found.remove(place)),
                None => wrong.push(format!("{line}: not found: {words} in {all:?}")),
            }
        }
        if !found.is_empty() {
            wrong.push(format!("{line}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_script_with_all_of_them_has_a_finding_at_each_line() {
    let lines: Vec<_> =
        LINES.iter().filter(|(line, expected)| !expected.is_empty() && !line.contains('\n')).collect();
    let script: Vec<_> = lines.iter().map(|(line, _)| *line).collect();
    let script = script.join("\n");
    let found = hints(&format!("{GIVEN}\n{script}"));
    for (place, (line, _)) in lines.iter().enumerate() {
        // What a string without its types hides is only found in a script that parses.
        let needs_tree = ["int(\"5", "append(", "format(", "x // 2", "get(\"a", ".join("]
            .iter()
            .any(|part| line.contains(part));
        let start = format!("{}: ", place + 2);
        assert!(needs_tree || found.iter().any(|hint| hint.starts_with(&start)), "{line}: {found:#?}");
    }
}

/// A script as it is written from the table of idioms by hand: everything that is wrong is shown by the first check.
#[test]
fn a_first_check_shows_what_a_second_one_would() {
    let script = "const UMAPI_URL = \"/action/\";\nfn update_account(email, changes) {\n    let url = UMAPI_URL;\n    \
                  let body = [#{user: email,\n        requestID: str(5),\n        do: [changes]}];\n    \
                  return make_call(\"POST\", url, body);\n}\nupdate_account(\"a@example.com\", #{});\n";
    let found = hints(script);
    for (line, words) in
        [(2, "umapi::update_account"), (3, "global::UMAPI_URL"), (5, "to_string()"), (6, "Quote a key")]
    {
        let is_found =
            found.iter().any(|hint| hint.starts_with(&format!("{line}: ")) && hint.contains(words));
        assert!(is_found, "{line} {words}: {found:#?}");
    }
}
