//! The queue of `umapish each`: what the code changes for a row joins the changes of other rows in full requests.

use crate::changes::outcome_buffer::OutcomeBuffer;
use crate::changes::queue::Queue;
use crate::changes::report::{Report, ReportContent};
use crate::changes::single_changes::{self, CommandSink};
use crate::changes::submission::{TaggedCommand, WithheldCommand};
use crate::error::Result;
use crate::files::table::row::{BadRow, TableRow};
use crate::host::session::Session;
use crate::wire::command::Command;
use crate::wire::error_code;
use crate::wire::fault::CommandFault;
use rhai::Dynamic;
use std::cell::RefCell;
use std::rc::Rc;

/// The columns by which the outcome of a row that is not valid names its person.
const NAMES: [&str; 5] = ["email", "mail", "username", "upn", "user"];

/// The queue of a run over the rows of a file.
pub(crate) struct RowQueue {
    queue: Queue,
    row: RefCell<Dynamic>,
}

impl RowQueue {
    /// Opens the queue of a run. From here on the verbs for one person or group add to it. The end of the run sends the
    /// rest.
    ///
    /// # Errors
    /// `config`: settings are missing or invalid.
    pub(crate) fn open(session: &Session) -> Result<Rc<Self>> {
        let queue = Rc::new(Self { queue: Queue::open(session, false)?, row: RefCell::default() });
        single_changes::redirect(session, Rc::clone(&queue) as Rc<dyn CommandSink>);
        Ok(queue)
    }

    /// Records a row that is not valid, like one that a local check refuses. The others are carried out.
    ///
    /// # Errors
    /// `config`: settings are missing or invalid.
    pub(crate) fn refuse_row(&self, session: &Session, bad: BadRow) -> Result<()> {
        let fault = CommandFault { step: 0, code: error_code::ROW_INVALID, message: bad.message };
        self.refuse(session, bad.row, &fault)
    }

    /// Records a row for which nothing is sent, and why.
    ///
    /// # Errors
    /// `config`: settings are missing or invalid.
    pub(crate) fn refuse(&self, session: &Session, row: TableRow, fault: &CommandFault) -> Result<()> {
        let name = NAMES.iter().filter_map(|column| row.text(column)).find(|name| !name.is_empty());
        let target = name.unwrap_or_default().to_owned();
        let withheld = WithheldCommand::refused(0, &target, fault, String::new(), Dynamic::from(row));
        self.queue.submit_or_withhold(session, Err(withheld))
    }

    /// The row whose changes come next.
    pub(crate) fn begin_row(&self, row: TableRow) {
        *self.row.borrow_mut() = Dynamic::from(row);
    }
}

impl CommandSink for RowQueue {
    fn take(&self, session: &Session, command: Command) -> Result<Report> {
        let tag = self.row.borrow().clone();
        let command = TaggedCommand { tag, ..TaggedCommand::plain(command) };
        self.queue.submit_or_withhold(session, Ok(command))?;
        let buffer = OutcomeBuffer::default();
        Ok(Report::new(ReportContent { buffer, requests: 0, mode: session.mode(), stopped: None }))
    }
}
