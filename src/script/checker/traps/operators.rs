//! Operators that give another result than in Python.

use super::scan::ScriptScan;
use super::trap;
use super::variable::KnownValue;
use rhai::{Expr, FnCallExpr, Position};

impl ScriptScan<'_> {
    /// Checks `left operator right`, and `left operator= right`.
    pub(super) fn check_operator(&mut self, operator: &str, left: &Expr, right: &Expr, position: Position) {
        match operator {
            "<" | "<=" | ">" | ">=" | "==" | "!=" => self.check_types(operator, left, right, position),
            "%" if self.is_other_remainder(left, right) => {
                self.report(position, trap::negative_remainder());
            }
            "/" if self.leaves_remainder(left, right) => self.report(position, trap::whole_division()),
            "*" if matches!(left, Expr::StringConstant(..)) || matches!(right, Expr::StringConstant(..)) => {
                self.report(position, trap::repeated_string());
            }
            "*" if self.is_share(left, right) => self.report(position, trap::whole_division()),
            "-" if self.known_value(left) == KnownValue::Time => {
                self.report(position, trap::subtracted_time());
            }
            _ => {}
        }
    }

    /// Values of different types are compared.
    fn check_types(&mut self, operator: &str, left: &Expr, right: &Expr, position: Position) {
        let is_equality = ["==", "!="].contains(&operator);
        if is_equality {
            self.check_type_of(left, right, position);
        }
        let (one, other) = (self.known_value(left), self.known_value(right));
        let (Some(first), Some(second)) = (one.kind(), other.kind()) else { return };
        if first == second {
            return;
        }
        let has = |kind: &str| first == kind || second == kind;
        if has("a string") && has("a number") {
            let is_cell = one == KnownValue::Cell || other == KnownValue::Cell;
            self.report(position, trap::string_with_number(is_cell));
        } else if !is_equality || (has("true or false") && has("a number")) {
            self.report(position, trap::different_types(first, second));
        }
    }

    /// `type_of(x) == "str"`.
    fn check_type_of(&mut self, left: &Expr, right: &Expr, position: Position) {
        for (call, name) in [(left, right), (right, left)] {
            let is_call = match call {
                Expr::FnCall(call, _) => call.name == "type_of",
                Expr::Dot(pair, ..) => {
                    matches!(&pair.rhs, Expr::MethodCall(call, _) if call.name == "type_of")
                }
                _ => false,
            };
            if let Expr::StringConstant(name, _) = name
                && is_call
                && let Some((_, here)) = TYPES.iter().find(|(python, _)| *python == name.as_str())
            {
                self.report(position, trap::type_of_python(name, here));
            }
        }
    }

    /// What is known of a whole number; `None` for anything else.
    fn whole(&self, value: &Expr) -> Option<WholeNumber> {
        match value {
            Expr::FnCall(call, _) if is_operator(call, &["*"]) => {
                call.args.iter().all(|factor| self.whole(factor).is_some()).then_some(WholeNumber::Any)
            }
            Expr::FnCall(call, _) if is_operator(call, &["-"]) && call.args.len() == 1 => {
                Some(match self.whole(call.args.first()?)? {
                    WholeNumber::Exactly(number) => {
                        number.checked_neg().map_or(WholeNumber::Any, WholeNumber::Exactly)
                    }
                    WholeNumber::Any => WholeNumber::Any,
                })
            }
            _ => match self.known_value(value) {
                KnownValue::Whole(Some(number)) => Some(WholeNumber::Exactly(number)),
                KnownValue::Whole(None) => Some(WholeNumber::Any),
                _ => None,
            },
        }
    }

    fn leaves_remainder(&self, left: &Expr, right: &Expr) -> bool {
        use WholeNumber::{Any, Exactly};
        match (self.whole(left), self.whole(right)) {
            (Some(Exactly(left)), Some(Exactly(right))) => left.checked_rem(right).unwrap_or(0) != 0,
            (Some(Any), Some(Exactly(right))) => !(-1..=1).contains(&right),
            (Some(_), Some(Any)) => true,
            _ => false,
        }
    }

    /// `used / total * 100`: of whole numbers, the share is gone before it is multiplied.
    fn is_share(&self, left: &Expr, right: &Expr) -> bool {
        let Expr::FnCall(division, _) = left else { return false };
        let [part, whole] = &*division.args else { return false };
        let is_variable = |value: &Expr| match value {
            Expr::Dot(pair, ..) => !matches!(&pair.rhs, Expr::MethodCall(call, _) if call.name == "to_float"),
            _ => matches!(value, Expr::Variable(..) | Expr::Index(..)),
        };
        matches!(right, Expr::IntegerConstant(..))
            && is_operator(division, &["/"])
            && is_variable(part)
            && is_variable(whole)
            && !self.leaves_remainder(part, whole)
    }

    /// Whether Python's remainder has the sign of the other operand.
    fn is_other_remainder(&self, left: &Expr, right: &Expr) -> bool {
        match (self.number(left), self.number(right)) {
            (Some(left), Some(right)) => {
                (left < 0.0) != (right < 0.0) && left % right != 0.0 && !(left % right).is_nan()
            }
            _ => false,
        }
    }

    /// Whether a division rounds to the other side than Python's `//`.
    pub(super) fn is_negative_quotient(&self, left: &Expr, right: &Expr) -> bool {
        let (Some(WholeNumber::Exactly(left)), Some(WholeNumber::Exactly(right))) =
            (self.whole(left), self.whole(right))
        else {
            return false;
        };
        left.checked_rem(right).unwrap_or(0) != 0 && (left < 0) != (right < 0)
    }

    #[expect(clippy::cast_precision_loss, reason = "only its sign and whether a remainder is left matter")]
    fn number(&self, value: &Expr) -> Option<f64> {
        match value {
            Expr::FloatConstant(number, _) => Some(**number),
            _ => match self.whole(value)? {
                WholeNumber::Exactly(number) => Some(number as f64),
                WholeNumber::Any => None,
            },
        }
    }
}

/// What is known of a whole number.
enum WholeNumber {
    Exactly(i64),
    Any,
}

/// Python's names of types, and those of Rhai.
const TYPES: [(&str, &str); 7] = [
    ("str", "string"),
    ("int", "i64"),
    ("float", "f64"),
    ("list", "array"),
    ("tuple", "array"),
    ("dict", "map"),
    ("NoneType", "()"),
];

fn is_operator(call: &FnCallExpr, names: &[&str]) -> bool {
    call.is_operator_call() && names.contains(&call.name.as_str())
}
