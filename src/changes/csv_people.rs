//! The people of a file with the columns of Adobe's sample `source.csv` or of User Sync, as commands.

use super::steps;
use crate::changes::people_columns::{GROUPS, PeopleColumns};
use crate::changes::steps::AccountFields;
use crate::changes::submission::{CommandSource, Submission, TaggedCommand, WithheldCommand};
use crate::error::{Error, Result};
use crate::files::console_csv::{ConsoleRows, is_console};
use crate::files::table::header::TableHeader;
use crate::files::table::row::{BadRow, ParsedRow, TableRow};
use crate::files::table_file::{AcceptedFormat, TableFile, TableOptions};
use crate::host::interrupt::Interrupt;
use crate::host::session::Session;
use crate::values::user_ref::UserReference;
use crate::wire::error_code;
use crate::wire::fault::CommandFault;
use crate::wire::identity::{IdentityType, fold};
use crate::wire::step::OPTIONS;
use rhai::Dynamic;
use std::path::Path;

/// The columns of a list of people to remove.
const REMOVAL_COLUMNS: [&str; 3] = ["type", "username", "domain"];

/// A file of people: the command of a row creates the account unless it exists, then adds the groups. It is a Federated ID
/// unless the row says otherwise. Its tag is the row.
pub(crate) struct PeopleFile {
    file: TableFile,
    columns: PeopleColumns,
    /// What makes people of rows of the Admin Console.
    console: Option<ConsoleRows>,
}

impl PeopleFile {
    /// Opens a file.
    ///
    /// # Errors
    /// `file`: it cannot be read or lacks a column.
    pub(crate) fn open(session: &Session, path: &Path, options: &TableOptions) -> Result<Self> {
        let mut file = TableFile::open(session, path, options, AcceptedFormat::Any)?;
        let header = file.rows()?.header;
        if is_console(&header) {
            let console = ConsoleRows::of(&header)?;
            let columns = PeopleColumns::of(&console.header)?;
            return Ok(Self { file, columns, console: Some(console) });
        }
        refuse_removals(&header)?;
        let columns = PeopleColumns::of(&header)?;
        file.shape.columns.extend(columns.required());
        file.shape.lists.push(GROUPS.to_owned());
        Ok(Self { file, columns, console: None })
    }

    /// The number of rows and the SHA-256 of the file.
    ///
    /// # Errors
    /// `file`: the file is broken, lacks a column or has too few rows. `interrupted`.
    pub(crate) fn inspect(&self, interrupt: &Interrupt) -> Result<(usize, String)> {
        let mut rows = 0;
        let digest = self.file.each(interrupt, |_| rows += 1)?;
        self.file.shape.check_row_count(&self.file.name(), rows)?;
        Ok((rows, digest))
    }

    fn person(&self, row: ParsedRow) -> ParsedRow {
        match &self.console {
            Some(console) => console.user(&row?),
            None => row,
        }
    }
}

impl CommandSource for PeopleFile {
    fn is_in_memory(&self) -> bool {
        false
    }

    fn submissions(&self, start: usize) -> Result<Box<dyn Iterator<Item = Result<Submission>> + '_>> {
        let rows = self.file.rows()?.enumerate().skip(start);
        Ok(Box::new(rows.map(move |(index, row)| {
            row.map(|row| match self.person(row) {
                Ok(row) => row_command(index, row, &self.columns),
                Err(row) => Err(bad_row(index, row, &self.columns)),
            })
        })))
    }
}

/// Refuses the list of people to remove that User Sync writes: it has names and nothing else, and creates nobody.
fn refuse_removals(header: &TableHeader) -> Result<()> {
    if header.names().any(|name| !REMOVAL_COLUMNS.contains(&name)) {
        return Ok(());
    }
    let message = "the file only names people, like the remove-list.csv of User Sync; it creates nobody";
    let hint = "To take away what they have: umapish scripts/offboard.rhai groups FILE.";
    Err(Error::file(header.file.clone(), message).with_file_hint(hint))
}

/// A row that is not valid is refused with all others that are.
fn bad_row(index: usize, bad: BadRow, columns: &PeopleColumns) -> Box<WithheldCommand> {
    let fault = CommandFault { step: 0, code: error_code::ROW_INVALID, message: bad.message };
    let target = columns.user(&bad.row).to_owned();
    WithheldCommand::refused(index, &target, &fault, String::new(), Dynamic::from(bad.row))
}

fn row_command(index: usize, row: TableRow, columns: &PeopleColumns) -> Submission {
    let text = |column: &str| row.text(column).unwrap_or_default().to_owned();
    let account = AccountFields {
        email: text(columns.email),
        first_name: text("firstname"),
        last_name: text("lastname"),
        country: text(columns.country),
    };
    let name = columns.user(&row).to_owned();
    let Some(kind) = kind(&text("type")) else {
        return Err(WithheldCommand::refused(
            index,
            &name,
            &unknown_type(&text("type")),
            String::new(),
            Dynamic::from(row),
        ));
    };
    let domain = steps::federated_domain(&name, domain(&name, &text("domain")), &account.email);
    let mut command = UserReference { name, domain, ..UserReference::default() }.command();
    steps::create(&mut command, kind, &account, Some(OPTIONS[0]));
    command.add_to_groups(&steps::distinct(&row.list(GROUPS).unwrap_or_default()));
    Ok(TaggedCommand { tag: Dynamic::from(row), ..TaggedCommand::plain(command) })
}

/// The kind of account that a cell names; a blank cell means a Federated ID.
fn kind(cell: &str) -> Option<IdentityType> {
    if cell.is_empty() { Some(IdentityType::FederatedId) } else { IdentityType::parse(cell) }
}

fn unknown_type(cell: &str) -> CommandFault {
    let message = format!(
        "the type `{cell}` is not valid; write federatedID, enterpriseID or adobeID, or leave it blank"
    );
    CommandFault { step: 0, code: error_code::STEP_UNKNOWN, message }
}

/// The domain in a cell. The one of the e-mail address with which somebody signs in says nothing new; the local checks
/// refuse any other beside such an address.
fn domain(user: &str, cell: &str) -> Option<String> {
    let of_user = user.rsplit_once('@').map(|(_, domain)| domain);
    let is_new = !cell.is_empty() && of_user.is_none_or(|domain| fold(domain) != fold(cell));
    is_new.then(|| cell.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::engine::offline;
    use serde_json::json;
    use std::rc::Rc;

    fn commands(rows: &str) -> Vec<serde_json::Value> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.csv");
        std::fs::write(&path, format!("upn,mail,firstname,lastname,country_code,groups\n{rows}")).unwrap();
        let session = offline::session(Rc::new(offline::RecordingConsole::default()));
        let people = PeopleFile::open(&session, &path, &TableOptions::default()).unwrap();
        people
            .submissions(0)
            .unwrap()
            .map(|submission| submission.unwrap().unwrap().command.to_json())
            .collect()
    }

    #[test]
    fn a_row_creates_the_account_adds_the_groups_and_removes_nobody() {
        let commands =
            commands("a@fed.example.com,a@fed.example.com,A,B,US,\"Designers, Stock,designers\"\n");
        let expected = json!({"user": "a@fed.example.com", "do": [
            {"createFederatedID": {"email": "a@fed.example.com", "country": "US", "firstname": "A", "lastname": "B",
                "option": "ignoreIfAlreadyExists"}},
            {"add": {"group": ["Designers", "Stock"]}}]});
        assert_eq!(commands, [expected]);
    }

    #[test]
    fn a_file_of_the_admin_console_is_read_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("console.csv");
        let text = "\u{feff}Identity Type,Username,Domain,Email,First Name,Last Name,Country Code,ID,\
                    Product Configurations,Admin Roles,Product Configurations Administered,User Groups,\
                    User Groups Administered,Products Administered,Developer Access,Auto Assigned Products\r\n\
                    Federated ID,q1,sso.example.com,q@example.com,Quinn,Lowe,GB,,\"Photoshop,Stock\",Support,,\
                    Engineering,Designers,Acrobat,,\r\n\
                    Enterprise ID,,,omar@example.org,Omar,Reyes,MX,,,,,,,,,\r\n";
        std::fs::write(&path, text).unwrap();
        let session = offline::session(Rc::new(offline::RecordingConsole::default()));
        let people = PeopleFile::open(&session, &path, &TableOptions::default()).unwrap();
        let submissions = people.submissions(0).unwrap();
        let commands: Vec<_> =
            submissions.map(|command| command.unwrap().unwrap().command.to_json()).collect();
        assert_eq!(commands[0]["user"], json!("q1"));
        assert_eq!(commands[0]["domain"], json!("sso.example.com"));
        let groups = [
            "Photoshop",
            "Stock",
            "Engineering",
            "_admin_Designers",
            "_product_admin_Acrobat",
            "_support_admin",
        ];
        assert_eq!(commands[0]["do"][1]["add"]["group"], json!(groups));
        assert_eq!(commands[1]["user"], json!("omar@example.org"));
        assert!(commands[1]["do"][0]["createEnterpriseID"].is_object());
    }

    #[test]
    fn an_empty_cell_adds_no_step_and_a_username_without_a_domain_gets_that_of_the_e_mail() {
        let commands = commands("jdoe,j.doe@sso.example.com,J,Doe,US,\n");
        assert_eq!(
            (&commands[0]["user"], &commands[0]["domain"]),
            (&json!("jdoe"), &json!("sso.example.com"))
        );
        assert_eq!(commands[0]["do"].as_array().map(Vec::len), Some(1));
    }
}
