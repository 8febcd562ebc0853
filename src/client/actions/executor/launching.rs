//! Requests on their way: drafted, sent on tasks of their own, and received.

use super::ActionExecutor;
use crate::client::actions::draft::RequestDraft;
use crate::client::actions::in_flight::{InFlightRequest, Landing};
use crate::client::actions::piece_verdict::PieceVerdict;
use crate::client::actions::planner;
use crate::client::actions::removal::LookedUp;
use crate::client::api_call::FailedCall;
use crate::client::hooks::Resolution;
use crate::client::settings::Mode;
use crate::error::{Error, ErrorKind, Result};
use crate::wire::identity::fold;
use std::pin::Pin;
use std::task::Poll;
use tokio::task::JoinError;

impl ActionExecutor {
    /// Sends the next request; returns whether there was one.
    pub(super) async fn launch_next(&mut self) -> bool {
        let Some(draft) = self.next_draft().await else { return false };
        let request = match self.admit(draft) {
            Ok(request) => request,
            Err(error) => {
                self.stop(error);
                return false;
            }
        };
        self.plan.launch(&request.draft);
        let client = self.client.clone();
        let mut flight: Pin<Box<dyn Future<Output = Landing> + Send>> = Box::pin(async move {
            let result = client.send_admitted(&request.admitted).await;
            (request, result)
        });
        // Begun here, so that the hooks see the requests in their order.
        match std::future::poll_fn(|context| Poll::Ready(flight.as_mut().poll(context))).await {
            Poll::Ready(landing) => self.land(landing).await,
            Poll::Pending => drop(self.flights.spawn(flight)),
        }
        true
    }

    /// The next request, after what has to be read before it.
    async fn next_draft(&mut self) -> Option<RequestDraft> {
        loop {
            let choice = self.choose_lists().await;
            let draft = self.plan.next(&choice);
            if draft.is_empty() {
                return None;
            }
            if planner::any_touches(&self.plan, &draft, |touches| self.deferred.must_precede(touches)) {
                self.verify_deferred().await;
            } else if !self.look_up_removals(&draft).await {
                self.read_people_before(&draft).await;
                return Some(draft);
            }
        }
    }

    /// Looks up accounts before their removal: the service reports success even for people it does not know. Returns
    /// whether commands were taken out of the plan because of what was found.
    async fn look_up_removals(&mut self, draft: &RequestDraft) -> bool {
        let (policy, mode) = (self.client.shared.settings.verify, self.client.mode());
        let look_ups = if mode == Mode::Test { Vec::new() } else { self.plan.look_ups(draft, policy) };
        if !look_ups.is_empty() && !std::mem::replace(&mut self.announced, true) {
            let rest = self.commands_left();
            self.client.announce_look_ups(self.plan.len() + rest);
        }
        let mut refused = Vec::new();
        for (index, command) in look_ups {
            let LookedUp { before, resolution } = self.client.look_up(&command).await;
            self.plan.apply_look_up(index, before, resolution.as_ref());
            if let Some(resolution) =
                resolution.filter(|resolution| !matches!(resolution, Resolution::Send(_)))
            {
                refused.push((index, resolution));
            }
        }
        if refused.is_empty() {
            return false;
        }
        let outcomes = self.plan.refuse_all(refused, mode);
        self.record(outcomes);
        true
    }

    /// Looks up a few people before a live change, so that the journal knows what they were. What is found does not
    /// matter here.
    async fn read_people_before(&mut self, draft: &RequestDraft) {
        let limit = self.client.shared.settings.reads_before;
        if limit == 0 || self.client.mode() == Mode::Test {
            return;
        }
        for (name, domain) in self.plan.unread_people(draft) {
            if self.read_before.len() < limit && self.read_before.insert(fold(&name)) {
                drop(self.client.find_user(&name, domain.as_deref()).await);
            }
        }
    }

    fn admit(&self, draft: RequestDraft) -> Result<InFlightRequest> {
        let sent = draft.carried.iter().map(|carried| carried.sent.clone()).collect();
        let repeatable = draft.is_repeatable();
        let admitted = self.client.admit_commands(self.list, sent, &draft.commands, repeatable)?;
        let mode = admitted.change.as_ref().map_or(Mode::Live, |change| change.mode);
        Ok(InFlightRequest { admitted, mode, draft, losses: self.losses })
    }

    /// What is in flight after the run was stopped: its outcome counts.
    pub(super) async fn next_landing_after_stop(&mut self) -> Option<Landing> {
        self.stopped.as_ref()?;
        self.flights.join_next().await.and_then(Result::ok)
    }

    pub(super) async fn land_joined(&mut self, landing: std::result::Result<Landing, JoinError>) {
        match landing {
            Ok(landing) => self.land(landing).await,
            // A task neither panics nor is cancelled while the list is sent.
            Err(error) => self.stop(Error::usage(error.to_string())),
        }
    }

    /// Handles the response to a request, or its loss.
    pub(super) async fn land(&mut self, (request, result): Landing) {
        match result {
            Ok((response, attempts)) => self.handle_response(&request, response, attempts).await,
            Err(failed) => self.handle_failure(&request, failed).await,
        }
        self.report_progress();
    }

    /// Handles a request without a usable response.
    async fn handle_failure(&mut self, request: &InFlightRequest, failed: FailedCall) {
        let attempts = failed.attempts;
        match (&failed.lost, &*failed.error.kind) {
            (Some(_), _) => self.handle_lost_response(request, failed).await,
            (None, ErrorKind::Rejected { .. } | ErrorKind::NotFound { .. }) => {
                self.handle_refusal(request, attempts, failed.error);
            }
            (None, _) => {
                let message = format!("not done: {}", failed.error);
                self.settle(request, attempts, &PieceVerdict::NotSent(message));
                self.stop(failed.error);
            }
        }
    }
}
