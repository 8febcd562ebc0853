//! The public methods of the client. A request passes from here to `actions` or `listing`, then to `attempts` and
//! `http`.

use super::connection::Client;
use super::http::token_response::TokenResponse;
use super::listing::Listing;
use super::listing::query::UserQuery;
use super::request::RawRequest;
use crate::client::actions::checked_command::CheckedCommand;
use crate::client::actions::executor::{ListOptions, OutcomeStream};
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
use std::sync::Arc;

impl Client {
    /// Signs in with the configured credentials, even if there is a token; later calls use the new token.
    ///
    /// # Errors
    /// `auth` if the credentials are refused, `usage` if an access token is configured, `config` if the private key
    /// cannot be used, `unavailable`.
    pub async fn sign_in(&self) -> Result<TokenResponse> {
        let response = self.ask_for_token().await?;
        self.shared.sign_in.adopt(&response).await;
        Ok(response)
    }

    /// The users that match `query` (E3, E4). An invalid query is an error of the first page.
    pub fn users(&self, query: UserQuery) -> Listing<User> {
        Listing::users(self.clone(), query)
    }

    /// All user groups, profiles and admin groups (E5).
    pub fn groups(&self) -> Listing<Group> {
        Listing::groups(self.clone())
    }

    /// Checks and splits a command once. The result has the first fault of the command or of one of its
    /// pieces; none if the checks are switched off.
    pub fn check(&self, command: impl Into<Arc<Command>>) -> CheckedCommand {
        self.checked(command)
    }

    /// Sends commands: splits and packs them, keeps the order of commands that depend on each other, and returns
    /// the outcome of each.
    pub fn execute(&self, commands: impl Stream<Item = Command> + Send + 'static) -> OutcomeStream {
        let client = self.clone();
        let commands = commands.map(move |command| client.checked(command));
        OutcomeStream::new(self.clone(), commands, ListOptions::default())
    }

    /// A list of commands that are pushed one by one. `sends_singly` says whether people are sent one by one, even where
    /// lists of groups would save requests.
    pub fn command_feed(&self, sends_singly: bool) -> CommandFeed {
        CommandFeed::new(self, sends_singly)
    }

    /// Sends one action request with its list of commands as written.
    ///
    /// # Errors
    /// `invalid` if a local check refuses a command, `unknown` if the response was lost, the error of a hook, or the
    /// service's refusal of the whole request. Refused commands are in the response.
    pub async fn action(&self, commands: Value) -> RawOutcome {
        match self.admit(self.action_target(), Some(commands)) {
            Ok(admitted) => self.send_raw(&admitted, false).await,
            Err(error) => error.into(),
        }
    }

    /// Calls any endpoint, with sign-in, pacing and retries; the status of the response is 2xx.
    ///
    /// # Errors
    /// `usage` for a target outside the service, `test_mode` for a write that cannot be rehearsed, and the errors
    /// of the call.
    pub async fn call(&self, request: &RawRequest) -> RawOutcome {
        self.send_request(request, false).await
    }

    /// Makes exactly one exchange with any endpoint and returns the response, whatever its status.
    ///
    /// # Errors
    /// As [`Client::call`], if there was no response.
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
