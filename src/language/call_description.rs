//! Describes a call of a function that does not exist. Rhai reports it as `name (type, type)`.

use super::catalog::{Catalog, forms_of_rhai, names_of_rhai};
use super::foreign_habits::INTERPOLATION;
use super::python_names::foreign_name;
use super::suggestions::did_you_mean;
use super::type_names::display_name;
use crate::language::catalog::FunctionEntry;
use crate::language::message::{ErrorTopic, ErrorWords};

/// A failed call.
#[derive(Debug, PartialEq, Eq)]
pub struct CallText {
    /// The function's name, an operator, or `module::name`.
    pub name: String,
    /// The display names of the argument types.
    pub types: Vec<String>,
}

impl CallText {
    /// Parses the text of Rhai's error.
    pub fn parse(text: &str) -> Self {
        let (name, types) = text.split_once(" (").unwrap_or((text, ""));
        let types = types.strip_suffix(')').unwrap_or(types);
        let types = split(types).into_iter().map(|name| shown(&name)).collect();
        Self { name: name.to_owned(), types }
    }

    /// What went wrong and, if the call alone shows it, what to do.
    pub fn describe(&self) -> ErrorWords {
        let types = format!("({})", self.types.join(", "));
        let own = self.name.strip_prefix("umapi::").unwrap_or(&self.name);
        if self.name.starts_with("anon$") {
            return worded(format!("the closure does not take {types}"), None, ErrorTopic::Other);
        }
        if !own.starts_with(|letter: char| letter.is_alphabetic() || letter == '_') {
            return self.operator();
        }
        let catalog = Catalog::read();
        let forms = catalog.find(own);
        if !forms.is_empty() {
            let hint = foreign_name(own).or_else(|| forms_hint(&forms));
            return worded(self.not_taken(own, &types), hint, self.topic(own));
        }
        self.unknown(own, &types)
    }

    fn not_taken(&self, name: &str, types: &str) -> String {
        match self.types.as_slice() {
            [] => format!("`{name}` cannot be called without a value"),
            _ => format!("`{name}` does not take {types}"),
        }
    }

    fn unknown(&self, name: &str, types: &str) -> ErrorWords {
        let standard = names_of_rhai();
        let foreign = foreign_name(name);
        if standard.iter().any(|known| known == name) {
            return worded(
                self.not_taken(name, types),
                foreign.or_else(|| self.of_nothing()).or_else(|| self.forms(name)),
                self.topic(name),
            );
        }
        let message = match self.types.as_slice() {
            [] => format!("there is no function `{}`", self.name),
            _ => format!("there is no function `{}` that takes {types}", self.name),
        };
        let hint = foreign.or_else(|| did_you_mean(name, []));
        worded(message, hint, ErrorTopic::Function(name.to_owned()))
    }

    fn forms(&self, name: &str) -> Option<String> {
        let forms = forms_of_rhai(name, self.types.first()?);
        forms_hint(&forms.iter().take(FORMS_SHOWN).collect::<Vec<_>>())
    }

    fn operator(&self) -> ErrorWords {
        let name = &self.name;
        let message = match self.types.as_slice() {
            [one, other] => format!("`{name}` does not work between {one} and {other}"),
            types => format!("`{name}` does not work on {}", types.join(", ")),
        };
        let of_string = self.types.first().is_some_and(|first| *first == display_name("string"));
        let hint = if name == "%" && of_string { Some(INTERPOLATION.to_owned()) } else { self.of_nothing() };
        worded(message, hint, self.topic(name))
    }

    fn of_nothing(&self) -> Option<String> {
        let hint = "One of the values is `()`: a key that the map does not have, or the result of a function that returns nothing.";
        self.types.iter().any(|name| name == NOTHING).then(|| hint.to_owned())
    }

    fn topic(&self, name: &str) -> ErrorTopic {
        let has_nothing = self.types.iter().any(|name| name == NOTHING);
        if has_nothing { ErrorTopic::Nothing } else { ErrorTopic::Arguments(name.to_owned()) }
    }
}

/// The most forms that a hint shows, the shortest first: Rhai has up to a dozen forms of one function.
pub(crate) const FORMS_SHOWN: usize = 3;

const NOTHING: &str = "nothing";

fn worded(message: String, hint: Option<String>, topic: ErrorTopic) -> ErrorWords {
    ErrorWords { message, hint, topic }
}

fn shown(type_name: &str) -> String {
    Some(display_name(type_name)).filter(|word| !word.is_empty()).unwrap_or_else(|| NOTHING.to_owned())
}

/// The forms of a function as a hint, if it has any.
pub(crate) fn forms_hint(forms: &[&FunctionEntry]) -> Option<String> {
    let forms: Vec<_> = forms.iter().map(|form| format!("`{}`", form.signature())).collect();
    (!forms.is_empty()).then(|| format!("It is {}.", forms.join(" or ")))
}

/// Splits at the commas outside of brackets.
fn split(types: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0_usize;
    for letter in types.chars() {
        match letter {
            '(' | '<' => depth += 1,
            ')' | '>' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = parts.last_mut() {
            last.push(letter);
        }
    }
    parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wording(text: &str) -> ErrorWords {
        crate::script::functions::catalog(); // declares the families that `Catalog::read` reads
        CallText::parse(text).describe()
    }

    #[test]
    fn a_call_is_parsed() {
        let call = CallText::parse("f (&str | ImmutableString | String, (), Foo<A, B>)");
        assert_eq!(
            (call.name.as_str(), call.types.join("; ").as_str()),
            ("f", format!("{}; nothing; Foo", display_name("string")).as_str())
        );
        assert!(CallText::parse("f ()").types.is_empty());
    }

    #[test]
    fn an_unknown_name_suggests_the_nearest_of_ours_and_rhai_s() {
        let ours = wording("get_usres (&str | ImmutableString | String)");
        assert_eq!(
            ours.message,
            format!("there is no function `get_usres` that takes ({})", display_name("string"))
        );
        assert_eq!(ours.hint.as_deref(), Some("Did you mean `get_users`?"));
        assert_eq!(wording("to_uper (string)").hint.as_deref(), Some("Did you mean `to_upper`?"));
        assert_eq!(wording("xyzzy ()").hint, None);
    }

    #[test]
    fn a_known_name_lists_what_it_takes() {
        let string = display_name("string");
        let wording = wording("umapi::get_user (i64)");
        assert_eq!(wording.message, format!("`get_user` does not take ({})", display_name("i64")));
        assert_eq!(
            wording.hint.as_deref(),
            Some(format!("It is `get_user(email: {string}) -> User` or `get_user(name: {string}, options: map) -> User`.").as_str())
        );
    }

    #[test]
    fn a_function_of_rhai_s_lists_what_it_takes_there() {
        let wording = wording("split_rev (string, i64)");
        assert_eq!(
            wording.message,
            format!("`split_rev` does not take ({}, {})", display_name("string"), display_name("i64"))
        );
        let hint = wording.hint.unwrap_or_default();
        assert!(hint.contains(&format!("split_rev(delimiter: {})", display_name("string"))), "{hint}");
    }

    #[test]
    fn operators_name_both_sides() {
        let kinds = format!("{} and {}", display_name("string"), display_name("i64"));
        assert_eq!(wording("- (string, i64)").message, format!("`-` does not work between {kinds}"));
        assert_eq!(wording("! (array)").message, "`!` does not work on list");
        assert!(wording("+ ((), i64)").hint.unwrap_or_default().contains("One of the values is `()`"));
        assert!(wording("% (string, i64)").hint.unwrap_or_default().contains("backticks"));
    }

    #[test]
    fn names_from_python_are_replaced() {
        assert_eq!(wording("append (array, i64)").hint.as_deref(), Some("Use `list.push(x)`."));
        assert_eq!(
            wording("range (i64)").message,
            format!("`range` does not take ({})", display_name("i64"))
        );
    }

    #[test]
    fn a_closure_is_called_one() {
        assert_eq!(
            wording("anon$12ab (i64)").message,
            format!("the closure does not take ({})", display_name("i64"))
        );
    }
}
