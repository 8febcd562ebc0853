//! Rows of files as commands: refused rows keep their tag and name their line, and identity columns are never dropped.

use crate::scripts::with_scripts;
use crate::support::Run;

const ODD_ROWS: &str = "type,email,firstname,lastname,country,groups\n\
                        federatedID,kim.ok@example.com,Kim,Ok,US,Designers\n\
                        federatedID,,No,Mail,US,Designers\n\
                        Federated ID,lou.ok@example.com,Lou,Ok,US,Designers\n\
                        federatedID,jo lee@example.com,Jo,Lee,US,Designers\n";

#[test]
fn a_refused_command_keeps_its_tag_and_counts() {
    let code = r#"
        let report = multi_action([
            command("no mail").add_to_groups("Designers").tag("row 1"),
            command("").add_to_groups("Designers").tag("row 2"),
            #{user: "ben.osei@example.com", "do": [], tag: "row 3"},
            command("ben.osei@example.com").add_to_groups("Finance").tag("row 4"),
        ], #{skip_invalid: true});
        for outcome in report.outcomes { print(`${outcome.status} ${outcome.tag}`); }
    "#;
    let printed = Run::eval(code).run().ended(3);
    assert_eq!(printed, "not_sent row 1\nnot_sent row 2\nnot_sent row 3\ncompleted row 4\n");
    assert_eq!(Run::eval(&format!("{code} exit(0);")).run().code, 0);
}

#[test]
fn all_refused_rows_are_named_at_once_with_their_lines() {
    let run = |code: &str| {
        Run::new("--sandbox --report report.csv -e").arg(code).file("people.csv", ODD_ROWS).run()
    };
    let all = run("multi_action(`people.csv`)");
    for line in ["people.csv:3: ", "people.csv:4: lou.ok@example.com: ", "people.csv:5: jo lee@example.com: "]
    {
        assert!(all.words().contains(line), "no {line} in {}", all.stderr);
    }
    all.exits(3);
    for code in [
        "multi_action(`people.csv`, #{skip_invalid: true})",
        "multi_action(read_csv(`people.csv`).map(|row| command(row.email).add_to_groups(row.groups).tag(row)), \
         #{skip_invalid: true})",
    ] {
        let print = "for outcome in report.outcomes { print(`${outcome.source} ${outcome.tag.firstname}`); } \
                     print(report.outcomes.map(|outcome| outcome.source))";
        let run = run(&format!("let report = {code}; {print}"));
        assert!(run.stdout.contains("people.csv:3 No\n"), "{code}: {}{}", run.stdout, run.stderr);
        assert!(run.stdout.contains("people.csv:5 Jo\n"), "{code}: {}", run.stdout);
        assert!(run.stdout.contains("\"people.csv:2\""), "{code}: {}", run.stdout);
        let report = std::fs::read_to_string(run.file("report.csv")).unwrap();
        assert!(report.contains("people.csv:2") && report.contains("people.csv:5"), "{report}");
        run.exits(3).stderr_has("people.csv:5: jo lee@example.com: ");
    }
}

/// The two ways to provision the people of a file.
const WAYS: [&str; 2] = ["-e multi_action(args()[0])", "scripts/onboard.rhai"];

fn provision(way: &str, file: &str, then: &str) -> Run {
    if let Some(code) = way.strip_prefix("-e ") {
        let code = format!("{code}; {then}").replace("args()[0]", "`people.csv`");
        return with_scripts(Run::new("--sandbox -e")).file("people.csv", file).arg(code);
    }
    let run = with_scripts(Run::new("--sandbox job.rhai people.csv")).file("people.csv", file);
    let script = std::fs::read_to_string(run.path().join(way)).unwrap();
    run.file("job.rhai", script + then)
}

#[test]
fn columns_that_decide_who_is_meant_are_read() {
    for way in WAYS {
        for (file, person) in [
            (
                "firstname,lastname,email,country,groups,type,username,domain\n\
                 Vic,Sun,vic.sun@example.com,SE,Designers,federatedID,q43,sso.example.com\n",
                "q43 in sso.example.com: federatedID SE",
            ),
            (
                "firstname,lastname,email,country,groups,type,username,domain\n\
                 Vic,Sun,vic.sun@example.com,SE,Designers,,,\n",
                "vic.sun@example.com in example.com: federatedID SE",
            ),
            (
                "firstname,lastname,email,country,groups,type,username,domain\n\
                 Vic,Sun,vic.sun@example.com,SE,Designers,federatedID,vic.sun@example.com,example.com\n",
                "vic.sun@example.com in example.com: federatedID SE",
            ),
            (
                "firstname,lastname,mail,country_code,groups,type,upn\n\
                 Vic,Sun,vic.sun@example.org,DE,Designers,enterpriseID,vic.sun@example.org\n",
                "vic.sun@example.org in example.org: enterpriseID DE",
            ),
        ] {
            let email =
                if file.contains("example.org") { "vic.sun@example.org" } else { "vic.sun@example.com" };
            let then = format!(
                "let u = get_user(\"{email}\"); print(`${{u.username}} in ${{u.domain}}: ${{u.type}} ${{u.country}}`)"
            );
            let run = provision(way, file, &then).run();
            assert!(
                run.stdout.ends_with(&format!("{person}\n")),
                "{way} {file}: {}{}",
                run.stdout,
                run.stderr
            );
        }
    }
}

#[test]
fn columns_that_would_be_dropped_stop_the_run() {
    let usual = "email,firstname,lastname,country,groups";
    for way in WAYS {
        for column in
            ["Username", "User Name", "UPN", "Domain", "Type", "Identity Type", "Country Code", "E-Mail"]
        {
            let file = format!("{usual},{column}\nvic.sun@example.com,Vic,Sun,SE,Designers,x\n");
            let run = provision(way, &file, "").run();
            assert_ne!(run.code, 0, "{way} {column}");
            let message = format!("the column `{column}` seems to decide who is meant, but is not read");
            run.stderr_has(&message);
        }
        for (twice, columns) in
            [("mail", "`mail` and `email`"), ("country_code", "`country_code` and `country`")]
        {
            let file = format!("{usual},{twice}\nvic.sun@example.com,Vic,Sun,SE,Designers,x\n");
            provision(way, &file, "").run().stderr_has(&format!("the columns {columns} mean the same"));
        }
        let other_domain = "email,firstname,lastname,country,groups,domain\n\
                            vic.sun@example.com,Vic,Sun,SE,Designers,sso.example.com\n";
        provision(way, other_domain, "").run().failed(3, "so it takes no `domain`");
    }
}

#[test]
fn onboarding_does_the_good_rows_and_lists_the_others() {
    let run = with_scripts(Run::new("--sandbox scripts/onboard.rhai in/people.csv"))
        .file("in/people.csv", ODD_ROWS);
    let run = run.file("in/onboard-failed.csv", "reason\nold\n").run();
    assert!(run.stdout.contains("completed  kim.ok@example.com\n"), "{}{}", run.stdout, run.stderr);
    let failed = std::fs::read_to_string(run.file("in/onboard-failed.csv")).unwrap();
    assert!(failed.starts_with("reason,type,email,firstname,lastname,country,groups\n"), "{failed}");
    for name in ["No,Mail", "Lou,Ok", "Jo,Lee"] {
        assert!(failed.contains(name), "{failed}");
    }
    let mut kept = std::fs::read_dir(run.file("in")).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(kept.any(|name| name.to_string_lossy().starts_with("onboard-failed-2")), "no dated list");
    run.exits(3);
}
