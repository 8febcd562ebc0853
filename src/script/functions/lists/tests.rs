//! Tests of the list functions in scripts.

use crate::values::record_list::RecordList;
use crate::values::record_list::tests::{ListTest, users};
use proptest::prelude::*;
use serde_json::json;

#[test]
fn extract_works_as_for_arrays() {
    let mut test = ListTest::new();
    for part in
        ["0", "1", "-2", "9", "-9", "1, 2", "-3, 2", "2, 9", "1, 0", "1, -1", "0..2", "1..1", "2..9", "0..=1"]
    {
        let code = format!(
            "let names = users.map(|u| u.lastname); \
             users.extract({part}).map(|u| u.lastname) == names.extract({part})"
        );
        assert_eq!(test.json(&code), json!(true), "{part}");
    }
}

#[test]
fn get_returns_nothing_outside_of_the_list() {
    let mut test = ListTest::new();
    assert_eq!(test.json("[users.get(4), users.get(-5)]"), json!([null, null]));
    assert_eq!(test.json("users.get(-4).lastname"), json!("Lee"));
}

#[test]
fn people_and_groups_are_found_in_any_case() {
    let mut test = ListTest::new();
    assert_eq!(
        test.json(r#"["kim.lee@EXAMPLE.com" in users, "KLEE" in users, "lee" in users, users[0] in users]"#),
        json!([true, true, false, true])
    );
    assert_eq!(test.json("users[0] in users.extract(1)"), json!(false));
    assert_eq!(test.json(r#"["designers" in groups, groups[1] in groups]"#), json!([true, true]));
    assert!(test.message("7 in users").contains("a string or a user, not for a whole number"));
}

#[test]
fn functions_take_the_entry_its_place_or_this() {
    let mut test = ListTest::new();
    assert_eq!(test.json("users.filter(|u| u.country == ()).map(|u| u.lastname)"), json!(["Abe"]));
    assert_eq!(test.json("users.filter(|u, i| i > 2).map(|u| u.lastname)"), json!(["Abe"]));
    assert_eq!(test.json("users.map(|| this.lastname)[1]"), json!("Lind"));
    assert_eq!(test.json("fn name(u) { u.lastname } users.map(name)[1]"), json!("Lind"));
    assert_eq!(test.json("users.map(Fn(\"to_map\"))[1].lastname"), json!("Lind"));
    assert_eq!(test.json("let wanted = \"SE\"; users.filter(|u| u.country == wanted).len()"), json!(1));
    assert_eq!(test.json("umapi::filter(users, |u| u.type == \"adobeID\").len"), json!(1));
}

#[test]
fn a_test_must_return_true_or_false() {
    let message = ListTest::new().message("users.filter(|u| u.groups)");
    assert!(message.starts_with("the function passed to `filter` returned a list"), "{message}");
}

#[test]
fn the_error_of_a_function_keeps_its_place() {
    let mut test = ListTest::new();
    let code = "let line = 0;\ntry {\n  users.filter(|u|\n    u.emial == \"x\")\n} catch (e) { line = e.message; }\nline";
    assert_eq!(test.json(code), json!("a User has no field `emial`"));
    let error = test.engine.eval_with_scope::<()>(&mut test.scope, "users.map(|u|\n  throw 7)").unwrap_err();
    assert!(error.to_string().contains("line 2"), "{error}");
}

#[test]
fn where_compares_values_lists_and_nothing() {
    let mut test = ListTest::new();
    for (conditions, expected) in [
        (r#"type: "federatedID""#, json!(["Lee", "Osei", "Abe"])),
        (r#"type: "federatedid""#, json!([])),
        (r#"email: "KIM.LEE@example.com ""#, json!(["Lee"])),
        (r#"country: ["SE", "GB"]"#, json!(["Lind", "Osei"])),
        (r"country: ()", json!(["Abe"])),
        (r#"country: ["SE", ()]"#, json!(["Lind", "Abe"])),
        (r"country: []", json!([])),
        (r#"groups: "designers""#, json!(["Lee", "Abe"])),
        (r#"groups: ["designers", "PHOTOSHOP"]"#, json!(["Lee"])),
        (r"groups: []", json!(["Osei"])),
        (r"groups: ()", json!(["Osei"])),
        (r#"groups: "Photoshop", type: "adobeID""#, json!(["Lind"])),
        (r"", json!(["Lee", "Lind", "Osei", "Abe"])),
    ] {
        let code = format!("users.where(#{{{conditions}}}).map(|u| u.lastname)");
        assert_eq!(test.json(&code), expected, "{conditions}");
        let code = format!("users.to_array().where(#{{{conditions}}}).map(|u| u.lastname)");
        assert_eq!(test.json(&code), expected, "array of records: {conditions}");
        let code = format!(
            "users.map(|u| {{ let m = u.to_map(); m.groups = u.groups; m }})\
             .where(#{{{conditions}}}).map(|u| u.lastname)"
        );
        assert_eq!(test.json(&code), expected, "array of maps: {conditions}");
    }
    assert_eq!(test.json("groups.where(#{memberCount: [2, 3], type: \"PRODUCT_PROFILE\"}).len()"), json!(1));
    assert_eq!(test.json("groups.where(#{quota: ()}).map(|g| g.groupName)"), json!(["Designers", "Stock"]));
}

#[test]
fn a_mistake_in_a_condition_is_an_error() {
    let mut test = ListTest::new();
    for (code, expected) in [
        ("users.where(#{emial: \"x\"})", "a User has no field `emial` Did you mean `email`?"),
        ("users.extract(0, 0).where(#{emial: ()})", "a User has no field `emial` Did you mean `email`?"),
        ("users.where(#{type: 7})", "`type` is a string and cannot be compared with anything else"),
        (
            "groups.where(#{memberCount: \"2\"})",
            "`memberCount` is a number and cannot be compared with anything else",
        ),
        ("[#{email: 1}].where(#{emial: 1})", "no item of the list has a field `emial` Did you mean `email`?"),
        ("[#{a: 1}].count_by(\"zzz\")", "no item of the list has a field `zzz` The first one has a."),
        (
            "[1].where(#{email: 1})",
            "a whole number has no field `email` Pass a function when the items are not records.",
        ),
        ("[users[0]].count_by(\"emial\")", "a User has no field `emial` Did you mean `email`?"),
        ("7.count_by(\"x\")", "`count_by` works on a list, not on a whole number"),
        ("users.count_by(7)", "`count_by` takes the name of a field or a function, not a whole number"),
        (
            "users.where(#{email: |x| x})",
            "`email` cannot be compared: a function cannot be written: it is not data Give a value, a list of values or `()`; use `filter` for a condition that needs a function.",
        ),
    ] {
        assert_eq!(test.message(code), expected, "{code}");
    }
    assert_eq!(test.json("[#{a: 1}].where(#{b: ()}).len()"), json!(1));
}

#[test]
fn excluded_groups_cannot_be_queried() {
    let mut test = ListTest::new().with("bare", RecordList::from_entries(users(), true));
    for code in
        ["bare.where(#{groups: \"X\"})", "bare.count_by(\"groups\")", "bare.filter(|u| true)[0].groups"]
    {
        assert!(test.message(code).starts_with("`groups` was left out by `exclude_groups`"), "{code}");
    }
    assert!(test.error("bare.sort_by(\"email\").count_by(\"groups\")").contains_key("hint"));
}

#[test]
fn counts_are_rows_with_the_highest_first() {
    let mut test = ListTest::new();
    let expected = json!([{"count": 2, "key": "Designers"}, {"count": 2, "key": "Photoshop"}]);
    assert_eq!(test.json("users.count_by(\"groups\")"), expected);
    assert_eq!(test.json("users.count_by(|u| u.groups)"), expected);
    assert_eq!(test.json("users.to_array().count_by(\"groups\")"), expected);
    assert_eq!(
        test.json("users.count_by(\"type\")"),
        json!([{"count": 3, "key": "federatedID"}, {"count": 1, "key": "adobeID"}])
    );
    assert_eq!(test.json("users.count_by(\"country\")[3]"), json!({"count": 1, "key": null}));
    assert_eq!(
        test.json(r#"["b", "a", "b"].count_by(|x| x)"#),
        json!([{"count": 2, "key": "b"}, {"count": 1, "key": "a"}])
    );
    assert_eq!(
        test.json(r#"[#{groups: ["X", "x"]}, #{groups: "X"}].count_by("groups")"#),
        json!([{"count": 2, "key": "X"}])
    );
}

#[test]
fn grouped_entries_can_be_queried() {
    let mut test = ListTest::new();
    assert_eq!(
        test.json(
            "users.group_by(\"type\").map(|row| [row.key, row.count, row.items.len(), type_of(row.items)])"
        ),
        json!([["federatedID", 3, 3, "Users"], ["adobeID", 1, 1, "Users"]])
    );
    assert_eq!(test.json("[1, 2, 3].group_by(|n| n % 2).map(|row| row.items)"), json!([[1, 3], [2]]));
}

#[test]
fn an_index_keeps_every_entry_under_a_folded_key() {
    let mut test = ListTest::new();
    assert_eq!(test.json("users.index_by(\"email\")[\"kim.lee@example.com\"][0].lastname"), json!("Lee"));
    assert_eq!(test.json("users.index_by(\"groups\").photoshop.map(|u| u.lastname)"), json!(["Lee", "Lind"]));
    assert_eq!(test.json("users.index_by(\"country\").keys()"), json!(["GB", "SE", "US"]));
    assert_eq!(test.json("groups.index_by(\"groupId\")[\"2\"][0].groupName"), json!("Photoshop"));
    assert!(test.message("users.index_by(|u| #{})").contains("strings or numbers"));
}

#[test]
fn sorting_returns_a_new_list() {
    let mut test = ListTest::new();
    let by = |list: &str, key: &str| format!("{list}.sort_by({key}).map(|u| u.lastname)");
    for list in ["users", "users.to_array()"] {
        assert_eq!(test.json(&by(list, "\"lastname\"")), json!(["Abe", "Lee", "Lind", "Osei"]));
        assert_eq!(test.json(&by(list, "\"country\"")), json!(["Osei", "Lind", "Lee", "Abe"]));
        assert_eq!(test.json(&by(list, "|u| [u.type, u.lastname]")), json!(["Lind", "Abe", "Lee", "Osei"]));
        assert_eq!(test.json(&by(list, "\"email\"")), json!(["Lind", "Osei", "Abe", "Lee"]));
    }
    assert_eq!(test.json("users.sort_by(|a, b| a.lastname > b.lastname).len()"), json!(4));
    assert_eq!(test.json("type_of(groups.sort_by(\"memberCount\"))"), json!("Groups"));
    assert_eq!(test.json("groups.sort_by(|g| -g.memberCount)[0].groupName"), json!("Stock"));
    assert_eq!(test.json("users[0].lastname"), json!("Lee"));
}

#[test]
fn an_array_is_sorted_in_place_by_a_comparison_and_copied_by_a_key() {
    let mut test = ListTest::new();
    assert_eq!(
        test.json("let x = [1, 3, 2]; let y = x.sort_by(|n| -n); [x, y]"),
        json!([[1, 3, 2], [3, 2, 1]])
    );
    assert_eq!(
        test.json("let x = [1, 3, 2]; let y = x.sort_by(|a, b| b - a); [x, y]"),
        json!([[3, 2, 1], null])
    );
    assert_eq!(test.json("let x = [1, 3, 2]; x.sort_by(|a, b| a >= b); x"), json!([3, 2, 1]));
    assert!(test.message("let x = [1, 2]; x.sort_by(|a, b| \"no\")").contains("-1, 0 or 1"));
    assert_eq!(test.json("let x = [1, 2]; try { x.sort_by(|a, b| throw 1) } catch { } x"), json!([1, 2]));
}

#[test]
fn unique_drops_duplicates() {
    let mut test = ListTest::new();
    assert_eq!(test.json("(users + users.extract(1)).unique() == users"), json!(true));
    assert_eq!(test.json("[1, \"1\", 1.0, [1], [1], #{a: 1}, #{a: 1}].unique().len()"), json!(4));
    assert_eq!(test.json("users.unique(\"type\").map(|u| u.lastname)"), json!(["Lee", "Lind"]));
    assert_eq!(test.json("[\"aa\", \"b\", \"cc\"].unique(|x| x.len())"), json!(["aa", "b"]));
}

#[test]
fn entries_are_joined_as_they_print() {
    let mut test = ListTest::new();
    assert_eq!(test.json("[\"a\", 1, true, 'c', 2.5].join(\", \")"), json!("a, 1, true, c, 2.5"));
    assert_eq!(test.json("[].join(\",\")"), json!(""));
    assert!(test.json("[users[0]].join(\"\")").as_str().unwrap().starts_with("{\"email\":\"Kim.Lee"));
}

#[test]
fn constants_and_captured_lists_can_be_queried() {
    let mut test = ListTest::new();
    assert_eq!(test.json("const X = [#{a: 1}]; X.where(#{a: 1}).len() + X.count_by(\"a\").len()"), json!(2));
    assert_eq!(test.json("const U = users; U.filter(|u| true).len() + U.len"), json!(8));
    let code = "let x = [3, 1]; let f = || x.count_by(|n| n).len() + x.join(\"\").len(); f.call() + x.where(#{}).len()";
    assert_eq!(test.json(code), json!(6));
}

proptest! {
    #[test]
    fn where_equals_filter(
        kind in prop::sample::select(vec!["federatedID", "adobeID", "other"]),
        country in prop::option::of(prop::sample::select(vec!["US", "SE", "GB"])),
        group in prop::sample::select(vec!["Designers", "photoshop", "None"]),
    ) {
        let mut test = ListTest::new();
        let country = country.map_or("()".to_owned(), |country| format!("\"{country}\""));
        let code = format!(
            "let asked = users.where(#{{type: \"{kind}\", country: {country}, groups: \"{group}\"}}); \
             let filtered = users.filter(|u| u.type == \"{kind}\" && u.country == {country} && u.in_group(\"{group}\")); \
             asked == filtered"
        );
        prop_assert_eq!(test.json(&code), json!(true));
    }
}
