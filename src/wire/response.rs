//! The responses of the service: to actions, look-ups and listings, and its error bodies.

use super::group::Group;
use super::user::{User, UserSeed};
use crate::secret::mask;
use crate::wire::error_code;
use crate::wire::interner::StringInterner;
use crate::wire::lenient;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use std::sync::Arc;

/// The value of `result` for success.
pub(crate) const SUCCESS: &str = "success";
/// The value of `result` after the last page of a listing of groups (contract 2.6, 7.19).
pub(crate) const NOT_FOUND: &str = "Not found";

/// The response to an action request (contract 3.5).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ActionResponse {
    /// `success`, `partial` or `error`; a code when the whole request was refused.
    pub result: String,
    /// Commands completed; 0 in test mode.
    #[serde(default, deserialize_with = "lenient::count")]
    pub completed: usize,
    /// Commands that failed.
    #[serde(default, deserialize_with = "lenient::count")]
    pub not_completed: usize,
    /// Commands expected to succeed; 0 outside test mode.
    #[serde(default, deserialize_with = "lenient::count")]
    pub completed_in_test_mode: usize,
    /// The commands that failed.
    #[serde(default, deserialize_with = "lenient::list", skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<CommandError>,
    /// Warnings of the service.
    #[serde(default, deserialize_with = "lenient::list", skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<CommandWarning>,
    /// Why the whole request was refused.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// An entry of `errors`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CommandError {
    /// 0-based command of the request.
    #[serde(deserialize_with = "required_count")]
    pub index: usize,
    /// 0-based step of the command; the service sometimes sends it as a string (contract X11).
    #[serde(default, deserialize_with = "lenient::optional_count", skip_serializing_if = "Option::is_none")]
    pub step: Option<usize>,
    /// The service's code.
    #[serde(default, deserialize_with = "lenient::text")]
    pub error_code: String,
    /// The service's message.
    #[serde(default, deserialize_with = "lenient::text")]
    pub message: String,
    /// The command's own `requestID`.
    #[serde(
        default,
        deserialize_with = "lenient::optional_text",
        rename = "requestID",
        skip_serializing_if = "Option::is_none"
    )]
    pub request_id: Option<String>,
    /// The command's `user` or `usergroup`.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

/// An entry of `warnings`; never makes a command fail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CommandWarning {
    /// 0-based command of the request.
    #[serde(deserialize_with = "required_count")]
    pub index: usize,
    /// 0-based step of the command.
    #[serde(default, deserialize_with = "lenient::optional_count", skip_serializing_if = "Option::is_none")]
    pub step: Option<usize>,
    /// The service's code.
    #[serde(default, deserialize_with = "lenient::text")]
    pub warning_code: String,
    /// The service's message.
    #[serde(default, deserialize_with = "lenient::text")]
    pub message: String,
    /// The command's own `requestID`.
    #[serde(
        default,
        deserialize_with = "lenient::optional_text",
        rename = "requestID",
        skip_serializing_if = "Option::is_none"
    )]
    pub request_id: Option<String>,
    /// The command's `user` or `usergroup`.
    #[serde(default, deserialize_with = "lenient::optional_text", skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

/// The index of a command: without one, an error cannot be matched with its command.
fn required_count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    lenient::optional_count(deserializer)?.ok_or_else(|| D::Error::custom("`index` is not a number"))
}

/// The response to a look-up of one user (contract 2.4).
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub(crate) struct UserResponse {
    /// `success`.
    pub result: String,
    /// The user.
    pub user: User,
}

/// One page of a listing, of users or of groups (contract 2.5, 2.6).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ResponsePage<T> {
    /// `success`, or a code.
    pub result: String,
    /// Whether it is the last one; `None` when the service did not say.
    pub last_page: Option<bool>,
    /// The entries; `None` when the service sent no list, which is not the same as an empty one.
    pub entries: Option<Vec<Arc<T>>>,
    /// The message beside a code.
    pub message: Option<String>,
}

/// An entry of a listing, the key of its list in a page, and how to read it.
pub trait ListedEntry: Sized {
    /// The key of the list in a page.
    const KEY: &'static str;
    /// What an entry is called in messages.
    const NOUN: &'static str;
    /// A documented field whose value is not of the documented type.
    fn odd_field(&self) -> Option<&str>;
    /// Reads one entry.
    ///
    /// # Errors
    /// The value is not such an entry.
    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        interner: &mut StringInterner,
    ) -> Result<Arc<Self>, D::Error>;
}

impl ListedEntry for User {
    const KEY: &'static str = "users";
    const NOUN: &'static str = "user";
    fn odd_field(&self) -> Option<&str> {
        let extra = self.extra.as_deref()?;
        extra.keys().map(String::as_str).find(|name| super::user::FIELDS.contains(name))
    }
    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        interner: &mut StringInterner,
    ) -> Result<Arc<Self>, D::Error> {
        UserSeed(interner).deserialize(deserializer)
    }
}

impl ListedEntry for Group {
    const KEY: &'static str = "groups";
    const NOUN: &'static str = "group";
    fn odd_field(&self) -> Option<&str> {
        self.extra.keys().map(String::as_str).find(|name| super::group::FIELDS.contains(name))
    }
    fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        _: &mut StringInterner,
    ) -> Result<Arc<Self>, D::Error> {
        Self::deserialize(deserializer).map(Arc::new)
    }
}

/// Reads a page, sharing repeated strings with all pages read with the same `interner`.
///
/// # Errors
/// The body is not a JSON object of that form, or is cut short.
pub(crate) fn page<T: ListedEntry>(
    body: &[u8],
    interner: &mut StringInterner,
) -> Result<ResponsePage<T>, serde_json::Error> {
    // Validated once as a whole: string by string, it took a twentieth of the time that reading a page takes.
    let text = std::str::from_utf8(body).map_err(serde_json::Error::custom)?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let page = PageSeed::<T>(interner, std::marker::PhantomData).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(page)
}

struct PageSeed<'i, T>(&'i mut StringInterner, std::marker::PhantomData<T>);

impl<'de, T: ListedEntry> DeserializeSeed<'de> for PageSeed<'_, T> {
    type Value = ResponsePage<T>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: ListedEntry> Visitor<'de> for PageSeed<'_, T> {
    type Value = ResponsePage<T>;
    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a page of a listing")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut page = ResponsePage { result: String::new(), last_page: None, entries: None, message: None };
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            match &*key {
                "result" => page.result = lenient::text_of(&map.next_value()?).unwrap_or_default(),
                "lastPage" => page.last_page = lenient::flag_of(&map.next_value()?),
                "message" => page.message = lenient::text_of(&map.next_value()?),
                key if key == T::KEY => {
                    let list = PageEntries::<T>(self.0, std::marker::PhantomData);
                    page.entries = map.next_value_seed(list)?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(page)
    }
}

struct PageEntries<'i, T>(&'i mut StringInterner, std::marker::PhantomData<T>);

impl<'de, T: ListedEntry> DeserializeSeed<'de> for PageEntries<'_, T> {
    type Value = Option<Vec<Arc<T>>>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: ListedEntry> Visitor<'de> for PageEntries<'_, T> {
    type Value = Option<Vec<Arc<T>>>;
    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a list of {}", T::KEY)
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = list.next_element_seed(PageEntry::<T>(self.0, std::marker::PhantomData))? {
            entries.push(entry);
        }
        Ok(Some(entries))
    }
}

struct PageEntry<'i, T>(&'i mut StringInterner, std::marker::PhantomData<T>);

impl<'de, T: ListedEntry> DeserializeSeed<'de> for PageEntry<'_, T> {
    type Value = Arc<T>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        T::read(deserializer, self.0)
    }
}

/// What the body of a refusal says, in whichever of the service's styles (contract 4.1 and 1.2).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct RefusalBody {
    /// The service's code, when there is one.
    pub code: Option<String>,
    /// The service's message, or the start of a body that is not JSON.
    pub message: Option<String>,
}

/// Characters kept of a refusal that is not JSON.
const EXCERPT: usize = 200;

/// Reads the body of a refusal: `result`/`message`, `errorCode`/`errorMessage`, `error_code`/`message`,
/// `error`/`error_description`, HTML or nothing at all. It may repeat the request, so secrets are masked: after the JSON
/// was parsed, and before anything is cut.
pub(crate) fn refusal(body: &[u8]) -> RefusalBody {
    let Ok(Value::Object(object)) = serde_json::from_slice(body) else {
        return RefusalBody { code: None, message: excerpt(&mask(&String::from_utf8_lossy(body))) };
    };
    let first = |keys: [&str; 4]| {
        keys.iter().find_map(|key| match object.get(*key)? {
            Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    };
    let code = first(["errorCode", "error_code", "result", "error"]);
    let message = first(["message", "errorMessage", "error_description", "title"]);
    RefusalBody { code: code.map(masked_code), message: message.map(|text| mask(&text).into_owned()) }
}

/// A code that repeats a secret is masked; a documented one never is, since it says what to do.
fn masked_code(code: String) -> String {
    if error_code::find(&code).is_some() { code } else { mask(&code).into_owned() }
}

/// The readable beginning of a string: tags and repeated spaces left out.
fn excerpt(text: &str) -> Option<String> {
    let mut plain = String::new();
    let mut inside_tag = false;
    for character in text.chars() {
        match character {
            '<' => inside_tag = true,
            '>' if inside_tag => {
                inside_tag = false;
                plain.push(' ');
            }
            character if !inside_tag => plain.push(character),
            _ => {}
        }
    }
    let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut short: String = words.chars().filter(|character| !character.is_control()).take(EXCERPT).collect();
    if words.chars().count() > EXCERPT {
        short.push('…');
    }
    (!short.is_empty()).then_some(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_of_refusal_is_read() {
        let cases = [
            (
                r#"{"result":"error.user.not_found","message":"User not found a"}"#,
                Some("error.user.not_found"),
                Some("User not found a"),
            ),
            (
                r#"{"errorMessage":"GROUP_NOT_FOUND","errorCode":"GROUP_NOT_FOUND"}"#,
                Some("GROUP_NOT_FOUND"),
                Some("GROUP_NOT_FOUND"),
            ),
            (
                r#"{"error_code":"429050","message":"Too many requests"}"#,
                Some("429050"),
                Some("Too many requests"),
            ),
            (
                r#"{"error":"invalid_client","error_description":"bad secret"}"#,
                Some("invalid_client"),
                Some("bad secret"),
            ),
            (r#"{"error_code":403003}"#, Some("403003"), None),
            ("", None, None),
            ("<html><body><h1>502 Bad Gateway</h1></body></html>", None, Some("502 Bad Gateway")),
        ];
        for (body, code, message) in cases {
            let refusal = refusal(body.as_bytes());
            assert_eq!((refusal.code.as_deref(), refusal.message.as_deref()), (code, message), "{body}");
        }
    }

    #[test]
    fn a_page_shows_a_missing_list_from_an_empty_one() {
        let mut interner = StringInterner::default();
        let ended: ResponsePage<Group> =
            page(br#"{"lastPage":true,"result":"Not found"}"#, &mut interner).expect("reads");
        assert_eq!((ended.entries, ended.last_page), (None, Some(true)));
        let empty: ResponsePage<User> =
            page(br#"{"result":"success","users":[]}"#, &mut interner).expect("reads");
        assert_eq!((empty.entries.map(|list| list.len()), empty.last_page), (Some(0), None));
    }

    #[test]
    fn a_page_cut_short_is_an_error() {
        let whole = br#"{"lastPage":true,"result":"success","users":[{"email":"a@example.com"}]}"#;
        for length in 0..whole.len() {
            assert!(page::<User>(&whole[..length], &mut StringInterner::default()).is_err(), "{length}");
        }
        assert!(page::<User>(whole, &mut StringInterner::default()).is_ok());
    }

    #[test]
    fn a_page_that_is_no_utf_8_is_an_error() {
        let body =
            b"{\"lastPage\":true,\"result\":\"success\",\"users\":[{\"email\":\"a\xff@example.com\"}]}";
        let error = page::<User>(body, &mut StringInterner::default()).expect_err("no UTF-8");
        assert!(error.to_string().contains("utf-8"), "{error}");
    }

    #[test]
    fn a_step_may_be_a_number_or_text() {
        let answer: ActionResponse = serde_json::from_str(
            r#"{"result":"partial","completed":1,"notCompleted":2,"errors":[
                {"index":1,"step":"2","errorCode":"error.group.not_found","message":"m","user":"a"},
                {"index":2,"step":0,"errorCode":"error.user.nonexistent","requestID":"r"}]}"#,
        )
        .expect("reads");
        assert_eq!(answer.errors.iter().map(|error| error.step).collect::<Vec<_>>(), [Some(2), Some(0)]);
    }
}
