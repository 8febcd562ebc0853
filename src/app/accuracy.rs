//! How often a plan is right: random organizations with hidden state, copies made through their listings alone, and random
//! commands on both. `cargo test --lib accuracy` prints the figures, and with `UMAPI_ACCURACY=1` each prediction that was wrong.

use super::copy::OrganizationReplica;
use crate::app::organization::{OrganizationContext, sandbox_settings};
use crate::client::Client;
use crate::client::event::ClientObserver;
use crate::client::request::RawRequest;
use crate::client::settings::{Mode, Pace, SignInFlow, VerifyPolicy};
use crate::host::interrupt::Interrupt;
use crate::output::{Output, OutputSettings};
use crate::sandbox::{Sandbox, SandboxSettings};
use crate::store::atomic_file::FileAccess;
use crate::store::file_door;
use crate::store::group_evidence::{GroupEvidenceFile, GroupFindings};
use crate::wire::identity::fold;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use tokio::runtime::{Builder, Runtime};

/// A kind of organizations.
struct WorldKind {
    name: &'static str,
    /// How many percent of the people are disabled, left, were invited, or are elsewhere.
    hidden: usize,
    /// How many names of 100 that commands use belong to nobody.
    strangers: usize,
    /// How many percent of the user groups are read-only.
    read_only: usize,
    /// How many commands an earlier run has sent, so that it is known which groups it could change.
    history: usize,
    /// At least how many percent of the predictions are right, and at most how many are labeled.
    right: usize,
    labeled: usize,
}

const KINDS: &[WorldKind] = &[
    WorldKind {
        name: "nothing hidden",
        hidden: 0,
        strangers: 0,
        read_only: 0,
        history: 100,
        right: 95,
        labeled: 25,
    },
    WorldKind {
        name: "little hidden",
        hidden: 4,
        strangers: 4,
        read_only: 3,
        history: 100,
        right: 95,
        labeled: 35,
    },
    WorldKind {
        name: "much hidden",
        hidden: 20,
        strangers: 20,
        read_only: 10,
        history: 100,
        right: 90,
        labeled: 70,
    },
    WorldKind {
        name: "much hidden, no earlier run",
        hidden: 20,
        strangers: 20,
        read_only: 10,
        history: 0,
        right: 90,
        labeled: 85,
    },
];

/// Organizations of a kind, and commands in each.
const WORLDS: u64 = 8;
const COMMANDS: usize = 25;

/// A generator of numbers that gives the same ones in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit
    }

    fn one_of<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        &list[self.below(list.len())]
    }

    fn often(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

const USER_GROUPS: &[&str] = &["Artists", "Builders", "Clerks", "Drivers", "Empty", "Empty too"];
const PROFILES: &[&str] = &["Photo", "Video", "Sign"];
const CLAIMED: &[(&str, &str)] =
    &[("a.example", "federatedID"), ("b.example", "enterpriseID"), ("quiet.example", "federatedID")];
const PEOPLE: usize = 24;

/// An organization of which listings show a part: disabled, left and invited people, read-only groups, user groups without
/// people that carry profiles, a claimed domain without accounts.
fn world(dice: &mut Dice, kind: &WorldKind) -> Value {
    let mut groups: Vec<Value> = Vec::new();
    for (id, name) in PROFILES.iter().enumerate() {
        groups.push(json!([id, {"kind": "profile", "name": name, "product": name, "quota": "5", "read_only": false, "developers": false}]));
    }
    for (place, name) in USER_GROUPS.iter().enumerate() {
        let profiles: Vec<_> = (0..PROFILES.len()).filter(|_| dice.often(30)).collect();
        let read_only = dice.often(kind.read_only);
        groups.push(json!([PROFILES.len() + place, {"kind": "userGroup", "name": name, "read_only": read_only, "developers": false, "profiles": profiles}]));
    }
    let mut people = Vec::new();
    for id in 0..PEOPLE {
        let (domain, identity) = *dice.one_of(&CLAIMED[..2]);
        let hidden =
            ["disabled", "disabled", "disabled", "left", "left", "left", "invited", "invited", "elsewhere"];
        let standing = if dice.often(kind.hidden) { *dice.one_of(&hidden) } else { "active" };
        let is_member = ["active", "disabled"].contains(&standing);
        let chosen = (0..PROFILES.len() + USER_GROUPS.len() - 2).filter(|_| is_member && dice.often(25));
        let groups: Vec<_> = chosen.collect();
        let email = format!("person{id}@{domain}");
        people.push(json!([id, {"kind": identity, "email": email, "domain": domain, "firstname": "P", "standing": standing, "groups": groups}]));
    }
    let domains: Vec<_> = CLAIMED
        .iter()
        .map(|(name, kind)| json!({"name": name, "directory": name, "kind": kind, "login": "either", "ours": true, "enforced": false}))
        .collect();
    let next = PROFILES.len() + USER_GROUPS.len();
    json!({"format": 2, "next_group": next, "next_person": PEOPLE, "domains": domains, "open_domains": false, "groups": groups, "people": people})
}

/// A command about somebody or a group, and the people whose memberships it may change.
fn command(dice: &mut Dice, kind: &WorldKind, people: &[String]) -> (Value, Vec<String>) {
    let (domain, identity) = *dice.one_of(CLAIMED);
    let domain = if dice.often(5) { "unclaimed.example" } else { domain };
    let stranger = format!("person{}@{domain}", dice.below(PEOPLE + 6));
    let user = if dice.often(kind.strangers) { stranger } else { dice.one_of(people).clone() };
    let any_group = |dice: &mut Dice| {
        let all: Vec<_> = USER_GROUPS.iter().chain(PROFILES).chain(&["Unknown"]).collect();
        (**dice.one_of(&all)).to_owned()
    };
    let step = match dice.below(10) {
        0 => {
            let name = if identity == "federatedID" { "createFederatedID" } else { "createEnterpriseID" };
            json!({name: {"email": user, "firstname": "N", "lastname": "P", "country": "DE", "option": "ignoreIfAlreadyExists"}})
        }
        1..4 => json!({"add": {"group": [any_group(dice)]}}),
        4..7 => json!({"remove": {"group": [any_group(dice)]}}),
        7 => json!({"update": {"lastname": "New"}}),
        8 => json!({"remove": "all"}),
        _ => {
            let group = *dice.one_of(USER_GROUPS);
            let side = if dice.often(50) { "add" } else { "remove" };
            return (json!({"usergroup": group, "do": [{side: {"user": [user]}}]}), vec![user]);
        }
    };
    let leaves = dice.often(5);
    let step = if leaves { json!({"removeFromOrg": {}}) } else { step };
    (json!({"user": user, "do": [step]}), vec![user])
}

/// The state of people after a command: their groups, direct and with indirect ones.
fn state(runtime: &Runtime, client: &Client, people: &[String]) -> Vec<BTreeSet<String>> {
    let organization = client.settings().organization.clone();
    let read = |user: &String, query: &str| {
        let target = format!("organizations/{organization}/users/{user}?directOnly={query}");
        let request = RawRequest { method: "GET".into(), target, body: None };
        let response = runtime.block_on(client.send(&request)).response;
        let body = response.map(|response| response.body).unwrap_or_default();
        let groups = body["user"]["groups"].as_array().cloned().unwrap_or_default();
        groups.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
    };
    people.iter().flat_map(|user| ["true", "false"].map(|query| read(user, query))).collect()
}

/// Whether a command is done, and its code.
fn outcome(runtime: &Runtime, client: &Client, command: &Value) -> (bool, Option<String>, Value) {
    let response = runtime.block_on(client.action(json!([command]))).response;
    let body = response.map(|response| response.body).unwrap_or_default();
    let code = body["errors"][0]["errorCode"].as_str().map(str::to_owned);
    (body["completed"] == 1, code, body)
}

#[derive(Debug, Default)]
struct Figures {
    all: usize,
    labeled: usize,
    right: usize,
    right_with_codes: usize,
    certain_right: usize,
    /// How many predictions each cause labels, and how many of these were wrong.
    causes: BTreeMap<String, (usize, usize)>,
}

impl Figures {
    /// Adds a prediction.
    fn add(&mut self, labels: &[Value], right: bool, same_code: bool) {
        self.all += 1;
        self.labeled += usize::from(!labels.is_empty());
        self.right += usize::from(right);
        self.right_with_codes += usize::from(right && same_code);
        self.certain_right += usize::from(right && labels.is_empty());
        for label in labels.iter().filter_map(Value::as_str) {
            let (all, wrong) = self.causes.entry(label.to_owned()).or_default();
            *all += 1;
            *wrong += usize::from(!right);
        }
    }

    /// The causes, the most frequent first.
    fn causes(&self) -> String {
        let mut causes: Vec<_> = self.causes.iter().collect();
        causes.sort_by_key(|(_, (all, _))| std::cmp::Reverse(*all));
        let texts = causes.iter().map(|(cause, (all, wrong))| format!("{cause} {all} ({wrong} wrong)"));
        texts.collect::<Vec<_>>().join(", ")
    }
}

fn client_of(server: &Sandbox) -> Client {
    let mut settings = sandbox_settings(server, SignInFlow::Configured).unwrap();
    (settings.pace, settings.mode, settings.verify) = (Pace::Off, Mode::Live, VerifyPolicy::Never);
    Client::new(settings, Arc::new(()), tokio_util::sync::CancellationToken::new())
}

/// Sends the commands of an earlier run to an organization, and remembers the groups that it could change.
fn earlier_run(dice: &mut Dice, kind: &WorldKind, people: &[String], real: &RealOrganization<'_>) {
    let settings = real.client.settings();
    let file = GroupEvidenceFile::of(real.folder, &settings.organization, &settings.service_url);
    for _ in 0..kind.history {
        let (command, _) = command(dice, kind, people);
        let name = command["do"][0]["add"]["group"][0].as_str().or(command["usergroup"].as_str());
        let adds = command["do"][0]["add"].is_object();
        let (done, code, _) = outcome(real.runtime, real.client, &command);
        let is_read_only = code.is_some_and(|code| code.contains("readonly"));
        let names = |counts: bool| name.filter(|_| counts).map(fold).into_iter().collect::<HashSet<_>>();
        let found = GroupFindings { writable: names(done && adds), read_only: names(is_read_only) };
        file.note(&found, &HashSet::new(), Timestamp::now()).unwrap();
    }
}

/// An organization that is not a copy.
struct RealOrganization<'r> {
    runtime: &'r Runtime,
    client: &'r Client,
    folder: &'r Path,
}

/// Whether what a command changed is the same afterwards in both organizations.
fn agrees(planned: [&[BTreeSet<String>]; 2], real: [&[BTreeSet<String>]; 2]) -> bool {
    let [planned_before, planned_after] = planned;
    let [real_before, real_after] = real;
    (0..planned_after.len()).all(|place| {
        let changed = planned_before[place].symmetric_difference(&planned_after[place]);
        let changed = changed.chain(real_before[place].symmetric_difference(&real_after[place]));
        changed
            .into_iter()
            .all(|name| planned_after[place].contains(name) == real_after[place].contains(name))
    })
}

fn measure(seed: u64, kind: &WorldKind, runtime: &Runtime, figures: &mut Figures) {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9) + 1);
    let folder = tempfile::tempdir().unwrap();
    let state_file = folder.path().join("state.json");
    let made = world(&mut dice, kind);
    let emails =
        made["people"].as_array().unwrap().iter().map(|one| one[1]["email"].as_str().unwrap().to_owned());
    let everybody: Vec<String> = emails.collect();
    let text = made.to_string();
    file_door::replace(&state_file, FileAccess::Private, |file| file.write_all(text.as_bytes())).unwrap();
    let original =
        Sandbox::start(SandboxSettings { state: Some(state_file), ..SandboxSettings::default() }).unwrap();
    let original = Rc::new(original);
    let served = Rc::clone(&original);
    let real = client_of(&original);
    let place = folder.path().to_owned();
    earlier_run(&mut dice, kind, &everybody, &RealOrganization { runtime, client: &real, folder: &place });
    let context = OrganizationContext {
        connect: Box::new(move |flow| {
            let settings = sandbox_settings(&served, flow)?;
            Ok(crate::client::settings::ClientSettings { pace: Pace::Off, ..settings })
        }),
        folder: Rc::new(move || Ok(folder.path().to_owned())),
        ..OrganizationContext::sandbox(Mode::Live)
    };
    let observer: Arc<dyn ClientObserver> = Arc::new(());
    let replica = OrganizationReplica::read(&context, &Interrupt::default(), &observer).unwrap();
    let copy = client_of(&replica.server);
    for _ in 0..COMMANDS {
        let (command, people) = command(&mut dice, kind, &everybody);
        // First on the copy: what it still has to read of the original is read before that changes.
        let planned_before = state(runtime, &copy, &people);
        let (planned, planned_code, body) = outcome(runtime, &copy, &command);
        let labels = body["forecasts"][0]["restsOn"].as_array().cloned().unwrap_or_default();
        let planned_after = state(runtime, &copy, &people);
        let real_before = state(runtime, &real, &people);
        let (done, code, _) = outcome(runtime, &real, &command);
        let real_after = state(runtime, &real, &people);
        let right = planned == done && agrees([&planned_before, &planned_after], [&real_before, &real_after]);
        figures.add(&labels, right, planned_code == code);
        if labels.is_empty() && !right {
            say(&format!("{} {seed}: {command}: {planned} {planned_code:?} but {done} {code:?}", kind.name));
        }
        if std::env::var_os("UMAPI_ACCURACY").is_some() && (!right || planned_code != code) {
            say(&format!(
                "{} {seed} right={right}: {command}: {planned} {planned_code:?} but {done} {code:?} {labels:?}\n   {planned_before:?} -> {planned_after:?}\n   {real_before:?} -> {real_after:?}",
                kind.name
            ));
        }
    }
}

/// Shows a line, whether or not the test fails.
fn say(line: &str) {
    let settings = OutputSettings { form: None, quiet: false, colored: Some(false), causes: false };
    Output::standard(settings, true).message(line);
}

#[test]
fn accuracy_of_plans() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    for kind in KINDS {
        let mut figures = Figures::default();
        for seed in 1..=WORLDS {
            measure(seed, kind, &runtime, &mut figures);
        }
        let Figures { all, labeled, right, right_with_codes, certain_right, .. } = figures;
        let certain = all - labeled;
        let share = |part: usize, whole: usize| {
            format!("{}.{:02} %", part * 100 / whole, part * 10_000 / whole % 100)
        };
        say(&format!(
            "{}: {all} commands: right {}, with codes {}; labeled {}; of the others right {}",
            kind.name,
            share(right, all),
            share(right_with_codes, all),
            share(labeled, all),
            share(certain_right, certain)
        ));
        say(&format!("    labeled: {}", figures.causes()));
        assert!(certain_right * 1000 >= certain * 999, "{}: certain predictions were wrong", kind.name);
        assert!(right * 100 >= all * kind.right, "{}: predictions were wrong too often", kind.name);
        assert!(labeled * 100 <= all * kind.labeled, "{}: too few are certain", kind.name);
    }
}
