//! The prompt through a pseudo-terminal.

use crate::support::Run;
use crate::support::terminal::Running;
use umapi_shell::sandbox::{self, Sandbox};

pub(crate) const PROMPT: &str = "sandbox live> ";

pub(crate) fn sandbox() -> Running {
    let mut terminal = Run::at_terminal("--sandbox").start();
    terminal.expect(PROMPT);
    terminal
}

/// A terminal at an organization that counts as a real one: a sandbox that another process would serve.
pub(crate) fn real(server: &Sandbox, arguments: &str) -> Run {
    Run::at_terminal(arguments)
        .env("UMAPI_URL", &server.service_url())
        .env("UMAPI_IMS_URL", &server.sign_in_url())
        .env("UMAPI_ORG_ID", sandbox::ORGANIZATION)
        .env("UMAPI_CLIENT_ID", sandbox::CLIENT_ID)
        .env("UMAPI_CLIENT_SECRET", sandbox::CLIENT_SECRET)
        .env("UMAPI_FIRST_DELAY", "0")
        .env("UMAPI_JITTER", "0")
}

pub(crate) fn server() -> Sandbox {
    Sandbox::start(sandbox::SandboxSettings::default()).unwrap()
}

// Where am I

#[test]
fn the_start_shows_where_changes_go_in_three_lines() {
    let mut terminal = Run::at_terminal("--sandbox").start();
    let banner = terminal.expect(PROMPT);
    assert!(
        banner.contains("umapish ") && banner.contains("in the sandbox only") && banner.contains(":help")
    );
    assert!(banner.trim().lines().count() <= 4, "{banner}"); // the prompt begins the last one
}

#[test]
fn the_first_change_in_a_real_organization_asks_and_names_it() {
    let server = server();
    let mut terminal = real(&server, "--live").start();
    let prompt = "LIVE, changes are real> ";
    terminal.expect(prompt);
    let change = "add_to_groups(\"gus.taylor@example.com\", \"Designers\")";
    terminal.line(change);
    terminal.expect(sandbox::ORGANIZATION);
    terminal.expect("[yes/no]");
    terminal.line("no");
    terminal.expect("nothing was changed");
    terminal.expect(prompt);
    terminal.line(change);
    terminal.expect("[yes/no]");
    terminal.line("yes");
    terminal.expect("1 done");
    terminal.expect(prompt);
    assert!(!terminal.ask(change, "1 done", prompt).contains("yes/no"));
}

#[test]
fn a_prompt_that_waits_for_input_holds_no_live_run_up() {
    let server = server();
    let mut terminal = real(&server, "--live").start();
    let prompt = "LIVE, changes are real> ";
    terminal.expect(prompt);
    let change = "add_to_groups(\"gus.taylor@example.com\", \"Designers\")";
    terminal.line(change);
    terminal.expect("[yes/no]");
    terminal.line("yes");
    terminal.expect("1 done");
    terminal.expect(prompt);
    let lock = terminal.path().join(".local/state/umapish/live");
    assert!(lock.is_dir(), "the change took the lock");
    let home = terminal.path().display().to_string();
    let run = |code: &str| Run::new("--live -e").arg(code).against(&server).env("HOME", &home).run();
    run(change).done();
    terminal.line(&format!("{change}; sleep(300)"));
    let begun = std::time::Instant::now();
    while run(change).code != 9 {
        assert!(begun.elapsed() < std::time::Duration::from_mins(2), "the line that runs has the lock");
    }
    terminal.interrupt();
    // The prompt alone may be the one before the line that was typed.
    terminal.expect("interrupted");
    terminal.expect(prompt);
    run(change).done();
}

#[test]
fn test_mode_can_be_left_only_by_who_began_in_live_mode() {
    let server = server();
    let mut terminal = real(&server, "--live").start();
    terminal.expect("LIVE, changes are real> ");
    terminal.ask(":mode test", "does not make them", "test> ");
    terminal.ask(
        "test_mode(); add_to_groups(\"gus.taylor@example.com\", \"Designers\")",
        "would be done",
        "test> ",
    );
    terminal.ask(":mode live", "LIVE", "LIVE, changes are real> ");
    let mut rehearsing = real(&server, "").start();
    rehearsing.expect("test> ");
    rehearsing.ask(":mode live", "cannot become live", "test> ");
}

// Input

#[test]
fn input_goes_on_until_it_is_whole_and_two_blank_lines_end_it() {
    let mut terminal = sandbox();
    terminal.line("fn twice(x) {");
    terminal.line("x * 2");
    terminal.line("}");
    terminal.expect(PROMPT);
    terminal.ask("twice(21)", "42", PROMPT);
    terminal.line("fn open() {");
    terminal.line("");
    terminal.line("");
    terminal.expect("error:");
    terminal.expect(PROMPT);
}

#[test]
fn a_pasted_script_is_one_input() {
    let mut terminal = sandbox();
    terminal.keys("\x1b[200~let a = 1;\nlet b = 2;\n\nprint(a + b);\n\n\x1b[201~");
    terminal.keys("\r");
    terminal.expect("\n3");
    terminal.expect(PROMPT);
}

#[test]
fn lines_that_come_all_at_once_are_all_taken() {
    let mut terminal = sandbox();
    terminal.keys("let a = 1\rlet b = 2\ra + b\r");
    terminal.expect("3\r\n");
    terminal.expect(PROMPT);
}

#[test]
fn functions_closures_constants_and_imports_last() {
    let mut terminal = Run::at_terminal("--sandbox").file("lib.rhai", "fn greet(n) { `hello ${n}` }").start();
    terminal.expect(PROMPT);
    for line in
        ["const LIMIT = 5", "fn limit() { global::LIMIT }", "import \"lib\" as lib", "let add = |x| x + 1"]
    {
        terminal.line(line);
        terminal.expect(PROMPT);
    }
    terminal.ask("limit() + add.call(1)", "\n7", PROMPT);
    terminal.ask("lib::greet(\"you\")", "hello you", PROMPT);
    terminal.line("fn through() { lib::greet(\"me\") }");
    terminal.expect(PROMPT);
    terminal.ask("through()", "hello me", PROMPT);
}

#[test]
fn a_function_that_reads_a_variable_is_reported_to_take_it() {
    let mut terminal = sandbox();
    for line in ["let limit = 5", "fn f() { limit }"] {
        terminal.line(line);
        terminal.expect(PROMPT);
    }
    terminal.line("f()");
    let output = terminal.expect(PROMPT);
    let output = output.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        output.contains("there is no variable `limit`") && output.contains("pass `limit` to it"),
        "{output}"
    );
    assert!(output.contains("or use a closure"), "{output}");
}

#[test]
fn the_editor_gives_back_the_last_input_to_be_looked_at() {
    let script = "#!/bin/sh\necho '6 * 7' > \"$1\"\n";
    let mut terminal = Run::at_terminal("--sandbox").file("editor.sh", script).env("EDITOR", "sh editor.sh");
    terminal = terminal.env("PATH", "/usr/bin:/bin");
    let mut terminal = terminal.start();
    terminal.expect(PROMPT);
    terminal.line(":edit");
    terminal.expect("6 * 7");
    terminal.ask("", "\n42", PROMPT);
}

// Completion and hints

#[test]
fn tab_completes_functions_options_and_names_that_were_seen() {
    let mut terminal = sandbox();
    terminal.keys("get_user_inf\t");
    terminal.expect("get_user_info(");
    terminal.interrupt();
    terminal.expect(PROMPT);
    terminal.keys("get_users(#{dir\t");
    terminal.expect("direct_only: ");
    terminal.interrupt();
    terminal.expect(PROMPT);
    terminal.ask("let designers = get_users(#{group: \"Designers\"}); designers.len()", "6\r\n", PROMPT);
    terminal.keys("get_user(\"ben\t");
    terminal.expect("ben.osei@example.com");
    terminal.interrupt();
    terminal.expect(PROMPT);
    terminal.keys("designers[0].firs\t");
    terminal.expect("designers[0].firstname");
    terminal.interrupt();
}

#[test]
fn ctrl_c_leaves_a_list_of_completions_that_waits_for_more() {
    let mut terminal = sandbox();
    terminal.keys("get_\t");
    terminal.expect(PROMPT); // the list fits, so the line is drawn below it
    terminal.interrupt();
    terminal.expect(PROMPT);
    terminal.keys("\t");
    terminal.expect("--More--");
    terminal.interrupt();
    terminal.expect(PROMPT);
    terminal.ask("1 + 1", "\n2", PROMPT);
}

#[test]
fn colours_and_grey_hints_are_there_with_colour_only() {
    let mut terminal = Run::at_terminal("--sandbox").colored().start();
    terminal.expect("> ");
    terminal.keys("get_user(");
    terminal.expect("\u{1b}[36mget_user");
    terminal.expect("email: string");
    let mut plain = sandbox();
    plain.keys("get_user(1)");
    plain.line("");
    let drawn = plain.expect("error:");
    assert!(!drawn.contains("email: text") && !drawn.contains("\u{1b}[36m"), "{drawn:?}");
}

// Results

#[test]
fn a_listing_shows_its_first_rows_and_how_to_see_more() {
    let mut terminal = sandbox();
    let shown = terminal.ask("get_users()", ":more shows the next", PROMPT);
    assert!(shown.contains("email") && shown.contains("ada.lind@example.com"), "{shown}");
    assert!(!shown.contains("uma.devi"), "{shown}");
    terminal.ask(":more", "uma.devi@example.com", PROMPT);
    terminal.ask("last.len()", "\n45", PROMPT);
    assert!(!terminal.ask("let x = 1", "let x = 1", PROMPT).contains("()"));
}

#[test]
fn no_line_of_a_table_is_wider_than_the_terminal() {
    let mut terminal = Run::at_terminal("--sandbox").width(80).start();
    terminal.expect(PROMPT);
    let shown = terminal.ask("get_users()", ":more", PROMPT);
    let rows: Vec<_> =
        shown.lines().filter(|line| line.contains(".example") || line.contains("@example")).collect();
    assert!(rows.len() == 20 && rows.iter().all(|row| row.trim_end().chars().count() <= 80), "{shown}");
}

#[test]
fn the_last_value_can_be_shown_another_way() {
    let mut terminal = sandbox();
    terminal.ask("get_user(\"ada.lind@example.com\")", "firstname", PROMPT);
    terminal.ask(":json", "\"firstname\": \"Ada\"", PROMPT);
    terminal.ask(":table lastname, email", "Lind", PROMPT);
    terminal.ask(":csv ada.csv", "ada.csv written", PROMPT);
    let text = std::fs::read_to_string(terminal.path().join("ada.csv")).unwrap();
    assert!(text.contains("ada.lind@example.com"), "{text}");
}

#[test]
fn groups_of_users_and_an_index_are_rows_with_names() {
    let mut terminal = sandbox();
    for question in ["group_by(\"country\")", "index_by(\"country\")"] {
        let code = format!("get_users().where(#{{country: [\"BE\", \"DK\"]}}).{question}");
        let shown = terminal.ask(&code, "xavier.dubois@example.org", PROMPT);
        assert!(shown.contains("key  count  items"), "{shown}");
    }
}

#[test]
fn a_report_is_counts_and_what_failed() {
    let mut terminal = sandbox();
    let line = "multi_action([command(\"gus.taylor@example.com\").add_to_groups(\"Designers\"), \
                command(\"nina.olsen@example.com\").add_to_groups(\"Nope\")])";
    let shown = terminal.ask(line, "2 commands in 1 request, live: 1 done, 1 failed", PROMPT);
    assert!(shown.contains("error.group.not_found") && shown.contains("hint:  Check the name"), "{shown}");
    terminal.ask(":csv outcomes.csv", "outcomes.csv written, 2 rows", PROMPT);
    terminal.ask(":table status, target", "failed     nina.olsen@example.com", PROMPT);
}

// Help

#[test]
fn help_comes_by_command_by_function_and_by_a_bare_name() {
    let mut terminal = sandbox();
    terminal.ask(":help", ":profile [NAME]", PROMPT);
    for line in [":help get_user", "help(\"get_user\")", "help(get_user)"] {
        let shown = terminal.ask(line, "get_user(email: string) -> User", PROMPT);
        assert!(shown.contains("Errors: ") && shown.contains("Example"), "{shown}");
    }
    terminal.ask(":help get_usres", "Did you mean `get_users`?", PROMPT);
    terminal.ask(":functions twice", "test_mode()", PROMPT);
    terminal.ask(":hlep", "Did you mean `:help`?", PROMPT);
}

// Work

#[test]
fn a_script_is_loaded_and_a_session_saved_as_one_that_runs() {
    let mut terminal =
        Run::at_terminal("--sandbox").file("jobs/x.rhai", "fn three() { 3 }\nlet four = 4;").start();
    terminal.expect(PROMPT);
    for line in [":load jobs/x.rhai", "let sum = three() + four", "nonsense("] {
        terminal.line(line);
        terminal.expect(PROMPT.trim_end());
    }
    terminal.interrupt();
    terminal.expect(PROMPT);
    terminal.line("print(sum)");
    terminal.expect(PROMPT);
    terminal.ask(":save session.rhai", "session.rhai written", PROMPT);
    let run = crate::support::Run::new("session.rhai");
    std::fs::copy(terminal.path().join("session.rhai"), run.path().join("session.rhai")).unwrap();
    assert_eq!(run.run().done(), "7\n");
}

#[test]
fn time_and_requests_of_a_line_are_reported_and_variables_listed() {
    let mut terminal = sandbox();
    terminal.ask(":time get_user(\"ada.lind@example.com\").firstname", "2 requests", PROMPT);
    terminal.ask("let answer = 42", "", PROMPT);
    let shown = terminal.ask(":vars", "answer", PROMPT);
    assert!(shown.contains("42"), "{shown}");
    terminal.ask(":reset", "", PROMPT);
    terminal.ask("answer", "there is no variable `answer`", PROMPT);
}

#[test]
fn another_profile_is_another_organization() {
    let config =
        "[acme]\norg_id = \"ACME@AdobeOrg\"\nclient_id = \"c\"\nclient_secret = \"s\"\nmode = \"live\"\n";
    let mut terminal = Run::at_terminal("--sandbox").file(".config/umapish/config.toml", config).start();
    terminal.expect(PROMPT);
    terminal.line("let kept = 1");
    terminal.expect(PROMPT);
    let shown = terminal.ask(":profile acme", "organization ACME@AdobeOrg", "acme LIVE, changes are real> ");
    assert!(shown.contains("real organization"), "{shown}");
    terminal.ask("kept", "\n1", "acme LIVE, changes are real> ");
    terminal.ask(":profile acne", "Did you mean `acme`?", "acme LIVE, changes are real> ");
    terminal.ask(":profile sandbox", "sandbox", PROMPT);
}

#[test]
fn a_command_of_the_prompt_says_what_may_stand_behind_it() {
    let mut terminal = sandbox();
    terminal.ask(":quit now", "Type `:quit`.", PROMPT);
    terminal.ask(":csv", "`:csv` needs FILE", PROMPT);
    for command in [":csv none.csv", ":xlsx none.xlsx"] {
        terminal.ask(command, "there is no last value to write", PROMPT);
    }
    terminal.ask(":help :table", ":table email, lastname", PROMPT);
}

// Errors

#[test]
fn errors_show_where_and_why_and_never_end_the_session() {
    let mut terminal = sandbox();
    let shown = terminal.ask("get_user(\"nobody@example.com\")", "request id: ", PROMPT);
    assert!(shown.contains("1 | get_user(") && shown.contains('^'), "{shown}");
    terminal.line("fn deep(n) { deep(n + 1) }");
    terminal.expect(PROMPT);
    terminal.ask("deep(0)", "error:", PROMPT);
    terminal.ask("1 + 1", "\n2", PROMPT);
}

#[test]
fn an_error_in_a_function_of_an_earlier_line_shows_that_line() {
    let mut terminal = sandbox();
    terminal.line("fn broken(x) { x.nothing }");
    terminal.expect(PROMPT);
    let shown = terminal.ask("broken(1)", "called at input 2:1:1", PROMPT);
    assert!(shown.contains("--> input 1:1:") && shown.contains("1 | fn broken(x) { x.nothing }"), "{shown}");
}

// History

#[test]
fn lines_are_kept_for_the_next_session_and_secrets_are_not() {
    let home = {
        let mut terminal = Run::at_terminal("--sandbox").env("UMAPI_CLIENT_SECRET", "hunter2hunter2").start();
        terminal.expect(PROMPT);
        for line in ["let first = 1", "let s = \"hunter2hunter2\"", "let t = \"Bearer abcdef\"", ":vars"] {
            terminal.line(line);
            terminal.expect(PROMPT);
        }
        std::fs::read_to_string(terminal.path().join(".local/state/umapish/history")).unwrap()
    };
    assert!(home.contains("let first = 1") && home.contains(":vars"), "{home}");
    assert!(!home.contains("hunter2") && !home.contains("Bearer"), "{home}");
}

#[test]
fn two_sessions_keep_the_lines_of_both() {
    let home = tempfile::tempdir().unwrap();
    let start = || {
        let mut terminal = Run::at_terminal("--sandbox").env("HOME", home.path().to_str().unwrap()).start();
        terminal.expect(PROMPT);
        terminal
    };
    let (mut one, mut other) = (start(), start());
    for (terminal, line) in [(&mut one, "let a = 1"), (&mut other, "let b = 2")] {
        terminal.line(line);
        terminal.expect(PROMPT);
    }
    one.line("let c = 3");
    one.expect(PROMPT);
    let shown = start().ask(":history", "let c = 3", PROMPT);
    assert!(shown.contains("let a = 1") && shown.contains("let b = 2"), "{shown}");
}

#[test]
fn earlier_lines_are_found_by_ctrl_r_and_listed() {
    let history = "umapish-history 1\n\"let earlier = 41\"\n";
    let mut terminal = Run::at_terminal("--sandbox").file(".local/state/umapish/history", history).start();
    terminal.expect(PROMPT);
    terminal.keys("\u{12}earl");
    terminal.expect("let earlier = 41");
    terminal.keys("\r");
    terminal.expect(PROMPT);
    terminal.ask("earlier + 1", "\n42", PROMPT);
    terminal.ask(":history", "let earlier = 41", PROMPT);
}

#[test]
fn the_first_script_is_run_unless_it_is_skipped() {
    let start = |arguments: &str| {
        Run::at_terminal(arguments).file(".config/umapish/init.rhai", "fn greet() { \"hello\" }").start()
    };
    let mut terminal = start("--sandbox");
    terminal.expect(PROMPT);
    terminal.ask("greet()", "hello", PROMPT);
    let mut without = start("--sandbox --no-init");
    without.expect(PROMPT);
    without.ask("greet()", "there is no function `greet`", PROMPT);
}

// Without what is usual

#[test]
fn a_dumb_terminal_gets_plain_lines() {
    let mut terminal = Run::at_terminal("--sandbox").env("TERM", "dumb").colored().start();
    terminal.expect(PROMPT);
    terminal.line("1 + 1");
    let shown = terminal.expect(PROMPT);
    assert!(shown.contains('2') && !shown.contains('\u{1b}'), "{shown:?}");
    terminal.ask("get_users().len()", "45", PROMPT);
}

#[test]
fn a_terminal_of_which_nothing_is_known_is_taken_for_a_dumb_one() {
    let mut terminal = Run::at_terminal("--sandbox").env("TERM", "").colored().start();
    let banner = terminal.expect(PROMPT);
    assert!(!banner.contains('\u{1b}'), "{banner:?}");
    let shown = terminal.ask("1 + 1", "2", PROMPT);
    assert!(!shown.contains('\u{1b}'), "{shown:?}");
}

#[test]
fn the_prompt_opens_whatever_is_wrong_with_the_configuration() {
    let mut terminal = Run::at_terminal("").start();
    let start = terminal.expect("default test> ");
    assert!(start.contains("lacks `org_id`") && start.contains("umapish init"), "{start}");
    terminal.ask("[3, 1, 2].len()", "\n3", "default test> ");
    terminal.ask("get_users()", "lacks `org_id`", "default test> ");
    let mut broken = Run::at_terminal("").file(".config/umapish/config.toml", "[default]\norg = 1\n").start();
    broken.expect("config.toml:2");
    broken.expect("default test> ");
    broken.ask("1 + 1", "\n2", "default test> ");
}

#[test]
fn without_a_home_the_prompt_opens_and_says_what_it_lacks() {
    let mut terminal = Run::at_terminal("").env("HOME", "").start();
    terminal.expect("default test> ");
    terminal.ask("1 + 1", "2\r\n", "default test> ");
}

#[test]
fn a_comment_sign_in_a_string_opens_no_comment() {
    let mut terminal = sandbox();
    terminal.ask("print(\"a/*b\")", "\na/*b", PROMPT);
    terminal.ask("`${`a/*`}b`", "a/*b", PROMPT);
}
