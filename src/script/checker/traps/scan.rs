//! Walks a script in the order of its execution and records what happens to each variable.

use super::chain::{ChainPart, ExpressionChain, variable_name};
use super::trap::{self, TrapWords};
use super::variable::{KnownValue, TrackedVariable, VariableOrigin};
use crate::language::place::ScriptPlace;
use crate::script::checker::call_index::FunctionForms;
use crate::script::checker::finding::CheckFinding;
use rhai::{Expr, FnCallExpr, Position, Stmt, StmtBlock};
use std::collections::BTreeSet;

/// Methods that change a list or map in place and return nothing.
const CHANGING: &[&str] =
    &["push", "append", "insert", "clear", "reverse", "sort", "sort_desc", "splice", "mixin", "chop"];
/// Methods that change a list or map in place and return what they removed.
const REMOVING: &[&str] = &["pop", "shift", "remove", "drain", "retain", "truncate", "pad"];
/// Functions of strings alone that return a new string.
const OF_STRINGS: &[&str] = &["trim", "make_lower", "make_upper", "replace", "crop"];
/// Functions that return a new string, and change a list or map in place.
const OF_STRINGS_AND_LISTS: &[&str] = &["remove", "truncate", "pad"];

/// A walk through a script.
pub(super) struct ScriptScan<'t> {
    lines: Vec<&'t str>,
    own_functions: FunctionForms,
    /// Properties, strings and keys of the script.
    mentioned: BTreeSet<String>,
    variables: Vec<TrackedVariable>,
    /// The order of the loops around the current position, the outermost first.
    loops: Vec<usize>,
    order: usize,
    pub(super) findings: Vec<CheckFinding>,
}

impl<'t> ScriptScan<'t> {
    pub(super) fn new(text: &'t str, own_functions: FunctionForms, mentioned: BTreeSet<String>) -> Self {
        Self {
            lines: text.lines().collect(),
            own_functions,
            mentioned,
            variables: Vec::new(),
            loops: Vec::new(),
            order: 0,
            findings: Vec::new(),
        }
    }

    /// Walks the body of a function or script. `is_value_used` says whether that of its last statement is.
    pub(super) fn body(&mut self, parameters: &[&str], statements: &[Stmt], is_value_used: bool) {
        let outer = std::mem::take(&mut self.variables);
        for name in parameters {
            self.declare(name, VariableOrigin::Parameter, KnownValue::Other);
        }
        self.statements(statements, is_value_used);
        self.leave_scope(0);
        self.variables = outer;
    }

    fn statements(&mut self, statements: &[Stmt], is_value_used: bool) {
        for (place, statement) in statements.iter().enumerate() {
            self.statement(statement, is_value_used && place + 1 == statements.len());
        }
    }

    fn block(&mut self, block: &StmtBlock, is_value_used: bool) {
        let depth = self.variables.len();
        self.statements(block.statements(), is_value_used);
        self.leave_scope(depth);
    }

    fn statement(&mut self, statement: &Stmt, is_value_used: bool) {
        match statement {
            Stmt::If(flow, _) => {
                self.expression(&flow.expr);
                self.block(&flow.body, is_value_used);
                self.block(&flow.branch, is_value_used);
            }
            Stmt::Switch(switch, _) => {
                self.expression(&switch.0);
                for case in &switch.1.expressions {
                    self.expression(&case.lhs);
                    self.value(&case.rhs, is_value_used);
                }
            }
            Stmt::While(flow, _) | Stmt::Do(flow, ..) => {
                self.enter_loop();
                self.expression(&flow.expr);
                self.block(&flow.body, false);
                self.loops.pop();
            }
            Stmt::For(parts, _) => {
                self.for_loop(&parts.0.name, parts.1.as_ref().map(|index| index.name.as_str()), &parts.2)
            }
            Stmt::Var(parts, ..) => {
                let (name, value, _) = &**parts;
                self.expression(value);
                let (origin, known) = (self.origin(value), self.known_value(value));
                self.declare(&name.name, origin, known);
            }
            Stmt::Assignment(parts) => {
                self.expression(&parts.1.rhs);
                self.assign(&parts.1.lhs, parts.0.is_op_assignment());
            }
            Stmt::FnCall(call, position) => self.call(call, *position, is_value_used),
            Stmt::Block(block) => self.block(block, is_value_used),
            Stmt::TryCatch(flow, _) => {
                self.block(&flow.body, is_value_used);
                self.block(&flow.branch, is_value_used);
            }
            Stmt::Expr(expression) => self.value(expression, is_value_used),
            Stmt::BreakLoop(Some(value), ..) | Stmt::Return(Some(value), ..) => self.expression(value),
            Stmt::Share(names) => {
                for (name, _) in names.iter() {
                    self.untrack(&name.name);
                }
            }
            Stmt::Export(names, _) => self.untrack(&names.0.name),
            Stmt::Import(import, _) => self.expression(&import.0),
            _ => {}
        }
    }

    fn for_loop(&mut self, name: &str, index: Option<&str>, flow: &rhai::FlowControl) {
        self.expression(&flow.expr);
        let iterated = self.written(&flow.expr).filter(|_| variable_name(&flow.expr).is_some());
        let depth = self.variables.len();
        self.enter_loop();
        // A temporary list is gone after the loop, so only the entries of a variable are worth a warning.
        let origin = iterated.map_or(VariableOrigin::New, VariableOrigin::LoopEntry);
        self.declare(name, origin, KnownValue::Other);
        if let Some(index) = index {
            self.declare(index, VariableOrigin::New, KnownValue::Other);
        }
        self.statements(flow.body.statements(), false);
        self.leave_scope(depth);
        self.loops.pop();
    }

    fn enter_loop(&mut self) {
        self.order += 1;
        self.loops.push(self.order);
    }

    fn declare(&mut self, name: &str, origin: VariableOrigin, value: KnownValue) {
        self.variables.push(TrackedVariable::new(name, origin, value, self.loops.len()));
    }

    /// Reports the lost changes of the variables whose scope ends.
    fn leave_scope(&mut self, depth: usize) {
        for variable in self.variables.split_off(depth.min(self.variables.len())) {
            if let Some(position) = variable.lost_change()
                && let Some(words) = trap::lost_change(&variable.name, &variable.origin)
            {
                self.report(position, words);
            }
        }
    }

    fn variable(&mut self, name: &str) -> Option<&mut TrackedVariable> {
        self.variables.iter_mut().rev().find(|variable| variable.name == name)
    }

    fn untrack(&mut self, name: &str) {
        if let Some(variable) = self.variable(name) {
            variable.is_untracked = true;
        }
    }

    fn read(&mut self, name: &str, position: Position) {
        self.order += 1;
        let (order, loops) = (self.order, self.loops.clone());
        if let Some(variable) = self.variable(name) {
            variable.read(order, position, &loops);
        }
    }

    fn change(&mut self, name: &str, position: Position) {
        self.order += 1;
        let (order, loops) = (self.order, self.loops.clone());
        if let Some(variable) = self.variable(name) {
            variable.change(order, position, &loops);
        }
    }

    fn assign(&mut self, target: &Expr, keeps_value: bool) {
        match ExpressionChain::of(target) {
            Some(chain) => {
                self.indexes(&chain);
                match chain.variable() {
                    Some(name) if !has_call(&chain) => self.change(name, target.start_position()),
                    _ => self.expression(chain.root),
                }
            }
            None => {
                if let Some(name) = variable_name(target) {
                    if keeps_value {
                        self.read(name, target.start_position());
                    }
                    self.untrack(name);
                }
            }
        }
    }

    fn indexes(&mut self, chain: &ExpressionChain) {
        for part in &chain.parts {
            match part {
                ChainPart::Index(index) => self.expression(index),
                ChainPart::Method(call) => self.arguments(call),
                ChainPart::Field(_) => {}
            }
        }
    }

    fn arguments(&mut self, call: &FnCallExpr) {
        for argument in &*call.args {
            self.expression(argument);
        }
    }

    /// An expression whose value is used.
    fn expression(&mut self, expression: &Expr) {
        self.value(expression, true);
    }

    fn value(&mut self, expression: &Expr, is_used: bool) {
        match expression {
            Expr::Variable(..) => {
                if let Some(name) = variable_name(expression) {
                    self.read(name, expression.position());
                }
            }
            Expr::Dot(..) | Expr::Index(..) => {
                if let Some(chain) = ExpressionChain::of(expression) {
                    self.chain(&chain, expression, is_used);
                }
            }
            Expr::FnCall(call, position) => self.call(call, *position, is_used),
            Expr::Stmt(block) => self.block(block, is_used),
            Expr::Map(map, _) => self.map(&map.0),
            Expr::Array(items, _) | Expr::InterpolatedString(items, _) => {
                for item in items {
                    self.expression(item);
                }
            }
            Expr::And(items, _) | Expr::Or(items, _) | Expr::Coalesce(items, _) => {
                for item in &**items {
                    self.expression(item);
                }
            }
            _ => {}
        }
    }

    fn chain(&mut self, chain: &ExpressionChain, expression: &Expr, is_used: bool) {
        self.indexes(chain);
        let Some((ChainPart::Method(last), before)) = chain.parts.split_last() else {
            return self.expression(chain.root);
        };
        let name = chain.variable();
        let position = expression.position();
        self.check_method(chain, last, position, is_used);
        let is_direct = !before.iter().any(|part| matches!(part, ChainPart::Method(_)));
        match name {
            Some(name) if is_direct && changes_receiver(last, is_used) => {
                self.change(name, expression.start_position());
            }
            _ => self.expression(chain.root),
        }
    }

    fn check_method(
        &mut self,
        chain: &ExpressionChain,
        call: &FnCallExpr,
        position: Position,
        is_used: bool,
    ) {
        if self.own_functions.contains_key(call.name.as_str()) {
            return;
        }
        if call.name == "split" && matches!(&*call.args, [_, Expr::IntegerConstant(1, _)]) {
            self.report(position, trap::split_into_one());
        }
        if is_used {
            return;
        }
        let name = chain.variable().filter(|_| chain.parts.len() == 1);
        let value = match chain.root {
            root if chain.parts.len() == 1 => self.known_value(root),
            _ => KnownValue::Other,
        };
        self.discarded(call, name, value, position);
    }

    /// A call whose result is not used.
    fn discarded(&mut self, call: &FnCallExpr, name: Option<&str>, value: KnownValue, position: Position) {
        let is_string = value == KnownValue::String;
        let function = call.name.as_str();
        if OF_STRINGS.contains(&function) || (is_string && OF_STRINGS_AND_LISTS.contains(&function)) {
            self.report(position, trap::discarded_string(function, name));
        } else if function == "remove" && value == KnownValue::Numbers {
            self.report(position, trap::remove_by_index());
        }
    }

    fn call(&mut self, call: &FnCallExpr, position: Position, is_used: bool) {
        self.check_operator(call, position);
        let is_plain = call.namespace.path.is_empty() && !call.is_operator_call();
        let receiver = call.args.first().filter(|_| is_plain);
        let is_own = self.own_functions.contains_key(call.name.as_str());
        if let Some(receiver) = receiver
            && !is_own
        {
            if call.name == "split" && matches!(&*call.args, [_, _, Expr::IntegerConstant(1, _)]) {
                self.report(position, trap::split_into_one());
            }
            if !is_used {
                let value = self.known_value(receiver);
                self.discarded(call, variable_name(receiver), value, position);
            }
            let changed = variable_name(receiver).filter(|_| changes_receiver(call, is_used));
            if let Some(name) = changed {
                for argument in call.args.iter().skip(1) {
                    self.expression(argument);
                }
                return self.change(name, receiver.start_position());
            }
        }
        // The result of the division is wrapped in a call that drops the remainder on purpose.
        if ["floor", "int"].contains(&call.name.as_str())
            && let [Expr::FnCall(inner, _)] = &*call.args
            && inner.name == "/"
        {
            return self.arguments(inner);
        }
        self.arguments(call);
    }

    fn check_operator(&mut self, call: &FnCallExpr, position: Position) {
        let [left, right] = &*call.args else { return };
        if !call.is_operator_call() {
            return;
        }
        match call.name.as_str() {
            "<" | "<=" | ">" | ">=" if is_comparison(left) || is_comparison(right) => {
                self.report(position, trap::chained_comparison());
            }
            "/" if self.leaves_remainder(left, right) => self.report(position, trap::whole_division()),
            "-" if self.known_value(left) == KnownValue::Time => {
                self.report(position, trap::subtracted_time());
            }
            _ => {}
        }
    }

    fn leaves_remainder(&self, left: &Expr, right: &Expr) -> bool {
        match (left, right) {
            (Expr::IntegerConstant(left, _), Expr::IntegerConstant(right, _)) => {
                *right != 0 && left % right != 0
            }
            (left, Expr::IntegerConstant(..)) => self.known_value(left) == KnownValue::Length,
            (left, right) => {
                self.known_value(left) == KnownValue::Length && self.known_value(right) == KnownValue::Length
            }
        }
    }

    fn map(&mut self, entries: &[(rhai::Ident, Expr)]) {
        for (key, value) in entries {
            self.expression(value);
            let name = key.name.as_str();
            let is_string = self
                .variables
                .iter()
                .rev()
                .find(|variable| variable.name == name)
                .is_some_and(|variable| variable.value == KnownValue::String && !variable.is_untracked);
            let is_itself = variable_name(value) == Some(name);
            if is_string && !is_itself && !self.is_quoted(key.pos) && !self.is_field(name) {
                self.report(key.pos, trap::variable_as_key(name));
            }
        }
    }

    /// Whether the key at a position is in quotes.
    fn is_quoted(&self, position: Position) -> bool {
        let column = position.position().unwrap_or(1).saturating_sub(1);
        let line = position.line().and_then(|line| self.lines.get(line.saturating_sub(1)));
        line.and_then(|line| line.chars().nth(column))
            .is_none_or(|letter| !(letter.is_alphabetic() || letter == '_'))
    }

    /// Whether the script, the service or an option of a function uses the name as that of a field.
    fn is_field(&self, name: &str) -> bool {
        let is_read = self
            .lines
            .iter()
            .any(|line| line.contains(&format!(".{name}")) || line.contains(&format!("\"{name}\"")));
        is_read
            || !self.mentioned.contains(name)
            || crate::wire::user::FIELDS.contains(&name)
            || crate::wire::group::FIELDS.contains(&name)
            || crate::script::functions::catalog()
                .functions()
                .any(|function| function.options.iter().any(|option| option.name == name))
    }

    fn origin(&self, value: &Expr) -> VariableOrigin {
        let Some(chain) = ExpressionChain::of(value) else { return VariableOrigin::New };
        let is_part = !has_call(&chain) && chain.variable().is_some_and(|name| self.is_own_data(name));
        match self.written(value) {
            Some(text) if is_part => VariableOrigin::CopyOf(text),
            _ => VariableOrigin::New,
        }
    }

    /// Whether it is a variable that the script declared.
    fn is_own_data(&self, name: &str) -> bool {
        self.variables.iter().any(|variable| variable.name == name)
    }

    fn known_value(&self, value: &Expr) -> KnownValue {
        if let Some(name) = variable_name(value) {
            let variable = self.variables.iter().rev().find(|variable| variable.name == name);
            return variable
                .filter(|variable| !variable.is_untracked)
                .map_or(KnownValue::Other, |variable| variable.value);
        }
        let called = match value {
            Expr::FnCall(call, _) if call.namespace.path.is_empty() => Some(call.name.as_str()),
            _ => None,
        };
        let last = ExpressionChain::of(value).and_then(|chain| match chain.parts.last() {
            Some(ChainPart::Method(call)) => Some(call.name.to_string()),
            Some(ChainPart::Field(name)) => Some((*name).to_owned()),
            _ => None,
        });
        match called.or(last.as_deref()) {
            Some("len") => KnownValue::Length,
            Some("now") => KnownValue::Time,
            Some("trim" | "to_string" | "to_upper" | "to_lower" | "replace" | "join" | "sub_string") => {
                KnownValue::String
            }
            _ => KnownValue::of(value),
        }
    }

    /// A short expression as the script has it, from its position to the end of what can be read as one.
    fn written(&self, expression: &Expr) -> Option<String> {
        if let Some(name) = variable_name(expression) {
            return Some(name.to_owned());
        }
        let chain = ExpressionChain::of(expression)?;
        let mut text = chain.variable()?.to_owned();
        for part in &chain.parts {
            match part {
                ChainPart::Field(name) => text += &format!(".{name}"),
                ChainPart::Index(Expr::IntegerConstant(index, _)) => text += &format!("[{index}]"),
                ChainPart::Index(Expr::StringConstant(key, _)) => text += &format!("[{key:?}]"),
                ChainPart::Index(index) => text += &format!("[{}]", variable_name(index)?),
                ChainPart::Method(_) => return None,
            }
        }
        Some(text)
    }

    fn report(&mut self, position: Position, words: TrapWords) {
        let place = ScriptPlace { source: None, line: position.line(), column: position.position() };
        let TrapWords { message, hint, is_warning } = words;
        self.findings.push(CheckFinding { is_warning, message, hint: Some(hint), place });
    }
}

fn has_call(chain: &ExpressionChain) -> bool {
    chain.parts.iter().any(|part| matches!(part, ChainPart::Method(_)))
}

fn changes_receiver(call: &FnCallExpr, is_used: bool) -> bool {
    let name = call.name.as_str();
    CHANGING.contains(&name) || (REMOVING.contains(&name) && !is_used)
}

fn is_comparison(expression: &Expr) -> bool {
    matches!(expression, Expr::FnCall(call, _)
        if call.is_operator_call() && ["<", "<=", ">", ">=", "==", "!="].contains(&call.name.as_str()))
}
