//! Compiles the body of a script function to a predicate expression, if it is simple enough.

use crate::values::query::predicate::expression::{EntryNumber, PredicateExpression};
use crate::values::query::predicate::field_access::FieldAccess;
use crate::values::query::predicate::text_change::TextChange;
use crate::values::query::predicate::value::{ComparisonOperator, ConstantList, PredicateValue};
use crate::values::record::ListItem;
use crate::values::record_list::{ListSize, RecordList};
use crate::wire::group::Group;
use crate::wire::identity::fold_name;
use crate::wire::user::User;
use rhai::{
    AST, ASTFlags, ASTNode, Array, BinaryExpr, Dynamic, Expr, FlowControl, FnCallExpr, FnPtr, Ident,
    Identifier, ImmutableString, Map, Module, NativeCallContext, ScriptFuncDef, Shared, Stmt,
};

/// The supported methods. A script's own function of the same name takes precedence.
const METHODS: &[&str] = &[
    "contains",
    "is_empty",
    "len",
    "starts_with",
    "ends_with",
    "in_group",
    "to_lower",
    "to_upper",
    "make_lower",
    "make_upper",
    "trim",
];

/// The parameters of a function besides those it captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FunctionParameters {
    /// None; the entry is `this`.
    This,
    Entry,
    EntryAndPlace,
    /// Two entries that are compared.
    TwoEntries,
}

impl FunctionParameters {
    fn count(self) -> usize {
        match self {
            Self::This => 0,
            Self::Entry => 1,
            Self::EntryAndPlace | Self::TwoEntries => 2,
        }
    }
}

/// Compiles a function; `None` when it is not simple.
pub(crate) fn read(
    context: &NativeCallContext,
    function: &FnPtr,
    parameters: FunctionParameters,
) -> Option<PredicateExpression> {
    let count = parameters.count() + function.curry().len();
    let mut modules = context.iter_namespaces();
    let definition = modules.find_map(|module| module.get_script_fn(function.fn_name(), count))?;
    if has_its_own(context) {
        return None;
    }
    let names = BoundNames { definition, captured: function.curry(), parameters };
    body(definition, &names)
}

/// Whether the script, or a module it imports, defines a function of one of these names.
fn has_its_own(context: &NativeCallContext) -> bool {
    let imported = context.iter_imports().map(|(_, module)| module);
    let mut modules = context.iter_namespaces().chain(imported);
    modules.any(|module| {
        let has = |name: &&str| (0..=2).any(|count| module.get_script_fn(*name, count).is_some());
        METHODS.iter().any(has)
    })
}

/// Reads the single statement of a function. The type of the body is private in Rhai, but a module that contains only
/// this function can be walked.
fn body(definition: &Shared<ScriptFuncDef>, names: &BoundNames) -> Option<PredicateExpression> {
    let mut module = Module::new();
    module.set_script_fn(Shared::clone(definition));
    let (mut statements, mut read) = (0, None);
    AST::new([], module).walk(&mut |path| {
        if let [ASTNode::Stmt(statement)] = path {
            statements += 1;
            read = names.statement(statement);
        }
        statements < 2
    });
    read.filter(|_| statements == 1)
}

/// The names in a function: captured values, the entry, and optionally its index.
struct BoundNames<'f> {
    definition: &'f ScriptFuncDef,
    captured: &'f [Dynamic],
    parameters: FunctionParameters,
}

/// The first part of a chain of properties and methods.
enum ChainStart {
    Entry(EntryNumber),
    Value(PredicateExpression),
}

impl BoundNames<'_> {
    fn statement(&self, statement: &Stmt) -> Option<PredicateExpression> {
        match statement {
            Stmt::Expr(expression) => self.expression(expression),
            Stmt::FnCall(call, _) => self.call(call),
            Stmt::Return(Some(expression), flags, _) if !flags.contains(ASTFlags::BREAK) => {
                self.expression(expression)
            }
            Stmt::Block(block) => self.only(block.statements()),
            Stmt::If(choice, _) => self.choice(choice),
            _ => None,
        }
    }

    /// `if`; without `else` it returns `()`.
    fn choice(&self, choice: &FlowControl) -> Option<PredicateExpression> {
        let condition = self.expression(&choice.expr)?;
        let one = self.only(choice.body.statements())?;
        let other = match choice.branch.statements() {
            [] => PredicateExpression::Unit,
            statements => self.only(statements)?,
        };
        Some(PredicateExpression::If(Box::new([condition, one, other])))
    }

    fn only(&self, statements: &[Stmt]) -> Option<PredicateExpression> {
        match statements {
            [statement] => self.statement(statement),
            _ => None,
        }
    }

    fn expression(&self, expression: &Expr) -> Option<PredicateExpression> {
        Some(match expression {
            Expr::Unit(_) => PredicateExpression::Unit,
            Expr::BoolConstant(flag, _) => PredicateExpression::Flag(*flag),
            Expr::IntegerConstant(number, _) => PredicateExpression::Number(*number),
            Expr::StringConstant(text, _) => PredicateExpression::Text(text.clone()),
            Expr::DynamicConstant(value, _) => captured(value)?,
            Expr::InterpolatedString(parts, _) => PredicateExpression::Template(self.each(parts)?),
            Expr::Array(items, _) => self.array(items)?,
            Expr::Map(map, _) => self.map(&map.0)?,
            Expr::Variable(..) | Expr::ThisPtr(_) => match self.entry(expression) {
                Some(entry) => PredicateExpression::Entry(entry),
                None => self.variable(expression)?,
            },
            Expr::Dot(pair, flags, _) if flags.is_empty() => self.chain(pair)?,
            Expr::Index(pair, flags, _) => self.index(pair, *flags)?,
            Expr::FnCall(call, _) => self.call(call)?,
            Expr::Stmt(block) => self.only(block.statements())?,
            Expr::And(all, _) => PredicateExpression::All(self.each(all)?),
            Expr::Or(any, _) => PredicateExpression::Any(self.each(any)?),
            Expr::Coalesce(either, _) => PredicateExpression::Either(self.each(either)?),
            _ => return None,
        })
    }

    fn each(&self, expressions: &[Expr]) -> Option<Vec<PredicateExpression>> {
        expressions.iter().map(|expression| self.expression(expression)).collect()
    }

    /// A list of constants and captured values, prepared for lookups, or a list with values of the entry.
    fn array(&self, items: &[Expr]) -> Option<PredicateExpression> {
        let items = self.each(items)?;
        let constants = items.iter().map(constant).collect::<Option<Vec<_>>>();
        match constants.and_then(ConstantList::of) {
            Some(list) => Some(PredicateExpression::List(Box::new(list))),
            None => Some(PredicateExpression::Array(items)),
        }
    }

    fn map(&self, entries: &[(Ident, Expr)]) -> Option<PredicateExpression> {
        let entry =
            |(name, value): &(Ident, Expr)| Some((Identifier::from(name.as_str()), self.expression(value)?));
        entries.iter().map(entry).collect::<Option<_>>().map(PredicateExpression::Map)
    }

    /// The place of a parameter by its name.
    fn parameter(&self, variable: &Expr) -> Option<usize> {
        let Expr::Variable(variable, ..) = variable else { return None };
        let (_, name, namespace, _) = &**variable;
        let place = self.definition.params.iter().position(|parameter| parameter == name)?;
        namespace.is_empty().then_some(place)
    }

    fn variable(&self, variable: &Expr) -> Option<PredicateExpression> {
        let place = self.parameter(variable)?;
        match self.captured.get(place) {
            Some(value) => captured(value),
            None if place == self.captured.len() + 1 => Some(PredicateExpression::Place),
            None => None,
        }
    }

    /// The entry that an expression names.
    fn entry(&self, expression: &Expr) -> Option<EntryNumber> {
        if let Expr::ThisPtr(_) = expression {
            return (self.parameters == FunctionParameters::This).then_some(EntryNumber::First);
        }
        let parameter = self.parameter(expression)?.checked_sub(self.captured.len())?;
        match (parameter, self.parameters) {
            (0, _) => Some(EntryNumber::First),
            (1, FunctionParameters::TwoEntries) => Some(EntryNumber::Second),
            _ => None,
        }
    }

    fn start(&self, expression: &Expr) -> Option<ChainStart> {
        match self.entry(expression) {
            Some(entry) => Some(ChainStart::Entry(entry)),
            None => self.expression(expression).map(ChainStart::Value),
        }
    }

    /// `entry["field"]`.
    fn index(&self, pair: &BinaryExpr, flags: ASTFlags) -> Option<PredicateExpression> {
        let negated = flags.contains(ASTFlags::NEGATED);
        match &pair.rhs {
            Expr::StringConstant(name, _) if !negated => {
                let entry = self.entry(&pair.lhs)?;
                Some(PredicateExpression::Field(entry, FieldAccess::of(name.clone())))
            }
            _ => None,
        }
    }

    /// `entry.field`, `entry.field.method(...)`, `value.method(...)`.
    fn chain(&self, pair: &BinaryExpr) -> Option<PredicateExpression> {
        let mut start = self.start(&pair.lhs)?;
        let mut rest = &pair.rhs;
        loop {
            let (step, next) = match rest {
                Expr::Dot(pair, flags, _) if flags.is_empty() => (&pair.lhs, Some(&pair.rhs)),
                step => (step, None),
            };
            let value = self.step(start, step)?;
            let Some(next) = next else { return Some(value) };
            (start, rest) = (ChainStart::Value(value), next);
        }
    }

    fn step(&self, start: ChainStart, step: &Expr) -> Option<PredicateExpression> {
        match (start, step) {
            (ChainStart::Entry(entry), Expr::Property(property, _)) => {
                Some(PredicateExpression::Field(entry, FieldAccess::of(property.2.clone())))
            }
            (ChainStart::Value(value), Expr::Property(property, _)) => match property.2.as_str() {
                name @ ("len" | "is_empty") => method(value, name, None),
                _ => None,
            },
            (ChainStart::Entry(entry), Expr::MethodCall(call, _)) if call.name == "in_group" => {
                match &*call.args {
                    [name] => Some(PredicateExpression::InGroup(entry, Box::new(self.expression(name)?))),
                    _ => None,
                }
            }
            (ChainStart::Entry(entry), Expr::MethodCall(call, _)) => {
                self.method_call(PredicateExpression::Entry(entry), call)
            }
            (ChainStart::Value(value), Expr::MethodCall(call, _)) => self.method_call(value, call),
            _ => None,
        }
    }

    fn method_call(&self, value: PredicateExpression, call: &FnCallExpr) -> Option<PredicateExpression> {
        if !call.namespace.is_empty() {
            return None;
        }
        match &*call.args {
            [] => method(value, &call.name, None),
            [argument] => method(value, &call.name, Some(self.expression(argument)?)),
            _ => None,
        }
    }

    /// An operator, or a method called as a function: `contains(list, item)`.
    fn call(&self, call: &FnCallExpr) -> Option<PredicateExpression> {
        if !call.namespace.is_empty() || call.capture_parent_scope {
            return None;
        }
        let is_operator = call.op_token.is_some();
        match &*call.args {
            [one] if is_operator => {
                let one = Box::new(self.expression(one)?);
                match call.name.as_str() {
                    "!" => Some(PredicateExpression::Not(one)),
                    "-" => Some(PredicateExpression::Negative(one)),
                    _ => None,
                }
            }
            [one, other] => {
                let pair = Box::new([self.expression(one)?, self.expression(other)?]);
                match (call.name.as_str(), ComparisonOperator::named(&call.name)) {
                    ("contains", _) => Some(PredicateExpression::Contains(pair)),
                    _ if !is_operator => None,
                    ("+", _) => Some(PredicateExpression::Sum(pair)),
                    ("-", _) => Some(PredicateExpression::Difference(pair)),
                    (_, how) => how.map(|how| PredicateExpression::Compare(how, pair)),
                }
            }
            _ => None,
        }
    }
}

fn method(
    value: PredicateExpression,
    name: &str,
    argument: Option<PredicateExpression>,
) -> Option<PredicateExpression> {
    Some(match (name, argument) {
        ("len", None) => PredicateExpression::Length(Box::new(value)),
        ("is_empty", None) => PredicateExpression::IsEmpty(Box::new(value)),
        ("contains", Some(item)) => PredicateExpression::Contains(Box::new([value, item])),
        ("starts_with", Some(start)) => PredicateExpression::StartsWith(Box::new([value, start])),
        ("ends_with", Some(end)) => PredicateExpression::EndsWith(Box::new([value, end])),
        (name, None) => PredicateExpression::Changed(TextChange::named(name)?, Box::new(value)),
        _ => return None,
    })
}

/// A captured value. No script code runs between the entries, so it does not change.
fn captured(value: &Dynamic) -> Option<PredicateExpression> {
    if let Some(items) = value.read_lock::<Array>() {
        let list = ConstantList::of(items.iter().map(|item| PredicateValue::of(item.flatten_clone())));
        return Some(list.map_or_else(
            || PredicateExpression::Captured(value.clone()),
            |list| PredicateExpression::List(Box::new(list)),
        ));
    }
    let users = value.read_lock::<RecordList<User>>().map(|users| named(&users));
    if let Some(names) = users.or_else(|| value.read_lock::<RecordList<Group>>().map(|groups| named(&groups)))
    {
        return names;
    }
    if value.read_lock::<Map>().is_some() {
        return Some(PredicateExpression::Captured(value.clone()));
    }
    let text = value.read_lock::<ImmutableString>().map(|text| PredicateExpression::Text(text.clone()));
    text.or_else(|| value.as_bool().ok().map(PredicateExpression::Flag))
        .or_else(|| value.as_int().ok().map(PredicateExpression::Number))
        .or_else(|| value.is_unit().then_some(PredicateExpression::Unit))
}

/// Leaves a list with unread pages to the interpreter, which may throw.
fn named<T: ListItem>(list: &RecordList<T>) -> Option<PredicateExpression> {
    let ListSize::Exactly(_) = list.size() else { return None };
    let entries = list.read();
    let names = entries.iter().flat_map(|entry| entry.names().map(|name| fold_name(name)));
    Some(PredicateExpression::Named(names.collect()))
}

fn constant(expression: &PredicateExpression) -> Option<PredicateValue<'_>> {
    Some(match expression {
        PredicateExpression::Unit => PredicateValue::Unit,
        PredicateExpression::Flag(flag) => PredicateValue::Flag(*flag),
        PredicateExpression::Number(number) => PredicateValue::Number(*number),
        PredicateExpression::Text(text) => PredicateValue::Text(text),
        _ => return None,
    })
}
