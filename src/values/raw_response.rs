//! The response to `send` in scripts: a record with `status`, `headers` and `body`.

use super::dynamic::dynamic_of;
use super::script_value::{self, ScriptValue};
use crate::client::request::ApiResponse;
use crate::did_you_mean::nearest;
use crate::error::{Error, Result};
use crate::host::binding::{INDEXER, getter};
use crate::host::thrown::ThrowAt;
use rhai::{Array, Dynamic, Engine, Map, NativeCallContext};
use serde_json::{Value, json};
use std::rc::Rc;

/// A response. Clones share it.
#[derive(Debug, Clone)]
pub struct RawResponse(Rc<ResponseContent>);

#[derive(Debug)]
struct ResponseContent {
    status: u16,
    headers: Vec<(String, String)>,
    body: Value,
}

/// Fields and methods of Python's `requests` and their equivalents here.
const OF_PYTHON: &[(&str, &str)] = &[
    ("status_code", "`response.status`"),
    ("ok", "`response.status == 200`"),
    ("text", "`response.body`; a body that is JSON is already parsed"),
    ("content", "`response.body`; a body that is JSON is already parsed"),
    ("json", "`response.body`, which is already parsed"),
];

impl RawResponse {
    /// The names of the fields.
    pub const FIELDS: &'static [&'static str] = &["status", "headers", "body"];

    /// The response of the service.
    pub fn new(response: ApiResponse) -> Self {
        let ApiResponse { status, headers, body, .. } = response;
        Self(Rc::new(ResponseContent { status, headers, body }))
    }

    /// The value of a field.
    ///
    /// # Errors
    /// `usage`: it has no such field; names the equivalent of Python's fields.
    fn read(&self, name: &str) -> Result<Dynamic> {
        match name {
            "status" => Ok(i64::from(self.0.status).into()),
            "headers" => {
                let headers = self.0.headers.iter();
                Ok(headers.map(|(name, value)| (name.into(), value.into())).collect::<Map>().into())
            }
            "body" => Ok(dynamic_of(&self.0.body)),
            _ => Err(unknown(name)),
        }
    }

    /// The error for a field that no response has, with the name of the right one.
    pub fn unknown_field(name: &str) -> Error {
        unknown(name)
    }

    fn to_map(&self) -> Map {
        Self::FIELDS.iter().filter_map(|name| Some(((*name).into(), self.read(name).ok()?))).collect()
    }
}

fn unknown(name: &str) -> Error {
    let message = format!("a Response has no field `{name}`");
    let hint = match OF_PYTHON.iter().find(|(known, _)| *known == name) {
        Some((_, here)) => format!("Use {here}."),
        None => match nearest(name, RawResponse::FIELDS.iter().copied()) {
            Some(near) => format!("Did you mean `{near}`?"),
            None => format!("It has {}.", RawResponse::FIELDS.join(", ")),
        },
    };
    Error::usage_with_hint(message, hint)
}

impl ScriptValue for RawResponse {
    const NAME: &'static str = "Response";

    fn to_json(&self) -> Result<Value> {
        let headers: serde_json::Map<_, _> =
            self.0.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        Ok(json!({"status": self.0.status, "headers": headers, "body": self.0.body}))
    }

    fn field(&self, name: &str) -> Option<Dynamic> {
        self.read(name).ok()
    }

    fn field_names(&self) -> Vec<String> {
        Self::FIELDS.iter().map(|name| (*name).to_owned()).collect()
    }
}

/// Registers the type with an engine.
pub fn register(engine: &mut Engine) {
    script_value::register::<RawResponse>(engine);
    engine.register_fn(INDEXER, |context: NativeCallContext, response: &mut RawResponse, name: &str| {
        response.read(name).at(&context)
    });
    for name in RawResponse::FIELDS.iter().copied().chain(OF_PYTHON.iter().map(|(name, _)| *name)) {
        engine.register_fn(getter(name), move |context: NativeCallContext, response: &mut RawResponse| {
            response.read(name).at(&context)
        });
    }
    engine.register_fn("contains", |_: &mut RawResponse, name: &str| RawResponse::FIELDS.contains(&name));
    engine.register_fn("keys", |_: &mut RawResponse| -> Array {
        RawResponse::FIELDS.iter().map(|name| (*name).into()).collect()
    });
    engine.register_fn("to_map", |response: &mut RawResponse| response.to_map());
    for name in ["to_string", "to_debug"] {
        engine.register_fn(name, |response: &mut RawResponse| {
            response.to_json().map(|json| json.to_string()).unwrap_or_default()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhai::Scope;

    fn eval(code: &str) -> std::result::Result<Dynamic, String> {
        let mut engine = Engine::new();
        register(&mut engine);
        let headers = vec![("retry-after".to_owned(), "3".to_owned())];
        let response =
            ApiResponse { status: 429, headers, body: json!({"result": "x"}), request_id: String::new() };
        let mut scope = Scope::new();
        scope.push("r", RawResponse::new(response));
        engine.eval_with_scope(&mut scope, code).map_err(|error| error.to_string())
    }

    #[test]
    fn a_response_has_its_fields_and_no_others() {
        for (code, value) in [
            ("r.status", "429"),
            ("r[\"status\"]", "429"),
            ("r.body.result", "x"),
            ("r.headers[\"retry-after\"]", "3"),
            ("r.keys().len() == 3 && \"body\" in r && !(\"text\" in r)", "true"),
            ("type_of(r)", "Response"),
            ("r.to_map().status", "429"),
        ] {
            assert_eq!(eval(code).unwrap().to_string(), value, "{code}");
        }
    }

    #[test]
    fn the_names_of_python_are_errors_that_name_the_field() {
        for (name, here) in OF_PYTHON {
            for code in [format!("r.{name}"), format!("r[\"{name}\"]")] {
                let error = eval(&code).unwrap_err();
                assert!(error.contains(here), "{code}: {error}");
            }
        }
        assert!(eval("r.reason").unwrap_err().contains("has no field `reason`"));
    }
}
