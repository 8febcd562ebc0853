//! The secrets of this process. Whoever makes a [`super::Secret`] registers it, and every exit masks all of them: which
//! part of the program learned a secret says nothing about where it may be repeated.

use super::masker::{SHORTEST_MASKED, SecretMasker};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};

/// The shortest line that is masked by itself where a secret has several, as a private key has.
const SHORTEST_LINE: usize = 16;

static REGISTRY: RwLock<SecretRegistry> =
    RwLock::new(SecretRegistry { values: BTreeSet::new(), masker: None });

/// The values, and what finds them.
struct SecretRegistry {
    values: BTreeSet<String>,
    masker: Option<Arc<SecretMasker>>,
}

/// Masks a value from now on, unless it is too short.
pub(super) fn register(secret: &str) {
    let values: Vec<_> = values(secret).collect();
    let read = REGISTRY.read().unwrap_or_else(PoisonError::into_inner);
    if values.iter().all(|value| read.values.contains(*value)) {
        return;
    }
    drop(read);
    let mut registry = REGISTRY.write().unwrap_or_else(PoisonError::into_inner);
    registry.values.extend(values.into_iter().map(str::to_owned));
    // Fails only above the limits of the automaton, gigabytes of secrets; the values before are still masked then.
    if let Ok(masker) = SecretMasker::new(&registry.values) {
        registry.masker = Some(Arc::new(masker));
    }
}

/// What to look for: the whole secret, and the lines of one with several.
fn values(secret: &str) -> impl Iterator<Item = &str> {
    let whole = secret.trim();
    let lines = whole.lines().filter(move |_| whole.contains('\n')).map(str::trim);
    let lines = lines.filter(|line| line.len() >= SHORTEST_LINE && !line.starts_with("-----"));
    std::iter::once(whole).filter(|whole| is_masked(whole)).chain(lines)
}

/// Whether a secret is long enough to be masked.
pub fn is_masked(secret: &str) -> bool {
    secret.trim().chars().count() >= SHORTEST_MASKED
}

fn masker() -> Option<Arc<SecretMasker>> {
    REGISTRY.read().unwrap_or_else(PoisonError::into_inner).masker.clone()
}

/// Whether a string contains a registered secret, in any spelling.
pub fn holds_secret(text: &str) -> bool {
    masker().is_some_and(|masker| masker.finds(text))
}

/// The text with registered secrets masked, in any spelling.
pub fn mask(text: &str) -> Cow<'_, str> {
    match masker() {
        Some(masker) => match masker.masked(text) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            Cow::Owned(text) => Cow::Owned(text),
        },
        None => Cow::Borrowed(text),
    }
}

/// The value with secrets masked in all its strings and keys.
pub fn mask_json(value: &Value) -> Cow<'_, Value> {
    match masker() {
        Some(masker) if holds(value, &masker) => Cow::Owned(masked(value, &masker)),
        _ => Cow::Borrowed(value),
    }
}

fn holds(value: &Value, masker: &SecretMasker) -> bool {
    match value {
        Value::String(text) => masker.finds(text),
        Value::Array(list) => list.iter().any(|entry| holds(entry, masker)),
        Value::Object(fields) => fields.iter().any(|(key, field)| masker.finds(key) || holds(field, masker)),
        Value::Number(number) => masker.finds(&number.to_string()),
        Value::Null | Value::Bool(_) => false,
    }
}

fn masked(value: &Value, masker: &SecretMasker) -> Value {
    match value {
        Value::String(text) => Value::String(masker.masked(text).into_owned()),
        Value::Array(list) => list.iter().map(|entry| masked(entry, masker)).collect(),
        Value::Object(fields) => {
            let field =
                |(key, field): (&String, &Value)| (masker.masked(key).into_owned(), masked(field, masker));
            Value::Object(fields.iter().map(field).collect())
        }
        Value::Number(number) if masker.finds(&number.to_string()) => {
            Value::String(masker.masked(&number.to_string()).into_owned())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{MASK, Secret};
    use super::*;
    use serde_json::json;

    #[test]
    fn every_secret_is_masked_as_soon_as_it_exists() {
        let text = "the value registry-test-0815 is repeated";
        assert_eq!(mask(text), text);
        drop(Secret::from(" registry-test-0815\n"));
        assert_eq!(mask(text), format!("the value {MASK} is repeated"));
        assert_eq!(
            *mask_json(&json!({"a": ["registry-test-0815"], "registry-test-0815": 1})),
            json!({"a": [MASK], MASK: 1})
        );
    }

    #[test]
    fn a_short_value_is_not_masked() {
        drop(Secret::from("notlong"));
        assert_eq!(mask("notlong enough"), "notlong enough");
        assert!(!is_masked(" notlong ") && is_masked("longer-now"));
    }

    #[test]
    fn each_line_of_a_private_key_is_masked() {
        let lines = ["MIIEvQIBADANBgkqhkiG9w0BAQ", "EFAASCBKcwggSjAgEAAoIBAQDR"];
        drop(Secret::from(format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            lines.join("\n")
        )));
        for line in lines {
            assert_eq!(mask(&format!("at {line}.")), format!("at {MASK}."));
        }
        assert_eq!(mask("-----BEGIN PRIVATE KEY-----"), "-----BEGIN PRIVATE KEY-----");
    }
}
