//! The people of a CSV file with the columns of Adobe's sample `source.csv`, as commands.

use super::steps;
use crate::changes::order::{CommandSource, Submission, TaggedCommand};
use crate::changes::steps::AccountFields;
use crate::error::Result;
use crate::files::csv::reader::{CsvReader, CsvShape};
use crate::files::csv::row::CsvRow;
use crate::values::user_ref::UserReference;
use crate::wire::identity::IdentityType;
use crate::wire::step::OPTIONS;
use rhai::Dynamic;
use std::path::PathBuf;

/// What a row must have (contract 8.1, source.csv).
const COLUMNS: [&str; 5] = ["upn", "mail", "firstname", "lastname", "country_code"];
/// The column that lists groups and profiles; a cell may be empty.
const GROUPS: &str = "groups";

/// A file of people: a command for each row makes the Federated ID unless it exists, then adds the groups. The row
/// is its tag.
pub struct PeopleFile(pub PathBuf);

impl PeopleFile {
    /// Whether there are rows: 1 where there are, since more says nothing new.
    ///
    /// # Errors
    /// `file`: the file cannot be read or lacks a column.
    pub fn count(&self) -> Result<usize> {
        Ok(self.orders()?.take(1).count())
    }
}

impl CommandSource for PeopleFile {
    fn orders(&self) -> Result<Box<dyn Iterator<Item = Result<Submission>> + '_>> {
        let columns = COLUMNS.iter().map(|column| (*column).to_owned()).collect();
        let shape = CsvShape { columns, lists: vec![GROUPS.to_owned()], ..CsvShape::default() };
        let rows = CsvReader::open(&self.0, &shape)?;
        Ok(Box::new(rows.map(|row| row.map(|row| Ok(order(row))))))
    }
}

fn order(row: CsvRow) -> TaggedCommand {
    let text = |column: &str| row.text(column).unwrap_or_default().to_owned();
    let account = AccountFields {
        email: text("mail"),
        first_name: text("firstname"),
        last_name: text("lastname"),
        country: text("country_code"),
    };
    let name = text("upn");
    let domain = steps::federated_domain(&name, None, &account.email);
    let mut command = UserReference { name, domain, use_adobe_id: None }.command();
    steps::create(&mut command, IdentityType::FederatedId, &account, Some(OPTIONS[0]));
    command.add_to_groups(&steps::distinct(&row.list(GROUPS).unwrap_or_default()));
    TaggedCommand { command, tag: Dynamic::from(row) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn commands(rows: &str) -> Vec<serde_json::Value> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.csv");
        std::fs::write(&path, format!("upn,mail,firstname,lastname,country_code,groups\n{rows}")).unwrap();
        let people = PeopleFile(path);
        people.orders().unwrap().map(|asked| asked.unwrap().unwrap().command.to_json()).collect()
    }

    #[test]
    fn a_row_makes_the_account_adds_the_groups_and_removes_nobody() {
        let commands =
            commands("a@fed.example.com,a@fed.example.com,A,B,US,\"Designers, Stock,designers\"\n");
        let expected = json!({"user": "a@fed.example.com", "do": [
            {"createFederatedID": {"email": "a@fed.example.com", "country": "US", "firstname": "A", "lastname": "B",
                "option": "ignoreIfAlreadyExists"}},
            {"add": {"group": ["Designers", "Stock"]}}]});
        assert_eq!(commands, [expected]);
    }

    #[test]
    fn an_empty_cell_adds_no_step_and_a_plain_name_takes_the_domain_of_the_e_mail() {
        let commands = commands("jdoe,j.doe@sso.example.com,J,Doe,US,\n");
        assert_eq!(
            (&commands[0]["user"], &commands[0]["domain"]),
            (&json!("jdoe"), &json!("sso.example.com"))
        );
        assert_eq!(commands[0]["do"].as_array().map(Vec::len), Some(1));
    }
}
