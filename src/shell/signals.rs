//! Ctrl-C and SIGTERM: the first stops running code and waits, the second exits. At the prompt, Ctrl-C only stops the
//! current input; SIGTERM ends the session.

use crate::host::interrupt::Interrupt;
use crate::shell::exit_code::RunExit;
use std::io;
use std::thread;
use std::time::{Duration, Instant};

/// How often, and how many times, a line editor that must end is woken.
const NUDGE: Duration = Duration::from_millis(50);
const NUDGES: usize = 20;

/// What a signal does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SignalRequest {
    Interrupt,
    Terminate,
}

/// Listens on a thread of its own until the process ends. Signals after this call are handled. A second one
/// exits at once, unless it comes within `grace` of the first: at the prompt a repeated key must not end the session.
///
/// # Errors
/// The system provides no thread or no signals.
pub(crate) fn listen(interrupt: Interrupt, grace: Duration) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let mut signals = {
        let _inside = runtime.enter();
        Signals::new()?
    };
    thread::Builder::new().name("signals".into()).spawn(move || {
        runtime.block_on(async {
            let mut first = Instant::now();
            while let Ok(request) = signals.next().await {
                if request == SignalRequest::Terminate {
                    end(&interrupt);
                } else if interrupt.is_ended() {
                    // It was sent by `end`, and no line editor took it.
                } else if !interrupt.request() {
                    first = Instant::now();
                } else if first.elapsed() >= grace {
                    leave();
                }
            }
        });
    })?;
    Ok(())
}

/// Ends the session; the second time at once.
fn end(interrupt: &Interrupt) {
    if interrupt.end() {
        leave();
    }
    // Without a thread, the next signal exits.
    let interrupt = interrupt.clone();
    drop(thread::Builder::new().name("end".into()).spawn(move || nudge(&interrupt)));
}

/// A line editor that waits for a key sees a flag only when it wakes. One that does not wake has nothing to lose: what
/// was typed before is kept.
fn nudge(interrupt: &Interrupt) {
    for _ in 0..NUDGES {
        wake();
        thread::sleep(NUDGE);
    }
    if interrupt.is_idle() {
        leave();
    }
}

/// A line editor wakes for a SIGINT, unless the terminal is a dumb one.
#[cfg(unix)]
fn wake() {
    use rustix::process::{Signal, getpid, kill_process};
    let _sent = kill_process(getpid(), Signal::INT);
}

#[cfg(not(unix))]
fn wake() {}

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

    async fn next(&mut self) -> io::Result<SignalRequest> {
        let request = tokio::select! {
            request = self.interrupt.recv() => request.map(|()| SignalRequest::Interrupt),
            request = self.terminate.recv() => request.map(|()| SignalRequest::Terminate),
        };
        request.ok_or_else(|| io::ErrorKind::BrokenPipe.into())
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) -> io::Result<SignalRequest> {
        let request = self.0.recv().await.map(|()| SignalRequest::Interrupt);
        request.ok_or_else(|| io::ErrorKind::BrokenPipe.into())
    }
}

#[expect(clippy::exit, reason = "the operator asked twice, or nothing runs and the editor does not respond")]
fn leave() {
    std::process::exit(i32::from(RunExit::Interrupted.code()));
}
