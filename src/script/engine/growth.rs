//! Functions of Rhai's that multiply a value in one operation: they ask for the memory before they start, since the
//! engine looks only between operations.

use crate::error::{Error, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::values::nesting::{DEEPEST, is_deeper};
use rhai::{Array, Blob, Dynamic, Engine, ImmutableString, Map, NativeCallContext};

/// What an entry of a list takes that is a string of its own.
const STRING_ENTRY: usize = size_of::<Dynamic>() + 64;

/// Registers them in place of Rhai's.
pub(super) fn register(engine: &mut Engine) {
    engine.register_fn("pad", |context: NativeCallContext, list: &mut Array, length: i64, item: Dynamic| {
        pad_array(&context, list, length, item)
    });
    engine.register_fn("pad", |context: NativeCallContext, bytes: &mut Blob, length: i64, value: i64| {
        pad_blob(&context, bytes, length, value)
    });
    engine.register_fn("blob", |context: NativeCallContext, length: i64| new_blob(&context, length, 0));
    engine.register_fn("blob", |context: NativeCallContext, length: i64, value: i64| {
        new_blob(&context, length, value)
    });
    engine.register_fn("to_chars", |context: NativeCallContext, text: &str| to_characters(&context, text));
    // Only values that are taken out of a list or map nest without being copied, and so to any depth.
    engine.register_fn("pop", |context: NativeCallContext, list: &mut Array| {
        not_deep(&context, list.pop().unwrap_or_default())
    });
    engine.register_fn("shift", |context: NativeCallContext, list: &mut Array| {
        let first = if list.is_empty() { Dynamic::UNIT } else { list.remove(0) };
        not_deep(&context, first)
    });
    engine.register_fn("remove", |context: NativeCallContext, list: &mut Array, index: i64| {
        let length = i64::try_from(list.len()).unwrap_or(i64::MAX);
        let index = if index < 0 { length.saturating_add(index) } else { index };
        let place = usize::try_from(index).ok().filter(|place| *place < list.len());
        not_deep(&context, place.map(|place| list.remove(place)).unwrap_or_default())
    });
    engine.register_fn("remove", |context: NativeCallContext, map: &mut Map, key: &str| {
        not_deep(&context, map.remove(key).unwrap_or_default())
    });
    engine.register_fn("split", |context: NativeCallContext, text: &mut ImmutableString, by: &str| {
        split(&context, text.split(by))
    });
    engine.register_fn("split", |context: NativeCallContext, text: &mut ImmutableString, by: char| {
        split(&context, text.split(by))
    });
}

fn check(context: &NativeCallContext, bytes: usize) -> Result<()> {
    session(context)?.interrupt().check_memory(bytes)
}

fn count(length: i64) -> usize {
    usize::try_from(length).unwrap_or(0)
}

/// A value that was taken out of a list or map; one that is nested too deeply is an error.
fn not_deep(context: &NativeCallContext, value: Dynamic) -> RhaiResultOf<Dynamic> {
    if is_deeper(&value, DEEPEST, &|_| None) {
        let message = format!("the value is nested more than {DEEPEST} levels deep");
        let hint = "Keep such values in one list, each with the index of the next.";
        return Err(Error::usage_with_hint(message, hint)).at(context);
    }
    Ok(value)
}

fn pad_array(context: &NativeCallContext, list: &mut Array, length: i64, item: Dynamic) -> RhaiResultOf<()> {
    let missing = count(length).saturating_sub(list.len());
    if missing > 0 {
        let each = size_of::<Dynamic>() + owned_bytes(&item);
        check(context, missing.saturating_mul(each)).at(context)?;
        list.resize(count(length), item);
    }
    Ok(())
}

fn pad_blob(context: &NativeCallContext, bytes: &mut Blob, length: i64, value: i64) -> RhaiResultOf<()> {
    let missing = count(length).saturating_sub(bytes.len());
    if missing > 0 {
        check(context, missing).at(context)?;
        bytes.resize(count(length), low_byte(value));
    }
    Ok(())
}

fn new_blob(context: &NativeCallContext, length: i64, value: i64) -> RhaiResultOf<Blob> {
    check(context, count(length)).at(context)?;
    Ok(vec![low_byte(value); count(length)])
}

/// As Rhai has it, the lowest byte of a number.
fn low_byte(value: i64) -> u8 {
    value.to_le_bytes()[0]
}

fn to_characters(context: &NativeCallContext, text: &str) -> RhaiResultOf<Array> {
    check(context, text.chars().count().saturating_mul(size_of::<Dynamic>())).at(context)?;
    Ok(text.chars().map(Dynamic::from).collect())
}

fn split<'t>(
    context: &NativeCallContext,
    parts: impl Iterator<Item = &'t str> + Clone,
) -> RhaiResultOf<Array> {
    check(context, parts.clone().count().saturating_mul(STRING_ENTRY)).at(context)?;
    Ok(parts.map(|part| ImmutableString::from(part).into()).collect())
}

/// What a copy of a value takes beyond the value itself; strings are shared by their copies.
fn owned_bytes(value: &Dynamic) -> usize {
    let all = |values: &mut dyn Iterator<Item = &Dynamic>| {
        values.map(|value| size_of::<Dynamic>() + owned_bytes(value)).fold(0, usize::saturating_add)
    };
    if let Some(list) = value.read_lock::<Array>() {
        all(&mut list.iter())
    } else if let Some(map) = value.read_lock::<Map>() {
        all(&mut map.values()).saturating_add(map.len() * STRING_ENTRY)
    } else {
        value.read_lock::<Blob>().map_or(0, |bytes| bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use crate::script::testing::ScriptTest;
    use rhai::{Dynamic, Engine};

    #[test]
    fn they_return_what_rhai_returns() {
        for code in [
            "let a = [1]; a.pad(3, [2]); a",
            "let a = [1, 2]; a.pad(1, 0); a.pad(-1, 0); a",
            "blob(3)",
            "blob(2, 0x1ff)",
            "blob(-1)",
            "let b = blob(1, 7); b.pad(3, 300); b.pad(1, 0); b",
            "\"äb\".to_chars()",
            "\"a,b,,c\".split(\",\")",
            "\"a,b\".split(',')",
            "\"\".split(\",\")",
            "\"ab\".split(\"\")",
            "let a = [1, [2]]; [a.pop(), a.pop(), a.pop(), a]",
            "let a = [1, [2]]; [a.shift(), a.shift(), a.shift(), a]",
            "let a = [1, 2, 3, 4]; [a.remove(1), a.remove(-1), a.remove(9), a.remove(-9), a]",
            "let m = #{a: [1], b: 2}; [m.remove(\"a\"), m.remove(\"x\"), m]",
        ] {
            let own = Engine::new().eval::<Dynamic>(code).unwrap();
            let ours = ScriptTest::default().run(code).result.unwrap();
            assert_eq!(format!("{ours:?}"), format!("{own:?}"), "{code}");
        }
    }

    #[test]
    fn values_cannot_be_nested_without_end() {
        for code in [
            "let a = [1]; loop { a.push([a.pop()]); }",
            "let a = [1]; loop { a.push([a.shift()]); }",
            "let a = [1]; loop { a.insert(0, [a.remove(0)]); }",
            "let m = #{x: 1}; loop { m.x = [m.remove(\"x\")]; }",
            "let t = command(\"a@example.com\"); loop { t = command(\"a@example.com\").tag(t); }",
            "let t = command(\"a@example.com\"); loop { t = command(\"a@example.com\").tag([#{x: t}]); }",
        ] {
            let error = ScriptTest::default().error(code);
            assert!(error.contains("nested more than 500 levels deep"), "{code}: {error}");
        }
    }
}
