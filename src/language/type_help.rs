//! Help for the types that have fields, declared once for `help("User")`, `umapish functions User` and the prompt.

use super::catalog::Catalog;
use crate::language::catalog::FunctionEntry;
use serde::Serialize;

/// A type of scripts and its help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TypeHelp {
    /// Its name, as `type_of` returns it.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub summary: &'static str,
    /// The other paragraphs of the help.
    pub text: &'static [&'static str],
    /// The fields, read as `value.field`.
    pub fields: &'static [FieldHelp],
    /// Methods and operators that the reference does not list as functions.
    pub operations: &'static [OperationHelp],
    /// An example script.
    pub example: &'static str,
}

/// A field of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FieldHelp {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// What it means.
    pub text: &'static str,
}

/// A method or an operator of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct OperationHelp {
    /// How it is written.
    pub form: &'static str,
    /// What it returns.
    pub text: &'static str,
}

const fn field(name: &'static str, kind: &'static str, text: &'static str) -> FieldHelp {
    FieldHelp { name, kind, text }
}

const fn operation(form: &'static str, text: &'static str) -> OperationHelp {
    OperationHelp { form, text }
}

/// Every type, in the order of the overview.
pub const TYPES: &[TypeHelp] = &[USER, USERS, GROUP, GROUPS, REPORT, OUTCOME, INDEX, DATE, MOMENT, RESPONSE];

const USER: TypeHelp = TypeHelp {
    name: "User",
    summary: "A user as the service describes it. It reads like a map and cannot be changed.",
    text: &[
        "A field that the service left out is `()`. Every function that takes an e-mail also takes a User, which \
         selects exactly that account.",
    ],
    fields: &[
        field("email", "string", "e-mail address"),
        field("status", "string", "`active`, `disabled`, `locked` or `removed`"),
        field(
            "groups",
            "list",
            "names of the user groups, product profiles and admin groups; empty if there are none",
        ),
        field("username", "string", "sign-in name; the e-mail unless a Federated ID has another one"),
        field("domain", "string", "domain of the directory"),
        field("firstname", "string", "first name"),
        field("lastname", "string", "last name"),
        field("country", "string", "two-letter country code"),
        field("type", "string", "`adobeID`, `enterpriseID`, `federatedID` or `unknown`"),
        field("id", "string", "the service's id of the account"),
    ],
    operations: &[],
    example: "let user = get_user(\"ben.osei@example.com\");\nprint(`${user.firstname}: ${user.groups.len()} groups`);",
};

const USERS: TypeHelp = TypeHelp {
    name: "Users",
    summary: "A list of users, read page by page when a script needs them.",
    text: &[
        "A loop reads one page at a time; `len()` and `list[0]` read as far as they need. The list is complete or an \
         error. Each entry is a User.",
    ],
    fields: &[],
    operations: &[
        operation("list[index]", "Returns an entry; -1 is the last one."),
        operation("for user in list", "Iterates over the entries."),
        operation("user in list", "Returns whether the list has that account, by User or e-mail."),
    ],
    example: "for user in get_users_by_group(\"Designers\") {\n    print(user.email);\n}",
};

const GROUP: TypeHelp = TypeHelp {
    name: "Group",
    summary: "A user group, product profile or admin group. It reads like a map and cannot be changed.",
    text: &["A field that does not apply, or that the service left out, is `()`."],
    fields: &[
        field("groupId", "number", "the service's id of the group"),
        field("groupName", "string", "name of the group"),
        field("type", "string", "such as `USER_GROUP`, `PRODUCT_PROFILE` or `SYSADMIN_GROUP`"),
        field("memberCount", "number", "number of members"),
        field("adminGroupName", "string", "name of its admin group, if it has admins"),
        field("userGroupName", "string", "the user group that an admin group administers"),
        field(
            "productProfileName",
            "string",
            "the product profile that an admin or developer group belongs to",
        ),
        field("productName", "string", "the product of a product profile"),
        field("licenseQuota", "string", "licenses of a product profile: a number, or `UNLIMITED`"),
        field("contractName", "string", "the contract of a contract admin group"),
        field("quota", "number", "the licenses as a number; `()` if unlimited or not a profile"),
        field("free", "number", "licenses that are not assigned; `()` where there is no quota"),
    ],
    operations: &[],
    example: "let profile = get_group(\"Photoshop\");\nprint(`${profile.memberCount} of ${profile.quota} licenses are assigned`);",
};

const GROUPS: TypeHelp = TypeHelp {
    name: "Groups",
    summary: "A list of user groups, product profiles and admin groups.",
    text: &["The list is complete or an error. Each entry is a Group."],
    fields: &[],
    operations: &[
        operation("list[index]", "Returns an entry; -1 is the last one."),
        operation("for group in list", "Iterates over the entries."),
        operation("name in list", "Returns whether the list has a group of that name."),
    ],
    example: "let profiles = get_groups(#{type: \"PRODUCT_PROFILE\"});\nprint(profiles.filter(|profile| profile.free == 0).len());",
};

const REPORT: TypeHelp = TypeHelp {
    name: "Report",
    summary: "The results of one call that makes changes. It reads like a map.",
    text: &["In test mode nothing counts as completed: see `completedInTestMode`."],
    fields: &[
        field("result", "string", "`success`, `partial` or `error`"),
        field("completed", "number", "commands that were carried out"),
        field("notCompleted", "number", "commands that were not carried out or only partly"),
        field("completedInTestMode", "number", "commands that would have been carried out"),
        field(
            "errors",
            "list",
            "the errors as the service sent them: `index`, `step`, `errorCode`, `message`, `user`",
        ),
        field("warnings", "list", "the warnings as the service sent them"),
        field("requests", "number", "requests that were sent"),
        field("mode", "string", "`live` or `test`"),
        field("outcomes", "list", "an Outcome for each command, in the order of the commands"),
        field("done", "list", "the outcomes of commands that are done"),
        field("failed", "list", "the outcomes of commands that failed, entirely or partly"),
        field("unknown", "list", "the outcomes of commands whose response was lost"),
        field("not_sent", "list", "the outcomes of commands that were not sent"),
        field("stopped", "map", "the error that kept the rest from being sent; `()` if there was none"),
        field("resumed", "true/false", "whether an earlier run had already done everything"),
    ],
    operations: &[
        operation("report.keys()", "Returns the names of the fields."),
        operation("report.to_map()", "Returns the report as a map that can be changed."),
        operation("name in report", "Returns whether a report has that field."),
    ],
    example: "let report = add_to_groups(\"ben.osei@example.com\", \"Designers\");\nprint(`${report.result}: ${report.done.len()} done`);",
};

const OUTCOME: TypeHelp = TypeHelp {
    name: "Outcome",
    summary: "The result of one command: a map in the `outcomes` of a Report.",
    text: &["Its `type_of` is `map`, so it has the methods of every map."],
    fields: &[
        field("index", "number", "place of the command in the call, from 0"),
        field("target", "string", "the user or user group"),
        field("action", "string", "the steps of the command"),
        field(
            "status",
            "string",
            "`completed`, `would_complete` (test mode), `partly_done`, `failed`, `still_member` or `unverified` \
             (where removals are read back), `unknown` or `not_sent`",
        ),
        field("evidence", "string", "what the outcome rests on: `read`, `verified` or `service`"),
        field("step", "number", "the step that failed, from 0"),
        field("code", "string", "error code of the service or of a local check"),
        field("message", "string", "what went wrong"),
        field("errors", "list", "every error of the command: maps of `step`, `code` and `message`"),
        field("hint", "string", "what to do about it"),
        field("request_id", "string", "id of the request, for Adobe's support"),
        field("attempts", "number", "number of times the request was sent"),
        field("mode", "string", "`live` or `test`"),
        field("resumed", "true/false", "whether an earlier run had already done it"),
        field(
            "source",
            "string",
            "the file and the line that it comes from, if its tag is a row of a CSV file",
        ),
        field("tag", "value", "the value that `command.tag(value)` attached"),
    ],
    operations: &[],
    example: "for outcome in add_to_groups(\"ben.osei@example.com\", \"Designers\").outcomes {\n    print(`${outcome.target}: ${outcome.status}`);\n}",
};

const DATE: TypeHelp = TypeHelp {
    name: "Date",
    summary: "A calendar day, from `date(text)` or `today()`.",
    text: &["A Date prints as 2026-11-23 and can be compared only with other Dates."],
    fields: &[
        field("year", "number", "the year"),
        field("month", "number", "the month, from 1"),
        field("day", "number", "the day of the month, from 1"),
        field("weekday", "number", "the day of the week, from 1 for Monday"),
    ],
    operations: &[
        operation("date - date", "Returns the number of days between them."),
        operation("date + days, date - days", "Returns the day that many days later or earlier."),
        operation("date < date", "Compares two days; so do <=, >, >=, == and !=."),
    ],
    example: "let end = date(\"2026-11-23\") + 30;\nprint(`${end}: in ${end.month}, ${end - date(\"2026-11-23\")} days later`);",
};

const MOMENT: TypeHelp = TypeHelp {
    name: "Moment",
    summary: "A point in time, from `moment()` or `moment(text)`.",
    text: &["A Moment prints as 2026-11-28T18:20:44Z and can be compared only with other Moments."],
    fields: &[
        field("date", "Date", "the day in UTC"),
        field("seconds", "number", "the seconds since the beginning of 1970"),
        field("offset", "number", "the seconds by which the clock of this machine is ahead of UTC then"),
    ],
    operations: &[
        operation("moment - moment", "Returns the number of seconds between them."),
        operation(
            "moment + seconds, moment - seconds",
            "Returns the moment that many seconds later or earlier.",
        ),
        operation("moment < moment", "Compares two moments; so do <=, >, >=, == and !=."),
    ],
    example: "let end = moment(\"2026-11-28T18:20:44Z\") + 3600;\nprint(`${end}: ${end.date}`);",
};

const INDEX: TypeHelp = TypeHelp {
    name: "Index",
    summary: "The entries of a list by a key, from `index_by`. It reads like a map and cannot be changed.",
    text: &[
        "An e-mail is found in any case. So is a username, a domain or the name of a group in an index by such a field. \
         `index[key]` is `()` if no entry has the key.",
    ],
    fields: &[],
    operations: &[
        operation("index[key]", "Returns the list of the entries with that key."),
        operation("key in index", "Returns whether an entry has that key."),
        operation("index.keys()", "Returns the keys."),
        operation("index.values()", "Returns the lists of entries, in the order of the keys."),
        operation("index.len()", "Returns the number of keys."),
        operation(
            "index.to_map()",
            "Returns a map that can be changed; its keys are found only as they are written.",
        ),
    ],
    example: "let directory = [#{mail: \"Ben.Osei@Example.com\"}].index_by(\"mail\");\nfor user in get_users() {\n    if !(user.email in directory) { print(`${user.email} is not in the directory`); }\n}",
};

const RESPONSE: TypeHelp = TypeHelp {
    name: "Response",
    summary: "The response to one request, from `send`. It reads like a map.",
    text: &["An unknown field is an error."],
    fields: &[
        field("status", "number", "the HTTP status"),
        field("headers", "map", "the headers, with names in lower case"),
        field("body", "value", "the parsed JSON, a string if it is not JSON, or `()` if it is empty"),
    ],
    operations: &[
        operation("response.keys()", "Returns the names of the fields."),
        operation("response.to_map()", "Returns the response as a map that can be changed."),
        operation("name in response", "Returns whether a response has that field."),
    ],
    example: "let response = send(\"GET\", `/groups/${session().organization}/0`);\nprint(`${response.status}: ${response.body.groups.len()} groups`);",
};

impl TypeHelp {
    /// The type of exactly that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        TYPES.iter().find(|known| known.name == name)
    }

    /// The type of that name in any case, for a name that no function has.
    pub fn named_in_any_case(name: &str) -> Option<&'static Self> {
        TYPES.iter().find(|known| known.name.eq_ignore_ascii_case(name))
    }

    /// The methods that values of this type have, from the catalog.
    pub fn methods<'c>(&self, catalog: &'c Catalog) -> Vec<&'c FunctionEntry> {
        let is_list = ["Users", "Groups"].contains(&self.name);
        let takes = |function: &&FunctionEntry| {
            function.method
                && function.parameters.first().is_some_and(|receiver| {
                    // Methods of all kinds of lists declare their receiver as a value named `list`.
                    receiver.kind == self.name
                        || (is_list && receiver.name == "list" && receiver.kind == "value")
                })
        };
        let mut methods: Vec<_> = catalog.functions().filter(takes).collect();
        methods.dedup_by_key(|function| function.call());
        methods
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::changes::report::Report;
    use crate::values::raw_response::RawResponse;
    use crate::values::record::{GroupRecord, Record, UserRecord};

    #[test]
    fn the_fields_are_those_that_a_script_reads() {
        let of_type = |name: &str| -> Vec<&str> {
            TypeHelp::named(name).unwrap().fields.iter().map(|field| field.name).collect()
        };
        assert_eq!(of_type("User"), [UserRecord::FIELDS, UserRecord::DERIVED].concat());
        assert_eq!(of_type("Group"), [GroupRecord::FIELDS, GroupRecord::DERIVED].concat());
        assert_eq!(of_type("Response"), RawResponse::FIELDS);
        let (mut report, mut known) = (of_type("Report"), Report::FIELDS.to_vec());
        report.sort_unstable();
        known.sort_unstable();
        assert_eq!(report, known);
    }

    #[test]
    fn lists_have_the_methods_of_lists_and_records_those_of_records() {
        let catalog = crate::script::functions::catalog();
        let calls = |name: &str| -> Vec<String> {
            TypeHelp::named(name).unwrap().methods(&catalog).iter().map(|method| method.call()).collect()
        };
        assert!(calls("Users").contains(&"list.filter(test)".to_owned()));
        assert!(calls("Users").contains(&"list.contains(person)".to_owned()));
        assert!(!calls("Groups").contains(&"list.contains(person)".to_owned()));
        assert!(calls("User").contains(&"user.in_group(name)".to_owned()));
        assert_eq!(calls("Date"), ["date.format(format)"]);
        assert!(calls("Outcome").is_empty());
    }
}
