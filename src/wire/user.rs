//! A user as the service describes one (contract 2.4).

use super::bounded_value::{self, UnknownField};
use super::identity::{Identity, IdentityType, fold, fold_name, folds_to};
use crate::wire::interner::StringInterner;
use crate::wire::shared_names::SharedNames;
use arcstr::ArcStr;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};
use std::fmt;
use std::sync::Arc;

/// The documented fields, by the service's own names and in its order (userSchemaDescription.md).
pub const FIELDS: &[&str] =
    &["email", "status", "groups", "username", "domain", "firstname", "lastname", "country", "type", "id"];

/// The documented values of `type`.
pub const TYPES: &[&str] = &["adobeID", "enterpriseID", "federatedID", "unknown"];

/// The documented values of `status`.
pub const STATUSES: &[&str] = &["active", "disabled", "locked", "removed"];

/// One user. A field the service left out is `None`; fields it adds later are kept in `extra`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct User {
    /// E-mail address.
    pub email: Option<ArcStr>,
    /// `active`, `disabled`, `locked` or `removed`.
    pub status: Option<ArcStr>,
    /// User groups, profiles and admin groups by name; left out by the service for a member of nothing.
    pub groups: Option<SharedNames>,
    /// Login name of a federated user; the e-mail otherwise.
    pub username: Option<ArcStr>,
    /// Domain of the directory.
    pub domain: Option<ArcStr>,
    /// First name.
    pub firstname: Option<ArcStr>,
    /// Last name.
    pub lastname: Option<ArcStr>,
    /// ISO 3166 code.
    pub country: Option<ArcStr>,
    /// `adobeID`, `enterpriseID`, `federatedID` or `unknown`; the service's field is `type`.
    pub kind: Option<ArcStr>,
    /// The service's own id.
    pub id: Option<ArcStr>,
    /// Whatever else the service sent.
    pub extra: Option<Box<Map<String, Value>>>,
}

/// Reads a string of a user.
pub type UserTextReader = fn(&User) -> Option<&ArcStr>;

impl User {
    /// The value of a documented field other than `groups`.
    pub fn text(&self, field: &str) -> Option<&ArcStr> {
        Self::reader(field).and_then(|read| read(self))
    }

    /// What reads a documented field other than `groups`, for many users.
    pub fn reader(field: &str) -> Option<UserTextReader> {
        Some(match field {
            "email" => |user| user.email.as_ref(),
            "status" => |user| user.status.as_ref(),
            "username" => |user| user.username.as_ref(),
            "domain" => |user| user.domain.as_ref(),
            "firstname" => |user| user.firstname.as_ref(),
            "lastname" => |user| user.lastname.as_ref(),
            "country" => |user| user.country.as_ref(),
            "type" => |user| user.kind.as_ref(),
            "id" => |user| user.id.as_ref(),
            _ => return None,
        })
    }

    /// The groups, none when the service left them out.
    pub fn groups(&self) -> &[ArcStr] {
        self.groups.as_deref().unwrap_or_default()
    }

    /// Whether `name` is among the groups, ignoring case (contract 7.4).
    pub fn is_in(&self, name: &str) -> bool {
        let name = fold_name(name);
        self.groups().iter().any(|group| folds_to(group, &name))
    }

    /// The e-mail, or the username of someone without one: how the user is shown in messages.
    pub fn label(&self) -> &str {
        self.email.as_deref().or(self.username.as_deref()).unwrap_or("(user without e-mail)")
    }
}

impl Identity {
    /// The person a record describes.
    pub fn of(user: &User) -> Self {
        let kind = user.kind.as_deref().and_then(IdentityType::parse);
        let username = fold(user.username.as_deref().unwrap_or_default());
        let email = fold(user.email.as_deref().unwrap_or_default());
        let plain = !username.contains('@');
        let domain = if plain { fold(user.domain.as_deref().unwrap_or_default()) } else { String::new() };
        Self { adobe_id: kind.map(|kind| kind == IdentityType::AdobeId), email, username, domain }
    }
}

impl Serialize for User {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for field in FIELDS {
            if *field == "groups" {
                if let Some(groups) = &self.groups {
                    map.serialize_entry(field, groups)?;
                }
            } else if let Some(text) = self.text(field) {
                map.serialize_entry(field, text)?;
            }
        }
        for (key, value) in self.extra.iter().flat_map(|extra| extra.iter()) {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// Reads one user, sharing strings that repeat.
pub struct UserSeed<'i>(pub &'i mut StringInterner);

impl<'de> DeserializeSeed<'de> for UserSeed<'_> {
    type Value = Arc<User>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for UserSeed<'_> {
    type Value = Arc<User>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a user object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut user = User::default();
        while let Some(field) = map.next_key_seed(FieldSeed)? {
            match field {
                UserField::Text(field) => {
                    let text = match field {
                        TextField::Email => UserText::Own(user.username.as_ref()),
                        TextField::Username => UserText::Own(user.email.as_ref()),
                        TextField::Id => UserText::Own(None),
                        _ => UserText::Shared(self.0),
                    };
                    match map.next_value_seed(text)? {
                        Ok(text) => *user.text_field(field) = text,
                        Err(odd) => user.keep(field.name(), *odd),
                    }
                }
                UserField::Groups => match map.next_value_seed(GroupNames(self.0))? {
                    Ok(names) => user.groups = names,
                    Err(odd) => user.keep("groups", *odd),
                },
                UserField::Added(name) => user.keep(&name, map.next_value_seed(UnknownField)?),
            }
        }
        if user.email.is_none() && user.username.is_none() && user.id.is_none() {
            return Err(A::Error::custom("a user without `email`, `username` and `id`"));
        }
        Ok(Arc::new(user))
    }
}

/// A field of a user; a documented name is not copied.
enum UserField {
    Text(TextField),
    Groups,
    Added(String),
}

/// A documented field with a string.
#[derive(Clone, Copy)]
enum TextField {
    Email,
    Status,
    Username,
    Domain,
    Firstname,
    Lastname,
    Country,
    Kind,
    Id,
}

impl TextField {
    fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Status => "status",
            Self::Username => "username",
            Self::Domain => "domain",
            Self::Firstname => "firstname",
            Self::Lastname => "lastname",
            Self::Country => "country",
            Self::Kind => "type",
            Self::Id => "id",
        }
    }
}

impl User {
    fn text_field(&mut self, field: TextField) -> &mut Option<ArcStr> {
        match field {
            TextField::Email => &mut self.email,
            TextField::Status => &mut self.status,
            TextField::Username => &mut self.username,
            TextField::Domain => &mut self.domain,
            TextField::Firstname => &mut self.firstname,
            TextField::Lastname => &mut self.lastname,
            TextField::Country => &mut self.country,
            TextField::Kind => &mut self.kind,
            TextField::Id => &mut self.id,
        }
    }

    /// Keeps an undocumented field, or the value of a documented field that is not of the documented type.
    fn keep(&mut self, name: &str, value: Value) {
        self.extra.get_or_insert_default().insert(name.to_owned(), value);
    }
}

struct FieldSeed;

impl<'de> DeserializeSeed<'de> for FieldSeed {
    type Value = UserField;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<UserField, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for FieldSeed {
    type Value = UserField;
    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a field")
    }
    fn visit_str<E>(self, name: &str) -> Result<UserField, E> {
        Ok(match name {
            "email" => UserField::Text(TextField::Email),
            "status" => UserField::Text(TextField::Status),
            "groups" => UserField::Groups,
            "username" => UserField::Text(TextField::Username),
            "domain" => UserField::Text(TextField::Domain),
            "firstname" => UserField::Text(TextField::Firstname),
            "lastname" => UserField::Text(TextField::Lastname),
            "country" => UserField::Text(TextField::Country),
            "type" => UserField::Text(TextField::Kind),
            "id" => UserField::Text(TextField::Id),
            name => UserField::Added(name.to_owned()),
        })
    }
}

/// A string or null, and how it is kept.
enum UserText<'i> {
    /// One copy for all users.
    Shared(&'i mut StringInterner),
    /// The user's own, and perhaps the same as one that the user has already: most usernames are the e-mail.
    Own(Option<&'i ArcStr>),
}

/// A value of the documented type; of another type, the value itself.
type Lenient<T> = Result<Option<T>, Box<Value>>;

impl UserText<'_> {
    fn keep(self, text: &str) -> ArcStr {
        match self {
            Self::Shared(interner) => interner.share(text),
            Self::Own(Some(other)) if **other == *text => ArcStr::clone(other),
            Self::Own(_) => ArcStr::from(text),
        }
    }
}

impl<'de> DeserializeSeed<'de> for UserText<'_> {
    type Value = Lenient<ArcStr>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for UserText<'_> {
    type Value = Lenient<ArcStr>;
    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string or null")
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Ok(None))
    }
    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Ok(Some(self.keep(text))))
    }
    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Ok(Some(self.keep(&number.to_string()))))
    }
    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Ok(Some(self.keep(&number.to_string()))))
    }
    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Ok(Some(self.keep(&number.to_string()))))
    }
    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Err(Box::new(Value::Bool(flag))))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        bounded_value::read(SeqAccessDeserializer::new(list)).map(|odd| Err(Box::new(odd)))
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        bounded_value::read(MapAccessDeserializer::new(map)).map(|odd| Err(Box::new(odd)))
    }
}

struct GroupNames<'i>(&'i mut StringInterner);

impl<'de> DeserializeSeed<'de> for GroupNames<'_> {
    type Value = Lenient<SharedNames>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for GroupNames<'_> {
    type Value = Lenient<SharedNames>;
    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of group names or null")
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Ok(None))
    }
    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Err(Box::new(Value::Bool(flag))))
    }
    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Err(Box::new(Value::from(number))))
    }
    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Err(Box::new(Value::from(number))))
    }
    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Err(Box::new(Value::from(number))))
    }
    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Err(Box::new(Value::from(text))))
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        bounded_value::read(MapAccessDeserializer::new(map)).map(|odd| Err(Box::new(odd)))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Self::Value, A::Error> {
        let mut list = self.0.take_name_buffer();
        list.clear();
        while let Some(name) = names.next_element_seed(UserText::Shared(self.0))? {
            match name {
                Ok(name) => list.extend(name),
                // Its JSON, so that a user never looks like a member of less than the service sent.
                Err(odd) => list.push(self.0.share(&odd.to_string())),
            }
        }
        Ok(Ok(Some(self.0.share_list(list))))
    }
}

impl<'de> serde::Deserialize<'de> for User {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let user = UserSeed(&mut StringInterner::default()).deserialize(deserializer)?;
        Ok(Arc::unwrap_or_clone(user))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_user_is_read_and_written_with_nothing_lost() {
        let sent = json!({"email": "a@example.com", "status": "active", "groups": ["X", "Y"], "type": "adobeID",
            "id": "1", "businessAccount": true});
        let user: User = serde_json::from_value(sent.clone()).expect("reads");
        assert_eq!(user.groups().len(), 2);
        assert_eq!(serde_json::to_value(&user).expect("writes"), sent);
    }

    #[test]
    fn escaped_text_and_null_are_read() {
        let user: User = serde_json::from_str(r#"{"email":"caf\u00e9@x.y","firstname":null,"groups":null}"#)
            .expect("reads");
        assert_eq!((user.email.as_deref(), user.firstname, user.groups), (Some("café@x.y"), None, None));
    }

    #[test]
    fn a_username_that_is_the_e_mail_is_kept_once() {
        let read = |body: &str| serde_json::from_str::<User>(body).expect("reads");
        for body in [r#"{"email":"a@b.c","username":"a@b.c"}"#, r#"{"username":"a@b.c","email":"a@b.c"}"#] {
            let User { email: Some(email), username: Some(username), .. } = read(body) else {
                panic!("{body}")
            };
            assert!(ArcStr::ptr_eq(&email, &username), "{body}");
        }
        assert_eq!(read(r#"{"email":"A@b.c","username":"a@b.c"}"#).username.as_deref(), Some("a@b.c"));
    }

    #[test]
    fn a_user_is_as_small_as_its_documented_fields_let_it_be() {
        assert_eq!(size_of::<User>(), (FIELDS.len() + 1) * size_of::<usize>());
    }

    #[test]
    fn a_field_of_another_type_costs_no_user_and_is_kept() {
        let odd = [
            json!(7),
            json!(1.5),
            json!(true),
            json!(null),
            json!([1]),
            json!({"value": "x"}),
            json!("text"),
        ];
        for field in FIELDS {
            for value in &odd {
                let mut sent = json!({"email": "a@example.com", "username": "jdoe", "id": "1"});
                sent[field] = value.clone();
                let user: User = serde_json::from_value(sent.clone()).expect("reads");
                let written = serde_json::to_value(&user).expect("writes");
                match value {
                    Value::Null => assert_eq!(written.get(field), None, "{sent}"),
                    Value::Number(number) if *field != "groups" => {
                        assert_eq!(written[field], number.to_string());
                    }
                    Value::Array(_) if *field == "groups" => assert_eq!(written[field], json!(["1"])),
                    _ => assert_eq!(written[field], *value, "{sent}"),
                }
            }
        }
    }

    #[test]
    fn something_that_is_no_user_is_refused() {
        for body in ["{}", "[]", "7", r#"{"email":null}"#] {
            assert!(serde_json::from_str::<User>(body).is_err(), "{body}");
        }
    }
}
