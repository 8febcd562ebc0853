//! `umapish check` on several files, folders and in JSON; `umapish functions` by other names.

use crate::support::Run;
use serde_json::Value;

#[test]
fn a_folder_is_checked_and_the_findings_are_json() {
    let run = Run::new("check -o json jobs")
        .file("jobs/a.rhai", "print(get_usres());")
        .file("jobs/lib/b.rhai", "fn half(list) { list.len() / 10 }")
        .run();
    let found: Value = serde_json::from_str(&run.stdout).unwrap();
    let found = found.as_array().unwrap();
    let shown: Vec<_> = found
        .iter()
        .map(|row| {
            (row["file"].as_str().unwrap(), row["line"].as_u64().unwrap(), row["severity"].as_str().unwrap())
        })
        .collect();
    assert_eq!(shown, [("jobs/a.rhai", 1, "error"), ("jobs/lib/b.rhai", 1, "warning")]);
    assert!(found[0]["hint"].as_str().unwrap().contains("get_users"));
    assert_eq!(run.code, 1);
}

#[test]
fn a_check_ends_with_0_or_1() {
    for (line, code, words) in [
        ("check good.rhai", 0, "1 script checked: 0 errors"),
        ("check gone.rhai", 1, "gone.rhai"),
        ("check -o json gone.rhai", 1, ""),
        ("check bad.rhai good.rhai", 1, "2 scripts checked: 1 error"),
        ("check empty", 1, "this folder has no scripts"),
    ] {
        let run = Run::new(line)
            .file("good.rhai", "print(1);")
            .file("bad.rhai", "nope();")
            .file("empty/people.csv", "email\n")
            .run();
        assert!(run.words().contains(words), "{line}: {}", run.stderr);
        assert_eq!(run.code, code, "{line}: {}", run.stderr);
    }
}

#[test]
fn the_scripts_of_the_project_check_clean() {
    let scripts = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts");
    let run = Run::new("check").arg(scripts).run();
    assert!(run.words().contains("0 errors, 0 warnings"), "{}", run.stderr);
    run.ended(0);
}

#[test]
fn functions_are_found_by_the_names_of_the_service_of_python_and_by_synonyms() {
    for (word, shown) in [
        ("removeFromOrg", "delete_account("),
        ("createFederatedID", "add_federated_id("),
        ("UsersQuery", "get_users("),
        ("execute_queued", "finish("),
        ("revoke", "remove_from_groups("),
        (concat!("licen", "ce"), "without_license("),
        ("dry run", "test_mode("),
        ("json.loads", "parse_json(text)"),
        ("strip", "text.trim()"),
        ("DictReader", "read_csv("),
    ] {
        let run = Run::new("functions").arg(word).run();
        let all = format!("{}{}", run.stdout, run.stderr);
        assert!(all.contains(shown), "{word}: {all}");
        run.ended(0);
    }
}

/// The code of the second column of a table in the guide, one entry for each row.
fn code_of_rows(page: &str, heading: &str) -> Vec<String> {
    let table = page.split(heading).nth(1).unwrap();
    let rows = table
        .lines()
        .skip_while(|line| !line.starts_with("|---"))
        .skip(1)
        .take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let row = row.replace("\\|", "\u{1}");
        let cell = row.split('|').nth(2).unwrap().replace('\u{1}', "|");
        let (mut code, mut rest) = (Vec::new(), cell.as_str());
        while let Some(start) = rest.find('`') {
            let ticks = rest[start..].chars().take_while(|letter| *letter == '`').count();
            let after = &rest[start + ticks..];
            let Some(end) = after.find(&"`".repeat(ticks)) else { break };
            code.push(after[..end].trim().to_owned());
            rest = &after[end + ticks..];
        }
        code.join("\n")
    })
    .collect()
}

#[test]
fn every_row_of_the_idioms_names_functions_that_exist() {
    let page = include_str!("../src/guide/coming-from-python.md");
    let rows = code_of_rows(page, "## Idioms");
    assert!(rows.len() > 50, "{}", rows.len());
    let engine = umapi_shell::script::engine::offline::engine();
    let mut known = 0;
    for row in rows {
        for code in row.lines().filter(|code| !code.contains("...")) {
            let findings = umapi_shell::script::checker::check(&engine, code, None);
            for finding in findings {
                let is_about_functions =
                    finding.message.contains("there is no method") || finding.message.contains("value");
                // `f`, `tools::f` and their like stand for functions of the reader.
                let is_placeholder = ["`f`", "`add`", "`tools::f`", "`bump`"]
                    .iter()
                    .any(|name| finding.message.contains(name));
                assert!(!is_about_functions || is_placeholder, "{code}: {}", finding.message);
            }
            known += 1;
        }
    }
    assert!(known > 90, "{known}");
}

#[test]
fn formats_in_strings_do_not_keep_the_other_faults_back() {
    let script = "let used = 3; let total = 4;\nlet share = used / total * 100;\nprint(`${share:.1f}% of ${total:d}`);\n\
                  print(\"=\" * 30);\nnothing();\n";
    let run = Run::new("check share.rhai").file("share.rhai", script).run();
    for words in ["3:15", "3:32", "drops the remainder", "does not repeat a string", "no function `nothing`"]
    {
        assert!(run.words().contains(words), "{words}: {}", run.stderr);
    }
    run.ended(1);
}
