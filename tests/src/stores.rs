//! The three stores, one of them for two servers as well, and the macro that tells every journey on each of them.

use crate::database::Database;

/// Set where a skipped database must fail, as in CI and by `make test`.
const REQUIRED: &str = "RUNYARD_REQUIRE_POSTGRES";

/// Where a server keeps what it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// In the process; gone when it ends.
    Memory,
    /// In a file below the data folder.
    Sqlite,
    /// In a database of its own on the server of `TEST_POSTGRES_URL`.
    Postgres,
    /// As `Postgres`, with two servers on that database: people talk to one, every runner to the other.
    Replicas,
}

impl Store {
    /// Its name in the configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Sqlite => "sqlite",
            Self::Postgres | Self::Replicas => "postgres",
        }
    }

    /// Whether a restarted server finds its data again.
    #[must_use]
    pub fn is_durable(self) -> bool {
        self != Self::Memory
    }

    /// Whether it is a database on the server of `TEST_POSTGRES_URL`.
    #[must_use]
    pub fn is_postgres(self) -> bool {
        match self {
            Self::Memory | Self::Sqlite => false,
            Self::Postgres | Self::Replicas => true,
        }
    }
}

/// Whether a test on `store` is skipped for want of a database, said aloud.
///
/// # Panics
/// If skipping is forbidden.
#[must_use]
pub fn skips(store: Store) -> bool {
    if !store.is_postgres() || Database::is_available() {
        return false;
    }
    assert!(
        std::env::var_os(REQUIRED).is_none(),
        "{REQUIRED} is set, but TEST_POSTGRES_URL is not"
    );
    eprintln!("skipped: TEST_POSTGRES_URL is not set (make test starts a server)");
    true
}

/// Makes a test of every journey on every store: `stores!(memory, sqlite => [a_journey])` for functions
/// `async fn a_journey(store: Store)`; a failure reads `sqlite::a_journey`.
#[macro_export]
macro_rules! stores {
    ($($store:ident),+ => $journeys:tt) => { $( $crate::stores!(@module $store $journeys); )+ };
    (@module memory $journeys:tt) => { $crate::stores!(@tests memory Memory $journeys); };
    (@module sqlite $journeys:tt) => { $crate::stores!(@tests sqlite Sqlite $journeys); };
    (@module postgres $journeys:tt) => { $crate::stores!(@tests postgres Postgres $journeys); };
    (@module replicas $journeys:tt) => { $crate::stores!(@tests replicas Replicas $journeys); };
    (@tests $module:ident $store:ident [$($journey:ident),+ $(,)?]) => {
        mod $module { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $journey() {
                if !$crate::skips($crate::Store::$store) {
                    super::$journey($crate::Store::$store).await;
                }
            }
        )+ }
    };
}
