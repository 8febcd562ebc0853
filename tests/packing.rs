//! People who join or leave user groups share requests: lists of the group stand for their commands.

use crate::support::run::Finished;
use crate::support::{Desk, Run};
use umapi_shell::sandbox::{
    BehaviorSwitches, FaultEffect, PlannedFault, Sandbox, SandboxSettings, SettingsChange,
};
use umapi_shell::wire::endpoint::EndpointId;

/// People of the organization, besides whom there is nobody.
const PEOPLE: usize = 1_500;

fn server() -> Sandbox {
    Sandbox::start(SandboxSettings { users: Some(PEOPLE), ..SandboxSettings::default() }).unwrap()
}

fn actions(server: &Sandbox) -> usize {
    server.requests().iter().filter(|request| request.endpoint == "Action").count()
}

fn run(server: &Sandbox, code: &str) -> Finished {
    Run::new("--live --max-removals 100% -e").arg(code).against(server).run()
}

/// The number of direct members of a group.
fn members(server: &Sandbox, group: &str) -> usize {
    run(server, &format!("get_users(#{{group: \"{group}\", direct_only: true}}).len()"))
        .done()
        .trim()
        .parse()
        .unwrap()
}

/// A script whose list `all` has everybody, and whose `report` is that of a list of commands.
fn script(way: &str) -> String {
    format!("let all = get_users(); let report = {way}; print(`${{report.requests}} ${{report.completed}}`);")
}

const ADD: &str = "multi_action(all.map(|user| command(user).add_to_groups(\"Interns\")))";
const REMOVE: &str = "multi_action(all.map(|user| command(user).remove_from_groups(\"Interns\")))";

#[test]
fn people_of_a_user_group_share_requests_in_every_way_to_send_them() {
    let server = server();
    run(&server, "create_user_group(\"Lab\")").done();
    let queue = |step: &str| {
        format!("{{ let changes = queue(); for user in all {{ changes.{step}; }} changes.finish() }}")
    };
    let two = "multi_action(all.map(|user| command(user).add_to_groups([\"Interns\", \"Lab\"])))";
    let gone = "multi_action(all.map(|user| command(user).remove_from_groups([\"Interns\", \"Lab\"])))";
    let list =
        |step: &str| format!("multi_action([group_command(\"Interns\").{step}_users(all.map(|u| u.email))])");
    for (way, requests, completed, left) in [
        (ADD.to_owned(), 2, PEOPLE, PEOPLE),
        (REMOVE.to_owned(), 2, PEOPLE, 0),
        (queue("add_to_groups(user, \"Interns\")"), 2, PEOPLE, PEOPLE),
        (queue("remove_from_groups(user.email, \"Interns\")"), 2, PEOPLE, 0),
        (two.to_owned(), 3, PEOPLE, PEOPLE),
        (gone.to_owned(), 3, PEOPLE, 0),
        (list("add"), 2, 1, PEOPLE),
        (list("remove"), 2, 1, 0),
    ] {
        server.reset();
        let out = run(&server, &script(&way)).done();
        assert_eq!(out, format!("{requests} {completed}\n"), "{way}");
        assert_eq!(actions(&server), requests, "{way}");
        assert_eq!(members(&server, "Interns"), left, "{way}");
    }
}

#[test]
fn with_verify_a_group_is_listed_once_after_the_last_of_the_people_who_left_it() {
    let server = server();
    run(&server, &script(ADD)).done();
    server.reset();
    let ways = [
        "multi_action([group_command(\"Interns\").remove_users(all.map(|user| user.email))])",
        "remove_users_from_group(\"Interns\", all)",
    ];
    for way in ways {
        let code = format!(
            "let all = get_users(#{{group: \"Interns\"}}); let report = {way}; print(report.outcomes.map(|one| `${{one.status}} ${{one.evidence}}`));
            let again = add_users_to_group(\"Interns\", all);"
        );
        server.reset();
        let line = "--live --verify --max-removals 100% -e";
        let out = Run::new(line).arg(format!("get_users().len(); {code}")).against(&server).run().done();
        assert_eq!(out, "[\"completed verified\"]\n", "{way}");
        let calls: Vec<_> = server.requests().into_iter().map(|call| call.path).collect();
        let listings = calls.iter().filter(|path| path.ends_with("/0/Interns")).count();
        // The script reads them once, and the group is read back once.
        assert_eq!(listings, 2, "{way}: {calls:?}");
        assert_eq!(members(&server, "Interns"), PEOPLE);
    }
}

#[test]
fn a_move_between_user_groups_takes_two_lists() {
    let server = server();
    run(&server, "create_user_group(\"Lab\")").done();
    run(&server, &script(ADD)).done();
    server.reset();
    let out = run(&server, &script("move_between_groups(all, \"Interns\", \"Lab\")")).done();
    assert_eq!((out, actions(&server)), (format!("4 {}\n", 2 * PEOPLE), 4));
    assert_eq!((members(&server, "Interns"), members(&server, "Lab")), (0, PEOPLE));
}

#[test]
fn people_are_sent_one_by_one_where_the_run_does_not_know_them_or_the_script_says_so() {
    let server = server();
    let names = "let all = []; for number in 0..100 { all.push(known[number]); }";
    let add = |options: &str| {
        format!("multi_action(all.map(|user| command(user).add_to_groups(\"Interns\")){options})")
    };
    let read = "let known = get_users();";
    for (code, variable, expected) in [
        (format!("{read} {names} let report = {};", add("")), ("UMAPI_PACK", "on"), 1),
        (format!("{read} {names} let report = {};", add(", #{pack: false}")), ("UMAPI_PACK", "on"), 10),
        (format!("{read} {names} let report = {};", add("")), ("UMAPI_PACK", "off"), 10),
        // A part of the people proves nothing about other accounts.
        (
            format!("let known = get_users(#{{group: \"Engineering\"}}); {names} let report = {};", add("")),
            ("UMAPI_PACK", "on"),
            10,
        ),
        (
            format!(
                "{read} {names} let report = {};",
                add("").replace("Interns", "All Apps").replace("add_to", "remove_from")
            ),
            ("UMAPI_PACK", "on"),
            10,
        ),
        (
            format!(
                "{read} {names} let q = queue(#{{pack: false}}); for u in all {{ q.add_to_groups(u, \"Interns\"); }} let report = q.finish();"
            ),
            ("UMAPI_PACK", "on"),
            10,
        ),
        (
            format!(
                "{read} {names} let report = multi_action(all.map(|u| command(u).add_to_groups(\"Interns\").remove_from_groups(\"Finance\")));"
            ),
            ("UMAPI_PACK", "on"),
            10,
        ),
    ] {
        let code = format!("{code} print(`${{report.requests}} ${{report.done.len()}}`);");
        let run =
            Run::new("--test --max-removals 100% -e").arg(&code).against(&server).env(variable.0, variable.1);
        assert_eq!(run.run().done(), format!("{expected} 100\n"), "{code} {variable:?}");
    }
}

#[test]
fn somebody_with_two_accounts_and_somebody_who_is_created_are_not_in_lists() {
    // The seeded organization has an e-mail with two accounts.
    let server = Sandbox::start(SandboxSettings::default()).unwrap();
    let code = "let all = get_users(); let twice = all.count_by(\"email\").filter(|row| row.count > 1);
        add_adobe_id(\"new.one@example.net\", \"N\", \"O\", \"US\");
        let people = all.map(|user| user.email).filter(|email| email != ()).unique() + [\"new.one@example.net\"];
        let report = multi_action(people.map(|email| command(email).add_to_groups(\"Interns\")));
        print(`${twice.len()} ${report.completed == people.len()} ${report.outcomes.filter(|o| o.attempts != 1).len()}`);
        print(get_users(#{group: \"Interns\"}).count_by(\"email\").len() == people.len());";
    assert_eq!(run(&server, code).done(), "1 true 0\ntrue\n");
}

#[test]
fn whatever_happens_to_a_list_everybody_gets_a_true_outcome() {
    let refused = |code: &str| FaultEffect::CommandError { index: 3, code: code.to_owned() };
    let status = |status: u16, body: &str| FaultEffect::Status {
        status,
        body: Some(body.to_owned()),
        retry_after: None,
    };
    let malformed = r#"{"result":"error.command.malformed","message":"m"}"#;
    for effect in [
        refused("error.usergroup.user_list.invalid"),
        refused("error.user.not_found"),
        refused("error.command.add_remove.list_too_long"),
        status(400, malformed),
        status(413, ""),
        status(503, ""),
        FaultEffect::DropBefore,
        FaultEffect::DropAfter,
        FaultEffect::CutBody { bytes: 9 },
        FaultEffect::MalformedBody,
        FaultEffect::NullErrorLabels,
        FaultEffect::OddTypes,
    ] {
        for (way, left) in [(ADD, PEOPLE), (REMOVE, 0)] {
            let server = server();
            if left == 0 {
                run(&server, &script(ADD)).done();
            }
            server.queue(PlannedFault::at(EndpointId::Action, effect.clone()).times(1));
            let ended = run(&server, &script(way));
            assert_eq!(
                (ended.code, ended.words().contains(&format!("{PEOPLE} done"))),
                (0, true),
                "{effect:?}: {}",
                ended.stderr
            );
            assert_eq!(members(&server, "Interns"), left, "{effect:?}");
        }
    }
}

#[test]
fn a_list_that_changes_nothing_for_somebody_is_never_sent() {
    let server = server();
    server.configure(SettingsChange {
        switches: Some(BehaviorSwitches { strict_membership: true, ..BehaviorSwitches::default() }),
        ..SettingsChange::default()
    });
    let half = "{ let half = []; for n in 0..750 { half.push(command(all[n]).add_to_groups(\"Interns\")); } multi_action(half) }";
    run(&server, &script(half)).done();
    let there = members(&server, "Interns");
    assert_eq!(there, 750);
    server.reset();
    let ended = run(&server, &script(ADD));
    assert_eq!((ended.code, members(&server, "Interns")), (0, PEOPLE), "{}", ended.stderr);
    // Those who are members are sent by themselves, which the service accepts.
    let expected = there.div_ceil(10) + 1;
    assert!((expected..=expected + 2).contains(&actions(&server)), "{} for {expected}", actions(&server));
}

#[test]
fn a_smaller_number_of_lists_is_learned_and_said_once() {
    let server = server();
    let effect =
        FaultEffect::CommandError { index: 0, code: "error.command.add_remove.list_too_long".to_owned() };
    server.queue(PlannedFault::at(EndpointId::Action, effect).times(2));
    // With one request in flight: the second refusal is then one of the shorter lists.
    let line = "--live --max-removals 100% -e";
    let ended = Run::new(line).arg(script(ADD)).env("UMAPI_IN_FLIGHT", "1").against(&server).run();
    let said = ended
        .stderr
        .matches("the service refuses commands with 10 lists of people; they are sent with 2")
        .count();
    assert_eq!((ended.code, said), (0, 1), "{}", ended.stderr);
    assert_eq!(members(&server, "Interns"), PEOPLE);
}

#[test]
fn what_one_person_is_refused_for_is_said_of_that_person_only() {
    let server = server();
    // Two of the people leave after they were listed.
    let code = "let all = get_users(); let gone = [all[7].email, all[950].email];
        for email in gone { remove_from_org(email); }
        let report = multi_action(all.map(|user| command(user).add_to_groups(\"Interns\")));
        print(`${report.completed} ${report.failed.map(|outcome| outcome.target) == gone}`);
        exit(0);";
    assert_eq!(run(&server, code).done(), format!("{} true\n", PEOPLE - 2));
    assert_eq!(members(&server, "Interns"), PEOPLE - 2);
}

#[test]
fn a_profile_of_many_members_is_said_to_take_more_requests_than_a_user_group() {
    let server = server();
    let said = |code: &str| run(&server, code).stderr.matches("if a user group carried the profile").count();
    assert_eq!(said(&script("move_between_groups(all, \"Photoshop\", \"Acrobat Pro\")")), 1);
    assert_eq!(said(&script(ADD)), 0);
}

#[test]
fn guards_and_reports_count_people_and_protect_them() {
    let server = server();
    run(&server, &script(ADD)).done();
    for (options, code) in [("--max-removals 1499", 7), ("--max-removals 1500", 0), ("--max-changes 1499", 7)]
    {
        server.reset();
        let line = format!("--live {options} --report r.csv -e");
        let run = Run::new(&line).arg(script(REMOVE)).against(&server).run();
        assert_eq!(run.code, code, "{options}: {}", run.stderr);
        if code == 0 {
            let report = std::fs::read_to_string(run.file("r.csv")).unwrap();
            assert_eq!(report.lines().count(), PEOPLE + 1);
        } else {
            assert_eq!(actions(&server), 0, "{options}");
        }
    }
}

#[test]
fn after_a_kill_the_people_of_a_list_are_read_back_by_one_listing_of_their_group() {
    let list = |step: &str| {
        format!(
            "let all = get_users(); let report = multi_action(all.map(|user| command(user).{step}_groups(\"Interns\")));
            print(`${{report.completed}} ${{report.result}}`);"
        )
    };
    let add = "let all = get_users(); let done = add_users_to_group(\"Interns\", all);";
    for (step, options) in [("add_to", ""), ("remove_from", ""), ("remove_from", "--verify ")] {
        for is_done in [false, true] {
            let desk = Desk::of(600, &list(step));
            let alone = |code: &str| {
                desk.start("--live --no-journal --max-removals 100% -e").arg(code).run().exits(0)
            };
            if step == "remove_from" {
                alone(add);
            }
            desk.server.reset();
            let delay =
                PlannedFault { delay: 60_000, ..PlannedFault::at(EndpointId::Action, FaultEffect::Nothing) };
            desk.server.queue(delay);
            let line = format!("--live --max-removals 100% {options}job.rhai");
            let mut child = desk.command(&line).stderr(std::process::Stdio::null()).spawn().unwrap();
            while desk.action_requests() == 0 {
                assert!(child.try_wait().unwrap().is_none(), "{step}: the run ended");
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            child.kill().unwrap();
            child.wait().unwrap();
            if is_done {
                alone(&list(step));
            }
            desk.server.reset();
            let (code, out, said) = desk.run(&format!("--max-removals 100% {}", desk.resume_line()));
            assert_eq!((code, out.as_str()), (0, "600 success\n"), "{step}: {said}");
            let calls = desk.server.requests();
            let count = |endpoint: &str| calls.iter().filter(|call| call.endpoint == endpoint).count();
            assert_eq!(count("Action"), usize::from(!is_done), "{step} {is_done}: {said}");
            // What is sent again with --verify is looked up before, person by person.
            let is_looked_up = !options.is_empty() && !is_done;
            assert!(is_looked_up || count("GroupUsers") + count("User") < 10, "{step} {is_done}: {calls:?}");
        }
    }
}

#[test]
fn a_killed_list_is_resumed_and_everybody_is_in_the_group_once() {
    let script = "let all = get_users(); let report = multi_action(all.map(|user| command(user).add_to_groups(\"Interns\")));
        print(`${report.completed} ${report.result}`);";
    let mut killed = 0;
    for bytes in [600, 20_000, 60_000, 200_000, 320_000] {
        let desk = Desk::of(1_200, script);
        if desk.kill_after("--live job.rhai", bytes).is_some() {
            continue;
        }
        killed += 1;
        let journal = desk.only_journal();
        let (code, out, said) = desk.run(&format!("--live resume {}", journal.display()));
        assert_eq!((code, out.as_str()), (0, "1200 success\n"), "{bytes}: {said}");
        let count = desk.start("--test -e get_users(#{group:\"Interns\"}).len()").run().done();
        assert_eq!(count.trim(), "1200");
    }
    assert!(killed > 1, "{killed} runs were killed");
}
