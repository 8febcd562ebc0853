//! Ctrl-C and SIGTERM: the first ends what runs and waits, the second leaves at once.

use super::exit::Exit;
use crate::script::interrupt::Interrupt;
use std::io;
use std::thread;

/// Listens on a thread of its own until the process ends.
///
/// # Errors
/// When the system gives no thread or no signals.
pub fn listen(interrupt: Interrupt) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    thread::Builder::new().name("signals".into()).spawn(move || {
        runtime.block_on(async {
            while signalled().await.is_ok() {
                if interrupt.request() {
                    leave();
                }
            }
        });
    })?;
    Ok(())
}

#[cfg(unix)]
async fn signalled() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn signalled() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}

#[expect(clippy::exit, reason = "the operator asked twice; what runs does not answer")]
fn leave() {
    std::process::exit(i32::from(Exit::Interrupted.code()));
}
