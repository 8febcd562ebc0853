//! Who a person is, wherever people are compared: kind of ID, folded e-mail, username and domain.

use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// The form in which e-mails, usernames and group names are compared: trimmed, in lower case (contract 7.3, 7.4).
pub fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}

/// [`fold`] without a copy where a string has that form already, as most e-mails have.
pub(crate) fn folded(text: &str) -> Cow<'_, str> {
    // Without an early end, so that the compiler compares many bytes at once.
    let must_fold = text
        .bytes()
        .fold(false, |must, byte| must | !(b'!'..=b'~').contains(&byte) | byte.is_ascii_uppercase());
    if must_fold { Cow::Owned(fold(text)) } else { Cow::Borrowed(text) }
}

/// The form in which scripts compare names: as [`fold`], with composed characters (Unicode NFC), since files from macOS
/// have decomposed ones that look the same.
pub fn fold_name(text: &str) -> String {
    if text.is_ascii() { fold(text) } else { fold(&text.nfc().collect::<String>()).nfc().collect() }
}

/// [`fold_name`] without a copy where a string has that form already.
pub(crate) fn folded_name(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { folded(text) } else { Cow::Owned(fold_name(text)) }
}

/// Whether [`fold_name`] of a string is this one. An ASCII string, the usual case, is compared without a copy.
pub fn folds_to(text: &str, folded: &str) -> bool {
    if text.is_ascii() { text.trim().eq_ignore_ascii_case(folded) } else { fold_name(text) == folded }
}

/// Whether a string looks like an e-mail address, which the service compares without regard to case.
pub fn looks_like_email(text: &str) -> bool {
    let text = text.trim();
    let Some((local, domain)) = text.split_once('@') else { return false };
    // Most are ASCII, and their bytes are looked at many at once.
    let is_visible = |text: &str| text.bytes().fold(true, |all, byte| all & (b'!'..=b'~').contains(&byte));
    let is_plain = (is_visible(text) || !text.contains(char::is_whitespace)) && !domain.contains('@');
    is_plain && !local.is_empty() && domain.contains('.')
}

/// Whether two strings are the same e-mail address in different case.
pub fn same_email(one: &str, other: &str) -> bool {
    looks_like_email(one) && looks_like_email(other) && folds_to(one, &fold_name(other))
}

/// A string that is looked for among others: an equal one, or an e-mail address in different case. It is prepared once,
/// since [`same_email`] for each of ten thousand strings takes longer than everything else.
#[derive(Debug)]
pub struct SoughtName<'n> {
    text: &'n str,
    /// Its folded form, if it looks like an e-mail.
    email: Option<String>,
}

impl<'n> SoughtName<'n> {
    /// Prepares the search for a string.
    pub fn of(text: &'n str) -> Self {
        Self { text, email: looks_like_email(text).then(|| fold_name(text)) }
    }

    /// Whether a string is the one.
    pub fn is(&self, other: &str) -> bool {
        other == self.text || self.email.as_deref().is_some_and(|email| is_email(other, email))
    }
}

/// Whether a string is this e-mail, which is folded.
fn is_email(text: &str, email: &str) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
    // The usual string has no blanks around it, and only one of the same length can be the same.
    let is_trimmed = first.is_ascii_graphic() && last.is_ascii_graphic();
    if is_trimmed && bytes.len() != email.len() && text.is_ascii() {
        return false;
    }
    folds_to(text, email) && looks_like_email(text)
}

/// The kinds of account (contract 2.4; userSchemaDescription.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdentityType {
    /// Owned by the person.
    AdobeId,
    /// Owned by the organization, password kept by Adobe.
    EnterpriseId,
    /// Owned by the organization, signed in by its own directory.
    FederatedId,
}

impl IdentityType {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::AdobeId, Self::EnterpriseId, Self::FederatedId];

    /// The value of a user's `type` field.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AdobeId => "adobeID",
            Self::EnterpriseId => "enterpriseID",
            Self::FederatedId => "federatedID",
        }
    }

    /// The step that creates such an account.
    pub fn create_step(self) -> &'static str {
        match self {
            Self::AdobeId => "addAdobeID",
            Self::EnterpriseId => "createEnterpriseID",
            Self::FederatedId => "createFederatedID",
        }
    }

    /// The kind that `type` names, in any case.
    pub fn parse(text: &str) -> Option<Self> {
        // The service's own spelling is the usual case, and a comparison without folding is faster.
        let exact = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        exact.or_else(|| Self::ALL.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(text)))
    }
}

/// A person, as a record shows or a command names one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Identity {
    /// Whether it is an Adobe ID; `None` if unknown.
    pub adobe_id: Option<bool>,
    /// Folded e-mail; empty when unknown.
    pub email: String,
    /// Folded username; empty when unknown.
    pub username: String,
    /// Folded domain of a username that is not an e-mail address; empty otherwise.
    pub domain: String,
}

impl Identity {
    /// The person a command or a look-up names by e-mail, or by username and domain.
    pub fn named(user: &str, domain: Option<&str>, use_adobe_id: bool) -> Self {
        let name = fold(user);
        let adobe_id = use_adobe_id.then_some(true);
        if name.contains('@') {
            Self { adobe_id, email: name, ..Self::default() }
        } else {
            Self { adobe_id, username: name, domain: fold(domain.unwrap_or_default()), ..Self::default() }
        }
    }

    /// Every name under which this person may be addressed. Two identities that share a name may be the same
    /// person; the domain is left out, so in doubt two people count as the same.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let twice = self.email == self.username;
        let username = if twice { "" } else { self.username.as_str() };
        [self.email.as_str(), username].into_iter().filter(|name| !name.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_sought_name_is_found_as_by_comparing_both(text in "[ aAß@.é]{0,6}", other in "[ aAß@.é]{0,6}") {
            let same = text == other || same_email(&other, &text);
            prop_assert_eq!(SoughtName::of(&text).is(&other), same, "{:?} {:?}", text, other);
            let upper = format!(" {}", text.to_uppercase());
            let same = text == upper || same_email(&upper, &text);
            prop_assert_eq!(SoughtName::of(&text).is(&upper), same, "{:?} {:?}", text, upper);
        }

        #[test]
        fn comparing_without_a_copy_is_comparing_folded(text in "[ aA-Zßé\u{130}\u{212a}k]{0,4}", other in "[ aAk]{0,4}") {
            prop_assert_eq!(folds_to(&text, &fold_name(&other)), fold_name(&text) == fold_name(&other));
            prop_assert!(folds_to(&text, &fold_name(&text)));
            prop_assert_eq!(folded(&text), fold(&text));
        }
    }

    #[test]
    fn decomposed_characters_are_the_same_name() {
        assert!(folds_to("Disen\u{303}o", &fold_name("DISE\u{d1}O")));
        assert_eq!(fold_name("Disen\u{303}o"), fold_name("dise\u{f1}o"));
    }

    #[test]
    fn an_email_is_recognized_by_its_form() {
        for text in ["a@example.com", " A.B@x.example.com "] {
            assert!(looks_like_email(text), "{text}");
        }
        for text in ["", "@", "a@b", "@example.com", "a b@example.com", "a@b@example.com", "R&D @ 2.0"] {
            assert!(!looks_like_email(text), "{text}");
        }
    }

    #[test]
    fn case_and_blanks_do_not_make_another_person() {
        let one = Identity::named(" John.Doe@Example.COM", None, false);
        assert_eq!(one, Identity::named("john.doe@example.com", None, false));
        assert_eq!(one.names().collect::<Vec<_>>(), ["john.doe@example.com"]);
    }

    #[test]
    fn a_plain_username_belongs_to_its_domain() {
        let one = Identity::named("JDoe", Some("Example.com"), false);
        assert_eq!((one.username.as_str(), one.domain.as_str()), ("jdoe", "example.com"));
        assert_ne!(one, Identity::named("jdoe", Some("other.example.com"), false));
    }

    #[test]
    fn an_adobe_id_and_a_federated_id_of_one_address_are_two_people_with_one_name() {
        let adobe = Identity::named("a@example.com", None, true);
        let any = Identity::named("a@example.com", None, false);
        assert_ne!(adobe, any);
        assert!(adobe.names().eq(any.names()));
    }
}
