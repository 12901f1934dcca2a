//! GitHub's command line program, with settings of its own, speaking to one server. It knows nothing of its commands.

use std::path::PathBuf;

use tempfile::TempDir;
use tokio::process::Command;

use crate::process::{Finished, finish};
use crate::server::Server;

const PROGRAM: &str = "gh";
/// Set where a missing program must fail, as in CI.
const REQUIRED: &str = "RUNYARD_REQUIRE_GH";

/// The program for one server. gh always speaks https to a server that is not github.com, except through a unix
/// socket: the server's is [`Gh::SOCKET`]. A server that speaks https itself needs none.
#[derive(Debug)]
pub struct Gh {
    folder: TempDir,
    host: String,
    token: String,
    trusted: Option<PathBuf>,
}

impl Gh {
    /// Where the server must listen: the value of its setting `server.unix_socket`, in the server's folder.
    pub const SOCKET: &str = "runyard.sock";

    /// The program as the server's administrator; nothing, said aloud, where it is not installed.
    ///
    /// # Panics
    /// If it is not installed but must be.
    #[must_use]
    pub fn installed(server: &Server) -> Option<Self> {
        if !is_installed() {
            assert!(
                std::env::var_os(REQUIRED).is_none(),
                "{REQUIRED} is set, but {PROGRAM} is not installed"
            );
            eprintln!("skipped: {PROGRAM} is not installed (Debian, Ubuntu: apt-get install gh)");
            return None;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let socket = server.folder().join(Self::SOCKET);
        let client = server.client();
        let (_, host) = client.base().split_once("://").expect("an address");
        let trusted = server.certificate().map(|certificate| certificate.file());
        let mut settings = "prompt: disabled\n".to_owned();
        if trusted.is_none() {
            settings.push_str(&format!("http_unix_socket: {}\n", socket.display()));
        }
        std::fs::write(folder.path().join("config.yml"), settings).expect("a new file");
        Some(Self {
            folder,
            host: host.to_owned(),
            token: server.token().to_owned(),
            trusted,
        })
    }

    /// Runs it to its end on a repository, `owner/name`.
    pub async fn run(&self, repository: &str, arguments: &[&str]) -> Finished {
        let mut command = self.command();
        command.args(arguments).args(["-R", repository]);
        finish(command).await
    }

    /// Runs it to its end, on no repository but one that the arguments name.
    pub async fn alone(&self, arguments: &[&str]) -> Finished {
        let mut command = self.command();
        command.args(arguments);
        finish(command).await
    }

    /// Lets it ask the API for a path by itself: what older versions have no command for.
    pub async fn api(&self, method: &str, path: &str) -> Finished {
        let mut command = self.command();
        command.args(["api", "--method", method, path]);
        finish(command).await
    }

    /// Lets it follow the pages of a list and print what `filter` finds in each, as its `--jq` has it.
    pub async fn paginate(&self, path: &str, filter: &str) -> Finished {
        let mut command = self.command();
        command.args(["api", "--paginate", path, "--jq", filter]);
        finish(command).await
    }

    fn command(&self) -> Command {
        let folder = self.folder.path();
        let mut command = Command::new(PROGRAM);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("GH_HOST", &self.host)
            .env("GH_ENTERPRISE_TOKEN", &self.token)
            .env("GH_NO_UPDATE_NOTIFIER", "1")
            .env("GH_PROMPT_DISABLED", "1");
        for name in [
            "HOME",
            "TMPDIR",
            "XDG_CACHE_HOME",
            "XDG_STATE_HOME",
            "GH_CONFIG_DIR",
        ] {
            command.env(name, folder);
        }
        if let Some(trusted) = &self.trusted {
            command.env("SSL_CERT_FILE", trusted);
        }
        command
            .current_dir(folder)
            .stdin(std::process::Stdio::null())
            .kill_on_drop(true);
        command
    }
}

fn is_installed() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder: PathBuf| folder.join(PROGRAM).is_file())
}
