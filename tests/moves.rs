//! Moves between groups: people leave the old group only after they have joined the new one.

use crate::support::Desk;

#[test]
fn a_move_that_is_killed_is_finished_and_nobody_is_ever_in_neither_group() {
    let people = "let people = []; for n in 0..60 { people.push(`m${n}@example.net`); }";
    let desk = Desk::new(&format!(
        "{people} print(move_between_groups(people, \"Interns\", \"Finance\").completed);"
    ));
    let file = |name: &str, code: String| std::fs::write(desk.folder.path().join(name), code).unwrap();
    file(
        "make.rhai",
        format!(
            "{people} multi_action(people.map(|name| command(name).add_adobe_id(#{{firstname: \"M\", lastname: \"M\", \
             country: \"US\"}}).add_to_groups(\"Interns\")));"
        ),
    );
    file(
        "count.rhai",
        r#"let of = |group| get_users(#{group: group}).map(|user| user.email)
            .filter(|name| name.starts_with("m") && name.ends_with("@example.net"));
        let left = of.call("Interns");
        let joined = of.call("Finance");
        print(`${(left + joined).unique().len()} ${left.len()} ${joined.len()}`);"#
            .to_owned(),
    );
    desk.start("--live --no-journal make.rhai").run().exits(0);
    let mut line = "--live job.rhai".to_owned();
    for bytes in [600, 2_500, 4_000, 3_000, 5_000, 2_000, 4_000] {
        let ended = desk.kill_after(&line, bytes);
        let count = desk.start("--test count.rhai").run().done();
        assert!(count.starts_with("60 "), "after {bytes} bytes: {count}");
        if ended.is_some() {
            break;
        }
        if let [journal] = desk.journals().as_slice() {
            line = format!("--live resume {}", journal.display());
        }
    }
    assert!(line.starts_with("--live resume"), "it was never killed");
    desk.run(&line);
    assert_eq!(desk.start("--test count.rhai").run().done(), "60 0 60\n");
}
