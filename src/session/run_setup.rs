//! Starts a run: a session with hooks at the gate and the state of the run attached.

use super::group_evidence::GroupEvidence;
use super::listing_cache;
use super::live_run::LiveRunHook;
use super::people_index::PeopleIndex;
use super::run_state::{RunSettings, RunState};
use crate::client::hooks::GateHook;
use crate::host::input_defaults::InputDefaults;
use crate::host::session::{HookFactory, Session, SessionSetup};
use crate::store::group_evidence::GroupEvidenceFile;
use crate::store::run_lock;
use std::rc::Rc;
use std::sync::Arc;

/// What a run needs to start.
pub struct RunSetup {
    /// The setup of its session.
    pub setup: SessionSetup,
    /// The settings of its state.
    pub settings: RunSettings,
    /// What the operator says about the files that scripts read.
    pub inputs: InputDefaults,
}

impl RunSetup {
    /// Starts the run.
    pub fn start(self) -> Rc<Session> {
        let session = Session::new(self.setup);
        session.extend(Rc::new(RunState::new(self.settings)));
        session.extend(Rc::new(self.inputs));
        Rc::new(session)
    }
}

/// The hooks of a run, in order: the guard may refuse, other live runs are kept out, saved listings become stale, and
/// the journal is last, since it records what is sent.
pub(crate) fn hook_factory(settings: &RunSettings) -> HookFactory {
    let (guard, recorder) = (Arc::clone(&settings.guard), settings.recorder.clone());
    let folder = settings.listings.folder.clone();
    let (send_unlisted, live_run) = (settings.send_unlisted, settings.live_run.clone());
    Box::new(move |client| {
        let mut hooks = vec![Arc::clone(&guard) as Arc<dyn GateHook>];
        // A run that changes nothing needs to know nobody.
        if !guard.is_read_only() {
            let people = Arc::new(PeopleIndex::new(send_unlisted));
            if let Some(recorder) = &recorder {
                recorder.consult(Arc::clone(&people));
            }
            hooks.push(people);
        }
        let place = folder.as_deref().and_then(|folder| folder().ok());
        let evidence = place.as_deref().map(|folder| {
            let file = GroupEvidenceFile::of(folder, &client.organization, &client.service_url);
            Arc::new(GroupEvidence::new(file)) as Arc<dyn GateHook>
        });
        hooks.extend(evidence);
        let locked = live_run.clone().zip(place).map(|(run, place)| {
            LiveRunHook::new(run, run_lock::path(&place, &client.organization, &client.service_url))
        });
        hooks.extend(locked.map(|hook| Arc::new(hook) as Arc<dyn GateHook>));
        let stale = listing_cache::hook(folder.as_deref(), &client.organization, &client.service_url);
        hooks.extend(stale.map(|hook| Arc::new(hook) as Arc<dyn GateHook>));
        hooks.extend(recorder.iter().map(|recorder| Arc::clone(recorder) as Arc<dyn GateHook>));
        hooks
    })
}
