//! The types of the table of verbs.

use crate::changes::command_builder::CommandBuilder;
use crate::error::Result;
use crate::wire::command::Command;
use rhai::{Dynamic, ImmutableString, Map};
use std::any::TypeId;

/// The kind of object that a verb changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum VerbSubject {
    User,
    UserGroup,
}

/// One form of a verb: its parameters, its help, and the command it builds.
pub(super) struct Verb {
    pub(super) name: &'static str,
    /// The first one is the e-mail of the user or the name of the user group.
    pub(super) parameters: &'static [Parameter],
    /// The keys of the trailing map.
    pub(super) options: &'static [OptionHelp],
    pub(super) summary: &'static str,
    /// Further paragraphs of the help.
    pub(super) details: &'static str,
    /// Errors besides those that every change can have.
    pub(super) errors: &'static str,
    /// A statement that the example needs before it, or empty.
    pub(super) example_setup: &'static str,
    /// The call of the example, without the receiver.
    pub(super) example: &'static str,
    pub(super) command: fn(&Arguments) -> Result<Command>,
    /// Whether a queue has the form too.
    pub(super) queued: bool,
    /// The command method that adds the same step, if there is one.
    pub(super) step: Option<Step>,
}

/// A command method that adds the step of a verb.
pub(super) struct Step {
    pub(super) name: &'static str,
    /// The parameters after the command.
    pub(super) parameters: &'static [Parameter],
    pub(super) options: &'static [OptionHelp],
    /// An additional paragraph of the step's help, or empty.
    pub(super) details: &'static str,
    /// The call of the example, without the command.
    pub(super) example: &'static str,
    pub(super) add: fn(&CommandBuilder, &Arguments) -> Result<CommandBuilder>,
}

/// The name and type of a parameter.
pub(super) type Parameter = (&'static str, ParameterType);

/// A key of the trailing map and its description.
pub(super) type OptionHelp = (&'static str, &'static str);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ParameterType {
    String,
    Boolean,
    Map,
    Value,
}

impl ParameterType {
    pub(super) fn id(self) -> TypeId {
        match self {
            Self::String => TypeId::of::<ImmutableString>(),
            Self::Boolean => TypeId::of::<bool>(),
            Self::Map => TypeId::of::<Map>(),
            Self::Value => TypeId::of::<Dynamic>(),
        }
    }

    /// The type as the registration of a Rust function would show it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::String => "&str",
            Self::Boolean => "bool",
            Self::Map => "Map",
            Self::Value => "Dynamic",
        }
    }
}

/// The arguments of a call. Rhai has checked their number and types; missing ones have a neutral value.
pub(super) struct Arguments(pub(super) Vec<Dynamic>);

impl Arguments {
    pub(super) fn value(&self, index: usize) -> Dynamic {
        self.0.get(index).cloned().unwrap_or(Dynamic::UNIT)
    }

    pub(super) fn string(&self, index: usize) -> String {
        self.value(index).into_string().unwrap_or_default()
    }

    pub(super) fn strings<const N: usize>(&self, first: usize) -> [String; N] {
        std::array::from_fn(|offset| self.string(first + offset))
    }

    pub(super) fn boolean(&self, index: usize) -> bool {
        self.value(index).as_bool().unwrap_or_default()
    }

    pub(super) fn map(&self, index: usize) -> Map {
        self.value(index).try_cast::<Map>().unwrap_or_default()
    }
}
