//! Each trap is found, and correct scripts have no findings.

use super::find;
use crate::script::engine::offline;

fn found(code: &str) -> Vec<(String, Option<usize>, bool)> {
    let ast = offline::engine().compile(code).unwrap_or_else(|error| panic!("{code}: {error}"));
    let findings = find(&ast, code, false).into_iter();
    findings.map(|finding| (finding.message, finding.place.line, finding.is_warning)).collect()
}

#[test]
fn each_trap_is_found_at_its_line() {
    for (code, words, is_warning) in [
        (
            "let rows = [#{a: 1}];\nfor row in rows { row.a = 2; }",
            "`row` is a copy of an entry of `rows`",
            true,
        ),
        ("let rows = [#{a: []}];\nfor row in rows { row[\"a\"].push(1); }", "`row` is a copy of", true),
        ("fn add(list) {\nlist.push(1); }", "`list` is a copy of the argument", true),
        ("let f = |list| {\nlist.push(1); 7 };", "`list` is a copy of the argument", true),
        ("let y = [[1]]; let x = y[0];\nx.push(2);", "`x` is a copy of `y[0]`", true),
        ("let y = #{a: [1]}; let x = y.a;\nx[0] = 2;", "`x` is a copy of `y.a`", true),
        ("let n =\n25 / 10; print(n);", "drops the remainder", true),
        ("let l = [1, 2];\nprint(l.len() / 2);", "drops the remainder", true),
        ("let l = [1]; let n = l.len();\nprint(n / 2);", "drops the remainder", true),
        ("let p =\n\"a@b\".split(\"@\", 1);", "returns the whole string", false),
        (
            "let step_name = \"add\"; let m =\n#{step_name: 1}; print(m);",
            "the key is the name `step_name`",
            true,
        ),
        ("print(\n0 < 3 < 5);", "a second comparison", true),
        ("let name = \" a \";\nname.trim();", "`trim` returns a new string", false),
        ("let name = \"a\";\nname.replace(\"a\", \"b\");", "`replace` returns a new string", false),
        ("let name = \"a\";\nname.remove(\"a\");", "`remove` returns a new string", false),
        ("let name = \"a\";\nname.truncate(1);", "`truncate` returns a new string", false),
        ("fn f(x) {\nx.trim(); x }", "`trim` returns a new string", false),
        ("let l = [5, 6];\nl.remove(1);", "`remove` takes an index", true),
        ("let start = now();\nprint(now() - start);", "strings cannot be subtracted", false),
        ("fn f(n) {\nn // 10\n}", "begins a comment", true),
        ("let n = 7;\nn // n;", "begins a comment", true),
        ("let n = 1; print(\n`a${n}\\n`);", "a backslash is a backslash", true),
        ("print(\n`\\tname`);", "a backslash is a backslash", true),
        ("let age = \"20\";\nif age > 18 { print(1) }", "comparison of a string with a number", true),
        ("for row in read_csv(\"x\") {\nif row.age != 18 { print(1) } }", "a cell of a CSV file", true),
        ("let rows = read_csv(\"x\");\nprint(rows[0][\"age\"] == 18);", "comparison of a string", true),
        ("print(\n-7 % 3);", "remainder of a negative number", true),
        ("let x = 1; print(\nx == x == 1);", "a second comparison", true),
        ("let r = send(\"GET\", \"/x\");\nprint(r.text);", "a Response has no field `text`", false),
        ("print(1);\nprint(send(\"GET\", \"/x\").status_code);", "no field `status_code`", false),
        ("print(\n-2 ** 2);", "`-2 ** 2` is 4", true),
        ("let x = #{a: [2]}; print(\n-x.a[0] ** x.a[0]);", "`-2 ** 2` is 4", true),
        ("fn f(x) {\n-f(x) ** 2 }", "`-2 ** 2` is 4", true),
        ("print(\n7 % -3);", "remainder of a negative number", true),
        ("let n = 5 - 12; let m = -7; print(\nm % 3);", "remainder of a negative number", true),
        ("let m = -7;\nm %= 3;", "remainder of a negative number", true),
        ("print(\n-5.0 % 3.0);", "remainder of a negative number", true),
        ("let n = 7; print(\nn / 2);", "drops the remainder", true),
        ("let n = 7;\nn /= 2; print(n);", "drops the remainder", true),
        ("let l = [1]; print(\nl.len() * 100 / l.len());", "drops the remainder", true),
        ("let l = [1]; print(\n100 / l.len());", "drops the remainder", true),
        ("let l = [1, 2]; print(\nl.sum() / l.len());", "drops the remainder", true),
        ("print(\nparse_int(\"7\") / 2);", "drops the remainder", true),
        ("print(\nfloor(-7 / 2));", "rounded up", true),
        ("print(\ntrue == 1);", "comparison of true or false with a number", true),
        ("let x = (); print(\nx < 1);", "comparison of `()` with a number", true),
        ("print(\n[1] < \"a\");", "comparison of a list with a string", true),
        ("let x = 1; print(\ntype_of(x) == \"int\");", "no type is called `int`", true),
        ("let x = 1; print(\nx.type_of() != \"dict\");", "no type is called `dict`", true),
        ("let l = [];\nif l { print(1) }", "this is a list", false),
        ("let s = \" a\".trim(); let t = 1;\nwhile !s { print(t) }", "this is a string", false),
        ("let l = [1]; if\nl.len() && true { print(1) }", "this is a number", false),
        ("let l = f(); if\nl { print(l.len()); } fn f() { [1] }", "a list, string or map", false),
        ("fn f(names) { if\n!names { return 0; } names.len() }", "a list, string or map", false),
        ("let a = 1; let b = 1; print(\na == b == a);", "a second comparison", true),
        ("print(\n1 in [1] == true);", "a second comparison", true),
        ("print(\n1 << 2 + 1);", "a shift is computed before", true),
        ("let l = [];\nl.append([1, 2]);", "`append` adds the entries", true),
        ("let l = []; let row = [\"a\"];\nl.append(row); print(row);", "`append` adds the entries", true),
        ("let l = [];\nl.append(\"x\");", "`append` takes a list", false),
        ("let x = 1; print(\n\"{}\".format(x));", "a string has no method `format`", false),
        ("print(\nint(\"5\"));", "`int` takes a float", false),
        ("print(\n\", \".join([1]));", "a string has no method `join`", false),
        ("let l = [3, 1];\nl.sort(|x| -x);", "`sort` takes a function that compares", false),
        ("let l = [3, 1]; let m = 2;\nl.sort(|x| x * m);", "`sort` takes a function that compares", false),
        ("let l = [3, 1];\nl.sort_by(|x| x);", "`sort_by` returns a new list", true),
        ("let l = [3, 1];\nl.filter(|x| x > 1); print(l);", "`filter` returns a new list", true),
        ("let l = [3, 1];\nl.unique(); print(l);", "`unique` returns a new list", true),
        ("let s = \"a\";\ns.to_upper(); print(s);", "`to_upper` returns a new string", false),
        ("let x = 1;\nx == 5; print(x);", "the result of `==` is not used", true),
        ("let l = [1];\nl + [2]; print(l);", "the result of `+` is not used", true),
        ("let d = #{};\n(d.a ?? []).push(1);", "changes a temporary value", true),
        ("let a = [1]; let b = a;\nb.push(2); print(a);", "`b` is a copy of `a`", true),
        ("fn f(d) {\nd += [1]; }", "`d` is a copy of the argument", true),
        ("let x = 1; if true {\nlet x = 2; } print(x);", "`let x` declares another variable", true),
        ("let t = 0; for x in [1] {\nlet t = t + x; print(t); } print(t);", "`let t` declares another", true),
        ("let x = 1;\nfor x in [5] { print(x); } print(x);", "the loop has a variable `x`", true),
        ("for\n(i, x) in [5] { print(i + x); }", "the entry comes first", true),
        ("let name = \"x\"; print(\n\"Hello {name}\");", "the value of `name` is not inserted", true),
        ("let name = \"x\"; print(\n\"Hello ${name}\");", "the value of `name` is not inserted", true),
        ("let name = \"x\"; print(\n`Hello {name}`);", "the value of `name` is not inserted", true),
        ("let u = #{}; print(\n\"{u.email:>10} is here\");", "the value of `u` is not inserted", true),
    ] {
        let findings = found(code);
        assert_eq!(findings.len(), 1, "{code}: {findings:?}");
        assert!(findings[0].0.contains(words), "{code}: {findings:?}");
        assert_eq!((findings[0].1, findings[0].2), (Some(2), is_warning), "{code}: {findings:?}");
    }
}

#[test]
fn similar_correct_code_has_no_findings() {
    for code in [
        "let out = []; let rows = [#{}]; for row in rows { row.a = 1; out.push(row); }",
        "for row in [#{}] { row.a = 1; }",
        "let rows = [#{}]; for (row, i) in rows { rows[i].a = 1; }",
        "let rows = [#{}]; let more = rows.map(|row| { row.a = 1; row }); print(more);",
        "fn add(list) { list.push(1); list }",
        "fn last(list) { list.pop() }",
        "fn first(list) { let x = list.shift(); x }",
        "fn count(list) { list.clear(); print(list.len()); }",
        "let seen = []; let note = |x| seen.push(x); note.call(1); print(seen);",
        "let rows = [[1]]; let row = rows[0]; row.push(2); rows[0] = row;",
        "let rows = [[1]]; let row = rows[0]; for i in 0..3 { if row.len() > 1 { print(1) } row.push(i); }",
        "let y = #{a: 1}; let x = #{}; x.b = y.a;",
        "let l = [1]; l.push(2);",
        "let n = (25 + 9) / 10; let m = 20 / 10; print(n + m);",
        "let l = [1]; print(l.len() / 2.0); print(floor(l.len() / 2)); print((l.len() + 9) / 10);",
        "let p = \"a@b\".split(\"@\", 2); print(p);",
        "let email = \"a\"; let m = #{email: email, \"step\": 1}; print(m);",
        "let name = \"a\"; let m = #{name: \"b\"}; print(m.name);",
        "print(0 < 3 && 3 < 5); print((1 < 2) == (2 < 3));",
        "let name = \" a \"; name = name.trim(); print(name.replace(\"a\", \"b\")); let t = name.trim();",
        "fn clean(x) { x.trim() }",
        "let names = [\" a\"]; names = names.map(|n| n.trim()); print(names);",
        "let m = #{a: 1}; m.remove(\"a\"); let l = [\"x\"]; l.remove(0); l.truncate(1);",
        "let l = [5, 6]; let removed = l.remove(1); print(removed);",
        "let l = [5, 6]; l.remove(0); l.remove(l.index_of(6));",
        "let start = timestamp(); print(start.elapsed); print(date(\"2026-11-23\") - date(\"2026-11-01\"));",
        "fn trim(x) { print(x); } trim(1); let x = 1; x.trim();",
        "let n = 7; // 10 of them\nlet m = n; // the second\nprint(n + m); // 3",
        "print(`C:\\new\\table`); print(\"a\\n\"); let n = 1; print(`${n} of C:\\temp`);",
        "let age = \"20\"; if age == \"18\" || parse_int(age) > 18 { print(1) }",
        "for row in read_csv(\"x\", #{numbers: 1}) { if row.age == \"18\" { print(1) } }",
        "let r = send(\"GET\", \"/x\"); print(r.status + r.body.text.len() + r.headers.text);",
        "print(7 % 3 + -6 % 3); let l = [1]; print(!(1 in l)); print((1 == 2) == false);",
        "let changes = queue(); for user in get_users() { changes.add_to_groups(user, \"x\"); } changes.finish();",
        "print((-2) ** 2); print(-2 ** 3); print(3 - 2 ** 2); let x = 2; print(x -x ** 2); print(-(x ** 2));",
        "let ok = f(); if ok { print(1) } fn f() { true } let x = f(); if x { x = [1]; print(x.len()); }",
        "let l = [1]; if l.len() > 0 && !l.is_empty() { print(l.len()) } let b = true; while b { b = false; }",
        "let n = 8; print(n / 2); let l = [1]; print(floor(l.len() * 100 / 3)); print(l.len() * 100 / 3.0);",
        "let n = 7; n += 1; print(n / 2); let r = -7; print(((r % 3) + 3) % 3); print(-7 % -3); print(floor(7 / 2));",
        "let l = [1]; let batches = (l.len() + 9) / 10; print(batches); print(l.len() / 1);",
        "let x = (); print(x == ()); print(x == 1); print(\"\" == ()); print([] == \"\"); print(1 < 2.5);",
        "print(type_of(1) == \"i64\"); print(\"int\" == \"str\");",
        "let a = 1; print(a == 1 && a < 2 || a > 3); print((a == 1) == true); for x in [a == 1] { print(x); }",
        "if 1 in [1] { print(1) } if 2 < 3 { print(2) } let f = |x| x > 1; print([f.call(1) == true, 1 == 1]);",
        "print(1 << 2); print((1 << 2) + 1); print([1 << 2, 1 + 1]); print(-1 << 2);",
        "let l = []; l.append(other()); l.push([1]); l += [2]; fn other() { [1] }",
        "let l = [3, 1]; l.sort(); l.sort(|a, b| a - b); l.sort_by(|a, b| a - b); l = l.sort_by(|x| x); print(l);",
        "let l = [1]; l.map(|x| print(x)); l.filter(|x| x > 1).map(|x| print(x)); let m = l.filter(|x| x > 1); print(m);",
        "fn five(x) { x == 5 } let f = |x| x + 1; print(five(1)); print(f.call(1)); let b = if true { 1 + 1 } else { 2 }; print(b);",
        "let d = #{}; d.a = d.a ?? []; d.a.push(1); print((d.a ?? []).len()); let n = (d.b ?? [1]).pop(); print(n);",
        "let a = [1]; let b = a; b.push(2); print(b); fn f(d) { d += [1]; d } fn g(n) { n += 1; }",
        "let x = 1; if true { let x = 2; print(x); } print(x); if true { x = 3; } fn h() { let x = 1; x }",
        "let name = \" a\"; for i in 0..2 { let name = name.trim(); print(name); } print(name);",
        "let x = 1; for x in [5] { print(x); } x = 2; print(x); for x in [1] { } for x in [2] { print(x); }",
        "for (x, i) in [5] { print(i + x); } for (i, n) in [5] { print(i + n); }",
        "let name = \"x\"; print(\"{name}\".replace(\"{name}\", name)); print(\"Hello {name}\".replace(\"{name}\", name));",
        "const URL = \"/users/{page}\"; let page = 1; print(page); print(URL);",
        "let name = \"x\"; print(`{\"name\": 1}`); print(\"{name: 1}\"); print(`${name} {other} {}`);",
    ] {
        assert_eq!(found(code), [], "{code}");
    }
}

#[test]
fn the_scripts_the_guide_and_the_reference_have_no_findings() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read =
        |path: std::path::PathBuf| (path.display().to_string(), std::fs::read_to_string(path).unwrap());
    let files = |folder: &str, ending: &str| -> Vec<_> {
        let paths = std::fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path());
        paths.filter(|path| path.extension().is_some_and(|known| known == ending)).map(read).collect()
    };
    let mut programs = [files("scripts", "rhai"), files("tests/bench", "rhai")].concat();
    for (name, text) in files("src/guide", "md").into_iter().chain([read(root.join("README.md"))]) {
        let blocks = text.split("\n```rhai\n").skip(1);
        let blocks = blocks.map(|block| block.split("\n```").next().unwrap_or_default().to_owned());
        programs.extend(blocks.map(|block| (name.clone(), block)));
    }
    let catalog = crate::script::functions::catalog();
    programs.extend(catalog.examples().map(|(function, code)| (function.call(), code.to_owned())));
    let (engine, mut checked) = (offline::engine(), 0);
    for (name, code) in programs {
        // A fragment of the guide may not be a script of its own.
        let Ok(ast) = engine.compile(&code) else { continue };
        assert_eq!(find(&ast, &code, true), [], "{name}:\n{code}");
        checked += 1;
    }
    assert!(checked > 150, "{checked}");
}
