//! The three forms of each verb as functions of Rhai.

use super::verb::{Arguments, Parameter, Verb, VerbSubject};
use super::{groups, help as verb_help, users};
use crate::changes::command_builder::CommandBuilder;
use crate::changes::queue::Queue;
use crate::changes::submit::submit_one;
use crate::error::Result;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::language::catalog::FunctionHelp;
use rhai::{Dynamic, FuncRegistration, Module, NativeCallContext, RhaiFunc};
use std::any::TypeId;
use std::rc::Rc;

/// The table of a subject.
fn verbs_of(subject: VerbSubject) -> &'static [Verb] {
    match subject {
        VerbSubject::User => users::VERBS,
        VerbSubject::UserGroup => groups::VERBS,
    }
}

const SUBJECTS: [VerbSubject; 2] = [VerbSubject::User, VerbSubject::UserGroup];

/// The verbs of one user, sent at once.
pub(crate) fn user_functions(help: FunctionHelp) -> Module {
    functions(VerbSubject::User, help)
}

/// The verbs of user groups, sent at once.
pub(crate) fn group_functions(help: FunctionHelp) -> Module {
    functions(VerbSubject::UserGroup, help)
}

fn functions(subject: VerbSubject, help: FunctionHelp) -> Module {
    let mut module = Module::new();
    for verb in verbs_of(subject) {
        let signature = Signature {
            name: verb.name,
            receiver: None,
            parameters: verb.parameters,
            returns: "RhaiResultOf<Report>",
            help: help.build(|| verb_help::of_function(verb)),
            is_volatile: true,
        };
        let command = verb.command;
        signature.register(&mut module, move |context, arguments| {
            let session = session(context)?;
            submit_one(&session, command(&arguments)?).map(Dynamic::from)
        });
    }
    module
}

/// The verbs of both subjects, on a queue.
pub(crate) fn queue_methods(help: FunctionHelp) -> Module {
    let mut module = Module::new();
    for verb in SUBJECTS.iter().flat_map(|subject| verbs_of(*subject)).filter(|verb| verb.queued) {
        let signature = Signature {
            name: verb.name,
            receiver: Some(("queue", "Queue", TypeId::of::<Queue>())),
            parameters: verb.parameters,
            returns: "RhaiResultOf<()>",
            help: help.build(|| verb_help::of_queue_method(verb)),
            is_volatile: true,
        };
        let command = verb.command;
        signature.register(&mut module, move |context, mut arguments| {
            let session = session(context)?;
            let Some(queue) = arguments.receiver::<Queue>() else { return Ok(Dynamic::UNIT) };
            queue.push(&session, command(&arguments)?).map(Dynamic::from)
        });
    }
    module
}

/// The steps of both subjects, on a command.
pub(crate) fn step_methods(help: FunctionHelp) -> Module {
    let mut module = Module::new();
    for subject in SUBJECTS {
        for (verb, step) in verbs_of(subject).iter().filter_map(|verb| Some((verb, verb.step.as_ref()?))) {
            let signature = Signature {
                name: step.name,
                receiver: Some(("command", "CommandBuilder", TypeId::of::<CommandBuilder>())),
                parameters: step.parameters,
                returns: "RhaiResultOf<CommandBuilder>",
                help: help.build(|| verb_help::of_step(verb, step, subject)),
                is_volatile: false,
            };
            let add = step.add;
            signature.register(&mut module, move |_, mut arguments| {
                let Some(builder) = arguments.receiver::<CommandBuilder>() else { return Ok(Dynamic::UNIT) };
                add(&builder, &arguments).map(Dynamic::from)
            });
        }
    }
    module
}

/// A function to register, with its metadata for Rhai and the catalog.
struct Signature {
    name: &'static str,
    /// The name, type name and type of the receiver of a method.
    receiver: Option<(&'static str, &'static str, TypeId)>,
    parameters: &'static [Parameter],
    returns: &'static str,
    help: Option<String>,
    /// Whether a call has side effects, so that the optimizer must not merge equal calls.
    is_volatile: bool,
}

impl Signature {
    fn register(
        self,
        module: &mut Module,
        call: impl Fn(&NativeCallContext, Arguments) -> Result<Dynamic> + 'static,
    ) {
        let receiver = self.receiver.iter().map(|(name, kind, _)| format!("{name}: {kind}"));
        let parameters = self.parameters.iter().map(|(name, kind)| format!("{name}: {}", kind.name()));
        let info: Vec<_> = receiver.chain(parameters).chain([self.returns.to_owned()]).collect();
        let types = self.receiver.iter().map(|(_, _, id)| *id);
        let types: Vec<_> = types.chain(self.parameters.iter().map(|(_, kind)| kind.id())).collect();
        let native = move |context: Option<NativeCallContext>, arguments: &mut [&mut Dynamic]| {
            let Some(context) = context else { return Ok(Dynamic::UNIT) };
            let values = arguments.iter().map(|argument| (**argument).clone()).collect();
            call(&context, Arguments(values)).at(&context)
        };
        let function = RhaiFunc::Pure {
            func: Rc::new(native),
            has_context: true,
            is_pure: true,
            is_volatile: self.is_volatile,
        };
        let registration = FuncRegistration::new(self.name).with_params_info(info).with_comments(self.help);
        registration.set_into_module_raw(module, types, function);
    }
}

impl Arguments {
    /// Removes and returns the receiver of a method, so that parameters start at 0.
    fn receiver<T: Clone + 'static>(&mut self) -> Option<T> {
        (!self.0.is_empty()).then(|| self.0.remove(0)).and_then(Dynamic::try_cast::<T>)
    }
}

#[cfg(test)]
mod tests {
    use super::super::verb::ParameterType;
    use super::*;
    use crate::script::testing::ScriptTest;

    #[test]
    fn the_three_forms_of_a_verb_send_the_same_command() {
        let test = ScriptTest::default();
        for subject in SUBJECTS {
            for verb in verbs_of(subject) {
                let sent = test.sent_commands(verb.example);
                assert_eq!(sent.len(), 1, "{}", verb.example);
                if verb.queued {
                    let code = format!("let changes = queue(); changes.{}; changes.finish()", verb.example);
                    assert_eq!(test.sent_commands(&code), sent, "{code}");
                }
                if let Some(step) = &verb.step {
                    let code = format!("multi_action([{}])", verb_help::command_example(verb, step, subject));
                    assert_eq!(test.sent_commands(&code), sent, "{code}");
                }
            }
        }
    }

    #[test]
    fn each_row_is_complete_and_takes_its_subject_first() {
        for verb in SUBJECTS.iter().flat_map(|subject| verbs_of(*subject)) {
            assert!(["email", "username", "name"].contains(&verb.parameters[0].0), "{}", verb.name);
            assert!(verb.example.starts_with(&format!("{}(", verb.name)), "{}", verb.name);
            let takes_map = verb.parameters.last().is_some_and(|(_, kind)| *kind == ParameterType::Map);
            assert_eq!(takes_map, !verb.options.is_empty(), "{}", verb.name);
            let step = verb.step.iter().all(|step| step.example.starts_with(&format!("{}(", step.name)));
            assert!(step, "{}", verb.name);
        }
    }
}
