//! Whether a function of a script reads the groups of an entry, simple or not.

use rhai::{AST, ASTNode, Expr, FnPtr, Module, NativeCallContext, Shared};

/// The field, and the method that asks about it.
const FIELD: &str = "groups";
const METHOD: &str = "in_group";

/// Whether a function with that many parameters, besides those it captured, reads `groups` of anything.
pub(crate) fn reads_groups(context: &NativeCallContext, function: &FnPtr, parameters: usize) -> bool {
    let count = parameters + function.curry().len();
    let mut modules = context.iter_namespaces();
    let Some(definition) = modules.find_map(|module| module.get_script_fn(function.fn_name(), count)) else {
        return false;
    };
    let mut module = Module::new();
    module.set_script_fn(Shared::clone(definition));
    let mut is_found = false;
    AST::new([], module).walk(&mut |path| {
        is_found |= match path.last() {
            Some(ASTNode::Expr(Expr::Property(property, _))) => property.2 == FIELD,
            Some(ASTNode::Expr(Expr::MethodCall(call, _))) => call.name == METHOD,
            _ => false,
        };
        !is_found
    });
    is_found
}
