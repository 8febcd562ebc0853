//! The end of an imported configuration is that of User Sync itself. What is expected here was written down from runs of
//! User Sync 2.10.0rc2 against the sandbox, with these files.

use crate::support::Desk;
use std::collections::BTreeMap;

/// A configuration as User Sync takes it; `USERS` and `ACTION` differ from case to case.
const CONFIG: &str = r#"
adobe_users:
  exclude_identity_types:
    - adobeID
  exclude_adobe_groups:
    - _org_admin
  connectors:
    umapi: "connector-umapi.yml"
directory_users:
  user_identity_type: federatedID
  default_country_code: US
  connectors:
    csv: "connector-csv.yml"
  groups:
    - directory_group: "Studio"
      adobe_groups:
        - "Designers"
    - directory_group: "Campaigns"
      adobe_groups:
        - "Marketing"
        - "Acrobat Pro"
limits:
  max_adobe_only_users: 200
invocation_defaults:
  adobe_only_user_action: ACTION
  adobe_users: all
  connector: [csv, users-file.csv]
  process_groups: Yes
  strategy: sync
  update_user_info: No
  users: USERS
"#;

const PEOPLE: &str = "firstname,lastname,email,country,groups,type,username,domain
Ben,Osei,ben.osei@example.com,GB,Studio,federatedID,,
Carla,Ruiz,carla.ruiz@example.com,ES,Studio,,,
Hugo,Martin,hugo.martin@example.com,FR,Campaigns,,,
New,Person,new.person@example.com,US,Studio,,,
Two,Groups,two.groups@example.com,US,\"Studio,Campaigns\",,,
Not,Mapped,not.mapped@example.com,US,Elsewhere,,,
";

/// The people with other groups after a run for `users: mapped` that keeps everybody else, and their groups.
const MAPPED: [(&str, &str); 14] = [
    ("anton.huber@example.org", "Photoshop"),
    ("fatima.zahra@example.com", ""),
    ("hana.suzuki@example.org", ""),
    ("hugo.martin@example.com", "Acrobat Pro, Marketing, Photoshop"),
    ("jonas.weber@example.com", "Photoshop, _admin_Marketing"),
    ("keiko.tanaka@example.com", "Photoshop"),
    ("maya.patel@example.com", "Sales EMEA"),
    ("new.person@example.com", "Designers"),
    ("noah.berg@example.org", "Finance"),
    ("olga.nowak@emea.example.com", "Finance"),
    ("rosa.silva@example.com", "Contractors"),
    ("two.groups@example.com", "Acrobat Pro, Designers, Marketing"),
    ("wendy.chan@example.com", ""),
    ("xavier.dubois@example.org", "Photoshop"),
];

/// The same for `users: all` and `remove-adobe-groups`, for people with groups left.
const ALL_WITH_GROUPS: [(&str, &str); 5] = [
    ("hugo.martin@example.com", "Acrobat Pro, Marketing, Photoshop"),
    ("new.person@example.com", "Designers"),
    ("two.groups@example.com", "Acrobat Pro, Designers, Marketing"),
    ("uma.devi@example.com", "Corporate Directory"),
    ("victor.hansen@example.com", "Corporate Directory"),
];

/// How many people have no group afterwards who had one, or are new.
const ALL_WITHOUT_GROUPS: usize = 25;

/// Accounts with their type and groups.
fn state(desk: &Desk) -> BTreeMap<String, String> {
    let code = "for user in get_users() { let groups = user.groups.to_array(); groups.sort(); \
        print(`${user.email} ${user.type}\t${groups.join(\", \")}`); }";
    let output = desk.start("-e").arg(code).run().done();
    let entry = |line: &str| line.split_once('\t').map(|(name, groups)| (name.to_owned(), groups.to_owned()));
    output.lines().filter_map(entry).collect()
}

/// The people with other groups after a live run of the imported configuration.
fn changed(users: &str, action: &str) -> BTreeMap<String, String> {
    let desk = Desk::new("");
    let config = CONFIG.replace("USERS", users).replace("ACTION", action);
    let write = |name: &str, text: &str| std::fs::write(desk.folder.path().join(name), text).unwrap();
    write("user-sync-config.yml", &config);
    write("users-file.csv", PEOPLE);
    desk.start("sync --import user-sync-config.yml --out map.toml").run().exits(0);
    // User Sync has no limit for the members of a group.
    let path = desk.folder.path().join("map.toml");
    let map = std::fs::read_to_string(path).unwrap();
    write("map.toml", &map.replace("[limits]\n", "[limits]\nmax_removals = \"100%\"\n"));
    let before = state(&desk);
    let line = "--live sync map.toml --users users-file.csv";
    desk.start(line).run().exits(0);
    let after = state(&desk);
    assert!(before.keys().all(|name| after.contains_key(name)), "nobody is removed from the organization");
    if action == "preserve" {
        let sent = desk.action_requests();
        assert!(desk.start(line).run().done().ends_with("nothing to change\n"));
        assert_eq!(desk.action_requests(), sent, "the second run sends nothing");
    }
    after.into_iter().filter(|(name, groups)| before.get(name) != Some(groups)).collect()
}

fn email(name: &str) -> &str {
    name.split(' ').next().unwrap()
}

#[test]
fn mapped_people_get_and_lose_groups_as_with_user_sync() {
    let changed = changed("mapped", "preserve");
    let found: Vec<_> = changed.iter().map(|(name, groups)| (email(name), groups.as_str())).collect();
    assert_eq!(found, MAPPED);
    assert!(changed.contains_key("new.person@example.com federatedID"), "{changed:?}");
}

#[test]
fn people_without_a_row_lose_their_groups_as_with_user_sync() {
    let changed = changed("all", "remove-adobe-groups");
    let with_groups = changed.iter().filter(|(_, groups)| !groups.is_empty());
    let found: Vec<_> = with_groups.map(|(name, groups)| (email(name), groups.as_str())).collect();
    assert_eq!(found, ALL_WITH_GROUPS);
    assert_eq!(changed.len() - found.len(), ALL_WITHOUT_GROUPS, "{changed:?}");
    assert!(changed.contains_key("not.mapped@example.com federatedID"), "every row has an account");
}
