//! Adobe's Python client, `umapi_client`: its connection, queries and actions.

use super::expressions::{RhaiCode, level, quoted};
use super::syntax::{PyCall, PyExpression, PyNode};
use super::translator::{Translated, Translator, left};
use super::value_kind::ValueKind;

/// Names of the client's arguments in its versions 2 and 3, and those of the service.
const FIELDS: &[(&str, &[&str])] = &[
    ("email", &["email"]),
    ("username", &["username"]),
    ("firstname", &["firstname", "first_name"]),
    ("lastname", &["lastname", "last_name"]),
    ("country", &["country"]),
];

/// The identity of an action of version 3, which is chosen when the account is created.
const LATER: &str = "";

impl Translator<'_> {
    /// A class of the client.
    pub(super) fn client_class(&mut self, path: &str, call: &PyCall) -> Translated<RhaiCode> {
        let argument = |place: usize, name: &str| {
            let named = call.keywords.iter().find(|(known, _)| known.as_deref() == Some(name));
            named.map(|(_, value)| value).or_else(|| call.arguments.get(place)).cloned()
        };
        Ok(RhaiCode::atom(match path.rsplit('.').next().unwrap_or_default() {
            "Connection" => "session()".to_owned(),
            "UsersQuery" => {
                let given = [
                    ("group", argument(1, "in_group")),
                    ("domain", argument(2, "in_domain")),
                    ("direct_only", argument(3, "direct_only")),
                ];
                let options = self.options_of(&given)?;
                format!("get_users({options})")
            }
            "GroupsQuery" => "get_groups()".to_owned(),
            "UserGroupsQuery" => "get_groups(#{type: \"USER_GROUP\"})".to_owned(),
            "UserQuery" => match argument(1, "email") {
                Some(email) => format!("find_user({})", self.plain(&email)?),
                None => return left("`UserQuery` without an e-mail"),
            },
            "UserAction" => {
                // In version 2, the type of identity comes first.
                let is_old = Self::identity_of(call) != LATER;
                let person = if is_old { argument(1, "email") } else { argument(0, "user") };
                let username = argument(2, "username").filter(|_| is_old);
                let domain = argument(if is_old { 3 } else { 1 }, "domain");
                let Some(named) =
                    username.filter(|_| domain.is_some()).or(person).or_else(|| argument(2, "username"))
                else {
                    return left("a `UserAction` without a user");
                };
                let named = self.plain(&named)?;
                let options = self.options_of(&[("domain", domain)])?;
                if options.is_empty() {
                    format!("command({named})")
                } else {
                    format!("command({named}, {options})")
                }
            }
            other => return left(format!("`umapi_client.{other}`")),
        }))
    }

    /// A map of options that are given; nothing if none is.
    fn options_of(&mut self, given: &[(&str, Option<PyNode>)]) -> Translated<String> {
        let mut entries = Vec::new();
        for (name, value) in given {
            match value {
                Some(value) if !matches!(value.kind, PyExpression::None) => {
                    entries.push(format!("{name}: {}", self.plain(value)?));
                }
                _ => {}
            }
        }
        Ok(if entries.is_empty() { String::new() } else { format!("#{{{}}}", entries.join(", ")) })
    }

    /// A method of a connection, a query or an action.
    pub(super) fn client_method(
        &mut self,
        of: &PyNode,
        method: &str,
        call: &PyCall,
    ) -> Translated<Option<RhaiCode>> {
        if !self.imports.values().any(|path| path.starts_with("umapi_client")) {
            return Ok(None);
        }
        let code = match (method, call.arguments.as_slice()) {
            ("execute_single", [action]) => {
                let action = self.plain(action)?;
                RhaiCode::atom(format!("{}([{action}])", self.helper("executed")))
            }
            ("execute_multiple", [actions]) => {
                let actions = self.plain(actions)?;
                RhaiCode::atom(format!("{}({actions})", self.helper("executed")))
            }
            ("all_results", []) => self.expression(of)?,
            ("result", []) => {
                RhaiCode::of(format!("{} ?? #{{}}", self.value(of, level::SUM)?), level::DEFAULT)
            }
            _ => match self.kind_of(of) {
                ValueKind::Command(identity) => self.action_step(of, &identity, method, call)?,
                _ => return Ok(None),
            },
        };
        Ok(Some(code))
    }

    /// A step of an action.
    fn action_step(
        &mut self,
        of: &PyNode,
        identity: &str,
        method: &str,
        call: &PyCall,
    ) -> Translated<RhaiCode> {
        let keyword = |name: &str| {
            let named = call.keywords.iter().find(|(known, _)| known.as_deref() == Some(name));
            named.map(|(_, value)| value.clone())
        };
        let is_true =
            |name: &str| keyword(name).is_some_and(|value| matches!(value.kind, PyExpression::Bool(true)));
        let command = self.value(of, level::ATOM)?;
        let groups = call.arguments.first().cloned().or_else(|| keyword("groups"));
        let step = match method {
            "create" | "update" => {
                let place = |name: &str| {
                    FIELDS
                        .iter()
                        .filter(|(known, _)| *known != "username")
                        .position(|(known, _)| *known == name)
                };
                let mut fields = Vec::new();
                for (here, names) in FIELDS {
                    let named = names.iter().find_map(|name| keyword(name));
                    let placed = place(here).filter(|_| identity == LATER && method == "create");
                    let value = named.or_else(|| call.arguments.get(placed?).cloned());
                    fields.push((*here, value));
                }
                if !call.arguments.is_empty() && (identity != LATER || method == "update") {
                    return left(format!("`{method}` of an action without names of arguments"));
                }
                let option = keyword("on_conflict").as_ref().and_then(last_name);
                let fields = self.options_of(&fields)?;
                let fields = match option.as_deref() {
                    None => fields,
                    Some(option) => {
                        let option = if option == "errorIfAlreadyExists" { "error" } else { option };
                        let start = fields
                            .strip_suffix('}')
                            .map_or_else(|| "#{".to_owned(), |start| format!("{start}, "));
                        format!("{start}option: {}}}", quoted(option))
                    }
                };
                let created = keyword("id_type").as_ref().and_then(last_name);
                let identity = match identity {
                    LATER => created.unwrap_or_else(|| "federatedID".to_owned()),
                    known => known.to_owned(),
                };
                match (method, identity.as_str()) {
                    ("update", _) => format!("update_account({fields})"),
                    (_, "federatedID") => format!("add_federated_id({fields})"),
                    (_, "enterpriseID") => format!("add_enterprise_id({fields})"),
                    (_, "adobeID") => format!("add_adobe_id({fields})"),
                    _ => return left("`create` without a known type of identity"),
                }
            }
            "remove_from_groups" if is_true("all_groups") => "remove_from_all_groups()".to_owned(),
            "add_to_groups" | "remove_from_groups" => match groups {
                Some(groups) => format!("{method}({})", self.plain(&groups)?),
                None => return left(format!("`{method}` without groups")),
            },
            "remove_from_organization" if is_true("delete_account") => "delete_account()".to_owned(),
            "remove_from_organization" if keyword("delete_account").is_none() => {
                "remove_from_org()".to_owned()
            }
            _ => return left(format!("the method `{method}` of an action")),
        };
        Ok(RhaiCode::atom(format!("{command}.{step}")))
    }

    /// The type of identity of a `UserAction`, which only version 2 names there.
    pub(super) fn identity_of(call: &PyCall) -> String {
        let named = call.keywords.iter().find(|(known, _)| known.as_deref() == Some("id_type"));
        let first = call.arguments.first().filter(|first| {
            first.path().is_some_and(|path| path.contains("IdentityType"))
                || first.text().is_some_and(|text| text.ends_with("ID"))
        });
        match named.map(|(_, value)| value).or(first) {
            Some(value) => last_name(value).unwrap_or_else(|| "unknown".to_owned()),
            None => LATER.to_owned(),
        }
    }
}

/// A string, or the last name of a path: `adobeID` of `IdentityTypes.adobeID`.
fn last_name(value: &PyNode) -> Option<String> {
    let name = value.text().map(str::to_owned).or_else(|| value.path())?;
    name.rsplit('.').next().map(str::to_owned)
}
