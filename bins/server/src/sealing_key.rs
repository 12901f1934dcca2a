//! The key that encrypts the secrets which are kept: from the settings, or made on the first start beside a database
//! that belongs to one server.

use crate::settings::{Settings, StoreKind};
use anyhow::{Context, Result, bail};
use runyard_engine::SealingKey;
use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

/// The file in the data folder.
const FILE: &str = "secrets.key";
/// Only the server's user may read and write it.
const MODE: u32 = 0o600;
/// Permissions of anybody else.
const OTHERS: u32 = 0o077;
/// More than this is no key.
const FILE_BYTES_MAX: u64 = 1024;

/// The key that the settings name; none when several servers would have to share it and nobody gave one.
pub(crate) fn sealing_key(settings: &Settings) -> Result<Option<SealingKey>> {
    let (text, file) = (&settings.secrets.key.0, &settings.secrets.key_file);
    match (text.is_empty(), file.as_os_str().is_empty()) {
        (false, false) => bail!("set secrets.key or secrets.key_file, not both"),
        (false, true) => Ok(Some(
            SealingKey::parse(text).context("setting secrets.key")?,
        )),
        (true, false) => read(file).map(Some),
        (true, true) => match settings.store.kind {
            StoreKind::Memory | StoreKind::Sqlite => own(&settings.data.dir.join(FILE)).map(Some),
            StoreKind::Postgres => Ok(None),
        },
    }
}

fn read(path: &Path) -> Result<SealingKey> {
    let about = || format!("reading the key of the secrets, {}", path.display());
    let file = File::open(path).with_context(about)?;
    let mode = file.metadata().with_context(about)?.permissions().mode();
    if mode & OTHERS != 0 {
        bail!(
            "{}: others may read it; chmod 600 {}",
            about(),
            path.display()
        );
    }
    let mut text = String::new();
    file.take(FILE_BYTES_MAX)
        .read_to_string(&mut text)
        .with_context(about)?;
    SealingKey::parse(&text).with_context(about)
}

/// The key of this data folder. Written beside and then put in place, so that a whole key is there or none.
fn own(path: &Path) -> Result<SealingKey> {
    let about = || format!("making the key of the secrets, {}", path.display());
    if path.try_exists().with_context(about)? {
        return read(path);
    }
    let key = SealingKey::generate();
    let aside = path.with_extension(format!("key.{}.tmp", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(MODE);
    let mut file = options.open(&aside).with_context(about)?;
    writeln!(file, "{}", key.reveal()).with_context(about)?;
    file.sync_all().with_context(about)?;
    let linked = std::fs::hard_link(&aside, path);
    std::fs::remove_file(&aside).with_context(about)?;
    match linked {
        // Another start of this moment was first.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read(path),
        linked => {
            linked.with_context(about)?;
            log::info!(
                "made the key of the secrets, {}: keep a copy of it",
                path.display()
            );
            Ok(key)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::load;
    use std::fs::{Permissions, set_permissions};

    fn settings(folder: &Path, rest: &str) -> Settings {
        load(&format!(
            "[data]\ndir = {:?}\n{rest}",
            folder.to_str().unwrap()
        ))
        .unwrap()
    }

    #[test]
    fn the_first_start_makes_a_key_that_only_its_user_may_read_and_the_next_start_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(folder.path(), "");
        let key = sealing_key(&settings).unwrap().unwrap();
        let path = folder.path().join(FILE);
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, MODE);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(sealing_key(&settings).unwrap(), Some(key));
        set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        let refused = format!("{:#}", sealing_key(&settings).unwrap_err());
        assert!(refused.contains("chmod 600"), "{refused}");
    }

    #[test]
    fn servers_that_share_a_database_make_no_keys_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let shared = settings(folder.path(), "[store]\nkind = \"postgres\"");
        assert_eq!(sealing_key(&shared).unwrap(), None);
    }

    #[test]
    fn a_key_is_taken_from_the_settings_and_never_printed() {
        let folder = tempfile::tempdir().unwrap();
        let key = SealingKey::generate();
        let text = key.reveal();
        let given = settings(folder.path(), &format!("[secrets]\nkey = \"{text}\""));
        assert_eq!(sealing_key(&given).unwrap(), Some(key));
        assert!(!format!("{given:?}").contains(&text));
        for wrong in [
            format!("key = \"{}\"", &text[1..]),
            format!("key = \"{text}\"\nkey_file = \"x\""),
        ] {
            let wrong = settings(folder.path(), &format!("[secrets]\n{wrong}"));
            let refused = format!("{:#}", sealing_key(&wrong).unwrap_err());
            assert!(!refused.contains(&text[1..]), "{refused}");
        }
    }
}
