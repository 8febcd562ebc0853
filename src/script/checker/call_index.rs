//! The calls, imports and definitions of a script, read from its syntax tree.

use rhai::{AST, ASTNode, Engine, Expr, FnCallExpr, Position, Stmt};
use std::collections::{BTreeMap, BTreeSet};

/// Functions by name, each with the numbers of arguments it takes.
pub type FunctionForms = BTreeMap<String, BTreeSet<usize>>;

/// A call in a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallSiteRecord {
    /// The modules before the name, the outermost first.
    pub modules: Vec<String>,
    /// The function's name.
    pub name: String,
    /// The number of arguments, without the value before the dot.
    pub values: usize,
    /// The keys of its last argument, if that is a map literal.
    pub options: Vec<(String, Position)>,
    /// Whether it is called as `x.name()`.
    pub method: bool,
    /// Where.
    pub position: Position,
}

/// An import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptImport {
    /// The path in the script; `None` if it is computed at run time.
    pub path: Option<String>,
    /// The name of the module in the script.
    pub alias: String,
    /// Where.
    pub position: Position,
}

/// The calls, imports and names of a script.
#[derive(Debug, Default)]
pub struct CallIndex {
    /// Every call, except those of operators.
    pub called: Vec<CallSiteRecord>,
    /// Every import.
    pub imports: Vec<ScriptImport>,
    /// Variables without a preceding declaration, including those that closures capture.
    pub unbound: Vec<(String, Position)>,
    /// Keys of maps, properties and strings: a call may reach a closure that is stored under such a name.
    pub mentioned: BTreeSet<String>,
}

impl CallIndex {
    /// Reads a script with all its functions and closures.
    pub fn read(ast: &AST) -> Self {
        let mut calls = Self::default();
        ast.walk(&mut |path: &[ASTNode]| {
            match path.last() {
                Some(ASTNode::Stmt(statement)) => calls.statement(statement),
                Some(ASTNode::Expr(expression)) => calls.expression(expression),
                _ => {}
            }
            true
        });
        calls
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::FnCall(call, position) => self.call(call, false, *position),
            Stmt::Import(import, position) => self.imports.push(ScriptImport {
                path: text(&import.0),
                alias: import.1.name.to_string(),
                position: *position,
            }),
            _ => {}
        }
    }

    fn expression(&mut self, expression: &Expr) {
        match expression {
            Expr::FnCall(call, position) => self.call(call, false, *position),
            Expr::MethodCall(call, position) => self.call(call, true, *position),
            Expr::Variable(variable, None, position) if variable.0.is_none() && variable.2.is_empty() => {
                self.unbound.push((variable.1.to_string(), *position));
            }
            Expr::Property(property, _) => drop(self.mentioned.insert(property.2.to_string())),
            Expr::StringConstant(text, _) => drop(self.mentioned.insert(text.to_string())),
            Expr::Map(map, _) => {
                self.mentioned.extend(map.0.iter().map(|(key, _)| key.name.to_string()));
            }
            _ => {}
        }
    }

    fn call(&mut self, call: &FnCallExpr, method: bool, position: Position) {
        if call.is_operator_call() {
            return;
        }
        self.called.push(CallSiteRecord {
            modules: call.namespace.path.iter().map(|part| part.name.to_string()).collect(),
            name: call.name.to_string(),
            values: call.args.len(),
            options: call.args.last().map(keys).unwrap_or_default(),
            method,
            position,
        });
    }
}

fn keys(expression: &Expr) -> Vec<(String, Position)> {
    match expression {
        Expr::Map(map, _) => map.0.iter().map(|(key, _)| (key.name.to_string(), key.pos)).collect(),
        _ => Vec::new(),
    }
}

fn text(expression: &Expr) -> Option<String> {
    match expression {
        Expr::StringConstant(text, _) => Some(text.to_string()),
        _ => None,
    }
}

/// The parameters of closures, including captured variables.
pub fn of_closures(ast: &AST) -> BTreeSet<String> {
    let closures = ast.iter_functions().filter(|function| function.name.starts_with("anon$"));
    closures.flat_map(|closure| closure.params.iter().map(ToString::to_string).collect::<Vec<_>>()).collect()
}

/// The functions that a script defines, without private ones if `from_outside`.
pub fn defined(ast: &AST, from_outside: bool) -> FunctionForms {
    let visible = ast.iter_functions().filter(|function| !from_outside || !function.access.is_private());
    let named = visible.filter(|function| !function.name.starts_with("anon$"));
    forms(named.map(|function| (function.name.to_owned(), function.params.len())))
}

/// The functions of an engine by module; "" for those without one.
pub fn registered(engine: &Engine) -> BTreeMap<String, FunctionForms> {
    let read = |known: rhai::FuncInfo| {
        Some((known.namespace.to_string(), known.metadata.name.to_string(), known.metadata.num_params))
    };
    let mut modules: BTreeMap<String, FunctionForms> = BTreeMap::new();
    for (module, name, values) in engine.collect_fn_metadata(None, read, true) {
        modules.entry(module).or_default().entry(name).or_default().insert(values);
    }
    modules
}

fn forms(functions: impl Iterator<Item = (String, usize)>) -> FunctionForms {
    let mut forms = FunctionForms::new();
    for (name, values) in functions {
        forms.entry(name).or_default().insert(values);
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::engine::offline;

    fn compile(code: &str) -> AST {
        offline::engine().compile(code).unwrap()
    }

    #[test]
    fn calls_are_found_wherever_they_are() {
        let code = "a(1); let x = b() + c(d()); if e() { } x.f(1, 2).g(); [h()]; #{k: i()}; `${j()}`; \
                    fn own() { l() } let m = |y| n(y); switch o() { 1 => p(), _ => q() } r::s(1); x[t()]; \
                    for z in u() { v(); } throw w();";
        let code = format!("import \"lib\" as r; {code}");
        let mut names: Vec<_> =
            CallIndex::read(&compile(&code)).called.into_iter().map(|call| call.name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.concat(), "abcdefghijlnopqstuvw");
    }

    #[test]
    fn methods_and_modules_are_distinguished() {
        let calls = CallIndex::read(&compile("import \"x/lib\" as lib; lib::f(1); let x = 1; x.g(2);"));
        assert_eq!(calls.imports[0].path.as_deref(), Some("x/lib"));
        let calls: Vec<_> =
            calls.called.iter().map(|call| (call.modules.concat(), call.values, call.method)).collect();
        assert_eq!(calls, [("lib".to_owned(), 1, false), (String::new(), 1, true)]);
    }

    #[test]
    fn functions_have_the_number_of_values_they_take() {
        let ast = compile("fn a() { } fn a(x) { } private fn b(x) { } let c = |x| x;");
        let all = defined(&ast, false);
        assert_eq!(all["a"], BTreeSet::from([0, 1]));
        assert!(all.contains_key("b") && all.len() == 2);
        assert!(!defined(&ast, true).contains_key("b"));
    }

    #[test]
    fn the_engine_lists_ours_rhai_s_and_those_of_modules() {
        let modules = registered(&offline::engine());
        assert_eq!(modules["umapi"]["get_user"], BTreeSet::from([1, 2]));
        assert_eq!(modules[""]["get_user"], BTreeSet::from([1, 2]));
        assert!(modules[""]["push"].contains(&2));
    }
}
