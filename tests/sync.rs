//! Groups that follow people from elsewhere: who is who, what changes, and what must not.

use crate::support::Run;
use crate::support::desk::Desk;
use crate::support::run::Finished;
use std::collections::BTreeSet;

/// Six direct members of `Designers`, of whom `map` keeps those that a file names.
fn members(desk: &Desk, group: &str) -> BTreeSet<String> {
    let code = format!("for user in get_users(#{{group: {group:?}}}) {{ print(user.email); }}");
    desk.start("-e").arg(code).run().done().lines().map(str::to_owned).collect()
}

fn file_of(names: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    names.into_iter().fold("email\n".to_owned(), |text, name| text + name.as_ref() + "\n")
}

fn sync(desk: &Desk, line: &str, map: &str, people: &str) -> Finished {
    let run = desk.start(line).file("map.toml", map).file("hr.csv", people);
    run.run()
}

const MAP: &str = "[[map]]\nfile = 'hr.csv'\ngroups = ['Designers']\n";

#[test]
fn a_group_follows_a_file_and_the_second_run_sends_nothing() {
    let desk = Desk::new("");
    let before = members(&desk, "Designers");
    let leaver = before.first().unwrap().clone();
    let stay: Vec<_> = before.iter().filter(|name| **name != leaver).cloned().collect();
    let people =
        file_of(stay.iter().map(String::as_str).chain(["INES.COSTA@example.net", "ben.osei@example.com"]));
    let first = sync(&desk, "--live sync map.toml", MAP, &people).done();
    assert!(
        first.contains(&format!("  - {leaver}\n")) && first.contains("  + ines.costa@example.net\n"),
        "{first}"
    );
    let after = members(&desk, "Designers");
    assert!(!after.contains(&leaver) && after.contains("ines.costa@example.net"), "{after:?}");
    let posts = desk.action_requests();
    assert_eq!(posts, 1);
    let second = sync(&desk, "--live sync map.toml", MAP, &people).done();
    assert!(second.contains("nothing to change"), "{second}");
    assert_eq!(desk.action_requests(), posts);
}

/// Each way in which a source may be wrong. People are added nevertheless, where the file can be used at all.
#[test]
fn while_the_source_is_in_doubt_nobody_leaves() {
    for (map, people, adds, why) in [
        ("", "email\nines.costa@example.net\nwho.is.it@example.com\n", true, "hr.csv:3 has no account"),
        ("", "email\nines.costa@example.net\n", true, "would leave, the limit is"),
        ("", "email\n", false, "hr.csv has no rows"),
        ("min_rows = 3\n", "email\nines.costa@example.net\n", false, "`min_rows` is 3"),
        (
            "where = 'row.email == \"x\"'\n",
            "email\nines.costa@example.net\n",
            false,
            "the source has nobody for it",
        ),
    ] {
        let desk = Desk::new("");
        let before = members(&desk, "Designers");
        let run = sync(&desk, "--live sync map.toml", &format!("{MAP}{map}"), people).failed(7, why);
        let after = members(&desk, "Designers");
        assert!(before.is_subset(&after), "{why}");
        assert_eq!(after.contains("ines.costa@example.net"), adds, "{why}: {}", run.stderr);
    }
}

#[test]
fn an_old_file_is_not_used() {
    let desk = Desk::new("");
    std::fs::write(desk.folder.path().join("hr.csv"), "email\nines.costa@example.net\n").unwrap();
    let file = std::fs::File::options().write(true).open(desk.folder.path().join("hr.csv")).unwrap();
    file.set_modified(std::time::SystemTime::now() - std::time::Duration::from_hours(72)).unwrap();
    let run =
        desk.start("--live sync map.toml").file("map.toml", format!("{MAP}max_file_age = '2d'\n")).run();
    run.failed(7, "hr.csv is 72 hours old, which is more than `max_file_age` allows");
    assert_eq!(desk.action_requests(), 0);
}

#[test]
fn people_without_an_account_are_created_unless_somebody_may_be_meant() {
    let desk = Desk::new("");
    let map = "[[map]]\nfile = 'hr.csv'\nmode = 'add'\ngroups = ['Engineering']\n[create]\ncountry = 'DE'\n";
    let people =
        "email,firstname,lastname,type\nnew.one@example.com,New,One,\nb.osei@example.com,Ben,Osei,\n";
    let run = sync(&desk, "--live sync map.toml", map, people).exits(7);
    assert!(
        run.words().contains("hr.csv:3 has no account, but somebody here has that name"),
        "{}",
        run.stderr
    );
    assert!(run.stdout.contains("accounts created: 1"), "{}", run.stdout);
    let code = "print(get_user(\"new.one@example.com\")); find_user(\"b.osei@example.com\") == ()";
    let made = desk.start("-e").arg(code).run().done();
    assert!(made.contains("federatedID") && made.contains("DE") && made.ends_with("true\n"), "{made}");
}

#[test]
fn protected_people_and_others_are_left_alone_unless_the_map_says_so() {
    let desk = Desk::new("");
    let everybody: BTreeSet<String> = desk
        .start("-e")
        .arg("for user in get_users() { print(user.email); }")
        .run()
        .done()
        .lines()
        .map(str::to_owned)
        .collect();
    let (gone, kept) = ("gus.taylor@example.com", "nina.olsen@example.com");
    let people = file_of(everybody.iter().filter(|name| ![gone, kept].contains(&name.as_str())));
    let map = |action: &str| {
        format!(
            "[[map]]\nfile = 'hr.csv'\n[exclude]\nusers = ['nina*']\n[others]\n{action}[limits]\nmax_unmatched = 1\n"
        )
    };
    let run =
        sync(&desk, "--live sync map.toml", &map("action = 'write-file'\nfile = 'others.csv'\n"), &people);
    assert!(run.stdout.contains("accounts without a row: "), "{}", run.stdout);
    let listed = std::fs::read_to_string(run.file("others.csv")).unwrap();
    run.exits(0);
    assert!(listed.starts_with("type,username,domain,email\n"), "{listed}");
    assert!(listed.contains(gone) && !listed.contains(kept), "{listed}");
    assert_eq!(desk.action_requests(), 0);
    let line = "--live sync map.toml";
    sync(&desk, line, &format!("{}max_others = 0\n", map("action = 'remove-from-org'\n")), &people)
        .failed(7, "nothing was taken from people without a row");
    sync(&desk, line, &map("action = 'remove-from-org'\n"), &people).exits(0);
    let code = format!("print(find_user({gone:?}) == ()); find_user({kept:?}) == ()");
    assert_eq!(desk.start("-e").arg(code).run().done(), "true\nfalse\n");
}

#[test]
fn a_file_with_a_column_of_groups_needs_no_map() {
    let desk = Desk::new("");
    let people = "email,groups\nben.osei@example.com,\"Engineering, Stock\"\n";
    let run = desk.start("--live --users-are-not-an-option sync").run();
    run.exits(2);
    desk.start("sync").run().failed(2, "there is nothing to sync");
    let run = desk.start("sync --users people.csv").file("people.csv", people).run();
    let run = run.exits(7);
    assert!(
        run.stdout.contains("Engineering: 1 added, 0 removed\n  + ben.osei@example.com\n"),
        "{}",
        run.stdout
    );
    let unknown = "email,groups\nben.osei@example.com,Enginering\n";
    let run = desk.start("sync --users people.csv").file("people.csv", unknown).run();
    run.failed(3, "there is no group `Enginering`; did you mean `Engineering`?");
}

#[test]
fn a_run_that_was_cut_short_resumes_with_its_map() {
    let desk = Desk::new("");
    let people = file_of(["ines.costa@example.net", "ben.osei@example.com"]);
    let map = "[[map]]\nfile = 'hr.csv'\nmode = 'add'\ngroups = ['Engineering', 'Marketing']\n";
    let drop = umapi_shell::sandbox::FaultEffect::DropAfter;
    let endpoint = umapi_shell::wire::endpoint::EndpointId::Action;
    desk.server.queue(umapi_shell::sandbox::PlannedFault::at(endpoint, drop));
    let first = sync(&desk, "--live sync map.toml", map, &people);
    if first.code != 0 {
        let (code, _, reported) = desk.resume();
        assert_eq!(code, 0, "{reported}");
    }
    assert!(members(&desk, "Marketing").contains("ines.costa@example.net"));
    let journal = std::fs::read_to_string(&desk.journals()[0]).unwrap();
    assert!(journal.contains("\"arguments\":[\"map.toml\",\"\"]"), "the journal has the map");
}

/// The example that Adobe ships, in our words: one mapping without groups, one with two, people of LDAP.
#[test]
fn a_configuration_of_user_sync_becomes_a_map_that_runs() {
    let config = "adobe_users:\n  exclude_identity_types:\n    - adobeID\n  exclude_adobe_groups:\n    - _org_admin\n  \
        exclude_users:\n  connectors:\n    umapi: \"connector-umapi.yml\"\ndirectory_users:\n  \
        user_identity_type: federatedID\n  default_country_code: US\n  connectors:\n    ldap: \"connector-ldap.yml\"\n  \
        groups:\n    - directory_group: \"Design\"\n      adobe_groups:\n        - \"Engineering\"\n        - \"Stock\"\n    \
        - directory_group: \"Manual\"\n      adobe_groups:\nlimits:\n  max_adobe_only_users: 200\nlogging:\n  \
        log_to_file: True\ninvocation_defaults:\n  adobe_only_user_action: preserve\n  adobe_users: all\n  \
        connector: ldap\n  exclude_unmapped_users: No\n  process_groups: Yes\n  strategy: sync\n  test_mode: No\n  \
        update_user_info: No\n  user_filter:\n  users: mapped\n";
    let desk = Desk::new("");
    let run = desk
        .start("sync --import user-sync-config.yml --out map.toml")
        .file("user-sync-config.yml", config)
        .run();
    let run = run.exits(0);
    assert!(run.words().contains("without counterpart: connector `ldap`"), "{}", run.stderr);
    assert!(!run.words().contains("removes nobody"), "{}", run.stderr);
    desk.start("sync --import user-sync-config.yml --out map.toml").run().failed(1, "map.toml");
    let people = "firstname,lastname,email,country,groups,type,username,domain\n\
        Ben,Osei,ben.osei@example.com,US,\"Design\",federatedID,,\nNew,Person,new.person@example.com,US,Design,,,\n\
        Else,Where,else.where@example.com,US,Other,,,\n";
    let run = desk.start("--live sync map.toml --users users-file.csv").file("users-file.csv", people).run();
    assert!(run.stdout.contains("accounts created: 1"), "{}\n{}", run.stdout, run.stderr);
    let engineers = members(&desk, "Engineering");
    assert!(engineers.contains("new.person@example.com") && engineers.contains("ben.osei@example.com"));
    let code = "find_user(\"else.where@example.com\") == ()";
    assert_eq!(desk.start("-e").arg(code).run().done(), "true\n", "users: mapped");
}

#[test]
fn scripts_match_people_and_sync_groups_themselves() {
    let code = r#"
        let rows = [#{upn: "BEN.OSEI@corp.local"}, #{upn: "ines.costa_example.net#EXT#@t.onmicrosoft.com"},
            #{upn: "x@corp.local"}, #{upn: "Staff", objectClass: "group"}];
        let found = match_people(rows, #{by: "upn", domains: #{"corp.local": "example.com"}});
        print(found.matched.map(|entry| entry.user.email));
        print(`${found.unmatched.len()} ${found.groups.len()} ${found.unused.len() > 40}`);
        let result = sync_group("Engineering", found);
        print(`${result.added.len()} ${result.removed.len()}`);
        let more = sync_group("Engineering", found, #{max_unmatched: 1, mode: "add"});
        print(more.report == ());
    "#;
    let run = Run::eval(code).run();
    assert_eq!(
        run.stdout, "[\"ben.osei@example.com\", \"ines.costa@example.net\"]\n1 1 true\n2 0\ntrue\n",
        "{}",
        run.stderr
    );
    run.failed(7, "nobody was removed from Engineering: 1 row of the source is not certain");
}

/// By their headers: User Sync, Adobe's sample, and umapi-cli, which has the same columns in another order.
#[test]
fn files_of_other_tools_create_people_as_they_are() {
    for (header, row) in [
        (
            "firstname,lastname,email,country,groups,type,username,domain",
            "New,One,new.one@example.com,US,\"Designers\",,,",
        ),
        (
            "type,username,domain,email,firstname,lastname,country,groups",
            "federatedID,new.one@example.com,,new.one@example.com,New,One,US,Designers",
        ),
        (
            "upn,mail,firstname,lastname,country_code,groups",
            "new.one@example.com,new.one@example.com,New,One,US,Designers",
        ),
    ] {
        let run =
            Run::eval("print(multi_action(\"f.csv\").completed); get_user(\"new.one@example.com\").type");
        let output = run.file("f.csv", format!("{header}\n{row}\n")).run().done();
        assert_eq!(output, "1\n\"federatedID\"\n", "{header}");
    }
    let list =
        Run::eval("multi_action(\"f.csv\")").file("f.csv", "type,username,domain\nadobeID,a@example.com,\n");
    list.run().failed(1, "the file only names people, like the remove-list.csv of User Sync");
}

#[test]
fn people_without_a_row_keep_the_groups_that_the_map_names() {
    let desk = Desk::new("");
    let (gone, kept) = ("carla.ruiz@example.com", "Photo*");
    let everybody = desk.start("-e").arg("for user in get_users() { print(user.email); }").run().done();
    let people = file_of(everybody.lines().filter(|name| *name != gone));
    let map = format!(
        "[[map]]\nfile = 'hr.csv'\n[limits]\nmax_unmatched = 2\n[others]\naction = 'remove-groups'\n\
         keep_groups = ['{kept}', 'DESIGNERS']\n"
    );
    sync(&desk, "--live sync map.toml", &map, &people).exits(0);
    let code = format!("get_user({gone:?}).groups.join(\", \")");
    assert_eq!(
        desk.start("-e").arg(code).run().done(),
        "\"Designers, Photoshop\"\n",
        "an admin role is not kept"
    );
    let sent = desk.action_requests();
    sync(&desk, "--live sync map.toml", &map, &people).exits(0);
    assert_eq!(desk.action_requests(), sent, "the second run sends nothing");
}

/// `Designers` carries the profile `Stock` in the sandbox.
#[test]
fn who_keeps_a_profile_through_a_group_is_named_by_the_sync_that_removes_the_direct_membership() {
    let desk = Desk::new("");
    let twice = "multi_action([\"ada.lind@example.com\", \"hugo.martin@example.com\"]
        .map(|email| command(email).add_to_groups(\"Stock\")))";
    desk.start("--live -e").arg(twice).run().exits(0);
    let direct = desk
        .start("-e")
        .arg("for user in get_users(#{group: \"Stock\"}) { print(user.email); }")
        .run()
        .done();
    let leavers = ["ada.lind@example.com", "hugo.martin@example.com"];
    let people = file_of(direct.lines().filter(|name| !leavers.contains(name)));
    let map = "[[map]]\nfile = 'hr.csv'\ngroups = ['Stock']\n";
    let run = sync(&desk, "--live sync map.toml", map, &people).exits(0);
    for expected in [
        "  - ada.lind@example.com\n",
        "  - hugo.martin@example.com\n",
        "  = ada.lind@example.com keeps it through Designers\n",
    ] {
        assert!(run.stdout.contains(expected), "{}", run.stdout);
    }
    assert!(!run.stdout.contains("hugo.martin@example.com keeps"), "{}", run.stdout);
}

/// A row that is not certain is a person who may lack a group, also where nobody would lose anything.
#[test]
fn a_source_in_doubt_is_never_a_success() {
    for (line, people, why) in [
        ("sync --users hr.csv", "email,groups\n", "hr.csv has no rows"),
        ("sync --users hr.csv", "email,groups\nnew.one@example.com,Designers\n", "hr.csv:2 has no account"),
        (
            "sync --users hr.csv",
            "email,groups\nboth@example.com,Designers\n",
            "hr.csv:2 may be several accounts",
        ),
        ("sync map.toml", "email\n", "hr.csv has no rows"),
        ("sync map.toml", "email\nnew.one@example.com\n", "1 row is not certain, the limit is 0"),
    ] {
        let desk = Desk::new("");
        let map = format!("{MAP}mode = 'add'\n");
        sync(&desk, &format!("--live {line}"), &map, people)
            .failed(7, why)
            .stderr_has("people may be missing");
        assert_eq!(desk.action_requests(), 0, "{why}");
    }
    let run = Run::eval("sync_group(`Engineering`, [`new.one@example.com`], #{mode: `add`}); ()").run();
    run.failed(7, "people may be missing: 1 row of the source is not certain");
}

/// `both@example.com` is the address of an Adobe ID and of a Federated ID.
#[test]
fn of_two_accounts_the_one_that_the_map_excludes_is_not_meant() {
    let groups = "get_users().filter(|user| user.email == `both@example.com`)
        .map(|user| `${user.type} ${\"Engineering\" in user.groups}`)";
    let map = "[[map]]\nfile = 'hr.csv'\nmode = 'add'\ngroups = ['Engineering']\n";
    for (exclude, code, expected) in [
        ("", 7, "[\"adobeID false\",\"federatedID false\"]\n"),
        ("[exclude]\ntypes = ['adobeID']\n", 0, "[\"adobeID false\",\"federatedID true\"]\n"),
        ("[exclude]\ntypes = ['federatedID']\n", 0, "[\"adobeID true\",\"federatedID false\"]\n"),
        ("[exclude]\nusers = ['both@*']\n", 7, "[\"adobeID false\",\"federatedID false\"]\n"),
    ] {
        let desk = Desk::new("");
        sync(&desk, "--live sync map.toml", &format!("{map}{exclude}"), "email\nboth@example.com\n")
            .exits(code);
        assert_eq!(desk.start("-e").arg(groups).run().done(), expected, "{exclude}");
    }
}

/// User Sync leaves the second account of a name; here both stay, since nobody has said which one is meant.
#[test]
fn people_without_a_row_keep_everything_where_two_accounts_have_their_name() {
    let everybody = "for user in get_users() { print(user.email); }";
    for action in ["remove-from-org", "remove-groups"] {
        let desk = Desk::new("");
        desk.start("--live -e").arg("add_to_groups(`both@example.com`, `Stock`); ()").run().exits(0);
        let before: Vec<_> =
            desk.start("-e").arg(everybody).run().done().lines().map(str::to_owned).collect();
        let shared = ["both@example.com", "twin@example.com", "twin@emea.example.com"];
        let gone = "carla.ruiz@example.com";
        let people = file_of(before.iter().filter(|name| !shared.contains(&name.as_str()) && *name != gone));
        let map = format!("[[map]]\nfile = 'hr.csv'\n[others]\naction = '{action}'\n");
        let run = sync(&desk, "--live sync map.toml", &map, &people);
        let run = run.failed(7, "whose name another account has: both@example.com");
        assert!(
            !run.words().contains(gone) || run.stdout.contains("accounts without a row: 5"),
            "{}",
            run.stdout
        );
        let code = format!("find_user({gone:?}) == () || get_user({gone:?}).groups.is_empty()");
        assert_eq!(desk.start("-e").arg(code).run().done(), "true\n", "{action}");
        let after: Vec<_> = desk.start("-e").arg(everybody).run().done().lines().map(str::to_owned).collect();
        assert!(before.iter().filter(|name| *name != gone).all(|name| after.contains(name)), "{action}");
        let groups = "get_user(`both@example.com`).groups.len()";
        assert_eq!(desk.start("-e").arg(groups).run().done(), "1\n", "{action}");
    }
}
