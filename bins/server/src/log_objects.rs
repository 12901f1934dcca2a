//! Opens the place of the sealed logs that the settings name: a bucket or a folder. Reads and writes no logs.

use crate::settings::{S3, Settings, StoreKind};
use anyhow::{Context, Result, bail};
use runyard_engine::logs::{LogStorage, S3Keys, S3Settings, local_objects, s3_objects};
use std::{fs::File, io::Read, path::Path, time::Duration};

/// More than this is no secret key.
const FILE_BYTES_MAX: u64 = 4096;

/// The bucket that the settings name, else this folder; tried out, so that what is wrong shows now.
pub(crate) async fn open(settings: &Settings, folder: &Path) -> Result<LogStorage> {
    let logs = match settings.logs.s3.bucket.is_empty() {
        true => LogStorage::new(local_objects(folder)?),
        false => LogStorage::new(s3_objects(&bucket(settings)?, std::env::vars_os())?),
    };
    logs.probe()
        .await
        .with_context(|| place(settings, folder))?;
    Ok(logs)
}

fn place(settings: &Settings, folder: &Path) -> String {
    match settings.logs.s3.bucket.as_str() {
        "" => format!("trying the folder of sealed logs, {}", folder.display()),
        bucket => format!("trying the bucket of sealed logs, logs.s3.bucket = {bucket:?}"),
    }
}

fn bucket(settings: &Settings) -> Result<S3Settings> {
    if !settings.logs.dir.as_os_str().is_empty() {
        bail!("set logs.dir or logs.s3.bucket, not both");
    }
    if settings.store.kind == StoreKind::Memory {
        bail!(
            "the store is memory, which begins anew with each start, but logs.s3.bucket is {:?}: it must be empty",
            settings.logs.s3.bucket
        );
    }
    let s3 = &settings.logs.s3;
    Ok(S3Settings {
        bucket: s3.bucket.clone(),
        prefix: s3.prefix.clone(),
        region: s3.region.clone(),
        endpoint: s3.endpoint.clone(),
        keys: keys(s3)?,
        path_style: s3.path_style,
        allow_http: s3.allow_http,
        timeout: Duration::from_secs(s3.timeout_seconds),
    })
}

/// The keys of the settings; none when they name neither.
fn keys(s3: &S3) -> Result<Option<S3Keys>> {
    let file = &s3.secret_access_key_file;
    let secret = match (
        s3.secret_access_key.0.is_empty(),
        file.as_os_str().is_empty(),
    ) {
        (false, false) => {
            bail!("set logs.s3.secret_access_key or logs.s3.secret_access_key_file, not both")
        }
        (true, false) => read(file)?,
        (_, true) => s3.secret_access_key.0.clone(),
    };
    let keys = S3Keys {
        id: s3.access_key_id.clone(),
        secret,
    };
    Ok((!keys.id.is_empty() || !keys.secret.is_empty()).then_some(keys))
}

fn read(path: &Path) -> Result<String> {
    let about = || format!("reading logs.s3.secret_access_key_file, {}", path.display());
    let mut text = String::new();
    File::open(path)
        .and_then(|file| file.take(FILE_BYTES_MAX).read_to_string(&mut text))
        .with_context(about)?;
    match text.trim() {
        "" => bail!("{}: it is empty", about()),
        secret => Ok(secret.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::load;

    fn of(text: &str) -> Result<S3Settings> {
        bucket(&load(text).unwrap())
    }

    #[test]
    fn a_bucket_is_opened_with_the_keys_of_the_settings_or_of_a_file_or_of_the_environment() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "hunter2\n").unwrap();
        let path = file.path().to_str().unwrap();
        let keys = |more: &str| {
            of(&format!("[logs.s3]\nbucket = \"ci\"\n{more}"))
                .unwrap()
                .keys
        };
        let pair = S3Keys {
            id: "a".to_owned(),
            secret: "hunter2".to_owned(),
        };
        let given = "access_key_id = \"a\"\nsecret_access_key = \"hunter2\"";
        assert_eq!(keys(given), Some(pair.clone()));
        let filed = format!("access_key_id = \"a\"\nsecret_access_key_file = {path:?}");
        assert_eq!(keys(&filed), Some(pair));
        assert_eq!(keys(""), None);
    }

    #[test]
    fn settings_of_a_bucket_that_contradict_one_another_are_refused_without_the_secret() {
        for (text, expected) in [
            (
                "[logs]\ndir = \"x\"\n[logs.s3]\nbucket = \"ci\"",
                "logs.dir or logs.s3.bucket, not both",
            ),
            (
                "[store]\nkind = \"memory\"\n[logs.s3]\nbucket = \"ci\"",
                "logs.s3.bucket is \"ci\": it must be empty",
            ),
            (
                "[logs.s3]\nbucket = \"ci\"\nsecret_access_key = \"hunter2\"\nsecret_access_key_file = \"x\"",
                "secret_access_key_file, not both",
            ),
            (
                "[logs.s3]\nbucket = \"ci\"\nsecret_access_key_file = \"/nowhere\"",
                "secret_access_key_file, /nowhere",
            ),
        ] {
            let refused = format!("{:#}", of(text).unwrap_err());
            assert!(refused.contains(expected), "{refused}");
            assert!(!refused.contains("hunter2"), "{refused}");
        }
        let printed = load("[logs.s3]\nsecret_access_key = \"hunter2\"").unwrap();
        assert!(!format!("{printed:?}").contains("hunter2"));
    }
}
