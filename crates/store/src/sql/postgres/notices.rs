//! Wake-ups between servers that share a database: one connection listens, and tells what happened here, gathered
//! for a moment. A lost signal costs a moment, never a run (architecture 4, rule 7).

use super::{
    address::Address,
    connect::CONNECTION_TIMEOUT,
    signals::{Origin, payloads, wakes_in},
};
use crate::{Wake, Wakes};
use futures_util::future::poll_fn;
use std::{collections::HashSet, time::Duration};
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_postgres::{AsyncMessage, Client, Connection, NoTls, Socket, tls::NoTlsStream};

/// How long signals are gathered: a `NOTIFY` for each change would halve the rate of commits.
const GATHERED_FOR: Duration = Duration::from_millis(3);
/// Signals that wait to be told to other servers; further ones are dropped.
const WAITING_MAX: usize = 4_096;
/// How long to wait before connecting again.
const RECONNECT_WAIT: Duration = Duration::from_secs(1);
/// What servers of one database listen to.
const CHANNEL: &str = "runyard";

/// The connection to the other servers; it ends with this value.
pub(super) struct Notices {
    outgoing: mpsc::Sender<Wake>,
    task: JoinHandle<()>,
}

impl Notices {
    /// Passes on what others tell to `wakes` from now on.
    pub(super) fn start(address: Address, wakes: Wakes) -> Self {
        let (outgoing, waiting) = mpsc::channel(WAITING_MAX);
        let talk = Talk {
            address,
            wakes,
            origin: Origin::random(),
            waiting,
            again: false,
        };
        Self {
            outgoing,
            task: tokio::spawn(talk.keep_up()),
        }
    }

    /// Tells other servers, soon.
    pub(super) fn tell(&self, wake: Wake) {
        // When too much waits, the others see the change at their next look.
        let _ = self.outgoing.try_send(wake);
    }
}

impl Drop for Notices {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Talk {
    address: Address,
    wakes: Wakes,
    origin: Origin,
    waiting: mpsc::Receiver<Wake>,
    /// Whether this is not the first connection.
    again: bool,
}

impl Talk {
    async fn keep_up(mut self) {
        loop {
            let reason = match self.listen_and_tell().await {
                Ok(()) => "the connection was closed".to_owned(),
                Err(error) => error.to_string(),
            };
            log::warn!("no signals from other servers: {}: {reason}", self.address);
            self.again = true;
            sleep(RECONNECT_WAIT).await;
        }
    }

    async fn listen_and_tell(&mut self) -> Result<(), anyhow::Error> {
        let connecting = timeout(CONNECTION_TIMEOUT, self.address.config().connect(NoTls));
        let (client, connection) = connecting.await??;
        let wakes = self.wakes.clone();
        tokio::select! {
            heard = hear(connection, &wakes, self.origin) => heard,
            told = self.tell_all(&client) => told,
        }
    }

    async fn tell_all(&mut self, client: &Client) -> Result<(), anyhow::Error> {
        client.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
        if self.again {
            // What happened meanwhile was not heard: at least jobs that wait are looked for.
            self.wakes.send(Wake::Queue);
        }
        while let Some(first) = self.waiting.recv().await {
            sleep(GATHERED_FOR).await;
            let mut gathered = HashSet::from([first]);
            while let Ok(next) = self.waiting.try_recv() {
                gathered.insert(next);
            }
            for payload in payloads(self.origin, gathered) {
                let arguments: [&(dyn tokio_postgres::types::ToSql + Sync); 2] =
                    [&CHANNEL, &payload];
                client
                    .execute("SELECT pg_notify($1, $2)", &arguments)
                    .await?;
            }
        }
        Ok(())
    }
}

/// Reads everything that the connection receives, which also drives what is sent on it.
async fn hear(
    mut connection: Connection<Socket, NoTlsStream>,
    wakes: &Wakes,
    own: Origin,
) -> Result<(), anyhow::Error> {
    while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
        if let AsyncMessage::Notification(notice) = message? {
            for wake in wakes_in(notice.payload(), own) {
                wakes.send(wake);
            }
        }
    }
    Ok(())
}
