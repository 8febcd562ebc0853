//! `kill -9` while a sync runs: it is resumed to the same end, nobody is sent twice, and the next run sends nothing.

use crate::support::Desk;
use std::collections::BTreeSet;
use std::process::Command;

/// Everybody joins one group, a third of the people leave another, and two accounts are created.
const MAP: &str = "[[map]]\nfile = 'all.csv'\nmode = 'add'\ngroups = ['Interns']\n\
    [[map]]\nfile = 'staff.csv'\ngroups = ['Engineering']\n\
    [limits]\nmax_removals = '100%'\nmax_unmatched = 9\n[create]\ncountry = 'US'\n";

/// A desk with the files.
fn desk() -> Desk {
    let desk = Desk::new("");
    let list = |code: &str| -> Vec<String> {
        desk.start("-e").arg(code).run().done().lines().map(str::to_owned).collect()
    };
    let people = list("for user in get_users() { print(user.email); }");
    let engineers = list("for user in get_users(#{group: \"Engineering\"}) { print(user.email); }");
    let file = |name: &str, text: &str| std::fs::write(desk.folder.path().join(name), text).unwrap();
    let new = ["zoe.new@example.com,Zoe,New", "yan.new@example.com,Yan,New"].map(str::to_owned);
    let rows: Vec<_> = people.iter().map(|email| format!("{email},,")).chain(new).collect();
    file("all.csv", &format!("email,firstname,lastname\n{}\n", rows.join("\n")));
    file("staff.csv", &format!("email\n{}\n", engineers[..engineers.len() - 3].join("\n")));
    file("map.toml", MAP);
    desk
}

/// The people with their groups.
fn state(desk: &Desk) -> String {
    let code = "for user in get_users() { print(`${user.email} ${user.type} ${user.groups.join(`, `)}`); }";
    let output = desk.start("-e").arg(code).run().done();
    output.lines().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join("\n")
}

fn commands(desk: &Desk) -> usize {
    desk.server.requests().iter().filter(|seen| seen.endpoint == "Action").map(|seen| seen.commands).sum()
}

/// A run with the setting `pack`, and few people in a request, so that there is much to be interrupted.
fn run(desk: &Desk, line: &str, pack: &str) -> Command {
    desk.start(line).env("UMAPI_PACK", pack).into_command()
}

#[test]
fn a_sync_that_is_killed_again_and_again_ends_as_one_that_is_not() {
    for pack in ["off", "on"] {
        let whole = desk();
        assert!(run(&whole, "--live sync map.toml", pack).output().unwrap().status.success());
        let (expected, sent) = (state(&whole), commands(&whole));
        assert!(sent > if pack == "off" { 40 } else { 0 }, "{pack}: {sent} commands");
        let mut kills = 0;
        for step in [1, 2_000, 9_000] {
            let desk = desk();
            let mut line = "--live sync map.toml".to_owned();
            let mut ended = None;
            for _ in 0..12 {
                ended = desk.kill_command_after(run(&desk, &line, pack), step);
                if ended.is_some() {
                    break;
                }
                kills += 1;
                if !desk.journals().is_empty() {
                    line = desk.resume_line();
                }
            }
            if ended.is_none() {
                let output = run(&desk, &line, pack).output().unwrap();
                ended = output.status.code();
            }
            assert_eq!(ended, Some(0), "{pack}, {step}");
            assert_eq!(state(&desk), expected, "{pack}, {step}");
            if pack == "off" {
                assert_eq!(commands(&desk), sent, "{step}: a command was sent twice, or not at all");
            }
            let before = commands(&desk);
            let again = desk.start("--live sync map.toml").run().done();
            assert!(again.ends_with("nothing to change\n"), "{again}");
            assert_eq!(commands(&desk), before, "the second run sends nothing");
        }
        assert!(kills > 4, "{pack}: only {kills} kills");
    }
}
