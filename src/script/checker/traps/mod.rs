//! Finds code that compiles and means something else than it does in Python: a change to a copy, a discarded string, a
//! division that drops its remainder. Reports only what is certain, so that there are no false alarms.

mod calls;
mod chain;
mod conditions;
mod known;
mod methods;
pub(crate) mod modules;
mod operators;
mod precedence;
mod scan;
#[cfg(test)]
mod tests;
mod trap;
mod variable;
mod written;

use self::scan::ScriptScan;
use super::call_index::{CallIndex, defined};
use super::finding::CheckFinding;
use rhai::{AST, ASTNode, Dynamic, Expr, FnPtr, Module, Shared};
use std::collections::BTreeMap;

/// The findings in a script. `shows_value` says that the value of the last statement is used.
pub(crate) fn find(ast: &AST, text: &str, shows_value: bool) -> Vec<CheckFinding> {
    let mut scan = ScriptScan::new(text, defined(ast, false), CallIndex::read(ast).mentioned);
    let captured = captured_counts(ast);
    scan.closures = ast
        .iter_fn_def()
        .filter(|function| function.name.starts_with("anon$"))
        .map(|closure| {
            let name = closure.name.to_string();
            let own =
                closure.params.len() - captured.get(&name).copied().unwrap_or(0).min(closure.params.len());
            (name, own)
        })
        .collect();
    scan.body(&[], ast.statements(), shows_value);
    for function in ast.iter_fn_def() {
        // Captured variables come first. They are shared with the script, so a change to them is not lost.
        let own = function.params.iter().skip(captured.get(function.name.as_str()).copied().unwrap_or(0));
        let own: Vec<_> = own.map(rhai::ImmutableString::as_str).collect();
        let mut module = Module::new();
        module.set_script_fn(Shared::clone(function));
        // The type of a body is private in Rhai, but a module that contains only this function can be walked.
        let mut statements = Vec::new();
        AST::new([], module).walk(&mut |path| {
            if let [ASTNode::Stmt(statement)] = path {
                statements.push((*statement).clone());
            }
            true
        });
        scan.body(&own, &statements, true);
    }
    let mut findings = scan.findings;
    findings.extend(written::find(text));
    findings.extend(precedence::find(text));
    findings
}

/// For each closure, the number of variables it captures.
fn captured_counts(ast: &AST) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    ast.walk(&mut |path: &[ASTNode]| {
        if let Some(ASTNode::Expr(Expr::FnCall(call, _))) = path.last()
            && call.name == "curry"
            && let Some(Expr::DynamicConstant(function, _)) = call.args.first()
            && let Some(name) = closure_name(function)
        {
            counts.insert(name, call.args.len() - 1);
        }
        true
    });
    counts
}

fn closure_name(function: &Dynamic) -> Option<String> {
    function.read_lock::<FnPtr>().map(|function| function.fn_name().to_owned())
}
