//! Queries of plain arrays. Rhai has functions of the same names for arrays only, which take precedence over ours for
//! any list and call the interpreter for each entry.

use crate::host::binding::RhaiResultOf;
use crate::script::functions::lists::filtering::functions;
use rhai::{Array, Dynamic, FnPtr, FuncRegistration, Module, NativeCallContext, RhaiFunc};
use std::any::TypeId;
use std::rc::Rc;

type ArrayQuery = fn(NativeCallContext, &mut Dynamic, FnPtr) -> RhaiResultOf<Dynamic>;

const QUERIES: [(&str, ArrayQuery); 5] = [
    ("filter", functions::filter),
    ("map", |context, list, function| functions::map(context, list, function).map(Dynamic::from_array)),
    ("find", functions::find),
    ("some", |context, list, test| functions::some(context, list, test).map(Dynamic::from_bool)),
    ("all", |context, list, test| functions::all(context, list, test).map(Dynamic::from_bool)),
];

/// The functions that hide Rhai's own.
pub(crate) fn module() -> Module {
    let mut module = Module::new();
    for (name, query) in QUERIES {
        let call = move |context: Option<NativeCallContext>, arguments: &mut [&mut Dynamic]| {
            let ([list, function], Some(context)) = (arguments, context) else { return Ok(Dynamic::UNIT) };
            let function = std::mem::take(*function).try_cast::<FnPtr>();
            function.map_or(Ok(Dynamic::UNIT), |function| query(context, list, function))
        };
        // A method: Rhai would pass anything else a copy of the whole array.
        let native =
            RhaiFunc::Method { func: Rc::new(call), has_context: true, is_pure: true, is_volatile: false };
        let types = [TypeId::of::<Array>(), TypeId::of::<FnPtr>()];
        FuncRegistration::new(name).set_into_module_raw(&mut module, types, native);
    }
    module.build_index();
    module
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::testing::ScriptTest;
    use rhai::Scope;
    use std::cell::Cell;

    const ENTRIES: usize = 10;

    /// An entry that counts its copies.
    struct CountedEntry(Rc<Cell<usize>>);

    impl Clone for CountedEntry {
        fn clone(&self) -> Self {
            self.0.set(self.0.get() + 1);
            Self(Rc::clone(&self.0))
        }
    }

    #[test]
    fn no_query_of_an_array_copies_it() {
        for (name, _) in QUERIES {
            let copies = Rc::new(Cell::new(0));
            let entries: Array =
                (0..ENTRIES).map(|_| Dynamic::from(CountedEntry(Rc::clone(&copies)))).collect();
            let mut variables = Scope::new();
            variables.push("list", entries);
            copies.set(0);
            let run =
                ScriptTest::default().run_with(&mut variables, &format!("list.{name}(|entry| false); 7"));
            assert_eq!(run.result.unwrap().as_int(), Ok(7), "{name}");
            assert!(copies.get() < ENTRIES, "{name}: {copies:?}");
        }
    }
}
