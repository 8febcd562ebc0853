//! A compiled function returns what the interpreter returns, for generated functions and entries.

use super::Simple;
use crate::values::record_list::RecordList;
use crate::values::record_list::tests::ListTest;
use crate::wire::user::User;
use arcstr::ArcStr;
use proptest::prelude::*;
use proptest::sample::select;
use rhai::{Dynamic, FnPtr, NativeCallContext};
use std::sync::Arc;

/// Functions made of few words, so that they often mean the same ones as the entries do.
const FIELDS: &[&str] = &["email", "type", "lastname", "country", "groups", "status", "id"];
const CONSTANTS: &[&str] = &[
    r#""federatedID""#,
    r#""Photoshop""#,
    r#""""#,
    r#""a""#,
    "1",
    "-2",
    "1.5",
    "'a'",
    "true",
    "()",
    r#"["a", "Photoshop"]"#,
    r#"[1, "a", ()]"#,
    "[]",
    "#{a: 1}",
    "text",
    "number",
    "nothing",
    "flag",
    "names",
    "mixed",
    "table",
    "users",
    "groups",
    "place",
];

/// What a function captures.
const CAPTURED: &str = r#"
    let text = "Photoshop"; let number = 1; let nothing = (); let flag = false;
    let names = ["a", "Photoshop", "DE"]; let mixed = ["a", 1, 2.0, (), 'b', ["a"]]; let table = #{a: 1, DE: 2};
"#;

fn operand() -> BoxedStrategy<String> {
    let field = prop_oneof![
        6 => select(FIELDS).prop_map(|field| format!("entry.{field}")),
        1 => select(FIELDS).prop_map(|field| format!("entry[\"{field}\"]")),
        1 => Just("entry.nickname".to_owned()),
        1 => Just("entry".to_owned()),
    ];
    let constant = || select(CONSTANTS).prop_map(str::to_owned);
    let called = (select(FIELDS), select(&["len()", "len", "is_empty()", "is_empty"][..]))
        .prop_map(|(field, method)| format!("entry.{field}.{method}"));
    let either =
        (select(FIELDS), constant()).prop_map(|(field, other)| format!("(entry.{field} ?? {other})"));
    let methods = &["to_lower()", "to_upper()", "make_lower()", "make_upper()", "trim()", "len"][..];
    let changed =
        (select(FIELDS), select(methods)).prop_map(|(field, method)| format!("entry.{field}.{method}"));
    let template = (select(FIELDS), constant())
        .prop_map(|(field, other)| format!("`<${{entry.{field}}}> ${{{other}}}${{place}}`"));
    let sum = (select(FIELDS), select(&["+", "-"][..]), constant())
        .prop_map(|(field, operator, other)| format!("(entry.{field} {operator} {other})"));
    let negative = select(FIELDS).prop_map(|field| format!("(-entry.{field})"));
    let choice = (select(FIELDS), constant(), constant()).prop_map(|(field, one, other)| {
        format!("(if entry.{field} == {one} {{ entry.{field} }} else {{ {other} }})")
    });
    prop_oneof![
        6 => field,
        6 => constant(),
        1 => called,
        1 => either,
        2 => changed,
        1 => template,
        1 => sum,
        1 => negative,
        1 => choice,
    ]
    .boxed()
}

/// What `map` and `sort_by` get of an entry.
fn made() -> BoxedStrategy<String> {
    let list = (operand(), operand()).prop_map(|(one, other)| format!("[{one}, {other}]"));
    let map = (operand(), operand()).prop_map(|(one, other)| format!("#{{one: {one}, \"two\": {other}}}"));
    let choice = (test(), operand()).prop_map(|(test, one)| format!("if {test} {{ {one} }}"));
    prop_oneof![4 => operand(), 1 => list, 1 => map, 1 => choice].boxed()
}

/// A function that compares `one` and `other`.
fn comparison() -> BoxedStrategy<String> {
    let of = |name: &'static str| operand().prop_map(move |operand| operand.replace("entry", name));
    let compared = (of("one"), select(&["<", ">", "-", "<="][..]), of("other"))
        .prop_map(|(one, operator, other)| format!("{one} {operator} {other}"));
    let field = select(FIELDS).prop_map(|field| {
        format!("if one.{field} < other.{field} {{ -1 }} else {{ if one.{field} > other.{field} {{ 1 }} else {{ 0 }} }}")
    });
    let number = select(FIELDS).prop_map(|field| format!("one.{field}.len - other.{field}.len"));
    prop_oneof![1 => compared, 2 => field, 1 => number].boxed()
}

fn test() -> BoxedStrategy<String> {
    let operators = &["==", "!=", "<", "<=", ">", ">=", "in", "in", "!in"][..];
    let compared = (operand(), select(operators), operand())
        .prop_map(|(one, operator, other)| format!("{one} {operator} {other}"));
    let methods = &["contains", "starts_with", "ends_with"][..];
    let asked = (select(FIELDS), select(methods), operand())
        .prop_map(|(field, method, argument)| format!("entry.{field}.{method}({argument})"));
    let member = operand().prop_map(|name| format!("entry.in_group({name})"));
    prop_oneof![6 => compared, 2 => asked, 1 => member, 1 => operand()].boxed()
}

fn expression() -> impl Strategy<Value = String> {
    test().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("({one} && {other})")),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("({one} || {other})")),
            inner.prop_map(|one| format!("!({one})")),
        ]
    })
}

fn texts() -> impl Strategy<Value = Option<ArcStr>> {
    let words =
        &["federatedID", "adobeID", "Photoshop", "photoshop", "a", "DE", "", "ä", "klee", "KLEE "][..];
    prop::option::weighted(0.8, select(words).prop_map(ArcStr::from))
}

fn users() -> impl Strategy<Value = Vec<Arc<User>>> {
    let groups = prop::option::of(prop::collection::vec(texts(), 0..3));
    let user = (texts(), texts(), texts(), texts(), groups, any::<u8>()).prop_map(
        |(email, kind, lastname, country, groups, id)| {
            let groups = groups.map(|names| names.into_iter().flatten().collect());
            let id = Some(ArcStr::from(id.to_string()));
            Arc::new(User { email, groups, lastname, country, kind, id, ..User::default() })
        },
    );
    prop::collection::vec(user, 0..6)
}

/// An array whose items are maps of all sorts of values, and now and then no map at all.
fn rows() -> impl Strategy<Value = String> {
    let values = &[
        r#""a""#,
        r#""Photoshop""#,
        "1",
        "2",
        "1.0",
        "true",
        "()",
        "'a'",
        r#"["a"]"#,
        r#"["a", 1, ()]"#,
        "#{a: 1}",
    ][..];
    let field = (select(FIELDS), select(values)).prop_map(|(field, value)| format!("\"{field}\": {value}"));
    let map = prop::collection::hash_set(field, 0..5).prop_map(|fields| {
        let mut names = std::collections::HashSet::new();
        let fields =
            fields.into_iter().filter(|field| names.insert(field.split(':').next().unwrap().to_owned()));
        format!("#{{{}}}", fields.collect::<Vec<_>>().join(", "))
    });
    let item = prop_oneof![9 => map, 1 => select(&["7", "\"a\"", "()"][..]).prop_map(str::to_owned)];
    prop::collection::vec(item, 0..5).prop_map(|items| format!("[{}]", items.join(", ")))
}

/// What a script comes to: its value as shown, or the message of its error without its place.
fn outcome(test: &mut ListTest, code: &str) -> String {
    match test.engine.eval_with_scope::<Dynamic>(&mut test.scope.clone(), code) {
        Ok(value) => format!("{value:?}"),
        Err(error) => error.unwrap_inner().to_string().split(" (line ").next().unwrap_or_default().to_owned(),
    }
}

/// The same function once as it is and once with a statement that only the interpreter can run; whatever they throw,
/// they throw in the same column.
fn both(test: &mut ListTest, list: &str, function: &str, expression: &str) -> [String; 2] {
    ["         ", "let a = 1;"].map(|before| {
        let before = format!("{before:10}");
        outcome(
            test,
            &format!(
                "{CAPTURED} let list = {list}; list.{function}(|entry, place| {{ {before} {expression} }})"
            ),
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn users_are_chosen_as_the_interpreter_chooses_them(expression in expression(), users in users()) {
        let mut test = ListTest::new().with("people", RecordList::from_entries(users));
        for function in ["filter", "find", "some", "all", "map", "count_by"] {
            let [known, interpreted] = both(&mut test, "people", function, &expression);
            prop_assert_eq!(known, interpreted, "{}: {}", function, expression);
        }
    }

    #[test]
    fn rows_are_chosen_as_the_interpreter_chooses_them(expression in expression(), rows in rows()) {
        let mut test = ListTest::new();
        for function in ["filter", "some", "map", "sort_by"] {
            let [known, interpreted] = both(&mut test, &rows, function, &expression);
            prop_assert_eq!(known, interpreted, "{}: {} of {}", function, expression, rows);
        }
    }

    #[test]
    fn entries_are_mapped_and_indexed_as_by_the_interpreter(made in made(), users in users(), rows in rows()) {
        let mut test = ListTest::new().with("people", RecordList::from_entries(users));
        for (list, function) in
            [("people", "map"), ("people", "sort_by"), ("people", "index_by"), ("people", "group_by"), (&*rows, "map")]
        {
            let [known, interpreted] = both(&mut test, list, function, &made);
            prop_assert_eq!(known, interpreted, "{}: {} of {}", function, made, list);
        }
    }

    #[test]
    fn plain_values_are_read_as_by_the_interpreter(
        expression in expression(),
        values in prop::collection::vec(select(CONSTANTS), 0..6),
    ) {
        let mut test = ListTest::new();
        let expression = FIELDS.iter().fold(expression, |code, field| code.replace(&format!(".{field}"), ""));
        let values: Vec<_> = values.into_iter().filter(|value| *value != "place").collect();
        let list = format!("[{}]", values.join(", "));
        for function in ["filter", "some", "map", "sort_by"] {
            let [known, interpreted] = both(&mut test, &list, function, &expression);
            prop_assert_eq!(known, interpreted, "{}: {} of {}", function, expression, list);
        }
    }

    #[test]
    fn entries_are_compared_as_by_the_interpreter(
        comparison in comparison(),
        users in users(),
        rows in rows(),
    ) {
        let mut test = ListTest::new().with("people", RecordList::from_entries(users));
        for list in ["people", &rows] {
            let [known, interpreted] = ["         ", "let a = 1;"].map(|before| {
                let before = format!("{before:10}");
                let code = format!(
                    "{CAPTURED} let place = 7; let list = {list}; let sorted = list.sort_by(|one, other| {{ {before} {comparison} }}); \
                     [sorted, list]"
                );
                outcome(&mut test, &code)
            });
            prop_assert_eq!(known, interpreted, "{} of {}", comparison, list);
        }
    }

    #[test]
    fn users_without_groups_are_chosen_as_the_interpreter_chooses_them(
        expression in expression(),
        users in users(),
    ) {
        let mut test = ListTest::new().with("people", RecordList::from_entries(users).showing(crate::values::record::GroupsField::LeftOut));
        let [known, interpreted] = both(&mut test, "people", "filter", &expression);
        prop_assert_eq!(known, interpreted, "{}", expression);
    }
}

/// Whether a function of one entry is recognised.
fn is_simple(before: &str, function: &str) -> bool {
    let mut test = ListTest::new();
    test.engine.register_fn("is_simple", |context: NativeCallContext, function: FnPtr| {
        let count = crate::values::query::callback::parameters(&context, &function);
        count.is_some_and(|count| Simple::of(&context, &function, count).is_some())
    });
    test.value(&format!("{before} is_simple({function})")).as_bool().unwrap()
}

#[test]
fn typical_functions_are_recognized() {
    for function in [
        r#"|user| user.type == "federatedID" && "Photoshop" in user.groups"#,
        r#"|user| !user.groups.contains("Photoshop") || user.country != "US""#,
        r#"|user| user["lastname"] == () || user.lastname >= "M""#,
        r#"|user| { user.email.ends_with("@example.com") }"#,
        r"|user| return user.groups.len() > 3",
        r#"|user| user.groups.is_empty() && !(user.country in ["US", "DE"])"#,
        r#"|user| user.in_group("designers")"#,
        r"|user, place| place < 10",
        r"|group| group.free != () && group.free < 3",
        r"|group| (group.free ?? 0) < 3",
        r"|user| user.email",
        r"|user| true",
        r#"|| this.type == "adobeID""#,
        "|user| user.email.to_lower()",
        "|user| `${user.lastname}, ${user.firstname}`",
        "|user| user.email.to_upper() == \"A\"",
        "|user| if user.id == () { false } else { true }",
        "|user| user.email + \"a\" == \"a\"",
        "|user| [user.lastname, user.firstname]",
        "|user| #{email: user.email, groups: user.groups.len}",
        "|member| member == \"a\"",
        "|row| -row.age",
    ] {
        assert!(is_simple("", function), "{function}");
    }
    let captured = r#"let country = "DE"; let wanted = ["a@example.com"]; let known = #{};"#;
    for function in [
        "|user| user.country == country",
        "|user| user.email in wanted && !(user.id in known)",
        "|user| user.email in users && !(user.lastname in groups)",
        "Fn(\"named\")",
    ] {
        assert!(is_simple(&format!("{captured} fn named(user) {{ user.type == \"adobeID\" }}"), function));
    }
}

#[test]
fn other_functions_are_left_to_the_interpreter() {
    for function in [
        "|user| print(user)",
        "|user| { let a = user.email; a == () }",
        "|user| user.email.to_upper == \"A\"",
        "|user| if user.id == () { print(1); false } else { true }",
        "|user| users[0] == user",
        "|user| user?.email == ()",
        "|user| user.id = \"7\"",
        "|user| user.groups[0] == \"X\"",
        "|user| user.email * 2 == 4",
        "|user| throw user",
        "|user| `${print(user)}` == \"a\"",
    ] {
        assert!(!is_simple("", function), "{function}");
    }
}

#[test]
fn a_function_of_the_script_s_own_is_called() {
    let own = "fn contains(list, item) { true } fn is_empty() { true }";
    assert!(!is_simple(own, r#"|user| "x" in user.groups"#));
    assert_eq!(ListTest::new().json(&format!("{own} users.filter(|user| \"x\" in user.groups).len()")), 4);
}

#[test]
fn unsupported_entries_are_left_to_the_interpreter() {
    let mut test = ListTest::new();
    assert_eq!(test.json("[#{a: 1.0}, #{a: 2}, #{a: 1}].filter(|row| row.a == 1).len()"), 2);
    assert!(test.message("users.filter(|user| user.emial == 1)").contains("Did you mean `email`?"));
}
