//! Faults on request: failures of the service and the network for chosen requests.

use super::routes::ENDPOINTS;
use crate::wire::endpoint::EndpointId;
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime};

/// A fault for some of the next requests. If several match a request, only the first queued one applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PlannedFault {
    /// Only requests to this endpoint, by its name in `EndpointId`, in any case: `action`, `groupUsers`.
    #[serde(with = "endpoint_name", skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<EndpointId>,
    /// Only requests with this method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Only requests whose path, still encoded, begins so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The number of matching requests that pass first.
    pub skip: usize,
    /// The number of requests it applies to.
    pub times: usize,
    /// Milliseconds to wait before anything else.
    pub delay: u64,
    /// What happens.
    pub effect: FaultEffect,
}

impl Default for PlannedFault {
    fn default() -> Self {
        Self {
            endpoint: None,
            method: None,
            path: None,
            skip: 0,
            times: 1,
            delay: 0,
            effect: FaultEffect::Nothing,
        }
    }
}

impl PlannedFault {
    /// A fault for the next request to an endpoint.
    pub fn at(endpoint: EndpointId, effect: FaultEffect) -> Self {
        Self { endpoint: Some(endpoint), effect, ..Self::default() }
    }

    /// A fault for the next request to any endpoint.
    pub fn next(effect: FaultEffect) -> Self {
        Self { effect, ..Self::default() }
    }

    /// The same for `times` requests.
    #[must_use]
    pub fn times(mut self, times: usize) -> Self {
        self.times = times;
        self
    }

    /// The same after `skip` matching requests.
    #[must_use]
    pub fn skip(mut self, skip: usize) -> Self {
        self.skip = skip;
        self
    }
}

/// What happens to a request.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum FaultEffect {
    /// Nothing but the delay.
    #[default]
    Nothing,
    /// This response in place of the one of the service; nothing is carried out.
    Status {
        /// HTTP status.
        status: u16,
        /// The body; none when left out, but for 429, which has its usual one.
        #[serde(default)]
        body: Option<String>,
        /// The `Retry-After` header.
        #[serde(default)]
        retry_after: Option<RetryAfter>,
    },
    /// The connection breaks before the request is carried out; no byte is sent back.
    DropBefore,
    /// The request is carried out and the connection breaks; no byte is sent back.
    DropAfter,
    /// The request is carried out and its response breaks off after `bytes` bytes of the body.
    CutBody {
        /// Bytes of the body that arrive, fewer than the `Content-Length` of the response.
        bytes: usize,
    },
    /// The request is carried out, and a complete response arrives that is not JSON.
    MalformedBody,
    /// All tokens issued so far expire.
    ExpireTokens,
    /// The request is carried out, and `user` and `requestID` of its errors and warnings are null (contract 7.45).
    NullErrorLabels,
    /// The request is carried out, and fields of the response have other types than documented (contract 7.46): numbers
    /// for strings and strings for numbers, a group without a name, null for an empty list of errors.
    OddTypes,
    /// A command of an action request fails with a code and is not carried out; the others are.
    CommandError {
        /// 0-based command.
        index: usize,
        /// The code, documented or not.
        code: String,
    },
}

/// The two forms of `Retry-After` (contract 5), and anything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RetryAfter {
    /// Seconds.
    Seconds(u64),
    /// The HTTP date that many seconds from now.
    DateIn(u64),
    /// This string.
    Text(String),
}

impl RetryAfter {
    /// The value of the header.
    pub(super) fn value(&self, now: SystemTime) -> String {
        match self {
            Self::Seconds(seconds) => seconds.to_string(),
            Self::DateIn(seconds) => {
                let then = now.checked_add(Duration::from_secs(*seconds)).unwrap_or(now);
                httpdate::fmt_http_date(then)
            }
            Self::Text(text) => text.clone(),
        }
    }
}

/// The pending faults.
#[derive(Debug, Default)]
pub(super) struct FaultQueue(Vec<PlannedFault>);

impl FaultQueue {
    /// Appends faults.
    pub(super) fn queue(&mut self, faults: impl IntoIterator<Item = PlannedFault>) {
        self.0.extend(faults);
    }

    /// Those that are still pending.
    pub(super) fn pending(&self) -> &[PlannedFault] {
        &self.0
    }

    /// Clears all of them.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// The fault that applies to a request, if there is one.
    pub(super) fn take_matching(
        &mut self,
        method: &str,
        path: &str,
        endpoint: Option<EndpointId>,
    ) -> Option<PlannedFault> {
        for place in 0..self.0.len() {
            let fault = &mut self.0[place];
            if !matches(fault, method, path, endpoint) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            let matched = fault.clone();
            fault.times = fault.times.saturating_sub(1);
            if fault.times == 0 {
                self.0.remove(place);
            }
            return Some(matched);
        }
        None
    }
}

fn matches(fault: &PlannedFault, method: &str, path: &str, endpoint: Option<EndpointId>) -> bool {
    fault.endpoint.is_none_or(|wanted| Some(wanted) == endpoint)
        && fault.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
        && fault.path.as_deref().is_none_or(|wanted| path.starts_with(wanted))
}

/// Endpoints by the names of their ids.
mod endpoint_name {
    use super::{ENDPOINTS, EndpointId};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        clippy::ref_option,
        reason = "serde asks for this signature"
    )]
    pub(super) fn serialize<S: Serializer>(
        id: &Option<EndpointId>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match id {
            Some(id) => serializer.serialize_str(&format!("{id:?}")),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<EndpointId>, D::Error> {
        let Some(name) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
        let mut ids = ENDPOINTS.iter().map(|(endpoint, ..)| *endpoint);
        let found = ids.find(|id| format!("{id:?}").eq_ignore_ascii_case(&name));
        found.map(Some).ok_or_else(|| D::Error::custom(format!("there is no endpoint {name}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take_next(faults: &mut FaultQueue) -> Option<FaultEffect> {
        faults.take_matching("GET", "/x", Some(EndpointId::Users)).map(|fault| fault.effect)
    }

    #[test]
    fn faults_apply_in_the_order_in_which_they_were_queued() {
        let mut faults = FaultQueue::default();
        faults.queue([
            PlannedFault::at(EndpointId::Users, FaultEffect::DropBefore).times(2).skip(1),
            PlannedFault::next(FaultEffect::DropAfter),
        ]);
        let matched: Vec<_> = (0..4).map(|_| take_next(&mut faults)).collect();
        assert_eq!(
            matched,
            [
                Some(FaultEffect::DropAfter),
                Some(FaultEffect::DropBefore),
                Some(FaultEffect::DropBefore),
                None
            ]
        );
    }

    #[test]
    fn only_requests_that_match_are_affected() {
        let mut faults = FaultQueue::default();
        faults.queue([PlannedFault::at(EndpointId::Action, FaultEffect::DropBefore)]);
        faults.queue([PlannedFault { path: Some("/y".into()), ..PlannedFault::default() }]);
        faults.queue([PlannedFault { method: Some("post".into()), ..PlannedFault::default() }]);
        assert_eq!(take_next(&mut faults), None);
        assert!(faults.take_matching("POST", "/z", None).is_some());
        assert!(faults.take_matching("GET", "/y/1", None).is_some());
        assert_eq!(faults.pending().len(), 1);
    }

    #[test]
    fn a_fault_is_written_as_json_and_read_back() {
        let retry_after = Some(RetryAfter::DateIn(2));
        let effect = FaultEffect::Status { status: 503, body: None, retry_after };
        let fault = PlannedFault::at(EndpointId::GroupUsers, effect).times(3);
        let text = serde_json::to_string(&fault).expect("writes");
        assert_eq!(serde_json::from_str::<PlannedFault>(&text).expect("reads"), fault);
        let short: PlannedFault =
            serde_json::from_str(r#"{"endpoint":"groupusers","effect":"dropBefore"}"#).expect("reads");
        assert_eq!(short, PlannedFault::at(EndpointId::GroupUsers, FaultEffect::DropBefore));
        assert!(serde_json::from_str::<PlannedFault>(r#"{"endpoint":"nowhere"}"#).is_err());
    }

    #[test]
    fn retry_after_has_both_forms() {
        let now = SystemTime::UNIX_EPOCH;
        assert_eq!(RetryAfter::Seconds(7).value(now), "7");
        assert_eq!(RetryAfter::DateIn(60).value(now), "Thu, 01 Jan 1970 00:01:00 GMT");
    }
}
