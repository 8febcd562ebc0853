//! What the prompt needs: organizations by profile, one interrupt and one line of progress for all of them.

use super::refusal::refuse;
use super::run_builder::{copy_of, listen, setup_of};
use super::undo;
use crate::app::organization::OrganizationContext;
use crate::cli::TopLevel;
use crate::client::settings::{ClientSettings, Mode};
use crate::config;
use crate::config::table::{MODES, SANDBOX_PROFILE, secret_variables};
use crate::config::values::CommandLineSettings;
use crate::error::Result;
use crate::host::interrupt::Interrupt;
use crate::host::session::Session;
use crate::output::Output;
use crate::repl;
use crate::repl::profile_opener::{OpenedProfile, ProfileOpener, RequestSpan, UndoResult};
use crate::shell::exit_code::RunExit;
use crate::shell::progress::ProgressReporter;
use crate::store::file_door;
use crate::store::standard_input;
use crate::store::trust::{self, FileRole};
use crate::user_folders;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// Two Ctrl-C within this time count as one.
const GRACE: Duration = Duration::from_secs(1);

/// How many people of an input are looked up before it changes them, so that `:undo` can undo it.
const READ_BEFORE: usize = 10;

/// Opens the prompt.
pub(crate) fn prompt(top: TopLevel, output: &Arc<Output>) -> RunExit {
    let interrupt = match listen(GRACE, output) {
        Ok(interrupt) => interrupt,
        Err(error) => return refuse(&error, output),
    };
    standard_input::claim_for_prompt();
    let progress = Arc::new(ProgressReporter::new(Arc::clone(output), top.global.verbose));
    let opener =
        CommandLineOpener { top, interrupt, output: Arc::clone(output), progress: Arc::clone(&progress) };
    repl::run(Box::new(opener), output, &progress)
}

/// Opens organizations with what the command line said.
struct CommandLineOpener {
    top: TopLevel,
    interrupt: Interrupt,
    output: Arc<Output>,
    progress: Arc<ProgressReporter>,
}

impl CommandLineOpener {
    fn opened(&self, context: OrganizationContext) -> Result<OpenedProfile> {
        let mut context = if self.top.global.copy {
            copy_of(context, &self.interrupt, &self.progress, &self.output)?
        } else {
            context
        };
        let connect = context.connect;
        context.connect =
            Box::new(move |flow| Ok(ClientSettings { reads_before: READ_BEFORE, ..connect(flow)? }));
        let (is_real, problem) = (context.is_real, context.problem.take());
        let (is_secret, max_age) = (Rc::clone(&context.is_secret), context.listing_age);
        let listeners = (self.interrupt.clone(), Arc::clone(&self.progress));
        let mut setup = setup_of(context, &self.top.global, (None, None), listeners, &self.output)?;
        // The operator can be asked, and may have set the age of saved listings.
        let listings = &mut setup.settings.listings;
        (listings.max_age, listings.asks) = (max_age, true);
        Ok(OpenedProfile { setup, is_real, problem, is_secret: with_environment(is_secret) })
    }

    /// The command line for another profile: `--live` applies to the first profile only.
    fn choice_of(&self, profile: &str) -> CommandLineSettings {
        let test = self.top.global.mode().filter(|mode| *mode == MODES[0]);
        CommandLineSettings { profile: Some(profile.to_owned()), mode: test, ..self.top.global.choice() }
    }
}

impl ProfileOpener for CommandLineOpener {
    fn open(&self, profile: Option<&str>) -> Result<OpenedProfile> {
        let context = match profile {
            None => OrganizationContext::of(&self.top.global, &self.output).unwrap_or_else(|problem| {
                OrganizationContext::unknown(self.top.global.profile.as_deref().unwrap_or("default"), problem)
            }),
            Some(SANDBOX_PROFILE) => {
                OrganizationContext::sandbox(if self.top.global.test { Mode::Test } else { Mode::Live })
            }
            Some(name) => {
                OrganizationContext::of_profile(&self.top.global, &self.choice_of(name), &self.output)?
            }
        };
        self.opened(context)
    }

    fn undo(&self, session: &Rc<Session>, span: RequestSpan) -> Result<UndoResult> {
        undo::undo_span(&self.top.global, session, span, &self.output)
    }

    fn profiles(&self) -> Vec<String> {
        let choice = CommandLineSettings { profile: None, ..self.top.global.choice() };
        let config = config::Config::load(&choice, &config::values::Environment::default());
        let mut profiles = config.map(|config| config.profiles().to_vec()).unwrap_or_default();
        profiles.push(SANDBOX_PROFILE.to_owned());
        profiles
    }

    fn startup_script(&self) -> Result<Option<PathBuf>> {
        if self.top.no_init {
            return Ok(None);
        }
        let Ok(folder) = user_folders::configuration() else { return Ok(None) };
        let path = folder.join("init.rhai");
        if !file_door::is_file(&path) {
            return Ok(None);
        }
        trust::check(&path, FileRole::Obeyed)?;
        Ok(Some(path))
    }
}

/// Also covers the secrets of the environment, whether or not the profile uses them.
fn with_environment(is_secret: Rc<dyn Fn(&str) -> bool>) -> Rc<dyn Fn(&str) -> bool> {
    let values = secret_variables().filter_map(|name| std::env::var(name).ok());
    let values: Vec<_> = values.filter(|value| !value.trim().is_empty()).collect();
    Rc::new(move |text| is_secret(text) || values.iter().any(|value| text.contains(value.trim())))
}
