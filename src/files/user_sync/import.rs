//! Translates `user-sync-config.yml`. What has no counterpart is listed; where that would widen whom something is taken
//! from, the map takes nothing from anybody.

use super::setting::{at, pattern, quoted, quoted_list, truth, word, words};
use crate::error::{Error, Result};
use crate::store::text_file;
use serde_json::Value;
use std::fmt::Write;
use std::path::Path;

/// A translated configuration.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ImportedMap {
    /// The map, as TOML.
    pub(crate) text: String,
    /// What has no counterpart.
    pub(crate) without_counterpart: Vec<String>,
    /// Whether the map takes nothing from anybody because of that.
    pub(crate) keeps_everybody: bool,
}

/// The names of columns in a file of User Sync, the key by which its configuration renames each, and the name here.
const COLUMNS: &[(&str, &str)] = &[
    ("email_column_name", "email"),
    ("first_name_column_name", "firstname"),
    ("last_name_column_name", "lastname"),
    ("country_column_name", "country"),
    ("groups_column_name", "groups"),
    ("identity_type_column_name", "type"),
    ("username_column_name", "username"),
    ("domain_column_name", "domain"),
];

/// The settings that change nothing about who is where.
const HARMLESS: &[&str] = &["logging", "post_sync", "invocation_defaults.log_progress"];

struct Translation {
    result: ImportedMap,
    rename: Vec<(String, String)>,
}

/// Translates a configuration.
///
/// # Errors
/// `file`: it cannot be read, or is not YAML.
pub(crate) fn import(path: &Path) -> Result<ImportedMap> {
    let config = yaml(path)?;
    if at(&config, &["adobe_users"]).or(at(&config, &["directory_users"])).is_none() {
        let message =
            "this is not a user-sync-config.yml: it has neither `adobe_users` nor `directory_users`";
        return Err(Error::file(path.display().to_string(), message));
    }
    let mut translation = Translation { result: ImportedMap::default(), rename: Vec::new() };
    translation.connectors(&config, path.parent().unwrap_or(Path::new("")));
    let body = translation.body(&config);
    let mut result = translation.result;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let _ = writeln!(
        result.text,
        "# From {name} of User Sync. Export the people of the directory to a CSV file or workbook"
    );
    let _ = writeln!(result.text, "# with the columns below, and run: umapish sync MAP.toml --users FILE");
    for line in &result.without_counterpart {
        let _ = writeln!(result.text, "# without counterpart: {line}");
    }
    if result.keeps_everybody {
        let _ = writeln!(
            result.text,
            "# So nobody is removed from anything until you have looked at these lines."
        );
    }
    result.text.push_str(&body);
    Ok(result)
}

fn yaml(path: &Path) -> Result<Value> {
    let text = text_file::read(path)?;
    serde_saphyr::from_str(&text).map_err(|error| {
        let message = error.to_string();
        Error::file(path.display().to_string(), message.lines().next().unwrap_or("not YAML").to_owned())
    })
}

impl Translation {
    /// Lists something without a counterpart that changes nothing about who loses what.
    fn note(&mut self, line: impl Into<String>) {
        // A line of a comment: what comes after a line break would be read.
        self.result.without_counterpart.push(line.into().replace(char::is_control, " "));
    }

    /// Lists something without a counterpart that kept people out of a removal.
    fn keep(&mut self, line: impl Into<String>) {
        self.result.keeps_everybody = true;
        self.note(line);
    }

    /// Where the people come from: a file is needed here.
    fn connectors(&mut self, config: &Value, folder: &Path) {
        let connectors = at(config, &["directory_users", "connectors"]);
        for (kind, file) in connectors.and_then(Value::as_object).into_iter().flatten() {
            if kind != "csv" {
                self.note(format!("connector `{kind}`: export its people to a file; filters of the connector belong in the export"));
                continue;
            }
            match yaml(&folder.join(word(file))) {
                Ok(csv) => self.columns(&csv),
                Err(error) => self.note(format!("the connector of CSV files cannot be read: {error}")),
            }
        }
        let umapi = at(config, &["adobe_users", "connectors", "umapi"]);
        let several = match umapi {
            Some(Value::Object(organizations)) => organizations.len() > 1,
            Some(Value::Array(files)) => files.len() > 1,
            _ => false,
        };
        if several {
            self.keep("several organizations: run a map of its own for each, with the profile of that organization (-p)");
        }
    }

    fn columns(&mut self, csv: &Value) {
        for (key, name) in COLUMNS {
            let theirs = at(csv, &[key]).map(word).filter(|theirs| theirs != name);
            self.rename.extend(theirs.map(|theirs| (theirs, (*name).to_owned())));
        }
        if let Some(delimiter) = at(csv, &["delimiter"]) {
            self.note(format!("delimiter {}: recognized by the header, or --delimiter", word(delimiter)));
        }
    }

    fn body(&mut self, config: &Value) -> String {
        let mut parts = String::new();
        self.parts(config, &mut parts);
        let exclude = self.exclude(config);
        let (action, file) = self.others(config);
        self.rest(config);
        let mut text = parts;
        let _ = write!(text, "\n[limits]\nmax_unmatched = 0\n");
        if let Some(most) = at(config, &["limits", "max_adobe_only_users"]) {
            let most = word(most);
            let most = most.parse::<usize>().map_or_else(|_| quoted(&most), |count| count.to_string());
            let _ = writeln!(text, "max_others = {most}");
        }
        if self.result.keeps_everybody {
            let _ = writeln!(text, "max_removals = 0");
        }
        text.push_str(&exclude);
        let action = if self.result.keeps_everybody && action != "write-file" { "keep" } else { action };
        let _ = write!(text, "\n[others]\naction = {}\n", quoted(action));
        if let Some(file) = file {
            let _ = writeln!(text, "file = {}", quoted(&file));
        }
        let kind =
            at(config, &["directory_users", "user_identity_type"]).map_or("federatedID".to_owned(), word);
        let _ = write!(text, "\n[create]\ntype = {}\n", quoted(&kind));
        if let Some(country) = at(config, &["directory_users", "default_country_code"]) {
            let _ = writeln!(text, "country = {}", quoted(&word(country)));
        }
        text
    }

    /// A part for each mapping of groups.
    fn parts(&mut self, config: &Value, text: &mut String) {
        let is_on = at(config, &["invocation_defaults", "process_groups"]).and_then(truth).unwrap_or(true);
        if !is_on {
            self.keep("process_groups: no; User Sync changed no groups, so nobody is removed from one here");
        }
        let mappings = at(config, &["directory_users", "groups"]).and_then(Value::as_array);
        for mapping in mappings.into_iter().flatten() {
            let name = at(mapping, &["directory_group"]).map(word).unwrap_or_default();
            let (own, other): (Vec<_>, Vec<_>) =
                words(at(mapping, &["adobe_groups"])).into_iter().partition(|group| !group.contains("::"));
            for group in other {
                self.keep(format!("group `{group}` of another organization"));
            }
            self.part(&name, if is_on { &own } else { &[] }, text);
        }
        let scope = words(at(config, &["invocation_defaults", "users"]));
        if scope.first().is_some_and(|scope| scope == "all") && mappings.is_some_and(|list| !list.is_empty())
        {
            self.part("", &[], text);
        }
        if mappings.is_none_or(Vec::is_empty) {
            self.note("no groups are mapped; the map only says who is known");
            self.part("", &[], text);
        }
    }

    fn part(&self, directory_group: &str, groups: &[String], text: &mut String) {
        let _ = writeln!(text, "\n[[map]]\nlists = [\"groups\"]");
        if !self.rename.is_empty() {
            let pairs = self.rename.iter().map(|(old, new)| format!("{} = {}", quoted(old), quoted(new)));
            let _ = writeln!(text, "rename = {{ {} }}", pairs.collect::<Vec<_>>().join(", "));
        }
        if !directory_group.is_empty() {
            let code = format!("{} in row.groups", quoted(directory_group));
            let _ = writeln!(text, "where = {}", quoted(&code));
        }
        let _ = writeln!(text, "groups = {}", quoted_list(groups));
    }

    fn exclude(&mut self, config: &Value) -> String {
        let mut users = Vec::new();
        for expression in words(at(config, &["adobe_users", "exclude_users"])) {
            match pattern(&expression) {
                Some(pattern) => users.push(pattern),
                None => self.keep(format!(
                    "exclude_users `{expression}`: not a pattern with `*`; write [exclude] users by hand"
                )),
            }
        }
        let groups = words(at(config, &["adobe_users", "exclude_adobe_groups"]));
        let types = words(at(config, &["adobe_users", "exclude_identity_types"]));
        format!(
            "\n[exclude]\nusers = {}\ngroups = {}\ntypes = {}\n",
            quoted_list(&users),
            quoted_list(&groups),
            quoted_list(&types)
        )
    }

    /// What happens to people whom the directory does not have.
    fn others(&mut self, config: &Value) -> (&'static str, Option<String>) {
        let given = words(at(config, &["invocation_defaults", "adobe_only_user_action"]));
        match given.first().map(String::as_str) {
            None | Some("preserve" | "exclude") => ("keep", None),
            Some("remove-adobe-groups") => ("remove-groups", None),
            Some("remove") => ("remove-from-org", None),
            Some("write-file") => {
                ("write-file", Some(given.get(1).cloned().unwrap_or_else(|| "others.csv".to_owned())))
            }
            Some("delete") => {
                self.keep("adobe_only_user_action delete: a map never deletes accounts; remove-from-org keeps their files");
                ("keep", None)
            }
            Some(other) => {
                let line = format!("adobe_only_user_action {other}");
                self.keep(line);
                ("keep", None)
            }
        }
    }

    /// Everything else that changes who is meant.
    fn rest(&mut self, config: &Value) {
        let default = |key: &str| at(config, &["invocation_defaults", key]);
        if default("strategy").map(word).is_some_and(|strategy| strategy == "push") {
            self.keep("strategy push: it read nothing from Adobe and removed nobody; use mode = \"add\" in each [[map]]");
        }
        if let Some(filter) = default("user_filter") {
            self.keep(format!("user_filter `{}`: export only these people", word(filter)));
        }
        let users = words(default("users"));
        match users.first().map(String::as_str) {
            None | Some("mapped" | "all") => {}
            Some("file") => self.note("users from a file: umapish sync MAP.toml --users FILE"),
            Some(other) => self.keep(format!("users {other}: export only these people")),
        }
        let adobe = words(default("adobe_users"));
        if adobe.first().is_some_and(|scope| scope != "all") {
            self.keep(format!("adobe_users {}: only these accounts were looked at", adobe.join(" ")));
        }
        if default("exclude_unmapped_users").and_then(truth) == Some(true) {
            self.keep("exclude_unmapped_users: people without a mapped group were left alone");
        }
        if default("adobe_only_user_list").is_some() {
            self.note("adobe_only_user_list: remove these people with scripts/offboard.rhai");
        }
        if default("update_user_info").and_then(truth) == Some(true) {
            self.note(
                "update_user_info: a map creates accounts and sets groups; change fields with `umapish each`",
            );
        }
        if default("test_mode").and_then(truth) == Some(true) {
            self.note("test_mode: a run without --live rehearses");
        }
        for (path, line) in [
            (&["directory_users", "additional_groups"][..], "additional_groups: groups by expressions"),
            (&["directory_users", "extension"], "extension: code that decides about groups"),
            (&["adobe_users", "group_sync_options"], "group_sync_options"),
            (
                &["directory_users", "group_sync_options"],
                "group_sync_options: groups are not created; create them first",
            ),
        ] {
            if at(config, path).is_some() {
                self.keep(line);
            }
        }
        for name in HARMLESS {
            if at(config, &name.split('.').collect::<Vec<_>>()).is_some()
                && *name != "invocation_defaults.log_progress"
            {
                self.note(format!("{name}: progress and reports of umapish are its own"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imported(config: &str) -> ImportedMap {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("user-sync-config.yml");
        std::fs::write(&path, config).unwrap();
        std::fs::write(
            folder.path().join("connector-csv.yml"),
            "email_column_name: mail\ngroups_column_name:\n",
        )
        .unwrap();
        import(&path).unwrap()
    }

    const PLAIN: &str = "adobe_users:\n  exclude_identity_types: [adobeID]\n  exclude_adobe_groups: [_org_admin]\n  \
        exclude_users: ['.*@partner\\.com']\n  connectors: {umapi: connector-umapi.yml}\ndirectory_users:\n  \
        user_identity_type: federatedID\n  default_country_code: US\n  connectors: {csv: connector-csv.yml}\n  groups:\n    \
        - directory_group: Design\n      adobe_groups: [Designers, Photoshop]\nlimits:\n  max_adobe_only_users: 200\n\
        invocation_defaults:\n  adobe_only_user_action: remove-adobe-groups\n  process_groups: Yes\n  users: mapped\n";

    #[test]
    fn groups_exclusions_limits_and_actions_have_counterparts() {
        let map = imported(PLAIN);
        assert_eq!((map.without_counterpart.as_slice(), map.keeps_everybody), ([].as_slice(), false));
        for line in [
            "rename = { \"mail\" = \"email\" }",
            "where = \"\\\"Design\\\" in row.groups\"",
            "groups = [\"Designers\", \"Photoshop\"]",
            "max_others = 200",
            "users = [\"*@partner.com\"]",
            "action = \"remove-groups\"",
            "country = \"US\"",
        ] {
            assert!(map.text.contains(line), "{line}: {}", map.text);
        }
        toml::from_str::<toml::Table>(&map.text).unwrap();
    }

    #[test]
    fn where_a_scope_is_lost_nobody_loses_anything() {
        for change in [
            ("process_groups: Yes", "process_groups: No"),
            ("users: mapped", "users: [group, Staff]"),
            ("users: mapped", "user_filter: .*corp.*"),
            ("users: mapped", "exclude_unmapped_users: Yes"),
            ("users: mapped", "adobe_users: mapped"),
            ("users: mapped", "strategy: push"),
            ("remove-adobe-groups", "delete"),
            ("Photoshop]", "'org2::Photoshop']"),
            (".*@partner", "[ab]@partner"),
            ("  groups:\n", "  additional_groups: [{source: x, target: y}]\n  groups:\n"),
            ("  groups:\n", "  extension: extension-config.yml\n  groups:\n"),
            ("{umapi: connector-umapi.yml}", "{umapi: {.primary: a.yml, org2: b.yml}}"),
        ] {
            let map = imported(&PLAIN.replacen(change.0, change.1, 1));
            assert!(map.keeps_everybody && !map.without_counterpart.is_empty(), "{change:?}");
            let table: toml::Table = toml::from_str(&map.text).unwrap();
            assert_eq!(table["others"]["action"].as_str(), Some("keep"), "{change:?}");
            assert_eq!(table["limits"]["max_removals"].as_integer(), Some(0), "{change:?}");
        }
    }

    /// Whatever is in the file, the result is an error or a map that can be read.
    #[test]
    fn a_damaged_configuration_is_an_error_or_a_map() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("user-sync-config.yml");
        let (mut seed, mut maps) = (7_usize, 0);
        for _ in 0..300 {
            let mut bytes = PLAIN.as_bytes().to_vec();
            for _ in 0..3 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let place = (seed >> 33) % bytes.len();
                bytes[place] = b":-[]{}'\"#\n x&*!|"[(seed >> 20) % 16];
            }
            std::fs::write(&path, &bytes).unwrap();
            if let Ok(map) = import(&path) {
                toml::from_str::<toml::Table>(&map.text).unwrap();
                maps += 1;
            }
        }
        assert!(maps > 10, "{maps}");
    }

    #[test]
    fn a_file_of_another_kind_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.yml");
        for (text, message) in [("server: x\n", "is not a user-sync-config.yml"), ("a: [", "x.yml: ")] {
            std::fs::write(&path, text).unwrap();
            let error = import(&path).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
