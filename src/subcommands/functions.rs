//! `umapish functions`: the reference of the script functions.

use crate::cli::OutputFormat;
use crate::language::catalog::Catalog;
use crate::language::help_text;
use crate::language::python_names::equivalent;
use crate::language::searched_words::{in_place_of, meant};
use crate::language::type_help::TypeHelp;
use crate::output::Output;
use crate::shell::exit_code::RunExit;
use crate::shell::function_reference::{colored, of_type, render};

/// Shows the functions that match, or all in short without a pattern. `umapish functions ''` shows all at length.
///
/// Without a match it is a wrong argument: [`RunExit::Usage`].
pub(crate) fn run(pattern: Option<&str>, format: Option<OutputFormat>, output: &Output) -> RunExit {
    let all = crate::script::functions::catalog();
    if let Some(known) = pattern.and_then(TypeHelp::named) {
        output.data(of_type(known, &all, format, output.data_palette()).trim_end());
        return RunExit::Done;
    }
    let (shown, note) = match pattern {
        None => (all.clone(), None),
        Some(pattern) => found(pattern, &all),
    };
    if let Some(note) = note {
        output.note(&note);
        if shown.families.is_empty() {
            return RunExit::Done;
        }
    }
    if shown.families.is_empty() {
        let hint = pattern.and_then(|pattern| all.nearest(pattern)).map_or_else(
            || "`umapish functions` lists all.".to_owned(),
            |near| format!("Did you mean `{near}`? `umapish functions` lists all."),
        );
        output.error(&format!("no function matches `{}`", pattern.unwrap_or_default()), Some(&hint));
        return RunExit::Usage;
    }
    let text = render(&shown, pattern.is_some(), format.unwrap_or(OutputFormat::Text), output.data_palette());
    output.data(text.trim_end());
    if pattern.is_none() && matches!(format, None | Some(OutputFormat::Text)) {
        output.data(colored(&help_text::overview_of_types(), output.data_palette()).trim_end());
    }
    RunExit::Done
}

/// The functions that match a pattern, and what stands here in place of a name of Python or of the service.
fn found(pattern: &str, all: &Catalog) -> (Catalog, Option<String>) {
    let pattern = pattern.trim_end_matches("()");
    let meant = meant(pattern);
    if !meant.is_empty() {
        return (all.named(meant), None);
    }
    let mut shown = all.matching(&american(pattern));
    let of_python = equivalent(pattern).map(|here| format!("Python's `{pattern}`: {}", lower_first(&here)));
    let note = of_python.or_else(|| Some(format!("`{pattern}`: {}", lower_first(&in_place_of(pattern)?))));
    if let (true, None, Some((_, member))) = (shown.families.is_empty(), &note, pattern.rsplit_once('.')) {
        shown = all.matching(&american(member));
    }
    (shown, note.filter(|_| all.find(pattern).is_empty()))
}

/// A hint after a colon.
fn lower_first(hint: &str) -> String {
    let mut letters = hint.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

/// British spelling is found as well.
fn american(word: &str) -> String {
    word.to_lowercase().replace("licenc", "licens")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names of Adobe's Python client, of `requests`, of the service and of Python, and words of administrators.
    const WORDS: &str = "
        Connection UserAction UserGroupAction UserQuery UsersQuery GroupsQuery UserGroupsQuery
        IdentityTypes IdentityType GroupTypes RoleTypes OAuthS2S AccessRequest status query_single
        query_multiple all_results result reload users groups users() user_groups execute_single
        execute_multiple execute_queued create update add_to_groups
        remove_from_groups add_role remove_role remove_from_organization delete_account delete add_users
        remove_users add_to_products remove_from_products add_to_user_group ClientError ServerError
        RequestError UnavailableError BatchError ArgumentError umapi_client id_type email username
        domain
        status_code json json() raise_for_status raise_for_status() text content headers reason Session
        session requests requests.get get post put patch head request params timeout auth HTTPError
        ConnectionError Timeout RequestException response
        addAdobeID createEnterpriseID createFederatedID update add remove removeFromOrg removeFromDomain
        createUserGroup updateUserGroup deleteUserGroup addRoles removeRoles testOnly requestID lastPage
        licenseQuota memberCount groupName notCompleted do useAdobeID usergroup productConfiguration
        len str int float bool list dict set tuple range sum min max sorted enumerate zip map filter any
        all open print input isinstance type abs round pow divmod reversed next iter format repr hasattr
        getattr append extend insert remove pop clear sort reverse keys values items setdefault copy
        split rsplit join strip lstrip rstrip replace startswith endswith lower upper title capitalize
        find index count zfill ljust rjust center isdigit encode decode splitlines partition Counter
        defaultdict deque OrderedDict namedtuple datetime timedelta date.today datetime.now strftime
        strptime fromisoformat isoformat time.sleep sleep time.time perf_counter os.environ getenv
        os.path.exists os.path.join listdir glob sys.argv argv sys.exit exit stderr stdin csv.DictReader
        DictReader DictWriter writerow reader writer json.loads json.dumps json.load json.dump loads
        dumps load dump re.match re.search re.findall re.sub findall sub match search compile
        random.randint randint choice uuid4 uuid logging logger getLogger info warning error argparse
        ArgumentParser add_argument parse_args configparser ConfigParser pandas DataFrame to_csv
        read_excel openpyxl load_workbook yaml safe_load getpass subprocess traceback copy.deepcopy
        math.ceil math.floor itertools itertools.chain islice lambda raise try except with assert global
        yield class def elif while
        revoke license licenses dry-run bulk batch offboard onboard invite deactivate disable
        suspend deprovision provision admin administrator role member members membership profile product
        group export excel xlsx csv report audit backup undo retry backoff throttle rate pagination page
        paging token oauth sandbox organization org filter search find lookup count duplicate unique
        sort compare diff sync mirror clone transfer move rename domain directory identity federated
        enterprise adobe country password proxy timeout log wait ask confirm secret

    ";

    #[test]
    fn every_common_word_finds_functions_or_what_stands_in_its_place() {
        let all = crate::script::functions::catalog();
        let is_found = |word: &&str| {
            let (shown, note) = found(word, &all);
            !shown.families.is_empty() || note.is_some()
        };
        let words: Vec<_> = WORDS.split_whitespace().collect();
        assert!(words.len() > 300, "{}", words.len());
        let lost: Vec<_> = words.into_iter().filter(|word| !is_found(word)).collect();
        assert!(lost.is_empty(), "{lost:?}");
    }
}
