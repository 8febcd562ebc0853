//! Words for what functions do, in the words of the service, of Adobe's Python client, of Python and of administrators.
//! Only `umapish functions` reads them.

use super::python_names::replacement;

/// Words for what a function does.
const SYNONYMS: &[(&str, &[&str])] = &[
    ("addadobeid", &["add_adobe_id"]),
    ("createenterpriseid", &["add_enterprise_id"]),
    ("addenterpriseid", &["add_enterprise_id"]),
    ("createfederatedid", &["add_federated_id"]),
    ("update", &["update_account", "update_user_group"]),
    ("add", &["add_to_groups", "add_users_to_group", "add_profiles_to_group"]),
    ("remove", &["remove_from_groups", "remove_users_from_group", "remove_from_org"]),
    ("removefromorg", &["remove_from_org", "delete_account"]),
    ("deleteaccount", &["delete_account", "remove_from_org"]),
    ("removefromdomain", &["delete_account"]),
    ("createusergroup", &["create_user_group"]),
    ("updateusergroup", &["update_user_group"]),
    ("deleteusergroup", &["delete_user_group"]),
    ("usersquery", &["get_users"]),
    ("userquery", &["get_user"]),
    ("groupsquery", &["get_groups"]),
    ("useraction", &["command", "queue"]),
    ("usergroupaction", &["group_command", "queue"]),
    ("execute_single", &["action"]),
    ("execute_multiple", &["multi_action"]),
    ("execute_queued", &["finish", "queue"]),
    ("add_to_products", &["add_to_groups"]),
    ("remove_from_organization", &["remove_from_org"]),
    ("delete_user", &["delete_account", "remove_from_org"]),
    ("delete", &["delete_account", "delete_user_group", "remove_from_org"]),
    ("revoke", &["remove_from_groups", "remove_from_all_groups"]),
    ("unassign", &["remove_from_groups"]),
    ("assign", &["add_to_groups", "add_users_to_group"]),
    ("grant", &["add_to_groups"]),
    ("entitle", &["add_to_groups"]),
    ("seat", &["without_license", "get_groups"]),
    ("quota", &["get_groups"]),
    ("offboard", &["remove_from_org", "remove_from_all_groups"]),
    ("onboard", &["add_federated_id", "add_enterprise_id", "multi_action"]),
    ("invite", &["add_adobe_id"]),
    ("rename", &["update_account", "update_user_group"]),
    ("dry run", &["test_mode"]),
    ("dry-run", &["test_mode"]),
    ("testonly", &["test_mode"]),
    ("rehearse", &["test_mode"]),
    ("simulate", &["test_mode"]),
    ("bulk", &["multi_action", "queue"]),
    ("batch", &["multi_action", "queue"]),
    ("regex", &["matches", "find_match", "find_all", "replace_all"]),
    ("regexp", &["matches", "find_match", "find_all", "replace_all"]),
    ("substring", &["slice", "crop"]),
    ("datetime", &["moment", "date", "now"]),
    ("excel", &["read_xlsx", "write_xlsx"]),
    ("dedupe", &["unique"]),
    ("token", &["get_oauth_token"]),
    ("usergroupsquery", &["get_groups"]),
    ("query_single", &["get_user"]),
    ("query_multiple", &["get_users", "get_groups"]),
    ("all_results", &["get_users", "get_groups"]),
    ("reload", &["get_users", "get_groups"]),
    ("user_groups", &["get_groups"]),
    ("add_role", &["add_to_groups"]),
    ("addroles", &["add_to_groups"]),
    ("remove_role", &["remove_from_groups"]),
    ("removeroles", &["remove_from_groups"]),
    ("add_to_user_group", &["add_to_groups"]),
    ("remove_from_products", &["remove_from_groups"]),
    ("usergroup", &["create_user_group", "get_groups"]),
    ("productconfiguration", &["add_to_groups", "get_groups"]),
    ("groupname", &["get_groups"]),
    ("membercount", &["get_groups"]),
    ("lastpage", &["get_users", "get_groups"]),
    ("pagination", &["get_users", "get_groups"]),
    ("paging", &["get_users", "get_groups"]),
    ("membership", &["add_to_groups", "get_users"]),
    ("provision", &["add_federated_id", "add_enterprise_id", "multi_action"]),
    ("deprovision", &["remove_from_org", "remove_from_all_groups"]),
    ("deactivate", &["remove_from_org", "remove_from_all_groups"]),
    ("disable", &["remove_from_org", "remove_from_all_groups"]),
    ("suspend", &["remove_from_org", "remove_from_all_groups"]),
    ("identity", &["add_federated_id", "add_enterprise_id", "add_adobe_id"]),
    ("id_type", &["add_federated_id", "add_enterprise_id", "add_adobe_id"]),
    ("identitytype", &["add_federated_id", "add_enterprise_id", "add_adobe_id"]),
    ("grouptypes", &["get_groups"]),
    ("roletypes", &["add_to_groups"]),
    ("useadobeid", &["command"]),
    ("identitytypes", &["add_federated_id", "add_enterprise_id", "add_adobe_id"]),
    ("move", &["remove_from_groups", "add_to_groups"]),
    ("transfer", &["remove_from_groups", "add_to_groups"]),
    ("clone", &["get_user", "add_to_groups"]),
    ("mirror", &["changes"]),
    ("compare", &["changes"]),
    ("diff", &["changes"]),
    ("duplicate", &["unique"]),
    ("lookup", &["get_user", "find"]),
    ("backup", &["get_users", "write_json"]),
    ("import", &["read_csv", "read_xlsx", "multi_action"]),
    ("read_excel", &["read_xlsx"]),
    ("load_workbook", &["read_xlsx"]),
    ("openpyxl", &["read_xlsx", "write_xlsx"]),
    ("to_csv", &["write_csv"]),
    ("to_excel", &["write_xlsx"]),
    ("dataframe", &["read_csv", "where", "group_by"]),
    ("choice", &["random"]),
    ("uuid4", &["uuid"]),
    ("getlogger", &["log", "warn"]),
    ("logger", &["log", "warn"]),
    ("strptime", &["date", "moment"]),
    ("fromisoformat", &["date", "moment"]),
    ("isoformat", &["now", "moment"]),
    ("argumentparser", &["options", "args"]),
    ("add_argument", &["options"]),
    ("parse_args", &["options", "args"]),
    ("patch", &["make_call", "send"]),
    ("head", &["send"]),
    ("params", &["make_call", "encode"]),
    ("reason", &["send"]),
];

/// Words for which there is no function, each with what stands in its place.
const WORDS: &[(&str, &str)] = &[
    ("connection", "nothing: `umapish` signs in by itself, and `umapish doctor` checks the sign-in"),
    ("oauths2s", "nothing: `umapish` signs in by itself"),
    ("accessrequest", "nothing: `umapish` signs in by itself"),
    ("status_code", "`response.status`, of what `send(...)` returns"),
    ("content", "`response.body`, of what `send(...)` returns"),
    ("requestid", "nothing: `umapish` numbers the commands by itself"),
    ("backoff", "nothing: `umapish` waits and retries by itself"),
    (
        "throttle",
        "nothing: `umapish` keeps to the limits of the service by itself, and `--throttle` lowers them",
    ),
    ("timeout", "the setting `timeout`"),
    ("proxy", "the setting `proxy`"),
    ("sandbox", "`umapish --sandbox` or `umapish sandbox`, which need no organization"),
    ("undo", "`umapish undo`, which takes back what a journal shows"),
    ("audit", "`umapish journal`, which shows what was changed, when and by which script"),
    ("clienterror", "`catch (err) { ... }` with `err.kind` and `err.code`"),
    ("servererror", "`catch (err) { ... }` with `err.kind`"),
    ("requesterror", "`catch (err) { ... }` with `err.kind` and `err.code`"),
    ("unavailableerror", "`catch (err) { ... }` with `err.kind`, which is `unavailable`"),
    ("batcherror", "`report.failed`, of what `multi_action(...)` returns"),
    ("argumenterror", "`catch (err) { ... }` with `err.kind`, which is `usage`"),
    ("httperror", "`catch (err) { ... }` with `err.kind` and `err.code`"),
    ("connectionerror", "`catch (err) { ... }` with `err.kind`, which is `unavailable`"),
    ("requestexception", "`catch (err) { ... }` with `err.kind`"),
    ("raise", "`throw \"reason\";` or `throw #{kind: \"...\", message: \"...\"};`"),
    ("try", "`try { ... } catch (err) { ... }`"),
    ("except", "`catch (err) { ... }` with `err.kind`, `err.message` and `err.code`"),
    ("assert", "`if !test { throw \"reason\"; }`"),
    ("lambda", "a closure: `|x| x + 1`"),
    ("global", "`global::NAME` of a constant; a function returns what it changes"),
    ("yield", "nothing: a function returns a whole list"),
    ("class", "a map with functions: `fn bump() { this.n += 1; }`, called as `counter.bump()`"),
    ("self", "`this`"),
    ("def", "`fn name(a, b) { ... }`"),
    ("elif", "`else if`"),
    ("configparser", "a profile in the configuration file; `umapish init` creates it"),
    ("yaml", "nothing: `umapish` reads JSON, CSV and Excel files"),
    ("safe_load", "nothing: `umapish` reads JSON, CSV and Excel files"),
    ("zip", "`for (entry, i) in list { let other = others[i]; }`"),
    ("insert", "`list.insert(place, value)`"),
    ("clear", "`list.clear()`"),
    ("deque", "a list: `list.push(x)` and `list.shift()`"),
    ("ordereddict", "a map, `#{}`, whose keys are in the order of the alphabet"),
    ("namedtuple", "a map: `#{name: \"Kim\"}`"),
    ("islice", "`list.slice(start, end)`"),
    ("perf_counter", "`timestamp()` and `start.elapsed`"),
    ("compile", "the pattern itself, as a string"),
];

/// The functions that do what a word says: a step of the service, a name of Adobe's Python client, a synonym.
pub(crate) fn meant(word: &str) -> &'static [&'static str] {
    let word = plain(word);
    SYNONYMS.iter().find(|(known, _)| *known == word).map_or(&[], |(_, functions)| functions)
}

/// What stands here in place of a word for which there is no function.
pub(crate) fn in_place_of(word: &str) -> Option<String> {
    let word = plain(word);
    let (_, here) = WORDS.iter().find(|(known, _)| *known == word)?;
    Some(replacement(here))
}

/// A word as the tables have it: without parentheses and what it belongs to.
fn plain(word: &str) -> String {
    let word = word.trim_end_matches("()");
    word.rsplit('.').next().unwrap_or(word).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_synonym_leads_to_functions_that_exist() {
        let ours = crate::script::functions::catalog();
        for (word, functions) in SYNONYMS {
            assert_eq!(*word, word.to_lowercase(), "it is found in any case");
            for function in *functions {
                assert!(!ours.find(function).is_empty(), "{word}: {function}");
            }
        }
    }

    #[test]
    fn every_step_of_the_service_leads_to_a_function() {
        for step in crate::wire::step::STEPS {
            assert!(!meant(step.name).is_empty(), "{}", step.name);
        }
    }
}
