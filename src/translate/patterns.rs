//! Regular expressions: `re`.

use super::expressions::{RhaiCode, level, quoted};
use super::syntax::PyNode;
use super::translator::{Translated, Translator, left};

impl Translator<'_> {
    /// A call that searches for a pattern.
    pub(super) fn pattern_call(
        &mut self,
        pattern: &PyNode,
        text: &PyNode,
        name: &str,
        anchors: &str,
    ) -> Translated<RhaiCode> {
        let (pattern, text) = (self.pattern(pattern, anchors)?, self.value(text, level::ATOM)?);
        Ok(RhaiCode::atom(format!("{text}.{name}({pattern})")))
    }

    /// A pattern, with anchors around it.
    pub(super) fn pattern(&mut self, pattern: &PyNode, anchors: &str) -> Translated<String> {
        let Some(text) = pattern.text() else {
            if anchors.is_empty() {
                return self.plain(pattern);
            }
            let pattern = self.value(pattern, level::SUM)?;
            return Ok(if anchors == "^" {
                format!("\"^(?:\" + {pattern} + \")\"")
            } else {
                format!("\"^(?:\" + {pattern} + \")$\"")
            });
        };
        if text.contains("(?=") || text.contains("(?!") || text.contains("(?<") || text.contains("\\1") {
            return left("a pattern with look-around or a back-reference");
        }
        let text = match anchors {
            "^" if !text.starts_with('^') => format!("^(?:{text})"),
            "^$" => format!("^(?:{text})$"),
            _ => text.to_owned(),
        };
        Ok(if text.contains('\\') && !text.contains("\"#") && !text.contains('\n') {
            format!("#\"{text}\"#")
        } else {
            quoted(&text)
        })
    }

    /// A replacement: `\1` is `$1`.
    pub(super) fn replacement(with: &PyNode) -> Translated<String> {
        let Some(text) = with.text() else { return left("a replacement that is computed") };
        let mut written = text.replace('$', "$$");
        for group in 1..=9 {
            written = written.replace(&format!("\\{group}"), &format!("${{{group}}}"));
        }
        if written.contains('\\') { left("a replacement with a backslash") } else { Ok(quoted(&written)) }
    }
}
