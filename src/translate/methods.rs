//! Methods of Python's values.

use super::expressions::{RhaiCode, is_repeatable, level};
use super::names;
use super::syntax::{PyCall, PyExpression, PyNode};
use super::translator::{Translated, Translator, left};
use super::value_kind::ValueKind;

/// Methods of strings that a helper stands for, with their number of arguments.
const WITH_HELPERS: &[(&str, usize, &str)] = &[
    ("title", 0, "title_case"),
    ("zfill", 1, "zero_padded"),
    ("ljust", 1, "left_aligned"),
    ("rjust", 1, "right_aligned"),
    ("center", 1, "centered"),
];

/// Tests of the letters of a string, as patterns.
const PATTERNS: &[(&[&str], &str)] = &[
    (&["isdigit", "isnumeric", "isdecimal"], "#\"^\\d+$\"#"),
    (&["isalpha"], "#\"^\\p{Alphabetic}+$\"#"),
    (&["isalnum"], "#\"^[\\p{Alphabetic}0-9]+$\"#"),
    (&["isspace"], "#\"^\\s+$\"#"),
];

impl Translator<'_> {
    pub(super) fn method_call(
        &mut self,
        node: &PyNode,
        of: &PyNode,
        method: &str,
        call: &PyCall,
    ) -> Translated<RhaiCode> {
        if self.is_left_value(of) {
            return left(format!("`{method}` of a value that is left"));
        }
        if self.kind_of(of) == ValueKind::Path {
            return self.path_method(of, method, call);
        }
        if self.kind_of(of) == ValueKind::Bytes && method != "decode" {
            return left(format!("the method `{method}` of bytes"));
        }
        if let Some(code) = self.object_call(node, of, method, call)? {
            return Ok(code);
        }
        if let Some(code) = self.client_method(of, method, call)? {
            return Ok(code);
        }
        if let Some(code) = self.file_call(of, method, call)? {
            return Ok(code);
        }
        if let Some(code) = self.response_call(of, method, call)? {
            return Ok(code);
        }
        if !call.keywords.is_empty()
            && !matches!(
                method,
                "sort" | "format" | "split" | "update" | "encode" | "decode" | "get" | "splitlines"
            )
        {
            return left(format!("keyword arguments of `{method}`"));
        }
        let kind = self.kind_of(of);
        if let Some(code) = self.changing_method(of, method, call, &kind)? {
            return Ok(code);
        }
        if let Some(code) = self.text_method(of, method, call, &kind)? {
            return Ok(code);
        }
        if let Some(code) = self.map_method(of, method, call, &kind)? {
            return Ok(code);
        }
        if let Some(code) = self.time_method(of, method, call, &kind)? {
            return Ok(code);
        }
        left(format!("the method `{method}`"))
    }

    /// A method of an object of a class of the script.
    fn object_call(
        &mut self,
        node: &PyNode,
        of: &PyNode,
        method: &str,
        call: &PyCall,
    ) -> Translated<Option<RhaiCode>> {
        let class = match self.kind_of(of) {
            ValueKind::Object(class) => class,
            kind => match (of.name(), &self.scope.own_object) {
                (Some(name), Some((own, _))) if name == own => self.scope.class.clone().unwrap_or_default(),
                (Some(name), _) if self.classes.contains_key(name) => name.to_owned(),
                (Some(name), _) if self.class_name.as_ref().is_some_and(|(own, _)| own == name) => {
                    self.class_name.as_ref().map(|(_, class)| class.clone()).unwrap_or_default()
                }
                _ => match self.only_class_with(method, &kind, of)? {
                    Some(class) => class,
                    None => return Ok(None),
                },
            },
        };
        let Some(function) = self.classes.get(&class).and_then(|class| class.methods.get(method)).cloned()
        else {
            return left(format!("the method `{method}` of the class `{class}`"));
        };
        if self.scope.closure_depth > 0 {
            return left(format!("`{method}` of an object, in a comprehension"));
        }
        self.awaits(&function, call)?;
        let arguments = self.arguments(&function, call, node)?;
        let written = function.written();
        if function.is_nested {
            // A static method.
            return Ok(Some(RhaiCode::atom(format!("{written}({arguments})"))));
        }
        if of.root().is_none() {
            let value = self.plain(of)?;
            let name = self.fresh("object");
            self.before.push(format!("let {name} = {value};"));
            return Ok(Some(RhaiCode::atom(format!("{name}.{written}({arguments})"))));
        }
        let object = self.value(of, level::ATOM)?;
        Ok(Some(RhaiCode::atom(format!("{object}.{written}({arguments})"))))
    }

    /// The class of a value of which nothing is known, if only one class has such a method.
    fn only_class_with(&self, method: &str, kind: &ValueKind, of: &PyNode) -> Translated<Option<String>> {
        let is_module = of.root().is_some_and(|root| self.imports.contains_key(root));
        if *kind != ValueKind::Unknown || is_module {
            return Ok(None);
        }
        let mut classes = self.classes.iter().filter(|(_, class)| class.methods.contains_key(method));
        match (classes.next(), classes.next()) {
            (None, _) => Ok(None),
            (Some((class, _)), None) if !names::is_python_method(method) => Ok(Some(class.clone())),
            _ => left(format!("`{method}` of a value that may be of several classes")),
        }
    }

    /// Methods that change a list, map or set in place.
    fn changing_method(
        &mut self,
        of: &PyNode,
        method: &str,
        call: &PyCall,
        kind: &ValueKind,
    ) -> Translated<Option<RhaiCode>> {
        let arguments = call.arguments.as_slice();
        let is_set = *kind == ValueKind::Set;
        let code = match (method, arguments) {
            ("append", [value]) => {
                let (list, value) = (self.lasting(of)?, self.plain(value)?);
                RhaiCode::atom(format!("{list}.push({value})"))
            }
            ("extend", [other]) => {
                let (list, other) = (self.lasting(of)?, self.letters_or_list(other)?);
                RhaiCode::of(format!("{list} += {other}"), level::LOWEST)
            }
            ("insert", [place, value]) => {
                let (list, place, value) = (self.lasting(of)?, self.plain(place)?, self.plain(value)?);
                RhaiCode::atom(format!("{list}.insert({place}, {value})"))
            }
            ("add", [value]) => {
                if !matches!(kind, ValueKind::Set | ValueKind::List(_) | ValueKind::Unknown) {
                    return Ok(None);
                }
                if !is_repeatable(value) {
                    let code = self.plain(value)?;
                    let name = self.fresh("added");
                    self.before.push(format!("let {name} = {code};"));
                    let set = self.lasting(of)?;
                    return Ok(Some(RhaiCode::of(
                        format!("if !({name} in {set}) {{ {set}.push({name}); }}"),
                        level::LOWEST,
                    )));
                }
                let (set, value) = (self.lasting(of)?, self.plain(value)?);
                RhaiCode::of(format!("if !({value} in {set}) {{ {set}.push({value}); }}"), level::LOWEST)
            }
            ("discard" | "remove", [value]) if is_set => {
                let (set, value) = (self.lasting(of)?, self.plain(value)?);
                RhaiCode::of(format!("{set} = {set}.without({value})"), level::LOWEST)
            }
            ("remove", [value]) if matches!(kind, ValueKind::List(_)) => {
                let (list, value) = (self.lasting(of)?, self.plain(value)?);
                // Only the first one, as in Python.
                RhaiCode::atom(format!("{list}.remove({}({list}, {value}))", self.helper("place_of")))
            }
            ("pop", []) if matches!(kind, ValueKind::List(_)) => {
                RhaiCode::atom(format!("{}.pop()", self.lasting(of)?))
            }
            ("popleft", []) => RhaiCode::atom(format!("{}.shift()", self.lasting(of)?)),
            ("pop", [place]) if matches!(kind, ValueKind::List(_)) => {
                let (list, place) = (self.lasting(of)?, self.plain(place)?);
                RhaiCode::atom(format!("{list}.remove({place})"))
            }
            ("pop", [key]) if self.kind_of(key) == ValueKind::Text => {
                let (map, key) = (self.lasting(of)?, self.key_of(of, key)?);
                RhaiCode::atom(format!("{map}.{}({key})", self.helper("dropped")))
            }
            ("pop", [key, other]) => {
                let (map, key, other) = (self.lasting(of)?, self.key_of(of, key)?, self.plain(other)?);
                RhaiCode::atom(format!("{map}.{}({key}, {other})", self.helper("taken")))
            }
            ("clear", []) => RhaiCode::atom(format!("{}.clear()", self.lasting(of)?)),
            ("reverse", []) => RhaiCode::atom(format!("{}.reverse()", self.lasting(of)?)),
            ("sort", []) => {
                let list = self.lasting(of)?;
                let sorted = self.sorted(of, call.keyword("key"), call.keyword("reverse"))?;
                RhaiCode::of(format!("{list} = {}", sorted.text), level::LOWEST)
            }
            ("update", [other]) if !is_set => {
                let (map, other) = (self.lasting(of)?, self.plain(other)?);
                if matches!(kind, ValueKind::Counter) {
                    return left("`update` of a Counter");
                }
                RhaiCode::of(format!("{map} += {other}"), level::LOWEST)
            }
            ("update", [other]) => {
                let (set, other) = (self.lasting(of)?, self.plain_iterated(other)?.at(level::SUM));
                RhaiCode::of(format!("{set} = ({set} + {other}).unique()"), level::LOWEST)
            }
            ("update", []) => {
                let map = self.lasting(of)?;
                let mut entries = Vec::new();
                for (name, value) in &call.keywords {
                    let Some(name) = name else { return left("`**` in `update`") };
                    entries.push(format!("{}: {}", super::expressions::quoted(name), self.plain(value)?));
                }
                RhaiCode::of(format!("{map} += #{{{}}}", entries.join(", ")), level::LOWEST)
            }
            ("setdefault", [key, value]) => {
                if !is_repeatable(of) || !is_repeatable(key) || self.scope.closure_depth > 0 {
                    return left("`setdefault` of a computed map");
                }
                let (map, key, value) = (self.lasting(of)?, self.key_of(of, key)?, self.plain(value)?);
                self.before.push(format!("if !({key} in {map}) {{ {map}[{key}] = {value}; }}"));
                RhaiCode::atom(format!("{map}[{key}]"))
            }
            _ => return Ok(None),
        };
        Ok(Some(code))
    }

    /// What is changed in place: a variable or an entry, not a copy.
    pub(super) fn lasting(&mut self, of: &PyNode) -> Translated<String> {
        if let Some(call) = of.call()
            && let PyExpression::Attribute(_, method) = &call.function.kind
            && method == "setdefault"
        {
            return self.value(of, level::ATOM);
        }
        if of.root().is_none() || self.scope.closure_depth > 0 {
            return left("a change of a computed value");
        }
        if let PyExpression::Index(inner, key) = &of.kind
            && self.kind_of(inner) == ValueKind::Counter
        {
            let (map, key) = (self.lasting(inner)?, self.key_of(inner, key)?);
            return Ok(format!("{map}[{key}]"));
        }
        if let PyExpression::Index(inner, key) = &of.kind
            && let ValueKind::DefaultMap(missing) = self.kind_of(inner)
        {
            return self.made_entry(inner, key, &missing);
        }
        self.value(of, level::ATOM)
    }

    fn text_method(
        &mut self,
        of: &PyNode,
        method: &str,
        call: &PyCall,
        kind: &ValueKind,
    ) -> Translated<Option<RhaiCode>> {
        let arguments = call.arguments.as_slice();
        if method == "format" {
            return self.format_call(of, call).map(Some);
        }
        if method == "join" {
            let [list] = arguments else { return left("`join`") };
            if let Some(code) = self.random_join(of, list)? {
                return Ok(Some(code));
            }
            let list = self.letters_or_list(list)?;
            return Ok(Some(RhaiCode::atom(format!("{list}.join({})", self.plain(of)?))));
        }
        let simple = match (method, arguments.len()) {
            ("strip", 0 | 1) => "trim",
            ("lstrip", 0 | 1) => "trim_start",
            ("rstrip", 0 | 1) => "trim_end",
            ("lower" | "casefold", 0) => "to_lower",
            ("upper", 0) => "to_upper",
            ("capitalize", 0) => "capitalize",
            ("replace", 2) => "replace",
            ("find", 1) if *kind != ValueKind::Unknown => "index_of",
            _ => "",
        };
        if !simple.is_empty() {
            let text = self.value(of, level::ATOM)?;
            let arguments = self.plains(arguments)?;
            return Ok(Some(RhaiCode::atom(format!("{text}.{simple}({})", arguments.join(", ")))));
        }
        if let Some((_, _, helper)) =
            WITH_HELPERS.iter().find(|(name, count, _)| *name == method && *count == arguments.len())
        {
            let all: Translated<Vec<_>> =
                std::iter::once(of).chain(arguments).map(|value| self.plain(value)).collect();
            return Ok(Some(RhaiCode::atom(format!("{}({})", self.helper(helper), all?.join(", ")))));
        }
        if let Some((_, pattern)) =
            PATTERNS.iter().find(|(names, _)| names.contains(&method) && arguments.is_empty())
        {
            return Ok(Some(RhaiCode::atom(format!("{}.matches({pattern})", self.value(of, level::ATOM)?))));
        }
        let code = match (method, arguments) {
            ("startswith" | "endswith", [only]) => {
                let name = if method == "startswith" { "starts_with" } else { "ends_with" };
                let text = self.value(of, level::ATOM)?;
                if let PyExpression::Tuple(parts) = &only.kind {
                    let tests: Translated<Vec<_>> = parts
                        .iter()
                        .map(|part| Ok(format!("{text}.{name}({})", self.plain(part)?)))
                        .collect();
                    return Ok(Some(RhaiCode::of(tests?.join(" || "), level::OR)));
                }
                RhaiCode::atom(format!("{text}.{name}({})", self.plain(only)?))
            }
            ("split", []) => RhaiCode::atom(format!("{}.split()", self.value(of, level::ATOM)?)),
            ("split", [mark]) if call.keywords.is_empty() => {
                let (text, mark) = (self.value(of, level::ATOM)?, self.plain(mark)?);
                RhaiCode::atom(format!("{text}.split({mark})"))
            }
            ("split" | "rsplit", [mark, rest @ ..]) => {
                let limit = rest.first().or_else(|| call.keywords.first().map(|(_, value)| value));
                let Some(PyExpression::Int(limit)) = limit.map(|limit| &limit.kind) else {
                    return left(format!("`{method}` with a computed limit"));
                };
                let count = limit.parse::<i64>().map_or(0, |limit| limit + 1);
                let (text, mark) = (self.value(of, level::ATOM)?, self.plain(mark)?);
                if method == "rsplit" {
                    RhaiCode::atom(format!("{text}.split_rev({mark}, {count}).slice((), (), -1)"))
                } else {
                    RhaiCode::atom(format!("{text}.split({mark}, {count})"))
                }
            }
            ("splitlines", []) => {
                let text = self.value(of, level::ATOM)?;
                RhaiCode::atom(format!(
                    "{text}.replace(\"\\r\\n\", \"\\n\").trim_end(\"\\n\").split(\"\\n\")"
                ))
            }
            ("partition", [mark]) if is_repeatable(of) => {
                return left(format!("`partition` at {}", self.plain(mark)?));
            }
            ("isupper" | "islower", []) if is_repeatable(of) => {
                let text = self.value(of, level::ATOM)?;
                let name = if method == "isupper" { "to_upper" } else { "to_lower" };
                RhaiCode::of(
                    format!("{text} == {text}.{name}() && {text}.to_upper() != {text}.to_lower()"),
                    level::AND,
                )
            }
            ("removeprefix" | "removesuffix", [part]) if is_repeatable(of) && is_repeatable(part) => {
                let (text, part) = (self.value(of, level::ATOM)?, self.value(part, level::ATOM)?);
                let code = if method == "removeprefix" {
                    format!(
                        "if {text}.starts_with({part}) {{ {text}.slice({part}.len()) }} else {{ {text} }}"
                    )
                } else {
                    format!(
                        "if {text}.ends_with({part}) {{ {text}.slice(0, {text}.len() - {part}.len()) }} else {{ {text} }}"
                    )
                };
                RhaiCode::of(code, level::LOWEST)
            }
            ("encode" | "decode", _) if is_utf_8(call) => return self.expression(of).map(Some),
            ("encode" | "decode", _) => return left("an encoding other than UTF-8"),
            ("index", [part]) => {
                let (values, part) = (self.plain(of)?, self.plain(part)?);
                RhaiCode::atom(format!("{}({values}, {part})", self.helper("place_of")))
            }
            ("count", [part]) if *kind == ValueKind::Text => {
                let (text, part) = (self.value(of, level::ATOM)?, self.plain(part)?);
                RhaiCode::of(format!("{text}.split({part}).len() - 1"), level::SUM)
            }
            ("count", [part]) if matches!(kind, ValueKind::List(_)) => {
                if !is_repeatable(part) {
                    return left("`count` of a computed value");
                }
                let (list, part) = (self.value(of, level::ATOM)?, self.value(part, level::COMPARE)?);
                RhaiCode::atom(format!("{list}.filter(|entry| entry == {part}).len()"))
            }
            _ => return Ok(None),
        };
        Ok(Some(code))
    }

    fn map_method(
        &mut self,
        of: &PyNode,
        method: &str,
        call: &PyCall,
        kind: &ValueKind,
    ) -> Translated<Option<RhaiCode>> {
        let arguments = call.arguments.as_slice();
        let lowered = arguments.first().and_then(|key| self.header_name(of, key));
        let arguments = match (&lowered, arguments) {
            (Some(key), [_, rest @ ..]) => &[std::slice::from_ref(key), rest].concat(),
            _ => arguments,
        };
        let code = match (method, arguments) {
            ("get" | "getint", _) if *kind == ValueKind::Config => return Ok(None),
            ("get", [key]) if *kind != ValueKind::Text => {
                let (map, key) = (self.value(of, level::ATOM)?, self.key_of(of, key)?);
                RhaiCode::atom(format!("{map}[{key}]"))
            }
            ("get", [key, other]) if *kind != ValueKind::Text => {
                if matches!(other.kind, PyExpression::None) {
                    let (map, key) = (self.value(of, level::ATOM)?, self.key_of(of, key)?);
                    RhaiCode::atom(format!("{map}[{key}]"))
                } else {
                    self.entry_or(of, key, other)?
                }
            }
            ("keys", []) => RhaiCode::atom(format!("{}.keys()", self.value(of, level::ATOM)?)),
            ("values", []) => RhaiCode::atom(format!("{}.values()", self.value(of, level::ATOM)?)),
            ("items", []) => {
                let map = self.plain(of)?;
                RhaiCode::atom(format!("{}({map})", self.helper("items_of")))
            }
            ("copy", []) => self.expression(of)?,
            ("most_common", rest) => {
                let map = self.plain(of)?;
                let all = format!("{}({map})", self.helper("most_common"));
                match rest {
                    [] => RhaiCode::atom(all),
                    [count] => RhaiCode::atom(format!("{all}.slice(0, {})", self.plain(count)?)),
                    _ => return Ok(None),
                }
            }
            ("union", [other]) if *kind == ValueKind::Set => {
                let (set, other) =
                    (self.value(of, level::SUM)?, self.plain_iterated(other)?.at(level::PRODUCT));
                RhaiCode::atom(format!("({set} + {other}).unique()"))
            }
            ("difference" | "intersection", [other]) if *kind == ValueKind::Set => {
                let other_code = self.plain_iterated(other)?.text;
                let name = self.fresh("others");
                self.before.push(format!("let {name} = {other_code};"));
                let set = self.value(of, level::ATOM)?;
                let test = if method == "difference" {
                    format!("!(entry in {name})")
                } else {
                    format!("entry in {name}")
                };
                RhaiCode::atom(format!("{set}.filter(|entry| {test})"))
            }
            ("issubset", [other]) if *kind == ValueKind::Set => {
                let other_code = self.plain_iterated(other)?.text;
                let name = self.fresh("others");
                self.before.push(format!("let {name} = {other_code};"));
                RhaiCode::atom(format!("{}.all(|entry| entry in {name})", self.value(of, level::ATOM)?))
            }
            ("group", [place]) if *kind == ValueKind::Match => {
                let (found, place) = (self.value(of, level::ATOM)?, self.plain(place)?);
                RhaiCode::atom(format!("{found}[{place}]"))
            }
            ("group", []) if *kind == ValueKind::Match => {
                RhaiCode::atom(format!("{}[0]", self.value(of, level::ATOM)?))
            }
            ("groups", []) if *kind == ValueKind::Match => {
                RhaiCode::atom(format!("{}.slice(1)", self.value(of, level::ATOM)?))
            }
            _ => return Ok(None),
        };
        Ok(Some(code))
    }

    /// A value that is iterated over or searched: a map means its keys.
    pub(super) fn plain_iterated(&mut self, node: &PyNode) -> Translated<RhaiCode> {
        match self.kind_of(node) {
            ValueKind::Text => {
                let code = self.value(node, level::ATOM)?;
                Ok(RhaiCode::atom(code))
            }
            ValueKind::File => self.file_lines(node).map(RhaiCode::atom),
            ValueKind::Bytes => left("the entries of bytes"),
            _ => self.expression(node),
        }
    }
}

/// Whether a call of `encode` or `decode` names no other encoding than UTF-8, of which ASCII is a part.
fn is_utf_8(call: &PyCall) -> bool {
    let names = call.arguments.iter().chain(call.keywords.iter().map(|(_, value)| value));
    let is_known = |name: &PyNode| {
        name.text().is_some_and(|name| ["utf-8", "utf8", "ascii"].contains(&name.to_lowercase().as_str()))
    };
    call.arguments.len() + call.keywords.len() < 2 && names.into_iter().all(is_known)
}
