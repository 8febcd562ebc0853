//! Secret arguments in what a journal holds: hidden when it is written, shown again when their run goes on. Pure.

use serde_json::Value;

/// A secret of fewer letters hides only a text that is nothing else: it would tear holes into words.
const LEAST: usize = 4;

/// The secret arguments of a run.
#[derive(Debug, Clone, Default)]
pub struct Mask(Vec<String>);

impl Mask {
    /// Hides these, each under its number.
    pub fn new(secrets: &[String]) -> Self {
        Self(secrets.to_vec())
    }

    /// Hides them in every text.
    pub fn hide(&self, value: &mut Value) {
        if !self.0.is_empty() {
            texts(value, &|text| self.hidden(text));
        }
    }

    /// Puts them back.
    pub fn show(&self, value: &mut Value) {
        if !self.0.is_empty() {
            texts(value, &|text| self.shown(text));
        }
    }

    fn hidden(&self, text: &str) -> Option<String> {
        let hide = |text: String, (number, secret): (usize, &String)| {
            if text == *secret && !text.is_empty() {
                token(number)
            } else if secret.chars().count() >= LEAST {
                text.replace(secret, &token(number))
            } else {
                text
            }
        };
        changed(text, self.0.iter().enumerate().fold(text.to_owned(), hide))
    }

    fn shown(&self, text: &str) -> Option<String> {
        let show = |text: String, (number, secret): (usize, &String)| text.replace(&token(number), secret);
        changed(text, self.0.iter().enumerate().fold(text.to_owned(), show))
    }
}

fn token(number: usize) -> String {
    format!("(secret argument {})", number + 1)
}

fn changed(old: &str, new: String) -> Option<String> {
    (new != old).then_some(new)
}

fn texts(value: &mut Value, change: &impl Fn(&str) -> Option<String>) {
    match value {
        Value::String(text) => {
            if let Some(changed) = change(text) {
                *text = changed;
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|entry| texts(entry, change)),
        Value::Object(fields) => fields.values_mut().for_each(|entry| texts(entry, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_hidden_is_shown_again_and_short_secrets_tear_no_holes() {
        let mask = Mask::new(&["s3cret".to_owned(), "an".to_owned()]);
        let open = json!({"user": "ann@example.com", "do": [{"update": {"lastname": "x-s3cret-y", "firstname": "an"}}]});
        let mut value = open.clone();
        mask.hide(&mut value);
        assert_eq!(value["do"][0]["update"]["lastname"], "x-(secret argument 1)-y");
        assert_eq!(value["do"][0]["update"]["firstname"], "(secret argument 2)");
        assert_eq!(value["user"], "ann@example.com");
        mask.show(&mut value);
        assert_eq!(value, open);
    }
}
