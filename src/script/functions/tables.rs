//! Reading a file of rows whatever its format.

use crate::error::Result;
use crate::files::table_file::{AcceptedFormat, TableFile, TableOptions};
use crate::host::binding::RhaiResultOf;
use crate::host::session::Session;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::session::tracked_files;
use crate::values::options::CallOptions;
use rhai::plugin::{Dynamic, export_module};
use rhai::{Array, Map, NativeCallContext};

/// Files of either format.
#[export_module]
pub mod functions {
    /// Reads a CSV file or an Excel workbook into a list of rows.
    ///
    /// The first bytes of the file show which of the two it is, whatever its name ends in. Rows and errors are those of
    /// `read_csv(path)` and `read_xlsx(path)`.
    ///
    /// # Errors
    /// `file` as for `read_csv(path)` and `read_xlsx(path)`.
    ///
    /// # Example
    /// ```rhai
    /// write_csv("people.csv", [#{email: "ben.osei@example.com"}]);
    /// for row in read_table("people.csv") { print(`${row.source()}: ${row.email}`); }
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn read_table(context: NativeCallContext, path: &str) -> RhaiResultOf<Array> {
        session(&context)
            .and_then(|session| rows(&session, path, &CallOptions::none("read_table")))
            .at(&context)
    }

    /// Reads a CSV file or an Excel workbook that must have the given shape.
    ///
    /// # Options
    /// - `columns`: as for `read_csv(path, options)`
    /// - `lists`: as for `read_csv(path, options)`
    /// - `delimiter`: as for `read_csv(path, options)`, for a CSV file
    /// - `encoding`: as for `read_csv(path, options)`, for a CSV file
    /// - `rename`: as for `read_csv(path, options)`
    /// - `min_rows`: as for `read_csv(path, options)`
    /// - `header_row`: as for `read_csv(path, options)`
    /// - `sheet`: as for `read_xlsx(path, options)`, for a workbook
    /// - `hidden`: as for `read_xlsx(path, options)`, for a workbook
    ///
    /// # Errors
    /// `file` as for `read_table(path)`, and if columns or rows are missing.
    ///
    /// # Example
    /// ```rhai
    /// write_xlsx("people.xlsx", [#{mail: "ben.osei@example.com", groups: ["Designers", "Editors"]}]);
    /// for row in read_table("people.xlsx", #{columns: ["mail"], lists: ["groups"], hidden: "skip"}) {
    ///     print(`${row.mail}: ${row.groups.len()} groups`);
    /// }
    /// ```
    #[rhai_fn(name = "read_table", volatile, return_raw)]
    pub fn read_table_of_shape(context: NativeCallContext, path: &str, options: Map) -> RhaiResultOf<Array> {
        let options = CallOptions::new("read_table", options, &TableOptions::FOR_ANY);
        session(&context).and_then(|session| rows(&session, path, &options?)).at(&context)
    }
}

fn rows(session: &Session, path: &str, options: &CallOptions) -> Result<Array> {
    let path = tracked_files::input(session, path)?;
    let file = TableFile::open(session, &path, &TableOptions::of(options)?, AcceptedFormat::Any)?;
    let (rows, digest) = file.read(session.interrupt())?;
    tracked_files::record_input(session, &path, &digest, Some(rows.len()))?;
    Ok(rows.into_iter().map(Dynamic::from).collect())
}
