//! What can be an entry of a list: a user or a group.

use crate::client::listing::entry::Entry;
use crate::values::field_value::Cell;
use crate::values::key::{Key, Number};
use crate::values::record::{GroupRecord, Record, UserRecord};
use crate::wire::group::Group;
use crate::wire::identity::{Identity, folds_to};
use crate::wire::user::User;
use arcstr::ArcStr;
use serde::Serialize;
use std::sync::Arc;

/// What can be an entry of a list in a script.
pub trait Item: Entry + PartialEq + Serialize {
    /// The record scripts see.
    type Record: Record;
    /// The name scripts see as `type_of` of a list.
    const LIST: &'static str;

    /// The record of an entry; `groups_left_out` says that the listing was asked to leave groups out.
    fn record(self: Arc<Self>, groups_left_out: bool) -> Self::Record;

    /// What stands in a documented or derived field.
    fn cell(&self, field: &str) -> Cell<'_>;

    /// The names it goes by, in any case.
    fn names(&self) -> impl Iterator<Item = &ArcStr>;

    /// Whether it goes by this folded name.
    fn is_named(&self, folded: &str) -> bool {
        self.names().any(|name| folds_to(name, folded))
    }

    /// Who or what it is: equal for two records of one account or group, even if one of them is older.
    fn key(&self) -> Key;
}

impl Item for User {
    type Record = UserRecord;
    const LIST: &'static str = "Users";

    fn record(self: Arc<Self>, groups_left_out: bool) -> UserRecord {
        UserRecord { user: self, groups_left_out }
    }

    fn cell(&self, field: &str) -> Cell<'_> {
        if field == "groups" { Cell::Texts(self.groups()) } else { Cell::optional(self.text(field)) }
    }

    fn names(&self) -> impl Iterator<Item = &ArcStr> {
        [&self.email, &self.username].into_iter().flatten()
    }

    fn key(&self) -> Key {
        if let Some(id) = &self.id {
            return Key::Text(ArcStr::clone(id));
        }
        let identity = Identity::of(self);
        let parts = [identity.email, identity.username, identity.domain];
        let kind = identity.adobe_id.map_or(Key::Absent, Key::Flag);
        Key::List(parts.into_iter().map(|part| Key::Text(part.into())).chain([kind]).collect())
    }
}

impl Item for Group {
    type Record = GroupRecord;
    const LIST: &'static str = "Groups";

    fn record(self: Arc<Self>, _: bool) -> GroupRecord {
        GroupRecord(self)
    }

    fn cell(&self, field: &str) -> Cell<'_> {
        match field {
            "groupId" => Cell::number(self.group_id),
            "groupName" => Cell::Text(&self.group_name),
            "type" => Cell::optional(self.kind.as_ref()),
            "memberCount" => Cell::number(self.member_count),
            "adminGroupName" => Cell::optional(self.admin_group_name.as_ref()),
            "userGroupName" => Cell::optional(self.user_group_name.as_ref()),
            "productProfileName" => Cell::optional(self.product_profile_name.as_ref()),
            "productName" => Cell::optional(self.product_name.as_ref()),
            "licenseQuota" => Cell::optional(self.license_quota.as_ref()),
            "contractName" => Cell::optional(self.contract_name.as_ref()),
            "quota" => Cell::number(self.quota()),
            "free" => Cell::number(self.free()),
            _ => Cell::Nothing,
        }
    }

    fn names(&self) -> impl Iterator<Item = &ArcStr> {
        std::iter::once(&self.group_name)
    }

    fn key(&self) -> Key {
        match self.group_id {
            Some(id) => Key::Number(Number::Whole(id)),
            None => Key::text(&self.group_name, true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_goes_by_e_mail_and_username() {
        let user = User {
            email: Some("Kim.Lee@example.com".into()),
            username: Some("klee".into()),
            ..User::default()
        };
        assert!(user.is_named("kim.lee@example.com") && user.is_named("klee"));
        assert!(!user.is_named("lee"));
    }

    #[test]
    fn an_account_is_itself_after_a_change_of_its_name() {
        let user = |id: Option<&str>, email: &str, kind: &str| User {
            id: id.map(Into::into),
            email: Some(email.into()),
            kind: Some(kind.into()),
            ..User::default()
        };
        let key = |id, email, kind| user(id, email, kind).key();
        assert_eq!(key(Some("7"), "a@example.com", "adobeID"), key(Some("7"), "b@example.com", "adobeID"));
        assert_eq!(key(None, "A@example.com", "adobeID"), key(None, "a@example.com", "adobeID"));
        assert_ne!(key(None, "a@example.com", "adobeID"), key(None, "a@example.com", "federatedID"));
    }
}
