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
    let mut test = ListTest::new()
        .with("bare", RecordList::from_entries(users()).showing(crate::values::record::GroupsField::LeftOut));
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
        kind in prop::sample::select(vec!["federatedID", "adobeID", "unknown"]),
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

/// Two spellings of one e-mail and another one, in a column of any name.
fn spellings(column: &str) -> String {
    format!(
        "let rows = [#{{\"{column}\": \"Kim.Lee@Example.com\"}}, #{{\"{column}\": \"kim.lee@example.com\"}}, \
         #{{\"{column}\": \"b@example.com\"}}];"
    )
}

#[test]
fn emails_ignore_case_in_every_function_and_column() {
    let mut test = ListTest::new();
    for column in ["UserPrincipalName", "mail", "upn", "email", "Adres e-mail"] {
        let rows = spellings(column);
        for (code, expected) in [
            ("rows.index_by(COLUMN).keys()", json!(["b@example.com", "kim.lee@example.com"])),
            ("rows.index_by(COLUMN)[\"kim.lee@example.com\"].len()", json!(2)),
            ("rows.group_by(COLUMN).map(|row| row.count)", json!([2, 1])),
            ("rows.count_by(COLUMN).map(|row| row.count)", json!([2, 1])),
            ("rows.count_by(|row| row[COLUMN]).map(|row| row.count)", json!([2, 1])),
            ("rows.unique(COLUMN).len()", json!(2)),
            ("rows.map(|row| row[COLUMN]).unique().len()", json!(2)),
            ("rows.where(#{COLUMN: \"KIM.LEE@example.com\"}).len()", json!(2)),
            ("rows.where(#{COLUMN: [\"B@example.com\"]}).len()", json!(1)),
            ("rows.sort_by(COLUMN)[0][COLUMN]", json!("b@example.com")),
            ("\"KIM.LEE@EXAMPLE.COM\" in rows.map(|row| row[COLUMN])", json!(true)),
            ("let list = [\"KIM.LEE@example.com\"]; rows.filter(|row| row[COLUMN] in list).len()", json!(2)),
            ("let c = counter(); for row in rows { c.add(row[COLUMN]); } c.rows().len()", json!(2)),
        ] {
            let code = format!("{rows} {}", code.replace("COLUMN", &format!("\"{column}\"")));
            assert_eq!(test.json(&code), expected, "{code}");
        }
    }
    let names = r#"[#{name: "Lee"}, #{name: "lee"}].count_by("name").len()"#;
    assert_eq!(test.json(names), json!(2), "other strings keep their case");
}

#[test]
fn rows_of_a_count_ignore_case_as_the_field_they_count() {
    let mut test = ListTest::new();
    let lists = "let list = [#{groups: [\"Photo\"]}, #{groups: [\"PHOTO\", \"Video\"]}];";
    for code in [
        "list.count_by(\"groups\").index_by(\"key\").keys()",
        "list.group_by(\"groups\").index_by(\"key\").keys()",
        "list.index_by(\"groups\").keys()",
    ] {
        assert_eq!(test.json(&format!("{lists} {code}")), json!(["photo", "video"]), "{code}");
    }
    let found = "list.count_by(\"groups\").where(#{key: \"photo\"}).len()";
    assert_eq!(test.json(&format!("{lists} {found}")), json!(1));
    let names = "[#{name: \"Lee\"}].count_by(\"name\").index_by(\"key\").keys()";
    assert_eq!(test.json(names), json!(["Lee"]));
}

#[test]
fn an_index_finds_an_e_mail_and_a_folded_name_in_any_case() {
    let mut test = ListTest::new();
    for (index, key, other) in [
        ("users.index_by(\"email\")", "Kim.Lee@Example.com", "kim.lee@example.org"),
        ("[#{upn: \"KIM.LEE@example.com\"}].index_by(\"upn\")", " kim.lee@EXAMPLE.com", "kim"),
        ("users.index_by(|user| user.email)", "KIM.LEE@EXAMPLE.COM", "lee"),
        ("users.index_by(\"groups\")", "PhotoShop", "Photo"),
        ("users.count_by(\"groups\").index_by(\"key\")", "PHOTOSHOP", "Photo"),
        ("[#{name: \"Lee\"}].index_by(\"name\")", "Lee", "lee"),
        ("groups.index_by(\"groupId\")", "2", "7000"),
    ] {
        let code = format!(
            "let index = {index}; [{key:?} in index, index[{key:?}] == (), index.get({key:?}).len() > 0,
              {other:?} in index, index[{other:?}] == (), type_of(index), () in index, `${{index}}`.len() > 2]"
        );
        assert_eq!(test.json(&code), json!([true, false, true, false, true, "Index", false, true]), "{code}");
    }
    assert_eq!(test.json("groups.index_by(\"groupId\")[2][0].groupName"), json!("Photoshop"));
    let map = "let index = users.index_by(\"country\"); let map = index.to_map(); map.XX = 1; [map.len(), index.len, \"XX\" in map]";
    assert_eq!(test.json(map), json!([4, 3, true]));
}

#[test]
fn names_are_the_same_in_composed_and_decomposed_characters() {
    let mut test = ListTest::new();
    for code in [
        "[#{groupName: \"Dise\\u00f1o\"}].where(#{groupName: \"disen\\u0303o\"}).len() == 1",
        "[#{groups: [\"Dise\\u00f1o\", \"Disen\\u0303o\"]}].count_by(\"groups\").len() == 1",
    ] {
        assert_eq!(test.json(code), json!(true), "{code}");
    }
}

#[test]
fn values_outside_of_a_fixed_set_are_errors_that_name_the_nearest() {
    let mut test = ListTest::new();
    for (code, value, near) in [
        ("users.where(#{type: \"federated\"})", "federated", "federatedID"),
        ("users.where(#{type: \"federatedid\"})", "federatedid", "federatedID"),
        ("users.where(#{type: [\"adobeID\", \"AdobeId\"]})", "AdobeId", "adobeID"),
        ("users.where(#{status: \"Active\"})", "Active", "active"),
        ("users.where(#{country: \"de\"})", "de", "`DE`"),
        ("users.where(#{country: \"Germany\"})", "Germany", "`DE`"),
        ("users.to_array().where(#{type: \"federated\"})", "federated", "federatedID"),
        ("users.extract(0, 0).where(#{type: \"federated\"})", "federated", "federatedID"),
        ("groups.where(#{type: \"PROFILE\"})", "PROFILE", "PRODUCT_PROFILE"),
        ("groups.where(#{type: \"product_profile\"})", "product_profile", "PRODUCT_PROFILE"),
        ("groups.to_array().where(#{type: \"USERGROUP\"})", "USERGROUP", "USER_GROUP"),
    ] {
        let message = test.message(code);
        assert!(message.starts_with(&format!("`{value}` is not a valid value of ")), "{code}: {message}");
        assert!(message.contains(near), "{code}: {message}");
    }
    for code in ["[#{type: \"x\"}].where(#{type: \"y\"}).len()", "users.where(#{status: \"locked\"}).len()"] {
        assert_eq!(test.json(code), json!(0), "{code}");
    }
}

#[test]
fn a_condition_with_a_star_is_a_pattern() {
    let mut test = ListTest::new();
    for (code, count) in [
        ("users.where(#{email: \"*OSEI*\"})", 1),
        ("users.where(#{email: \"*@example.com\"})", 4),
        ("users.where(#{lastname: \"L*\"})", 2),
        ("users.where(#{lastname: \"l*\"})", 0),
        ("users.where(#{lastname: [\"L*\", \"Osei\"]})", 3),
        ("users.where(#{groups: \"photo*\"})", 2),
        ("users.where(#{type: \"federated*\"})", 3),
        ("users.to_array().where(#{email: \"*osei*\"})", 1),
        ("[#{mail: \"Ben.Osei@example.com\"}].where(#{mail: \"*osei*\"})", 1),
        ("[#{email: \"Ben.Osei@example.com\"}].where(#{email: \"*osei*\"})", 1),
    ] {
        assert_eq!(test.json(&format!("{code}.len()")), json!(count), "{code}");
    }
}

#[test]
fn arrays_are_queried_without_the_interpreter() {
    let mut test = ListTest::new();
    let list = (0..5_000).map(|number| format!("member {number}").into()).collect::<rhai::Array>();
    test.scope.push("list", list);
    test.scope.push("wanted", "member 4999".to_owned());
    test.engine.set_max_operations(200);
    for (code, result) in [
        ("list.filter(|member| member == wanted).len()", json!(1)),
        ("list.some(|member| member == wanted)", json!(true)),
        ("list.all(|member| member.starts_with(\"member\"))", json!(true)),
        ("list.find(|member| member == wanted)", json!("member 4999")),
        ("list.map(|member| member.to_upper()).len()", json!(5_000)),
        ("const FEW = [1, 2, 3]; FEW.filter(|number| number > 1)", json!([2, 3])),
        ("[1, 2].map(|number, place| number - place)", json!([1, 1])),
        ("let three = 3; [1, 3].some(|number| number == three)", json!(true)),
    ] {
        assert_eq!(test.json(code), result, "{code}");
    }
    assert_eq!(
        test.message("[1].filter(|number| number)"),
        "the function passed to `filter` returned a whole number It must return true or false, as a comparison does."
    );
}
