//! The options of a script: declared once with `options(#{...})`, and read from its source for `umapish SCRIPT --help`,
//! for the completion of a shell and for the check of its arguments before anything runs.

pub(crate) mod arguments;
pub(crate) mod completion;
pub(crate) mod declaration;
pub(crate) mod kind;
pub(crate) mod reader;
pub(crate) mod usage;

use crate::language::script_options::declaration::OptionDeclaration;

/// What a script says of itself and its options.
#[derive(Debug, Clone, Default)]
pub(crate) struct ScriptOptions {
    /// The lines that begin with `//!`.
    pub(crate) description: String,
    /// In the order of the source, which is that of arguments without a name; `None` if the script declares none.
    pub(crate) declared: Option<Vec<OptionDeclaration>>,
}

impl ScriptOptions {
    /// The options.
    pub(crate) fn list(&self) -> &[OptionDeclaration] {
        self.declared.as_deref().unwrap_or_default()
    }

    /// Whether the script says anything that a help page can show.
    pub(crate) fn has_help(&self) -> bool {
        self.declared.is_some() || !self.description.is_empty()
    }
}

/// What the running script has declared, with its last arguments that are secret. The runner attaches it to the session.
#[derive(Debug, Default)]
pub(crate) struct DeclaredOptions {
    /// The options, as its source has them.
    pub(crate) options: ScriptOptions,
    /// How many of the last arguments are secret.
    pub(crate) secret_arguments: usize,
    /// The name of the script in messages.
    pub(crate) script: String,
}
