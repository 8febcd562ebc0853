//! `kill -9` while a plan is made and while it is applied: nothing is lost, and each command is done once.

use crate::support::Desk;
use std::process::Stdio;
use std::time::Duration;

/// Thirty people, one command each.
const JOB: &str = r#"
    let people = get_users().to_array();
    multi_action(people.map(|user| command(user).add_to_groups("Interns")), #{skip_invalid: true});
"#;

fn interns(desk: &Desk) -> usize {
    let code = r#"get_users(#{group: "Interns"}).len()"#;
    desk.start("-o json -e").arg(code).run().done().trim().parse().unwrap()
}

/// How many commands arrived.
fn sent(desk: &Desk) -> usize {
    desk.server.requests().iter().filter(|seen| seen.endpoint == "Action").map(|seen| seen.commands).sum()
}

#[test]
fn an_apply_that_is_killed_again_and_again_does_each_command_once() {
    for step in [1_000, 2_000, 5_000] {
        let desk = Desk::new(JOB);
        desk.start("plan --out a.plan job.rhai").run().exits(0);
        let planned = desk.start("-o json -e").arg("get_users().len()").run().done().trim().parse().unwrap();
        let mut kills = 0;
        while desk.kill_after("apply a.plan --live", step).is_none() && kills < 40 {
            kills += 1;
        }
        let (code, _, words) = desk.run("apply a.plan --live");
        assert_eq!(
            (code, interns(&desk), sent(&desk)),
            (0, planned, planned),
            "after {kills} kills: {words}"
        );
        assert_eq!(desk.journals().len(), 1, "one run, continued");
    }
}

#[test]
fn a_plan_that_is_killed_leaves_the_old_file_or_the_new_one() {
    let desk = Desk::new(JOB);
    let path = desk.folder.path().join("a.plan");
    for wait in [5, 20, 40, 60, 80, 120, 160, 240, 400] {
        let mut child = desk
            .command("plan --out a.plan job.rhai")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(wait));
        child.kill().unwrap();
        child.wait().unwrap();
        if path.exists() {
            umapi_shell::plan::file::PlanFile::read(&path).unwrap();
        }
    }
    assert_eq!((interns(&desk), sent(&desk)), (0, 0));
}
