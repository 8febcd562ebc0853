//! The requests received, for tests that check what a client sends.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// One request, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct LoggedRequest {
    /// Its method.
    pub method: String,
    /// Its path, still encoded.
    pub path: String,
    /// Its query, still encoded; left out at the token endpoints, where it may hold a secret.
    pub query: String,
    /// The name of its endpoint in `EndpointId`; empty for a path that belongs to none.
    pub endpoint: String,
    /// Its `X-Request-Id`.
    pub request_id: Option<String>,
    /// Its `Pragma`.
    pub pragma: Option<String>,
    /// Its `User-Agent`.
    pub user_agent: Option<String>,
    /// Commands in its body.
    pub commands: usize,
    /// The status of the response; `None` before there is one, and if the connection was broken off.
    pub status: Option<u16>,
}

/// The number of requests kept; older ones are dropped.
const KEPT: usize = 20_000;

/// The requests received since the start or since the last clearing.
#[derive(Debug, Default)]
pub(super) struct RequestLog {
    requests: VecDeque<LoggedRequest>,
    /// The number of the first one kept.
    first: usize,
}

impl RequestLog {
    /// Adds a request; returns the number to add its status with.
    pub(super) fn append(&mut self, request: LoggedRequest) -> usize {
        if self.requests.len() == KEPT {
            self.requests.pop_front();
            self.first += 1;
        }
        self.requests.push_back(request);
        self.first + self.requests.len() - 1
    }

    /// Adds the status of a response; does nothing for a request that was dropped.
    pub(super) fn conclude(&mut self, number: usize, status: u16) {
        if let Some(request) = number.checked_sub(self.first).and_then(|index| self.requests.get_mut(index)) {
            request.status = Some(status);
        }
    }

    /// The requests that were kept.
    pub(super) fn all(&self) -> Vec<LoggedRequest> {
        self.requests.iter().cloned().collect()
    }

    /// Clears the log.
    pub(super) fn clear(&mut self) {
        self.first += self.requests.len();
        self.requests.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_finds_its_request_or_nothing() {
        let mut log = RequestLog::default();
        let number = log.append(LoggedRequest::default());
        log.conclude(number, 200);
        assert_eq!(log.all()[0].status, Some(200));
        log.clear();
        log.append(LoggedRequest::default());
        log.conclude(number, 500);
        assert_eq!(log.all()[0].status, None);
    }

    #[test]
    fn only_so_many_are_kept() {
        let mut log = RequestLog::default();
        for _ in 0..=KEPT {
            log.append(LoggedRequest::default());
        }
        assert_eq!(log.all().len(), KEPT);
    }
}
