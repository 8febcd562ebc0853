//! The last lines of a run: they name the people and groups whose commands did not succeed.

use crate::support::{Desk, Run};

/// Each way to send a command that the service refuses, for somebody with no such group.
const WAYS: [&str; 4] = [
    r#"multi_action([command(PERSON).add_to_groups("Nowhere")]); 1"#,
    r#"let changes = queue(); changes.add_to_groups(PERSON, "Nowhere"); 1"#,
    r#"let changes = queue(); changes.add_to_groups(PERSON, "Nowhere"); changes.finish(); 1"#,
    r#"action([#{user: PERSON, "do": [#{add: #{group: ["Nowhere"]}}]}]); 1"#,
];

#[test]
fn who_was_refused_is_named_once_also_with_quiet() {
    for way in WAYS {
        let code = way.replace("PERSON", "\"ben.osei@example.com\"");
        for options in ["--sandbox -e", "--sandbox -q -e"] {
            let run = Run::new(options).arg(&code).run().exits(3);
            assert_eq!(
                run.stderr.matches("failed: ben.osei@example.com: ").count(),
                1,
                "{way}: {}",
                run.stderr
            );
        }
    }
}

#[test]
fn an_error_that_names_somebody_is_not_repeated() {
    let run = Run::eval("add_to_groups(\"ben.osei@example.com\", \"Nowhere\")").run().exits(3);
    assert_eq!(
        run.stderr.matches("Nowhere").count(),
        1 + 1,
        "the message and the line of code: {}",
        run.stderr
    );
}

#[test]
fn each_line_has_its_time_where_nobody_watches() {
    let run = Run::eval(&WAYS[0].replace("PERSON", "\"ben.osei@example.com\"")).run();
    let line = run.stderr.lines().find(|line| line.contains("failed: ")).unwrap();
    let time = line.split_once(' ').unwrap().0;
    assert!(time.parse::<jiff::Timestamp>().is_ok(), "{line}");
}

#[cfg(unix)]
#[test]
fn a_terminal_shows_no_time() {
    let code = WAYS[0].replace("PERSON", "\"ben.osei@example.com\"");
    let mut terminal = Run::at_terminal("--sandbox -e").arg(code).start();
    let shown = terminal.expect("failed: ben.osei@example.com");
    assert!(!shown.contains("Z failed"), "{shown}");
    assert_eq!(terminal.end(), 3);
}

#[test]
fn invisible_characters_of_a_name_are_shown() {
    let code = r#"let command = #{user: "ben\u200b@example.com", "do": [#{removeFromOrg: #{}}]};
        multi_action([command], #{skip_invalid: true}); 1"#;
    let run = Run::eval(code).run().exits(3);
    assert!(run.stderr.contains("not sent: ben<U+200B>@example.com: "), "{}", run.stderr);
}

#[test]
fn twenty_are_named_and_the_rest_counted() {
    let code = r#"let all = []; for n in 0..25 { all.push(command(`p${n}@example.com`).add_to_groups("Designers")); }
        multi_action(all); 1"#;
    let run = Run::eval(code).run().exits(3);
    assert_eq!(run.stderr.matches("failed: p").count(), 20, "{}", run.stderr);
    assert!(run.stderr.contains("and 5 more; the report"), "{}", run.stderr);
}

#[test]
fn yes_in_advance_is_for_confirm_alone() {
    let desk = Desk::new("if confirm(\"Go on?\") { print(\"yes\"); }");
    assert_eq!(desk.start("--test --yes job.rhai").run().ended(0), "yes\n");
    desk.start("--test job.rhai").run().exits(1).stderr_has("Start with --yes");
}
