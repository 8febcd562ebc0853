//! The room that a value has.

use crate::output::palette::ColorPalette;

/// Where a value is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TableFrame {
    /// Columns of the terminal; `None` for no limit.
    pub width: Option<usize>,
    /// Colors.
    pub palette: ColorPalette,
}
