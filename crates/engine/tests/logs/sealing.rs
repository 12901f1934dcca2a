//! Sealed logs: what is put is what is read, piece by piece or whole.

use crate::{ndjson, row, s3::S3};
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, memory::InMemory, path::Path as Key};
use runyard_domain::ExecutionId;
use runyard_engine::logs::{LogError, LogRow, LogStorage, SealedLog, local_objects};
use std::sync::Arc;

const EXECUTION: ExecutionId = ExecutionId::new(1_234_567);
const KEY: &str = "logs/001234/1234567.log";

/// Rows of `steps` steps, each about as large as two frames.
fn large(steps: u32) -> Vec<LogRow> {
    let rows = (0..steps * 64).map(|number| row(number / 64 + 1, &format!("{number:08000}")));
    rows.collect()
}

fn in_memory() -> (Arc<InMemory>, LogStorage) {
    let objects = Arc::new(InMemory::new());
    (objects.clone(), LogStorage::new(objects))
}

#[tokio::test]
async fn a_sealed_log_is_read_back_whole_by_step_and_by_number() {
    let folder = tempfile::tempdir().unwrap();
    let local = local_objects(&folder.path().join("made/when/missing")).unwrap();
    let memory: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let s3 = S3::start().await;
    for logs in [LogStorage::new(local), LogStorage::new(memory), s3.logs()] {
        let mut rows = large(4);
        rows.push(row(1, "late"));
        let bytes = ndjson(&rows);
        let sealed = logs.seal(EXECUTION, &bytes).await.unwrap();
        let expected = SealedLog {
            key: KEY.to_owned(),
            rows: 257,
            bytes: bytes.len() as u64,
        };
        assert_eq!(sealed, expected);
        assert_eq!(logs.rows(KEY).await.unwrap(), rows);
        for step in 0..6 {
            let own: Vec<_> = rows
                .iter()
                .filter(|row| row.step == step)
                .cloned()
                .collect();
            assert_eq!(logs.rows_of_step(KEY, step).await.unwrap(), own);
        }
        for (from, to) in [
            (0, 0),
            (0, 1),
            (0, 257),
            (31, 34),
            (64, 128),
            (256, 999),
            (257, 258),
        ] {
            let there = from.min(rows.len())..to.min(rows.len());
            let read = logs
                .rows_between(KEY, from as u64..to as u64)
                .await
                .unwrap();
            assert_eq!(read, rows[there], "{from}..{to}");
        }
    }
}

#[tokio::test]
async fn a_log_without_a_row_is_a_log() {
    let (_, logs) = in_memory();
    let sealed = logs.seal(EXECUTION, b"").await.unwrap();
    assert_eq!((sealed.rows, sealed.bytes), (0, 0));
    assert_eq!(logs.rows(KEY).await.unwrap(), []);
    assert_eq!(logs.rows_of_step(KEY, 1).await.unwrap(), []);
    assert_eq!(logs.rows_between(KEY, 0..9).await.unwrap(), []);
}

#[tokio::test]
async fn sealing_again_puts_the_same_bytes() {
    let (objects, logs) = in_memory();
    let stored = async || {
        objects
            .get(&Key::from(KEY))
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap()
    };
    let bytes = ndjson(&large(1));
    let first = (logs.seal(EXECUTION, &bytes).await.unwrap(), stored().await);
    let again = (logs.seal(EXECUTION, &bytes).await.unwrap(), stored().await);
    assert_eq!(first, again);
    assert!(stored().await.len() < bytes.len() / 10, "it is compressed");
}

#[tokio::test]
async fn rows_that_are_none_are_not_sealed() {
    let (_, logs) = in_memory();
    let error = logs
        .seal(EXECUTION, b"[1,2,\"a\"]\nnone\n")
        .await
        .unwrap_err();
    assert!(
        matches!(&error, LogError::BadRow(bad) if bad.row == 2),
        "{error}"
    );
    assert!(matches!(logs.rows(KEY).await, Err(LogError::NotFound { key }) if key == KEY));
}

#[tokio::test]
async fn a_deleted_log_is_gone_and_deleting_it_again_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let local = LogStorage::new(local_objects(folder.path()).unwrap());
    let s3 = S3::start().await;
    for logs in [local, in_memory().1, s3.logs()] {
        logs.probe().await.unwrap();
        logs.seal(EXECUTION, &ndjson(&[row(1, "a")])).await.unwrap();
        logs.delete(KEY).await.unwrap();
        logs.delete(KEY).await.unwrap();
        for outcome in [logs.rows(KEY).await, logs.rows_of_step(KEY, 1).await] {
            assert!(matches!(outcome, Err(LogError::NotFound { key }) if key == KEY));
        }
    }
}

#[tokio::test]
async fn only_the_frames_of_a_step_are_read_and_damage_is_noticed() {
    let (objects, logs) = in_memory();
    let rows = large(4);
    logs.seal(EXECUTION, &ndjson(&rows)).await.unwrap();
    let key = Key::from(KEY);
    let mut object = objects
        .get(&key)
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap()
        .to_vec();
    object[100] ^= 0xff;
    objects
        .put(&key, PutPayload::from(object.clone()))
        .await
        .unwrap();
    assert_eq!(logs.rows_of_step(KEY, 4).await.unwrap(), rows[192..]);
    assert_eq!(logs.rows_between(KEY, 250..256).await.unwrap(), rows[250..]);
    for outcome in [logs.rows(KEY).await, logs.rows_of_step(KEY, 1).await] {
        assert!(
            matches!(outcome, Err(LogError::Damaged { .. })),
            "{outcome:?}"
        );
    }
    for length in [object.len() - 1, 17, 1] {
        objects
            .put(&key, PutPayload::from(object[..length].to_vec()))
            .await
            .unwrap();
        assert!(
            matches!(logs.rows(KEY).await, Err(LogError::Damaged { .. })),
            "{length}"
        );
    }
}

#[tokio::test]
async fn an_index_longer_than_the_first_read_is_read_too() {
    let (_, logs) = in_memory();
    let rows = large(24);
    logs.seal(EXECUTION, &ndjson(&rows)).await.unwrap();
    assert_eq!(logs.rows_of_step(KEY, 24).await.unwrap(), rows[23 * 64..]);
}
