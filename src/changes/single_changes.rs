//! Where the verbs for one person or group send their command: at once, or into the queue of a run over rows.

use crate::changes::report::Report;
use crate::error::Result;
use crate::host::session::Session;
use crate::wire::command::Command;
use std::cell::RefCell;
use std::rc::Rc;

/// Takes commands of single verbs in place of the service.
pub(super) trait CommandSink {
    /// Takes a command. What happened to it is known later, so the report is empty.
    ///
    /// # Errors
    /// Why a request could not be sent.
    fn take(&self, session: &Session, command: Command) -> Result<Report>;
}

/// What takes the commands of a run, if anything does.
#[derive(Default)]
struct OpenSink(RefCell<Option<Rc<dyn CommandSink>>>);

/// Gives the commands of single verbs to `sink` from here on.
pub(super) fn redirect(session: &Session, sink: Rc<dyn CommandSink>) {
    session.extension::<OpenSink>().0.replace(Some(sink));
}

/// What takes the commands of single verbs.
pub(super) fn sink(session: &Session) -> Option<Rc<dyn CommandSink>> {
    session.extension::<OpenSink>().0.borrow().clone()
}
