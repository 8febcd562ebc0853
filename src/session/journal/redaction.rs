//! Secret arguments in a journal: hidden when it is written, restored when the run is resumed. All other secrets of the
//! process are masked permanently.

use crate::secret::{mask, mask_json};
use crate::store::journal::record::{JournalRecord, Written};
use serde_json::Value;
use std::borrow::Cow;

/// A shorter secret hides only strings that are equal to it; within words it would hit by chance.
const MIN_LENGTH: usize = 4;

/// Hides the secret arguments of a run.
#[derive(Debug, Clone, Default)]
pub struct Redactor(Vec<String>);

impl Redactor {
    /// Hides these secrets, each under its number.
    pub fn new(secrets: &[String]) -> Self {
        Self(secrets.to_vec())
    }

    /// Hides secrets in everything that the script or the service wrote.
    pub(crate) fn redact(&self, record: &mut JournalRecord) {
        self.change(record, &|text| self.redacted(text));
        record.visit_written(|written| match written {
            Written::Text(text) => *text = mask(text).into_owned(),
            Written::Json(value) => {
                if let Cow::Owned(masked) = mask_json(value) {
                    *value = masked;
                }
            }
        });
    }

    /// Whether there is nothing to hide or to restore.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Restores the secrets.
    pub(crate) fn restore(&self, record: &mut JournalRecord) {
        self.change(record, &|text| self.restored(text));
    }

    fn change(&self, record: &mut JournalRecord, change: &impl Fn(&str) -> String) {
        if !self.0.is_empty() {
            record.visit_written(|written| match written {
                Written::Text(text) => *text = change(text),
                Written::Json(value) => change_strings(value, change),
            });
        }
    }

    /// A string with secrets hidden.
    pub fn redacted(&self, text: &str) -> String {
        let text = self.0.iter().enumerate().fold(text.to_owned(), |text, (number, secret)| {
            if text == *secret && !text.is_empty() {
                placeholder(number)
            } else if secret.chars().count() >= MIN_LENGTH {
                text.replace(secret, &placeholder(number))
            } else {
                text
            }
        });
        mask(&text).into_owned()
    }

    /// A string with secrets restored.
    pub fn restored(&self, text: &str) -> String {
        let restore =
            |text: String, (number, secret): (usize, &String)| text.replace(&placeholder(number), secret);
        self.0.iter().enumerate().fold(text.to_owned(), restore)
    }
}

fn placeholder(number: usize) -> String {
    format!("(secret argument {})", number + 1)
}

fn change_strings(value: &mut Value, change: &impl Fn(&str) -> String) {
    match value {
        Value::String(text) => *text = change(text),
        Value::Array(list) => list.iter_mut().for_each(|entry| change_strings(entry, change)),
        Value::Object(fields) => fields.values_mut().for_each(|entry| change_strings(entry, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::journal::record::{AnswerRecord, SettledRecord};
    use crate::wire::outcome::{CommandOutcome, Status};
    use serde_json::json;

    fn settled(body: Value) -> JournalRecord {
        let fate = CommandOutcome {
            code: Some("s3cret".into()),
            ..CommandOutcome::with_message(Status::Failed, "no group s3cret")
        };
        let answer = AnswerRecord { status: 200, headers: vec![("x-group".into(), "s3cret".into())], body };
        JournalRecord::Settled(SettledRecord { number: 1, fates: vec![fate], answer: Some(answer) })
    }

    #[test]
    fn hidden_secrets_are_restored_and_short_ones_hide_whole_strings_only() {
        let redactor = Redactor::new(&["s3cret".to_owned(), "an".to_owned()]);
        let open = json!({"user": "ann@example.com", "do": [{"update": {"lastname": "x-s3cret-y", "firstname": "an"}}]});
        let mut record = settled(open.clone());
        redactor.redact(&mut record);
        let JournalRecord::Settled(SettledRecord { answer: Some(answer), .. }) = &record else {
            unreachable!()
        };
        assert_eq!(answer.body["do"][0]["update"]["lastname"], "x-(secret argument 1)-y");
        assert_eq!(answer.body["do"][0]["update"]["firstname"], "(secret argument 2)");
        assert_eq!(answer.body["user"], "ann@example.com");
        assert!(!serde_json::to_string(&record).unwrap().contains("s3cret"));
        redactor.restore(&mut record);
        assert_eq!(record, settled(open));
    }
}
