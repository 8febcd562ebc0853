//! Identifiers with characters that cannot be seen are refused by every function that reads or sends them; the columns
//! of users do not depend on who is in a list.

use crate::support::Run;

/// A zero-width space in an e-mail.
const HIDDEN: &str = "vik.stone\u{200b}@example.com";

#[test]
fn an_invisible_character_in_a_name_is_refused_by_every_entry_point() {
    let command = "#{user: NAME, \"do\": [#{add: #{group: [\"Designers\"]}}]}";
    let path = "`/action/${session().organization}`";
    for (code, is_read) in [
        ("get_user(NAME)", true),
        ("find_user(NAME)", true),
        ("find_users([NAME])", true),
        ("get_users(#{group: NAME})", true),
        ("get_users(#{domain: NAME})", true),
        ("get_users_by_group(NAME)", true),
        ("get_group(NAME)", true),
        ("add_to_groups(NAME, \"Designers\")", false),
        ("add_to_groups(\"ben.osei@example.com\", NAME)", false),
        ("add_adobe_id(NAME, \"A\", \"B\", \"US\")", false),
        ("add_federated_id(\"a@example.com\", NAME, \"A\", \"B\", \"US\")", false),
        ("update_account(\"ben.osei@example.com\", #{email: NAME})", false),
        ("create_user_group(NAME)", false),
        ("add_users_to_group(\"Designers\", NAME)", false),
        ("command(NAME).remove_from_org()", false),
        ("multi_action([command(\"ben.osei@example.com\").add_to_groups(NAME)])", false),
        ("multi_action([COMMAND])", false),
        ("let q = queue(); q.add_to_groups(\"ben.osei@example.com\", NAME); q.finish()", false),
        ("let q = queue(); q.add_command(COMMAND); q.finish()", false),
        ("action([COMMAND])", false),
        ("make_call(\"POST\", PATH, [COMMAND])", false),
        ("send(\"POST\", PATH, [COMMAND])", false),
    ] {
        let code =
            code.replace("COMMAND", command).replace("PATH", path).replace("NAME", &format!("\"{HIDDEN}\""));
        for checks in ["on", "off"].iter().filter(|checks| !is_read || **checks == "on") {
            let run = Run::eval(&code).env("UMAPI_CHECKS", checks).run();
            assert_ne!(run.code, 0, "{checks} {code}: {}", run.stdout);
            assert!(run.words().contains("vik.stone<U+200B>@example.com"), "{checks} {code}: {}", run.stderr);
            assert!(run.words().contains("<U+200B>, at position 10"), "{checks} {code}: {}", run.stderr);
        }
    }
}

#[test]
fn a_csv_row_with_an_invisible_character_is_refused() {
    let header = "upn,mail,firstname,lastname,country_code,groups";
    let rows = format!("{header}\n{HIDDEN},{HIDDEN},Vik,Stone,US,Designers\n");
    let run = Run::eval("multi_action(\"people.csv\")").file("people.csv", rows).run();
    assert_ne!(run.code, 0, "{}", run.stdout);
    assert!(run.words().contains("<U+200B>"), "{}", run.stderr);
}

#[test]
fn users_have_their_documented_columns_whoever_is_in_the_list() {
    let nobody = "get_users().where(#{groups: []}).extract(0, 1)";
    let header = "email,status,groups,username,domain,firstname,lastname,country,type,id";
    for rows in [nobody.to_owned(), format!("{nobody}.to_array()")] {
        let code = format!("write_csv(\"out.csv\", {rows});");
        let finished = Run::eval(&code).run();
        let written = std::fs::read_to_string(finished.file("out.csv")).unwrap();
        assert!(written.starts_with(header), "{code}: {written}");
        let printed = Run::new("--sandbox -o csv -e").arg(&rows).run().done();
        assert!(printed.starts_with(header), "{rows}: {printed}");
    }
}

#[test]
fn a_group_in_decomposed_letters_is_told_from_its_look_alike() {
    let code = r#"create_user_group("Dise\u00f1o");
        print(multi_action([command("ben.osei@example.com").add_to_groups("Disen\u0303o")]).outcomes[0].hint);
        print(find_group("Disen\u0303o").groupName == "Dise\u00f1o");"#;
    let run = Run::eval(code).run();
    assert!(run.stdout.contains("The name has decomposed letters"), "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("\ntrue\n"), "{}", run.stdout);
    run.ended(3);
}
