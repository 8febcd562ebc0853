//! Which rows of a workbook are read.

use crate::error::{Error, Result};
use crate::values::options::CallOptions;
use serde::Deserialize;

/// What to do with hidden rows, also those that a filter hides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum HiddenRows {
    /// Read them like the others.
    Read,
    /// Leave them out.
    Skip,
}

impl HiddenRows {
    /// The values of the option.
    const NAMES: &[&str] = &["read", "skip"];

    /// The policy of a name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "read" => Some(Self::Read),
            "skip" => Some(Self::Skip),
            _ => None,
        }
    }
}

/// Which rows of a workbook are read.
#[derive(Debug, Clone, Default)]
pub(crate) struct SheetOptions {
    /// The name of the sheet; otherwise there must be only one.
    pub(crate) sheet: Option<String>,
    /// The 1-based row of the header; otherwise the first that is not blank.
    pub(crate) header_row: Option<usize>,
    /// What to do with hidden rows; otherwise there must be none.
    pub(crate) hidden: Option<HiddenRows>,
}

impl SheetOptions {
    /// The options of a call.
    ///
    /// # Errors
    /// `usage`: an option has another type or value.
    pub(crate) fn of(options: &CallOptions) -> Result<Self> {
        let hidden = options.choice("hidden", HiddenRows::NAMES)?.and_then(HiddenRows::named);
        let header_row = options.count("header_row")?;
        if header_row == Some(0) {
            return Err(Error::usage(format!("`header_row` of {} must be at least 1", options.function())));
        }
        Ok(Self { sheet: options.text("sheet")?, header_row, hidden })
    }
}
