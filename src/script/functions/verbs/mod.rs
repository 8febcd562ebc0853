//! The verbs that change users and user groups. One table declares each form of a verb once; the function that sends
//! at once, the method of a queue and the method of a command are registered from it, and so is their help.

mod groups;
mod help;
mod registration;
mod steps;
mod users;

use crate::changes::command_builder::CommandBuilder;
use crate::error::Result;
use crate::wire::command::Command;
pub(super) use registration::{group_functions, queue_methods, step_methods, user_functions};
use rhai::{Dynamic, ImmutableString, Map};
use std::any::TypeId;

/// One form of a verb: its parameters, its help, and the command it makes.
struct Verb {
    name: &'static str,
    /// The first one is the e-mail of the user or the name of the user group.
    parameters: &'static [Parameter],
    /// The keys of the trailing map.
    options: &'static [OptionHelp],
    summary: &'static str,
    /// Further paragraphs of the help.
    details: &'static str,
    /// Errors besides those that every change can have.
    errors: &'static str,
    /// A statement that the example needs first, or empty.
    example_setup: &'static str,
    /// The call of the example, without what it is called on.
    example: &'static str,
    command: fn(&Arguments) -> Result<Command>,
    /// Whether a queue has the form too.
    queued: bool,
    /// The method of a command that adds the same step, where there is one.
    step: Option<Step>,
}

/// The method of a command that adds the step of a verb.
struct Step {
    name: &'static str,
    /// Those after the command.
    parameters: &'static [Parameter],
    options: &'static [OptionHelp],
    /// A paragraph of the help that only the step needs, or empty.
    details: &'static str,
    /// The call of the example, without the command.
    example: &'static str,
    add: fn(&CommandBuilder, &Arguments) -> Result<CommandBuilder>,
}

/// The name and type of a parameter.
type Parameter = (&'static str, ParameterType);

/// A key of the trailing map and what it chooses.
type OptionHelp = (&'static str, &'static str);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ParameterType {
    String,
    Boolean,
    Map,
    Value,
}

impl ParameterType {
    fn id(self) -> TypeId {
        match self {
            Self::String => TypeId::of::<ImmutableString>(),
            Self::Boolean => TypeId::of::<bool>(),
            Self::Map => TypeId::of::<Map>(),
            Self::Value => TypeId::of::<Dynamic>(),
        }
    }

    /// As the registration of a Rust function would write it.
    fn name(self) -> &'static str {
        match self {
            Self::String => "&str",
            Self::Boolean => "bool",
            Self::Map => "Map",
            Self::Value => "Dynamic",
        }
    }
}

/// The arguments of a call. Rhai has checked their number and types; what a shorter form lacks has a neutral value.
struct Arguments(Vec<Dynamic>);

impl Arguments {
    fn value(&self, index: usize) -> Dynamic {
        self.0.get(index).cloned().unwrap_or(Dynamic::UNIT)
    }

    fn string(&self, index: usize) -> String {
        self.value(index).into_string().unwrap_or_default()
    }

    fn strings<const N: usize>(&self, first: usize) -> [String; N] {
        std::array::from_fn(|offset| self.string(first + offset))
    }

    fn boolean(&self, index: usize) -> bool {
        self.value(index).as_bool().unwrap_or_default()
    }

    fn map(&self, index: usize) -> Map {
        self.value(index).try_cast::<Map>().unwrap_or_default()
    }
}
