//! What can be asked of a client. From here a request passes to `actions` or `listing`, then to `attempts` and `http`.

use super::connection::Client;
use super::http::token_response::TokenResponse;
use super::listing::Listing;
use super::listing::query::UserQuery;
use super::request::RawRequest;
use crate::client::actions::checked_command::CheckedCommand;
use crate::client::actions::executor::OutcomeStream;
use crate::client::actions::feed::CommandFeed;
use crate::client::actions::gate::AdmittedRequest;
use crate::client::actions::raw::RawOutcome;
use crate::client::http::target::RequestTarget;
use crate::error::Result;
use crate::wire::command::Command;
use crate::wire::group::Group;
use crate::wire::user::User;
use futures_util::{Stream, StreamExt};
use serde_json::Value;

impl Client {
    /// Signs in anew with the configured credentials; later calls use the token.
    ///
    /// # Errors
    /// `auth` when the credentials are refused, `usage` when a ready token is configured, `config` when the
    /// private key cannot be used, `unavailable`.
    pub async fn sign_in(&self) -> Result<TokenResponse> {
        let response = self.ask_for_token().await?;
        self.shared.sign_in.adopt(&response).await;
        Ok(response)
    }

    /// The users that `query` describes (E3, E4). A query the service cannot answer is the first page's error.
    pub fn users(&self, query: UserQuery) -> Listing<User> {
        Listing::users(self.clone(), query)
    }

    /// All user groups, profiles and admin groups (E5).
    pub fn groups(&self) -> Listing<Group> {
        Listing::groups(self.clone())
    }

    /// Checks a command, once for all that follows: the result says what is wrong with it, or with a piece of it
    /// after it was split. Nothing is when the checks are switched off.
    pub fn check(&self, command: Command) -> CheckedCommand {
        self.checked(command)
    }

    /// Carries commands out: splits and packs them, keeps the order of those that depend on one another, and
    /// answers what became of each.
    pub fn execute(&self, commands: impl Stream<Item = Command> + Send + 'static) -> OutcomeStream {
        let client = self.clone();
        OutcomeStream::new(self.clone(), commands.map(move |command| client.checked(command)))
    }

    /// A list of commands that are handed in one by one.
    pub fn command_feed(&self) -> CommandFeed {
        CommandFeed::new(self)
    }

    /// One action request, its list of commands sent as written.
    ///
    /// # Errors
    /// `invalid` when a local check refuses a command, `unknown` when the answer was lost, a hook's, or the
    /// service's refusal of the request as a whole. Refused commands are in the answer.
    pub async fn action(&self, commands: Value) -> RawOutcome {
        match self.admit(self.action_target(), Some(commands)) {
            Ok(admitted) => self.send_raw(&admitted, false).await,
            Err(error) => error.into(),
        }
    }

    /// A call of any endpoint, with sign-in, pacing and retries; the answer's status is 2xx.
    ///
    /// # Errors
    /// `usage` for a target that is not the service's, `test_mode` for a write that cannot be rehearsed, and
    /// whatever the call met.
    pub async fn call(&self, request: &RawRequest) -> RawOutcome {
        self.send_request(request, false).await
    }

    /// Exactly one exchange with any endpoint; every status is an answer.
    ///
    /// # Errors
    /// As [`Client::call`], when there was no answer.
    pub async fn send(&self, request: &RawRequest) -> RawOutcome {
        self.send_request(request, true).await
    }

    async fn send_request(&self, request: &RawRequest, once: bool) -> RawOutcome {
        match self.admit_raw(request) {
            Ok(admitted) => self.send_raw(&admitted, once).await,
            Err(error) => error.into(),
        }
    }

    fn admit_raw(&self, request: &RawRequest) -> Result<AdmittedRequest> {
        let target = RequestTarget::parse(self.settings(), &request.method, &request.target)?;
        self.admit(target, request.body.clone())
    }
}
