//! Answers on a listener until it is told to stop. No configuration files, no signals: those are the program's.

use crate::{ApiState, Tls, configure, wire::connections::Connection};
use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::{App, HttpServer, dev::Server, rt::net::TcpStream};
use futures_util::future::{Either, join, select};
use std::{
    any::Any, future::Future, io, net::TcpListener, os::unix::net::UnixListener, pin::pin,
    sync::Arc, time::Duration,
};
use tokio::sync::watch;

/// Where requests come from. Links in bodies begin with the Host header in either case.
#[derive(Debug)]
pub struct Listeners {
    /// A port.
    pub tcp: TcpListener,
    /// What secures the connections of the port; without, they are plain.
    pub tls: Option<Arc<Tls>>,
    /// A port for this machine alone, always plain: for the server's own runner, which cannot know its certificate.
    pub own: Option<TcpListener>,
    /// A unix socket beside it, which must not block.
    pub unix: Option<UnixListener>,
}

impl From<TcpListener> for Listeners {
    fn from(tcp: TcpListener) -> Self {
        Self {
            tcp,
            tls: None,
            own: None,
            unix: None,
        }
    }
}

/// How to serve.
#[derive(Debug, Clone, Copy)]
pub struct ServeOptions {
    /// Threads that answer requests, at least 1.
    pub workers: usize,
    /// Connections that are open at one time; more wait until one ends. Shared out to the workers.
    pub connections: usize,
    /// The head of a request must be here after this; otherwise 408, and the connection ends. So must a handshake.
    pub header_time: Duration,
    /// How long a connection without a request is kept.
    pub keep_alive: Duration,
    /// How long requests that run may go on after the stop, in whole seconds.
    pub shutdown_timeout: Duration,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            workers: std::thread::available_parallelism().map_or(1, usize::from),
            connections: 8192,
            header_time: Duration::from_secs(10),
            keep_alive: Duration::from_secs(75),
            shutdown_timeout: Duration::from_secs(10),
        }
    }
}

/// Answers on `listeners` until `stopping` completes, and from then on as a server that is about to go: it is not
/// ready, hands out no jobs, and calls that wait for something are answered at once, as if nothing had happened
/// within their time. When `drained` completes too, it takes no more requests and lets the running ones end.
///
/// # Errors
/// When a listener cannot be used.
pub async fn serve(
    listeners: impl Into<Listeners>,
    mut state: ApiState,
    options: ServeOptions,
    stopping: impl Future<Output = ()>,
    drained: impl Future<Output = ()>,
) -> io::Result<()> {
    let (stop, told) = watch::channel(false);
    state.stopping = told;
    let server = open(listeners.into(), state, options)?;
    let running = server.handle();
    let over = async {
        stopping.await;
        stop.send_replace(true);
        drained.await;
    };
    match select(pin!(server), pin!(over)).await {
        Either::Left((ended, _)) => ended,
        Either::Right(((), server)) => join(server, running.stop(true)).await.0,
    }
}

fn open(listeners: Listeners, state: ApiState, options: ServeOptions) -> io::Result<Server> {
    let counting = state.clone();
    let workers = options.workers.max(1);
    let server = HttpServer::new(move || {
        let state = state.clone();
        App::new().configure(move |config| configure(config, state))
    });
    let mut server = server
        .workers(workers)
        .max_connections(options.connections.div_ceil(workers))
        .client_request_timeout(options.header_time)
        .keep_alive(options.keep_alive)
        .on_connect(move |stream, of_connection| {
            of_connection.insert(connection(&counting, stream));
        })
        .shutdown_timeout(options.shutdown_timeout.as_secs())
        .tls_handshake_timeout(options.header_time)
        .disable_signals();
    server = match &listeners.tls {
        Some(tls) => server.listen_rustls_0_23(listeners.tcp, tls.config()?)?,
        None => server.listen(listeners.tcp)?,
    };
    if let Some(own) = listeners.own {
        server = server.listen(own)?;
    }
    if let Some(unix) = listeners.unix {
        server = server.listen_uds(unix)?;
    }
    Ok(server.run())
}

/// Counts a connection. Addresses of trusted proxies are not counted: whoever is behind them is somebody else.
fn connection(state: &ApiState, stream: &dyn Any) -> Connection {
    let secured = stream.downcast_ref::<TlsStream<TcpStream>>();
    let secured = secured.map(|stream| stream.get_ref().0);
    let stream = secured.or_else(|| stream.downcast_ref::<TcpStream>());
    let peer = stream.and_then(|stream| stream.peer_addr().ok());
    let address = peer.map(|peer| peer.ip().to_canonical());
    let address = address.filter(|_| !state.trusted_proxies.trust(address));
    let most = state.limits.connections_per_address;
    state.connections.opened(address, most)
}
