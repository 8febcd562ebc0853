//! The people of a CSV file with the columns of Adobe's sample `source.csv` or of User Sync, as commands.

use super::steps;
use crate::changes::people_columns::{GROUPS, PeopleColumns};
use crate::changes::steps::AccountFields;
use crate::changes::submission::{CommandSource, Submission, TaggedCommand, WithheldCommand};
use crate::error::{Error, Result};
use crate::files::csv::reader::{CsvReader, CsvShape};
use crate::files::csv::row::CsvRow;
use crate::store::file_door;
use crate::store::journal::sha256::DigestReader;
use crate::values::user_ref::UserReference;
use crate::wire::error_code;
use crate::wire::fault::CommandFault;
use crate::wire::identity::{IdentityType, fold};
use crate::wire::step::OPTIONS;
use rhai::Dynamic;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::PathBuf;

/// A file of people: the command of a row creates the account unless it exists, then adds the groups. It is a Federated ID
/// unless the row says otherwise. Its tag is the row.
pub(crate) struct PeopleFile {
    path: PathBuf,
    /// Opened once and rewound, so that every pass reads the file whose digest is in the journal, even if the path
    /// names another file by then.
    file: File,
}

impl PeopleFile {
    /// Opens a file.
    ///
    /// # Errors
    /// `file`: it cannot be opened.
    pub(crate) fn open(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let file = file_door::open(&path).map_err(|error| Error::io(&path, error))?;
        Ok(Self { path, file })
    }

    /// The number of rows (0, or 1 for any number, which is all that callers need) and the SHA-256 of the file.
    ///
    /// # Errors
    /// `file`: the file cannot be read or lacks a column.
    pub(crate) fn inspect(&self) -> Result<(usize, String)> {
        let (mut rows, _) = self.rows(DigestReader::new(&self.file))?;
        let count = rows.by_ref().take(1).count();
        let digest = rows.into_source().finish().map_err(|error| Error::io(&self.path, error))?;
        Ok((count, digest))
    }

    fn rows<R: Read>(&self, source: R) -> Result<(CsvReader<R>, PeopleColumns)> {
        let rewind = || (&self.file).rewind().map_err(|error| Error::io(&self.path, error));
        rewind()?;
        let columns =
            PeopleColumns::of(CsvReader::new(&self.path, &self.file, &CsvShape::default())?.header())?;
        rewind()?;
        let shape =
            CsvShape { columns: columns.required(), lists: vec![GROUPS.to_owned()], ..CsvShape::default() };
        Ok((CsvReader::new(&self.path, source, &shape)?, columns))
    }
}

impl CommandSource for PeopleFile {
    fn is_in_memory(&self) -> bool {
        false
    }

    fn submissions(&self, start: usize) -> Result<Box<dyn Iterator<Item = Result<Submission>> + '_>> {
        let (rows, columns) = self.rows(&self.file)?;
        let rows = rows.enumerate().skip(start);
        Ok(Box::new(rows.map(move |(index, row)| row.map(|row| row_command(index, row, &columns)))))
    }
}

fn row_command(index: usize, row: CsvRow, columns: &PeopleColumns) -> Submission {
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
    use serde_json::json;

    fn commands(rows: &str) -> Vec<serde_json::Value> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.csv");
        std::fs::write(&path, format!("upn,mail,firstname,lastname,country_code,groups\n{rows}")).unwrap();
        let people = PeopleFile::open(path).unwrap();
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
    fn an_empty_cell_adds_no_step_and_a_username_without_a_domain_gets_that_of_the_e_mail() {
        let commands = commands("jdoe,j.doe@sso.example.com,J,Doe,US,\n");
        assert_eq!(
            (&commands[0]["user"], &commands[0]["domain"]),
            (&json!("jdoe"), &json!("sso.example.com"))
        );
        assert_eq!(commands[0]["do"].as_array().map(Vec::len), Some(1));
    }
}
