//! The operator's guards, and lost answers settled within the run.

use crate::support::{Desk, Run};
use umapi_shell::sandbox::{FaultEffect, PlannedFault};
use umapi_shell::wire::endpoint::EndpointId;

const REMOVE: &str = "let people = get_users(#{group: \"Designers\"}).to_array();
    multi_action(people.map(|user| command(user).remove_from_groups(\"Designers\")));";

#[test]
fn a_guard_stops_a_list_before_its_first_request_with_a_code_of_its_own() {
    let desk = Desk::new(REMOVE);
    for (options, message) in [
        ("--max-removals 3", "removals, the limit is 3"),
        ("--max-changes 3", "changes, the limit is 3"),
        ("--read-only", "this run is read-only"),
        ("--protect *@example.com", "is protected"),
        ("--max-removals 50%", "removals, the limit is"),
    ] {
        desk.start(&format!("--live {options} job.rhai")).run().exits(7).stderr_has(message);
    }
    assert_eq!(desk.action_requests(), 0);
    let (code, _, reported) = desk.run("--live --max-removals 100% job.rhai");
    assert_eq!(code, 0, "{reported}");
}

#[test]
fn a_word_that_may_be_a_mistyped_file_is_reported_as_what_it_is_taken_for() {
    let reported = |text: &str| Run::new(&format!("--sandbox --protect {text} -e 1")).run().stderr;
    assert!(reported("protectd").contains("there is no file `protectd`"));
    assert_eq!(reported("*@example.com"), "");
    let desk = Desk::new("print(1)");
    std::fs::write(desk.folder.path().join("c.toml"), "[default]\nprotect = \"protectd\"\n").unwrap();
    let (_, _, reported) = desk.run("--config c.toml job.rhai");
    assert!(reported.contains("`protect` of the profile: there is no file `protectd`"), "{reported}");
}

#[test]
fn a_file_that_a_profile_names_to_protect_stands_beside_it() {
    let desk = Desk::new(REMOVE);
    std::fs::create_dir(desk.folder.path().join("conf")).unwrap();
    std::fs::write(desk.folder.path().join("conf/board.txt"), "ben.osei@example.com\n").unwrap();
    std::fs::write(desk.folder.path().join("conf/c.toml"), "[default]\nprotect = \"board.txt\"\n").unwrap();
    desk.start("--config conf/c.toml --live job.rhai").run().exits(7).stderr_has("is protected");
}

#[test]
fn who_is_protected_by_e_mail_is_so_under_a_username_that_was_read() {
    let script = "let people = get_users().filter(|user| user.email == \"tara.singh@example.com\");
        remove_from_org(people[0]);";
    let desk = Desk::new(script);
    desk.start("--live --protect tara.singh@example.com job.rhai")
        .run()
        .exits(7)
        .stderr_has("is protected (by `tara.singh@example.com`)");
    assert_eq!(desk.action_requests(), 0);
}

#[test]
fn a_guard_counts_also_where_the_script_catches_it() {
    let code = "try { add_to_groups(\"ben.osei@example.com\", \"Engineering\") } catch (error) { print(error.kind) }";
    let run = Run::new("--sandbox --read-only -e").arg(code).run();
    assert_eq!(run.ended(7), "guard\n");
}

#[test]
fn deleting_for_good_must_be_allowed_against_a_real_organization() {
    let desk = Desk::new("delete_account(\"ben.osei@example.com\")");
    desk.start("--live job.rhai")
        .run()
        .exits(7)
        .stderr_has("deleted permanently")
        .stderr_has("--allow-delete");
    assert_eq!(desk.run("--test job.rhai").0, 0);
    assert_eq!(desk.run("--live --allow-delete job.rhai").0, 0);
}

#[test]
fn no_removal_follows_from_a_file_without_rows_or_a_listing_that_failed() {
    let script = "let keep = read_csv(\"keep.csv\"); remove_from_org(\"ben.osei@example.com\");";
    let desk = Desk::new(script);
    std::fs::write(desk.folder.path().join("keep.csv"), "email\n").unwrap();
    desk.start("--live job.rhai").run().exits(7).stderr_has("keep.csv has no rows");
    assert_eq!(desk.run("--live --allow-empty-source job.rhai").0, 0);
    let script = "try { get_users().len() } catch { } remove_from_org(\"ben.osei@example.com\");";
    let desk = Desk::new(script);
    let fault = FaultEffect::Status { status: 500, body: None, retry_after: None };
    desk.server.queue(PlannedFault::at(EndpointId::Users, fault).times(9));
    desk.start("--live job.rhai").run().exits(7).stderr_has("the listing of");
}

#[test]
fn no_removal_follows_from_an_empty_list_in_a_json_file() {
    let script = "let keep = read_json(\"keep.json\"); remove_from_org(\"ben.osei@example.com\");";
    let desk = Desk::new(script);
    let keep = desk.folder.path().join("keep.json");
    std::fs::write(&keep, "[]\n").unwrap();
    desk.start("--live job.rhai").run().exits(7).stderr_has("keep.json has no rows");
    std::fs::write(&keep, "{}\n").unwrap();
    assert_eq!(desk.run("--live job.rhai").0, 0);
}

#[test]
fn a_script_can_tighten_a_guard_and_never_loosen_it() {
    let add = "add_to_groups(\"ben.osei@example.com\", \"Engineering\")";
    let run = |options: &str, code: &str| {
        Run::new(&format!("--sandbox {options} -e")).arg(format!("{code}; {add}")).run().code
    };
    assert_eq!(run("", "guard(#{read_only: true})"), 7);
    assert_eq!(run("", "guard(#{protect: \"ben.*\"})"), 7);
    assert_eq!(run("", "guard(#{max_changes: 0})"), 7);
    assert_eq!(run("--max-changes 0", "guard(#{max_changes: 10})"), 7);
    assert_eq!(run("--read-only", "guard(#{read_only: false})"), 7);
    assert_eq!(run("", "guard(#{max_changes: 1, max_removals: 0})"), 0);
}

#[test]
fn guards_stand_in_a_profile_too() {
    let desk = Desk::new(REMOVE);
    std::fs::write(desk.folder.path().join("c.toml"), "[default]\nmax_removals = \"3\"\n").unwrap();
    assert_eq!(desk.run("--config c.toml --live job.rhai").0, 7);
    std::fs::write(
        desk.folder.path().join("c.toml"),
        "[default]\nprotect = \"x@example.com, *@example.com\"\n",
    )
    .unwrap();
    assert_eq!(desk.run("--config c.toml --live job.rhai").0, 7);
    std::fs::write(desk.folder.path().join("c.toml"), "[default]\nmax_removals = \"many\"\n").unwrap();
    assert_eq!(desk.run("--config c.toml --live job.rhai").0, 4);
}

#[test]
fn with_verify_whoever_remains_is_reported() {
    let code = "create_user_group(\"Keepers\"); add_profiles_to_group(\"Keepers\", \"Photoshop\");
        add_users_to_group(\"Keepers\", \"ben.osei@example.com\"); add_to_groups(\"ben.osei@example.com\", \"Photoshop\");
        let report = multi_action([command(\"ben.osei@example.com\").remove_from_groups(\"Photoshop\")]);
        print(`${report.failed[0].status}: ${report.failed[0].message}`)";
    let run = Run::new("--sandbox --verify -e").arg(code).run();
    assert!(
        run.stdout.starts_with("still_member: still has Photoshop through "),
        "{}{}",
        run.stdout,
        run.stderr
    );
    run.ended(3);
}

#[test]
fn a_system_administrator_is_held_back_unless_nobody_looks() {
    let code = "let report = multi_action([command(\"ada.lind@example.com\").remove_from_all_groups()]);
        print(`${report.outcomes[0].status}: ${report.outcomes[0].message}`)";
    for verify in ["auto", "always"] {
        let run = Run::new(&format!("--sandbox --verify={verify} -e")).arg(code).run();
        let expected = "not_sent: `ada.lind@example.com` is a system administrator; take the role away in the Admin \
                        Console first\n";
        assert_eq!(run.ended(3), expected);
    }
    let run = Run::new("--sandbox --verify=never -e").arg(code).run();
    assert_eq!(run.done(), "completed: \n");
}

#[test]
fn a_removal_that_could_not_be_verified_is_noted() {
    let desk = Desk::new("remove_from_groups(\"ben.osei@example.com\", \"Designers\");");
    let refusal = FaultEffect::Status { status: 400, body: None, retry_after: None };
    desk.server.queue(PlannedFault::at(EndpointId::User, refusal).times(2));
    desk.start("--live --verify job.rhai")
        .run()
        .exits(6)
        .stderr_has("ben.osei@example.com: the removal is not verified");
    let (_, _, reported) = desk.run("--live --verify job.rhai");
    assert!(!reported.contains("not verified"), "{reported}");
}

#[test]
fn a_refusal_without_a_word_says_its_status() {
    let list = "let report = multi_action([command(\"ben.osei@example.com\").add_to_groups(\"Interns\")]);
        print(`${report.failed[0].message} ${report.failed[0].code == ()}`);";
    let desk = Desk::new(&format!("{list} add_to_groups(\"ben.osei@example.com\", \"Interns\");"));
    let refusal = FaultEffect::Status { status: 400, body: None, retry_after: None };
    desk.server.queue(PlannedFault::at(EndpointId::Action, refusal).times(2));
    let (code, out, reported) = desk.run("--live job.rhai");
    assert_eq!((code, out.trim()), (3, "the service refused the request (HTTP 400) true"), "{reported}");
    assert!(
        reported.contains("ben.osei@example.com: the service refused the request (HTTP 400)")
            && !reported.contains(": ()"),
        "{reported}"
    );
}

#[test]
fn a_lost_answer_is_settled_by_reading_back_within_the_run() {
    let create =
        "let report = multi_action([command(\"new@example.net\").add_adobe_id(#{option: \"error\"})]);
        print(`${report.outcomes[0].status} ${get_user(\"new@example.net\").email}`);";
    for effect in [
        FaultEffect::DropAfter,
        FaultEffect::DropBefore,
        FaultEffect::CutBody { bytes: 3 },
        FaultEffect::MalformedBody,
    ] {
        let desk = Desk::new(create);
        desk.server.queue(PlannedFault::at(EndpointId::Action, effect.clone()));
        let (code, out, reported) = desk.run("--live job.rhai");
        assert_eq!((code, out.trim()), (0, "completed new@example.net"), "{effect:?}: {reported}");
        let expected = if effect == FaultEffect::DropBefore { 2 } else { 1 };
        assert_eq!(desk.action_requests(), expected, "{effect:?}");
    }
}

#[test]
fn a_guard_or_report_that_cannot_be_is_a_wrong_command_line() {
    let desk = Desk::new("print(1)");
    for (option, message) in [
        ("--max-removals many", "`--max-removals` must be a whole number"),
        ("--max-changes few", "invalid value 'few'"),
        ("--protect ./missing", "--protect: ./missing"),
        ("--report made.txt", "must end in .csv, .json or .xlsx"),
    ] {
        let (code, out, reported) = desk.run(&format!("{option} job.rhai"));
        assert_eq!((code, out.as_str()), (2, ""), "{option}: {reported}");
        assert!(reported.contains(message), "{option}: {reported}");
    }
    std::fs::write(desk.folder.path().join("c.toml"), "[default]\nprotect = \"./missing\"\n").unwrap();
    assert_eq!(desk.run("--config c.toml job.rhai").0, 4);
    assert_eq!(desk.run("--max-changes 0 job.rhai").0, 0);
}

#[test]
fn a_change_that_leaves_again_counts_once() {
    let script =
        "print(multi_action([command(\"new@example.net\").add_adobe_id(#{option: \"error\"})]).completed)";
    let desk = Desk::new(script);
    desk.server.queue(PlannedFault::at(EndpointId::Action, FaultEffect::DropBefore));
    let (code, out, reported) = desk.run("--live --max-changes 1 job.rhai");
    assert_eq!((code, out.trim(), desk.action_requests()), (0, "1", 2), "{reported}");
}

const QUEUE: &str = "let changes = queue();
    for n in 0..300 { changes.add_adobe_id(`n${n}@example.net`, \"A\", \"B\", \"US\"); }
    print(changes.finish().completed); exit(0);";

#[cfg(unix)]
#[test]
fn a_report_that_cannot_be_written_to_its_end_is_reported_and_ends_the_run_badly() {
    for name in ["r.csv", "r.json"] {
        let desk = Desk::new(QUEUE);
        let line = format!("--live --no-journal --report {name} job.rhai");
        let (code, out, reported) = desk.run_on_a_full_disk(16, &line);
        assert_eq!((code, out.trim()), (1, "300"), "{reported}");
        assert!(
            reported.contains("rows of the report could not be written")
                && reported.contains("File too large"),
            "{reported}"
        );
        assert_eq!(reported.matches("the report file is incomplete").count(), 1, "{reported}");
        let text = std::fs::read_to_string(desk.folder.path().join(name)).unwrap();
        let rows = match serde_json::from_str::<Vec<serde_json::Value>>(&text) {
            Ok(rows) => rows.len(),
            Err(_) => text.lines().filter(|line| line.contains(",completed,")).count(),
        };
        assert!(
            rows > 10 && reported.contains(&format!("the last {} rows", 300 - rows)),
            "{rows}: {reported}"
        );
    }
}

#[cfg(unix)]
#[test]
fn what_cannot_be_written_to_the_journal_does_not_leave() {
    let desk = Desk::new(&QUEUE.replace("exit(0);", ""));
    let (code, _, reported) = desk.run_on_a_full_disk(16, "--live job.rhai");
    assert!(code == 1 && reported.contains("File too large"), "{code}: {reported}");
    let written = std::fs::read_to_string(&desk.journals()[0]).unwrap();
    let requests = written.matches("\"kind\":\"request\"").count();
    assert!(
        requests > 0 && requests == desk.action_requests(),
        "{requests} written, {} sent",
        desk.action_requests()
    );
    let (code, _, reported) = desk.run("journal verify");
    assert_eq!(code, 0, "{reported}");
    let (code, out, reported) = desk.resume();
    assert_eq!((code, out.trim(), desk.action_requests()), (0, "300", 30), "{reported}");
}

#[test]
fn two_runs_do_not_write_one_report() {
    let script =
        "add_adobe_id(args()[0], \"A\", \"B\", \"US\"); print(1); if args().len() > 1 { sleep(60); }";
    let desk = Desk::new(script);
    let mut first = desk.command("--live --report r.csv job.rhai a@example.net wait");
    let mut first = first.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut byte = [0];
    std::io::Read::read_exact(&mut first.stdout.take().unwrap(), &mut byte).unwrap();
    let (code, _, reported) = desk.run("--live --report r.csv job.rhai b@example.net");
    assert!(code == 2 && reported.contains("another run is writing the report r.csv"), "{code}: {reported}");
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(rows(&desk), ["a@example.net addAdobeID completed"]);
    assert_eq!(desk.run("--live --report r.csv job.rhai c@example.net").0, 0);
    assert_eq!(rows(&desk), ["c@example.net addAdobeID completed"]);
    assert!(desk.folder.path().join("r-2.csv").is_file());
}

#[test]
fn what_was_removed_before_counts_in_a_run_that_goes_on() {
    let made = "for n in 0..30 { changes.add_adobe_id(`n${n}@example.net`, \"A\", \"B\", \"US\"); }";
    let queue = "for n in 0..30 { changes.remove_from_org(`n${n}@example.net`); }";
    let list = "let all = []; for n in 0..30 { all.push(command(`n${n}@example.net`).remove_from_org()); } multi_action(all);";
    for remove in [queue, list] {
        let desk = Desk::new(&format!("let changes = queue(); {remove} print(changes.finish().completed);"));
        std::fs::write(desk.folder.path().join("make.rhai"), format!("let changes = queue(); {made}"))
            .unwrap();
        assert_eq!(desk.run("--live --no-journal make.rhai").0, 0);
        let refusal = FaultEffect::Status { status: 401, body: None, retry_after: None };
        desk.server.queue(PlannedFault::at(EndpointId::Action, refusal).times(2).skip(1));
        assert_eq!(desk.run("--live --max-removals 30 job.rhai").0, 4);
        desk.server.reset();
        desk.start(&format!("--max-removals 29 {}", desk.resume_line()))
            .run()
            .exits(7)
            .stderr_has("Raise --max-removals");
        desk.start(&desk.resume_line()).run().exits(0).stderr_has("30 done");
    }
}

/// The ways to send a request as it is written, each for a list of commands `list`.
const RAW: [&str; 3] = ["action(list)", "make_call(\"POST\", path, list)", "send(\"POST\", path, list).body"];

/// A script that sends two new accounts in such a way.
fn raw_script(way: &str) -> String {
    format!(
        "let path = `/action/${{session().organization}}`;
        let list = [\"a\", \"b\"].map(|name| #{{user: name + \"@example.net\", \"do\": [#{{addAdobeID: #{{email: name + \"@example.net\"}}}}]}});
        print({way}.completed);"
    )
}

fn rows(desk: &Desk) -> Vec<String> {
    let text = std::fs::read_to_string(desk.folder.path().join("r.csv")).unwrap();
    let cells =
        text.lines().skip(1).map(|line| line.split(',').skip(1).take(3).collect::<Vec<_>>().join(" "));
    cells.collect()
}

#[test]
fn the_lost_answer_to_a_request_sent_as_it_is_written_is_settled_too() {
    for way in RAW {
        for effect in [FaultEffect::DropAfter, FaultEffect::CutBody { bytes: 3 }] {
            let desk = Desk::new(&raw_script(way));
            desk.server.queue(PlannedFault::at(EndpointId::Action, effect));
            let (code, out, reported) = desk.run("--live --report r.csv job.rhai");
            assert_eq!((code, out.trim(), desk.action_requests()), (0, "2", 1), "{way}: {reported}");
            let expected = ["a@example.net addAdobeID completed", "b@example.net addAdobeID completed"];
            assert_eq!(rows(&desk), expected, "{way}");
            assert!(reported.contains("2 done"), "{reported}");
        }
    }
}

#[test]
fn of_which_nothing_was_done_it_leaves_again_unless_one_exchange_was_asked_for() {
    for way in RAW {
        let desk = Desk::new(&raw_script(way));
        desk.server.queue(PlannedFault::at(EndpointId::Action, FaultEffect::DropBefore));
        let (code, _, reported) = desk.run("--live --report r.csv job.rhai");
        let once = way.starts_with("send");
        assert_eq!((code, desk.action_requests()), if once { (5, 1) } else { (0, 2) }, "{way}: {reported}");
        let status = if once { "not_sent" } else { "completed" };
        assert_eq!(rows(&desk)[1], format!("b@example.net addAdobeID {status}"), "{way}");
    }
}

#[test]
fn refused_commands_of_a_request_sent_as_it_is_written_are_in_the_report_and_count() {
    for way in RAW {
        let desk = Desk::new(&raw_script(way).replace("\"b\"]", "\"femi.adeyemi\"]"));
        let (code, _, reported) = desk.run("--live --report r.csv job.rhai");
        let refused = rows(&desk).iter().filter(|row| row.ends_with("failed")).count();
        assert!(
            code == 3 && refused == 1 && reported.contains("1 done, 1 failed"),
            "{way}: {code} {reported}"
        );
    }
}

#[test]
fn a_row_for_every_command_is_in_the_report_as_the_run_goes() {
    let script = "let changes = queue(); for n in 0..25 { changes.add_adobe_id(`n${n}@example.net`, \"A\", \"B\", \"US\"); if n == 15 { print(1); sleep(60); } }";
    let desk = Desk::new(script);
    for name in ["r.csv", "r.json"] {
        let mut child = desk
            .command(&format!("--live --report {name} job.rhai"))
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut byte = [0];
        std::io::Read::read_exact(&mut child.stdout.take().unwrap(), &mut byte).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let text = std::fs::read_to_string(desk.folder.path().join(name)).unwrap();
        if name == "r.csv" {
            assert_eq!(text.lines().count(), 11, "{text}");
            assert!(
                text.lines().nth(1).unwrap().starts_with("0,n0@example.net,addAdobeID,completed,"),
                "{text}"
            );
        } else {
            let rows: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
            assert_eq!((rows.len(), rows[9]["index"].as_u64()), (10, Some(9)));
        }
    }
}

#[test]
fn a_live_command_that_the_guards_cannot_read_is_refused_with_checks_on_and_off() {
    let remove = r#"#{user: "ben.osei@example.com", "do": [#{remove: #{group: ["Designers"]}}]}"#;
    for list in [
        r#"[#{user: "ben.osei@example.com", "do": [#{add: #{group: ["Stock"]}, remove: "all"}]}]"#.to_owned(),
        r#"[#{user: "ben.osei@example.com", "do": [#{removeEverybody: #{}}]}]"#.to_owned(),
        r#"[#{usergroup: "Designers", "do": [#{remove: #{user: "ben.osei@example.com"}}]}]"#.to_owned(),
        r#"[#{user: ["ben.osei@example.com"], "do": [#{remove: "all"}]}]"#.to_owned(),
        format!("[{remove}, 7]"),
        remove.to_owned(),
    ] {
        for way in RAW {
            let desk = Desk::new(&format!(
                "let path = `/action/${{session().organization}}`; let list = {list}; {way};"
            ));
            for (checks, code) in [("on", &[1, 2, 3, 7][..]), ("off", &[7])] {
                let run = desk.start("--live --max-removals 0 job.rhai").env("UMAPI_CHECKS", checks).run();
                // `action` takes a list only.
                let is_usage = way.starts_with("action") && !list.starts_with('[');
                assert!(
                    code.contains(&run.code) || is_usage && run.code != 0,
                    "{way} {list}: {} {}",
                    run.code,
                    run.stderr
                );
                assert_eq!(desk.action_requests(), 0, "{way} {list}");
            }
        }
    }
}

#[test]
fn a_live_write_of_which_the_guards_can_read_nothing_is_refused_in_every_way_to_send_it() {
    let remove = r#"#{removeUsers: ["ben.osei@example.com"]}"#;
    for path in
        ["`/${session().organization}/products/1/configurations/2`", "`/action/${session().organization}`"]
    {
        for (method, body) in
            [("POST", remove), ("PUT", remove), ("PATCH", "[]"), ("DELETE", "()"), ("POST", "()")]
        {
            for function in ["make_call", "send"] {
                let call = format!("{function}(\"{method}\", {path}, {body})");
                let desk = Desk::new(&format!("try {{ {call}; }} catch (error) {{ print(error.kind); }}"));
                for checks in ["on", "off"] {
                    let run = desk.start("--live job.rhai").env("UMAPI_CHECKS", checks).run();
                    // The local checks refuse a list of commands that is none before a guard sees it.
                    let is_checked = checks == "on" && method == "POST" && path.contains("action");
                    let expected = if is_checked { (0, "invalid\n") } else { (7, "guard\n") };
                    assert_eq!((run.code, run.stdout.as_str()), expected, "{call}: {}", run.stderr);
                }
                assert!(desk.server.requests().is_empty(), "{call}");
            }
        }
    }
}

/// Removes a dozen people from two groups; the first one stays in one of them through a user group.
const REMOVE_MANY: &str = r#"let accounts = get_users().filter(|user| user.email != () && user.type == "federatedID");
let people = accounts.map(|user| user.email).to_array();
people.truncate(12);
create_user_group("Keepers");
add_profiles_to_group("Keepers", "Photoshop");
add_users_to_group("Keepers", people[0]);
let changes = queue();
for email in people { changes.add_to_groups(email, ["Photoshop", "Designers"]); }
changes.finish();
let changes = queue();
for email in people { changes.remove_from_groups(email, ["Photoshop", "Designers"]); }
LATER
let report = changes.finish();
for kind in report.outcomes.map(|one| `${one.action} ${one.status} ${one.evidence}`).count_by(|text| text) {
    print(`${kind.key}: ${kind.count}`);
}
print(report.outcomes.filter(|one| one.status == "still_member").map(|one| one.message));"#;

#[test]
fn with_verify_each_group_is_listed_once_after_its_last_removal() {
    let desk = Desk::new(&REMOVE_MANY.replace("LATER", ""));
    let (code, printed, reported) = desk.run("--live --verify job.rhai");
    assert_eq!(code, 3, "{printed}{reported}");
    let expected = "remove completed verified: 11\nremove still_member verified: 1\n[\"still has Photoshop through Keepers\"]";
    assert!(printed.starts_with(expected), "{printed}{reported}");
    let seen = desk.server.requests();
    let listings = |group: &str| seen.iter().filter(|call| call.path.ends_with(group)).count();
    // The one who stays is read again after each of three delays.
    assert_eq!((listings("/0/Designers"), listings("/0/Photoshop")), (4, 4), "{seen:?}");
}

#[test]
fn a_removal_is_read_back_before_a_later_command_hides_it() {
    let later =
        "changes.add_to_groups(people[1], \"Designers\"); changes.add_to_groups(people[0], \"Designers\");";
    let desk = Desk::new(&REMOVE_MANY.replace("LATER", later));
    let (code, printed, reported) = desk.run("--live --verify job.rhai");
    assert_eq!(code, 3, "{printed}{reported}");
    for row in
        ["remove completed verified: 11", "remove still_member verified: 1", "add completed", "add not_sent"]
    {
        assert!(printed.contains(row), "{row}: {printed}{reported}");
    }
}

#[test]
fn with_verify_many_people_are_read_back_by_one_listing() {
    let create = r#"let q = queue(); for i in 0..30 { q.add_adobe_id(`p${i}@example.net`, "P", "N", "US"); } q.finish();"#;
    let remove = "let q = queue(); for i in 0..30 { q.remove_from_org(`p${i}@example.net`); }
        print(q.finish().outcomes.map(|one| `${one.status} ${one.evidence}`).unique());";
    let desk = Desk::new(remove);
    desk.start("--live -e").arg(create).run().exits(0);
    desk.server.reset();
    let (code, printed, reported) = desk.run("--live --verify job.rhai");
    assert_eq!((code, printed.as_str()), (0, "[\"completed verified\"]\n"), "{reported}");
    let seen = desk.server.requests();
    let calls = |endpoint: &str| seen.iter().filter(|call| call.endpoint == endpoint).count();
    // Each was looked up before; after it, all of them by the one page of the organization's users.
    assert_eq!((calls("User"), calls("Users")), (30, 1), "{seen:?}");
}
