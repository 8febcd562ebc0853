//! The options that a script was given: a record, so that a name that is not declared is an error and not `()`.

use super::json::json_of;
use super::script_value::{self, ScriptValue};
use crate::did_you_mean::nearest;
use crate::error::{Error, Result};
use crate::host::binding::INDEXER;
use crate::host::thrown::ThrowAt;
use rhai::{Array, Dynamic, Engine, Map, NativeCallContext};
use serde_json::Value;
use std::rc::Rc;

/// The values of options by their names. Clones share them.
#[derive(Debug, Clone)]
pub struct OptionValues(Rc<Map>);

impl OptionValues {
    /// These values.
    pub fn new(values: Map) -> Self {
        Self(Rc::new(values))
    }

    fn read(&self, name: &str) -> Result<Dynamic> {
        self.0.get(name).cloned().ok_or_else(|| {
            let names: Vec<_> = self.0.keys().map(rhai::Identifier::as_str).collect();
            let hint = match nearest(name, names.iter().copied()) {
                Some(near) => format!("Did you mean `{near}`?"),
                None => format!("It declares {}.", names.join(", ")),
            };
            Error::usage_with_hint(format!("the script declares no option `{name}`"), hint)
        })
    }
}

impl ScriptValue for OptionValues {
    const NAME: &'static str = "Options";

    fn to_json(&self) -> Result<Value> {
        self.0.iter().map(|(name, value)| Ok((name.to_string(), json_of(value)?))).collect()
    }

    fn field(&self, name: &str) -> Option<Dynamic> {
        self.0.get(name).cloned()
    }

    fn field_names(&self) -> Vec<String> {
        self.0.keys().map(ToString::to_string).collect()
    }
}

/// Registers the type with an engine.
pub fn register(engine: &mut Engine) {
    script_value::register::<OptionValues>(engine);
    engine.register_fn(INDEXER, |context: NativeCallContext, options: &mut OptionValues, name: &str| {
        options.read(name).at(&context)
    });
    engine.register_fn("contains", |options: &mut OptionValues, name: &str| options.0.contains_key(name));
    engine.register_fn("keys", |options: &mut OptionValues| -> Array {
        options.0.keys().map(|name| name.as_str().into()).collect()
    });
    engine.register_fn("to_map", |options: &mut OptionValues| (*options.0).clone());
    for name in ["to_string", "to_debug"] {
        engine.register_fn(name, |options: &mut OptionValues| {
            options.to_json().map(|json| json.to_string()).unwrap_or_default()
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
        let mut scope = Scope::new();
        let values = Map::from_iter([("few".into(), 3_i64.into()), ("file".into(), "x.csv".into())]);
        scope.push("o", OptionValues::new(values));
        engine.eval_with_scope(&mut scope, code).map_err(|error| error.to_string())
    }

    #[test]
    fn options_are_read_like_fields_and_others_are_errors() {
        assert_eq!(eval("o.few + o[\"few\"]").unwrap().as_int(), Ok(6));
        assert_eq!(
            eval(r#"`${o.keys()} ${"few" in o} ${"x" in o}`"#).unwrap().to_string(),
            r#"["few", "file"] true false"#
        );
        assert_eq!(eval("o.to_string()").unwrap().to_string(), r#"{"few":3,"file":"x.csv"}"#);
        assert!(eval("o.flie").is_err());
        assert!(eval("o.few = 4").is_err(), "options cannot be changed");
    }
}
