//! Tests of the command line.

use super::*;
use clap::ValueEnum;

fn cli(line: &str) -> Cli {
    try_cli(line).unwrap_or_else(|error| panic!("{line}: {error}"))
}

fn try_cli(line: &str) -> Result<Cli, clap::Error> {
    parse(std::iter::once("umapish").chain(line.split_whitespace()).map(OsString::from))
}

fn words(cli: &Cli) -> Vec<&str> {
    cli.top.words.iter().filter_map(|word| word.to_str()).collect()
}

#[test]
fn the_declaration_is_valid() {
    Cli::command().debug_assert();
    TopLevel::command().debug_assert();
}

#[test]
fn everything_after_the_script_belongs_to_it() {
    let cli = cli("--sandbox -q s.rhai a --live -o json -- -x");
    assert!(cli.top.global.sandbox && cli.top.global.quiet);
    assert!(!cli.top.global.live);
    assert_eq!(words(&cli), ["s.rhai", "a", "--live", "-o", "json", "--", "-x"]);
}

#[test]
fn options_may_follow_the_code_of_e_until_the_first_argument() {
    let cli = cli("-e args() --sandbox check --live");
    assert_eq!(cli.top.eval.as_deref(), Some("args()"));
    assert!(cli.top.global.sandbox && !cli.top.global.live);
    assert_eq!(words(&cli), ["check", "--live"]);
}

#[test]
fn the_code_of_e_may_begin_with_a_minus() {
    assert_eq!(cli("-e -1").top.eval.as_deref(), Some("-1"));
}

#[test]
fn global_options_may_come_before_or_after_a_subcommand() {
    for line in ["--live -p acme run s.rhai --test", "run --live -p acme s.rhai --test"] {
        let cli = cli(line);
        assert_eq!(cli.top.global.mode(), Some("live"), "{line}");
        assert_eq!(cli.top.global.profile.as_deref(), Some("acme"));
        let Some(CliCommand::Run { words }) = cli.command else { panic!("{line}") };
        assert_eq!(words, ["s.rhai", "--test"]);
    }
}

#[test]
fn every_subcommand_is_read_as_one_and_every_script_is_not() {
    for name in commands() {
        assert!(names_a_command(&[name.clone().into()]), "{name}");
    }
    for word in ["s.rhai", "-", "./check", "CHECK"] {
        assert!(!names_a_command(&[word.into(), "check".into()]), "{word}");
    }
    assert!(cli("--sandbox -q").command.is_none());
}

#[test]
fn each_command_takes_its_own_formats() {
    assert!(try_cli("functions --format markdown").is_ok());
    assert!(try_cli("functions -o csv").is_err());
    assert!(try_cli("-o markdown s.rhai").is_err());
    let Some(CliCommand::Functions { format, .. }) = cli("functions get -o json").command else { panic!() };
    assert_eq!(format, Some(OutputFormat::Json));
}

#[test]
fn every_shell_completes_the_topics_of_the_guide() {
    for shell in clap_complete::Shell::value_variants() {
        let text = completions(*shell);
        for page in PAGES {
            assert!(text.contains(page.topic), "{shell}: {}", page.topic);
        }
    }
}

#[test]
fn the_shells_of_scripts_ask_for_the_options_of_a_script() {
    use clap_complete::Shell;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        let text = completions(shell);
        assert!(text.contains(script_completion::WORD), "{shell}");
        assert!(try_cli("--help").unwrap_err().to_string().find(script_completion::WORD).is_none());
    }
    let zsh = completions(Shell::Zsh);
    assert_eq!(zsh.matches("\n_umapish_of_clap() {").count(), 1);
    assert_eq!(zsh.matches("\n_umapish() {").count(), 1);
}

#[test]
fn the_later_of_two_modes_counts() {
    assert_eq!(cli("--live --test s.rhai").top.global.mode(), Some("test"));
    assert_eq!(cli("--test --live s.rhai").top.global.mode(), Some("live"));
}

#[test]
fn an_unknown_option_is_refused_before_the_script() {
    assert!(try_cli("--sandbx s.rhai").is_err());
    assert_eq!(words(&cli("s.rhai --sandbx")), ["s.rhai", "--sandbx"]);
}

#[test]
fn arguments_spelled_like_our_options_are_found() {
    let arguments: Vec<_> = ["people.csv", "--live", "-q", "--format=json", "--other", "-z", "--", "--test"]
        .map(String::from)
        .into();
    assert_eq!(misplaced(&arguments, false), ["--live", "-q", "--format=json"]);
    let arguments = ["--out", "a.plan", "--exit-code"].map(String::from);
    assert_eq!(misplaced(&arguments, true), ["--out", "--exit-code"]);
    assert!(misplaced(&arguments, false).is_empty());
}
