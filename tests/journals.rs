//! `umapish journal`: runs by short ids, readable, by person, from the folders of others.

use crate::support::Desk;
use serde_json::Value;
use umapi_shell::sandbox::{FaultEffect, PlannedFault};
use umapi_shell::wire::endpoint::EndpointId;

const BEN: &str = "ben.osei@example.com";

fn desk() -> Desk {
    Desk::new(&format!("add_to_groups(\"{BEN}\", \"Finance\");"))
}

/// The short id that a run ends with.
#[track_caller]
fn id_in(reported: &str) -> String {
    let words: Vec<_> = reported.split_whitespace().collect();
    let place = words.windows(2).position(|two| two == ["umapish", "undo"]);
    words[place.unwrap_or_else(|| panic!("no id in: {reported}")) + 2].to_owned()
}

fn rows(desk: &Desk, line: &str) -> Vec<Value> {
    let (code, out, reported) = desk.run(line);
    assert_eq!(code, 0, "{line}: {reported}");
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{line}: {error}: {out}"))
}

#[test]
fn a_live_run_ends_with_the_id_by_which_it_is_listed_shown_and_verified() {
    let desk = desk();
    let (code, _, reported) = desk.run("--live --reason audit job.rhai");
    assert_eq!(code, 0, "{reported}");
    let id = id_in(&reported);
    assert_eq!(desk.run("--test job.rhai").0, 0);
    let (code, listed, reported) = desk.run("journal");
    assert_eq!((code, &listed), (0, &desk.run("journal list").1), "{reported}");
    let lines: Vec<_> = listed.lines().skip(2).collect();
    assert_eq!(lines.len(), 2, "{listed}");
    assert!(lines[0].starts_with(&id) && lines[0].contains("live"), "{listed}");
    assert!(lines[0].contains("job.rhai") && lines[1].contains("test"), "{listed}");
    let (code, shown, _) = desk.run(&format!("journal show {id}"));
    assert_eq!(code, 0);
    for part in
        ["live: made changes", "audit", "ended: 1 done", "ben.osei@example.com: add to Finance", "exit 0"]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let (code, verified, _) = desk.run(&format!("journal verify {id}"));
    assert!(code == 0 && verified.contains("all complete and in order"), "{verified}");
    let listed = rows(&desk, "-o json journal");
    assert_eq!((listed[0]["run"].as_str(), listed[0]["done"].as_u64()), (Some(id.as_str()), Some(1)));
    let changes = rows(&desk, &format!("-o json journal show {id}"));
    assert_eq!((changes.len(), changes[0]["status"].as_str()), (1, Some("completed")));
    let (_, csv, _) = desk.run(&format!("-o csv journal show {id}"));
    assert!(csv.starts_with("run,time,mode,target,change,status"), "{csv}");
}

#[test]
fn an_interrupted_run_is_resumed_by_its_id() {
    let desk = desk();
    let refusal = FaultEffect::Status { status: 401, body: None, retry_after: None };
    desk.server.queue(PlannedFault::at(EndpointId::Action, refusal).times(2));
    let (code, _, reported) = desk.run("--live job.rhai");
    assert_eq!(code, 4, "{reported}");
    let id = id_in(&reported);
    assert!(reported.contains(&format!("to continue this run: umapish resume {id}")), "{reported}");
    assert_eq!(rows(&desk, "-o json journal")[0]["state"], "unfinished");
    desk.server.reset();
    assert_eq!(desk.run(&format!("--live resume {id}")).0, 0);
    let listed = rows(&desk, "-o json journal");
    assert_eq!((listed.len(), listed[0]["state"].as_str()), (1, Some("ended")));
    let (code, _, reported) = desk.run("--live resume abcdef");
    assert!(code == 2 && reported.contains("there is no run `abcdef`"), "{reported}");
}

#[test]
fn what_is_no_journal_is_an_error_that_says_why() {
    let desk = desk();
    let folder = desk.folder.path().display().to_string();
    let empty = desk.folder.path().join("empty.journal");
    std::fs::write(&empty, "").unwrap();
    let cases = [
        ("/dev/null".to_owned(), 2, "is not a file, so it is not a journal"),
        (folder.clone(), 2, "is a folder, not a journal"),
        (empty.display().to_string(), 1, "not a journal: the first line is not a head record"),
        (format!("{folder}/gone.journal"), 1, "gone.journal"),
    ];
    for verb in ["show", "verify", "-o json journal show"] {
        let verb = if verb.contains(' ') { verb.to_owned() } else { format!("journal {verb}") };
        for (path, expected, message) in &cases {
            let (code, out, reported) = desk.run(&format!("{verb} {path}"));
            assert_eq!((code, out.as_str()), (*expected, ""), "{verb} {path}: {reported}");
            assert!(reported.contains(message), "{verb} {path}: {reported}");
        }
    }
}

#[test]
fn a_person_is_followed_through_other_names_and_into_lists_of_group_commands() {
    let desk = Desk::new(
        "update_account(\"ben.osei@example.com\", #{email: \"ben.new@example.com\"});
         add_users_to_group(\"Finance\", [\"ben.new@example.com\"]);
         add_to_groups(\"mira.schneider@example.com\", \"Finance\");",
    );
    let (_, _, reported) = desk.run("--live job.rhai");
    for name in [BEN, "BEN.NEW@example.com"] {
        let found = rows(&desk, &format!("-o json journal show --person {name}"));
        let done: Vec<_> = found.iter().filter(|row| row["status"] == "completed").collect();
        assert_eq!(done.len(), 2, "{name}: {found:?} {reported}");
        assert!(found.iter().all(|row| row["target"] != "mira.schneider@example.com"), "{found:?}");
    }
    let (code, shown, _) = desk.run(&format!("journal show --person {BEN}"));
    let first = shown.lines().next().unwrap();
    assert!(code == 0 && first.starts_with("Runs of ") && first.contains(" since "), "{shown}");
    assert!(first.ends_with("Changes made in the Admin Console or by other tools are not here."), "{first}");
    let (_, shown, _) = desk.run("journal show --person nobody@example.com");
    assert!(shown.contains("no run changed nobody@example.com"), "{shown}");
}

#[test]
fn the_journals_of_others_are_read_from_their_folder_with_the_count_of_removed_ones() {
    let (theirs, ours) = (desk(), desk());
    assert_eq!(theirs.run("--live job.rhai").0, 0);
    let journal = theirs.only_journal();
    let folder = journal.parent().unwrap();
    std::fs::write(folder.join("removed"), "61\n").unwrap();
    let line = format!("journal --journals {}", folder.display());
    assert_eq!(rows(&ours, &format!("-o json {line} list")).len(), 1);
    let (code, shown, reported) = ours.run(&format!("{line} show --person {BEN}"));
    assert!(code == 0 && shown.contains("; 61 older removed. Changes made"), "{shown} {reported}");
    assert!(ours.run(&format!("{line} show")).1.contains("add to Finance"));
    let (code, _, reported) = ours.run("journal show");
    assert!(code == 2 && reported.contains("there is no journal in"), "{reported}");
}

#[test]
fn removed_journals_of_live_runs_are_counted() {
    let desk = desk();
    for mode in ["--live", "--live", "--test"] {
        assert_eq!(desk.run(&format!("{mode} job.rhai")).0, 0);
    }
    for path in desk.journals() {
        let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
        file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    }
    assert_eq!(desk.run("--live job.rhai").0, 0);
    let (_, shown, _) = desk.run(&format!("journal show --person {BEN}"));
    assert!(shown.contains("; 2 older removed."), "{shown}");
}
