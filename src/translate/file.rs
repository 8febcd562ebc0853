//! The translation of a whole file.

use super::helpers;
use super::report::Translation;
use super::syntax::PythonFile;
use super::translator::{NamePlace, Translator};
use super::writer::ScriptWriter;
use std::collections::BTreeSet;

/// Translates a file.
pub(super) fn translate(
    file: &PythonFile,
    left: &BTreeSet<usize>,
    built_in: &BTreeSet<String>,
) -> Translation {
    // What a statement that is left gives is known only at the end, and lines before it may use it.
    let mut left_values = BTreeSet::new();
    loop {
        let (translation, values) = translate_with(file, left, built_in, left_values.clone());
        if values.is_subset(&left_values) {
            return translation;
        }
        left_values.extend(values);
    }
}

/// Translates a file whose variables and fields of these names have values of statements that are left. Returns those
/// that it found.
fn translate_with(
    file: &PythonFile,
    left: &BTreeSet<usize>,
    built_in: &BTreeSet<String>,
    left_values: BTreeSet<String>,
) -> (Translation, BTreeSet<String>) {
    let mut translator = Translator::new(file, left, built_in);
    translator.left_values = left_values;
    translator.find_parsers();
    translator.survey();
    let has_state = translator.places.values().any(|place| *place == NamePlace::State);
    translator.heading(has_state);
    translator.statements(&file.body);
    for name in translator.scope.files.keys().cloned().collect::<Vec<_>>() {
        for line in translator.close_file(&name) {
            translator.writer.extra(&line);
        }
    }
    translator.name_defects_of_lines();
    let helpers: Vec<_> = helpers::all().filter(|helper| translator.helpers.contains(helper.name)).collect();
    let (mut script, lines, missing, mut sources) =
        std::mem::replace(&mut translator.writer, ScriptWriter::new(file)).finish();
    for helper in helpers.iter().filter(|helper| !helper.code.is_empty()) {
        script.push('\n');
        script.push_str(helper.code);
        script.push('\n');
        sources.resize(script.lines().count(), 0);
    }
    let statements = file.body.iter().map(|statement| (statement.first, statement.last)).collect();
    (Translation { script, lines, missing, sources, statements }, translator.left_values)
}

impl Translator<'_> {
    /// The line that keeps the variables that functions change.
    fn heading(&mut self, has_state: bool) {
        if !has_state {
            return;
        }
        self.writer.catch_up(2.min(self.file.body.first().map_or(1, |first| first.first)));
        let first = self.file.body.iter().find(|statement| {
            use super::syntax::PyStatementKind as S;
            !matches!(&statement.kind, S::Expression(value) if value.text().is_some())
        });
        let line = first.map_or(1, |statement| statement.first);
        // The description of the file stays at its top.
        if let Some(description) = self.file.body.first()
            && description.first < line
        {
            self.statement(description);
            self.done = description.first;
        }
        self.writer.extra("// variables that functions change");
        self.writer.extra("let state = #{};");
    }
}
