//! Commands pushed one by one: they are sent as soon as a request is full.

use crate::client::actions::checked_command::CheckedCommand;
use crate::client::actions::executor::{ListOptions, OutcomeStream};
use crate::client::connection::Client;
use crate::client::outcome::Outcome;
use crate::error::Error;
use futures_util::Stream;
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// A list of commands that grows while it is sent. Requests are sent only while [`CommandFeed::run`] is polled.
pub struct CommandFeed {
    feed: Arc<Mutex<FeedState>>,
    outcomes: OutcomeStream,
    halt: Arc<AtomicBool>,
}

/// The commands that were pushed and not yet accepted.
#[derive(Default)]
struct FeedState {
    commands: VecDeque<CheckedCommand>,
    closed: bool,
    /// The number of commands still to come, if known.
    expected: Option<usize>,
    /// Whether the executor waits for more commands.
    needs_commands: bool,
    waker: Option<Waker>,
}

/// The end from which the executor takes commands.
struct FeedReceiver(Arc<Mutex<FeedState>>);

impl CommandFeed {
    /// `sends_singly` says whether people are sent one by one, even where lists of groups would save requests.
    pub(crate) fn new(client: &Client, sends_singly: bool) -> Self {
        let feed = Arc::new(Mutex::new(FeedState::default()));
        let options = ListOptions { sends_singly, ..ListOptions::default() };
        let halt = Arc::clone(&options.halt);
        let outcomes = OutcomeStream::new(client.clone(), FeedReceiver(Arc::clone(&feed)), options);
        Self { feed, outcomes, halt }
    }

    /// Sets the number of commands that will be pushed, for the time estimate.
    pub fn set_expected(&mut self, count: usize) {
        self.update(|state| state.expected = Some(count));
    }

    /// Appends a command.
    pub fn push(&mut self, command: CheckedCommand) {
        self.update(|state| state.commands.push_back(command));
    }

    /// Sends requests until more commands are needed to fill the next one, or to the end once it is closed.
    /// `on_outcome` is called with each outcome.
    pub async fn run(&mut self, mut on_outcome: impl FnMut(Outcome)) {
        let Self { feed, outcomes, .. } = self;
        std::future::poll_fn(|context| {
            loop {
                match Pin::new(&mut *outcomes).poll_next(context) {
                    Poll::Ready(Some(outcome)) => on_outcome(outcome),
                    Poll::Ready(None) => return Poll::Ready(()),
                    Poll::Pending if lock(feed).needs_commands => return Poll::Ready(()),
                    Poll::Pending => return Poll::Pending,
                }
            }
        })
        .await;
    }

    /// Ends the list: the remaining commands are sent even in requests that are not full.
    pub fn close(&mut self) {
        self.update(|state| state.closed = true);
    }

    /// Sends nothing more: the remaining commands are `not_sent`. What is in flight ends by itself.
    pub fn abandon(&mut self) {
        self.halt.store(true, Ordering::Release);
        self.close();
    }

    /// Why not everything was sent; final after it was closed and run to the end.
    pub fn stopped(&self) -> Option<&Error> {
        self.outcomes.stopped()
    }

    /// The number of action requests with a response so far.
    pub fn requests(&self) -> usize {
        self.outcomes.requests()
    }

    fn update(&self, update: impl FnOnce(&mut FeedState)) {
        let mut state = lock(&self.feed);
        update(&mut state);
        state.needs_commands = false;
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
    }
}

impl Stream for FeedReceiver {
    type Item = CheckedCommand;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<CheckedCommand>> {
        let mut state = lock(&self.0);
        if let Some(command) = state.commands.pop_front() {
            state.expected = state.expected.map(|count| count.saturating_sub(1));
            return Poll::Ready(Some(command));
        }
        if state.closed {
            return Poll::Ready(None);
        }
        state.needs_commands = true;
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, lock(&self.0).expected)
    }
}

fn lock(state: &Mutex<FeedState>) -> MutexGuard<'_, FeedState> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
