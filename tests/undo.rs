//! `umapish undo`: what was seen to differ is undone, and nothing else; an undo can be undone.

use crate::support::Desk;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Reads everything, so that the run has seen what it changes.
const READ_ALL: &str =
    "let direct = get_users(); let all = get_users(#{direct_only: false}); direct.len() + all.len();\n";

/// Each person's type, names and groups, direct and all, by e-mail and type.
fn state(desk: &Desk) -> BTreeMap<String, (Value, Value)> {
    let code = "[get_users().to_array(), get_users(#{direct_only: false}).to_array()]";
    let output = desk.command("-o json -e").arg(code).output().unwrap();
    let mut lists: [Vec<Value>; 2] = serde_json::from_slice(&output.stdout).unwrap();
    for user in lists.iter_mut().flatten() {
        user.as_object_mut().unwrap().remove("id");
        if let Some(groups) = user["groups"].as_array_mut() {
            groups.sort_by_key(ToString::to_string);
        }
    }
    let [direct, all] = lists;
    let key = |user: &Value| format!("{} {}", user["email"], user["type"]);
    let mut people: BTreeMap<_, _> =
        direct.into_iter().map(|user| (key(&user), (user, Value::Null))).collect();
    for user in all {
        people.get_mut(&key(&user)).unwrap().1 = user["groups"].clone();
    }
    people
}

/// The two states are the same; names what differs.
#[track_caller]
fn assert_same(
    now: &BTreeMap<String, (Value, Value)>,
    then: &BTreeMap<String, (Value, Value)>,
    context: &str,
) {
    let names: std::collections::BTreeSet<_> = now.keys().chain(then.keys()).collect();
    let differing: Vec<_> = names
        .into_iter()
        .filter(|name| now.get(*name) != then.get(*name))
        .map(|name| format!("{name}:\n  now  {:?}\n  then {:?}", now.get(name), then.get(name)))
        .collect();
    assert!(differing.is_empty(), "{}\n{context}", differing.join("\n"));
}

fn script(desk: &Desk, code: &str) {
    std::fs::write(desk.folder.path().join("job.rhai"), code).unwrap();
}

/// The short id that a run ends with.
#[track_caller]
fn id_in(reported: &str) -> String {
    let words: Vec<_> = reported.split_whitespace().collect();
    let place = words.windows(2).position(|two| two == ["umapish", "undo"]);
    words[place.unwrap_or_else(|| panic!("no id in: {reported}")) + 2].to_owned()
}

/// Runs a script live; returns its id.
#[track_caller]
fn run(desk: &Desk, code: &str) -> String {
    script(desk, code);
    id_in(&desk.run("--live job.rhai").2)
}

/// Undoes a run; returns the id of the run that did, and what was left.
#[track_caller]
fn undo_run(desk: &Desk, id: &str) -> (String, String) {
    let (code, _, reported) = desk.run(&format!("undo {id} --out {id}.plan"));
    assert!(code == 0 || code == 3, "{code}: {reported}");
    let (applied, _, applying) = desk.run(&format!("--live --max-removals 500 apply {id}.plan"));
    assert_eq!(applied, 0, "{applying}\n{reported}");
    (id_in(&applying), reported)
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % limit as u64).unwrap()
    }

    fn of<'l>(&mut self, list: &'l [String]) -> &'l str {
        &list[self.below(list.len())]
    }
}

fn names(desk: &Desk, code: &str) -> Vec<String> {
    let output = desk.command("-o json -e").arg(code).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A script of random changes, each of which may be refused.
fn random_script(dice: &mut Dice, people: &[String], groups: &[String], user_groups: &[String]) -> String {
    let mut code = READ_ALL.to_owned();
    for number in 0..16 {
        let (person, group, user_group) = (dice.of(people), dice.of(groups), dice.of(user_groups));
        let change = match dice.below(10) {
            0 | 1 => format!("add_to_groups(\"{person}\", \"{group}\")"),
            2 => format!("remove_from_groups(\"{person}\", \"{group}\")"),
            3 => format!("add_users_to_group(\"{user_group}\", [\"{person}\"])"),
            4 => format!("remove_users_from_group(\"{user_group}\", [\"{person}\"])"),
            5 => format!("update_account(\"{person}\", #{{lastname: \"Changed{number}\"}})"),
            6 => format!("remove_from_org(\"{person}\")"),
            7 => format!("update_account(\"{person}\", #{{email: \"renamed{number}@example.com\"}})"),
            8 => format!("remove_from_all_groups(\"{person}\")"),
            _ => format!(
                "add_federated_id(\"new{number}@example.com\", \"new{number}@example.com\", \"N\", \"E\", \"US\"); \
                 add_to_groups(\"new{number}@example.com\", \"{user_group}\")"
            ),
        };
        writeln!(code, "try {{ {change}; }} catch {{}}").unwrap();
    }
    code
}

#[test]
fn random_runs_are_undone_and_their_undo_too() {
    for seed in 1..=8 {
        let desk = Desk::new("");
        let people = names(
            &desk,
            "get_users().filter(|u| u.email != () && !u.in_group(\"Corporate Directory\")).map(|u| u.email).unique()",
        );
        let groups =
            names(&desk, "get_groups().filter(|g| !g.groupName.starts_with(\"_\")).map(|g| g.groupName)");
        let user_groups = names(&desk, "get_groups(#{type: \"USER_GROUP\"}).map(|g| g.groupName)");
        let code = random_script(&mut Dice(seed), &people, &groups, &user_groups);
        let before = state(&desk);
        let id = run(&desk, &code);
        let after = state(&desk);
        let (undone, reported) = undo_run(&desk, &id);
        assert_same(&state(&desk), &before, &format!("seed {seed}: {reported}\n{code}"));
        let (_, reported) = undo_run(&desk, &undone);
        assert_same(&state(&desk), &after, &format!("seed {seed}, undo of the undo: {reported}\n{code}"));
    }
}

#[test]
fn what_was_not_seen_is_left_and_listed() {
    let desk = Desk::new("");
    let id = run(&desk, "add_to_groups(\"ben.osei@example.com\", \"Finance\");");
    let (code, _, reported) = desk.run(&format!("undo {id}"));
    assert_eq!(code, 3, "{reported}");
    let reason = "ben.osei@example.com: Finance: it was not seen whether the person was a member before";
    assert!(reported.contains(reason), "{reported}");
}

#[test]
fn nobody_gets_directly_what_came_through_a_user_group() {
    let desk = Desk::new("");
    // She has the profile through the user group Designers.
    let (person, profile) = ("ada.lind@example.com", "Stock");
    let before = state(&desk);
    let id = run(&desk, &format!("{READ_ALL} remove_from_groups(\"{person}\", \"{profile}\");"));
    let (_, _, reported) = desk.run(&format!("undo {id} --out {id}.plan"));
    assert!(
        !std::fs::read_to_string(desk.folder.path().join(format!("{id}.plan"))).unwrap().contains("\"add\"")
    );
    desk.run(&format!("--live apply {id}.plan"));
    assert_same(&state(&desk), &before, &reported);
}

#[test]
fn people_in_a_file_are_left_as_they_are() {
    let desk = Desk::new("");
    let people = ["ben.osei@example.com", "anton.huber@example.org"];
    let code = people.map(|person| format!("add_to_groups(\"{person}\", \"Finance\");")).concat();
    let id = run(&desk, &format!("{READ_ALL}{code}"));
    for (name, text) in
        [("a.txt", "BEN.OSEI@example.com\n"), ("a.csv", "name,email\nBen,ben.osei@example.com\n")]
    {
        std::fs::write(desk.folder.path().join(name), text).unwrap();
        let (code, _, reported) = desk.run(&format!("undo {id} --except {name} --out {name}.plan"));
        assert_eq!(code, 0, "{reported}");
        let plan = std::fs::read_to_string(desk.folder.path().join(format!("{name}.plan"))).unwrap();
        assert!(plan.contains(people[1]) && !plan.contains(people[0]), "{plan}");
        assert!(reported.contains("1 person left as they are by --except"), "{reported}");
    }
}

#[test]
fn of_many_people_the_account_that_was_changed_is_meant() {
    let desk = Desk::new("");
    let setup = "let changes = queue();
        for n in 0..260 { changes.add_command(command(`p${n}@example.com`)
            .add_federated_id(#{email: `p${n}@example.com`, firstname: \"P\", lastname: \"N\", country: \"US\"})); }
        changes.add_command(command(\"p7@example.com\").add_adobe_id(#{email: \"p7@example.com\"}));
        changes.finish();";
    run(&desk, setup);
    let before = state(&desk);
    let code = "for u in get_users().filter(|u| u.email.starts_with(\"p\") && u.type == \"federatedID\") {
            changes.add_to_groups(u, \"Finance\"); }";
    let id = run(&desk, &format!("let changes = queue(); {code} changes.finish();"));
    let (_, reported) = undo_run(&desk, &id);
    assert!(!reported.contains("ambiguous"), "{reported}");
    assert_same(&state(&desk), &before, &reported);
}

#[test]
fn what_others_changed_since_is_found_before_anything_is_sent() {
    let desk = Desk::new("");
    let person = "ben.osei@example.com";
    let id = run(&desk, &format!("{READ_ALL} add_to_groups(\"{person}\", \"Finance\");"));
    assert_eq!(desk.run(&format!("undo {id} --out u.plan")).0, 0);
    script(&desk, &format!("remove_from_groups(\"{person}\", \"Finance\");"));
    assert_eq!(desk.run("--live job.rhai").0, 0);
    let (code, _, reported) = desk.run("--live apply u.plan");
    assert!(code == 7 && reported.contains("no longer in Finance"), "{code} {reported}");
}

#[test]
fn renamed_people_and_groups_get_their_names_back() {
    let desk = Desk::new("");
    let before = state(&desk);
    let code = "update_account(\"ben.osei@example.com\", #{email: \"ben.new@example.com\"});
        add_to_groups(\"ben.new@example.com\", \"Finance\");
        update_user_group(\"Finance\", #{name: \"Money\"});";
    let id = run(&desk, &format!("{READ_ALL}{code}"));
    let (_, reported) = undo_run(&desk, &id);
    assert_same(&state(&desk), &before, &reported);
}

#[test]
fn a_user_group_that_the_run_made_is_deleted() {
    let desk = Desk::new("");
    let groups = || names(&desk, "get_groups(#{type: \"USER_GROUP\"}).map(|group| group.groupName)");
    let (before, people) = (groups(), state(&desk));
    let made = "create_user_group(\"Crew\", #{option: \"error\"}); add_users_to_group(\"Crew\", [\"ben.osei@example.com\"]);
        add_profiles_to_group(\"Crew\", [\"Stock\"]); update_user_group(\"Crew\", #{name: \"Team\"});
        create_user_group(\"Gone\", #{option: \"error\"}); delete_user_group(\"Gone\");";
    let id = run(&desk, &format!("{READ_ALL}{made}"));
    assert_ne!(groups(), before);
    let (_, reported) = undo_run(&desk, &id);
    assert_eq!(groups(), before, "{reported}");
    assert_same(&state(&desk), &people, &reported);
}

/// Runs after which a group stays, with what others do before the undo, and the reason.
const KEPT_GROUPS: &[(&str, &str, &str)] = &[
    (
        "create_user_group(\"Crew\", #{option: \"error\"});",
        "add_to_groups(\"gus.taylor@example.com\", \"Crew\");",
        "has other members",
    ),
    (
        "create_user_group(\"Crew\", #{option: \"error\"});",
        "delete_user_group(\"Crew\");",
        "is no longer there",
    ),
    ("create_user_group(\"Crew\");", "", "whether the user group was new is not seen"),
    ("delete_user_group(\"Interns\");", "", "cannot be brought back"),
    ("add_profiles_to_group(\"Finance\", [\"Stock\"]);", "", "which profiles a user group has"),
    ("update_user_group(\"Finance\", #{description: \"New\"});", "", "does not show descriptions"),
];

#[test]
fn groups_are_left_as_they_are_where_no_inverse_is_known() {
    for (change, others, reason) in KEPT_GROUPS {
        let desk = Desk::new("");
        let id = run(&desk, &format!("{READ_ALL}{change}"));
        script(&desk, others);
        assert_eq!(desk.run("--live job.rhai").0, 0);
        let (code, _, reported) = desk.run(&format!("undo {id} --out u.plan"));
        assert!(code == 3 && reported.contains(reason), "{change}: {code} {reported}");
        let plan = std::fs::read_to_string(desk.folder.path().join("u.plan")).unwrap();
        assert!(plan.contains("\"commands\":[]"), "{plan}");
    }
}

#[test]
fn a_rehearsal_has_nothing_to_undo() {
    let desk = Desk::new("add_to_groups(\"ben.osei@example.com\", \"Finance\");");
    assert_eq!(desk.run("--test job.rhai").0, 0);
    let journal = desk.only_journal();
    let (code, _, reported) = desk.run(&format!("undo {}", journal.display()));
    assert!(code == 2 && reported.contains("was a rehearsal"), "{reported}");
}
