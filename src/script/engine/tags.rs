//! Replaces Rhai's property `tag`, which every value has and which is 0 on all of them.

use crate::error::Error;
use crate::host::binding::{RhaiResultOf, getter};
use crate::host::thrown::ThrowAt;
use crate::values::dynamic::kind_of;
use rhai::{Dynamic, Engine, NativeCallContext};

/// Makes `x.tag`, `x.tag = y`, `x.tag()` and `x.set_tag(y)` errors. Maps, rows, and types with a field of that name keep
/// theirs.
pub(super) fn register(engine: &mut Engine) {
    engine.register_fn(getter("tag"), |context: NativeCallContext, value: &mut Dynamic| {
        no_tag(&context, value)
    });
    engine.register_fn("tag", |context: NativeCallContext, value: &mut Dynamic| no_tag(&context, value));
    for name in ["set$tag", "set_tag"] {
        engine.register_fn(name, |context: NativeCallContext, value: &mut Dynamic, _: i64| {
            no_tag(&context, value).map(drop)
        });
    }
}

fn no_tag(context: &NativeCallContext, value: &Dynamic) -> RhaiResultOf<Dynamic> {
    let message = format!("{} has no field `tag`", kind_of(value));
    let hint = "A command gets a tag by `command.tag(value)`; its outcome has the field `tag`.";
    Err(Error::usage_with_hint(message, hint)).at(context)
}

#[cfg(test)]
mod tests {
    use crate::script::testing::ScriptTest;
    use serde_json::json;

    #[test]
    fn no_value_has_a_tag_but_those_with_a_field_of_that_name() {
        let test = ScriptTest::default();
        for value in
            ["1", "\"x\"", "[1]", "true", "1.5", "today()", "command(\"a@example.com\")", "counter()", "()"]
        {
            for code in ["x.tag", "x.tag()", "x.set_tag(1)"] {
                let error = test.error(&format!("let x = {value}; {code}"));
                assert!(error.ends_with(" has no field `tag`"), "{value}: {code}: {error}");
            }
        }
        assert_eq!(test.value("let m = #{tag: 7}; m.tag += 1; m.tag"), json!(8));
        assert_eq!(test.value("type_of(command(\"a@example.com\").tag(1))"), json!("Command"));
    }
}
