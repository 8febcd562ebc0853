//! The CSV files of the Admin Console: its export, and what its bulk upload takes.

use crate::error::Result;
use crate::files::table::header::TableHeader;
use crate::files::table::row::{BadRow, ParsedRow, TableRow};
use crate::files::table::shape::TableShape;
use crate::tabular::{cell, list};
use crate::wire::identity::IdentityType;
use serde_json::{Map, Value};
use std::rc::Rc;

/// The columns of the upload, in their order. The export has others as well.
pub(crate) const COLUMNS: [&str; 15] = [
    TYPE,
    "Username",
    "Domain",
    EMAIL,
    "First Name",
    "Last Name",
    "Country Code",
    "ID",
    PROFILES,
    ROLES,
    PROFILES_ADMINISTERED,
    GROUPS,
    GROUPS_ADMINISTERED,
    PRODUCTS_ADMINISTERED,
    DEVELOPER,
];

const TYPE: &str = "Identity Type";
const EMAIL: &str = "Email";
const PROFILES: &str = "Product Configurations";
const ROLES: &str = "Admin Roles";
const PROFILES_ADMINISTERED: &str = "Product Configurations Administered";
const GROUPS: &str = "User Groups";
const GROUPS_ADMINISTERED: &str = "User Groups Administered";
const PRODUCTS_ADMINISTERED: &str = "Products Administered";
const DEVELOPER: &str = "Developer Access";

/// The fields of a user and the columns they are in.
const FIELDS: [(&str, &str); 8] = [
    ("type", TYPE),
    ("email", EMAIL),
    ("username", "Username"),
    ("domain", "Domain"),
    ("firstname", "First Name"),
    ("lastname", "Last Name"),
    ("country", "Country Code"),
    ("id", "ID"),
];

/// The columns whose names are groups of the service, and what begins the name of such a group.
const MEMBERSHIPS: [(&str, &str); 6] = [
    (PROFILES, ""),
    (GROUPS, ""),
    (PROFILES_ADMINISTERED, "_admin_"),
    (GROUPS_ADMINISTERED, "_admin_"),
    (PRODUCTS_ADMINISTERED, "_product_admin_"),
    (DEVELOPER, "_developer_"),
];

/// The roles, the groups of the service they are, and a word by which their names are known.
const ADMIN_ROLES: [(&str, &str, &[&str]); 3] = [
    ("System Administrator", "_org_admin", &["system", "organization", "org"]),
    ("Deployment Administrator", "_deployment_admin", &["deployment"]),
    ("Support Administrator", "_support_admin", &["support"]),
];

/// What a group is, where its name does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConsoleGroup {
    UserGroup,
    Profile,
    /// A group of administrators for which the files have no column.
    Other,
}

/// The row of a user.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ConsoleRow {
    /// In the order of [`COLUMNS`].
    pub(crate) cells: Vec<String>,
    /// Groups that no column can hold.
    pub(crate) left_out: Vec<String>,
}

/// Reads rows of the Admin Console as users: with the service's names of fields, and all memberships in `groups`.
#[derive(Debug)]
pub(crate) struct ConsoleRows {
    /// The header of the users.
    pub(crate) header: Rc<TableHeader>,
}

/// Whether a file comes from the Admin Console, by its header.
pub(crate) fn is_console(header: &TableHeader) -> bool {
    [TYPE, EMAIL].iter().all(|wanted| header.names().any(|name| name == *wanted))
}

impl ConsoleRows {
    /// For the rows of a file.
    ///
    /// # Errors
    /// `file`: the file lacks a column.
    pub(crate) fn of(header: &TableHeader) -> Result<Self> {
        let shape = TableShape { columns: vec![TYPE.to_owned(), EMAIL.to_owned()], ..TableShape::default() };
        header.check_presence(&header.file, &shape)?;
        let names =
            FIELDS.iter().map(|(field, _)| (*field).to_owned()).chain(["groups".to_owned()]).collect();
        let shape = TableShape { lists: vec!["groups".to_owned()], ..TableShape::default() };
        let header = TableHeader::new(header.file.clone(), &header.file, names, &shape)?;
        Ok(Self { header: Rc::new(header) })
    }

    /// The user in a row.
    ///
    /// # Errors
    /// Its type or a role is not known.
    pub(crate) fn user(&self, row: &TableRow) -> ParsedRow {
        let text = |column: &str| row.text(column).unwrap_or_default();
        let kind = identity_type(text(TYPE));
        let mut problem = kind.is_none().then(|| format!("the identity type `{}` is not known", text(TYPE)));
        let mut groups = Vec::new();
        for (column, start) in MEMBERSHIPS {
            groups.extend(list(text(column)).into_iter().map(|name| format!("{start}{name}")));
        }
        for role in list(text(ROLES)) {
            match role_group(&role) {
                Some(group) => groups.push(group.to_owned()),
                None => problem = Some(format!("the admin role `{role}` is not known")),
            }
        }
        let fields = FIELDS.iter().map(|(field, column)| match *field {
            "type" => kind.map_or_else(|| text(TYPE).to_owned(), |kind| kind.as_str().to_owned()),
            _ => text(column).to_owned(),
        });
        let cells = fields.chain([cell(&Value::from(groups))]).collect();
        let user = TableRow::of_cells(&self.header, row.line(), &cells)?;
        match problem {
            Some(message) => Err(BadRow { row: user, message }),
            None => Ok(user),
        }
    }
}

/// `Federated ID`, `federatedID` and the like; a blank cell is a Federated ID.
fn identity_type(text: &str) -> Option<IdentityType> {
    let letters: String = text.chars().filter(|letter| letter.is_alphanumeric()).collect();
    if letters.is_empty() {
        return Some(IdentityType::FederatedId);
    }
    IdentityType::ALL.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(&letters))
}

fn role_group(role: &str) -> Option<&'static str> {
    let folded = role.to_lowercase();
    let is_known =
        |words: &[&str]| words.iter().any(|word| folded.split([' ', '_']).any(|part| part == *word));
    ADMIN_ROLES.iter().find(|(_, _, words)| is_known(words)).map(|(_, group, _)| *group)
}

/// The row of a user. `kind_of` tells what a group or an admin group is for.
///
/// # Errors
/// The names of groups that are not known.
pub(crate) fn row_of(
    user: &Map<String, Value>,
    kind_of: &dyn Fn(&str) -> Option<ConsoleGroup>,
) -> std::result::Result<ConsoleRow, Vec<String>> {
    let text = |field: &str| user.get(field).map(cell).unwrap_or_default();
    let groups = match user.get("groups") {
        Some(Value::Array(names)) => names.iter().map(cell).collect(),
        Some(names) => list(&cell(names)),
        None => Vec::new(),
    };
    let (mut members, mut left_out, mut unknown) = (Map::new(), Vec::new(), Vec::new());
    for group in groups {
        match column_of(&group, kind_of) {
            Some(("", _)) => left_out.push(group),
            Some((column, name)) => {
                let names = members.entry(column).or_insert_with(|| Value::Array(Vec::new()));
                names.as_array_mut().into_iter().for_each(|names| names.push(name.clone().into()));
            }
            None => unknown.push(group),
        }
    }
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let field = |column: &str| FIELDS.iter().find(|(_, known)| *known == column).map(|(field, _)| *field);
    let cells = COLUMNS.iter().map(|column| match field(column) {
        Some("type") => identity_name(&text("type")),
        Some("id") => String::new(),
        Some(field) => text(field),
        None => members.get(*column).map(cell).unwrap_or_default(),
    });
    Ok(ConsoleRow { cells: cells.collect(), left_out })
}

/// The column of a membership, and the name in it. The column is blank if there is none.
fn column_of(group: &str, kind_of: &dyn Fn(&str) -> Option<ConsoleGroup>) -> Option<(&'static str, String)> {
    if let Some((role, ..)) = ADMIN_ROLES.iter().find(|(_, name, _)| *name == group) {
        return Some((ROLES, (*role).to_owned()));
    }
    for (column, start) in [(PRODUCTS_ADMINISTERED, "_product_admin_"), (DEVELOPER, "_developer_")] {
        if let Some(name) = group.strip_prefix(start) {
            return Some((column, name.to_owned()));
        }
    }
    let (name, is_admin) = group.strip_prefix("_admin_").map_or((group, false), |name| (name, true));
    let column = match (kind_of(group).or_else(|| kind_of(name))?, is_admin) {
        (ConsoleGroup::Other, _) => "",
        (ConsoleGroup::UserGroup, false) => GROUPS,
        (ConsoleGroup::UserGroup, true) => GROUPS_ADMINISTERED,
        (ConsoleGroup::Profile, false) => PROFILES,
        (ConsoleGroup::Profile, true) => PROFILES_ADMINISTERED,
    };
    Some((column, name.to_owned()))
}

fn identity_name(kind: &str) -> String {
    match identity_type(kind) {
        Some(IdentityType::AdobeId) => "Adobe ID".to_owned(),
        Some(IdentityType::EnterpriseId) => "Enterprise ID".to_owned(),
        Some(IdentityType::FederatedId) => "Federated ID".to_owned(),
        None => kind.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn kind_of(name: &str) -> Option<ConsoleGroup> {
        match name {
            "Designers" => Some(ConsoleGroup::UserGroup),
            "All Apps, 2026" => Some(ConsoleGroup::Profile),
            "CONTRACT_GROUP" => Some(ConsoleGroup::Other),
            _ => None,
        }
    }

    fn header(names: &[&str]) -> Rc<TableHeader> {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Rc::new(
            TableHeader::new("console.csv".into(), "console.csv:1", names, &TableShape::default()).unwrap(),
        )
    }

    #[test]
    fn a_user_is_read_as_it_was_written() {
        let user = json!({"type": "enterpriseID", "email": "ann@example.com", "username": "ann@example.com",
            "domain": "example.com", "firstname": "Ann", "lastname": "-", "country": "US", "id": "",
            "groups": ["All Apps, 2026", "Designers", "_admin_All Apps, 2026", "_admin_Designers",
                "_product_admin_Acrobat", "_developer_All Apps", "_org_admin", "_support_admin"]});
        let cells = row_of(user.as_object().unwrap(), &kind_of).unwrap().cells;
        assert_eq!(cells[0], "Enterprise ID");
        let header = header(&COLUMNS);
        let row = TableRow::of_cells(&header, 2, &cells.into_iter().collect()).unwrap();
        assert!(is_console(&header));
        let read = ConsoleRows::of(&header).unwrap().user(&row).unwrap();
        assert_eq!(read.to_json(), user);
        assert_eq!(read.source(), "console.csv:2");
    }

    #[test]
    fn what_is_not_known_is_named() {
        let header = header(&[TYPE, EMAIL, ROLES]);
        let rows = ConsoleRows::of(&header).unwrap();
        let message = |cells: [&str; 3]| {
            let row = TableRow::of_cells(&header, 2, &cells.into_iter().collect()).unwrap();
            rows.user(&row).unwrap_err().message
        };
        assert_eq!(message(["Work ID", "a@example.com", ""]), "the identity type `Work ID` is not known");
        assert_eq!(message(["", "a@example.com", "Queen"]), "the admin role `Queen` is not known");
        let user = json!({"email": "a@example.com", "groups": "Designers, CONTRACT_GROUP"});
        assert_eq!(row_of(user.as_object().unwrap(), &kind_of).unwrap().left_out, ["CONTRACT_GROUP"]);
        let user = json!({"email": "a@example.com", "groups": ["Designers", "Nobody", "_admin_Nobody"]});
        assert_eq!(
            row_of(user.as_object().unwrap(), &kind_of),
            Err(vec!["Nobody".into(), "_admin_Nobody".into()])
        );
    }
}
