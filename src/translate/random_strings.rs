//! Random strings, which are one function here.

use super::expressions::RhaiCode;
use super::syntax::{PyExpression, PyLoop, PyNode};
use super::translator::{Translated, Translator};
use super::value_kind::ValueKind;

impl Translator<'_> {
    /// `"".join(random.choice(letters) for _ in range(12))`.
    pub(super) fn random_join(&mut self, separator: &PyNode, list: &PyNode) -> Translated<Option<RhaiCode>> {
        if separator.text() != Some("") {
            return Ok(None);
        }
        if let PyExpression::Comprehension { value, loops, .. } = &list.kind {
            return self.random_string(value, loops);
        }
        if let Some(call) = list.call()
            && self.path_of(&call.function).as_deref() == Some("random.choices")
            && let [letters] = call.arguments.as_slice()
            && let Some((_, count)) = call.keywords.iter().find(|(name, _)| name.as_deref() == Some("k"))
        {
            let (count, letters) = (self.plain(count)?, self.plain(letters)?);
            return Ok(Some(RhaiCode::atom(format!("random({count}, {letters})"))));
        }
        Ok(None)
    }

    /// A string of random letters, if a comprehension is one.
    pub(super) fn random_string(&mut self, value: &PyNode, loops: &[PyLoop]) -> Translated<Option<RhaiCode>> {
        let ([only], Some(call)) = (loops, value.call()) else { return Ok(None) };
        let is_choice =
            matches!(self.path_of(&call.function).as_deref(), Some("random.choice" | "secrets.choice"));
        let count =
            only.iterated.call().filter(|range| self.path_of(&range.function).as_deref() == Some("range"));
        let (true, [letters], Some([count])) =
            (is_choice, call.arguments.as_slice(), count.map(|range| range.arguments.as_slice()))
        else {
            return Ok(None);
        };
        if !only.tests.is_empty() || self.kind_of(letters) != ValueKind::Text {
            return Ok(None);
        }
        let (count, letters) = (self.plain(count)?, self.plain(letters)?);
        Ok(Some(RhaiCode::atom(format!("random({count}, {letters})"))))
    }
}
