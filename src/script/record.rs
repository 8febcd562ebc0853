//! Users and groups as scripts see them: typed records that read like maps.

use super::convert::dynamic_of;
use super::error::thrown;
use crate::error::{Error, Result};
use crate::nearest::nearest;
use crate::wire::group::{self, Group};
use crate::wire::user::{self, User};
use rhai::{Dynamic, Engine, ImmutableString, Map, Position};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

/// The result of a function that Rhai calls; the alias keeps definition files readable.
pub type RhaiResultOf<T> = std::result::Result<T, Box<rhai::EvalAltResult>>;

/// A user in a script.
#[derive(Debug, Clone)]
pub struct UserRecord {
    /// The user.
    pub user: Arc<User>,
    /// Whether the listing was asked to leave `groups` out, so that an absent list says nothing.
    pub groups_left_out: bool,
}

/// A group, profile or admin group in a script.
#[derive(Debug, Clone)]
pub struct GroupRecord(pub Arc<Group>);

/// What reads like a map.
pub trait Record: Clone + Sized + 'static {
    /// The name scripts see as `type_of`.
    const NAME: &'static str;
    /// The documented fields.
    const FIELDS: &'static [&'static str];
    /// Properties that are worked out rather than sent.
    const DERIVED: &'static [&'static str];

    /// The value of a documented or derived field; `()` when the service left it out. `None` for any other name.
    ///
    /// # Errors
    /// `usage`: the field was not asked for.
    fn field(&self, name: &str) -> Result<Option<Dynamic>>;

    /// What the service sent beyond the documented fields.
    fn added(&self) -> impl Iterator<Item = (&String, &Value)>;

    /// The whole record as the service sent it.
    ///
    /// # Errors
    /// None in practice: records are data.
    fn to_json(&self) -> Result<Value>;

    /// How it is shown in a sentence.
    fn label(&self) -> &str;

    /// The value of a field.
    ///
    /// # Errors
    /// `usage`: no such field; names the nearest.
    fn read(&self, name: &str) -> Result<Dynamic> {
        if let Some(value) = self.field(name)? {
            return Ok(value);
        }
        let known = Self::FIELDS.iter().chain(Self::DERIVED).copied();
        let message = format!("a {} has no field `{name}`", Self::NAME);
        Err(match (nearest(name, known), self.added().find(|(key, _)| *key == name)) {
            (_, Some(_)) => Error::usage_with_hint(
                message,
                format!("The service sent it all the same: .get(\"{name}\")."),
            ),
            (Some(near), None) => Error::usage_with_hint(message, format!("Did you mean `{near}`?")),
            (None, None) => Error::usage_with_hint(message, format!("It has {}.", Self::FIELDS.join(", "))),
        })
    }

    /// The value of a field, or of one the service added; `()` when there is neither.
    fn get(&self, name: &str) -> Dynamic {
        let added = || self.added().find(|(key, _)| *key == name).map(|(_, value)| dynamic_of(value));
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
    /// A user of a listing that did not leave groups out.
    pub fn new(user: Arc<User>) -> Self {
        Self { user, groups_left_out: false }
    }

    fn groups(&self) -> Result<Dynamic> {
        if self.groups_left_out {
            let hint = "Leave `exclude_groups` out where groups are needed.";
            return Err(Error::usage_with_hint("`groups` was left out by `exclude_groups`", hint));
        }
        let names = self.user.groups().iter().map(|name| Dynamic::from(ImmutableString::from(&**name)));
        Ok(Dynamic::from_array(names.collect()))
    }
}

impl Record for UserRecord {
    const NAME: &'static str = "User";
    const FIELDS: &'static [&'static str] = user::FIELDS;
    const DERIVED: &'static [&'static str] = &[];

    fn field(&self, name: &str) -> Result<Option<Dynamic>> {
        if name == "groups" {
            return self.groups().map(Some);
        }
        let known = Self::FIELDS.contains(&name);
        Ok(known.then(|| optional(self.user.text(name))))
    }

    fn added(&self) -> impl Iterator<Item = (&String, &Value)> {
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

    fn field(&self, name: &str) -> Result<Option<Dynamic>> {
        let group = &self.0;
        let number = |number: Option<i64>| number.map_or(Dynamic::UNIT, Dynamic::from_int);
        Ok(Some(match name {
            "groupId" => number(group.group_id),
            "groupName" => ImmutableString::from(&*group.group_name).into(),
            "type" => optional(group.kind.as_ref()),
            "memberCount" => number(group.member_count),
            "adminGroupName" => optional(group.admin_group_name.as_ref()),
            "userGroupName" => optional(group.user_group_name.as_ref()),
            "productProfileName" => optional(group.product_profile_name.as_ref()),
            "productName" => optional(group.product_name.as_ref()),
            "licenseQuota" => optional(group.license_quota.as_ref()),
            "contractName" => optional(group.contract_name.as_ref()),
            "quota" => number(group.quota()),
            "free" => number(group.free()),
            _ => return Ok(None),
        }))
    }

    fn added(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.extra.iter()
    }

    fn to_json(&self) -> Result<Value> {
        json(&*self.0)
    }

    fn label(&self) -> &str {
        &self.0.group_name
    }
}

fn optional(text: Option<&Arc<str>>) -> Dynamic {
    text.map_or(Dynamic::UNIT, |text| ImmutableString::from(&**text).into())
}

fn json(record: &impl Serialize) -> Result<Value> {
    serde_json::to_value(record).map_err(|error| Error::usage(format!("the record is no data: {error}")))
}

/// Makes both kinds of record known to an engine.
pub fn register(engine: &mut Engine) {
    register_record::<UserRecord>(engine);
    register_record::<GroupRecord>(engine);
    engine.register_fn("in_group", |user: &mut UserRecord, name: &str| user.user.is_in(name));
}

fn register_record<R: Record>(engine: &mut Engine) {
    engine.register_type_with_name::<R>(R::NAME);
    for name in R::FIELDS.iter().chain(R::DERIVED) {
        engine.register_get(*name, move |record: &mut R| positionless(record.read(name)));
    }
    engine.register_indexer_get(|record: &mut R, name: &str| positionless(record.read(name)));
    engine.register_fn("get", |record: &mut R, name: &str| record.get(name));
    engine.register_fn("contains", |record: &mut R, name: &str| record.contains(name));
    engine.register_fn("keys", |record: &mut R| -> rhai::Array {
        record.to_map().into_keys().map(Dynamic::from).collect()
    });
    engine.register_fn("to_map", |record: &mut R| record.to_map());
    engine.register_fn("to_string", |record: &mut R| shown(record));
    engine.register_fn("to_debug", |record: &mut R| shown(record));
    engine.register_fn("==", |one: &mut R, other: R| same(one, &other));
    engine.register_fn("!=", |one: &mut R, other: R| !same(one, &other));
}

/// The error of a getter, which knows no position; Rhai fills it in.
///
/// # Errors
/// The thrown map, without a line.
pub fn positionless<T>(result: Result<T>) -> RhaiResultOf<T> {
    result.map_err(|error| thrown(&error, Position::NONE))
}

fn shown(record: &impl Record) -> String {
    record.to_json().map(|record| record.to_string()).unwrap_or_default()
}

fn same(one: &impl Record, other: &impl Record) -> bool {
    one.to_json().ok() == other.to_json().ok()
}
