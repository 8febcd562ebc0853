//! How a CSV file is to be written.

use super::dialect::CsvDialect;
use crate::error::{Error, Result};
use crate::files::table_file;
use crate::store::encoding::FileEncoding;
use crate::tabular::{CsvStyle, LineEnd};
use crate::values::options::CallOptions;

/// How a CSV file is to be written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CsvFormat {
    pub(crate) encoding: FileEncoding,
    /// Whether the caller named the encoding.
    is_given: bool,
    mark: bool,
    /// What stands between cells and rows.
    pub(crate) style: CsvStyle,
}

impl Default for CsvFormat {
    fn default() -> Self {
        Self { encoding: FileEncoding::UTF_8, is_given: false, mark: false, style: CsvStyle::default() }
    }
}

/// Languages that write decimals with a comma: there Excel expects a semicolon between cells.
const DECIMAL_COMMA: &[&str] = &[
    "az", "be", "bg", "bs", "ca", "cs", "da", "de", "el", "es", "et", "eu", "fi", "fr", "gl", "hr", "hu",
    "hy", "id", "is", "it", "ka", "kk", "ky", "lt", "lv", "mk", "nb", "nl", "nn", "no", "pl", "pt", "ro",
    "ru", "sk", "sl", "sq", "sr", "sv", "tr", "uk", "uz", "vi",
];

impl CsvFormat {
    /// The format that a caller asks for.
    ///
    /// # Errors
    /// `usage`: an option has another type or value.
    pub(crate) fn of(options: &CallOptions) -> Result<Self> {
        let excel = options.flag("excel")?.unwrap_or_default();
        let encoding = table_file::encoding(options)?;
        let line_end = match options.text("newline")?.as_deref() {
            Some("\n") => LineEnd::Feed,
            Some("\r\n") => LineEnd::ReturnFeed,
            Some(_) => {
                let message = format!("`newline` of {} must be \"\\n\" or \"\\r\\n\"", options.function());
                return Err(Error::usage(message));
            }
            None if excel => LineEnd::ReturnFeed,
            None => LineEnd::Feed,
        };
        let delimiter = match table_file::delimiter(options)? {
            Some(letter) => byte(letter).map_err(Error::usage)?,
            None if excel => excel_delimiter(&|name| std::env::var(name).ok()),
            None => b',',
        };
        let keeps_formulas = options.choice("formulas", &["keep", "defuse"])? == Some("keep");
        Ok(Self {
            encoding: encoding.unwrap_or(FileEncoding::UTF_8),
            is_given: encoding.is_some(),
            mark: options.flag("bom")?.unwrap_or(excel),
            style: CsvStyle { delimiter, line_end, keeps_formulas },
        })
    }

    /// The encoding that the caller named.
    pub(crate) fn given_encoding(&self) -> Option<FileEncoding> {
        Some(self.encoding).filter(|_| self.is_given)
    }

    /// Whether the file begins with a byte order mark; UTF-16 always does.
    pub(crate) fn has_mark(&self) -> bool {
        self.encoding.is_utf_16() || self.mark && self.encoding == FileEncoding::UTF_8
    }

    /// This format, but written like a file that exists.
    ///
    /// # Errors
    /// Its delimiter cannot be written.
    pub(crate) fn like(&self, dialect: &CsvDialect) -> std::result::Result<Self, String> {
        let style =
            CsvStyle { delimiter: byte(dialect.delimiter)?, line_end: dialect.line_end, ..self.style };
        Ok(Self { encoding: dialect.encoding, style, ..*self })
    }
}

fn byte(delimiter: char) -> std::result::Result<u8, String> {
    let ascii = u8::try_from(delimiter).ok().filter(u8::is_ascii);
    ascii.ok_or_else(|| {
        format!("the delimiter `{delimiter}` cannot be written; use one of `,`, `;` and `\\t`")
    })
}

/// What Excel expects between cells, by the language of the system.
fn excel_delimiter(variable: &dyn Fn(&str) -> Option<String>) -> u8 {
    let set = ["LC_ALL", "LC_NUMERIC", "LANG"]
        .iter()
        .find_map(|name| variable(name).filter(|value| !value.is_empty()));
    let locale = set.unwrap_or_default();
    let language = locale.split(['_', '.', '-']).next().unwrap_or_default().to_ascii_lowercase();
    if DECIMAL_COMMA.contains(&language.as_str()) && !locale.starts_with("es_MX") { b';' } else { b',' }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhai::{Engine, Map};

    const OPTIONS: &[&str] = &["delimiter", "encoding", "bom", "newline", "formulas", "excel"];

    fn format(code: &str) -> Result<CsvFormat> {
        let map: Map = Engine::new().eval(code).unwrap();
        CsvFormat::of(&CallOptions::new("write_csv", map, OPTIONS)?)
    }

    #[test]
    fn excel_sets_three_options_and_each_can_be_overruled() {
        let excel = format("#{excel: true}").unwrap();
        assert!(excel.has_mark() && excel.style.line_end == LineEnd::ReturnFeed);
        let other = format(r#"#{excel: true, bom: false, newline: "\n", delimiter: ";"}"#).unwrap();
        assert!(!other.has_mark() && other.style.line_end == LineEnd::Feed && other.style.delimiter == b';');
        for (locale, delimiter) in
            [("de_DE.UTF-8", b';'), ("pl_PL", b';'), ("en_US.UTF-8", b','), ("C", b','), ("ja_JP", b',')]
        {
            let variable = |name: &str| (name == "LANG").then(|| locale.to_owned());
            assert_eq!(excel_delimiter(&variable), delimiter, "{locale}");
        }
    }

    #[test]
    fn what_cannot_be_written_is_refused() {
        for code in [r#"#{newline: "x"}"#, r#"#{delimiter: "→"}"#, r#"#{formulas: "run"}"#, "#{bom: 1}"] {
            assert_eq!(format(code).unwrap_err().kind.name(), "usage", "{code}");
        }
    }
}
