//! Direct calls of the service's endpoints.

use crate::client::request::RawRequest;
use crate::error::{Error, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::session::Session;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::session::run_state::RunState;
use crate::values::json;
use crate::values::raw_response::RawResponse;
use rhai::NativeCallContext;
use rhai::plugin::{Dynamic, export_module};
use serde_json::Value;

/// Raw calls.
#[export_module]
pub mod functions {
    /// Calls any endpoint of the service, with sign-in and retries, and returns the response body.
    ///
    /// `path_or_url` is a path after the service's base URL, or a full URL as in Adobe's samples. Adobe's public host
    /// means the configured service; any other host is refused. In test mode action requests are sent as tests,
    /// whatever the URL says. Other writes are refused in either mode, since the guards cannot read whom they change.
    ///
    /// # Errors
    /// `usage` for another host; `guard` for another write; `not_found`, `rejected` and the other errors of requests.
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

    /// Calls any endpoint of the service with a body and returns the response body.
    ///
    /// The body is a map or a list and is sent as JSON; a string that is JSON is sent as it is. `()` and an empty map mean
    /// no body, as in Adobe's samples. The
    /// commands of an action request are in the journal and in `--report`. If the response is lost, they are read back:
    /// if all are done, the result has `read_back: true`; if none is done, the request is sent again.
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

    /// Sends exactly one request and returns its Response, whatever the status.
    ///
    /// It signs in, but does not wait or retry. A Response has `status`, `headers` and `body`. `headers` is a map with names in lower case; `body` is the parsed JSON,
    /// a string if it is not JSON, or `()` if it is empty.
    ///
    /// # Errors
    /// `usage` for another host; `unavailable` if there was no response, `unknown` if that was the response to a
    /// change.
    ///
    /// # Example
    /// ```rhai
    /// let response = send("GET", `/organizations/${session().organization}/users/nobody@example.com`);
    /// print(`${response.status} ${response.body.result}`);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn send(context: NativeCallContext, method: &str, path_or_url: &str) -> RhaiResultOf<RawResponse> {
        send_with(context, method, path_or_url, Dynamic::UNIT)
    }

    /// Sends exactly one request with a body and returns its Response.
    ///
    /// If the response to an action request is lost, its commands are read back: if all are done, the result has status
    /// 200, no headers and `read_back: true` in its body; if none is done, the error is `unavailable`.
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
    ) -> RhaiResultOf<RawResponse> {
        let request = request(method, path_or_url, &body);
        session(&context).and_then(|session| exchange(&session, &request?)).at(&context)
    }
}

fn request(method: &str, target: &str, body: &Dynamic) -> Result<RawRequest> {
    let body = match json::json_of(body)? {
        Value::Null => None,
        Value::Object(fields) if fields.is_empty() => None,
        Value::String(text) if text.trim().is_empty() => None,
        Value::String(text) => Some(parsed(&text)?),
        body => Some(body),
    };
    Ok(RawRequest { method: method.to_owned(), target: target.to_owned(), body })
}

/// A body that the script has made a JSON string of.
fn parsed(text: &str) -> Result<Value> {
    let value = serde_json::from_str(text).ok();
    value.filter(|value: &Value| value.is_object() || value.is_array()).ok_or_else(|| {
        Error::usage_with_hint(
            "the body is a string that is not a JSON object or list",
            "Pass the map or list itself; it is sent as JSON.",
        )
    })
}

/// Reads the remaining pages of listings, unless the call changes nothing.
fn finish_listings(session: &Session, request: &RawRequest) -> Result<()> {
    if request.method.eq_ignore_ascii_case("GET") { Ok(()) } else { session.finish_listings() }
}

fn call(session: &Session, request: &RawRequest) -> Result<Dynamic> {
    finish_listings(session, request)?;
    let client = session.client()?;
    let answer = RunState::of(session).wait_for_raw(session, client.call(request))?;
    Ok(crate::values::dynamic::dynamic_of(&answer.body))
}

fn exchange(session: &Session, request: &RawRequest) -> Result<RawResponse> {
    finish_listings(session, request)?;
    let client = session.client()?;
    RunState::of(session).wait_for_raw(session, client.send(request)).map(RawResponse::new)
}

#[cfg(test)]
mod tests {
    use super::request;
    use rhai::Dynamic;
    use serde_json::json;

    #[test]
    fn a_body_that_is_json_already_is_the_same_as_its_value() {
        for (body, sent) in [
            ("[{\"user\": \"a\"}]", Some(json!([{"user": "a"}]))),
            ("{\"a\": 1}", Some(json!({"a": 1}))),
            ("", None),
        ] {
            assert_eq!(request("POST", "/x", &Dynamic::from(body.to_owned())).unwrap().body, sent, "{body}");
        }
        for body in ["name", "5", "\"quoted\"", "{", "a=1&b=2"] {
            let error = request("POST", "/x", &Dynamic::from(body.to_owned())).unwrap_err();
            assert_eq!(error.kind.name(), "usage", "{body}");
        }
    }
}
