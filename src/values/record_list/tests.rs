//! Lists in a script: an engine with a session that was never connected, and lists made of entries at hand.

use crate::client::settings::{Mode, VerifyPolicy};
use crate::error::{Error, ErrorKind, Result};
use crate::host::console::HostConsole;
use crate::host::interrupt::Interrupt;
use crate::host::session::{Session, SessionSetup};
use crate::script::engine;
use crate::values::record_list::walk::ListWalk;
use crate::values::record_list::{PageSource, RecordList};
use crate::wire::group::Group;
use crate::wire::user::User;
use rhai::{Array, Dynamic, Engine, Map, Scope};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

/// A console that nobody looks at.
struct SilentConsole;

impl HostConsole for SilentConsole {
    fn print(&self, _: &str) {}
    fn show(&self, _: &Value) {}
    fn message(&self, _: &str) {}
    fn note(&self, _: &str) {}
    fn warn(&self, _: &str) {}
    fn is_lost(&self) -> bool {
        false
    }
    fn ask(&self, _: &str) -> Result<String> {
        Err(Error::usage("nobody is there"))
    }
}

/// A run that makes no calls.
pub(crate) fn offline(interrupt: Interrupt) -> Rc<Session> {
    Rc::new(Session::new(SessionSetup {
        hooks: Box::new(|_| Vec::new()),
        verify: VerifyPolicy::Never,
        confirms: false,
        connect: Box::new(|_| Err(Error::usage("there is no service"))),
        profile: "test".into(),
        organization: None,
        mode: Mode::Test,
        arguments: Vec::new(),
        secret_variables: Vec::new(),
        console: Rc::new(SilentConsole),
        observer: Arc::new(()),
        interrupt,
    }))
}

/// An engine of ours and the variables a test's code sees: `users`, `groups` and `rows`.
pub(crate) struct ListTest {
    pub(crate) engine: Engine,
    pub(crate) scope: Scope<'static>,
}

impl ListTest {
    pub(crate) fn new() -> Self {
        let mut scope = Scope::new();
        scope.push("users", RecordList::from_entries(users()));
        scope.push("groups", RecordList::from_entries(groups()));
        Self { engine: engine::build(&offline(Interrupt::default())), scope }
    }

    pub(crate) fn with(mut self, name: &str, value: impl rhai::Variant + Clone) -> Self {
        self.scope.push(name.to_owned(), value);
        self
    }

    pub(crate) fn value(&mut self, code: &str) -> Dynamic {
        self.engine.eval_with_scope(&mut self.scope, code).unwrap_or_else(|error| panic!("{code}: {error}"))
    }

    /// The value as JSON; `null` is `()`.
    pub(crate) fn json(&mut self, code: &str) -> Value {
        let value = self.value(code);
        crate::values::json::json_of(&value).unwrap()
    }

    /// The map that an uncaught error of ours is.
    pub(crate) fn error(&mut self, code: &str) -> Map {
        let mut error = *self.engine.eval_with_scope::<Dynamic>(&mut self.scope, code).unwrap_err();
        while let rhai::EvalAltResult::ErrorInFunctionCall(_, _, inner, _) = error {
            error = *inner;
        }
        match error {
            rhai::EvalAltResult::ErrorRuntime(value, _) => value.try_cast().unwrap(),
            other => panic!("{code}: {other}"),
        }
    }

    pub(crate) fn message(&mut self, code: &str) -> String {
        let error = self.error(code);
        let hint = if error["hint"].is_unit() { String::new() } else { format!(" {}", error["hint"]) };
        format!("{}{hint}", error["error"])
    }
}

pub(crate) fn users() -> Vec<Arc<User>> {
    let people = json!([
        {"email": "Kim.Lee@example.com", "username": "klee", "lastname": "Lee", "type": "federatedID",
         "country": "US", "groups": ["Designers", "Photoshop"], "id": "1"},
        {"email": "ada.lind@example.com", "lastname": "Lind", "type": "adobeID", "country": "SE",
         "groups": ["Photoshop"], "id": "2", "orgSpecific": true},
        {"email": "ben.osei@example.com", "lastname": "Osei", "type": "federatedID", "country": "GB", "id": "3"},
        {"email": "cy.abe@example.com", "lastname": "Abe", "type": "federatedID",
         "groups": ["Designers"], "id": "4"},
    ]);
    read(&people)
}

fn groups() -> Vec<Arc<Group>> {
    let groups = json!([
        {"groupId": 1, "groupName": "Designers", "type": "USER_GROUP", "memberCount": 2},
        {"groupId": 2, "groupName": "Photoshop", "type": "PRODUCT_PROFILE", "memberCount": 2, "licenseQuota": "10"},
        {"groupId": 3, "groupName": "Stock", "type": "PRODUCT_PROFILE", "memberCount": 30,
         "licenseQuota": "UNLIMITED"},
    ]);
    read(&groups)
}

pub(crate) fn read<T: serde::de::DeserializeOwned>(list: &Value) -> Vec<Arc<T>> {
    serde_json::from_value::<Vec<T>>(list.clone()).unwrap().into_iter().map(Arc::new).collect()
}

/// Pages that were prepared, and how many were asked for.
struct PreparedPages {
    pages: VecDeque<Result<Vec<Arc<User>>>>,
    asked: Rc<std::cell::Cell<usize>>,
}

impl PageSource<User> for PreparedPages {
    fn next_page(&mut self) -> Result<Option<Vec<Arc<User>>>> {
        self.asked.set(self.asked.get() + 1);
        self.pages.pop_front().transpose()
    }

    fn is_finished(&self) -> bool {
        self.pages.is_empty()
    }
}

fn paged(pages: Vec<Result<Vec<Arc<User>>>>) -> (RecordList<User>, Rc<std::cell::Cell<usize>>) {
    let asked = Rc::new(std::cell::Cell::new(0));
    let prepared = PreparedPages { pages: pages.into(), asked: Rc::clone(&asked) };
    (RecordList::from_pages(prepared, false), asked)
}

fn broken() -> Error {
    ErrorKind::Incomplete { listing: "users".into(), page: 1, message: "cut short".into() }.into()
}

#[test]
fn a_loop_reads_every_page() {
    let (list, _) = paged(vec![Ok(users()), Ok(users())]);
    let code = "let rows = []; for (user, i) in list { rows.push(`${i} ${user.lastname}`); } rows";
    let rows = ListTest::new().with("list", list).json(code);
    assert_eq!(rows.as_array().map(Vec::len), Some(8));
    assert_eq!((&rows[0], &rows[7]), (&json!("0 Lee"), &json!("7 Abe")));
}

#[test]
fn a_broken_page_is_an_error_at_its_loop_and_never_a_shorter_list() {
    let (list, _) = paged(vec![Ok(users()), Err(broken())]);
    let mut test = ListTest::new().with("list", list);
    let code = "let rows = 0; let e;\ntry {\n  for user in list { rows += 1; }\n} catch (it) { e = it; }\n[rows, e.kind]";
    let caught: Array = test.value(code).cast();
    assert_eq!(caught[0].as_int(), Ok(4));
    assert_eq!(caught[1].to_string(), "incomplete");
    let uncaught = test.engine.run_with_scope(&mut test.scope, "\nfor user in list { user; }").unwrap_err();
    assert_eq!(uncaught.position().line(), Some(2));
    for code in [
        "list.len()",
        "list.len",
        "list.filter(|u| true)",
        "list.count_by(\"type\")",
        "print(list)",
        "list[4]",
    ] {
        let error = test.error(&format!("\n{code}"));
        assert_eq!(
            (error["kind"].to_string().as_str(), error["line"].as_int()),
            ("incomplete", Ok(2)),
            "{code}"
        );
    }
    assert!(test.value("`${list}`").to_string().starts_with("Users("));
}

#[test]
fn a_loop_over_a_broken_list_ends_even_if_it_does_nothing() {
    let (list, _) = paged(vec![Ok(users()), Err(broken())]);
    assert_eq!(list.into_iter().take(99).filter(Result::is_err).count(), 1);
}

#[test]
fn find_reads_no_further_than_needed() {
    for (code, pages) in [
        ("list.is_empty()", 1),
        ("list[1].lastname", 1),
        ("list.find(|user| user.lastname == \"Osei\").email", 1),
        ("list.some(|user| user.type == \"adobeID\")", 1),
        ("list.all(|user| user.type == \"adobeID\")", 1),
        ("list.find(|user| false)", 3),
        ("list[-1].lastname", 3),
    ] {
        let (list, asked) = paged(vec![Ok(users()), Ok(users()), Ok(users())]);
        let _ = ListTest::new().with("list", list).value(code);
        assert_eq!(asked.get(), pages, "{code}");
    }
}

/// Pages that look, whenever one is asked for, at how many of the users given out are still held.
struct WatchedPages {
    left: usize,
    given: Vec<std::sync::Weak<User>>,
    most: Rc<std::cell::Cell<usize>>,
}

impl PageSource<User> for WatchedPages {
    fn next_page(&mut self) -> Result<Option<Vec<Arc<User>>>> {
        let held = self.given.iter().filter(|user| user.strong_count() > 0).count();
        self.most.set(self.most.get().max(held));
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let page: Vec<_> = users().iter().map(|user| Arc::new((**user).clone())).collect();
        self.given.extend(page.iter().map(Arc::downgrade));
        Ok(Some(page))
    }

    fn is_finished(&self) -> bool {
        false
    }
}

/// What a script answers that asks `get_list()` for five pages, and how many users were held at most while a page
/// was asked for.
fn most_held(code: &str) -> (Value, usize) {
    let mut test = ListTest::new();
    let most = Rc::new(std::cell::Cell::new(0));
    let watching = Rc::clone(&most);
    test.engine.register_fn("get_list", move || {
        RecordList::from_pages(WatchedPages { left: 5, given: Vec::new(), most: Rc::clone(&watching) }, false)
    });
    let script = test.engine.compile(code).unwrap();
    crate::host::temporary_calls::record(&test.engine, &script);
    let value = test.engine.eval_ast::<Dynamic>(&script).unwrap_or_else(|error| panic!("{code}: {error}"));
    (crate::values::json::json_of(&value).unwrap(), most.get())
}

#[test]
fn a_temporary_list_holds_one_page_at_a_time() {
    for call in [
        "len()",
        "count_by(\"groups\")",
        "count_by(|user| user.country)",
        "filter(|user, place| place == 17).map(|user| user.email)",
        "map(|user, place| place).len()",
        "where(#{lastname: \"nobody\"}).len()",
        "find(|user| user.type == \"nobody\")",
        "some(|user, place| place == 20)",
        "all(|user| user.email != ())",
        "unique(\"type\").len()",
    ] {
        let (answer, most) = most_held(&format!("get_list().{call}"));
        assert!(most <= 3, "{call}: {most}");
        let (again, most) = most_held(&format!("let list = get_list(); list.{call}"));
        assert_eq!((answer, most), (again, 20), "{call}");
    }
    let (count, most) = most_held("let count = 0; for user in get_list() { count += 1; } count");
    assert_eq!((count, most), (json!(20), 1), "the loop variable");
}

#[test]
fn a_shared_list_is_retained() {
    for code in [
        "let list = get_list(); let all = [list]; all[0].count_by(\"type\"); list.len()",
        "fn same(list) { list } let list = get_list(); same(list).count_by(\"type\"); list.len()",
        "let list = get_list(); let ask = || list; ask.call().count_by(\"type\"); list.len()",
        "let all = #{list: get_list()}; all.list.count_by(\"type\"); all.list.len()",
    ] {
        assert_eq!(most_held(code), (json!(20), 20), "{code}");
    }
}

#[test]
fn a_released_list_fails_instead_of_looking_shorter() {
    let (list, _) = paged(vec![Ok(users()), Ok(users())]);
    let mut passage = ListWalk::releasing(list.clone());
    assert_eq!(passage.next_part().unwrap().map(|part| part.entries().len()), Some(4));
    drop(passage);
    assert!(list.len().unwrap_err().to_string().contains("already iterated over"));
}

#[test]
fn a_callback_may_read_the_list() {
    let (list, _) = paged(vec![Ok(users()), Ok(users())]);
    let mut test = ListTest::new().with("list", list);
    assert_eq!(test.json("let other = list; list.some(|user| other.len() == 9)"), json!(false));
    assert_eq!(test.json("list.filter(|user| other[7].lastname == user.lastname).len()"), json!(2));
}

#[test]
fn lists_are_compared_and_joined() {
    let mut test = ListTest::new();
    assert_eq!(test.json("users == users.extract(0)"), json!(true));
    assert_eq!(test.json("users != users.extract(1)"), json!(true));
    assert_eq!(test.json("(users + users.extract(0, 1)).len()"), json!(5));
    assert_eq!(test.json("type_of(users) + type_of(groups)"), json!("UsersGroups"));
}

#[test]
fn a_list_prints_as_its_records() {
    let mut test = ListTest::new();
    let first = r#"[{"groupId":1,"groupName":"Designers","type":"USER_GROUP","memberCount":2}]"#;
    assert_eq!(test.json("`${groups.extract(0, 1)}`"), json!(first));
    assert_eq!(test.json("groups.extract(0, 1).to_string()"), json!(first));
    assert_eq!(test.json("groups")[2]["groupName"], json!("Stock"));
}

#[test]
fn printing_a_list_reaches_the_operator() {
    let printed = Rc::new(std::cell::RefCell::new(String::new()));
    let mut test = ListTest::new();
    let sink = Rc::clone(&printed);
    test.engine.on_print(move |line| line.clone_into(&mut sink.borrow_mut()));
    let _ = test.value("print(groups)");
    assert!(printed.borrow().starts_with(r#"[{"groupId":1"#), "{}", printed.borrow());
}

#[test]
fn indexes_count_from_both_ends() {
    let mut test = ListTest::new();
    assert_eq!(test.json("[users[0].lastname, users[-1].lastname]"), json!(["Lee", "Abe"]));
    for code in ["users[4]", "users[-5]"] {
        let error = test.engine.eval_with_scope::<Dynamic>(&mut test.scope, code).unwrap_err();
        assert!(matches!(*error, rhai::EvalAltResult::ErrorArrayBounds(4, ..)), "{code}: {error}");
        let array = code.replace("users", "[1, 2, 3, 4]");
        let other = test.engine.eval::<Dynamic>(&array).unwrap_err();
        assert!(
            error.to_string().starts_with(other.to_string().split(" (").next().unwrap()),
            "{error} {other}"
        );
    }
}
