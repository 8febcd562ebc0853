//! Expressions.

use super::names;
use super::syntax::{PyComparison, PyComprehension, PyExpression, PyLoop, PyNode, PyOperator};
use super::translator::{NamePlace, Translated, Translator, left};
use super::value_kind::ValueKind;

/// How tightly an expression of Rhai binds.
pub(super) mod level {
    pub(in super::super) const LOWEST: u8 = 0;
    pub(in super::super) const OR: u8 = 1;
    pub(in super::super) const AND: u8 = 2;
    pub(in super::super) const EQUAL: u8 = 3;
    pub(in super::super) const COMPARE: u8 = 4;
    pub(in super::super) const DEFAULT: u8 = 5;
    pub(in super::super) const SUM: u8 = 6;
    pub(in super::super) const PRODUCT: u8 = 7;
    pub(in super::super) const POWER: u8 = 8;
    pub(in super::super) const UNARY: u8 = 9;
    pub(in super::super) const ATOM: u8 = 10;
}

/// An expression of Rhai.
#[derive(Debug, Clone)]
pub(super) struct RhaiCode {
    pub(super) text: String,
    pub(super) level: u8,
}

impl RhaiCode {
    pub(super) fn atom(text: impl Into<String>) -> Self {
        Self { text: text.into(), level: level::ATOM }
    }

    pub(super) fn of(text: impl Into<String>, level: u8) -> Self {
        Self { text: text.into(), level }
    }

    /// In parentheses unless it binds at least as tightly.
    pub(super) fn at(self, least: u8) -> String {
        if self.level < least { format!("({})", self.text) } else { self.text }
    }
}

/// A string as Rhai writes it.
pub(super) fn quoted(text: &str) -> String {
    let mut written = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            letter if letter.is_control() => written.extend(["\\u", &format!("{:04x}", u32::from(letter))]),
            letter => written.push(letter),
        }
    }
    written.push('"');
    written
}

/// Whether a map can have the key without quotes.
pub(super) fn is_plain_key(key: &str) -> bool {
    names::variable(key) == key
        && key.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
        && key.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

impl Translator<'_> {
    /// An expression as text, with parentheses if it binds less tightly.
    pub(super) fn value(&mut self, node: &PyNode, least: u8) -> Translated<String> {
        Ok(self.expression(node)?.at(least))
    }

    /// An expression where anything may stand.
    pub(super) fn plain(&mut self, node: &PyNode) -> Translated<String> {
        self.value(node, level::LOWEST)
    }

    /// Several expressions.
    pub(super) fn plains(&mut self, nodes: &[PyNode]) -> Translated<Vec<String>> {
        nodes.iter().map(|node| self.plain(node)).collect()
    }

    pub(super) fn expression(&mut self, node: &PyNode) -> Translated<RhaiCode> {
        use PyExpression as E;
        match &node.kind {
            E::None => Ok(RhaiCode::atom("()")),
            E::Bool(value) => Ok(RhaiCode::atom(value.to_string())),
            E::Int(digits) => match digits.parse::<i64>() {
                Ok(_) => Ok(RhaiCode::atom(digits.clone())),
                Err(_) => left("a number beyond 64 bits"),
            },
            E::Float(number) => Ok(RhaiCode::atom(float(*number))),
            E::Text(text) | E::Bytes(text) => Ok(RhaiCode::atom(quoted(text))),
            E::Format(parts) => self.format_string(parts),
            E::Name(name) => self.name(name),
            E::Attribute(of, name) => self.attribute(of, name),
            E::Index(of, index) => self.entry(of, index),
            E::Slice { of, start, end, step } => {
                self.slice(of, start.as_deref(), end.as_deref(), step.as_deref())
            }
            E::Call(call) => self.call(node, call),
            E::Binary(first, operator, second) => self.operation(first, *operator, second),
            E::Not(inner) => self.negated(inner),
            E::Negative(inner) => {
                Ok(RhaiCode::of(format!("-{}", self.value(inner, level::ATOM)?), level::UNARY))
            }
            E::Logic { is_and, values } => self.logic(*is_and, values),
            E::Compare(first, rest) => self.comparison(first, rest),
            E::Conditional { test, then, otherwise } => {
                let test = self.condition(test)?;
                let (then, otherwise) = (self.plain(then)?, self.plain(otherwise)?);
                Ok(RhaiCode::of(format!("if {test} {{ {then} }} else {{ {otherwise} }}"), level::LOWEST))
            }
            E::List(items) | E::Tuple(items) => self.list(node, items),
            E::Set(items) => {
                let list = self.list(node, items)?;
                Ok(RhaiCode::atom(format!("{}.unique()", list.text)))
            }
            E::Dict(entries) => self.map(node, entries),
            E::Comprehension { kind, key, value, loops } => {
                self.comprehension(*kind, key.as_deref(), value, loops)
            }
            E::Lambda { parameters, body } => {
                let body = self.in_closure(parameters, |translator| translator.plain(body))?;
                let names: Vec<_> = parameters.iter().map(|name| names::variable(name)).collect();
                Ok(RhaiCode::of(format!("|{}| {body}", names.join(", ")), level::LOWEST))
            }
            E::Starred(_) => left("`*` before a list"),
            E::Other(what) => left(format!("`{what}`")),
        }
    }

    /// Translates the body of a closure.
    pub(super) fn in_closure<T>(
        &mut self,
        parameters: &[String],
        body: impl FnOnce(&mut Self) -> Translated<T>,
    ) -> Translated<T> {
        let length = self.scope.bound.len();
        let kinds = self.scope.kinds.clone();
        self.scope.bound.extend(parameters.iter().cloned());
        self.scope.closure_depth += 1;
        let result = body(self);
        self.scope.closure_depth -= 1;
        self.scope.bound.truncate(length);
        self.scope.kinds = kinds;
        result
    }

    fn name(&mut self, name: &str) -> Translated<RhaiCode> {
        if self.scope.bound.iter().any(|bound| bound == name) {
            return Ok(RhaiCode::atom(names::variable(name)));
        }
        if let Some(alias) = self.scope.aliases.get(name).cloned() {
            return Ok(self.reached(alias));
        }
        if let Some((own, written)) = self.scope.own_object.clone()
            && own == name
        {
            return Ok(self.reached(written));
        }
        if self.scope.is_own(name) && !self.imports.contains_key(name) {
            return Ok(RhaiCode::atom(names::variable(name)));
        }
        if let Some(function) = self.functions.get(name) {
            if function.is_stateful || function.changed.is_some() || function.built_in.is_some() {
                return left(format!("`{name}` as a value"));
            }
            return Ok(RhaiCode::atom(format!("Fn({})", quoted(&Self::function_name(name)))));
        }
        if self.scope.function.is_none() && self.scope.is_declared(name) && !self.places.contains_key(name) {
            return Ok(RhaiCode::atom(names::variable(name)));
        }
        match self.places.get(name) {
            Some(NamePlace::Constant) if self.scope.function.is_some() => {
                Ok(RhaiCode::atom(format!("global::{}", names::variable(name))))
            }
            Some(NamePlace::State) => {
                let object = if self.scope.function.is_some() { "this" } else { "state" };
                Ok(self.reached(format!("{object}.{}", names::variable(name))))
            }
            Some(_) => Ok(RhaiCode::atom(names::variable(name))),
            None => match self.imports.get(name).map_or(name, String::as_str) {
                "__name__" => Ok(RhaiCode::atom("\"__main__\"")),
                "__file__" => Ok(RhaiCode::atom("\"script\"")),
                "string.ascii_uppercase" => Ok(RhaiCode::atom("\"ABCDEFGHIJKLMNOPQRSTUVWXYZ\"")),
                "str" => Ok(RhaiCode::of("|value| value.to_string()", level::LOWEST)),
                "int" => Ok(RhaiCode::of("|value| parse_int(value)", level::LOWEST)),
                "len" => Ok(RhaiCode::of("|value| value.len()", level::LOWEST)),
                other => left(format!("the name `{other}`")),
            },
        }
    }

    /// An expression that begins with `this` or `state`, which a closure does not see: a variable before the statement
    /// has its value.
    fn reached(&mut self, path: String) -> RhaiCode {
        let is_object = path == "this" || path.starts_with("this.") || path.starts_with("state.");
        if self.scope.closure_depth == 0 || !is_object {
            return RhaiCode::atom(path);
        }
        let start: String = path
            .rsplit('.')
            .next()
            .unwrap_or("value")
            .chars()
            .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
            .collect();
        let name = self.fresh(&format!("{start}_now"));
        self.before.push(format!("let {name} = {path};"));
        RhaiCode::atom(name)
    }

    fn attribute(&mut self, of: &PyNode, name: &str) -> Translated<RhaiCode> {
        if let Some(path) = self.path_of_attribute(of, name)
            && let Some(code) = Self::known_value(&path)
        {
            return Ok(code);
        }
        let kind = self.kind_of(of);
        if let Some(code) = self.response_field(of, name, &kind)? {
            return Ok(code);
        }
        if let ValueKind::Object(class) = &kind
            && self.classes.get(class).is_some_and(|class| class.properties.contains(name))
        {
            let object = self.value(of, level::ATOM)?;
            return Ok(RhaiCode::atom(format!("{object}.{}()", Self::function_name(name))));
        }
        match (&kind, name) {
            (ValueKind::Moment, "year" | "month" | "day") => {
                return Ok(RhaiCode::atom(format!("{}.date.{name}", self.value(of, level::ATOM)?)));
            }
            (ValueKind::Days, "days") => return self.expression(of),
            (ValueKind::Seconds, "days") => {
                return Ok(RhaiCode::of(
                    format!("{} / 86400", self.value(of, level::PRODUCT)?),
                    level::PRODUCT,
                ));
            }
            (ValueKind::Seconds, "seconds") => {
                return Ok(RhaiCode::of(
                    format!("{} % 86400", self.value(of, level::PRODUCT)?),
                    level::PRODUCT,
                ));
            }
            (ValueKind::Error, "args") => {
                return Ok(RhaiCode::atom(format!("[{}.message]", self.value(of, level::ATOM)?)));
            }
            (ValueKind::Error, "response") => {
                return Ok(RhaiCode::atom(format!("{}.response", self.value(of, level::ATOM)?)));
            }
            _ => {}
        }
        if let Some(class) = of.name().filter(|class| self.classes.contains_key(*class)) {
            return left(format!("the attribute `{name}` of the class `{class}`"));
        }
        match kind {
            ValueKind::Object(_)
            | ValueKind::Options
            | ValueKind::Unknown
            | ValueKind::Error
            | ValueKind::Date => {
                if let Some(path) = self.path_of(of)
                    && self.imports.contains_key(of.root().unwrap_or_default())
                {
                    return left(format!("`{path}.{name}`"));
                }
                let object = self.value(of, level::ATOM)?;
                Ok(RhaiCode::atom(member(&object, name)))
            }
            _ => left(format!("the attribute `{name}`")),
        }
    }

    fn entry(&mut self, of: &PyNode, index: &PyNode) -> Translated<RhaiCode> {
        if let Some(code) = self.known_entry(of, index)? {
            return Ok(code);
        }
        let lowered = self.header_name(of, index);
        let index = lowered.as_ref().unwrap_or(index);
        let kind = self.kind_of(of);
        if kind == ValueKind::Set {
            return left("an entry of a set");
        }
        let object = self.value(of, level::ATOM)?;
        if let ValueKind::DefaultMap(missing) = &kind {
            let key = self.key(index)?;
            return Ok(RhaiCode::of(format!("{object}[{key}] ?? {missing}"), level::DEFAULT));
        }
        if kind == ValueKind::Counter {
            let key = self.key(index)?;
            return Ok(RhaiCode::of(format!("{object}[{key}] ?? 0"), level::DEFAULT));
        }
        if kind == ValueKind::Text {
            let start = self.plain(index)?;
            let end = match &index.kind {
                PyExpression::Int(digits) => {
                    digits.parse::<i64>().map_or_else(|_| "()".to_owned(), |place| (place + 1).to_string())
                }
                PyExpression::Negative(inner) => match &inner.kind {
                    PyExpression::Int(digits) if digits != "1" => digits
                        .parse::<i64>()
                        .map_or_else(|_| "()".to_owned(), |place| (1 - place).to_string()),
                    PyExpression::Int(_) => "()".to_owned(),
                    _ => return Ok(RhaiCode::atom(format!("{object}[{start}].to_string()"))),
                },
                _ => return Ok(RhaiCode::atom(format!("{object}[{start}].to_string()"))),
            };
            return Ok(RhaiCode::atom(format!("{object}.slice({start}, {end})")));
        }
        let is_map = matches!(kind, ValueKind::Map(_) | ValueKind::Unknown | ValueKind::Config);
        if self.scope.catches_keys > 0 && is_map && self.kind_of(index) == ValueKind::Text {
            let key = self.key(index)?;
            return Ok(RhaiCode::atom(format!("{}({object}, {key})", self.helper("entry_of"))));
        }
        let is_place = kind == ValueKind::Unknown && self.kind_of(index) == ValueKind::Int;
        let key = if is_map && !is_place { self.key(index)? } else { self.plain(index)? };
        Ok(RhaiCode::atom(format!("{object}[{key}]")))
    }

    /// The key of a map, which is always a string.
    pub(super) fn key(&mut self, node: &PyNode) -> Translated<String> {
        match (&node.kind, self.kind_of(node)) {
            (PyExpression::Tuple(_), _) => left("a list as a key of a map"),
            (PyExpression::None | PyExpression::Bool(_), _) => left("a key that is not a string"),
            (PyExpression::Int(digits), _) => Ok(quoted(digits)),
            (_, ValueKind::Int) => Ok(format!("{}.to_string()", self.value(node, level::ATOM)?)),
            _ => self.plain(node),
        }
    }

    fn slice(
        &mut self,
        of: &PyNode,
        start: Option<&PyNode>,
        end: Option<&PyNode>,
        step: Option<&PyNode>,
    ) -> Translated<RhaiCode> {
        if self.path_of(of).as_deref() == Some("sys.argv")
            && start.is_some_and(|start| matches!(&start.kind, PyExpression::Int(digits) if digits == "1"))
            && end.is_none()
        {
            return Ok(RhaiCode::atom("args()"));
        }
        let object = self.value(of, level::ATOM)?;
        let mut bound = |part: Option<&PyNode>, missing: &str| match part {
            Some(part) => self.plain(part),
            None => Ok(missing.to_owned()),
        };
        let (from, to) = (bound(start, "()")?, bound(end, "()")?);
        let arguments = match (step, end) {
            (Some(step), _) => format!("{from}, {to}, {}", self.plain(step)?),
            (None, None) if start.is_some() => from,
            (None, _) => format!("{}, {to}", if start.is_some() { from } else { "0".to_owned() }),
        };
        Ok(RhaiCode::atom(format!("{object}.slice({arguments})")))
    }

    /// A value used as a condition.
    pub(super) fn condition(&mut self, node: &PyNode) -> Translated<String> {
        Ok(self.condition_code(node)?.text)
    }

    fn condition_code(&mut self, node: &PyNode) -> Translated<RhaiCode> {
        use PyExpression as E;
        match &node.kind {
            E::Not(inner) => return self.negated(inner),
            E::Logic { is_and, values } => {
                let (sign, level) = if *is_and { (" && ", level::AND) } else { (" || ", level::OR) };
                let parts: Translated<Vec<_>> =
                    values.iter().map(|value| Ok(self.condition_code(value)?.at(level + 1))).collect();
                return Ok(RhaiCode::of(parts?.join(sign), level));
            }
            _ => {}
        }
        let kind = self.kind_of(node);
        let code = self.expression(node)?;
        Ok(match kind {
            ValueKind::Bool => code,
            ValueKind::Text => RhaiCode::of(format!("{} != \"\"", code.at(level::COMPARE)), level::EQUAL),
            ValueKind::Int | ValueKind::Float | ValueKind::Seconds | ValueKind::Days => {
                RhaiCode::of(format!("{} != 0", code.at(level::COMPARE)), level::EQUAL)
            }
            ValueKind::List(_)
            | ValueKind::Map(_)
            | ValueKind::Set
            | ValueKind::Counter
            | ValueKind::DefaultMap(_) => {
                RhaiCode::of(format!("!{}.is_empty()", code.at(level::ATOM)), level::UNARY)
            }
            ValueKind::Match | ValueKind::Object(_) | ValueKind::Moment | ValueKind::Date => {
                RhaiCode::of(format!("{} != ()", code.at(level::COMPARE)), level::EQUAL)
            }
            ValueKind::Response => {
                RhaiCode::of(format!("{}.status < 400", code.at(level::ATOM)), level::COMPARE)
            }
            ValueKind::None => RhaiCode::atom("false"),
            _ => RhaiCode::atom(format!("{}({})", self.helper("truthy"), code.text)),
        })
    }

    fn negated(&mut self, node: &PyNode) -> Translated<RhaiCode> {
        let kind = self.kind_of(node);
        let opposite = |code: RhaiCode, test: &str| {
            RhaiCode::of(format!("{} {test}", code.at(level::COMPARE)), level::EQUAL)
        };
        if matches!(node.kind, PyExpression::Logic { .. } | PyExpression::Not(_)) {
            let code = self.condition_code(node)?;
            return Ok(RhaiCode::of(format!("!{}", code.at(level::ATOM)), level::UNARY));
        }
        match kind {
            ValueKind::Text => {
                let code = self.expression(node)?;
                Ok(opposite(code, "== \"\""))
            }
            ValueKind::Int | ValueKind::Float => {
                let code = self.expression(node)?;
                Ok(opposite(code, "== 0"))
            }
            ValueKind::List(_)
            | ValueKind::Map(_)
            | ValueKind::Set
            | ValueKind::Counter
            | ValueKind::DefaultMap(_) => {
                Ok(RhaiCode::atom(format!("{}.is_empty()", self.value(node, level::ATOM)?)))
            }
            ValueKind::Match => {
                let code = self.expression(node)?;
                Ok(opposite(code, "== ()"))
            }
            _ => {
                let code = self.condition_code(node)?;
                Ok(RhaiCode::of(format!("!{}", code.at(level::ATOM)), level::UNARY))
            }
        }
    }

    /// `a or b` and `a and b`, which return one of their values.
    fn logic(&mut self, is_and: bool, values: &[PyNode]) -> Translated<RhaiCode> {
        let is_conditions = values.iter().all(|value| self.kind_of(value) == ValueKind::Bool);
        let (sign, level) = if is_and { (" && ", level::AND) } else { (" || ", level::OR) };
        if is_conditions {
            let parts: Translated<Vec<_>> = values.iter().map(|value| self.value(value, level + 1)).collect();
            return Ok(RhaiCode::of(parts?.join(sign), level));
        }
        let Some((last, rest)) = values.split_last() else { return left("an empty condition") };
        let mut code = self.plain(last)?;
        for value in rest.iter().rev() {
            if !is_repeatable(value) {
                return left("`and` or `or` between values that are computed");
            }
            let (test, value) = (self.condition(value)?, self.plain(value)?);
            code = if is_and {
                format!("if {test} {{ {code} }} else {{ {value} }}")
            } else {
                format!("if {test} {{ {value} }} else {{ {code} }}")
            };
        }
        Ok(RhaiCode::of(code, level::LOWEST))
    }

    fn comparison(&mut self, first: &PyNode, rest: &[(PyComparison, PyNode)]) -> Translated<RhaiCode> {
        let mut parts = Vec::new();
        let mut one = first;
        for (place, (sign, other)) in rest.iter().enumerate() {
            if place + 1 < rest.len() && !is_repeatable(other) {
                return left("a comparison of three values, the second of which is computed");
            }
            parts.push(self.compared(one, *sign, other)?);
            one = other;
        }
        if let [only] = parts.as_slice() {
            return Ok(only.clone());
        }
        let parts: Vec<_> = parts.into_iter().map(|part| part.at(level::EQUAL)).collect();
        Ok(RhaiCode::of(parts.join(" && "), level::AND))
    }

    fn compared(&mut self, one: &PyNode, sign: PyComparison, other: &PyNode) -> Translated<RhaiCode> {
        use PyComparison as C;
        if let Some(code) = self.compared_type(one, sign, other)? {
            return Ok(code);
        }
        let written = match sign {
            C::Equal | C::Is => "==",
            C::NotEqual | C::IsNot => "!=",
            C::Less => "<",
            C::LessEqual => "<=",
            C::Greater => ">",
            C::GreaterEqual => ">=",
            C::In | C::NotIn => {
                let lowered = self.header_name(other, one);
                let one = lowered.as_ref().unwrap_or(one);
                let list = self.plain_iterated(other)?;
                let entry = self.value(one, level::COMPARE)?;
                let code = format!("{entry} in {}", list.at(level::SUM));
                return Ok(match sign {
                    C::In => RhaiCode::of(code, level::COMPARE),
                    _ => RhaiCode::of(format!("!({code})"), level::UNARY),
                });
            }
        };
        let kinds = (self.kind_of(one), self.kind_of(other));
        if matches!(&other.kind, PyExpression::Dict(entries) if entries.is_empty())
            && matches!(kinds.0, ValueKind::List(_))
        {
            self.name_defect(other.line, "B17");
        }
        let is_mixed = matches!(
            &kinds,
            (ValueKind::Text, other) | (other, ValueKind::Text) if other.is_number()
        );
        if is_mixed && !matches!(sign, C::Equal | C::NotEqual) {
            return left("a comparison of a string with a number");
        }
        let level = if matches!(written, "==" | "!=") { level::EQUAL } else { level::COMPARE };
        let code = format!("{} {written} {}", self.value(one, level + 1)?, self.value(other, level + 1)?);
        Ok(RhaiCode::of(code, level))
    }

    fn operation(&mut self, first: &PyNode, operator: PyOperator, second: &PyNode) -> Translated<RhaiCode> {
        use PyOperator as O;
        let (one, other) = (self.kind_of(first), self.kind_of(second));
        if operator == O::Modulo && (one == ValueKind::Text || matches!(first.kind, PyExpression::Text(_))) {
            return self.percent_format(first, second);
        }
        if operator == O::Add && (one == ValueKind::Text || other == ValueKind::Text) && self.is_url(first) {
            return self.url_sum(first, second);
        }
        if operator == O::Multiply
            && let Some(code) = self.repeated(first, second, &one, &other)?
        {
            return Ok(code);
        }
        if matches!(one, ValueKind::Set) || matches!(other, ValueKind::Set) {
            return self.set_operation(first, operator, second);
        }
        if let Some(code) = self.time_operation(first, operator, second, &one, &other)? {
            return Ok(code);
        }
        let (sign, level) = match operator {
            O::Add => ("+", level::SUM),
            O::Subtract => ("-", level::SUM),
            O::Multiply => ("*", level::PRODUCT),
            O::Divide => return self.division(first, second, &one, &other),
            O::FloorDivide => return self.floor_division(first, second, &one, &other),
            O::Modulo => {
                let positive = matches!(&second.kind, PyExpression::Int(_)) && self.is_count(first);
                if !positive {
                    let (one, other) = (self.plain(first)?, self.plain(second)?);
                    return Ok(RhaiCode::atom(format!("{}({one}, {other})", self.helper("modulo"))));
                }
                ("%", level::PRODUCT)
            }
            O::Power => {
                let is_whole = matches!(&second.kind, PyExpression::Int(_)) || other == ValueKind::Int;
                let negative = matches!(&second.kind, PyExpression::Negative(_));
                let base = self.value(first, level::ATOM)?;
                let base = if negative || !is_whole { format!("(1.0 * {base})") } else { base };
                return Ok(RhaiCode::of(
                    format!("{base} ** {}", self.value(second, level::ATOM)?),
                    level::POWER,
                ));
            }
            O::ShiftLeft => ("<<", level::POWER),
            O::ShiftRight => (">>", level::POWER),
            O::Or => ("|", level::OR),
            O::Xor => ("^", level::OR),
            O::And => ("&", level::AND),
            O::Matrix => return left("`@` between values"),
        };
        let code = format!("{} {sign} {}", self.value(first, level)?, self.value(second, level + 1)?);
        Ok(RhaiCode::of(code, level))
    }

    /// Whether a value is a count, an index or a length, so never negative.
    fn is_count(&self, node: &PyNode) -> bool {
        match &node.kind {
            PyExpression::Int(_) => true,
            PyExpression::Call(call) => self.path_of(&call.function).as_deref() == Some("len"),
            PyExpression::Binary(one, PyOperator::Add | PyOperator::Multiply, other) => {
                self.is_count(one) && self.is_count(other)
            }
            PyExpression::Name(name) => {
                self.scope.fixed.contains(name) && self.kind_of(node) == ValueKind::Int
            }
            _ => false,
        }
    }

    fn division(
        &mut self,
        first: &PyNode,
        second: &PyNode,
        _one: &ValueKind,
        _other: &ValueKind,
    ) -> Translated<RhaiCode> {
        let (left_side, right_side) = (self.value(first, level::PRODUCT)?, self.value(second, level::POWER)?);
        let code = match (&first.kind, &second.kind) {
            (_, PyExpression::Float(number)) if *number != 0.0 => format!("{left_side} / {right_side}"),
            (_, PyExpression::Int(digits)) if digits != "0" => format!("{left_side} / {digits}.0"),
            _ => {
                let (one, other) = (self.plain(first)?, self.plain(second)?);
                return Ok(RhaiCode::atom(format!("{}({one}, {other})", self.helper("divide"))));
            }
        };
        Ok(RhaiCode::of(code, level::PRODUCT))
    }

    fn floor_division(
        &mut self,
        first: &PyNode,
        second: &PyNode,
        one: &ValueKind,
        other: &ValueKind,
    ) -> Translated<RhaiCode> {
        let both_whole = *one == ValueKind::Int && *other == ValueKind::Int;
        let positive = matches!(&second.kind, PyExpression::Int(_)) && self.is_count(first);
        if both_whole && positive {
            let (one, other) = (self.value(first, level::PRODUCT)?, self.value(second, level::POWER)?);
            return Ok(RhaiCode::atom(format!("floor({one} / {other})")));
        }
        let (one, other) = (self.plain(first)?, self.plain(second)?);
        Ok(RhaiCode::atom(format!("{}({one}, {other})", self.helper("floor_divide"))))
    }

    /// A string or a list several times.
    fn repeated(
        &mut self,
        first: &PyNode,
        second: &PyNode,
        one: &ValueKind,
        other: &ValueKind,
    ) -> Translated<Option<RhaiCode>> {
        let (text, count) = match (one, other) {
            (ValueKind::Text, _) => (first, second),
            (_, ValueKind::Text) => (second, first),
            (ValueKind::List(_), _) | (_, ValueKind::List(_)) => return left("a list several times"),
            _ => return Ok(None),
        };
        let length = match text.text() {
            Some(text) => text.chars().count(),
            None => return left("a string several times"),
        };
        let count = self.value(count, level::PRODUCT)?;
        let length = if length == 1 { count } else { format!("{count} * {length}") };
        Ok(Some(RhaiCode::atom(format!("\"\".pad({length}, {})", self.plain(text)?))))
    }

    fn set_operation(
        &mut self,
        first: &PyNode,
        operator: PyOperator,
        second: &PyNode,
    ) -> Translated<RhaiCode> {
        let one = self.value(first, level::ATOM)?;
        let name = if second.name().is_some() {
            self.plain(second)?
        } else {
            let name = self.fresh("others");
            let value = self.plain(second)?;
            self.before.push(format!("let {name} = {value};"));
            name
        };
        let code = match operator {
            PyOperator::Subtract => format!("{one}.filter(|entry| !(entry in {name}))"),
            PyOperator::And => format!("{one}.filter(|entry| entry in {name})"),
            PyOperator::Or => format!("({one} + {name}).unique()"),
            _ => return left("this operation of sets"),
        };
        Ok(RhaiCode::atom(code))
    }

    fn list(&mut self, node: &PyNode, items: &[PyNode]) -> Translated<RhaiCode> {
        if items.iter().any(|item| matches!(item.kind, PyExpression::Starred(_))) {
            let mut parts = Vec::new();
            for item in items {
                parts.push(match &item.kind {
                    PyExpression::Starred(inner) => self.value(inner, level::SUM)?,
                    _ => format!("[{}]", self.plain(item)?),
                });
            }
            return Ok(RhaiCode::of(parts.join(" + "), level::SUM));
        }
        self.brackets += 1;
        let written: Translated<Vec<_>> =
            items.iter().map(|item| Ok((item.line, item.end, self.plain(item)?))).collect();
        self.brackets -= 1;
        Ok(RhaiCode::atom(self.bracketed("[", written?, "]", node)))
    }

    fn map(&mut self, node: &PyNode, entries: &[(Option<PyNode>, PyNode)]) -> Translated<RhaiCode> {
        let mut parts = Vec::new();
        let mut merged = Vec::new();
        self.brackets += 1;
        for (key, value) in entries {
            let Some(key) = key else {
                merged.push(self.value(value, level::SUM)?);
                continue;
            };
            let name = match &key.kind {
                PyExpression::Text(text) => text.clone(),
                PyExpression::Int(digits) => digits.clone(),
                PyExpression::Bool(_) | PyExpression::None | PyExpression::Tuple(_) => {
                    self.brackets -= 1;
                    return left("a key that is not a string");
                }
                _ => {
                    self.brackets -= 1;
                    return self.map_of_pairs(entries);
                }
            };
            let name = self.fixed_key(key, name);
            let value = &self.fixed_deletion(&name, value);
            let shown = if is_plain_key(&name) { name } else { quoted(&name) };
            let line = key.line;
            let value_code = self.plain(value)?;
            parts.push((line, value.end, format!("{shown}: {value_code}")));
        }
        self.brackets -= 1;
        let written = self.bracketed("#{", parts, "}", node);
        if merged.is_empty() {
            return Ok(RhaiCode::atom(written));
        }
        // `{**a, "b": 1}`: the later entries win, which is so for those at the end.
        let own = if written == "#{}" { Vec::new() } else { vec![written] };
        let all: Vec<_> = merged.into_iter().chain(own).collect();
        Ok(RhaiCode::of(all.join(" + "), level::SUM))
    }

    /// A map with keys that are computed: a variable before the statement.
    fn map_of_pairs(&mut self, entries: &[(Option<PyNode>, PyNode)]) -> Translated<RhaiCode> {
        if self.scope.closure_depth > 0 {
            let mut pairs = Vec::new();
            for (key, value) in entries {
                let Some(key) = key else { return left("`**` in a map") };
                pairs.push(format!("map[{}] = {};", self.key(key)?, self.plain(value)?));
            }
            return Ok(RhaiCode::of(
                format!("{{ let map = #{{}}; {} map }}", pairs.join(" ")),
                level::LOWEST,
            ));
        }
        let name = self.fresh("map");
        let mut lines = vec![format!("let {name} = #{{}};")];
        for (key, value) in entries {
            match key {
                Some(key) => lines.push(format!("{name}[{}] = {};", self.key(key)?, self.plain(value)?)),
                None => lines.push(format!("{name} += {};", self.plain(value)?)),
            }
        }
        self.before.extend(lines);
        Ok(RhaiCode::atom(name))
    }

    /// Items between brackets, with the line breaks and comments of the source.
    pub(super) fn bracketed(
        &self,
        open: &str,
        items: Vec<(usize, usize, String)>,
        close: &str,
        node: &PyNode,
    ) -> String {
        let is_broken = items.iter().any(|(line, _, _)| *line != node.line);
        if !is_broken {
            let items: Vec<_> = items.into_iter().map(|(_, _, text)| text).collect();
            return format!("{open}{}{close}", items.join(", "));
        }
        let outer = format!("{}{}", self.writer.padding(), "    ".repeat(self.brackets));
        let inner = format!("{outer}    ");
        let mut written = open.to_owned();
        let mut line = node.line;
        let count = items.len();
        for (place, (first, last, text)) in items.into_iter().enumerate() {
            if first > line {
                written = written.trim_end().to_owned();
                written.push_str(&self.writer.trailing(line));
                for between in line + 1..first {
                    if self.writer.source(between).starts_with('#') {
                        written.extend(["\n", &inner, "//", &self.writer.comment_of(between)]);
                    }
                }
                written.push('\n');
                written.push_str(&inner);
            }
            written.push_str(&text);
            if place + 1 < count {
                written.push_str(", ");
            }
            line = last.max(first);
        }
        if node.end > line {
            written.push_str(&self.writer.trailing(line));
            for between in line + 1..node.end {
                if self.writer.source(between).starts_with('#') {
                    written.extend(["\n", &inner, "//", &self.writer.comment_of(between)]);
                }
            }
            written.push('\n');
            written.push_str(&outer);
        }
        written.push_str(close);
        written
    }

    fn comprehension(
        &mut self,
        kind: PyComprehension,
        key: Option<&PyNode>,
        value: &PyNode,
        loops: &[PyLoop],
    ) -> Translated<RhaiCode> {
        if let Some(code) = self.random_string(value, loops)? {
            return Ok(code);
        }
        if kind == PyComprehension::Dict {
            return self.map_comprehension(key, value, loops);
        }
        let list = self.nested_list(value, loops)?;
        Ok(match kind {
            PyComprehension::Set => RhaiCode::atom(format!("{list}.unique()")),
            _ => RhaiCode::atom(list),
        })
    }

    /// `[f(x) for x in list if test]` as `list.filter(...).map(...)`.
    fn nested_list(&mut self, value: &PyNode, loops: &[PyLoop]) -> Translated<String> {
        let Some((first, rest)) = loops.split_first() else { return left("a comprehension") };
        let mut source = self.closure_source(first)?;
        self.separate(&mut source, loops, Some(value));
        let parameters = written(&source.parameters);
        let mut list = source.list.clone();
        for test in &first.tests {
            let test = self.with_parameters(&source, |translator| translator.condition(test))?;
            list = format!("{list}.filter(|{parameters}| {test})");
        }
        if rest.is_empty() {
            let is_same = matches!((&first.target.kind, &value.kind), (PyExpression::Name(one), PyExpression::Name(other)) if one == other);
            if is_same {
                return Ok(list);
            }
            let body = self.with_parameters(&source, |translator| translator.plain(value))?;
            return Ok(format!("{list}.map(|{parameters}| {body})"));
        }
        let inner = self.with_parameters(&source, |translator| translator.nested_list(value, rest))?;
        let list = format!("{list}.map(|{parameters}| {inner})");
        Ok(format!("{}({list})", self.helper("flattened")))
    }

    fn map_comprehension(
        &mut self,
        key: Option<&PyNode>,
        value: &PyNode,
        loops: &[PyLoop],
    ) -> Translated<RhaiCode> {
        let [only] = loops else { return left("a map of several loops") };
        let Some(key) = key else { return left("a comprehension of maps") };
        let mut source = self.closure_source(only)?;
        self.separate(&mut source, loops, None);
        let mut list = source.list.clone();
        for test in &only.tests {
            let test = self.with_parameters(&source, |translator| translator.condition(test))?;
            list = format!("{list}.filter(|{}| {test})", written(&source.parameters));
        }
        let (key, value) =
            self.with_parameters(&source, |translator| Ok((translator.key(key)?, translator.plain(value)?)))?;
        if self.scope.closure_depth > 0 {
            return left("a map made in a comprehension within another");
        }
        let name = self.fresh("map");
        let entry = match source.parameters.as_slice() {
            [one] => names::variable(one),
            _ => return left("a map of pairs"),
        };
        self.before.push(format!("let {name} = #{{}};"));
        self.before.push(format!("for {entry} in {list} {{ {name}[{key}] = {value}; }}"));
        Ok(RhaiCode::atom(name))
    }

    /// What is iterated over, as a list: a map means its keys, a string its letters.
    pub(super) fn letters_or_list(&mut self, node: &PyNode) -> Translated<String> {
        match self.kind_of(node) {
            ValueKind::Text => {
                let text = self.plain(node)?;
                Ok(format!("{}({text})", self.helper("letters_of")))
            }
            ValueKind::Map(_) | ValueKind::Counter | ValueKind::DefaultMap(_) => {
                Ok(format!("{}.keys()", self.value(node, level::ATOM)?))
            }
            _ => Ok(self.plain_iterated(node)?.at(level::ATOM)),
        }
    }

    /// The list of a comprehension, and the parameters of its closures.
    pub(super) fn closure_source(&mut self, part: &PyLoop) -> Translated<ClosureSource> {
        let mut kinds = Vec::new();
        self.infer_target(&part.target, &part.iterated, &mut |name, kind| {
            kinds.push((name.to_owned(), kind));
        });
        let source = |list, parameters, aliases| ClosureSource { list, parameters, kinds, aliases };
        let PyExpression::Tuple(parts) = &part.target.kind else {
            let Some(name) = part.target.name() else { return left("this target of a comprehension") };
            let list = self.letters_or_list(&part.iterated)?;
            return Ok(source(list, vec![name.to_owned()], Vec::new()));
        };
        let names: Vec<_> = parts.iter().filter_map(PyNode::name).map(str::to_owned).collect();
        if names.len() != parts.len() {
            return left("this target of a comprehension");
        }
        let call = part.iterated.call();
        if let (Some(call), [index, entry]) = (call, names.as_slice())
            && self.path_of(&call.function).as_deref() == Some("enumerate")
            && let [list] = call.arguments.as_slice()
        {
            let list = self.letters_or_list(list)?;
            return Ok(source(list, vec![entry.clone(), index.clone()], Vec::new()));
        }
        let list = self.plain_iterated(&part.iterated)?.at(level::ATOM);
        let pair = self.fresh("pair");
        let aliases = names
            .iter()
            .enumerate()
            .map(|(place, name)| (name.clone(), format!("{pair}[{place}]")))
            .collect();
        Ok(source(list, vec![pair], aliases))
    }

    /// Rhai locks a list while one of its methods runs, so closures that read the same list need a copy of it.
    pub(super) fn separate(&mut self, source: &mut ClosureSource, loops: &[PyLoop], value: Option<&PyNode>) {
        let start: String = source
            .list
            .chars()
            .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
            .collect();
        let mut is_read = false;
        let tests = loops.iter().flat_map(|part| &part.tests);
        let inner = loops.iter().skip(1).map(|part| &part.iterated);
        for node in tests.chain(inner).chain(value) {
            node.walk(&mut |inner| {
                is_read |= inner.name().is_some_and(|name| names::variable(name) == start);
            });
        }
        if is_read && self.scope.closure_depth == 0 {
            let name = self.fresh("entries");
            self.before.push(format!("let {name} = {};", source.list));
            source.list = name;
        }
    }

    /// Translates with the parameters of a closure, and the aliases of its parts.
    pub(super) fn with_parameters<T>(
        &mut self,
        source: &ClosureSource,
        body: impl FnOnce(&mut Self) -> Translated<T>,
    ) -> Translated<T> {
        let aliases = self.scope.aliases.clone();
        self.scope.aliases.extend(source.aliases.iter().cloned());
        let result = self.in_closure(&source.parameters, |translator| {
            translator.scope.kinds.extend(source.kinds.iter().cloned());
            body(translator)
        });
        self.scope.aliases = aliases;
        result
    }
}

/// What a comprehension iterates over.
pub(super) struct ClosureSource {
    pub(super) list: String,
    pub(super) parameters: Vec<String>,
    pub(super) kinds: Vec<(String, ValueKind)>,
    pub(super) aliases: Vec<(String, String)>,
}

/// The parameters of a closure as written.
fn written(parameters: &[String]) -> String {
    let names: Vec<_> = parameters.iter().map(|name| names::variable(name)).collect();
    names.join(", ")
}

/// `object.name`, or `object["name"]` where the name is a word of Rhai.
pub(super) fn member(object: &str, name: &str) -> String {
    if is_plain_key(name) { format!("{object}.{name}") } else { format!("{object}[{}]", quoted(name)) }
}

/// Whether an expression can be evaluated twice.
pub(super) fn is_repeatable(node: &PyNode) -> bool {
    match &node.kind {
        PyExpression::Name(_)
        | PyExpression::Text(_)
        | PyExpression::Int(_)
        | PyExpression::None
        | PyExpression::Bool(_)
        | PyExpression::Float(_) => true,
        PyExpression::Attribute(of, _) => is_repeatable(of),
        PyExpression::Index(of, index) => is_repeatable(of) && is_repeatable(index),
        PyExpression::Call(call) => match &call.function.kind {
            PyExpression::Attribute(of, method) => {
                ["get", "strip", "lower", "upper", "items", "keys", "getenv"].contains(&method.as_str())
                    && is_repeatable(of)
                    && call.arguments.iter().all(is_repeatable)
                    && call.keywords.is_empty()
            }
            PyExpression::Name(name) => name == "len" && call.arguments.iter().all(is_repeatable),
            _ => false,
        },
        PyExpression::Negative(inner) | PyExpression::Not(inner) => is_repeatable(inner),
        PyExpression::Compare(one, rest) => {
            is_repeatable(one) && rest.iter().all(|(_, other)| is_repeatable(other))
        }
        PyExpression::Binary(one, _, other) => is_repeatable(one) && is_repeatable(other),
        _ => false,
    }
}

/// A float as Rhai writes it.
fn float(number: f64) -> String {
    let text = format!("{number}");
    if text.contains(['.', 'e', 'n', 'i']) { text } else { format!("{text}.0") }
}
