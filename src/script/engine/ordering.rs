//! Refuses to order a moment, record or list of ours and a value of another type. Rhai returns false for them, so that no
//! moment is ever before a cell with `2026-11-28`. Between its own types, such as strings and numbers, Rhai asks nobody.

use crate::host::binding::RhaiResultOf;
use rhai::{Dynamic, Engine, EvalAltResult, NativeCallContext};

/// The operators that order two values.
const OPERATORS: [&str; 4] = ["<", "<=", ">", ">="];

/// Makes `moment() < "2026-11-28"` an error. Whatever has an order of its own keeps it.
pub(super) fn register(engine: &mut Engine) {
    for operator in OPERATORS {
        engine.register_fn(
            operator,
            move |context: NativeCallContext, one: Dynamic, other: Dynamic| -> RhaiResultOf<bool> {
                unordered(&context, operator, &one, &other)
            },
        );
    }
}

fn unordered(
    context: &NativeCallContext,
    operator: &str,
    one: &Dynamic,
    other: &Dynamic,
) -> RhaiResultOf<bool> {
    let name = |value: &Dynamic| context.engine().map_type_name(value.type_name()).to_owned();
    let call = format!("{operator} ({}, {})", name(one), name(other));
    Err(EvalAltResult::ErrorFunctionNotFound(call, context.call_position()).into())
}

#[cfg(test)]
mod tests {
    use super::OPERATORS;
    use crate::script::testing::ScriptTest;
    use serde_json::json;

    fn is_about_types(error: &str) -> bool {
        ["Function not found: ", "cannot be compared with"].iter().any(|words| error.contains(words))
    }

    #[test]
    fn values_of_different_types_have_no_order() {
        let test = ScriptTest::default();
        let ours = ["today()", "moment()", "counter()", "command(\"a@example.com\")"];
        let others = ["1", "2.5", "\"2026-11-28\"", "[1]", "#{}", "true", "()", "timestamp()"];
        for operator in OPERATORS {
            for one in ours {
                for other in others {
                    for (one, other) in [(one, other), (other, one)] {
                        let code = format!("let a = {one}; let b = {other}; a {operator} b");
                        let error = test.run(&code).result.unwrap_err().to_string();
                        assert!(is_about_types(&error), "{code}: {error}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_closure_of_a_list_reports_it_too() {
        let test = ScriptTest::default();
        for code in ["[#{at: moment()}].filter(|row| row.at > \"2026\")", "[counter()].some(|one| one < 1)"] {
            let error = test.run(code).result.unwrap_err().to_string();
            assert!(is_about_types(&error), "{code}: {error}");
        }
    }

    #[test]
    fn values_of_one_kind_keep_their_order() {
        let test = ScriptTest::default();
        let code = "[1 < 2.5, 2.5 > 1, \"a\" < \"b\", 'a' < \"b\", false < true, today() <= today(), \
                    moment(\"2026-11-28T10:00:00Z\") < moment(\"2026-11-28T11:00:00Z\"), \
                    timestamp() <= timestamp()]";
        assert_eq!(test.value(code), json!([true, true, true, true, true, true, true, true]));
    }
}
