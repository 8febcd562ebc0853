//! Calls as the service defines them.

use crate::client::request::{ApiResponse, RawRequest};
use crate::error::Result;
use crate::host::binding::RhaiResultOf;
use crate::host::session::Session;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::session::run_state::RunState;
use crate::values::json;
use rhai::plugin::{Dynamic, export_module};
use rhai::{Map, NativeCallContext};
use serde_json::Value;

/// Raw calls.
#[export_module]
pub mod functions {
    /// Calls any endpoint of the service, with sign-in, waiting and retrying, and returns the body.
    ///
    /// `path_or_url` is a path after the service's base, or a whole URL as Adobe's samples write it: Adobe's public
    /// host stands for the service that is configured, and any other host is refused. In test mode an action request
    /// is a rehearsal whatever its URL says, and other writes are refused.
    ///
    /// # Errors
    /// `usage` for another host, `not_found`, `rejected` and whatever else the call met.
    ///
    /// # Example
    /// ```rhai
    /// let answer = make_call("GET", `/users/${session().organization}/0`);
    /// print(answer.users.len());
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn make_call(context: NativeCallContext, method: &str, path_or_url: &str) -> RhaiResultOf<Dynamic> {
        make_call_with(context, method, path_or_url, Dynamic::UNIT)
    }

    /// Calls any endpoint of the service with a body, and returns the body of the response.
    ///
    /// The body is a map or a list and travels as JSON; `()` and an empty map are none, as in Adobe's samples. The
    /// commands of an action request are in the journal and in `--report`; where the answer is lost they are read back:
    /// all done, and the body says so with `read_back: true`; nothing done, and the request leaves again.
    ///
    /// # Errors
    /// As `make_call(method, path_or_url)`.
    ///
    /// # Example
    /// ```rhai
    /// let commands = [#{user: "ben.osei@example.com", "do": [#{add: #{group: ["Designers"]}}]}];
    /// print(make_call("POST", `/action/${session().organization}`, commands).result);
    /// ```
    #[rhai_fn(name = "make_call", volatile, return_raw)]
    pub fn make_call_with(
        context: NativeCallContext,
        method: &str,
        path_or_url: &str,
        body: Dynamic,
    ) -> RhaiResultOf<Dynamic> {
        let request = request(method, path_or_url, &body);
        session(&context).and_then(|session| call(&session, &request?)).at(&context)
    }

    /// Makes exactly one exchange with the service and returns `status`, `headers` and `body`, whatever the status.
    ///
    /// Sign-in is done for the script; waiting and repeating are its own business. `headers` is a map with names
    /// in lower case; `body` is what the JSON says, a string when it is not JSON, `()` when it is empty.
    ///
    /// # Errors
    /// `usage` for another host, `unavailable` when there was no answer, `unknown` when that was to a change.
    ///
    /// # Example
    /// ```rhai
    /// let answer = send("GET", `/organizations/${session().organization}/users/nobody@example.com`);
    /// print(`${answer.status} ${answer.body.result}`);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn send(context: NativeCallContext, method: &str, path_or_url: &str) -> RhaiResultOf<Map> {
        send_with(context, method, path_or_url, Dynamic::UNIT)
    }

    /// Makes exactly one exchange with a body, and returns `status`, `headers` and `body`.
    ///
    /// Where the answer to an action request is lost, its commands are read back: all done, and the answer has status
    /// 200, no headers and `read_back: true` in its body; nothing done, and the error is `unavailable`.
    ///
    /// # Errors
    /// As `send(method, path_or_url)`.
    ///
    /// # Example
    /// ```rhai
    /// let commands = [#{user: "ben.osei@example.com", "do": [#{add: #{group: ["Designers"]}}]}];
    /// print(send("POST", `/action/${session().organization}`, commands).status);
    /// ```
    #[rhai_fn(name = "send", volatile, return_raw)]
    pub fn send_with(
        context: NativeCallContext,
        method: &str,
        path_or_url: &str,
        body: Dynamic,
    ) -> RhaiResultOf<Map> {
        let request = request(method, path_or_url, &body);
        session(&context).and_then(|session| exchange(&session, &request?)).at(&context)
    }
}

fn request(method: &str, target: &str, body: &Dynamic) -> Result<RawRequest> {
    let body = match json::json_of(body)? {
        Value::Null => None,
        Value::Object(fields) if fields.is_empty() => None,
        body => Some(body),
    };
    Ok(RawRequest { method: method.to_owned(), target: target.to_owned(), body })
}

/// Reads no listing to its end for a call that changes nothing.
fn settle(session: &Session, request: &RawRequest) -> Result<()> {
    if request.method.eq_ignore_ascii_case("GET") { Ok(()) } else { session.finish_listings() }
}

fn call(session: &Session, request: &RawRequest) -> Result<Dynamic> {
    settle(session, request)?;
    let client = session.client()?;
    let answer = RunState::of(session).wait_for_raw(session, client.call(request))?;
    Ok(crate::values::dynamic::dynamic_of(&answer.body))
}

fn exchange(session: &Session, request: &RawRequest) -> Result<Map> {
    settle(session, request)?;
    let client = session.client()?;
    let ApiResponse { status, headers, body, .. } =
        RunState::of(session).wait_for_raw(session, client.send(request))?;
    let headers: Map = headers.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
    Ok(Map::from_iter([
        ("status".into(), i64::from(status).into()),
        ("headers".into(), headers.into()),
        ("body".into(), crate::values::dynamic::dynamic_of(&body)),
    ]))
}
