//! The operations of the matrix: what they do, and how to find out what really happened.

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::sync::{Arc, LazyLock};
use umapi_shell::client::Client;
use umapi_shell::client::hooks::{ActionRequest, GateHook};
use umapi_shell::client::listing::Listing;
use umapi_shell::client::listing::entry::ListEntry;
use umapi_shell::client::listing::query::UserQuery;
use umapi_shell::client::outcome::{Outcome, Status};
use umapi_shell::client::request::{ApiResponse, RawRequest};
use umapi_shell::error::Error;
use umapi_shell::sandbox::{ORGANIZATION, Sandbox, SandboxSettings};
use umapi_shell::wire::command::Command;
use umapi_shell::wire::endpoint::EndpointId;

type Pending<T> = Pin<Box<dyn Future<Output = T>>>;

/// An operation.
pub(super) struct Operation {
    /// Its name in messages.
    pub(super) name: &'static str,
    /// The endpoint at which faults strike.
    pub(super) endpoint: EndpointId,
    /// Requests to it that pass first.
    pub(super) skip: usize,
    /// Runs it with a client that may meet a fault.
    pub(super) run: fn(Client) -> Pending<OperationRun>,
    /// What it changes; nothing for a read.
    changes: fn() -> Vec<Membership>,
}

/// A person who joins or leaves a group, whose membership was the other way round before.
struct Membership {
    person: String,
    group: &'static str,
    joins: bool,
}

/// What the client reported.
pub(super) enum OperationRun {
    /// The names that were read.
    Read(Result<BTreeSet<String>, Error>),
    /// The outcome of each change; why there is none.
    Changed(Vec<Outcome>, Option<Error>),
}

impl OperationRun {
    /// In the words of the guide: statuses, and kinds of errors.
    pub(super) fn words(&self) -> BTreeSet<String> {
        let kind = |error: &Error| format!("`{}`", error.kind.name());
        match self {
            Self::Read(Ok(_)) => BTreeSet::from(["done".to_owned()]),
            Self::Read(Err(error)) => BTreeSet::from([kind(error)]),
            Self::Changed(outcomes, error) => {
                let statuses = outcomes.iter().map(|outcome| match outcome.status {
                    Status::Completed => "done".to_owned(),
                    status => format!("`{status}`"),
                });
                let error = error.iter().map(kind).filter(|_| outcomes.is_empty());
                statuses.chain(error).collect()
            }
        }
    }
}

impl Operation {
    /// Whether it changes something.
    pub(super) fn is_change(&self) -> bool {
        !(self.changes)().is_empty()
    }

    /// What is wrong with the report of a run, as a client that meets no fault finds out.
    pub(super) async fn lies(&self, calm: Client, run: &OperationRun) -> Vec<String> {
        match run {
            OperationRun::Read(Err(_)) => Vec::new(),
            OperationRun::Read(Ok(names)) => match (self.run)(calm).await {
                OperationRun::Read(Ok(truth)) if truth == *names => Vec::new(),
                OperationRun::Read(truth) => vec![format!("read {names:?}, not {truth:?}")],
                OperationRun::Changed(..) => vec!["a read turned into a change".to_owned()],
            },
            OperationRun::Changed(outcomes, error) => {
                let changes = (self.changes)();
                let made = made(calm, &changes).await;
                let is_open = error.as_ref().is_some_and(|error| error.kind.name() == "unknown");
                if outcomes.is_empty() && (is_open || made.iter().all(|made| !made)) {
                    return Vec::new();
                }
                if outcomes.len() != changes.len() {
                    return vec![format!(
                        "{} outcomes, {} changes; {error:?}",
                        outcomes.len(),
                        changes.len()
                    )];
                }
                outcomes.iter().filter_map(|outcome| lie(outcome, made[outcome.index])).collect()
            }
        }
    }
}

/// A report of success or failure that is not true.
fn lie(outcome: &Outcome, is_made: bool) -> Option<String> {
    let is_claimed = match outcome.status {
        Status::Completed => true,
        Status::Failed | Status::NotSent => false,
        // Nothing is claimed.
        _ => return None,
    };
    (is_claimed != is_made).then(|| {
        format!("{} is {}, but made: {is_made} ({:?})", outcome.target, outcome.status, outcome.message)
    })
}

/// Whether each change was really made.
async fn made(calm: Client, changes: &[Membership]) -> Vec<bool> {
    let mut members = BTreeMap::new();
    for change in changes {
        if !members.contains_key(change.group) {
            let listing = calm.users(UserQuery::of_group(change.group));
            members.insert(change.group, emails(listing).await.expect("the sandbox is calm again"));
        }
    }
    changes.iter().map(|change| members[change.group].contains(&change.person) == change.joins).collect()
}

/// All of them. Those that change something concern different people, since a row of the matrix shares an organization.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        run: |client| Box::pin(users(client, UserQuery::default())),
        ..read("all users, first page")
    },
    Operation {
        skip: 2,
        run: |client| Box::pin(users(client, UserQuery::default())),
        ..read("all users, a later page")
    },
    Operation {
        endpoint: EndpointId::GroupUsers,
        run: |client| Box::pin(users(client, UserQuery::of_group("Engineering"))),
        ..read("members of a group")
    },
    Operation {
        endpoint: EndpointId::Groups,
        run: |client| Box::pin(groups(client)),
        ..read("all groups, first page")
    },
    Operation {
        endpoint: EndpointId::Groups,
        skip: 1,
        run: |client| Box::pin(groups(client)),
        ..read("all groups, a later page")
    },
    Operation { endpoint: EndpointId::User, run: |client| Box::pin(one_user(client)), ..read("one user") },
    Operation {
        run: |client| Box::pin(execute(client, addition())),
        changes: addition,
        ..change("an addition")
    },
    Operation { run: |client| Box::pin(execute(client, removal())), changes: removal, ..change("a removal") },
    Operation { run: |client| Box::pin(create(client)), changes: creation, ..change("a new account") },
    Operation {
        skip: 1,
        run: |client| Box::pin(execute(client, many())),
        changes: many,
        ..change("the second request of a list")
    },
    Operation {
        run: |client| Box::pin(execute_in_lists(client, listed(true))),
        changes: || listed(true),
        ..change("lists of people who join a group")
    },
    Operation {
        run: |client| Box::pin(execute_in_lists(client, listed(false))),
        changes: || listed(false),
        ..change("lists of people who leave a group")
    },
    Operation {
        run: |client| Box::pin(as_written(client, called(), false)),
        changes: called,
        ..change("commands as written")
    },
    Operation {
        run: |client| Box::pin(as_written(client, sent(), true)),
        changes: sent,
        ..change("commands sent exactly once")
    },
];

const fn read(name: &'static str) -> Operation {
    Operation {
        name,
        endpoint: EndpointId::Users,
        skip: 0,
        run: |client| Box::pin(groups(client)),
        changes: Vec::new,
    }
}

const fn change(name: &'static str) -> Operation {
    Operation { endpoint: EndpointId::Action, ..read(name) }
}

fn joining(person: &str, group: &'static str) -> Membership {
    Membership { person: person.to_owned(), group, joins: true }
}

fn addition() -> Vec<Membership> {
    vec![joining("hugo.martin@example.com", "Finance")]
}

fn removal() -> Vec<Membership> {
    vec![Membership { joins: false, ..joining("jonas.weber@example.com", "Marketing") }]
}

fn creation() -> Vec<Membership> {
    vec![joining("fay.new@example.net", "Interns")]
}

/// Two requests and a half.
fn many() -> Vec<Membership> {
    const PEOPLE: &[&str] = &[
        "ada.lind",
        "ben.osei",
        "carla.ruiz",
        "grace.kim",
        "keiko.tanaka",
        "liam.murphy",
        "maya.patel",
        "tara.singh",
        "uma.devi",
        "victor.hansen",
        "wendy.chan",
        "bella.moreno",
        "emil.larsen",
        "fatima.zahra",
        "gus.taylor",
        "nina.olsen",
        "hugo.martin",
        "jonas.weber",
        "zoe.papadaki",
        "noah.berg",
        "dora.kovacs",
        "chen.wei",
        "anton.huber",
    ];
    let domain = |name: &str| match name {
        "grace.kim" | "noah.berg" | "anton.huber" => "example.org",
        "zoe.papadaki" | "chen.wei" => "example.net",
        _ => "example.com",
    };
    PEOPLE.iter().map(|name| joining(&format!("{name}@{}", domain(name)), "Contractors")).collect()
}

/// Enough people to send them in lists of the group; those who leave it are those who joined before.
fn listed(joins: bool) -> Vec<Membership> {
    const COUNT: usize = 34;
    static EMAILS: LazyLock<Vec<String>> = LazyLock::new(|| {
        // On a thread of its own, since the caller is asynchronous.
        let read = || {
            let server = Sandbox::start(SandboxSettings::default()).unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let users = super::faults::calm_client(&server).users(UserQuery::default());
            runtime.block_on(emails(users)).unwrap()
        };
        let all = std::thread::scope(|scope| scope.spawn(read).join().unwrap());
        all.into_iter().filter(|email| email != "both@example.com").take(COUNT).collect()
    });
    let group = if joins { "Interns" } else { "Everybody" };
    EMAILS.iter().map(|email| Membership { joins, ..joining(email, group) }).collect()
}

/// Makes the group that people leave.
pub(super) async fn prepare(calm: Client) {
    let mut command = Command::group("Everybody");
    let people: Vec<_> = listed(false).into_iter().map(|change| change.person).collect();
    command.push("createUserGroup", json!({})).membership("add", "user", &people);
    let run = run(calm, vec![command]).await;
    assert_eq!(run.words().into_iter().collect::<Vec<_>>(), ["done"]);
}

/// Knows everybody, so that lists of a group may stand for commands about people.
struct KnowsEverybody;

impl GateHook for KnowsEverybody {
    fn before(&self, _: &ActionRequest) -> Result<(), Error> {
        Ok(())
    }

    fn after(&self, _: &ActionRequest, _: Result<&ApiResponse, &Error>) {}

    fn is_only_account(&self, _: &Command) -> bool {
        true
    }
}

async fn execute_in_lists(client: Client, changes: Vec<Membership>) -> OperationRun {
    client.add_hook(Arc::new(KnowsEverybody));
    execute(client, changes).await
}

fn called() -> Vec<Membership> {
    ["liam.murphy", "maya.patel"]
        .map(|name| joining(&format!("{name}@example.com"), "Human Resources"))
        .into()
}

fn sent() -> Vec<Membership> {
    ["gus.taylor", "nina.olsen"].map(|name| joining(&format!("{name}@example.com"), "Sales EMEA")).into()
}

async fn emails(mut listing: Listing<umapi_shell::wire::user::User>) -> Result<BTreeSet<String>, Error> {
    let users = all(&mut listing).await?;
    Ok(users.iter().filter_map(|user| user.email.as_deref().map(str::to_owned)).collect())
}

async fn all<T: ListEntry>(listing: &mut Listing<T>) -> Result<Vec<Arc<T>>, Error> {
    let mut entries = Vec::new();
    while let Some(page) = listing.next_page().await? {
        entries.extend(page);
    }
    Ok(entries)
}

async fn users(client: Client, query: UserQuery) -> OperationRun {
    OperationRun::Read(emails(client.users(query)).await)
}

async fn groups(client: Client) -> OperationRun {
    let groups = all(&mut client.groups()).await;
    // With odd types there is one more group, which has no name.
    let names = |groups: Vec<Arc<umapi_shell::wire::group::Group>>| {
        groups.iter().map(|group| group.group_name.to_string()).filter(|name| !name.is_empty()).collect()
    };
    OperationRun::Read(groups.map(names))
}

async fn one_user(client: Client) -> OperationRun {
    let user = client.get_user("ada.lind@example.com", None).await;
    OperationRun::Read(user.map(|user| BTreeSet::from([format!("{user:?}")])))
}

/// The command that makes a change.
fn command(change: &Membership) -> Command {
    let mut command = Command::user(&change.person, None, None);
    let names = [change.group.to_owned()];
    if change.joins {
        command.add_to_groups(&names)
    } else {
        command.remove_from_groups(&names)
    };
    command
}

async fn execute(client: Client, changes: Vec<Membership>) -> OperationRun {
    run(client, changes.iter().map(command).collect()).await
}

async fn create(client: Client) -> OperationRun {
    let changes = creation();
    let mut command = Command::user(&changes[0].person, None, None);
    command.push("addAdobeID", json!({ "email": changes[0].person, "country": "US" }));
    command.add_to_groups(&[changes[0].group.to_owned()]);
    run(client, vec![command]).await
}

async fn run(client: Client, commands: Vec<Command>) -> OperationRun {
    let mut stream = client.execute(stream::iter(commands));
    let mut outcomes = Vec::new();
    while let Some(outcome) = stream.next().await {
        outcomes.push(outcome);
    }
    OperationRun::Changed(outcomes, stream.stopped().cloned())
}

/// By `make_call`, or by `send`, which makes one exchange.
async fn as_written(client: Client, changes: Vec<Membership>, is_once: bool) -> OperationRun {
    let body: Vec<Value> = changes.iter().map(|change| command(change).to_json()).collect();
    let target = format!("/action/{ORGANIZATION}");
    let request = RawRequest { method: "POST".to_owned(), target, body: Some(body.into()) };
    let outcome = if is_once { client.send(&request).await } else { client.call(&request).await };
    OperationRun::Changed(outcome.outcomes, outcome.response.err())
}
