use super::*;

fn failure(index: usize) -> CommandFailure {
    CommandFailure {
        index,
        target: "a@example.com".into(),
        step: Some(0),
        code: error_code::GROUP_NOT_FOUND.into(),
        message: "Group X was not found".into(),
        source: None,
    }
}

#[test]
fn only_what_the_service_refused_is_put_down_to_it() {
    let of = |code: &str| {
        let failure = CommandFailure { code: code.to_owned(), ..failure(0) };
        Error::from(ErrorKind::Commands(vec![failure])).to_string()
    };
    assert!(of(error_code::GROUP_NOT_FOUND).starts_with("the service refused: "));
    let own = error_code::CODES.iter().map(|code| code.code).filter(|code| error_code::is_own(code));
    for code in own.chain([""]) {
        assert!(of(code).starts_with("failed: a@example.com: "), "{code}");
    }
}

#[test]
fn the_message_names_the_first_failure_and_counts_the_rest() {
    let error = Error::from(ErrorKind::Commands(vec![failure(0), failure(1), failure(2)]));
    assert_eq!(
        error.to_string(),
        "the service refused: a@example.com: Group X was not found (error.group.not_found), and 2 more commands"
    );
    assert!(error.hint().is_some_and(|hint| hint.contains("get_groups()")));
}

#[test]
fn not_found_is_not_repeated() {
    let error = |message: &str| {
        let code = Some("error.x".to_owned());
        Error::from(ErrorKind::NotFound { status: Some(404), code, message: message.into() }).to_string()
    };
    assert_eq!(error("User not found a"), "User not found a (HTTP 404, error.x)");
    assert_eq!(error("there is no group `X`"), "not found: there is no group `X` (HTTP 404, error.x)");
}

#[test]
fn attempts_are_shown_if_there_was_more_than_one() {
    let kind = ErrorKind::Unavailable { status: Some(503), code: None, message: "busy".into() };
    let mut error = Error::from(kind);
    error.attempts = 4;
    error.elapsed = Duration::from_secs(30);
    assert_eq!(error.to_string(), "the service is unavailable: busy (HTTP 503) (4 attempts in 30 s)");
    assert!(error.is_retryable());
}

#[test]
fn a_missing_file_is_shown_with_the_folder_that_was_searched() {
    let missing = || io::Error::from(io::ErrorKind::NotFound);
    let folder = std::env::current_dir().unwrap();
    let error = Error::io(Path::new("people.csv"), missing());
    assert_eq!(error.to_string(), format!("people.csv: no such file in {}", folder.display()));
    assert_eq!(Error::io(Path::new("/x.csv"), missing()).to_string(), "/x.csv: no such file");
    assert_eq!(error.hint().as_deref(), Some("Check the name and the folder."));
}

#[test]
fn every_kind_has_a_documented_name() {
    for kind in
        [ErrorKind::Interrupted, ErrorKind::Commands(vec![]), ErrorKind::TestMode { message: "x".into() }]
    {
        assert!(ErrorKind::NAMES.contains(&kind.name()));
    }
}
