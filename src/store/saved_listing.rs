//! Full listings on disk, one file each: complete, compressed, private, and deleted after a week.
//!
//! A file begins with one line of JSON that says what it holds, then come the records, one a line, compressed. The
//! first line has a fixed length and is written last, when it is known how many records there are: a file that was
//! not finished has none, and one that was cut short does not have the length it names.

use super::atomic_file::private;
use super::listed_change::{self, ListedChange};
use super::saved_records::SavedRecords;
use super::timestamp_file;
use crate::error::{Error, Result};
use crate::wire::limits::LISTING_INTERVAL_SECONDS;
use crate::wire::response::ListedEntry;
use jiff::Timestamp;
use lz4_flex::frame::{FrameEncoder, FrameInfo};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, SystemTime};
use tempfile::NamedTempFile;

/// The version of the file format; others are not read, and the service is asked again.
const FORMAT: u32 = 3;
/// The file with the mark of the last change.
const CHANGED: &str = "changed";
/// The file with what the changes concern.
const CHANGES: &str = "changes";
/// Bytes of the first line.
const HEAD_BYTES: usize = 1024;
/// Pages that are read ahead.
const PAGES_AHEAD: usize = 2;
/// How long a listing is kept: it holds names and addresses of people.
const RETENTION: Duration = Duration::from_hours(7 * 24);

/// The listings of one organization at one service.
#[derive(Debug, Clone)]
pub(crate) struct SavedListings {
    folder: PathBuf,
    organization: String,
    service: String,
}

/// What the first line of a file says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct ListingHeader {
    format: u32,
    listing: String,
    organization: String,
    service: String,
    begun: String,
    /// The mark of the last change when its first page was requested.
    change: Option<String>,
    records: usize,
    length: u64,
}

/// A saved listing.
#[derive(Debug)]
pub(crate) struct SavedListing {
    /// When its first page was requested.
    pub begun: Timestamp,
    /// The number of its records.
    pub records: usize,
    /// Whether umapish has changed the organization since.
    pub is_stale: bool,
    /// The mark of the last change before it.
    change: Option<String>,
    path: PathBuf,
    file: File,
}

impl SavedListings {
    /// The saved listings of an organization in the state folder; creates nothing yet.
    pub(crate) fn of(state: &Path, organization: &str, service: &str) -> Self {
        let part = crate::wire::percent_encode::keeping_at;
        let folder = state.join("listings").join(part(organization)).join(part(service));
        Self { folder, organization: organization.to_owned(), service: service.to_owned() }
    }

    /// Starts to save a listing. The saved listing of that name stays until the new one is complete.
    ///
    /// # Errors
    /// `file`: the folder or the file cannot be created.
    pub(crate) fn begin(&self, listing: &str, begun: Timestamp) -> Result<ListingWriter> {
        let failed = |error| Error::file(self.folder.display().to_string(), error);
        super::state_dir::make(&self.folder).map_err(failed)?;
        self.prune(SystemTime::now());
        let head = ListingHeader {
            format: FORMAT,
            listing: listing.to_owned(),
            organization: self.organization.clone(),
            service: self.service.clone(),
            begun: begun.to_string(),
            change: self.change_mark(),
            records: 0,
            length: 0,
        };
        ListingWriter::new(&self.folder, self.path(listing), head).map_err(failed)
    }

    /// The saved listing of that name; `None` if there is no complete one in this format.
    pub(crate) fn find(&self, listing: &str) -> Option<SavedListing> {
        let path = self.path(listing);
        let mut file = File::open(&path).ok()?;
        let mut line = [0; HEAD_BYTES];
        file.read_exact(&mut line).ok()?;
        let head: ListingHeader = serde_json::from_slice(&line).ok()?;
        let begun: Timestamp = head.begun.parse().ok()?;
        let whole = head.length == file.metadata().ok()?.len();
        let ours = head.format == FORMAT
            && (head.listing.as_str(), &head.organization, &head.service)
                == (listing, &self.organization, &self.service);
        let is_stale = head.change != self.change_mark();
        let (records, change) = (head.records, head.change);
        (whole && ours).then_some(SavedListing { begun, records, is_stale, change, path, file })
    }

    /// Records that the organization was changed, so that earlier listings are stale: the mark is a random one, which no
    /// clock brings back. Writes nothing if nothing was ever saved.
    ///
    /// # Errors
    /// `file`: it cannot be written.
    pub(crate) fn mark_changed(&self, now: Timestamp, change: &ListedChange) -> Result<()> {
        if !self.folder.is_dir() {
            return Ok(());
        }
        let path = self.folder.join(CHANGED);
        let mark = uuid::Uuid::new_v4().simple().to_string();
        // A line that is missing is noticed when the log is read, so a failure only costs a listing.
        drop(listed_change::append(&self.folder.join(CHANGES), self.change_mark(), &mark, change));
        let mut options = OpenOptions::new();
        let file = private(options.write(true).create(true).truncate(true)).open(&path);
        let written =
            file.and_then(|mut file| file.write_all(mark.as_bytes()).and_then(|()| file.sync_data()));
        written.map_err(|error| Error::io(&path, error))?;
        timestamp_file::set(&path, now)
    }

    /// The mark of the last change; one that is half written differs from all others.
    fn change_mark(&self) -> Option<String> {
        fs::read_to_string(self.folder.join(CHANGED)).ok()
    }

    /// What this program changed since a listing was saved; `None` if that is not known.
    pub(crate) fn changes_since(&self, saved: &SavedListing) -> Option<ListedChange> {
        let until = self.change_mark();
        listed_change::between(&self.folder.join(CHANGES), saved.change.as_deref(), until.as_deref())
    }

    /// When the organization was last changed by this program.
    pub(crate) fn changed(&self) -> Option<Timestamp> {
        timestamp_file::get(&self.folder.join(CHANGED))
    }

    /// Records that a full listing began, saved or not: the service limits how often one may begin.
    ///
    /// # Errors
    /// `file`: it cannot be written.
    pub(crate) fn mark_begun(&self, listing: &str, now: Timestamp) -> Result<()> {
        let failed = |error| Error::file(self.folder.display().to_string(), error);
        super::state_dir::make(&self.folder).map_err(failed)?;
        timestamp_file::set(&self.folder.join(format!("{listing}.begun")), now)
    }

    /// When a full listing last began.
    pub(crate) fn begun(&self, listing: &str) -> Option<Timestamp> {
        timestamp_file::get(&self.folder.join(format!("{listing}.begun")))
    }

    fn path(&self, listing: &str) -> PathBuf {
        self.folder.join(format!("{listing}.json.lz4"))
    }

    /// Removes files that are too old, and incomplete ones of killed runs. A file that cannot be removed does not
    /// prevent saving the next listing.
    fn prune(&self, now: SystemTime) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        for entry in entries.flatten() {
            let written = entry.metadata().and_then(|data| data.modified());
            let age = written.ok().and_then(|written| now.duration_since(written).ok()).unwrap_or_default();
            if age > RETENTION {
                drop(fs::remove_file(entry.path()));
            }
        }
    }
}

/// A listing that is being saved. If dropped before it is finished, it leaves nothing.
pub struct ListingWriter {
    records: FrameEncoder<BufWriter<NamedTempFile>>,
    head: ListingHeader,
    path: PathBuf,
}

impl ListingWriter {
    fn new(folder: &Path, path: PathBuf, head: ListingHeader) -> io::Result<Self> {
        let mut file = tempfile::Builder::new().prefix(".umapish-").tempfile_in(folder)?;
        file.write_all(&[b' '; HEAD_BYTES])?;
        // Unpacking gzip took as long as parsing; LZ4 takes a tenth of that, for a file a sixth larger. The checksum
        // of the whole content is verified at the end.
        let form = FrameInfo::new().content_checksum(true);
        let records = FrameEncoder::with_frame_info(form, BufWriter::new(file));
        Ok(Self { records, head, path })
    }

    /// Adds the records of a page.
    ///
    /// # Errors
    /// `file`: they cannot be written.
    pub fn add<T: Serialize>(&mut self, records: &[Arc<T>]) -> Result<()> {
        let mut lines = Vec::new();
        for record in records {
            serde_json::to_writer(&mut lines, &**record)
                .map_err(|error| Error::file(self.path.display().to_string(), error))?;
            lines.push(b'\n');
        }
        self.head.records += records.len();
        self.records.write_all(&lines).map_err(|error| Error::file(self.path.display().to_string(), error))
    }

    /// The listing is complete: replaces the previous one.
    ///
    /// # Errors
    /// `file`: it cannot be written completely; the previous one stays.
    pub fn finish(self) -> Result<()> {
        let Self { records, head, path } = self;
        let place = path.display().to_string();
        settle(records, head, &path).map_err(|error| Error::file(place, error))
    }
}

fn settle(
    records: FrameEncoder<BufWriter<NamedTempFile>>,
    mut head: ListingHeader,
    path: &Path,
) -> io::Result<()> {
    let mut file =
        records.finish().map_err(io::Error::from)?.into_inner().map_err(io::IntoInnerError::into_error)?;
    head.length = file.as_file().metadata()?.len();
    let line = serde_json::to_vec(&head)?;
    if line.len() >= HEAD_BYTES {
        return Err(io::Error::other("the organization id and the service URL are too long"));
    }
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&line)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

impl SavedListing {
    /// Whether it began less than two hours ago, when the service would let nobody list everything again.
    pub(crate) fn is_young(&self) -> bool {
        let age = Timestamp::now().duration_since(self.begun);
        let limit = i64::try_from(LISTING_INTERVAL_SECONDS).unwrap_or(i64::MAX);
        !age.is_negative() && age.as_secs() < limit
    }

    /// Its records, a page at a time.
    pub(crate) fn pages<T: ListedEntry + Send + Sync + 'static>(self) -> SavedPages<T> {
        SavedPages {
            unread: Some(SavedRecords::new(BufReader::new(self.file), self.records)),
            pages: None,
            left: self.records,
            place: self.path.display().to_string(),
        }
    }
}

/// The records of a saved listing, read on demand. A thread reads and parses the next pages while the script works on
/// one.
pub(crate) struct SavedPages<T> {
    /// Until the first page is asked for.
    unread: Option<SavedRecords<BufReader<File>, T>>,
    pages: Option<Receiver<PageOrDamage<T>>>,
    left: usize,
    place: String,
}

type PageOrDamage<T> = io::Result<Vec<Arc<T>>>;

impl<T: ListedEntry + Send + Sync + 'static> SavedPages<T> {
    /// The next records; `None` when there are no more.
    ///
    /// # Errors
    /// `file`: the file is damaged.
    pub(crate) fn next_page(&mut self) -> Result<Option<Vec<Arc<T>>>> {
        if let Some(records) = self.unread.take() {
            let pages = read_ahead(records).map_err(|error| Error::file(&self.place, error))?;
            self.pages = Some(pages);
        }
        let page = self.pages.as_ref().and_then(|pages| pages.recv().ok());
        let Some(page) = page else { return self.end() };
        let page = page.map_err(|error| self.damaged(&error))?;
        self.left = self.left.saturating_sub(page.len());
        Ok(Some(page))
    }

    /// The thread ends after the last record; if it ended before, it failed.
    fn end(&self) -> Result<Option<Vec<Arc<T>>>> {
        if self.left == 0 {
            return Ok(None);
        }
        Err(Error::file(&self.place, "the saved listing was not read to the end"))
    }

    /// Removes a damaged file, so that the next listing is read from the service.
    fn damaged(&self, error: &io::Error) -> Error {
        let removed = match std::fs::remove_file(&self.place) {
            Ok(()) => "it was removed; run again to list again",
            Err(_) => "remove it and run this again",
        };
        Error::file(&self.place, format!("the saved listing is damaged ({error}); {removed}"))
    }

    /// The number of records not yet read.
    pub(crate) fn left(&self) -> usize {
        self.left
    }
}

/// Reads pages on a thread of its own, which ends with the last one, at an error, or when nobody wants more.
fn read_ahead<T: ListedEntry + Send + Sync + 'static>(
    mut records: SavedRecords<BufReader<File>, T>,
) -> io::Result<Receiver<PageOrDamage<T>>> {
    let (sender, pages) = mpsc::sync_channel(PAGES_AHEAD);
    thread::Builder::new().name("saved listing".to_owned()).spawn(move || {
        while let Some(page) = records.next_page().transpose() {
            let is_damaged = page.is_err();
            if sender.send(page).is_err() || is_damaged {
                return;
            }
        }
    })?;
    Ok(pages)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::user::User;

    fn shelf() -> (tempfile::TempDir, SavedListings) {
        let folder = tempfile::tempdir().unwrap();
        let shelf = SavedListings::of(folder.path(), "1@AdobeOrg", "https://service.example/v2");
        (folder, shelf)
    }

    fn users(numbers: std::ops::Range<usize>) -> Vec<Arc<User>> {
        let user = |number: usize| User {
            email: Some(format!("u{number}@example.com").into()),
            groups: Some(vec!["X".into()].into()),
            ..User::default()
        };
        numbers.map(|number| Arc::new(user(number))).collect()
    }

    fn begun() -> Timestamp {
        "2026-11-25T14:02:00Z".parse().unwrap()
    }

    fn keep(shelf: &SavedListings, count: usize) {
        let mut writer = shelf.begin("users", begun()).unwrap();
        writer.add(&users(0..count / 2)).unwrap();
        writer.add(&users(count / 2..count)).unwrap();
        writer.finish().unwrap();
    }

    fn read(saved: SavedListing) -> Result<Vec<Arc<User>>> {
        let (mut pages, mut all) = (saved.pages(), Vec::new());
        while let Some(page) = pages.next_page()? {
            all.extend(page);
        }
        Ok(all)
    }

    #[test]
    fn what_was_kept_is_read_again() {
        let (_folder, shelf) = shelf();
        assert!(shelf.find("users").is_none());
        keep(&shelf, 4_500);
        let saved = shelf.find("users").unwrap();
        assert_eq!((saved.begun, saved.records), (begun(), 4_500));
        assert_eq!(read(saved).unwrap(), users(0..4_500));
        assert!(shelf.find("groups").is_none());
    }

    #[test]
    fn an_empty_listing_is_a_listing() {
        let (_folder, shelf) = shelf();
        keep(&shelf, 0);
        assert_eq!(read(shelf.find("users").unwrap()).unwrap(), []);
    }

    #[test]
    fn a_listing_that_did_not_end_leaves_the_one_before() {
        let (_folder, shelf) = shelf();
        keep(&shelf, 2);
        let mut writer = shelf.begin("users", begun()).unwrap();
        writer.add(&users(0..100)).unwrap();
        drop(writer);
        assert_eq!(shelf.find("users").unwrap().records, 2);
        assert_eq!(fs::read_dir(&shelf.folder).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_was_cut_or_is_of_another_form_is_none() {
        let (_folder, shelf) = shelf();
        keep(&shelf, 10);
        let path = shelf.path("users");
        let whole = fs::read(&path).unwrap();
        for length in [0, 10, HEAD_BYTES, whole.len() - 1] {
            fs::write(&path, &whole[..length]).unwrap();
            assert!(shelf.find("users").is_none(), "{length}");
        }
        let text = String::from_utf8_lossy(&whole[..HEAD_BYTES]).replace("\"format\":3", "\"format\":2");
        fs::write(&path, [text.as_bytes(), &whole[HEAD_BYTES..]].concat()).unwrap();
        assert!(shelf.find("users").is_none());
    }

    #[test]
    fn a_damaged_file_is_an_error_and_never_a_shorter_list() {
        let (_folder, shelf) = shelf();
        keep(&shelf, 5_000);
        let path = shelf.path("users");
        let mut bytes = fs::read(&path).unwrap();
        let middle = HEAD_BYTES + (bytes.len() - HEAD_BYTES) / 2;
        bytes[middle..middle + 64].fill(0xff);
        fs::write(&path, bytes).unwrap();
        assert_eq!(read(shelf.find("users").unwrap()).unwrap_err().kind.name(), "file");
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig {
            cases: 150, failure_persistence: None, ..proptest::prelude::ProptestConfig::default()
        })]

        /// Bytes of the first line or of the records, changed or cut off by chance.
        #[test]
        fn an_edited_file_is_an_error_or_the_same_list(
            edits in proptest::collection::vec((proptest::prelude::any::<usize>(), 1..=255_u8), 0..5),
            end in 0..4_000_usize,
        ) {
            let (_folder, shelf) = shelf();
            keep(&shelf, 300);
            let path = shelf.path("users");
            let mut bytes = fs::read(&path).unwrap();
            bytes.truncate(end.max(1));
            for (place, with) in edits {
                let length = bytes.len();
                bytes[place % length] ^= with;
            }
            fs::write(&path, bytes).unwrap();
            if let Some(Ok(found)) = shelf.find("users").map(read) {
                proptest::prop_assert!(found == users(0..300));
            }
        }
    }

    #[test]
    fn a_first_line_that_names_fewer_records_is_an_error() {
        for fewer in ["0  ", "1  ", "299"] {
            let (_folder, shelf) = shelf();
            keep(&shelf, 300);
            let path = shelf.path("users");
            let bytes = fs::read(&path).unwrap();
            let head = String::from_utf8_lossy(&bytes[..HEAD_BYTES]);
            let head = head.replace("\"records\":300", &format!("\"records\":{fewer}"));
            fs::write(&path, [head.as_bytes(), &bytes[HEAD_BYTES..]].concat()).unwrap();
            assert_eq!(read(shelf.find("users").unwrap()).unwrap_err().kind.name(), "file", "{fewer}");
        }
    }

    #[test]
    fn organizations_and_services_have_shelves_of_their_own() {
        let (folder, shelf) = shelf();
        keep(&shelf, 1);
        assert!(
            SavedListings::of(folder.path(), "2@AdobeOrg", "https://service.example/v2")
                .find("users")
                .is_none()
        );
        assert!(
            SavedListings::of(folder.path(), "1@AdobeOrg", "https://other.example/v2")
                .find("users")
                .is_none()
        );
    }

    #[test]
    fn moments_are_remembered() {
        let (_folder, shelf) = shelf();
        let moment = begun();
        shelf.mark_changed(moment, &ListedChange::default()).unwrap();
        assert_eq!((shelf.changed(), shelf.begun("users")), (None, None));
        shelf.mark_begun("users", moment).unwrap();
        shelf.mark_changed(moment, &ListedChange::default()).unwrap();
        let moments = (shelf.changed(), shelf.begun("users"), shelf.begun("groups"));
        assert_eq!(moments, (Some(moment), Some(moment), None));
    }

    #[test]
    fn a_change_makes_a_listing_stale_whatever_the_clock_says() {
        let (_folder, shelf) = shelf();
        keep(&shelf, 2);
        assert!(!shelf.find("users").unwrap().is_stale);
        for moment in [begun() - Duration::from_hours(9000), begun(), begun() + Duration::from_hours(1)] {
            shelf.mark_changed(moment, &ListedChange::default()).unwrap();
            assert!(shelf.find("users").unwrap().is_stale, "{moment}");
            keep(&shelf, 2);
            assert!(!shelf.find("users").unwrap().is_stale, "{moment}");
        }
        fs::write(shelf.folder.join(CHANGED), "").unwrap();
        assert!(shelf.find("users").unwrap().is_stale);
    }

    #[test]
    fn a_week_later_a_listing_is_forgotten() {
        let (_folder, shelf) = shelf();
        keep(&shelf, 1);
        shelf.prune(SystemTime::now() + Duration::from_hours(6 * 24));
        assert!(shelf.find("users").is_some());
        shelf.prune(SystemTime::now() + Duration::from_hours(8 * 24));
        assert!(shelf.find("users").is_none());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, shelf) = shelf();
        keep(&shelf, 1);
        shelf.mark_changed(begun(), &ListedChange::default()).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&shelf.path("users")), mode(&shelf.folder)), (0o600, 0o700));
        assert_eq!(mode(&shelf.folder.join("changed")), 0o600);
    }
}
