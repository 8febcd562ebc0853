//! A script that wants too much memory ends with an error that has its place, and the process never aborts.

use crate::support::run::Run;

/// The limit in these tests: small enough to be reached soon.
const LIMIT: &str = "--sandbox --max-memory 160M";

/// The code runs on line 2.
#[track_caller]
fn is_stopped(code: &str, message: &str) {
    let script = format!("let s = \"0123456789abcdef\"; let a = [1]; let m = #{{}};\n{code}");
    let run = Run::new(&format!("{LIMIT} job.rhai")).file("job.rhai", script).run();
    let run = run.failed(1, message).stderr_has("--max-memory");
    assert!(run.stderr.contains("job.rhai:2:"), "{code}: {}", run.stderr);
}

#[test]
fn what_grows_step_by_step_ends_at_the_limit() {
    for code in [
        "loop { s += s; }",
        "loop { s = s + s; }",
        "loop { s = `${s}${s}${s}${s}`; }",
        "loop { a += a; }",
        "loop { a.append(a); }",
        "loop { a.push(a); }",
        "loop { m = #{x: m, y: m}; }",
        "loop { a.push(#{name: \"x\", list: [1, 2, 3]}); }",
        "fn f(s) { f(s + s) }  f(s)",
        "try { loop { s += s; } } catch { print(\"caught\") }",
        "let f = || { s += s }; loop { f.call(); }",
    ] {
        is_stopped(code, "the script would use more than 160 MiB of memory");
    }
}

#[test]
fn what_multiplies_in_one_operation_does_not_start() {
    for code in [
        "a.pad(1_000_000_000, 0)",
        "a.pad(9_223_372_036_854_775_807, 0)",
        "a.pad(4_000_000, [1, 2, 3, 4])",
        "blob(1_000_000_000_000)",
        "blob(1_000_000_000, 7)",
        "let b = blob(1); b.pad(9_223_372_036_854_775_807, 1)",
        "s = s.pad(1_000_000, 'x'); let t = s.replace(\"x\", s); t.len",
        "s = s.pad(1_000_000, 'x'); let t = s.replace(\"\", s); t.len",
        "s = s.pad(1_000_000, 'x'); a.pad(1_000, 1); a.join(s)",
        "s = s.pad(1_000_000, 'x'); s += s; s += s; s += s; s.split(\"\")",
        "s = s.pad(1_000_000, 'x'); s += s; s += s; s += s; s += s; s.to_chars()",
    ] {
        is_stopped(code, "this would need");
    }
}

#[test]
fn long_work_of_one_function_ends_at_the_limit() {
    for code in [
        "s = s.pad(1_000_000, 'x'); a.pad(1_000, s); to_json(a)",
        "s = s.pad(1_000_000, 'x'); a.pad(1_000, s); a.join(\",\")",
        "s = s.pad(1_000_000, 'x'); a.pad(1_000, s); write_json(\"big.json\", a)",
        "s = `[${\"{},\".pad(999_999, \"{},\")}1]`; for n in 0..5 { s = `[${s},${s}]`; } parse_json(s)",
    ] {
        is_stopped(code, "of memory");
    }
}

#[test]
fn what_was_refused_can_be_caught_and_the_script_goes_on() {
    let code = "let kind = \"\"; try { blob(1_000_000_000_000) } catch (e) { kind = e.kind } print(kind); print(blob(3).len)";
    assert_eq!(Run::new(&format!("{LIMIT} -e")).arg(code).run().done(), "usage\n3\n");
}

#[test]
fn a_limit_is_a_size() {
    Run::new("--sandbox --max-memory much -e 1").run().failed(2, "must be a size such as 512M or 2G");
    Run::new("--sandbox --max-memory 1M -e 1").run().failed(2, "must be at least 32M");
    Run::new("--sandbox --max-memory 1.5GiB -e 1").run().done();
}

#[cfg(unix)]
#[test]
fn a_prompt_that_is_full_can_drop_what_fills_it() {
    use crate::repl::PROMPT;
    let mut terminal = Run::at_terminal(LIMIT).start();
    terminal.expect(PROMPT);
    terminal.ask("let s = \"0123456789\"; loop { s += s; }", "would use more than", PROMPT);
    terminal.ask("s.len > 1000", "true", PROMPT);
    terminal.ask("s = 7; s", "7", PROMPT);
}

#[test]
fn a_file_larger_than_the_limit_is_not_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    let large = folder.path().join("large.txt");
    // Letters, since a file of NUL is refused as soon as it is opened; the rest of the file takes no room on the disk.
    std::fs::write(&large, vec![b'x'; 1 << 16]).unwrap();
    std::fs::File::options().write(true).open(&large).unwrap().set_len(1 << 30).unwrap();
    let path = large.display().to_string();
    for function in ["read_text", "read_lines", "read_json"] {
        let run = Run::new(&format!("{LIMIT} -e")).arg(format!("{function}({path:?})")).run();
        run.failed(1, "the script would use more than 160 MiB of memory").stderr_has("--max-memory");
    }
}
