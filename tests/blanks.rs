//! A blank is not a value: no way to update a user or a group erases anything with one.

use crate::support::Run;

const BLANKS: &str = r#"
    let url = "https://usermanagement.adobe.io/v2/usermanagement/action/" + session().organization;
    let who = "ben.osei@example.com";
    let before = to_json(get_user(who));
    for field in ["email", "username", "firstname", "lastname"] {
        for blank in ["", "  ", ()] {
            let fields = #{};
            fields[field] = blank;
            let changes = queue();
            changes.update_account(who, fields);
            let reports = [update_account(who, fields), multi_action([command(who).update_account(fields)]), changes.finish()];
            for report in reports { print(`${report.outcomes[0].status}: ${report.outcomes[0].message}`); }
            let raw = #{user: who, "do": [#{update: fields}]};
            let ways = [|| multi_action([raw]), || action([raw]), || make_call("POST", url, [raw]),
                || send("POST", url, [raw])];
            for way in ways {
                try { way.call(); print("sent"); } catch (error) { print(error.kind); }
            }
        }
    }
    print(to_json(get_user(who)) == before);
"#;

#[test]
fn a_blank_field_changes_nothing_by_any_way() {
    let kept = "not_sent: nothing to change: every field that the command would set is blank\n".repeat(3);
    let expected = format!("{kept}{}", "invalid\n".repeat(4)).repeat(12) + "true\n";
    assert_eq!(Run::eval(BLANKS).run().done(), expected);
}

#[test]
fn the_other_fields_are_changed() {
    let code = r#"
        for row in read_csv("changes.csv") {
            print(update_account(row.email, #{firstname: row.firstname, lastname: row.lastname}).result);
        }
        let change = command("femi.adeyemi@example.net").update_account(#{firstname: ""}).add_to_groups("Designers");
        print(multi_action([change]).outcomes[0].action);
        let user = get_user("ben.osei@example.com");
        print(`${user.firstname} ${user.lastname}`);
    "#;
    let changes = "email,firstname,lastname\nben.osei@example.com,Benjamin,\n";
    let run = Run::eval(code).file("changes.csv", changes).run();
    assert_eq!(run.done(), "success\nadd\nBenjamin Osei\n");
}

#[test]
fn the_name_and_description_of_a_user_group_are_not_erased() {
    let code = r#"
        create_user_group("Interns", #{description: "2026"});
        for field in ["name", "description"] {
            let fields = #{};
            fields[field] = " ";
            print(update_user_group("Interns", fields).outcomes[0].status);
            print(multi_action([group_command("Interns").update(fields)]).outcomes[0].status);
            try { action([#{usergroup: "Interns", "do": [#{updateUserGroup: fields}]}]); } catch (error) { print(error.kind); }
        }
        print(get_group("Interns").groupName);
    "#;
    let each = "not_sent\nnot_sent\ninvalid\n";
    assert_eq!(Run::eval(code).run().done(), format!("{each}{each}Interns\n"));
}
