//! Walks a script in the order of its execution and records what happens to each variable.

use super::chain::{ChainPart, ExpressionChain, variable_name, written};
use super::methods::{OF_STRINGS, OF_STRINGS_AND_LISTS, changes_receiver};
use super::trap::{self, TrapWords};
use super::variable::{KnownValue, TrackedVariable, VariableOrigin};
use crate::language::place::ScriptPlace;
use crate::script::checker::call_index::FunctionForms;
use crate::script::checker::finding::CheckFinding;
use crate::values::raw_response::RawResponse;
use rhai::{Expr, FnCallExpr, Position, Stmt, StmtBlock};
use std::collections::BTreeSet;

/// A walk through a script.
pub(super) struct ScriptScan<'t> {
    pub(super) lines: Vec<&'t str>,
    own_functions: FunctionForms,
    /// Properties, strings and keys of the script.
    pub(super) mentioned: BTreeSet<String>,
    pub(super) variables: Vec<TrackedVariable>,
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
                self.for_loop(&parts.0.name, parts.1.as_ref().map(|index| index.name.as_str()), &parts.2);
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
        let iterated = written(&flow.expr).filter(|_| variable_name(&flow.expr).is_some());
        let depth = self.variables.len();
        self.enter_loop();
        // A temporary list is gone after the loop, so only the entries of a variable are worth a warning.
        let origin = iterated.map_or(VariableOrigin::New, VariableOrigin::LoopEntry);
        let is_rows = self.known_value(&flow.expr) == KnownValue::Rows;
        self.declare(name, origin, if is_rows { KnownValue::Row } else { KnownValue::Other });
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
                    Some(name) if !chain.has_call() => self.change(name, target.start_position()),
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
                ChainPart::Method(call) => {
                    if call.name == "split"
                        && !self.own_functions.contains_key("split")
                        && matches!(&*call.args, [_, Expr::IntegerConstant(1, _)])
                    {
                        self.report(chain.root.position(), trap::split_into_one());
                    }
                    self.arguments(call);
                }
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
        if let Some(ChainPart::Field(name)) = chain.parts.first()
            && !RawResponse::FIELDS.contains(name)
            && self.known_value(chain.root) == KnownValue::Response
        {
            self.report(expression.position(), trap::unknown_response_field(name));
        }
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
        } else if function == "remove"
            && value == KnownValue::Numbers
            && matches!(call.args.last(), Some(Expr::IntegerConstant(1.., _)))
        {
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
            "==" | "!=" if is_comparison(left) && is_plain_value(right) => {
                self.report(position, trap::chained_comparison());
            }
            "<" | "<=" | ">" | ">=" | "==" | "!=" => self.check_types(left, right, position),
            "%" if matches!((left, right), (Expr::IntegerConstant(left, _), Expr::IntegerConstant(right, _))
                if *left < 0 && *right > 0 && left % right != 0) =>
            {
                self.report(position, trap::negative_remainder());
            }
            "/" if self.leaves_remainder(left, right) => self.report(position, trap::whole_division()),
            "-" if self.known_value(left) == KnownValue::Time => {
                self.report(position, trap::subtracted_time());
            }
            _ => {}
        }
    }

    /// A string is compared with a number.
    fn check_types(&mut self, left: &Expr, right: &Expr, position: Position) {
        for (text, number) in [(left, right), (right, left)] {
            let known = self.known_value(text);
            if is_number(number) && matches!(known, KnownValue::String | KnownValue::Cell) {
                self.report(position, trap::string_with_number(known == KnownValue::Cell));
            }
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

    fn report(&mut self, position: Position, words: TrapWords) {
        let place = ScriptPlace { source: None, line: position.line(), column: position.position() };
        let TrapWords { message, hint, is_warning } = words;
        self.findings.push(CheckFinding { is_warning, message, hint: Some(hint), place });
    }
}

fn is_comparison(expression: &Expr) -> bool {
    matches!(expression, Expr::FnCall(call, _)
        if call.is_operator_call() && ["<", "<=", ">", ">=", "==", "!="].contains(&call.name.as_str()))
}

fn is_number(expression: &Expr) -> bool {
    matches!(expression, Expr::IntegerConstant(..) | Expr::FloatConstant(..))
}

/// A string or a number as it is written.
fn is_plain_value(expression: &Expr) -> bool {
    is_number(expression) || matches!(expression, Expr::StringConstant(..))
}
