//! The person that a verb or command changes: an e-mail, a username with its domain, or a user that was read.

use super::record::UserRecord;
use crate::error::{Error, Result};
use crate::values::dynamic::kind_of;
use crate::values::options::CallOptions;
use crate::values::user_lookup::check_visible;
use crate::wire::command::{Command, PersonChoice};
use crate::wire::error_code;
use crate::wire::identity::IdentityType;
use crate::wire::user::User;
use rhai::Dynamic;

/// The options that select the account of a username.
pub const OPTIONS: [&str; 3] = ["domain", "use_adobe_id", "unlisted"];
/// The value of `unlisted` that sends a command even if the person is not among the active users.
pub const SEND_UNLISTED: &str = "send";

/// A person as a command identifies them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserReference {
    /// E-mail or username, trimmed.
    pub name: String,
    /// The domain of a username that is not an e-mail address.
    pub domain: Option<String>,
    /// Whether to use the Adobe ID if a managed account has the same e-mail; `None` lets the service decide.
    pub use_adobe_id: Option<bool>,
    /// What the caller says beyond the fields of the service.
    pub choice: PersonChoice,
}

impl UserReference {
    /// The person that a script passed. A user that was read selects exactly that account.
    ///
    /// # Errors
    /// `usage`: it is neither a string nor a user, or it is empty.
    pub fn of(value: &Dynamic, options: &CallOptions) -> Result<Self> {
        let mut person = match value.read_lock::<UserRecord>() {
            Some(record) => Self::of_user(&record.user),
            None => Self { name: name_of(value)?, ..Self::default() },
        };
        if person.name.is_empty() {
            return Err(Error::bad_name(
                error_code::USER_ID_MISSING,
                "the e-mail or username is empty",
                None,
            ));
        }
        check_visible(&person.name)?;
        person.domain = options.text("domain")?.or(person.domain);
        person.use_adobe_id = options.flag("use_adobe_id")?.or(person.use_adobe_id);
        person.choice.send_unlisted = options.choice("unlisted", &[SEND_UNLISTED])?.is_some();
        Ok(person)
    }

    /// An e-mail finds every account (contract 7.17), so the username is used only for someone without an e-mail.
    fn of_user(user: &User) -> Self {
        let adobe_id = user.kind.as_deref().and_then(IdentityType::parse) == Some(IdentityType::AdobeId);
        let use_adobe_id = adobe_id.then_some(true);
        let choice = PersonChoice { is_exact: true, ..PersonChoice::default() };
        match (&user.email, &user.username) {
            (Some(email), _) => Self { name: email.trim().to_owned(), domain: None, use_adobe_id, choice },
            (None, Some(username)) => {
                let domain = user.domain.as_deref().filter(|_| !username.contains('@')).map(str::to_owned);
                Self { name: username.trim().to_owned(), domain, use_adobe_id, choice }
            }
            (None, None) => Self::default(),
        }
    }

    /// A command for the person, without steps.
    pub fn command(&self) -> Command {
        let command = Command::user(&self.name, self.domain.as_deref(), self.use_adobe_id);
        Command { choice: self.choice, ..command }
    }
}

fn name_of(value: &Dynamic) -> Result<String> {
    let text = value.clone().into_string();
    text.map(|text| text.trim().to_owned()).map_err(|_| {
        Error::usage_with_hint(
            format!("expected an e-mail or a user, not {}", kind_of(value)),
            "A username that is not an e-mail address needs #{domain: \"...\"} after it.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use arcstr::ArcStr;
    use std::sync::Arc;

    fn user(kind: &str, email: Option<&str>, username: &str) -> Dynamic {
        let text = |text: &str| Some(ArcStr::from(text));
        let email = email.map(ArcStr::from);
        let domain = text("fed.example.com");
        let user = User { email, kind: text(kind), username: text(username), domain, ..User::default() };
        Dynamic::from(UserRecord::new(Arc::new(user)))
    }

    fn person(value: &Dynamic) -> UserReference {
        UserReference::of(value, &CallOptions::none("test")).unwrap()
    }

    #[test]
    fn a_user_that_was_read_selects_exactly_that_account() {
        let adobe = person(&user("adobeID", Some("a@example.com"), "a@example.com"));
        assert_eq!((adobe.name.as_str(), adobe.use_adobe_id), ("a@example.com", Some(true)));
        let federated = person(&user("federatedID", None, "jdoe"));
        assert_eq!((federated.name.as_str(), federated.domain.as_deref()), ("jdoe", Some("fed.example.com")));
        let managed = person(&user("enterpriseID", Some("a@example.com"), "a@example.com"));
        assert_eq!((managed.domain, managed.use_adobe_id), (None, None));
    }

    #[test]
    fn names_are_trimmed_and_other_types_are_refused() {
        assert_eq!(person(&" a@example.com ".into()).name, "a@example.com");
        let refuse =
            |value: Dynamic| UserReference::of(&value, &CallOptions::none("test")).unwrap_err().to_string();
        assert_eq!(refuse(" ".into()), "the e-mail or username is empty");
        assert_eq!(refuse(Dynamic::UNIT), "expected an e-mail or a user, not nothing, `()`");
    }
}
