//! Ctrl-C and SIGTERM: the first ends what runs and waits, the second leaves.

use super::exit::Exit;
use crate::script::interrupt::Interrupt;
use std::io;
use std::thread;
use std::time::{Duration, Instant};

/// Listens on a thread of its own until the process ends. A signal that comes after this call is heard. A second one
/// leaves at once, unless it comes within `grace` of the first: at the prompt an impatient key must not end the
/// session.
///
/// # Errors
/// When the system gives no thread or no signals.
pub fn listen(interrupt: Interrupt, grace: Duration) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let mut signals = {
        let _inside = runtime.enter();
        Signals::new()?
    };
    thread::Builder::new().name("signals".into()).spawn(move || {
        runtime.block_on(async {
            let mut first = Instant::now();
            while signals.next().await.is_ok() {
                if !interrupt.request() {
                    first = Instant::now();
                } else if first.elapsed() >= grace {
                    leave();
                }
            }
        });
    })?;
    Ok(())
}

/// Both signals, from the moment this is made.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let (interrupt, terminate) = (SignalKind::interrupt(), SignalKind::terminate());
        Ok(Self { interrupt: signal(interrupt)?, terminate: signal(terminate)? })
    }

    async fn next(&mut self) -> io::Result<()> {
        let heard = tokio::select! {
            heard = self.interrupt.recv() => heard,
            heard = self.terminate.recv() => heard,
        };
        heard.ok_or_else(|| io::ErrorKind::BrokenPipe.into())
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) -> io::Result<()> {
        self.0.recv().await.ok_or_else(|| io::ErrorKind::BrokenPipe.into())
    }
}

#[expect(clippy::exit, reason = "the operator asked twice; what runs does not answer")]
fn leave() {
    std::process::exit(i32::from(Exit::Interrupted.code()));
}
