//! `print`.

use super::expressions::{RhaiCode, level, quoted};
use super::syntax::{PyCall, PyExpression, PyNode};
use super::translator::{Translated, Translator, left};

impl Translator<'_> {
    /// `print(...)`.
    pub(super) fn print(&mut self, call: &PyCall) -> Translated<RhaiCode> {
        if let Some(file) = call.keyword("file") {
            if self.path_of(file).as_deref() == Some("sys.stderr") {
                let text = self.printed(call, call.keyword("sep"))?;
                return Ok(RhaiCode::atom(format!("log({text})")));
            }
            let Some(name) =
                file.name().and_then(|name| self.scope.files.get(name)).map(|file| file.text.clone())
            else {
                return left("`print` to this file");
            };
            let text = self.printed(call, call.keyword("sep"))?;
            let end = match call.keyword("end") {
                Some(end) => self.value(end, level::PRODUCT)?,
                None => "\"\\n\"".to_owned(),
            };
            return Ok(RhaiCode::of(format!("{name} += {text} + {end}"), level::LOWEST));
        }
        if let Some(end) = call.keyword("end")
            && end.text() != Some("\n")
        {
            if end.text() == Some("") || end.text() == Some(" ") {
                return left("`print` without the end of the line");
            }
            if end.text() == Some("\n\n") {
                let text = self.printed(call, call.keyword("sep"))?;
                return Ok(RhaiCode::atom(format!("print({text} + \"\\n\")")));
            }
            return left("`print` with another end of the line");
        }
        let text = self.printed(call, call.keyword("sep"))?;
        Ok(RhaiCode::atom(format!("print({text})")))
    }

    /// What `print` writes.
    pub(super) fn printed(&mut self, call: &PyCall, separator: Option<&PyNode>) -> Translated<String> {
        let separator = match separator {
            Some(separator) => match separator.text() {
                Some(text) => text.to_owned(),
                None => return left("a separator that is computed"),
            },
            None => " ".to_owned(),
        };
        match call.arguments.as_slice() {
            [] => Ok("\"\"".to_owned()),
            [PyNode { kind: PyExpression::Starred(list), .. }] => {
                let list = self.plain_iterated(list)?.at(level::ATOM);
                let text_of = self.helper("text_of");
                Ok(format!("{list}.map(|entry| {text_of}(entry)).join({})", quoted(&separator)))
            }
            [only] if !matches!(only.kind, PyExpression::Starred(_)) => {
                let kind = self.kind_of(only);
                self.shown(only, &kind)
            }
            several => {
                let is_at_end = self.is_printed_at_end(several)?;
                let mut codes = Vec::new();
                for part in several {
                    if matches!(part.kind, PyExpression::Starred(_)) {
                        return left("`print(*list)` beside other values");
                    }
                    let kind = self.kind_of(part);
                    self.in_order(&mut codes, part, |translator| {
                        let code = translator.shown(part, &kind)?;
                        if !is_at_end || super::expressions::is_repeatable(part) {
                            return Ok(code);
                        }
                        let name = translator.fresh("part");
                        translator.before.push(format!("let {name} = {code};"));
                        Ok(name)
                    })?;
                }
                let parts = several.iter().zip(codes).map(|(part, code)| match part.text() {
                    Some(text) if !text.contains(['`', '$', '\n', '\t', '\r']) => text.to_owned(),
                    _ => format!("${{{}}}", code.code),
                });
                let parts: Vec<_> = parts.collect();
                let separator = separator.replace('\n', "${\"\\n\"}").replace('\t', "${\"\\t\"}");
                Ok(format!("`{}`", parts.join(&separator)))
            }
        }
    }
}
