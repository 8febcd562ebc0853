//! What the operator says about the files that scripts read, where neither the script nor the file says it.

/// The options `--encoding`, `--delimiter`, `--sheet`, `--header-row`, `--hidden` and `--column`. They replace guesses; what a file or a script says
/// goes first.
#[derive(Debug, Clone, Default)]
pub struct InputDefaults {
    /// The label of the encoding of files that are neither UTF-8 nor UTF-16.
    pub encoding: Option<String>,
    /// The character between cells, where the header has it.
    pub delimiter: Option<char>,
    /// The sheet of workbooks.
    pub sheet: Option<String>,
    /// The 1-based row or line with the header.
    pub header_row: Option<u16>,
    /// What to do with hidden rows of workbooks: `skip` or `read`.
    pub hidden: Option<String>,
    /// Names of columns in the header, and the names by which they are read, where the header has them.
    pub columns: Vec<(String, String)>,
}
