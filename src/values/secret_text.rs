//! A secret that a script can hold and pass on; it prints masked.

use crate::error::Result;
use crate::secret::{MASK, Secret};
use crate::values::script_value::{self, ScriptValue};
use rhai::Engine;
use serde_json::Value;

/// A token in a script.
#[derive(Debug, Clone)]
pub struct SecretText(pub Secret);

impl ScriptValue for SecretText {
    const NAME: &'static str = "Secret";

    fn to_json(&self) -> Result<Value> {
        Ok(Value::String(MASK.to_owned()))
    }
}

/// Registers the type with an engine.
pub fn register(engine: &mut Engine) {
    script_value::register::<SecretText>(engine);
    engine.register_fn("to_string", |_: &mut SecretText| MASK);
    engine.register_fn("to_debug", |_: &mut SecretText| MASK);
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhai::{Dynamic, Scope};

    #[test]
    fn a_secret_prints_masked_everywhere() {
        let mut engine = Engine::new();
        register(&mut engine);
        let mut scope = Scope::new();
        scope.push("token", SecretText(Secret::from("very-secret")));
        for code in ["`${token}`", "token.to_string()", "[token].to_string()", "#{a: token}.to_string()"] {
            let shown: Dynamic = engine.eval_with_scope(&mut scope, code).unwrap();
            let shown = shown.to_string();
            assert!(shown.contains(MASK) && !shown.contains("very"), "{code}: {shown}");
        }
    }
}
