//! The command `serve`: opens everything, listens, tells how to reach it, and stops in order. And `migrate`.

use crate::{
    arguments::{Configured, Connection, Demo, Serve},
    certificates, demo, first_start,
    listening::Listening,
    local_runner, seeding,
    settings::{Settings, StoreKind},
    stopping::{Moment, Signals, Stop, reached},
    storage,
};
use anyhow::{Context, Result};
use runyard_api::{ApiState, Listeners, ServeOptions, TrustedProxies, WebhookPayloads};
use runyard_engine::Engine;
use runyard_runner::Runner;
use runyard_store::{postgres, sqlite};
use std::{sync::Arc, time::Duration};
use tokio::task::JoinHandle;

/// Serves until it is told to stop.
pub(crate) async fn serve(command: Serve) -> Result<()> {
    let mut settings = configured(&command.configured)?;
    if let Some(listen) = command.listen {
        settings.server.listen = listen;
    }
    if let Some(path) = command.unix_socket {
        settings.server.unix_socket = path;
    }
    start_log(&settings);
    let seed = seeding::wanted(command.seed.as_deref(), &mut settings)?;
    let Listening {
        listeners,
        url,
        own_url,
        socket,
    } = Listening::open(&settings)?;
    let (engine, _own_folders) = storage::open_engine(&settings).await?;
    let payloads = Arc::new(WebhookPayloads::new(reached_at(&settings, &url)));
    let _clocks = engine.start_clocks(payloads).await?;
    let tls = listeners.tls.clone();
    // Before anybody is answered or told that it can be: whoever saw it live may end it in order.
    let signals = Signals::listen()?;
    let stop = Stop::new();
    let answering = answer(listeners, engine.clone(), settings.clone(), &stop)?;
    let sown = match &seed {
        Some(seed) => Some(seeding::sow(seed, &engine).await?),
        None => None,
    };
    let serving = tokio::spawn(answering);
    if let Some(tls) = tls {
        certificates::watch(tls)?;
    }
    announce(&engine, &settings, &url).await?;
    if let Some(sown) = &sown {
        sown.announce();
    }
    if let Some(socket) = &socket {
        println!("unix socket: {}", socket.path().display());
    }

    let limit = settings.server.drain();
    let runner = start_runner(&engine, &settings, &own_url, stop.begun()).await?;
    let demo = command
        .demo
        .then(|| tokio::spawn(show_demo(engine, settings, own_url, stop.begun())));
    signals.received().await;
    let tasks = runner.into_iter().chain(demo).collect();
    stop.through(limit, tasks, serving).await
}

/// What the links in payloads begin with, which no request tells.
pub(crate) fn reached_at<'a>(settings: &'a Settings, url: &'a str) -> &'a str {
    match settings.server.public_url.as_str() {
        "" => url,
        public => public,
    }
}

fn answer(
    listeners: Listeners,
    engine: Engine,
    settings: Settings,
    stop: &Stop,
) -> Result<impl Future<Output = Result<()>> + Send + use<>> {
    let state = state(engine, &settings)?;
    let mut options = ServeOptions {
        shutdown_timeout: settings.server.drain(),
        connections: settings.limits.connections,
        header_time: Duration::from_secs(settings.limits.header_seconds),
        keep_alive: Duration::from_secs(settings.limits.keep_alive_seconds),
        ..ServeOptions::default()
    };
    if settings.server.workers > 0 {
        options.workers = settings.server.workers;
    }
    let (begun, drained) = (reached(stop.begun()), reached(stop.drained()));
    Ok(async move {
        let served = runyard_api::serve(listeners, state, options, begun, drained);
        served.await.context("serving")
    })
}

/// What requests are answered with.
fn state(engine: Engine, settings: &Settings) -> Result<ApiState> {
    let mut state = ApiState::new(engine);
    state.public_url = match settings.server.public_url.as_str() {
        "" => None,
        url => Some(
            url.parse()
                .with_context(|| format!("setting server.public_url is {url:?}"))?,
        ),
    };
    state.store_name = settings.store.kind.name();
    state.serves_metrics = settings.server.metrics;
    state.trusted_proxies = TrustedProxies::parse(&settings.server.trusted_proxies)?;
    state.limits = settings.limits.api();
    Ok(state)
}

/// Brings the schema up to date.
pub(crate) async fn migrate(command: Configured) -> Result<()> {
    let settings = configured(&command)?;
    start_log(&settings);
    let applied = match settings.store.kind {
        StoreKind::Memory => Vec::new(),
        StoreKind::Sqlite => sqlite::migrate(&storage::sqlite_file(&settings)).await?,
        StoreKind::Postgres => postgres::migrate(storage::database_url(&settings)?).await?,
    };
    match applied.as_slice() {
        [] => println!("the schema is up to date"),
        names => names.iter().for_each(|name| println!("applied {name}")),
    }
    Ok(())
}

pub(crate) fn configured(command: &Configured) -> Result<Settings> {
    let mut settings = Settings::load(command.config.as_deref())?;
    if let Some(kind) = command.store {
        settings.store.kind = kind;
    }
    Ok(settings)
}

pub(crate) fn start_log(settings: &Settings) {
    let filters = env_logger::Env::default().default_filter_or(&settings.log.level);
    // A second start in one process keeps the first logger.
    let _ = env_logger::Builder::from_env(filters)
        .format_timestamp_micros()
        .try_init();
}

/// What programs and people read at the start: the lines `url:` and, on the first one, `token:`.
async fn announce(engine: &Engine, settings: &Settings, url: &str) -> Result<()> {
    let token = first_start::administrator(engine).await?;
    println!(
        "runyard {} on the {} store",
        env!("CARGO_PKG_VERSION"),
        settings.store.kind.name()
    );
    if let Some(token) = token {
        println!("The administrator's token is shown this once; keep it:");
        println!("token: {}", token.reveal());
    }
    println!("url: {url}");
    Ok(())
}

async fn start_runner(
    engine: &Engine,
    settings: &Settings,
    url: &str,
    stopping: Moment,
) -> Result<Option<JoinHandle<()>>> {
    if !settings.runner.in_process {
        return Ok(None);
    }
    let runner = local_runner::register(engine, settings, url).await?;
    Ok(Some(tokio::spawn(run_jobs(runner, stopping))))
}

async fn run_jobs(runner: Runner, stopping: Moment) {
    if let Err(error) = runner.run(reached(stopping)).await {
        log::error!("the runner in this process ended: {error}");
    }
}

async fn show_demo(engine: Engine, settings: Settings, url: String, stopping: Moment) {
    let shown = async {
        let token = first_start::demo_token(&engine).await?.reveal().to_owned();
        let connection = Connection {
            server: url,
            token: Some(token),
        };
        let folder = settings.data.dir.join("demo");
        demo::demo(Demo { folder, connection }).await
    };
    tokio::select! {
        result = shown => match result {
            Ok(()) => println!("The server keeps running; stop it with Ctrl-C."),
            Err(error) => eprintln!("runyard: the demonstration: {error:#}"),
        },
        () = reached(stopping) => {}
    }
}
