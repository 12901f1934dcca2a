//! A wire that a test can cut or stop, to a database or to one of several servers, without touching those.

use std::net::SocketAddr;
use std::sync::Arc;

use runyard_tests::Database;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What becomes of what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    /// It arrives.
    Open,
    /// Nothing arrives, and nobody is told: a network that swallows everything.
    Silent,
    /// Connections end, and new ones end at once: a database that is stopped.
    Cut,
}

/// A running relay; connections end with this value.
#[derive(Debug)]
pub(crate) struct Relay {
    address: SocketAddr,
    wire: watch::Sender<Wire>,
}

impl Relay {
    /// A relay to the server of `TEST_POSTGRES_URL`.
    pub(crate) async fn start() -> Self {
        Self::to([Database::server_address()]).await
    }

    /// A relay to the first of these addresses that takes a connection, chosen anew for each.
    pub(crate) async fn to(targets: impl IntoIterator<Item = String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a free port");
        let address = listener.local_addr().expect("it listens");
        let (wire, state) = watch::channel(Wire::Open);
        tokio::spawn(accept(listener, targets.into_iter().collect(), state));
        Self { address, wire }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes what becomes of what is sent.
    pub(crate) fn set(&self, wire: Wire) {
        self.wire.send_replace(wire);
    }
}

async fn accept(listener: TcpListener, targets: Arc<[String]>, state: watch::Receiver<Wire>) {
    let mut ended = state.clone();
    let over = async { while ended.changed().await.is_ok() {} };
    let accepting = async {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(pass(client, targets.clone(), state.clone()));
        }
    };
    tokio::select! { () = over => {}, () = accepting => {} }
}

async fn pass(mut client: TcpStream, targets: Arc<[String]>, mut state: watch::Receiver<Wire>) {
    let mut cut = state.clone();
    let talk = async {
        if state.wait_for(|wire| *wire == Wire::Open).await.is_err() {
            return;
        }
        let Some(mut server) = connect(&targets).await else {
            return;
        };
        loop {
            tokio::select! {
                _ = copy_bidirectional(&mut client, &mut server) => return,
                changed = state.wait_for(|wire| *wire == Wire::Silent) => if changed.is_err() { return },
            }
            if state.wait_for(|wire| *wire == Wire::Open).await.is_err() {
                return;
            }
        }
    };
    tokio::select! { () = talk => {}, _ = cut.wait_for(|wire| *wire == Wire::Cut) => {} }
}

async fn connect(targets: &[String]) -> Option<TcpStream> {
    for target in targets {
        if let Ok(server) = TcpStream::connect(target).await {
            return Some(server);
        }
    }
    None
}
