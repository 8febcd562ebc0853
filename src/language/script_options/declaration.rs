//! One option of a script.

use crate::did_you_mean::nearest;
use crate::language::script_options::kind::OptionKind;
use crate::values::names::texts;
use rhai::{Array, Dynamic, Map};

/// The keys of a declaration.
const KEYS: &[&str] = &["help", "kind", "fallback", "short", "one_of", "positional"];

/// One option.
#[derive(Debug, Clone)]
pub(crate) struct OptionDeclaration {
    /// The key by which the script reads it.
    pub(crate) name: String,
    /// What it is, for the help page.
    pub(crate) help: String,
    pub(crate) kind: OptionKind,
    /// The value if it is not given; `None` if it must be.
    pub(crate) fallback: Option<Dynamic>,
    /// The letter after a single `-`.
    pub(crate) short: Option<char>,
    /// The values that it may have; empty if any.
    pub(crate) one_of: Vec<String>,
    /// Whether it may be given without its name.
    pub(crate) is_positional: bool,
}

impl OptionDeclaration {
    /// Reads what a script declares under a name.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn read(name: &str, value: &Dynamic) -> Result<Self, String> {
        let problem = |text: String| Err(format!("the option `{name}` {text}"));
        let Some(map) = value.read_lock::<Map>() else {
            return problem("must be a map, such as #{help: \"...\", kind: \"file\"}".to_owned());
        };
        if let Some(key) = map.keys().find(|key| !KEYS.contains(&key.as_str())) {
            let near = nearest(key, KEYS.iter().copied()).map(|near| format!("; did you mean `{near}`?"));
            return problem(format!("has an unknown key `{key}`{}", near.unwrap_or_default()));
        }
        let text = |key: &str| map.get(key).map(|value| value.clone().into_string());
        let Ok(help) = text("help").unwrap_or(Ok(String::new())) else {
            return problem("must have a string as `help`".to_owned());
        };
        let fallback = map.get("fallback").cloned();
        let kind = match text("kind") {
            None => Some(kind_of(fallback.as_ref())),
            Some(name) => name.ok().and_then(|name| OptionKind::named(&name)),
        };
        let Some(kind) = kind else {
            return problem(format!("must have one of these as `kind`: {}", OptionKind::names().join(", ")));
        };
        let Ok(one_of) = map.get("one_of").map_or(Ok(Vec::new()), texts) else {
            return problem("must have a list of strings as `one_of`".to_owned());
        };
        let short = match map.get("short").map(|value| letter(&value.to_string())) {
            Some(None) => return problem("must have one letter as `short`".to_owned()),
            short => short.flatten(),
        };
        let Ok(positional) = map.get("positional").map(Dynamic::as_bool).transpose() else {
            return problem("must have true or false as `positional`".to_owned());
        };
        let is_flag = kind == OptionKind::Flag;
        let fallback = fallback.or_else(|| is_flag.then(|| Dynamic::from(false)));
        let is_positional = !is_flag && positional.unwrap_or(fallback.is_none());
        let option = Self { name: name.to_owned(), help, kind, fallback: None, short, one_of, is_positional };
        match fallback.map(|value| option.fallback_of(&value)).transpose() {
            Ok(fallback) => Ok(Self { fallback, ..option }),
            Err(text) => problem(text),
        }
    }

    /// The name on the command line.
    pub(crate) fn long(&self) -> String {
        format!("--{}", self.name.replace('_', "-"))
    }

    /// The name in messages: that of an argument without a name in capitals.
    pub(crate) fn shown(&self) -> String {
        if self.is_positional { self.name.replace('_', "-").to_uppercase() } else { self.long() }
    }

    /// The word for its value in a help page.
    pub(crate) fn placeholder(&self) -> String {
        let choice = || self.one_of.join("|");
        if self.one_of.is_empty() { self.kind.placeholder().to_owned() } else { choice() }
    }

    /// Whether the operator must give it.
    pub(crate) fn is_required(&self) -> bool {
        self.fallback.is_none()
    }

    /// The value of the texts that the operator gave.
    ///
    /// # Errors
    /// The end of a sentence that begins with the name of the option.
    pub(crate) fn value(&self, texts: &[String]) -> Result<Dynamic, String> {
        texts.iter().try_for_each(|text| self.check(text))?;
        if self.kind == OptionKind::List {
            let lists: Vec<_> = texts.iter().map(|text| self.kind.value(text)).collect::<Result<_, _>>()?;
            return Ok(lists.into_iter().flat_map(Dynamic::cast::<Array>).collect::<Array>().into());
        }
        texts.last().map_or(Ok(Dynamic::UNIT), |text| self.kind.value(text))
    }

    /// Whether a string is right, without reading what it names.
    ///
    /// # Errors
    /// As [`OptionDeclaration::value`].
    pub(crate) fn check(&self, text: &str) -> Result<(), String> {
        self.kind.check(text)?;
        let known = |part: &str| self.one_of.is_empty() || self.one_of.iter().any(|known| known == part);
        let parts =
            if self.kind == OptionKind::List { crate::tabular::list(text) } else { vec![text.to_owned()] };
        match parts.iter().find(|part| !known(part)) {
            None => Ok(()),
            Some(part) => {
                let near = nearest(part, self.one_of.iter().map(String::as_str));
                let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                Err(format!("must be one of {}, not `{part}`{near}", self.one_of.join(", ")))
            }
        }
    }

    /// The value in place of one that is not given. A string is read like one of the operator, but names no file that
    /// must exist.
    fn fallback_of(&self, value: &Dynamic) -> Result<Dynamic, String> {
        let wrong = || format!("has a `fallback` that is not a {}", kind_name(self.kind));
        if value.is_unit() {
            return Ok(Dynamic::UNIT);
        }
        match self.kind {
            OptionKind::Number if value.is_int() || value.is_float() => Ok(value.clone()),
            OptionKind::Flag if value.is_bool() => Ok(value.clone()),
            OptionKind::List if value.is_array() || value.is_string() => {
                let names = texts(value).map_err(|_| wrong())?;
                Ok(names.into_iter().map(Dynamic::from).collect::<Array>().into())
            }
            OptionKind::Number | OptionKind::Flag | OptionKind::List => Err(wrong()),
            OptionKind::Secret => {
                Err("is secret; its `fallback` can only be (), since scripts are not secret".to_owned())
            }
            _ => {
                let text = value.clone().into_string().map_err(|_| wrong())?;
                if !self.one_of.is_empty() {
                    self.check(&text).map_err(|end| format!("has a `fallback` that {end}"))?;
                }
                self.kind.value(&text).map_err(|_| wrong())
            }
        }
    }
}

/// The kind that a fallback shows.
fn kind_of(fallback: Option<&Dynamic>) -> OptionKind {
    match fallback {
        Some(value) if value.is_bool() => OptionKind::Flag,
        Some(value) if value.is_int() || value.is_float() => OptionKind::Number,
        Some(value) if value.is_array() => OptionKind::List,
        _ => OptionKind::String,
    }
}

fn kind_name(kind: OptionKind) -> &'static str {
    match kind {
        OptionKind::Number => "number",
        OptionKind::Flag => "boolean",
        OptionKind::List => "list of strings",
        OptionKind::Date => "date such as \"2026-11-30\"",
        OptionKind::Email => "valid e-mail address",
        _ => "string",
    }
}

fn letter(text: &str) -> Option<char> {
    let mut letters = text.chars();
    letters.next().filter(|letter| letters.next().is_none() && letter.is_ascii_alphabetic())
}
