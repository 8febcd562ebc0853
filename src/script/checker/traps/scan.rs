//! Walks a script in the order of its execution and records what happens to each variable.

use super::chain::{ChainPart, ExpressionChain, variable_name, written};
use super::methods::changes_receiver;
use super::trap::{self, TrapWords};
use super::variable::{HiddenVariable, KnownValue, TrackedVariable, VariableOrigin};
use crate::language::place::ScriptPlace;
use crate::script::checker::call_index::FunctionForms;
use crate::script::checker::finding::CheckFinding;
use crate::values::raw_response::RawResponse;
use rhai::{Expr, FnCallExpr, Position, Stmt, StmtBlock};
use std::collections::{BTreeMap, BTreeSet};

/// A walk through a script.
pub(super) struct ScriptScan<'t> {
    pub(super) lines: Vec<&'t str>,
    pub(super) own_functions: FunctionForms,
    /// The number of parameters of each closure, without those it captured.
    pub(super) closures: BTreeMap<String, usize>,
    /// Properties, strings and keys of the script.
    pub(super) mentioned: BTreeSet<String>,
    pub(super) variables: Vec<TrackedVariable>,
    /// The order of the loops around the current position, the outermost first.
    loops: Vec<usize>,
    order: usize,
    /// For each open block, the number of variables before it.
    blocks: Vec<usize>,
    pub(super) findings: Vec<CheckFinding>,
}

impl<'t> ScriptScan<'t> {
    pub(super) fn new(text: &'t str, own_functions: FunctionForms, mentioned: BTreeSet<String>) -> Self {
        Self {
            lines: text.lines().collect(),
            own_functions,
            closures: BTreeMap::new(),
            mentioned,
            variables: Vec::new(),
            loops: Vec::new(),
            order: 0,
            blocks: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Walks the body of a function or script. `is_value_used` says whether that of its last statement is.
    pub(super) fn body(&mut self, parameters: &[&str], statements: &[Stmt], is_value_used: bool) {
        let outer = std::mem::take(&mut self.variables);
        let blocks = std::mem::take(&mut self.blocks);
        for name in parameters {
            self.declare(name, VariableOrigin::Parameter, KnownValue::Other);
        }
        self.statements(statements, is_value_used);
        self.leave_scope(0);
        self.variables = outer;
        self.blocks = blocks;
    }

    fn statements(&mut self, statements: &[Stmt], is_value_used: bool) {
        for (place, statement) in statements.iter().enumerate() {
            self.statement(statement, is_value_used && place + 1 == statements.len());
        }
    }

    fn block(&mut self, block: &StmtBlock, is_value_used: bool) {
        let depth = self.variables.len();
        self.blocks.push(depth);
        self.statements(block.statements(), is_value_used);
        self.blocks.pop();
        self.leave_scope(depth);
    }

    fn statement(&mut self, statement: &Stmt, is_value_used: bool) {
        match statement {
            Stmt::If(flow, _) => {
                self.check_condition(&flow.expr);
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
                self.check_condition(&flow.expr);
                self.expression(&flow.expr);
                self.block(&flow.body, false);
                self.loops.pop();
            }
            Stmt::For(parts, _) => {
                self.for_loop(&parts.0, parts.1.as_ref().map(|index| index.name.as_str()), &parts.2);
            }
            Stmt::Var(parts, ..) => {
                let (name, value, _) = &**parts;
                self.expression(value);
                let (origin, known) = (self.origin(value), self.known_value(value));
                let hides = self.hidden_by(&name.name, value, name.pos);
                self.declare(&name.name, origin, known);
                if let Some(variable) = self.variables.last_mut() {
                    variable.hides = hides;
                }
            }
            Stmt::Assignment(parts) => {
                self.expression(&parts.1.rhs);
                let operator = parts.0.get_op_assignment_info().map(|(.., operator)| operator);
                if let Some(operator) = operator {
                    self.check_operator(operator, &parts.1.lhs, &parts.1.rhs, parts.0.position());
                }
                let extends = operator == Some("+") && self.is_collection(&parts.1.rhs);
                self.assign(&parts.1.lhs, operator.is_some(), extends);
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

    fn for_loop(&mut self, entry: &rhai::Ident, index: Option<&str>, flow: &rhai::FlowControl) {
        let name = entry.name.as_str();
        if index.is_some_and(|index| is_index_name(name) && !is_index_name(index)) {
            self.report(entry.pos, trap::index_before_entry());
        }
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
        self.blocks.push(depth);
        self.statements(flow.body.statements(), false);
        self.blocks.pop();
        self.leave_scope(depth);
        self.loops.pop();
        if let Some(variable) = self.variable(name) {
            variable.hidden_by_loop = Some(entry.pos);
        }
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
            if let Some(position) = variable.value_as_condition() {
                self.report(position, trap::value_as_condition("a list, string or map", &variable.name));
            }
            if let Some(position) = variable.lost_declaration() {
                self.report(position, trap::lost_declaration(&variable.name));
            }
        }
    }

    /// Where a declaration in a block hides a variable outside of it.
    fn hidden_by(&self, name: &str, value: &Expr, position: Position) -> Option<HiddenVariable> {
        let outer = &self.variables[..self.blocks.last().copied().unwrap_or_default()];
        let is_hidden = outer.iter().any(|variable| variable.name == name);
        let is_operand = |operand: &Expr| variable_name(operand) == Some(name);
        let continues = !self.loops.is_empty()
            && matches!(value, Expr::FnCall(call, _) if call.is_operator_call() && call.args.iter().any(is_operand));
        is_hidden.then_some(HiddenVariable { position, continues })
    }

    pub(super) fn variable(&mut self, name: &str) -> Option<&mut TrackedVariable> {
        self.variables.iter_mut().rev().find(|variable| variable.name == name)
    }

    fn untrack(&mut self, name: &str) {
        if let Some(variable) = self.variable(name) {
            variable.is_untracked = true;
            variable.hidden_by_loop = None;
        }
    }

    fn read(&mut self, name: &str, position: Position) {
        self.order += 1;
        let (order, loops) = (self.order, self.loops.clone());
        let mut hidden = None;
        if let Some(variable) = self.variable(name) {
            variable.read(order, position, &loops);
            hidden = variable.hidden_by_loop.take();
        }
        if let Some(position) = hidden {
            self.report(position, trap::loop_variable(name));
        }
    }

    fn change(&mut self, name: &str, position: Position) {
        self.order += 1;
        let (order, loops) = (self.order, self.loops.clone());
        if let Some(variable) = self.variable(name) {
            variable.change(order, position, &loops);
        }
    }

    fn assign(&mut self, target: &Expr, keeps_value: bool, extends: bool) {
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
                    if extends {
                        return self.change(name, target.start_position());
                    }
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
        self.note_collection(chain);
        if let Some(ChainPart::Field(name)) = chain.parts.first()
            && !RawResponse::FIELDS.contains(name)
            && self.known_value(chain.root) == KnownValue::Response
        {
            self.report(expression.position(), trap::unknown_response_field(name));
        }
        if let Some(ChainPart::Index(Expr::IntegerConstant(..))) = chain.parts.first()
            && self.known_value(chain.root) == KnownValue::Row
        {
            self.report(expression.position(), trap::row_by_number());
        }
        let Some((ChainPart::Method(last), before)) = chain.parts.split_last() else {
            return self.expression(chain.root);
        };
        let name = chain.variable();
        let position = expression.position();
        self.check_method(chain, last, position, is_used);
        if matches!(chain.root, Expr::Coalesce(..)) && before.is_empty() && changes_receiver(last, is_used) {
            self.report(position, trap::changed_fallback(&last.name));
        }
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
        let receiver = Some(chain.root).filter(|_| chain.parts.len() == 1);
        self.check_arguments(call, receiver, &call.args, position);
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

    fn call(&mut self, call: &FnCallExpr, position: Position, is_used: bool) {
        if let [left, right] = &*call.args
            && call.is_operator_call()
        {
            self.check_operator(&call.name, left, right, position);
            if !is_used {
                self.report(position, trap::discarded_operator(&call.name));
            }
        }
        let is_plain = call.namespace.path.is_empty() && !call.is_operator_call();
        let receiver = call.args.first().filter(|_| is_plain);
        let is_own = self.own_functions.contains_key(call.name.as_str());
        if let Some(receiver) = receiver
            && !is_own
        {
            if call.name == "split" && matches!(&*call.args, [_, _, Expr::IntegerConstant(1, _)]) {
                self.report(position, trap::split_into_one());
            }
            if call.name == "int" && self.known_value(receiver).kind() == Some("a string") {
                self.report(position, trap::int_of_string());
            }
            self.check_arguments(call, Some(receiver), &call.args[1..], position);
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
        if let Some((inner, operands)) = corrected_remainder(call) {
            for operand in inner.args.iter().chain(operands) {
                self.expression(operand);
            }
            return;
        }
        // The result of the division is wrapped in a call that drops the remainder on purpose.
        if ["floor", "int"].contains(&call.name.as_str())
            && let [Expr::FnCall(inner, _)] = &*call.args
            && inner.name == "/"
        {
            if let [left, right] = &*inner.args
                && self.is_negative_quotient(left, right)
            {
                self.report(position, trap::floor_of_negative());
            }
            return self.arguments(inner);
        }
        self.arguments(call);
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

    pub(super) fn report(&mut self, position: Position, words: TrapWords) {
        let place = ScriptPlace { source: None, line: position.line(), column: position.position() };
        let TrapWords { message, hint, is_warning } = words;
        self.findings.push(CheckFinding { is_warning, message, hint: Some(hint), place });
    }
}

/// Whether it is a usual name of an index.
fn is_index_name(name: &str) -> bool {
    ["i", "j", "n", "idx", "index", "pos", "position", "number", "count", "num"].contains(&name)
}

/// `((a % b) + b) % b`, which is Python's remainder: the inner one, and the other operands.
fn corrected_remainder(call: &FnCallExpr) -> Option<(&FnCallExpr, [&Expr; 2])> {
    let [Expr::FnCall(sum, _), divisor] = &*call.args else { return None };
    let [Expr::FnCall(inner, _), added] = &*sum.args else { return None };
    (call.name == "%" && sum.name == "+" && inner.name == "%").then_some((inner, [added, divisor]))
}
