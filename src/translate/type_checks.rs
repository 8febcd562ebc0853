//! `isinstance` and `type(x) == y`.

use super::expressions::{RhaiCode, level, quoted};
use super::syntax::{PyComparison, PyExpression, PyNode};
use super::translator::{Translated, Translator, left};

impl Translator<'_> {
    pub(super) fn is_instance(&mut self, value: &PyNode, kind: &PyNode) -> Translated<RhaiCode> {
        let names: Vec<_> = match &kind.kind {
            PyExpression::Tuple(parts) => parts.iter().filter_map(PyNode::name).collect(),
            _ => kind.name().into_iter().collect(),
        };
        if names.contains(&"tuple") && !names.contains(&"list") {
            return left("whether a value is a tuple");
        }
        let known: Option<Vec<_>> = names.iter().map(|name| rhai_type(name)).collect();
        let code = self.plain(value)?;
        let types = known.map(|types| {
            let mut types = types.concat();
            // True and False are numbers in Python.
            if types.contains(&"i64") && !types.contains(&"bool") {
                types.push("bool");
            }
            types
        });
        match types.as_deref() {
            Some([only]) => Ok(RhaiCode::of(format!("type_of({code}) == {}", quoted(only)), level::EQUAL)),
            Some(several) if !several.is_empty() => {
                let listed: Vec<_> = several.iter().map(|name| quoted(name)).collect();
                Ok(RhaiCode::of(format!("type_of({code}) in [{}]", listed.join(", ")), level::COMPARE))
            }
            _ => left("`isinstance` of this class"),
        }
    }

    /// `type(x) == str`.
    pub(super) fn compared_type(
        &mut self,
        one: &PyNode,
        sign: PyComparison,
        other: &PyNode,
    ) -> Translated<Option<RhaiCode>> {
        let Some(call) = one.call() else { return Ok(None) };
        let is_type = self.path_of(&call.function).as_deref() == Some("type");
        let (true, [value], Some(name)) = (is_type, call.arguments.as_slice(), other.name()) else {
            return Ok(None);
        };
        let Some(types) = rhai_type(name).filter(|types| !types.is_empty()) else {
            return left("the type of a value");
        };
        let code = self.plain(value)?;
        let sign = if matches!(sign, PyComparison::Equal | PyComparison::Is) { "==" } else { "!=" };
        Ok(Some(RhaiCode::of(format!("type_of({code}) {sign} {}", quoted(types[0])), level::EQUAL)))
    }
}

/// The names of `type_of` for a type of Python.
fn rhai_type(name: &str) -> Option<Vec<&'static str>> {
    Some(match name {
        "str" => vec!["string"],
        "int" => vec!["i64"],
        "float" => vec!["f64"],
        "bool" => vec!["bool"],
        "list" => vec!["array"],
        // Only beside `list`.
        "tuple" => Vec::new(),
        "dict" => vec!["map"],
        _ => return None,
    })
}
