//! A secret a script may hold and pass on, and which prints masked.

use crate::secret::{MASK, Secret};
use rhai::Engine;

/// A token in a script.
#[derive(Debug, Clone)]
pub struct SecretText(pub Secret);

/// Makes it known to an engine.
pub fn register(engine: &mut Engine) {
    engine.register_type_with_name::<SecretText>("Secret");
    engine.register_fn("to_string", |_: &mut SecretText| MASK);
    engine.register_fn("to_debug", |_: &mut SecretText| MASK);
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhai::{Dynamic, Scope};

    #[test]
    fn it_prints_masked_wherever_it_stands() {
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
