//! A request that was sent and has no response yet.

use crate::client::actions::draft::RequestDraft;
use crate::client::actions::gate::AdmittedRequest;
use crate::client::actions::piece_verdict::{PieceVerdict, SettledPiece};
use crate::client::api_call::FailedCall;
use crate::client::request::ApiResponse;
use crate::client::settings::Mode;

/// A request that is being sent, with what is needed to match its response.
pub(crate) struct InFlightRequest {
    pub(crate) admitted: AdmittedRequest,
    pub(crate) mode: Mode,
    pub(crate) draft: RequestDraft,
    /// The number of lost responses in a row when it left.
    pub(crate) losses: u32,
}

/// A request with its response, or why there is none.
pub(crate) type Landing = (InFlightRequest, Result<(ApiResponse, u32), FailedCall>);

impl InFlightRequest {
    pub(crate) fn settled(&self, verdict: PieceVerdict, attempts: u32) -> SettledPiece {
        let request_id = (attempts > 0).then(|| self.admitted.call.request_id.clone());
        SettledPiece { verdict, warnings: Vec::new(), request_id, attempts, mode: self.mode, verified: false }
    }

    /// A verdict after a lost response; what is done by then was read back.
    pub(crate) fn read_back(&self, verdict: PieceVerdict, attempts: u32) -> SettledPiece {
        let verified = verdict == PieceVerdict::Done;
        SettledPiece { verified, ..self.settled(verdict, attempts) }
    }
}
