//! Who owns the files that umapish trusts, who may change them, and who may read those with secrets. What others can
//! change would let them decide what the operator's next run does.
//!
//! Windows has no such permissions: there, all files pass.

use crate::error::Result;
use std::fs::File;
use std::path::Path;

/// What a file is to umapish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileRole {
    /// It is obeyed: nobody but the operator or root may change it or its folder.
    Obeyed,
    /// The same, and it is root's alone.
    Team,
    /// It holds a secret: nobody else may read or change it.
    Secret,
    /// It says what to do again: it is the operator's own, in a folder that only the operator can change.
    Journal,
}

/// Opens a file that must not be in the hands of others.
///
/// # Errors
/// `config`: others own it, or may change or read it; the hint is the command that fixes it. The outer error is the
/// system's.
pub(crate) fn open(path: &Path, role: FileRole) -> std::io::Result<Result<(File, Option<String>)>> {
    let file = File::open(path)?;
    let checked = system::check(path, &file, role);
    Ok(checked.map(|warning| (file, warning)))
}

/// Whether a file passes; a warning if it should be better protected.
///
/// # Errors
/// As [`open`]; a file that cannot be opened passes, since nobody can use it.
pub(crate) fn check(path: &Path, role: FileRole) -> Result<Option<String>> {
    open(path, role).map_or(Ok(None), |checked| checked.map(|(_, warning)| warning))
}

#[cfg(not(unix))]
mod system {
    use super::{File, FileRole, Path, Result};

    pub(super) fn check(_: &Path, _: &File, _: FileRole) -> Result<Option<String>> {
        Ok(None)
    }
}

#[cfg(unix)]
mod system {
    use super::{File, FileRole, Path, Result};
    use crate::error::Error;
    use std::fs::Metadata;
    use std::os::unix::fs::MetadataExt;
    use std::path::PathBuf;

    const ROOT: u32 = 0;
    const OTHERS_WRITE: u32 = 0o002;
    const OTHERS_READ: u32 = 0o004;
    const GROUP_WRITES: u32 = 0o020;
    const GROUP_READS: u32 = 0o040;
    /// In such a folder, only the owner of a file may rename or remove it.
    const STICKY: u32 = 0o1000;
    /// Where container systems put secrets, readable for everybody inside of the container.
    const CONTAINER_SECRETS: &str = "/run/secrets";

    fn refused(message: String, command: &str) -> Error {
        Error::config(message, format!("Check what it contains, then run: {command}"))
    }

    pub(super) fn check(path: &Path, file: &File, role: FileRole) -> Result<Option<String>> {
        let Ok(data) = file.metadata() else { return Ok(None) };
        if !data.is_file() {
            // A pipe or device is the operator's choice, and has no content that could be changed before.
            return Ok(None);
        }
        let user = rustix::process::geteuid().as_raw();
        check_owner(path, &data, role, user)?;
        if is_writable_by_others(&data, user) {
            return Err(refused(
                format!("{} can be changed by other users, and umapish trusts it", path.display()),
                &command("chmod go-w", path, &data),
            ));
        }
        check_folders(path, role, user)?;
        if role == FileRole::Secret { check_readers(path, &data, user) } else { Ok(None) }
    }

    fn check_owner(path: &Path, data: &Metadata, role: FileRole, user: u32) -> Result<()> {
        let (is_right, owner) = match role {
            FileRole::Team => (data.uid() == ROOT, "root".to_owned()),
            FileRole::Journal => (data.uid() == user, name(user)),
            FileRole::Obeyed | FileRole::Secret => ([ROOT, user].contains(&data.uid()), name(user)),
        };
        if is_right {
            return Ok(());
        }
        let message = format!(
            "{} belongs to {}, not to {owner}, and umapish trusts it",
            path.display(),
            name(data.uid())
        );
        Err(refused(message, &format!("sudo chown {owner} {}", quoted(path))))
    }

    /// Whoever may change the folder may replace the file. Both the named folder and that of the file itself count.
    fn check_folders(path: &Path, role: FileRole, user: u32) -> Result<()> {
        let named = std::path::absolute(path).ok();
        let real = path.canonicalize().ok();
        let folders =
            [named, real].into_iter().flatten().filter_map(|path| path.parent().map(Path::to_owned));
        folders.into_iter().try_for_each(|folder: PathBuf| {
            let Ok(data) = folder.metadata() else { return Ok(()) };
            check_folder(path, &folder, &data, role, user)
        })
    }

    fn check_folder(path: &Path, folder: &Path, data: &Metadata, role: FileRole, user: u32) -> Result<()> {
        let is_owned = data.uid() == user || (data.uid() == ROOT && role != FileRole::Journal);
        if !is_owned {
            let message = format!("{}: its folder belongs to {}", path.display(), name(data.uid()));
            return Err(refused(message, &format!("sudo chown {} {}", name(user), quoted(folder))));
        }
        let is_sticky = data.mode() & STICKY != 0 && role != FileRole::Journal;
        if is_writable_by_others(data, user) && !is_sticky {
            let message =
                format!("{}: other users can change its folder, and umapish trusts it", path.display());
            return Err(refused(message, &command("chmod go-w", folder, data)));
        }
        Ok(())
    }

    fn check_readers(path: &Path, data: &Metadata, user: u32) -> Result<Option<String>> {
        let by_others = data.mode() & OTHERS_READ != 0;
        let is_own_group = data.uid() == ROOT && is_group_of_process(data.gid());
        let by_group = data.mode() & GROUP_READS != 0 && !is_own_group && !is_private_group(data.gid(), user);
        if !by_others && !by_group {
            return Ok(None);
        }
        let message = format!("{} contains a secret and other users can read it", path.display());
        if path.canonicalize().is_ok_and(|path| path.starts_with(CONTAINER_SECRETS)) {
            return Ok(Some(message));
        }
        let mode = if data.uid() == ROOT && user != ROOT { "chmod o-rwx" } else { "chmod 600" };
        Err(Error::config(message, format!("Run: {}", command(mode, path, data))))
    }

    fn is_writable_by_others(data: &Metadata, user: u32) -> bool {
        data.mode() & OTHERS_WRITE != 0
            || (data.mode() & GROUP_WRITES != 0 && data.gid() != ROOT && !is_private_group(data.gid(), user))
    }

    fn is_group_of_process(group: u32) -> bool {
        let groups = rustix::process::getgroups().unwrap_or_default();
        rustix::process::getegid().as_raw() == group || groups.iter().any(|known| known.as_raw() == group)
    }

    /// Whether a group has no member but the user, as many systems make one for each. What is not in the local files,
    /// such as a group of a directory, has members that are not known here.
    fn is_private_group(group: u32, user: u32) -> bool {
        let lines = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let own = name(user);
        let is_shared = lines("/etc/passwd").lines().any(|line| {
            let fields: Vec<_> = line.split(':').collect();
            fields.get(3).is_some_and(|id| *id == group.to_string()) && fields[0] != own
        });
        let groups = lines("/etc/group");
        let entry = groups.lines().map(|line| line.split(':').collect::<Vec<_>>());
        let mut entry = entry.filter(|fields| fields.get(2).is_some_and(|id| *id == group.to_string()));
        let is_known = entry.next().is_some_and(|fields| {
            let members = fields.get(3).copied().unwrap_or_default();
            fields[0] == own && members.split(',').all(|member| member.is_empty() || member == own)
        });
        is_known && !is_shared
    }

    /// The name of a user, or the number of one that is not in the local file.
    fn name(user: u32) -> String {
        let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        let mut entries = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
        let found = entries.find(|fields| fields.get(2).is_some_and(|id| *id == user.to_string()));
        found.map_or_else(|| user.to_string(), |fields| fields[0].to_owned())
    }

    /// A command that the operator can run as it is.
    fn command(change: &str, path: &Path, data: &Metadata) -> String {
        let sudo = if data.uid() == rustix::process::geteuid().as_raw() { "" } else { "sudo " };
        format!("{sudo}{change} {}", quoted(path))
    }

    /// A path as a shell takes it.
    fn quoted(path: &Path) -> String {
        let text = std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string();
        let is_plain = text.chars().all(|letter| letter.is_alphanumeric() || "/._-+,:@%~".contains(letter));
        if is_plain { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    fn set(path: &Path, mode: u32) {
        std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    fn file(mode: u32) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a file");
        std::fs::write(&path, "x").unwrap();
        set(&path, mode);
        (folder, path)
    }

    const ROLES: [FileRole; 3] = [FileRole::Obeyed, FileRole::Secret, FileRole::Journal];

    #[test]
    fn every_mode_of_a_file_and_its_folder_passes_or_is_refused_with_the_command_that_fixes_it() {
        for role in ROLES {
            for mode in [0o600, 0o400, 0o644, 0o604, 0o602, 0o666, 0o606] {
                for folder_mode in [0o700, 0o755, 0o777, 0o707] {
                    let (folder, path) = file(mode);
                    set(folder.path(), folder_mode);
                    let is_writable = mode & 0o002 != 0 || folder_mode & 0o002 != 0;
                    let is_readable = mode & 0o044 & !0o040 != 0 && role == FileRole::Secret;
                    let case = format!("{role:?} {mode:o} in {folder_mode:o}");
                    let Err(error) = check(&path, role) else {
                        assert!(!is_writable && !is_readable, "{case}");
                        continue;
                    };
                    assert!(is_writable || is_readable, "{case}: {error}");
                    assert_eq!(error.kind.name(), "config");
                    let hint = error.hint().unwrap();
                    let command = hint.split_once("run: ").or(hint.split_once("Run: ")).unwrap().1;
                    let done = std::process::Command::new("sh").args(["-c", command]).status().unwrap();
                    assert!(done.success(), "{case}: {command}");
                    // Two things may be wrong: each command fixes one.
                    assert!(
                        check(&path, role).err().is_none_or(|next| next.to_string() != error.to_string()),
                        "{case}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_sticky_folder_protects_what_is_in_it_except_journals() {
        let (folder, path) = file(0o600);
        set(folder.path(), 0o1777);
        assert!(check(&path, FileRole::Obeyed).is_ok() && check(&path, FileRole::Journal).is_err());
    }

    #[test]
    fn a_link_is_as_safe_as_its_folder_and_what_it_leads_to() {
        let (_folder, path) = file(0o600);
        let open = tempfile::tempdir().unwrap();
        let link = open.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(check(&link, FileRole::Obeyed).is_ok());
        set(open.path(), 0o777);
        assert!(check(&link, FileRole::Obeyed).is_err());
        set(open.path(), 0o700);
        set(&path, 0o666);
        assert!(check(&link, FileRole::Obeyed).is_err());
    }

    #[test]
    fn a_file_of_another_user_is_refused() {
        if !rustix::process::geteuid().is_root() {
            // Only root can give a file away; a system file stands for it.
            assert!(check(Path::new("/etc/passwd"), FileRole::Journal).is_err());
            return;
        }
        let (_folder, path) = file(0o600);
        std::os::unix::fs::chown(&path, Some(65_533), None).unwrap();
        for role in ROLES {
            let error = check(&path, role).unwrap_err();
            assert!(error.to_string().contains("belongs to 65533"), "{error}");
            assert!(error.hint().unwrap().contains("sudo chown "), "{error}");
        }
    }

    #[test]
    fn the_file_of_a_team_is_root_s() {
        let (_folder, path) = file(0o644);
        assert_eq!(check(&path, FileRole::Team).is_ok(), rustix::process::geteuid().is_root());
    }
}
