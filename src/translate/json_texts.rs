//! `json.dumps` and `json.dump`.

use super::syntax::{PyCall, PyExpression, PyNode};
use super::translator::{Translated, Translator, left};

impl Translator<'_> {
    /// A value as JSON with the spaces, escapes and numbers of Python.
    pub(super) fn json_text(&mut self, value: &PyNode, call: &PyCall) -> Translated<String> {
        let mut options = Vec::new();
        for (name, given) in &call.keywords {
            let name = name.as_deref().unwrap_or("**");
            match (name, &given.kind) {
                // The keys of a map are always sorted here.
                ("sort_keys", PyExpression::Bool(_))
                | ("indent" | "separators" | "default", PyExpression::None)
                | ("ensure_ascii", PyExpression::Bool(true)) => {}
                ("ensure_ascii", PyExpression::Bool(false)) => options.push("ascii: false".to_owned()),
                ("indent" | "separators", _) => options.push(format!("{name}: {}", self.plain(given)?)),
                ("default", _) if self.path_of(given).as_deref() == Some("str") => {
                    options.push("dates: true".to_owned());
                }
                _ => return left(format!("the argument `{name}` of `json.dumps`")),
            }
        }
        let (helper, value) = (self.helper("json_text"), self.plain(value)?);
        Ok(if options.is_empty() {
            format!("{helper}({value})")
        } else {
            format!("{helper}({value}, #{{{}}})", options.join(", "))
        })
    }
}
