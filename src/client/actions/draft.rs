//! A request as it will be sent: commands of callers, and lists of groups that stand for many of them. Pure.

use crate::client::actions::memberships::Memberships;
use crate::client::actions::planned_command::PlannedCommand;
use crate::client::sent_command::{CommandContent, SentCommand};
use crate::wire::command::Command;
use crate::wire::identity::fold;
use crate::wire::limits::{COMMANDS_PER_REQUEST, NAMES_PER_LIST};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use std::sync::Arc;

/// A request that is not sent yet.
#[derive(Debug, Default)]
pub(crate) struct RequestDraft {
    /// What goes over the wire, in this order.
    pub(crate) commands: Vec<DraftCommand>,
    /// The pieces of the callers' commands that it carries.
    pub(crate) carried: Vec<CarriedPiece>,
}

/// A command as it goes over the wire.
#[derive(Debug)]
pub(crate) enum DraftCommand {
    /// A piece of a caller's command.
    Piece(Arc<CommandContent>),
    /// People who join or leave a group.
    List(MemberList),
}

/// People who join or leave a user group, in one command.
#[derive(Debug)]
pub(crate) struct MemberList {
    pub(crate) group: String,
    pub(crate) is_addition: bool,
    pub(crate) people: Vec<String>,
}

/// A piece of a caller's command in a request.
#[derive(Debug)]
pub(crate) struct CarriedPiece {
    /// The index of the caller's command.
    pub(crate) index: usize,
    /// What the hooks see of it.
    pub(crate) sent: SentCommand,
    /// The commands of the request that carry it: several where somebody joins several groups by lists.
    pub(crate) commands: Vec<usize>,
    /// Whether lists carry it.
    pub(crate) is_in_lists: bool,
}

impl RequestDraft {
    pub(crate) fn is_empty(&self) -> bool {
        self.carried.is_empty()
    }

    /// Whether lists stand for some of the commands.
    pub(crate) fn has_lists(&self) -> bool {
        self.commands.iter().any(|command| matches!(command, DraftCommand::List(_)))
    }

    /// The most lists of people in one of its commands.
    pub(crate) fn longest_list(&self) -> usize {
        let lists = self.commands.iter().filter_map(|command| match command {
            DraftCommand::List(list) => Some(list.people.len().div_ceil(NAMES_PER_LIST)),
            DraftCommand::Piece(_) => None,
        });
        lists.max().unwrap_or_default()
    }

    /// Whether all of it may be sent again after a lost response. Lists may not: the service can refuse those that
    /// change nothing.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.commands.iter().all(|command| match command {
            DraftCommand::Piece(content) => content.command().is_some_and(Command::is_repeatable),
            DraftCommand::List(_) => false,
        })
    }

    /// The list that is its command with that number.
    pub(crate) fn list(&self, number: usize) -> Option<&MemberList> {
        match self.commands.get(number)? {
            DraftCommand::List(list) => Some(list),
            DraftCommand::Piece(_) => None,
        }
    }
}

impl Serialize for DraftCommand {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Piece(content) => content.serialize(serializer),
            Self::List(list) => list.to_json().serialize(serializer),
        }
    }
}

impl MemberList {
    fn to_json(&self) -> Value {
        let name = if self.is_addition { "add" } else { "remove" };
        let steps = self.people.chunks(NAMES_PER_LIST).map(|people| json!({ name: { "user": people } }));
        json!({ "usergroup": self.group, "do": steps.collect::<Vec<_>>() })
    }
}

/// Fills a request.
pub(crate) struct DraftBuilder {
    draft: RequestDraft,
    people_per_list: usize,
}

impl DraftBuilder {
    /// An empty request, whose commands take that many lists of people each.
    pub(crate) fn new(lists_per_command: usize) -> Self {
        Self { draft: RequestDraft::default(), people_per_list: lists_per_command * NAMES_PER_LIST }
    }

    pub(crate) fn finish(self) -> RequestDraft {
        self.draft
    }

    /// Whether no command fits any more. Somebody may still fit into a list.
    pub(crate) fn has_all_commands(&self) -> bool {
        self.draft.commands.len() == COMMANDS_PER_REQUEST
    }

    /// Whether nobody fits any more.
    pub(crate) fn is_full(&self) -> bool {
        let has_room = |command: &DraftCommand| match command {
            DraftCommand::List(list) => list.people.len() < self.people_per_list,
            DraftCommand::Piece(_) => false,
        };
        self.has_all_commands() && !self.draft.commands.iter().any(has_room)
    }

    /// Adds the next pieces of a command; returns whether any of them fits.
    pub(crate) fn add(&mut self, item: &PlannedCommand) -> bool {
        let free = COMMANDS_PER_REQUEST - self.draft.commands.len();
        for (number, piece) in item.sendable().take(free) {
            let commands = vec![self.draft.commands.len()];
            self.draft.commands.push(DraftCommand::Piece(Arc::clone(&piece.content)));
            self.carry(item, number, &piece.content, commands, false);
        }
        free > 0
    }

    /// Adds the person of a command to lists; returns whether there is room in all of them.
    pub(crate) fn add_to_lists(&mut self, item: &PlannedCommand, memberships: &Memberships) -> bool {
        let Some((number, piece)) = item.sendable().next() else { return false };
        let places: Vec<_> =
            memberships.groups.iter().map(|group| self.open_list(group, memberships)).collect();
        let added = places.iter().filter(|place| place.is_none()).count();
        if self.draft.commands.len() + added > COMMANDS_PER_REQUEST {
            return false;
        }
        let content = Arc::clone(&piece.content);
        let commands = memberships.groups.iter().zip(places).map(|(group, place)| {
            let place = place.unwrap_or_else(|| self.new_list(group, memberships.is_addition));
            if let Some(DraftCommand::List(list)) = self.draft.commands.get_mut(place) {
                list.people.push(memberships.email.clone());
            }
            place
        });
        let commands = commands.collect();
        self.carry(item, number, &content, commands, true);
        true
    }

    /// The list of a group that has room.
    fn open_list(&self, group: &str, memberships: &Memberships) -> Option<usize> {
        let group = fold(group);
        self.draft.commands.iter().position(|command| match command {
            DraftCommand::List(list) => {
                list.is_addition == memberships.is_addition
                    && list.people.len() < self.people_per_list
                    && fold(&list.group) == group
            }
            DraftCommand::Piece(_) => false,
        })
    }

    fn new_list(&mut self, group: &str, is_addition: bool) -> usize {
        let list = MemberList { group: group.to_owned(), is_addition, people: Vec::new() };
        self.draft.commands.push(DraftCommand::List(list));
        self.draft.commands.len() - 1
    }

    fn carry(
        &mut self,
        item: &PlannedCommand,
        piece: usize,
        content: &Arc<CommandContent>,
        commands: Vec<usize>,
        is_in_lists: bool,
    ) {
        let (index, pieces) = (item.index(), item.piece_count());
        let sent = SentCommand { index, piece, pieces, content: Arc::clone(content) };
        self.draft.carried.push(CarriedPiece { index, sent, commands, is_in_lists });
    }
}
