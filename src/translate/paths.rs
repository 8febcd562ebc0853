//! `pathlib`: paths are strings.

use super::expressions::{RhaiCode, level, quoted};
use super::syntax::{PyCall, PyExpression, PyNode};
use super::translator::{Translated, Translator, left};
use super::value_kind::ValueKind;

impl Translator<'_> {
    /// `Path("a", "b")`.
    pub(super) fn new_path(&mut self, parts: &[PyNode]) -> Translated<RhaiCode> {
        let texts: Option<Vec<_>> = parts.iter().map(PyNode::text).collect();
        if let Some([only]) = texts.as_deref()
            && is_written_plainly(only)
        {
            return Ok(RhaiCode::atom(quoted(only)));
        }
        if parts.is_empty() {
            return Ok(RhaiCode::atom("\".\""));
        }
        self.joined_path(parts.iter())
    }

    fn joined_path<'n>(&mut self, parts: impl Iterator<Item = &'n PyNode>) -> Translated<RhaiCode> {
        let parts: Vec<_> = parts.cloned().collect();
        let parts = self.plains(&parts)?;
        Ok(RhaiCode::atom(format!("{}([{}])", self.helper("path_text"), parts.join(", "))))
    }

    /// `folder / "name"`.
    pub(super) fn path_division(&mut self, folder: &PyNode, name: &PyNode) -> Translated<RhaiCode> {
        self.joined_path([folder, name].into_iter())
    }

    /// A field of a path.
    pub(super) fn path_field(&mut self, of: &PyNode, name: &str) -> Translated<RhaiCode> {
        let path = self.value(of, level::ATOM)?;
        match name {
            "name" => Ok(RhaiCode::atom(format!("{path}.split(\"/\")[-1]"))),
            _ => left(format!("`{name}` of a path")),
        }
    }

    /// A method of a path.
    pub(super) fn path_method(&mut self, of: &PyNode, method: &str, call: &PyCall) -> Translated<RhaiCode> {
        let is_encoding = call.keywords.iter().all(|(name, value)| {
            name.as_deref() == Some("encoding")
                && value.text().is_some_and(|text| ["utf-8", "utf8"].contains(&text.to_lowercase().as_str()))
        });
        if !is_encoding {
            return left(format!("keyword arguments of `{method}`"));
        }
        Ok(RhaiCode::atom(match (method, call.arguments.as_slice()) {
            ("exists", []) => format!("{}({})", self.helper("path_exists"), self.plain(of)?),
            ("is_file", []) => format!("file_exists({})", self.plain(of)?),
            ("is_dir", []) => format!("{}({})", self.helper("folder_exists"), self.plain(of)?),
            ("joinpath", parts @ [_, ..]) => {
                return self.joined_path(std::iter::once(of).chain(parts));
            }
            ("read_text", []) => format!("read_text({})", self.plain(of)?),
            ("write_text", [text]) => format!("write_text({}, {})", self.plain(of)?, self.plain(text)?),
            ("as_posix", []) => return self.expression(of),
            _ => return left(format!("`{method}` of a path")),
        }))
    }

    /// `open(path)` or `path.open()`: the call as `open` with the path as its first argument.
    pub(super) fn opened_path(&self, call: &PyCall) -> Option<PyCall> {
        match &call.function.kind {
            PyExpression::Attribute(of, method)
                if method == "open" && self.kind_of(of) == ValueKind::Path =>
            {
                let arguments = std::iter::once(&**of).chain(&call.arguments).cloned().collect();
                Some(PyCall { arguments, ..call.clone() })
            }
            _ => None,
        }
    }
}

/// Whether `str(Path(text))` is the text itself.
fn is_written_plainly(text: &str) -> bool {
    let inner = text.strip_prefix('/').unwrap_or(text);
    text == "." || (!inner.is_empty() && inner.split('/').all(|part| !part.is_empty() && part != "."))
}
