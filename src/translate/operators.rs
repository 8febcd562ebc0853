//! Conditions, comparisons and operators.

use super::expressions::{RhaiCode, is_repeatable, level};
use super::syntax::{PyComparison, PyExpression, PyNode, PyOperator};
use super::translator::{Translated, Translator, left};
use super::value_kind::ValueKind;

impl Translator<'_> {
    /// A value used as a condition.
    pub(super) fn condition(&mut self, node: &PyNode) -> Translated<String> {
        Ok(self.condition_code(node)?.text)
    }

    pub(super) fn condition_code(&mut self, node: &PyNode) -> Translated<RhaiCode> {
        use PyExpression as E;
        match &node.kind {
            E::Not(inner) => return self.negated(inner),
            E::Logic { is_and, values } => {
                let (sign, level) = if *is_and { (" && ", level::AND) } else { (" || ", level::OR) };
                let mut parts = Vec::new();
                for (place, value) in values.iter().enumerate() {
                    let code = if place == 0 {
                        self.condition_code(value)?
                    } else {
                        self.at_times(|translator| translator.condition_code(value))?
                    };
                    parts.push(code.at(level + 1));
                }
                return Ok(RhaiCode::of(parts.join(sign), level));
            }
            _ => {}
        }
        let kind = self.kind_of_tested(node);
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
            ValueKind::Match | ValueKind::Object(_) | ValueKind::Moment(_) | ValueKind::Date => {
                RhaiCode::of(format!("{} != ()", code.at(level::COMPARE)), level::EQUAL)
            }
            ValueKind::Response => {
                RhaiCode::of(format!("{}.status < 400", code.at(level::ATOM)), level::COMPARE)
            }
            ValueKind::None => RhaiCode::atom("false"),
            _ => RhaiCode::atom(format!("{}({})", self.helper("truthy"), code.text)),
        })
    }

    /// What is known of a value in a condition: a field may be None whatever else the class gives it.
    fn kind_of_tested(&self, node: &PyNode) -> ValueKind {
        match (&node.kind, self.kind_of(node)) {
            (PyExpression::Attribute(of, _), kind)
                if kind != ValueKind::Bool && matches!(self.kind_of(of), ValueKind::Object(_)) =>
            {
                ValueKind::Unknown
            }
            (_, kind) => kind,
        }
    }

    pub(super) fn negated(&mut self, node: &PyNode) -> Translated<RhaiCode> {
        let kind = self.kind_of_tested(node);
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
    pub(super) fn logic(&mut self, is_and: bool, values: &[PyNode]) -> Translated<RhaiCode> {
        let is_conditions = values.iter().all(|value| self.kind_of(value) == ValueKind::Bool);
        let (sign, level) = if is_and { (" && ", level::AND) } else { (" || ", level::OR) };
        if is_conditions {
            let mut parts = Vec::new();
            for (place, value) in values.iter().enumerate() {
                parts.push(if place == 0 {
                    self.value(value, level + 1)?
                } else {
                    self.at_times(|translator| translator.value(value, level + 1))?
                });
            }
            return Ok(RhaiCode::of(parts.join(sign), level));
        }
        let Some((last, rest)) = values.split_last() else { return left("an empty condition") };
        let mut code = self.at_times(|translator| translator.plain(last))?;
        for value in rest.iter().rev() {
            if !is_repeatable(value) {
                code = self.computed_choice(is_and, value, &code)?;
                continue;
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

    /// `f() or x`: the value is computed once, in a block of its own.
    fn computed_choice(&mut self, is_and: bool, value: &PyNode, otherwise: &str) -> Translated<String> {
        let name = self.fresh("chosen");
        let value = self.plain(value)?;
        let test = format!("{}({name})", self.helper("truthy"));
        let (one, other) = if is_and { (otherwise, name.as_str()) } else { (name.as_str(), otherwise) };
        Ok(format!("{{ let {name} = {value}; if {test} {{ {one} }} else {{ {other} }} }}"))
    }

    pub(super) fn comparison(
        &mut self,
        first: &PyNode,
        rest: &[(PyComparison, PyNode)],
    ) -> Translated<RhaiCode> {
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

    pub(super) fn compared(
        &mut self,
        one: &PyNode,
        sign: PyComparison,
        other: &PyNode,
    ) -> Translated<RhaiCode> {
        use PyComparison as C;
        if let Some(code) = self.compared_type(one, sign, other)? {
            return Ok(code);
        }
        let kinds = (self.kind_of(one), self.kind_of(other));
        Self::check_compared(one, sign, other, &kinds)?;
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
                let entry = if kinds.1.is_map() && kinds.0 == ValueKind::Int {
                    self.key_of(other, one)?
                } else {
                    self.value(one, level::COMPARE)?
                };
                let code = format!("{entry} in {}", list.at(level::SUM));
                return Ok(match sign {
                    C::In => RhaiCode::of(code, level::COMPARE),
                    _ => RhaiCode::of(format!("!({code})"), level::UNARY),
                });
            }
        };
        if matches!(&other.kind, PyExpression::Dict(entries) if entries.is_empty())
            && matches!(kinds.0, ValueKind::List(_))
        {
            self.name_defect(other.line, "B17");
        }
        if kinds == (ValueKind::Set, ValueKind::Set) {
            let (helper, sets) =
                (self.helper("same_set"), self.both(one, level::LOWEST, other, level::LOWEST)?);
            let code = format!("{helper}({}, {})", sets.0, sets.1);
            return match sign {
                C::Equal => Ok(RhaiCode::atom(code)),
                C::NotEqual => Ok(RhaiCode::of(format!("!{code}"), level::UNARY)),
                _ => left("a comparison of sets"),
            };
        }
        let is_mixed = matches!(
            &kinds,
            (ValueKind::Text, other) | (other, ValueKind::Text) if other.is_number()
        );
        let is_flag =
            matches!(&kinds, (ValueKind::Bool, other) | (other, ValueKind::Bool) if other.is_number());
        if is_flag {
            return left("true or false as a number");
        }
        if is_mixed && !matches!(sign, C::Equal | C::NotEqual) {
            return left("a comparison of a string with a number");
        }
        if (kinds.0 == ValueKind::Float || kinds.1 == ValueKind::Float)
            && matches!(sign, C::Equal | C::NotEqual)
        {
            let (helper, both) =
                (self.helper("same_number"), self.both(one, level::LOWEST, other, level::LOWEST)?);
            let code = RhaiCode::atom(format!("{helper}({}, {})", both.0, both.1));
            let opposite = || RhaiCode::of(format!("!{}", code.text), level::UNARY);
            return Ok(if sign == C::Equal { code } else { opposite() });
        }
        let level = if matches!(written, "==" | "!=") { level::EQUAL } else { level::COMPARE };
        let (one, other) = self.both(one, level + 1, other, level + 1)?;
        Ok(RhaiCode::of(format!("{one} {written} {other}"), level))
    }

    /// Leaves comparisons that mean something else here.
    fn check_compared(
        one: &PyNode,
        sign: PyComparison,
        other: &PyNode,
        kinds: &(ValueKind, ValueKind),
    ) -> Translated<()> {
        let is_constant = |node: &PyNode| matches!(node.kind, PyExpression::None | PyExpression::Bool(_));
        if matches!(sign, PyComparison::Is | PyComparison::IsNot) && !is_constant(one) && !is_constant(other)
        {
            return left("whether two names mean one value");
        }
        if kinds.0 == ValueKind::Bytes || kinds.1 == ValueKind::Bytes {
            return left("a comparison of bytes");
        }
        if kinds.0.has_object() && !is_constant(other) || kinds.1.has_object() && !is_constant(one) {
            return left("a comparison of objects");
        }
        let is_list = |kind: &ValueKind| matches!(kind, ValueKind::List(_));
        let is_flag = |one: &ValueKind, other: &ValueKind| *one == ValueKind::Bool && other.is_number();
        if let ValueKind::List(entry) = &kinds.1
            && (is_flag(&kinds.0, entry) || is_flag(entry, &kinds.0))
        {
            return left("true or false as a number");
        }
        if is_list(&kinds.0) && is_list(&kinds.1) && is_tuple(one) != is_tuple(other) {
            return left("a comparison of a list with a tuple");
        }
        Self::check_compared_times(&kinds.0, &kinds.1)
    }

    pub(super) fn operation(
        &mut self,
        first: &PyNode,
        operator: PyOperator,
        second: &PyNode,
    ) -> Translated<RhaiCode> {
        use PyOperator as O;
        let (one, other) = (self.kind_of(first), self.kind_of(second));
        if one == ValueKind::Bytes || other == ValueKind::Bytes {
            return left("an operation of bytes");
        }
        let is_other = |kind: &ValueKind| {
            kind.is_number()
                || kind.is_map()
                || matches!(kind, ValueKind::Bool | ValueKind::None | ValueKind::List(_))
        };
        if operator == O::Add
            && (one == ValueKind::Text && is_other(&other) || other == ValueKind::Text && is_other(&one))
        {
            return left("the sum of a string and another value");
        }
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
        if operator == O::Divide && one == ValueKind::Path {
            return self.path_division(first, second);
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
        let (one, other) = self.both(first, level, second, level + 1)?;
        // A shift is computed first here, and last in Python: parentheses show which is meant.
        let level = if matches!(operator, O::ShiftLeft | O::ShiftRight) { level::OR } else { level };
        Ok(RhaiCode::of(format!("{one} {sign} {other}"), level))
    }

    /// The operands of an operator.
    fn both(
        &mut self,
        one: &PyNode,
        level: u8,
        other: &PyNode,
        level_of_other: u8,
    ) -> Translated<(String, String)> {
        let mut parts = Vec::new();
        self.in_order(&mut parts, one, |translator| translator.value(one, level))?;
        self.in_order(&mut parts, other, |translator| translator.value(other, level_of_other))?;
        let mut codes = parts.into_iter().map(|part| part.code);
        Ok((codes.next().unwrap_or_default(), codes.next().unwrap_or_default()))
    }

    /// Whether a value is a count, an index or a length, so never negative.
    pub(super) fn is_count(&self, node: &PyNode) -> bool {
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

    pub(super) fn division(
        &mut self,
        first: &PyNode,
        second: &PyNode,
        _one: &ValueKind,
        _other: &ValueKind,
    ) -> Translated<RhaiCode> {
        let code = match &second.kind {
            PyExpression::Float(number) if *number != 0.0 => {
                format!("{} / {}", self.value(first, level::PRODUCT)?, self.value(second, level::POWER)?)
            }
            PyExpression::Int(digits) if digits != "0" => {
                format!("{} / {digits}.0", self.value(first, level::PRODUCT)?)
            }
            _ => {
                let (one, other) = (self.plain(first)?, self.plain(second)?);
                return Ok(RhaiCode::atom(format!("{}({one}, {other})", self.helper("divide"))));
            }
        };
        Ok(RhaiCode::of(code, level::PRODUCT))
    }

    pub(super) fn floor_division(
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
    pub(super) fn repeated(
        &mut self,
        first: &PyNode,
        second: &PyNode,
        one: &ValueKind,
        other: &ValueKind,
    ) -> Translated<Option<RhaiCode>> {
        let (text, count) = match (one, other) {
            (ValueKind::Text, _) => (first, second),
            (_, ValueKind::Text) => (second, first),
            (ValueKind::List(_), _) => (first, second),
            (_, ValueKind::List(_)) => (second, first),
            _ => return Ok(None),
        };
        let Some(length) = text.text().map(|text| text.chars().count()) else {
            let (value, count) = (self.plain(text)?, self.plain(count)?);
            return Ok(Some(RhaiCode::atom(format!("{}({value}, {count})", self.helper("repeated")))));
        };
        let count = self.value(count, level::PRODUCT)?;
        let length = if length == 1 { count } else { format!("{count} * {length}") };
        Ok(Some(RhaiCode::atom(format!("\"\".pad({length}, {})", self.plain(text)?))))
    }

    pub(super) fn set_operation(
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
}

/// Whether an expression is a tuple, which is a list here.
fn is_tuple(node: &PyNode) -> bool {
    match &node.kind {
        PyExpression::Tuple(_) => true,
        PyExpression::Call(call) => call.function.name() == Some("tuple"),
        _ => false,
    }
}
