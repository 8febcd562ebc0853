//! Users and groups in scripts: typed records that read like maps.

use super::dynamic::dynamic_of;
use super::field_value::shared_names;
use super::script_value::{self, ScriptValue};
use crate::client::listing::entry::ListEntry;
use crate::did_you_mean::nearest;
use crate::error::{Error, Result};
use crate::host::binding::{INDEXER, getter};
use crate::host::thrown::ThrowAt;
use crate::quantity;
use crate::values::field_value::FieldValue;
use crate::values::key::{KeyNumber, ValueKey};
use crate::wire::group::{self, Group};
use crate::wire::identity::{Identity, folds_to};
use crate::wire::user::{self, User};
use arcstr::ArcStr;
use rhai::{Dynamic, Engine, Map, NativeCallContext};
use serde::Serialize;
use serde_json::Value;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

/// Reads one field of a record.
pub type FieldReader<R> = Box<dyn Fn(&R) -> Result<Dynamic>>;

/// A user in a script.
#[derive(Debug, Clone)]
pub struct UserRecord {
    /// The user.
    pub user: Arc<User>,
    /// What its `groups` show.
    pub groups: GroupsField,
}

/// What the `groups` of users show, by how they were read.
#[derive(Clone, Default)]
pub enum GroupsField {
    /// What the service sends for one user or for a listing with indirect memberships.
    #[default]
    Plain,
    /// Direct memberships only; the operator is told when a script reads them.
    Direct(DirectGroupsNote),
    /// Nothing: the listing was requested without them, so that an absent list does not mean "no groups".
    LeftOut,
}

/// Tells the operator that `groups` has direct memberships only.
pub type DirectGroupsNote = Rc<dyn Fn()>;

impl GroupsField {
    /// Those of a listing that was requested with or without `groups`.
    pub fn requested(are_left_out: bool) -> Self {
        if are_left_out { Self::LeftOut } else { Self::Plain }
    }

    /// Whether the listing was requested without `groups`.
    pub fn are_left_out(&self) -> bool {
        matches!(self, Self::LeftOut)
    }

    /// Called when a script reads the field: notes that it has direct memberships only, if so.
    pub fn note_use(&self) {
        if let Self::Direct(note) = self {
            note();
        }
    }

    /// What the groups of two lists show together.
    #[must_use]
    pub fn joined(self, other: Self) -> Self {
        match (self, other) {
            (Self::LeftOut, _) | (_, Self::LeftOut) => Self::LeftOut,
            (Self::Direct(note), _) | (_, Self::Direct(note)) => Self::Direct(note),
            (Self::Plain, Self::Plain) => Self::Plain,
        }
    }
}

impl fmt::Debug for GroupsField {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Plain => "Plain",
            Self::Direct(_) => "Direct",
            Self::LeftOut => "LeftOut",
        })
    }
}

/// A group, profile or admin group in a script.
#[derive(Debug, Clone)]
pub struct GroupRecord(pub Arc<Group>);

/// A value that reads like a map.
pub trait Record: Clone + Sized + 'static {
    /// The name scripts see as `type_of`.
    const NAME: &'static str;
    /// The documented fields.
    const FIELDS: &'static [&'static str];
    /// Properties that are computed, not sent by the service.
    const DERIVED: &'static [&'static str];

    /// The documented values of a field that has a fixed set of them; empty for any other field. The service may send
    /// others.
    fn documented_values(field: &str) -> &'static [&'static str];

    /// The value of a documented or derived field; `()` if the service left it out.
    ///
    /// # Errors
    /// `usage`: the field was not requested.
    fn value(&self, name: &str) -> Result<Dynamic>;

    /// The function that reads a documented or derived field, for scripts that read it from a million records.
    ///
    /// # Errors
    /// Those of [`Record::value`], when it is called.
    fn reader(name: &'static str) -> FieldReader<Self> {
        Box::new(move |record| record.value(name))
    }

    /// The same as [`Record::value`]; `None` for any other name.
    ///
    /// # Errors
    /// `usage`: the field was not requested.
    fn field(&self, name: &str) -> Result<Option<Dynamic>> {
        if Self::has_field(name) { self.value(name).map(Some) } else { Ok(None) }
    }

    /// Fields that the service sent beyond the documented ones.
    fn extra_fields(&self) -> impl Iterator<Item = (&String, &Value)>;

    /// The whole record as the service sent it.
    ///
    /// # Errors
    /// None in practice: records are data.
    fn to_json(&self) -> Result<Value>;

    /// Its name in messages.
    fn label(&self) -> &str;

    /// The value of a field.
    ///
    /// # Errors
    /// `usage`: no such field; names the nearest.
    fn read(&self, name: &str) -> Result<Dynamic> {
        let value = self.field(name)?;
        value.ok_or_else(|| Self::unknown(name, self.extra_fields().any(|(key, _)| key == name)))
    }

    /// Whether it is a documented or derived field.
    fn has_field(name: &str) -> bool {
        Self::FIELDS.iter().chain(Self::DERIVED).any(|known| *known == name)
    }

    /// The error for a field that is neither; `sent` if the service sent it anyway.
    fn unknown(name: &str, sent: bool) -> Error {
        let known = Self::FIELDS.iter().chain(Self::DERIVED).copied();
        let message = format!("{} has no field `{name}`", quantity::indefinite(Self::NAME));
        let hint = match nearest(name, known) {
            _ if sent => format!("The service did send it; read it with .get(\"{name}\")."),
            Some(near) => format!("Did you mean `{near}`?"),
            None => format!("It has {}.", Self::FIELDS.join(", ")),
        };
        Error::usage_with_hint(message, hint)
    }

    /// The value of a documented or extra field; `()` if there is neither.
    fn get(&self, name: &str) -> Dynamic {
        let added = || self.extra_fields().find(|(key, _)| *key == name).map(|(_, value)| dynamic_of(value));
        self.field(name).ok().flatten().or_else(added).unwrap_or(Dynamic::UNIT)
    }

    /// Whether the service sent the field.
    fn contains(&self, name: &str) -> bool {
        self.to_json().is_ok_and(|record| record.get(name).is_some())
    }

    /// The fields the service sent.
    fn to_map(&self) -> Map {
        match self.to_json().map(|record| dynamic_of(&record).try_cast::<Map>()) {
            Ok(Some(map)) => map,
            _ => Map::new(),
        }
    }
}

impl UserRecord {
    /// A user of a listing that includes groups.
    pub fn new(user: Arc<User>) -> Self {
        Self { user, groups: GroupsField::Plain }
    }

    fn groups(&self) -> Result<Dynamic> {
        self.groups.note_use();
        match &self.user.groups {
            _ if self.groups.are_left_out() => Err(Self::without_groups()),
            Some(names) => Ok(shared_names(names)),
            None => Ok(Dynamic::from_array(Vec::new())),
        }
    }

    /// The error for reading groups that were not requested.
    pub fn without_groups() -> Error {
        let hint = "Remove `exclude_groups` from the options to read groups.";
        Error::usage_with_hint("`groups` was left out by `exclude_groups`", hint)
    }
}

impl Record for UserRecord {
    const NAME: &'static str = "User";
    const FIELDS: &'static [&'static str] = user::FIELDS;
    const DERIVED: &'static [&'static str] = &[];

    fn documented_values(field: &str) -> &'static [&'static str] {
        match field {
            "type" => user::TYPES,
            "status" => user::STATUSES,
            _ => &[],
        }
    }

    fn value(&self, name: &str) -> Result<Dynamic> {
        if name == "groups" { self.groups() } else { Ok(self.user.cell(name).into_dynamic()) }
    }

    fn reader(name: &'static str) -> FieldReader<Self> {
        match User::reader(name) {
            Some(read) => Box::new(move |record| Ok(FieldValue::optional(read(&record.user)).into_dynamic())),
            None => Box::new(Self::groups),
        }
    }

    fn extra_fields(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.user.extra.iter().flat_map(|extra| extra.iter())
    }

    fn to_json(&self) -> Result<Value> {
        json(&*self.user)
    }

    fn label(&self) -> &str {
        self.user.label()
    }
}

impl Record for GroupRecord {
    const NAME: &'static str = "Group";
    const FIELDS: &'static [&'static str] = group::FIELDS;
    const DERIVED: &'static [&'static str] = &["quota", "free"];

    fn documented_values(field: &str) -> &'static [&'static str] {
        if field == "type" { group::KINDS } else { &[] }
    }

    fn value(&self, name: &str) -> Result<Dynamic> {
        Ok(self.0.cell(name).into_dynamic())
    }

    fn extra_fields(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.extra.iter()
    }

    fn to_json(&self) -> Result<Value> {
        json(&*self.0)
    }

    fn label(&self) -> &str {
        &self.0.group_name
    }
}

fn json(record: &impl Serialize) -> Result<Value> {
    serde_json::to_value(record)
        .map_err(|error| Error::usage(format!("the record cannot be written: {error}")))
}

/// A type whose values can be entries of a list in a script.
pub trait ListItem: ListEntry + PartialEq + Serialize {
    /// The record scripts see.
    type Record: Record;
    /// The name scripts see as `type_of` of a list.
    const LIST: &'static str;

    /// The record of an entry of a list whose `groups` show this.
    fn record(self: Arc<Self>, groups: &GroupsField) -> Self::Record;

    /// The value of a documented or derived field.
    fn cell(&self, field: &str) -> FieldValue<'_>;

    /// Its names.
    fn names(&self) -> impl Iterator<Item = &ArcStr>;

    /// Whether this folded name is one of its names.
    fn is_named(&self, folded: &str) -> bool {
        self.names().any(|name| folds_to(name, folded))
    }

    /// Its identity: equal for two records of the same account or group, even if read at different times.
    fn key(&self) -> ValueKey;
}

impl ListItem for User {
    type Record = UserRecord;
    const LIST: &'static str = "Users";

    fn record(self: Arc<Self>, groups: &GroupsField) -> UserRecord {
        UserRecord { user: self, groups: groups.clone() }
    }

    fn cell(&self, field: &str) -> FieldValue<'_> {
        if field == "groups" {
            FieldValue::Texts(self.groups())
        } else {
            FieldValue::optional(self.text(field))
        }
    }

    fn names(&self) -> impl Iterator<Item = &ArcStr> {
        [&self.email, &self.username].into_iter().flatten()
    }

    fn key(&self) -> ValueKey {
        if let Some(id) = &self.id {
            return ValueKey::Text(ArcStr::clone(id));
        }
        let identity = Identity::of(self);
        let parts = [identity.email, identity.username, identity.domain];
        let kind = identity.adobe_id.map_or(ValueKey::Absent, ValueKey::Flag);
        ValueKey::List(parts.into_iter().map(|part| ValueKey::Text(part.into())).chain([kind]).collect())
    }
}

impl ListItem for Group {
    type Record = GroupRecord;
    const LIST: &'static str = "Groups";

    fn record(self: Arc<Self>, _: &GroupsField) -> GroupRecord {
        GroupRecord(self)
    }

    fn cell(&self, field: &str) -> FieldValue<'_> {
        match field {
            "groupId" => FieldValue::number(self.group_id),
            "groupName" => FieldValue::Text(&self.group_name),
            "type" => FieldValue::optional(self.kind.as_ref()),
            "memberCount" => FieldValue::number(self.member_count),
            "adminGroupName" => FieldValue::optional(self.admin_group_name.as_ref()),
            "userGroupName" => FieldValue::optional(self.user_group_name.as_ref()),
            "productProfileName" => FieldValue::optional(self.product_profile_name.as_ref()),
            "productName" => FieldValue::optional(self.product_name.as_ref()),
            "licenseQuota" => FieldValue::optional(self.license_quota.as_ref()),
            "contractName" => FieldValue::optional(self.contract_name.as_ref()),
            "quota" => FieldValue::number(self.quota()),
            "free" => FieldValue::number(self.free()),
            _ => FieldValue::Nothing,
        }
    }

    fn names(&self) -> impl Iterator<Item = &ArcStr> {
        std::iter::once(&self.group_name)
    }

    fn key(&self) -> ValueKey {
        match self.group_id {
            Some(id) => ValueKey::Number(KeyNumber::Whole(id)),
            None => ValueKey::text(&self.group_name, true),
        }
    }
}

/// Registers both kinds of record with an engine.
pub fn register(engine: &mut Engine) {
    register_record::<UserRecord>(engine);
    register_record::<GroupRecord>(engine);
}

impl<R: Record> ScriptValue for R {
    const NAME: &'static str = <R as Record>::NAME;
    const IS_RECORD: bool = true;

    fn to_json(&self) -> Result<Value> {
        Record::to_json(self)
    }

    fn field(&self, name: &str) -> Option<Dynamic> {
        Record::field(self, name).ok().flatten()
    }

    fn field_names(&self) -> Vec<String> {
        R::FIELDS.iter().chain(R::DERIVED).map(|name| (*name).to_owned()).collect()
    }
}

fn register_record<R: Record>(engine: &mut Engine) {
    script_value::register::<R>(engine);
    for name in R::FIELDS.iter().chain(R::DERIVED) {
        let read = R::reader(name);
        engine.register_fn(getter(name), move |context: NativeCallContext, record: &mut R| {
            read(record).at(&context)
        });
    }
    engine.register_fn(INDEXER, |context: NativeCallContext, record: &mut R, name: &str| {
        record.read(name).at(&context)
    });
    engine.register_fn("to_string", |record: &mut R| shown(record));
    engine.register_fn("to_debug", |record: &mut R| shown(record));
    engine.register_fn("==", |one: &mut R, other: R| same(one, &other));
    engine.register_fn("!=", |one: &mut R, other: R| !same(one, &other));
}

fn shown(record: &impl Record) -> String {
    record.to_json().map(|record| record.to_string()).unwrap_or_default()
}

fn same(one: &impl Record, other: &impl Record) -> bool {
    one.to_json().ok() == other.to_json().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_of_users_are_their_fields() {
        assert_eq!(crate::tabular::USER_COLUMNS, UserRecord::FIELDS);
    }

    #[test]
    fn a_user_is_named_by_e_mail_and_username() {
        let user = User {
            email: Some("Kim.Lee@example.com".into()),
            username: Some("klee".into()),
            ..User::default()
        };
        assert!(user.is_named("kim.lee@example.com") && user.is_named("klee"));
        assert!(!user.is_named("lee"));
    }

    #[test]
    fn an_account_keeps_its_identity_after_a_rename() {
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
