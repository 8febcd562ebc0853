//! The secrets of this process. Whoever makes a [`super::Secret`] registers it, and every exit masks all of them: which
//! part of the program learned a secret says nothing about where it may be repeated.

use super::masker::{SHORTEST_MASKED, SecretMasker};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};

/// The shortest line that is masked by itself where a secret has several, as a private key has.
const SHORTEST_LINE: usize = 16;

/// The values that one masker finds. A masker is built anew for every new value, so its size must not grow with all
/// tokens that a process has ever had.
const GROUP: usize = 64;

static REGISTRY: RwLock<SecretRegistry> = RwLock::new(SecretRegistry {
    values: BTreeSet::new(),
    newest: BTreeSet::new(),
    full: Vec::new(),
    maskers: None,
});

/// The values, and what finds them.
struct SecretRegistry {
    values: BTreeSet<String>,
    /// Those that no masker in `full` finds.
    newest: BTreeSet<String>,
    full: Vec<Arc<SecretMasker>>,
    /// What finds all of them; `None` until it is needed after a new value.
    maskers: Option<Maskers>,
}

/// What finds all values. Clones share it.
#[derive(Clone)]
struct Maskers(Arc<[Arc<SecretMasker>]>);

impl SecretRegistry {
    fn add(&mut self, values: &[&str]) {
        for value in values.iter().filter(|value| !self.values.contains(**value)) {
            self.newest.insert((*value).to_owned());
        }
        self.values.extend(values.iter().map(|value| (*value).to_owned()));
        self.maskers = None;
    }

    fn build(&mut self) -> Maskers {
        if let Some(maskers) = &self.maskers {
            return maskers.clone(); // another thread was faster
        }
        let mut all = self.full.clone();
        let newest = Some(&self.newest).filter(|newest| !newest.is_empty()).map(SecretMasker::new);
        // Fails only above the limits of the automaton, gigabytes of secrets; the values before are still masked then.
        if let Some(Ok(newest)) = newest {
            let newest = Arc::new(newest);
            if self.newest.len() >= GROUP {
                self.full.push(Arc::clone(&newest));
                self.newest.clear();
            }
            all.push(newest);
        }
        let maskers = Maskers(all.into());
        self.maskers = Some(maskers.clone());
        maskers
    }
}

impl Maskers {
    fn finds(&self, text: &str) -> bool {
        self.0.iter().any(|masker| masker.finds(text))
    }

    fn masked<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.0.iter().fold(Cow::Borrowed(text), |text, masker| match masker.masked(&text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(masked) => Cow::Owned(masked),
        })
    }
}

/// Masks a value from now on, unless it is too short.
pub(super) fn register(secret: &str) {
    let values: Vec<_> = values(secret).collect();
    let read = REGISTRY.read().unwrap_or_else(PoisonError::into_inner);
    if values.iter().all(|value| read.values.contains(*value)) {
        return;
    }
    drop(read);
    REGISTRY.write().unwrap_or_else(PoisonError::into_inner).add(&values);
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

fn maskers() -> Maskers {
    let read = REGISTRY.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(maskers) = &read.maskers {
        return maskers.clone();
    }
    drop(read);
    REGISTRY.write().unwrap_or_else(PoisonError::into_inner).build()
}

/// Whether a string contains a registered secret, in any spelling.
pub fn holds_secret(text: &str) -> bool {
    maskers().finds(text)
}

/// The text with registered secrets masked, in any spelling.
pub fn mask(text: &str) -> Cow<'_, str> {
    maskers().masked(text)
}

/// The value with secrets masked in all its strings and keys.
pub fn mask_json(value: &Value) -> Cow<'_, Value> {
    let maskers = maskers();
    if holds(value, &maskers) { Cow::Owned(masked(value, &maskers)) } else { Cow::Borrowed(value) }
}

fn holds(value: &Value, masker: &Maskers) -> bool {
    match value {
        Value::String(text) => masker.finds(text),
        Value::Array(list) => list.iter().any(|entry| holds(entry, masker)),
        Value::Object(fields) => fields.iter().any(|(key, field)| masker.finds(key) || holds(field, masker)),
        Value::Number(number) => masker.finds(&number.to_string()),
        Value::Null | Value::Bool(_) => false,
    }
}

fn masked(value: &Value, masker: &Maskers) -> Value {
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

    #[test]
    fn more_secrets_than_one_masker_finds_are_all_masked() {
        let secrets: Vec<_> = (0..3 * GROUP).map(|number| format!("token-of-many-{number:04}")).collect();
        for secret in &secrets {
            drop(Secret::from(secret.clone()));
            assert_eq!(mask(&format!("<{secret}>")), format!("<{MASK}>"));
        }
        for secret in &secrets {
            assert_eq!(mask(&format!("<{secret}>")), format!("<{MASK}>"));
        }
        let full = REGISTRY.read().unwrap_or_else(PoisonError::into_inner).full.len();
        assert!(full >= 2, "{full}");
    }
}
