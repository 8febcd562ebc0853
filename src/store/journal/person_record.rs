//! A person before a command, as far as the run had read: what `umapish undo` gives back, and what it must not touch.

use super::moment;
use super::record_text::RecordText;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A person before a command, as far as the run had read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[serde(bound(deserialize = "S: RecordText<'de>"))]
pub struct PersonRecord<S = String> {
    /// The name by which the command names the person.
    pub name: S,
    /// Whether there was such an account.
    #[serde(default, skip_serializing_if = "AccountPresence::is_unknown")]
    pub account: AccountPresence,
    /// The account, where it was read.
    #[serde(default, skip_serializing_if = "RecordedFields::is_empty")]
    pub fields: RecordedFields<S>,
    /// The memberships that the command concerns, by the name of the group.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<S, MembershipState>,
    /// Whether `groups` has every direct membership of the person.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all_groups: bool,
    /// When it was read; of several readings, when the oldest was.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "moment::optional")]
    pub read: Option<Timestamp>,
}

/// The fields of an account by the service's names, as far as a command concerns them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[serde(bound(deserialize = "S: RecordText<'de>"))]
pub struct RecordedFields<S = String> {
    /// The service's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<S>,
    /// The type of the account.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<S>,
    /// The e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<S>,
    /// The username, where it is not the e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<S>,
    /// The domain of the directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<S>,
    /// The first name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firstname: Option<S>,
    /// The last name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lastname: Option<S>,
    /// The country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<S>,
}

/// Whether the run had seen an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountPresence {
    /// It was not looked for.
    #[default]
    Unknown,
    /// It was read.
    Present,
    /// A complete listing did not have it, or the service was asked and did not know it.
    Absent,
}

/// What the run had seen of a membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MembershipState {
    /// A member directly.
    Direct,
    /// A member through a user group only.
    Indirect,
    /// Not a direct member; perhaps one through a user group.
    NotDirect,
    /// A member, directly or through a user group.
    Member,
    /// Not a member in any way.
    Absent,
    /// Nothing.
    Unknown,
}

impl MembershipState {
    /// Whether the person was certainly no direct member.
    pub fn is_not_direct(self) -> bool {
        matches!(self, Self::Indirect | Self::NotDirect | Self::Absent)
    }
}

impl<S> RecordedFields<S> {
    fn is_empty(&self) -> bool {
        let Self { id, kind, email, username, domain, firstname, lastname, country } = self;
        let fields = [id, kind, email, username, domain, firstname, lastname, country];
        fields.into_iter().all(Option::is_none)
    }
}

impl AccountPresence {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference to the field")]
    fn is_unknown(&self) -> bool {
        *self == Self::Unknown
    }
}

impl PersonRecord {
    /// Calls `visit` with every string that the service or a script wrote.
    pub(super) fn visit_texts(&mut self, mut visit: impl FnMut(&mut String)) {
        let Self { name, account: _, fields, groups, all_groups: _, read: _ } = self;
        visit(name);
        let RecordedFields { id, kind, email, username, domain, firstname, lastname, country } = fields;
        let texts = [id, kind, email, username, domain, firstname, lastname, country];
        texts.into_iter().flatten().for_each(&mut visit);
        *groups = std::mem::take(groups)
            .into_iter()
            .map(|(mut group, state)| {
                visit(&mut group);
                (group, state)
            })
            .collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_record_is_small_and_read_back() {
        let mut record = PersonRecord { name: "a@example.com".to_owned(), ..PersonRecord::default() };
        assert_eq!(serde_json::to_value(&record).unwrap(), json!({"name": "a@example.com"}));
        record.account = AccountPresence::Present;
        record.fields.id = Some("7".to_owned());
        record.groups = BTreeMap::from([("Finance".to_owned(), MembershipState::NotDirect)]);
        record.all_groups = true;
        record.read = Some(Timestamp::UNIX_EPOCH);
        let value = serde_json::to_value(&record).unwrap();
        assert_eq!(value["fields"], json!({"id": "7"}));
        assert_eq!(value["groups"], json!({"Finance": "not_direct"}));
        assert_eq!(serde_json::from_value::<PersonRecord>(value).unwrap(), record);
    }

    #[test]
    fn every_string_is_visited() {
        let text = || Some("x".to_owned());
        let fields = RecordedFields {
            id: text(),
            kind: text(),
            email: text(),
            username: text(),
            domain: text(),
            firstname: text(),
            lastname: text(),
            country: text(),
        };
        let groups = BTreeMap::from([("x".to_owned(), MembershipState::Direct)]);
        let mut record = PersonRecord { name: "x".to_owned(), fields, groups, ..PersonRecord::default() };
        let mut count = 0;
        record.visit_texts(|text| {
            count += 1;
            *text = "y".to_owned();
        });
        assert_eq!(count, 10);
        assert!(!serde_json::to_string(&record).unwrap().contains('x'));
    }
}
