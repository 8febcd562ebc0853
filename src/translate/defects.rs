//! The known defects of Adobe's samples, by their numbers, and how a draft treats them.

use super::report::LineOutcome;
use super::syntax::{PyExpression, PyNode, PyStatementKind};
use super::translator::Translator;

/// A known defect: its number, what it is, and how a line of the source shows it, if a line is enough.
struct KnownDefect {
    number: &'static str,
    words: &'static str,
    is_in: fn(&str, &str) -> bool,
}

const fn defect(number: &'static str, words: &'static str, is_in: fn(&str, &str) -> bool) -> KnownDefect {
    KnownDefect { number, words, is_in }
}

/// A defect that is found while the syntax tree is translated.
fn elsewhere(_: &str, _: &str) -> bool {
    false
}

/// Each test gets a line and the whole file.
const DEFECTS: &[KnownDefect] = &[
    defect("B1", "its retries never work: randint and sleep are not imported", |line, file| {
        ["randint", "sleep"].iter().any(|name| {
            let is_called = line.contains(&format!("{name}(")) && !line.contains(&format!(".{name}("));
            is_called && !file.contains(&format!("import {name}"))
        })
    }),
    defect("B2", "the wait between its attempts never grows", |line, _| line.contains("retry_wait <= 0")),
    defect("B3", "a Retry-After that is a date is an error", |line, _| {
        line.contains("int(") && line.contains("Retry-After")
    }),
    defect("B4", "it does not retry after a time-out or a lost connection", |line, file| {
        line.starts_with("except Exception") && file.contains("Retry-After")
    }),
    defect("B5", "it returns None after every failure", |line, _| {
        line.contains("Unexpected HTTP Status") || line.contains("giving up after")
    }),
    defect("B6", "a default argument that is shared by all calls; a body forces POST", |line, _| {
        line.starts_with("def ") && line.contains("={}")
    }),
    defect("B7", "it builds the URL once, and reads the first page for ever", elsewhere),
    defect("B8", "it reads fields of a response that may be missing", elsewhere),
    defect("B9", "it does not encode names in URLs", elsewhere),
    defect("B10", "it cannot name the domain of the user", |line, _| {
        line.contains("/organizations/")
            || (line.contains("/users/") && line.contains("ORG_ID") && line.contains("email"))
    }),
    defect("B11", "the service has no step addEnterpriseID", elsewhere),
    defect("B12", "it ignores its argument `permanent`", elsewhere),
    defect("B13", "it deletes the accounts that it has just created", elsewhere),
    defect("B14", "it sends an empty list of groups for a blank cell", |line, _| line == "groups = []"),
    defect("B15", "it does not trim the names of groups, and sends more than 10 in one list", |line, _| {
        line.contains("groups") && line.contains(".split(',')")
    }),
    defect("B16", "it says that all is done after failures too", |line, _| {
        line.starts_with("print(") && line.contains("All done")
    }),
    defect("B17", "its test for nothing to update is never true", elsewhere),
    defect("B18", "the domain of the username is misspelled", elsewhere),
    defect(
        "B19",
        "it fails for an e-mail without @, and takes its domain for that of the sign-in",
        elsewhere,
    ),
    defect("B20", "it joins the form of the sign-in by hand", |line, _| line.contains("client_secret=")),
    defect("B21", "it does not look when the token expires", |line, file| {
        (line.contains("/ims/token")
            || line.contains("/ims/exchange/jwt")
            || line.contains("['access_token']"))
            && !file.contains("expires_in")
    }),
    defect("B22", "uuid1 reveals the machine and the time", elsewhere),
    defect("B23", "it decodes a token that is a string", |line, _| {
        line.contains("jwt") && line.contains(".decode(")
    }),
    defect("B24", "its exit code is the status of the response", elsewhere),
    defect("B25", "it has no retry and no time-out", |line, file| {
        ["requests.get(", "requests.post("].iter().any(|call| line.contains(call))
            && !line.contains("timeout")
            && !file.contains("Retry-After")
    }),
    defect("B26", "it reads the first page only", |line, file| {
        line == "page = 0" && !file.contains("while ") && !file.contains("for ")
    }),
    defect("B27", "it writes tokens into its configuration", |line, _| {
        line.contains("config.set(") && line.contains("token")
    }),
];

/// The number of a defect and what it is.
fn described(number: &str) -> String {
    let known = DEFECTS.iter().find(|known| known.number == number);
    known.map_or_else(|| number.to_owned(), |known| format!("{number}: {}", known.words))
}

impl Translator<'_> {
    /// Notes that a draft does not have a defect of the source.
    pub(super) fn note_defect(&mut self, line: usize, number: &str) {
        self.writer.outcome(line, LineOutcome::Fixed, &described(number));
    }

    /// Names a defect of the source that the draft keeps.
    pub(super) fn name_defect(&mut self, line: usize, number: &str) {
        self.writer.outcome(line, LineOutcome::Same, &described(number));
    }

    /// Names the defects that a line of code shows, also where it is built in.
    pub(super) fn name_defects_of_lines(&mut self) {
        let description = self.file.body.first().filter(
            |first| matches!(&first.kind, PyStatementKind::Expression(value) if value.text().is_some()),
        );
        let after = description.map_or(0, |description| description.last);
        let code: Vec<&str> = self.file.lines.iter().map(|line| line.trim()).collect();
        let file = code
            .iter()
            .skip(after)
            .filter(|line| !line.starts_with('#'))
            .copied()
            .collect::<Vec<_>>()
            .join("\n");
        for (index, line) in code.iter().enumerate().skip(after).filter(|(_, line)| !line.starts_with('#')) {
            for known in DEFECTS.iter().filter(|known| (known.is_in)(line, &file)) {
                self.name_defect(index + 1, known.number);
            }
        }
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
