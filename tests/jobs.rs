//! The jobs of `scripts/` with the odd cases that real files have.

use crate::scripts::{Visits, with_scripts};
use crate::support::Run;

const WORKBOOK: &str =
    r#"write_xlsx("people.xlsx", [#{email: "ben.osei@example.com"}, #{email: "ines.costa@example.net"}])"#;

#[test]
fn a_group_follows_a_workbook_and_unmatched_rows_keep_everybody() {
    let visits = Visits::new(&[("odd.csv", "email\nines.costa@example.net\nwho@example.com\n")]);
    visits.eval(WORKBOOK);
    let job = "scripts/sync_group.rhai Designers people.xlsx --max-removals 100";
    let rehearsed = visits.run(&format!("--test {job}")).exits(0).stdout;
    let live = visits.run(&format!("--live {job}")).exits(0).stdout;
    assert_eq!(rehearsed, live, "a rehearsal says what the run does");
    let again = visits.run(&format!("--live {job}")).exits(0);
    assert_eq!(again.stdout, "Designers: 0 added, 0 removed\n");
    let run = visits.run("--live scripts/sync_group.rhai Designers odd.csv");
    run.failed(7, "nobody was removed from Designers").stderr_has("odd.csv:3 has no account");
    assert_eq!(visits.eval("get_user(`ben.osei@example.com`).in_group(`Designers`)"), "true\n");
}

#[test]
fn a_contract_counts_until_its_last_day_and_an_unclear_one_touches_nobody() {
    let file = "email,end\nben.osei@example.com,2026-11-28\nBEN.OSEI@example.com,2026-11-30\n\
        femi.adeyemi@example.net,2026-11-29\nrosa.silva@example.com,\nrosa.silva@example.com,2020-01-01\n\
        chen.wei@example.net,30.11.2020\n";
    let visits = Visits::new(&[("c.csv", file)]);
    let job = "scripts/expire_contractors.rhai c.csv --day 2026-11-30";
    visits.run(&format!("--test {job}")).exits(3);
    let live = visits.run(&format!("--live {job}"));
    assert!(
        live.stdout.starts_with("completed  femi.adeyemi@example.net, until 2026-11-29\n"),
        "{}",
        live.stdout
    );
    live.failed(3, "rosa.silva@example.com: the end").stderr_has("chen.wei@example.net: the end");
    for (email, is_empty) in [
        ("femi.adeyemi@example.net", true),
        ("ben.osei@example.com", false),
        ("rosa.silva@example.com", false),
        ("chen.wei@example.net", false),
    ] {
        assert_eq!(
            visits.eval(&format!("get_user(`{email}`).groups.is_empty()")),
            format!("{is_empty}\n"),
            "{email}"
        );
    }
    let none = visits.run("--live scripts/expire_contractors.rhai c.csv --day 2026-11-30 --most 0");
    none.failed(1, "the limit is 0");
}

#[test]
fn addresses_move_unless_the_new_one_is_taken() {
    let visits = Visits::new(&[]);
    visits.eval("add_adobe_id(`yara.haddad@example.com`, `Y`, `H`, `US`)");
    let job = "scripts/change_domain.rhai emea.example.com example.com";
    visits.run(&format!("--test {job}")).exits(3);
    let live = visits.run(&format!("--live {job}")).failed(3, "yara.haddad@example.com is taken");
    assert_eq!(live.stdout.matches("completed  ").count(), 3, "{}", live.stdout);
    assert_eq!(visits.eval("find_user(`yara.haddad@emea.example.com`) == ()"), "false\n");
}

#[test]
fn access_is_copied_without_admin_roles_and_to_nobody_for_two_accounts() {
    let visits = Visits::new(&[]);
    let job = "scripts/clone_access.rhai ben.osei@example.com femi.adeyemi@example.net,gone@example.com";
    visits.run(&format!("--test {job}")).exits(3);
    let live = visits.run(&format!("--live {job}")).failed(3, "gone@example.com is not in the organization");
    assert!(live.stdout.starts_with("completed  femi.adeyemi@example.net\n"), "{}", live.stdout);
    let has =
        "let u = get_user(`femi.adeyemi@example.net`); [u.in_group(`Designers`), u.in_group(`Photoshop`)]";
    assert_eq!(visits.eval(has), "[true,true]\n");
    let two = visits.run("--live scripts/clone_access.rhai both@example.com femi.adeyemi@example.net");
    two.failed(1, "both@example.com has 2 accounts");
}

#[test]
fn a_direct_membership_goes_only_where_a_group_certainly_carries_the_profile() {
    let visits = Visits::new(&[]);
    let run = visits.run("--live scripts/clean_direct.rhai Photoshop Engineering");
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    visits.eval(
        "create_user_group(`Carriers`); add_profiles_to_group(`Carriers`, `All Apps`);
        add_users_to_group(`Carriers`, [`femi.adeyemi@example.net`, `ben.osei@example.com`]);
        add_to_groups(`ben.osei@example.com`, `All Apps`)",
    );
    let run = visits.with_arguments("--live scripts/clean_direct.rhai", &["All Apps", "Carriers"]);
    assert!(run.stdout.contains("cleaned  ben.osei@example.com\n"), "{}{}", run.stdout, run.stderr);
    run.exits(0);
    let still = "get_users(#{group: `All Apps`, direct_only: false}).some(|user| user.email == `ben.osei@example.com`)";
    assert_eq!(visits.eval(still), "true\n");
}

#[test]
fn a_list_of_user_sync_names_who_leaves_and_which_of_two_accounts() {
    let list = "type,username,domain\nfederatedID,both@example.com,\nadobeID,ines.costa@example.net,\n";
    let visits = Visits::new(&[("remove-list.csv", list)]);
    visits.eval("add_to_groups(`both@example.com`, `Designers`, #{use_adobe_id: true})");
    let run = visits.run("--live scripts/offboard.rhai groups remove-list.csv").exits(0);
    assert!(run.stdout.contains("completed  ines.costa@example.net (Adobe ID)\n"), "{}", run.stdout);
    let adobe = "get_users().filter(|u| u.email == `both@example.com` && u.type == `adobeID`)[0].groups";
    assert_eq!(visits.eval(adobe), "[\"Designers\"]\n", "only the federated account was meant");
}

#[test]
fn admin_roles_are_compared_with_an_earlier_list() {
    let visits = Visits::new(&[]);
    visits.run("scripts/admin_roles.rhai --out admins.csv").exits(0);
    let same = visits.run("scripts/admin_roles.rhai --since admins.csv").exits(0);
    assert_eq!(same.stdout, "0 roles added, 0 removed\n");
    visits.eval("add_to_groups(`ben.osei@example.com`, `_admin_Photoshop`)");
    let more = visits.run("scripts/admin_roles.rhai --since admins.csv").exits(3);
    assert!(
        more.stdout.starts_with("+ ben.osei@example.com (federatedID): _admin_Photoshop\n"),
        "{}",
        more.stdout
    );
}

#[test]
fn both_accounts_of_an_address_are_listed_and_the_audit_writes_a_workbook() {
    let visits = Visits::new(&[]);
    let run = visits.run("-o csv scripts/duplicates.rhai").exits(0);
    assert_eq!(run.stdout.matches("both@example.com,one address").count(), 2, "{}", run.stdout);
    visits.run("scripts/license_audit.rhai --out audit.xlsx").exits(0);
    let read = "read_xlsx(`audit.xlsx`, #{sheet: `findings`}).some(|row| row.finding == `double license`)";
    assert_eq!(visits.eval(read), "true\n");
}

/// An address may be that of an Adobe ID and of a managed account: no job takes one for both, or chooses silently.
#[test]
fn jobs_know_both_accounts_of_an_address() {
    let visits = Visits::new(&[("c.csv", "email,end\nboth@example.com,2020-01-01\n")]);
    visits.eval(
        "add_to_groups(`both@example.com`, [`Designers`]);
         add_to_groups(`both@example.com`, [`Stock`], #{use_adobe_id: true}); ()",
    );
    let clone = visits.run("--live scripts/clone_access.rhai ben.osei@example.com both@example.com");
    clone.failed(3, "both@example.com has 2 accounts, so nothing is done");
    let expire = "--live scripts/expire_contractors.rhai c.csv";
    let run = visits.run(expire).exits(0);
    for kind in ["adobeID", "federatedID"] {
        let line = format!("completed  both@example.com ({kind}), until 2020-01-01\n");
        assert!(run.stdout.contains(&line), "{}", run.stdout);
    }
    let groups =
        "get_users().filter(|user| user.email == `both@example.com`).all(|user| user.groups.is_empty())";
    assert_eq!(visits.eval(groups), "true\n");
    let again = visits.run(expire).exits(0);
    assert_eq!(again.stdout, "live: 0 of 0 accounts lost groups; contracts that have ended: 1\n");
    assert!(!again.stderr.contains("never sent"), "{}", again.stderr);
}

/// A pipe has no folder: what a job writes beside its file is written where it runs.
#[cfg(unix)]
#[test]
fn jobs_that_read_a_pipe_write_their_lists_here() {
    for (file, job, list) in [
        ("-", "scripts/onboard.rhai", "onboard-failed.csv"),
        ("/dev/stdin", "scripts/onboard.rhai", "onboard-failed.csv"),
        ("-", "scripts/offboard.rhai groups", "leavers-confirm.csv"),
        ("/dev/stdin", "scripts/offboard.rhai groups", "leavers-confirm.csv"),
    ] {
        let people = "email,firstname,lastname,country,groups\nben.osei@example.com,B\u{fffd}n,Osei,GB,\n";
        let run = with_scripts(Run::new(&format!("--sandbox --files . {job} {file}"))).stdin(people).run();
        let listed = std::fs::read_to_string(run.file(list));
        assert!(
            listed.is_ok_and(|text| text.contains("ben.osei@example.com")),
            "{job} {file}: {}",
            run.stderr
        );
    }
}
