//! Which columns of a file of people mean what: those of Adobe's sample, of User Sync's `users-file.csv`, and of the
//! exports of Adobe's own tools. A column that decides who is meant is read, or the file is refused.

use crate::error::{Error, Result};
use crate::files::table::header::TableHeader;
use crate::files::table::row::TableRow;

/// The column with groups and profiles; a cell may be empty.
pub(super) const GROUPS: &str = "groups";

/// The spellings of columns that decide who is meant, without case, spaces and signs, and the names that are read.
const IDENTITY: [(&str, &str); 14] = [
    ("upn", "upn"),
    ("userprincipalname", "upn"),
    ("username", "username"),
    ("user", "username"),
    ("mail", "mail"),
    ("email", "email"),
    ("emailaddress", "email"),
    ("domain", "domain"),
    ("type", "type"),
    ("usertype", "type"),
    ("identitytype", "type"),
    ("country", "country"),
    ("countrycode", "country_code"),
    ("useadobeid", "type"),
];

/// The names of the columns in one file.
#[derive(Debug)]
pub(super) struct PeopleColumns {
    pub(super) user: Option<&'static str>,
    pub(super) email: &'static str,
    pub(super) country: &'static str,
}

impl PeopleColumns {
    /// The columns of a file with this header.
    ///
    /// # Errors
    /// `file`: two columns mean the same, or one that decides who is meant would not be read.
    pub(super) fn of(header: &TableHeader) -> Result<Self> {
        let one_of =
            |names: [&'static str; 2]| match names.map(|name| header.names().any(|known| known == name)) {
                [true, true] => {
                    let message = format!("the columns `{}` and `{}` mean the same", names[0], names[1]);
                    Err(refused(header, message, "Remove one of them from the file."))
                }
                [true, false] => Ok(Some(names[0])),
                [false, true] => Ok(Some(names[1])),
                [false, false] => Ok(None),
            };
        let email = one_of(["mail", "email"])?.unwrap_or("mail");
        // Adobe's sample always has the sign-in name; elsewhere it is the e-mail unless a column says otherwise.
        let user = one_of(["upn", "username"])?.or(Some("upn").filter(|_| email == "mail"));
        let country = one_of(["country_code", "country"])?.unwrap_or("country_code");
        check_spellings(header)?;
        Ok(Self { user, email, country })
    }

    /// The columns that the file must have, apart from the groups.
    pub(super) fn required(&self) -> Vec<String> {
        let names = [Some(self.email), self.user, Some(self.country), Some("firstname"), Some("lastname")];
        names.into_iter().flatten().map(str::to_owned).collect()
    }

    /// The name with which a person signs in; the e-mail if no column or cell says otherwise.
    pub(super) fn user<'r>(&self, row: &'r TableRow) -> &'r str {
        let given = self.user.and_then(|column| row.text(column)).filter(|name| !name.is_empty());
        given.or_else(|| row.text(self.email)).unwrap_or_default()
    }
}

/// Refuses a column that looks like one that decides who is meant, but has another name.
fn check_spellings(header: &TableHeader) -> Result<()> {
    for name in header.names() {
        let letters: String = name.chars().filter(|letter| letter.is_alphanumeric()).collect();
        let meant = IDENTITY.iter().find(|(spelling, _)| letters.eq_ignore_ascii_case(spelling));
        if let Some((_, read)) = meant.filter(|_| !IDENTITY.iter().any(|(_, read)| *read == name)) {
            let message = format!("the column `{name}` seems to decide who is meant, but is not read");
            return Err(refused(
                header,
                message,
                &format!("Rename it to `{read}`, or remove it from the file."),
            ));
        }
    }
    Ok(())
}

fn refused(header: &TableHeader, message: String, hint: &str) -> Error {
    Error::file(header.file.clone(), message).with_file_hint(hint.to_owned())
}
