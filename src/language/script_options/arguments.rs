//! The arguments of a script, by its options.

use crate::did_you_mean::nearest;
use crate::language::script_options::declaration::OptionDeclaration;
use crate::language::script_options::kind::OptionKind;
use rhai::{Dynamic, Map};
use std::collections::BTreeMap;

/// The arguments of a script.
#[derive(Debug, Default)]
pub(crate) struct ScriptArguments {
    /// The texts of each option that was given.
    given: BTreeMap<usize, Vec<String>>,
    /// The values of secret options that the operator gave with `--secret-arg`.
    secrets: BTreeMap<usize, String>,
    /// Everything that is wrong with them.
    pub(crate) problems: Vec<String>,
    /// Whether they ask for the help page.
    pub(crate) wants_help: bool,
}

/// Where the next words go.
struct ArgumentReader<'d> {
    declared: &'d [OptionDeclaration],
    read: ScriptArguments,
    /// The arguments without a name that were read.
    positional: Vec<String>,
    has_unknown: bool,
}

impl ScriptArguments {
    /// Reads the arguments of a script; the last `secrets` of them are secret.
    pub(crate) fn read(declared: &[OptionDeclaration], arguments: &[String], secrets: usize) -> Self {
        let (plain, secret) = arguments.split_at(arguments.len().saturating_sub(secrets));
        let mut reader =
            ArgumentReader { declared, read: Self::default(), positional: Vec::new(), has_unknown: false };
        reader.words(plain);
        reader.place_positional();
        reader.place_secrets(secret);
        reader.read.check(declared);
        reader.read
    }

    fn check(&mut self, declared: &[OptionDeclaration]) {
        for (index, option) in declared.iter().enumerate() {
            let given = self.given.get(&index);
            match given {
                None if option.is_required() && !self.secrets.contains_key(&index) => {
                    self.problems.push(format!("{} is missing{}", option.shown(), described(option)));
                }
                None => {}
                Some(texts) => {
                    let wrong = texts.iter().filter_map(|text| option.check(text).err());
                    self.problems.extend(wrong.map(|end| format!("{} {end}", option.shown())));
                    if texts.len() > 1 && option.kind != OptionKind::List {
                        self.problems.push(format!("{} is given {} times", option.shown(), texts.len()));
                    }
                }
            }
        }
    }

    /// The values by the names of the options.
    ///
    /// # Errors
    /// What is wrong, such as a secret that cannot be read.
    pub(crate) fn values(&self, declared: &[OptionDeclaration]) -> Result<Map, String> {
        let mut values = Map::new();
        for (index, option) in declared.iter().enumerate() {
            let value = match (self.given.get(&index), self.secrets.get(&index)) {
                (Some(texts), _) => option.value(texts).map_err(|end| format!("{} {end}", option.shown()))?,
                (None, Some(secret)) => Dynamic::from(secret.clone()),
                (None, None) => option.fallback.clone().unwrap_or(Dynamic::UNIT),
            };
            values.insert(option.name.as_str().into(), value);
        }
        Ok(values)
    }

    /// Whether an option was given.
    pub(crate) fn has(&self, index: usize) -> bool {
        self.given.contains_key(&index)
    }
}

impl ArgumentReader<'_> {
    fn words(&mut self, words: &[String]) {
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            if word == "--" {
                self.positional.extend(rest.by_ref().cloned());
            } else if let Some(long) = word.strip_prefix("--") {
                self.long(long, &mut rest);
            } else if let Some(letters) = word.strip_prefix('-').filter(|letters| is_letters(letters)) {
                self.letters(letters, &mut rest);
            } else {
                self.positional.push(word.clone());
            }
        }
    }

    fn long<'w>(&mut self, word: &str, rest: &mut impl Iterator<Item = &'w String>) {
        let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        if name == "help" {
            self.read.wants_help = true;
            return;
        }
        match by_name(self.declared, name) {
            Some(index) => self.take(index, value.map(str::to_owned), rest),
            None => self.unknown(&format!("--{name}")),
        }
    }

    /// Switches may share one `-`; the first option with a value takes what follows.
    fn letters<'w>(&mut self, letters: &str, rest: &mut impl Iterator<Item = &'w String>) {
        for (place, letter) in letters.char_indices() {
            if letter == 'h' {
                self.read.wants_help = true;
                continue;
            }
            let Some(index) = self.declared.iter().position(|option| option.short == Some(letter)) else {
                self.unknown(&format!("-{letter}"));
                return;
            };
            if self.declared[index].kind != OptionKind::Flag {
                let value = letters[place + letter.len_utf8()..].trim_start_matches('=');
                self.take(index, Some(value.to_owned()).filter(|value| !value.is_empty()), rest);
                return;
            }
            self.add(index, "true".to_owned());
        }
    }

    fn take<'w>(&mut self, index: usize, value: Option<String>, rest: &mut impl Iterator<Item = &'w String>) {
        let option = &self.declared[index];
        match value {
            Some(value) => self.add(index, value),
            None if option.kind == OptionKind::Flag => self.add(index, "true".to_owned()),
            None => match rest.next() {
                Some(value) => self.add(index, value.clone()),
                None => self.read.problems.push(format!("{} needs a value", option.long())),
            },
        }
    }

    fn add(&mut self, index: usize, text: String) {
        self.read.given.entry(index).or_default().push(text);
    }

    fn unknown(&mut self, option: &str) {
        self.has_unknown = true;
        let names: Vec<_> = self.declared.iter().map(OptionDeclaration::long).collect();
        let near = nearest(option, names.iter().map(String::as_str)).filter(|_| option.starts_with("--"));
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        self.read.problems.push(format!("`{option}` is not an option of the script{near}"));
    }

    /// Gives the arguments without a name to the options that may have none and are not given yet, in their order. The
    /// last one takes all that is left if it is a list.
    fn place_positional(&mut self) {
        let words = std::mem::take(&mut self.positional);
        let mut words = words.into_iter().peekable();
        for (index, option) in self.declared.iter().enumerate() {
            if !option.is_positional || self.read.has(index) || words.peek().is_none() {
                continue;
            }
            let is_last = self.declared[index + 1..].iter().all(|later| !later.is_positional);
            let count = if option.kind == OptionKind::List && is_last { usize::MAX } else { 1 };
            let taken: Vec<_> = words.by_ref().take(count).collect();
            self.read.given.insert(index, taken);
        }
        // After a mistyped option, its value is left over.
        if !self.has_unknown {
            self.read.problems.extend(words.map(|word| format!("`{word}` is one argument too many")));
        }
    }

    fn place_secrets(&mut self, secrets: &[String]) {
        let is_open = |(index, option): &(usize, &OptionDeclaration)| {
            option.kind == OptionKind::Secret && !self.read.has(*index)
        };
        let open: Vec<_> = self.declared.iter().enumerate().filter(is_open).map(|(index, _)| index).collect();
        if secrets.len() > open.len() {
            let message = format!(
                "{} secret arguments are given; the script has {} secret options for them",
                secrets.len(),
                open.len()
            );
            self.read.problems.push(message);
        }
        self.read.secrets.extend(open.into_iter().zip(secrets.iter().cloned()));
    }
}

/// The option of a name, which may be written with `-` or `_`.
pub(crate) fn by_name(declared: &[OptionDeclaration], name: &str) -> Option<usize> {
    let name = name.replace('-', "_");
    declared.iter().position(|option| option.name.replace('-', "_") == name)
}

/// Whether what follows a `-` are letters of options, and not a number or nothing.
fn is_letters(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_alphabetic())
}

fn described(option: &OptionDeclaration) -> String {
    if option.help.is_empty() { String::new() } else { format!(": {}", option.help) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::script_options::reader;

    const DECLARED: &str = r#"options(#{
        source: #{help: "the people"},
        groups: #{kind: "list", fallback: [], positional: true},
        few: #{fallback: 3, short: "f"},
        dry_run: #{kind: "flag", short: "d"},
        mode: #{one_of: ["add", "remove"], fallback: "add"},
        token: #{kind: "secret", fallback: ()},
    })"#;

    fn read(line: &str, secrets: usize) -> Result<Map, Vec<String>> {
        let options = reader::read(DECLARED).unwrap();
        let words: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
        let read = ScriptArguments::read(options.list(), &words, secrets);
        if read.problems.is_empty() { Ok(read.values(options.list()).unwrap()) } else { Err(read.problems) }
    }

    fn shown(line: &str, secrets: usize) -> String {
        format!("{:?}", read(line, secrets).unwrap())
    }

    #[test]
    fn arguments_have_names_letters_or_places() {
        for line in [
            "people.csv A,B --few 5 --dry-run",
            "--source people.csv --groups A --groups B -df5",
            "--few=5 -d people.csv A B",
            "-d -f 5 -- people.csv A B",
            "--dry_run=yes -f=5 people.csv A B",
        ] {
            let expected = shown("people.csv A,B --few 5 --dry-run", 0);
            assert_eq!(shown(line, 0), expected, "{line}");
        }
        assert_eq!(
            shown("-5", 0),
            r#"{"dry_run": false, "few": 3, "groups": [], "mode": "add", "source": "-5", "token": ()}"#
        );
        assert!(shown("x secret-value", 1).contains(r#""token": "secret-value""#));
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let problems = read("--few many --modes=add --mode=remov --dry-run=perhaps -x --few", 0).unwrap_err();
        let expected = [
            "`--modes` is not an option of the script; did you mean `--mode`?",
            "`-x` is not an option of the script",
            "--few needs a value",
            "SOURCE is missing: the people",
            "--few must be a number, not `many`",
            "--dry-run is a switch; it can be `true` or `false`, not `perhaps`",
            "--mode must be one of add, remove, not `remov`; did you mean `remove`?",
        ];
        assert_eq!(problems, expected);
        assert_eq!(read("x --few 1 --few 2", 0).unwrap_err(), ["--few is given 2 times"]);
        assert_eq!(
            read("x a b", 2).unwrap_err(),
            ["2 secret arguments are given; the script has 1 secret options for them"]
        );
        assert!(!format!("{:?}", read("x --token hunter22", 0)).contains("hunter22"));
    }

    #[test]
    fn one_argument_too_many_is_named() {
        let options = reader::read("options(#{a: #{}})").unwrap();
        let words = ["x".to_owned(), "y".to_owned()];
        assert_eq!(
            ScriptArguments::read(options.list(), &words, 0).problems,
            ["`y` is one argument too many"]
        );
    }
}
