//! Log bytes.

use super::wakes::heard;
use crate::world::{ONE_JOB, World, is_not_found, jobs_beside_each_other};
use runyard_domain::{Conclusion, Execution, ExecutionId};
use runyard_store::{Appended, LogContent, SealedLog, Store, Wake};
use std::sync::Arc;

const LIMIT: u64 = 1_000_000;

/// An execution that has started.
async fn started(store: &Arc<dyn Store>) -> ExecutionId {
    let world = World::new(Arc::clone(store)).await;
    let flow = world.run(ONE_JOB).await;
    let id = world.claim_one().await.id;
    flow.start(id).await.unwrap();
    id
}

async fn assert_log(store: &Arc<dyn Store>, id: ExecutionId, wanted: &[u8]) {
    let log = store.log(id).await.unwrap();
    assert_eq!(log, LogContent::Chunks(wanted.to_vec()));
    assert_eq!(store.log_bytes(id).await.unwrap(), wanted.len() as u64);
}

pub(crate) async fn log_chunks_are_put_together(store: Arc<dyn Store>) {
    let id = started(&store).await;
    assert_log(&store, id, b"").await;
    let all_bytes: Vec<u8> = (0..=255).collect();
    let chunks: [&[u8]; 5] = [b"first\n", b"", &all_bytes, &[b'x'; 200_000], b"\r\n"];
    let mut whole: Vec<u8> = Vec::new();
    for chunk in chunks {
        let offset = whole.len() as u64;
        whole.extend_from_slice(chunk);
        let appended = store.append_log(id, offset, chunk, LIMIT).await.unwrap();
        let bytes = whole.len() as u64;
        assert_eq!(appended, Appended::Stored { bytes });
    }
    assert_log(&store, id, &whole).await;
}

pub(crate) async fn an_overlap_is_stored_once(store: Arc<dyn Store>) {
    let id = started(&store).await;
    let table: [(u64, &[u8], &[u8]); 6] = [
        (0, b"abcd", b"abcd"),
        (0, b"abcd", b"abcd"),
        (1, b"bc", b"abcd"),
        (2, b"cdef", b"abcdef"),
        (0, b"abcdefg", b"abcdefg"),
        (7, b"", b"abcdefg"),
    ];
    for (offset, chunk, whole) in table {
        let appended = store.append_log(id, offset, chunk, LIMIT).await.unwrap();
        let bytes = whole.len() as u64;
        assert_eq!(
            appended,
            Appended::Stored { bytes },
            "{chunk:?} at {offset}"
        );
        assert_log(&store, id, whole).await;
    }
}

pub(crate) async fn a_gap_stores_nothing(store: Arc<dyn Store>) {
    let id = started(&store).await;
    let appended = store.append_log(id, 1, b"x", LIMIT).await.unwrap();
    assert_eq!(appended, Appended::Gap { bytes: 0 });
    store.append_log(id, 0, b"ab", LIMIT).await.unwrap();
    let appended = store.append_log(id, 3, b"x", LIMIT).await.unwrap();
    assert_eq!(appended, Appended::Gap { bytes: 2 });
    assert_log(&store, id, b"ab").await;
}

pub(crate) async fn a_full_log_takes_no_more(store: Arc<dyn Store>) {
    let id = started(&store).await;
    let table: [(u64, &[u8], Appended); 4] = [
        (0, b"abc", Appended::Stored { bytes: 3 }),
        (3, b"defgh", Appended::Full { bytes: 5 }),
        (5, b"fgh", Appended::Full { bytes: 5 }),
        (3, b"de", Appended::Stored { bytes: 5 }),
    ];
    for (offset, chunk, wanted) in table {
        let appended = store.append_log(id, offset, chunk, 5).await.unwrap();
        assert_eq!(appended, wanted, "{chunk:?} at {offset}");
    }
    assert_log(&store, id, b"abcde").await;
    let appended = store.append_log(id, 5, b"f", 6).await.unwrap();
    assert_eq!(appended, Appended::Stored { bytes: 6 }, "exactly full");
}

fn sealed(bytes: u64) -> SealedLog {
    SealedLog {
        key: "logs/1/\u{e9}.zst".to_owned(),
        bytes,
    }
}

pub(crate) async fn a_sealed_log_takes_no_more(store: Arc<dyn Store>) {
    let id = started(&store).await;
    store.append_log(id, 0, b"abc", LIMIT).await.unwrap();
    store.seal_log(id, &sealed(3)).await.unwrap();
    for offset in [0, 3] {
        let appended = store.append_log(id, offset, b"abcd", LIMIT).await.unwrap();
        assert_eq!(appended, Appended::Full { bytes: 3 });
    }
    let log = store.log(id).await.unwrap();
    assert_eq!(log, LogContent::Sealed(sealed(3)));
    assert_eq!(store.log_bytes(id).await.unwrap(), 3);
}

pub(crate) async fn sealing_again_is_harmless(store: Arc<dyn Store>) {
    let id = started(&store).await;
    for _ in 0..2 {
        store.seal_log(id, &sealed(0)).await.unwrap();
        let log = store.log(id).await.unwrap();
        assert_eq!(log, LogContent::Sealed(sealed(0)));
    }
}

pub(crate) async fn ended_executions_wait_for_their_logs_to_be_sealed(store: Arc<dyn Store>) {
    let world = World::new(Arc::clone(&store)).await;
    assert_eq!(store.unsealed_logs(10).await.unwrap(), []);
    let flow = world.run(&jobs_beside_each_other(4)).await;
    let claimed: Vec<Execution> = world.claim(1, 4).await;
    for execution in &claimed {
        flow.start(execution.id).await.unwrap();
    }
    assert_eq!(store.unsealed_logs(10).await.unwrap(), []);
    for execution in &claimed[..3] {
        let id = execution.id;
        store.append_log(id, 0, b"x", LIMIT).await.unwrap();
        flow.finish(id, Conclusion::Success).await.unwrap();
    }
    let waiting: Vec<_> = claimed[..3].iter().map(|e| (e.id, e.job)).collect();
    assert_eq!(store.unsealed_logs(10).await.unwrap(), waiting);
    assert_eq!(store.unsealed_logs(2).await.unwrap(), waiting[..2]);
    store.seal_log(waiting[0].0, &sealed(1)).await.unwrap();
    assert_eq!(store.unsealed_logs(2).await.unwrap(), waiting[1..]);
}

pub(crate) async fn a_log_of_an_unknown_execution_is_refused(store: Arc<dyn Store>) {
    let unknown = ExecutionId::new(99);
    let error = store.append_log(unknown, 0, b"x", LIMIT).await.unwrap_err();
    assert!(is_not_found(&error), "{error}");
    let error = store.seal_log(unknown, &sealed(1)).await.unwrap_err();
    assert!(is_not_found(&error), "{error}");
    assert_log(&store, unknown, b"").await;
}

pub(crate) async fn log_rows_wake_their_readers(store: Arc<dyn Store>) {
    let id = started(&store).await;
    let mut listener = store.wakes().listen();
    let reader = Arc::clone(&store);
    let read = tokio::spawn(async move {
        heard(&mut listener, Wake::Log(id)).await;
        reader.log_bytes(id).await.unwrap()
    });
    store.append_log(id, 0, b"line\n", LIMIT).await.unwrap();
    assert_eq!(read.await.unwrap(), 5);
}
