//! The room that a value has.

use super::palette::Palette;

/// Where a value is shown.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    /// Columns of the terminal; `None` for no limit.
    pub width: Option<usize>,
    /// Colours.
    pub palette: Palette,
}
