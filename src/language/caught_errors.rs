//! Gives Rhai's own errors, when a script catches them, the same keys as ours; `kind` is `"script"`.
//!
//! Rhai builds the map of a caught error itself and offers no hook at the `catch`. So the map is completed when the
//! variable is first used, whatever the use. Since this check runs at every use of any variable, it looks only at names
//! that appear in some `catch`.

use super::error_words::describe_caught;
use crate::error::Error;
use crate::host::thrown::map_of;
use rhai::{Dynamic, Engine, EvalContext, ImmutableString, Map, Position, Token};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Lets the engine complete the errors that scripts catch.
#[expect(
    deprecated,
    reason = "Rhai marks unstable interfaces as deprecated; the tests below cover these two"
)]
pub fn register(engine: &mut Engine) {
    read_strings_like_errors(engine);
    let names = Rc::new(RefCell::new(Vec::new()));
    let catching = CatchReader { names: Rc::clone(&names), place: Cell::default() };
    engine.on_parse_token(move |token, _, _| {
        catching.read(&token);
        token
    });
    engine.on_var(move |name, index, mut context| {
        if names.borrow().iter().any(|known| known == name)
            && is_raw_error(index, name, &context)
            && let Some(value) = context.scope_mut().get_mut(name)
            && let Some(mut map) = value.write_lock::<Map>()
        {
            complete(&mut map);
        }
        Ok(None)
    });
}

/// Gives thrown strings the fields of an error, so that one `catch` can handle both.
fn read_strings_like_errors(engine: &mut Engine) {
    for key in ["message", "error"] {
        engine.register_get(key, |text: &mut ImmutableString| text.clone());
    }
    engine.register_get("kind", |_: &mut ImmutableString| "script");
    for key in ["code", "hint", "status", "request_id"] {
        engine.register_get(key, |_: &mut ImmutableString| ());
    }
}

/// Reads the names out of every `catch (name)` that is parsed.
struct CatchReader {
    names: Rc<RefCell<Vec<String>>>,
    place: Cell<CatchPlace>,
}

#[derive(Clone, Copy, Default)]
enum CatchPlace {
    #[default]
    Elsewhere,
    AfterCatch,
    InParentheses,
}

impl CatchReader {
    fn read(&self, token: &Token) {
        let place = match (self.place.take(), token) {
            (_, Token::Catch) => CatchPlace::AfterCatch,
            (CatchPlace::AfterCatch, Token::LeftParen) => CatchPlace::InParentheses,
            (CatchPlace::InParentheses, Token::Identifier(name)) => {
                let mut names = self.names.borrow_mut();
                if !names.iter().any(|known| *known == name.as_str()) {
                    names.push(name.to_string());
                }
                CatchPlace::Elsewhere
            }
            _ => CatchPlace::Elsewhere,
        };
        self.place.set(place);
    }
}

fn is_raw_error(index: usize, name: &str, context: &EvalContext) -> bool {
    let scope = context.scope();
    // Rhai counts from the last variable, starting at 1; 0 means that it looks up the name.
    let value = match index.checked_sub(1) {
        Some(place) => scope.iter_raw().nth(place).map(|(_, _, value)| value),
        None => scope.get(name),
    };
    value.is_some_and(|value| value.is_map() && value.read_lock::<Map>().is_some_and(|map| is_raw(&map)))
}

/// Whether Rhai built this map from an error and it is not completed yet.
fn is_raw(map: &Map) -> bool {
    let kind = map.get("error").and_then(|kind| kind.as_immutable_string_ref().ok());
    kind.is_some_and(|kind| kind.starts_with("Error"))
        && map.contains_key("message")
        && !map.contains_key("kind")
}

fn complete(map: &mut Map) {
    let text = |key: &str| map.get(key).map(ToString::to_string).unwrap_or_default();
    let (name, message) = (text("error"), text("message"));
    let Some(wording) = describe_caught(&name, &message) else { return };
    let mut completed = map_of(&Error::usage(wording.message), Position::NONE);
    completed.insert("kind".into(), "script".into());
    completed.insert("code".into(), name.into());
    completed.insert("hint".into(), wording.hint.map_or(Dynamic::UNIT, Dynamic::from));
    map.remove("error");
    map.remove("message");
    for (key, value) in completed {
        map.entry(key).or_insert(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::engine::offline;

    fn eval(code: &str) -> Dynamic {
        offline::engine().eval(code).unwrap_or_else(|error| panic!("{code}: {error}"))
    }

    #[test]
    fn a_thrown_string_reads_like_an_error() {
        let code = "let caught = (); try { throw \"no\" } catch (e) { caught = e; } \
                    `${caught.kind}: ${caught.message} ${caught.code == ()}`";
        assert_eq!(eval(code).to_string(), "script: no true");
    }

    #[test]
    fn a_caught_error_of_rhai_s_has_every_documented_key() {
        let documented = map_of(&Error::usage("x"), Position::NONE);
        let code = "let caught = (); try { nope(1) } catch (e) { caught = e; } caught";
        let caught: Map = eval(code).cast();
        for key in documented.keys() {
            assert!(caught.contains_key(key), "{key}");
        }
        assert_eq!(caught["kind"].to_string(), "script");
        let kind = crate::language::type_names::display_name("i64");
        let message = format!("there is no function `nope` that takes ({kind})");
        assert_eq!(caught["message"].to_string(), message);
        assert_eq!(caught["error"].to_string(), caught["message"].to_string());
        assert_eq!((caught["line"].as_int(), caught["position"].as_int()), (Ok(1), Ok(24)));
    }

    #[test]
    fn the_kind_is_there_however_the_variable_is_used() {
        for code in [
            "let k = (); try { [1][4] + 1 } catch (e) { k = e.kind; } k",
            "let k = (); try { let x = (); x.foo } catch (e) { k = e[\"kind\"]; } k",
            "let k = (); try { 1 / 0 } catch (e) { if \"kind\" in e { k = e.kind } } k",
            "fn kind_of(e) { e.kind } let k = (); try { 1 / 0 } catch (e) { k = kind_of(e); } k",
            "let k = (); try { 1 / 0 } catch (e) { let ask = || e.kind; k = ask.call(); } k",
            "let k = (); try { try { 1 / 0 } catch (e) { throw e } } catch (e) { k = e.kind; } k",
            "fn f() { 1 / 0 } let k = (); try { f() } catch (e) { k = e.kind; } k",
        ] {
            assert_eq!(eval(code).to_string(), "script", "{code}");
        }
    }

    #[test]
    fn an_index_out_of_bounds_has_the_same_words_as_uncaught() {
        let code =
            "let caught = (); try { [1, 2][7] } catch (e) { caught = `${e.message}; ${e.hint}`; } caught";
        assert_eq!(
            eval(code).to_string(),
            "there is no entry 7 in a list of 2; Its entries are 0 to 1, and -1 is the last."
        );
    }

    #[test]
    fn other_values_are_unchanged() {
        for (code, expected) in [
            ("let m = #{error: \"x\", message: \"y\"}; m.kind", ""),
            ("let m = #{}; m.a = 1; m.b.is_shared(); m.len()", "1"),
            ("let k = (); try { throw #{message: \"x\"} } catch (e) { k = e.len(); } k", "1"),
            ("let k = (); try { throw \"x\" } catch (e) { k = e; } k", "x"),
            ("let k = (); try { get_user(\"a@example.com\") } catch (e) { k = e.kind; } k", "config"),
        ] {
            assert_eq!(eval(code).to_string(), expected, "{code}");
        }
    }
}
