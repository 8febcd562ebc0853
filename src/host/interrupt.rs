//! The interrupt (Ctrl-C) that ends running and waiting work.

use super::memory::{MemoryLimit, SharedLimit};
use crate::error::{ErrorKind, Result};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio_util::sync::CancellationToken;

/// An interrupt is requested by a signal. Loops see it through [`Interrupt::is_requested`], waits through
/// [`Interrupt::token`]. Clones share the interrupt.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<InterruptState>);

#[derive(Debug, Default)]
struct InterruptState {
    /// Read at every operation of a script, so it must be cheap.
    requested: AtomicBool,
    /// It is never reset.
    ended: AtomicBool,
    idle: AtomicBool,
    token: Mutex<CancellationToken>,
    /// The limit of memory, which ends long work as well.
    memory: SharedLimit,
}

impl Interrupt {
    /// Requests the end of running and waiting work. Returns whether it was already requested.
    pub fn request(&self) -> bool {
        let again = self.0.requested.swap(true, Ordering::Relaxed);
        self.token().cancel();
        again
    }

    /// Whether it was requested.
    pub fn is_requested(&self) -> bool {
        self.0.requested.load(Ordering::Relaxed)
    }

    /// Requests the end of running, waiting and future work. Returns whether it was already requested.
    pub fn end(&self) -> bool {
        let again = self.0.ended.swap(true, Ordering::SeqCst);
        self.request();
        again
    }

    /// Whether nothing may run any more.
    pub fn is_ended(&self) -> bool {
        self.0.ended.load(Ordering::SeqCst)
    }

    /// Records whether the prompt waits for input and nothing runs.
    pub fn set_idle(&self, idle: bool) {
        self.0.idle.store(idle, Ordering::SeqCst);
    }

    /// Whether the prompt waits for input and nothing runs.
    pub fn is_idle(&self) -> bool {
        self.0.idle.load(Ordering::SeqCst)
    }

    /// Fails if an interrupt was requested or too much memory is in use. Call it for each entry of a list.
    ///
    /// # Errors
    /// `interrupted`; `usage`: the limit of memory.
    pub fn check(&self) -> Result<()> {
        if self.is_requested() {
            return Err(ErrorKind::Interrupted.into());
        }
        match self.exceeded() {
            Some(limit) => Err(limit.error()),
            None => Ok(()),
        }
    }

    /// Limits the memory of this run.
    pub fn limit_memory(&self, limit: MemoryLimit) {
        self.0.memory.set(limit);
    }

    /// The limit of memory, if more is in use or would be after the next operation.
    pub fn exceeded(&self) -> Option<MemoryLimit> {
        self.0.memory.exceeded()
    }

    /// Refuses an operation that needs this many more bytes than there are left.
    ///
    /// # Errors
    /// `usage`: there are not enough left.
    pub fn check_memory(&self, bytes: usize) -> Result<()> {
        self.0.memory.get().map_or(Ok(()), |limit| limit.check(bytes))
    }

    /// The token that cancels waits; valid until the next [`Interrupt::reset`].
    pub fn token(&self) -> CancellationToken {
        self.0.token.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Resets the interrupt for the next run.
    pub fn reset(&self) {
        if self.is_ended() {
            return;
        }
        *self.0.token.lock().unwrap_or_else(PoisonError::into_inner) = CancellationToken::new();
        self.0.requested.store(false, Ordering::Relaxed);
        // What is in variables stays, and a line must be able to drop it.
        self.0.memory.renew();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::engine;
    use crate::script::engine::offline;
    use rhai::{Dynamic, EvalAltResult, Scope};
    use std::rc::Rc;

    #[test]
    fn a_request_reaches_loops_and_waits_until_a_reset() {
        let interrupt = Interrupt::default();
        let token = interrupt.token();
        assert!(!interrupt.clone().request());
        assert!(interrupt.is_requested() && token.is_cancelled());
        assert!(interrupt.request());
        interrupt.reset();
        assert!(!interrupt.is_requested() && !interrupt.token().is_cancelled());
    }

    #[test]
    fn a_loop_continues_until_it_is_interrupted() {
        let interrupt = Interrupt::default();
        assert!(interrupt.check().is_ok());
        interrupt.request();
        assert_eq!(interrupt.check().unwrap_err().kind.name(), "interrupted");
    }

    /// Native loops must check the interrupt themselves: the engine does so only between operations.
    #[test]
    fn every_list_function_stops_at_an_interrupt() {
        let session = offline::session(Rc::new(offline::RecordingConsole::default()));
        let mut engine = engine::build(&session);
        engine.on_progress(|_| None);
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let mut scope = Scope::new();
        scope.push_constant("CSV", path("x.csv")).push_constant("JSON", path("x.json"));
        let given = "let rows = [#{n: 2, t: \"b\"}, #{n: 1, t: \"a\"}]; let texts = [\"b\", \"a\"]; \
                     write_csv(CSV, rows); write_json(JSON, rows);";
        engine.run_with_scope(&mut scope, given).unwrap();
        session.interrupt().request();
        for code in [
            "to_json(rows)",
            "to_json(rows, #{indent: 2})",
            "parse_json(\"[1]\")",
            "read_json(JSON)",
            "write_json(JSON, rows)",
            "read_csv(CSV)",
            "write_csv(CSV, rows)",
            "rows.where(#{n: 1})",
            "rows.sort_by(\"n\")",
            "rows.sort_by(|row| row.n)",
            "rows.unique()",
            "rows.unique(\"t\")",
            "rows.count_by(\"t\")",
            "rows.group_by(\"t\")",
            "rows.index_by(\"t\")",
            "rows.to_array()",
            "texts.join(\", \")",
            "counter().add_all(texts)",
        ] {
            let error = *engine.eval_with_scope::<Dynamic>(&mut scope, code).unwrap_err();
            assert!(matches!(error, EvalAltResult::ErrorTerminated(..)), "{code}: {error}");
        }
    }

    #[test]
    fn after_the_end_nothing_runs() {
        let interrupt = Interrupt::default();
        assert!(!interrupt.end() && interrupt.end());
        interrupt.reset();
        assert!(interrupt.is_ended() && interrupt.is_requested() && interrupt.token().is_cancelled());
    }
}
