//! What to type in umapish for each verb of Adobe's Python tool umapi-cli 2.2, whose command is `umapi`.

/// A verb of umapi-cli.
#[derive(Debug, Clone, Copy)]
pub struct UmapiCliVerb {
    /// Its name on umapi-cli's command line.
    pub name: &'static str,
    /// The command line of umapish that does the same. Words in capitals are placeholders; a FILE.csv has the
    /// columns that umapi-cli reads.
    pub line: &'static str,
}

/// A note for every line that makes changes.
const ABOUT_MODE: &str = "Leave out --live to rehearse, as `umapi -t` does.";

/// Every verb, in the order of `umapi --help`.
pub const VERBS: &[UmapiCliVerb] = &[
    UmapiCliVerb {
        name: "group-create",
        line: r#"umapish --live -e 'create_user_group("GROUP", #{
  description: "DESCRIPTION"
})'"#,
    },
    UmapiCliVerb {
        name: "group-create-bulk",
        line: r#"umapish --live -e 'multi_action(read_csv("FILE.csv").map(|row| {
  group_command(row.name).create(#{description: row.description})
}))'"#,
    },
    UmapiCliVerb { name: "group-delete", line: r#"umapish --live -e 'delete_user_group("GROUP")'"# },
    UmapiCliVerb {
        name: "group-delete-bulk",
        line: r#"umapish --live -e 'multi_action(read_csv("FILE.csv").map(|row| {
  group_command(row.name).delete()
}))'"#,
    },
    UmapiCliVerb { name: "group-read", line: r#"umapish -e 'get_group("GROUP")'"# },
    UmapiCliVerb { name: "group-read-all", line: "umapish -e 'get_groups()'" },
    UmapiCliVerb {
        name: "group-update",
        line: r#"umapish --live -e 'multi_action([
  group_command("GROUP").update(#{description: "DESCRIPTION"})
    .add_users(["EMAIL"]).add_profiles(["PROFILE"])
])'"#,
    },
    UmapiCliVerb {
        name: "group-update-bulk",
        line: r#"umapish --live -e 'multi_action(read_csv("FILE.csv", #{lists: [
  "add_users", "remove_users", "add_profiles", "remove_profiles"
]}).map(|row| {
  let change = group_command(row.name);
  change.add_users(row.add_users).remove_users(row.remove_users);
  change.add_profiles(row.add_profiles);
  change.remove_profiles(row.remove_profiles);
  if row.description != "" {
    change.update(#{description: row.description});
  }
  if row.name_new != "" { change.update(#{name: row.name_new}); }
  change
}))'"#,
    },
    UmapiCliVerb {
        name: "user-create",
        line: r#"umapish --live -e 'add_federated_id(
  "USERNAME", "EMAIL", "FIRST", "LAST", "US"
)'"#,
    },
    UmapiCliVerb {
        name: "user-create-bulk",
        line: r#"umapish --live -e 'multi_action(read_csv("FILE.csv", #{
  lists: ["groups"]
}).map(|row| {
  let name = if row.username == "" { row.email } else { row.username };
  let account = #{};
  if row.domain != "" { account.domain = row.domain; }
  let change = command(name, account);
  let person = #{email: row.email, firstname: row.firstname,
    lastname: row.lastname, country: row.country};
  switch row.type {
    "adobeID" => change.add_adobe_id(person),
    "enterpriseID" => change.add_enterprise_id(person),
    _ => change.add_federated_id(person),
  }
  change.add_to_groups(row.groups)
}))'"#,
    },
    UmapiCliVerb { name: "user-delete", line: r#"umapish --live -e 'remove_from_org("EMAIL")'"# },
    UmapiCliVerb {
        name: "user-delete-bulk",
        line: r#"umapish --live --allow-delete -e '
multi_action(read_csv("FILE.csv").map(|row| {
  command(row.email).remove_from_org(row.hard_delete in ["y", "Y"])
}))'"#,
    },
    UmapiCliVerb { name: "user-read", line: r#"umapish -e 'get_user("EMAIL")'"# },
    UmapiCliVerb { name: "user-read-all", line: "umapish -e 'get_users()'" },
    UmapiCliVerb {
        name: "user-update",
        line: r#"umapish --live -e 'multi_action([
  command("EMAIL").update_account(#{firstname: "FIRST", lastname: "LAST"})
    .add_to_groups(["GROUP"])
])'"#,
    },
    UmapiCliVerb {
        name: "user-update-bulk",
        line: r#"umapish --live -e 'multi_action(read_csv("FILE.csv", #{
  lists: ["add_groups", "remove_groups"]
}).map(|row| {
  let change = command(row.email).add_to_groups(row.add_groups);
  change.remove_from_groups(row.remove_groups);
  let fields = #{};
  if row.email_new != "" { fields.email = row.email_new; }
  for name in ["firstname", "lastname", "username"] {
    if row[name] != "" { fields[name] = row[name]; }
  }
  if fields.len() > 0 { change.update_account(fields); }
  change
}))'"#,
    },
];

impl UmapiCliVerb {
    /// The verb of that name.
    pub(crate) fn find(name: &str) -> Option<&'static Self> {
        VERBS.iter().find(|verb| verb.name == name)
    }

    /// Whether its line makes changes.
    fn is_change(&self) -> bool {
        self.line.contains("--live")
    }

    /// The hint for someone who typed it.
    pub(crate) fn hint(&self) -> String {
        let mode = if self.is_change() { format!("\n{ABOUT_MODE}") } else { String::new() };
        format!("In umapish type:\n{}{mode}", self.line)
    }
}

/// The page of `umapish help umapi-cli`.
pub(super) fn page() -> String {
    let entry = |verb: &UmapiCliVerb| format!("{}\n  {}\n", verb.name, verb.line.replace('\n', "\n  "));
    format!(
        "What to type for each verb of Adobe's umapi-cli. {ABOUT_MODE}\n\n{}",
        VERBS.iter().map(entry).collect::<String>()
    )
}
