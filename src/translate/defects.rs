//! The known defects of Adobe's samples, by their numbers, and how a draft treats them.

use super::report::LineOutcome;
use super::syntax::{PyExpression, PyNode};
use super::translator::Translator;

/// What each number means.
const DEFECTS: &[(&str, &str)] = &[
    ("B1", "its retries never work: randint and sleep are not imported"),
    ("B7", "it builds the URL once, and reads the first page for ever"),
    ("B8", "it reads fields of a response that may be missing"),
    ("B9", "it does not encode names in URLs"),
    ("B11", "the service has no step addEnterpriseID"),
    ("B12", "it ignores its argument `permanent`"),
    ("B13", "it deletes the accounts that it has just created"),
    ("B14", "it sends an empty list of groups for a blank cell"),
    ("B17", "its test for nothing to update is never true"),
    ("B18", "the domain of the username is misspelled"),
    ("B19", "it fails for an e-mail without @, and takes its domain for that of the sign-in"),
    ("B20", "it joins the form of the sign-in by hand"),
    ("B22", "uuid1 reveals the machine and the time"),
    ("B23", "it decodes a token that is a string"),
    ("B24", "its exit code is the status of the response"),
    ("B26", "it reads the first page only"),
    ("B27", "it writes tokens into its configuration"),
];

impl Translator<'_> {
    /// Notes that a draft does not have a defect of the source.
    pub(super) fn note_defect(&mut self, line: usize, number: &str) {
        let known = DEFECTS.iter().find(|(known, _)| *known == number);
        let note = known.map_or_else(|| number.to_owned(), |(number, words)| format!("{number}: {words}"));
        self.writer.outcome(line, LineOutcome::Fixed, &note);
    }

    /// Names a defect of the source that the draft keeps.
    pub(super) fn name_defect(&mut self, line: usize, number: &str) {
        let known = DEFECTS.iter().find(|(known, _)| *known == number);
        let note = known.map_or_else(|| number.to_owned(), |(number, words)| format!("{number}: {words}"));
        self.writer.outcome(line, LineOutcome::Same, &note);
    }

    /// The key of a map; a step that does not exist becomes the one that is meant.
    pub(super) fn fixed_key(&mut self, key: &PyNode, name: String) -> String {
        if name == "addEnterpriseID" {
            self.note_defect(key.line, "B11");
            return "createEnterpriseID".to_owned();
        }
        name
    }

    /// `deleteAccount` by the argument of the function, not by a constant (B12); always true is named (B13).
    pub(super) fn fixed_deletion(&mut self, key: &str, value: &PyNode) -> PyNode {
        if key != "deleteAccount" {
            return value.clone();
        }
        let is_unused =
            self.scope.parameters.contains("permanent") && !self.scope.uses.read.contains_key("permanent");
        match &value.kind {
            PyExpression::Name(name) if is_unused && name == "PERMANENT_DELETE" => {
                self.note_defect(value.line, "B12");
                PyNode { kind: PyExpression::Name("permanent".to_owned()), ..value.clone() }
            }
            PyExpression::Bool(true) => {
                self.name_defect(value.line, "B13");
                value.clone()
            }
            _ => value.clone(),
        }
    }

    /// Defects that a line shows by itself.
    pub(super) fn look_for_defects(&mut self, node: &PyNode) {
        let mut found = Vec::new();
        node.walk(&mut |inner| match &inner.kind {
            PyExpression::Text(text) if text.contains("@dclaimed-domain") => {
                found.push((inner.line, "B18", false));
            }
            PyExpression::Index(_, index) if index.text() == Some("lastPage") => {
                found.push((inner.line, "B8", true));
            }
            PyExpression::Call(call) => {
                if let PyExpression::Attribute(_, method) = &call.function.kind
                    && method == "index"
                    && call.arguments.first().and_then(PyNode::text) == Some("@")
                {
                    found.push((inner.line, "B19", false));
                }
            }
            _ => {}
        });
        for (line, number, is_fixed) in found {
            if is_fixed { self.note_defect(line, number) } else { self.name_defect(line, number) }
        }
    }
}
