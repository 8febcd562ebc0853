//! Builds journal records from requests and outcomes.

use crate::client::hooks::ActionRequest;
use crate::client::outcome::CommandOutcome;
use crate::client::request::ApiResponse;
use crate::client::sent_command::CommandContent;
use crate::session::totals::RunTotals;
use crate::store::journal::person_record::PersonRecord;
use crate::store::journal::record::{AnswerRecord, CommandRecord, EndRecord, RequestRecord, SettledRecord};

/// A request that is about to be sent, with the known state of its users before the change.
pub(crate) fn request(
    number: u64,
    request: &ActionRequest,
    mut before: impl FnMut(&CommandContent) -> Vec<PersonRecord>,
) -> RequestRecord {
    let commands = request.commands.iter().map(|sent| CommandRecord {
        index: sent.index,
        piece: sent.piece,
        pieces: sent.pieces,
        command: sent.content.to_json(),
        before: before(&sent.content),
        earlier: None,
    });
    RequestRecord {
        number,
        call: request.call.clone(),
        request_id: request.request_id.clone(),
        mode: request.mode,
        list: request.list,
        commands: commands.collect(),
        body: request.body.clone(),
    }
}

/// The outcomes of a request's commands; `answer` is the response to a request sent as the script wrote it.
pub(crate) fn settled(number: u64, fates: &[CommandOutcome], answer: Option<AnswerRecord>) -> SettledRecord {
    SettledRecord { number, fates: fates.to_vec(), answer }
}

/// The end of the run, with the totals of its commands.
pub(crate) fn end(exit: u8, totals: RunTotals) -> EndRecord {
    let RunTotals { done, resumed: _, failed, unknown, not_sent: _, withheld: _, removals_unread: _ } =
        totals;
    EndRecord { exit, done, failed, unknown, not_sent: totals.unsent() }
}

/// A response, to be returned again on resume.
pub(crate) fn answer(answer: &ApiResponse) -> AnswerRecord {
    AnswerRecord { status: answer.status, headers: answer.headers.clone(), body: answer.body.clone() }
}
