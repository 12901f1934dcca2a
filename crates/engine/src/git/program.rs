//! Starts the `git` program with a small environment and bounds its time and output. It does not know what git is for.

use super::{identity::Identity, location::without_credentials};
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use std::{env, ffi::OsStr, io, process::ExitStatus, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::{Child, Command},
    time::timeout,
};

/// Variables of the server that git is given: how to find programs, proxies and certificates.
const PASSED_ON: [&str; 11] = [
    "PATH",
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "NO_PROXY",
    "no_proxy",
    "ALL_PROXY",
    "all_proxy",
    "SSL_CERT_FILE",
    "GIT_SSL_CAINFO",
];

/// Settings of git that hold for every call. Objects are never pruned, because old runs may be run again.
const CONFIG: [(&str, &str); 16] = [
    ("safe.directory", "*"),
    ("core.hooksPath", "/dev/null"),
    ("core.fsmonitor", "false"),
    ("gc.autoDetach", "false"),
    ("gc.pruneExpire", "never"),
    ("gc.cruftPacks", "true"),
    ("uploadpack.allowAnySHA1InWant", "true"),
    // What was fetched is one pack, so that its size can be bounded, and every object in it is checked.
    ("fetch.unpackLimit", "1"),
    ("fetch.fsckObjects", "true"),
    // Faults of old programs that many histories have, and that harm nobody.
    ("fetch.fsck.zeroPaddedFilemode", "warn"),
    ("fetch.fsck.badTimezone", "warn"),
    ("fetch.fsck.missingSpaceBeforeDate", "warn"),
    ("fetch.recurseSubmodules", "false"),
    ("protocol.ext.allow", "never"),
    // A redirect could lead to a host that is not allowed, or take a credential along.
    ("http.followRedirects", "false"),
    ("credential.helper", ""),
];

/// Bytes of what git says about an error that are kept: the last ones.
const STDERR_BYTES: usize = 16 * 1024;
/// Longest sentence made of what git said, in characters.
const REASON_CHARS: usize = 300;
/// How long git may take to remove its lock files after it was told to end.
const END_GRACE: Duration = Duration::from_secs(2);

/// Starts git by a shell that first limits the size of each file, which POSIX counts in blocks of 512 bytes. The
/// signal of the limit is ignored, because git does not tell of a program of its own that ended by it.
const LIMITED: &str = "trap '' XFSZ && ulimit -f \"$0\" && exec git \"$@\"";
const LIMIT_BLOCK_BYTES: u64 = 512;
/// How git says that a program of its own could not write more than the limit.
const OVER_LIMIT: &str = "File too large";

/// A call of git that reaches nothing but this machine's mirrors.
pub(super) fn local() -> Command {
    prepared(Command::new("git"), "", &Identity::default())
}

/// A call of git that may use these protocols, separated by `:`, as whom `identity` says.
pub(super) fn reaching(protocols: &str, identity: &Identity) -> Command {
    prepared(Command::new("git"), protocols, identity)
}

/// The same; no file that it writes gets larger than `bytes`, and git is ended when one would.
pub(super) fn limited(protocols: &str, identity: &Identity, bytes: u64) -> Command {
    let mut command = Command::new("sh");
    let blocks = bytes.div_ceil(LIMIT_BLOCK_BYTES);
    command.args(["-c", LIMITED, &blocks.to_string()]);
    prepared(command, protocols, identity)
}

/// Whether git was ended because of the limit of [`limited`].
pub(super) fn was_over_limit(stderr: &str) -> bool {
    stderr.contains(OVER_LIMIT)
}

fn prepared(mut command: Command, protocols: &str, identity: &Identity) -> Command {
    command.env_clear().current_dir("/");
    let passed_on = PASSED_ON.iter();
    command.envs(passed_on.filter_map(|name| Some((name, env::var_os(name)?))));
    command.envs([
        ("LC_ALL", "C"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GIT_ASKPASS", ""),
        ("GIT_ALLOW_PROTOCOL", protocols),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_SSH_VARIANT", "ssh"),
    ]);
    identity.lend(&mut command);
    let config = CONFIG.into_iter().chain(identity.config());
    let mut count = 0;
    for (place, (key, value)) in config.enumerate() {
        command.env(format!("GIT_CONFIG_KEY_{place}"), key);
        command.env(format!("GIT_CONFIG_VALUE_{place}"), value);
        count = place + 1;
    }
    command.env("GIT_CONFIG_COUNT", count.to_string());
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// A process and all that it started; killed together when dropped before the end.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) child: Child,
}

impl Group {
    pub(super) fn spawn(mut command: Command) -> io::Result<Self> {
        Ok(Self {
            child: command.process_group(0).kill_on_drop(true).spawn()?,
        })
    }

    fn signal(&self, signal: Signal) {
        let pid = self.child.id().and_then(|pid| i32::try_from(pid).ok());
        if let Some(pid) = pid
            && let Err(cause) = killpg(Pid::from_raw(pid), signal)
        {
            log::debug!("git {pid} could not be sent {signal}: {cause}");
        }
    }

    /// Asks for the end, so that git removes its lock files; the drop that follows does not ask.
    async fn end(mut self) {
        self.signal(Signal::SIGTERM);
        if timeout(END_GRACE, self.child.wait()).await.is_err() {
            log::debug!("git did not end when asked to, it is killed");
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(Signal::SIGKILL);
    }
}

/// What a call of git came to.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) status: ExitStatus,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: String,
}

/// Why a call of git came to nothing.
#[derive(Debug)]
pub(super) enum Broken {
    Timeout,
    TooMuchOutput,
    Io(io::Error),
}

/// Runs a command to its end; an error when it takes longer than `limit` or writes more than `stdout_bytes`.
pub(super) async fn run(
    command: Command,
    limit: Duration,
    stdout_bytes: usize,
) -> Result<Finished, Broken> {
    let mut group = Group::spawn(command).map_err(Broken::Io)?;
    let stdout = group
        .child
        .stdout
        .take()
        .expect("the command pipes its output");
    let stderr = group
        .child
        .stderr
        .take()
        .expect("the command pipes its errors");
    let whole = async {
        tokio::try_join!(
            read_all(stdout, stdout_bytes),
            read_end(stderr),
            group.child.wait()
        )
    };
    match timeout(limit, whole).await {
        Ok(Ok((stdout, stderr, status))) => Ok(Finished {
            status,
            stdout,
            stderr,
        }),
        Ok(Err(cause)) if cause.kind() == io::ErrorKind::FileTooLarge => Err(Broken::TooMuchOutput),
        Ok(Err(cause)) => Err(Broken::Io(cause)),
        Err(_) => {
            group.end().await;
            Err(Broken::Timeout)
        }
    }
}

async fn read_all(from: impl AsyncRead + Unpin, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    from.take(limit).read_to_end(&mut bytes).await?;
    if bytes.len() > most {
        let problem = format!("git wrote more than {most} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, problem));
    }
    Ok(bytes)
}

/// Reads all and keeps the last [`STDERR_BYTES`].
pub(super) async fn read_end(mut from: impl AsyncRead + Unpin) -> io::Result<String> {
    let mut kept = Vec::new();
    let mut block = [0; 4096];
    loop {
        let read = from.read(&mut block).await?;
        if read == 0 {
            return Ok(String::from_utf8_lossy(&kept).into_owned());
        }
        kept.extend_from_slice(&block[..read]);
        let excess = kept.len().saturating_sub(STDERR_BYTES);
        kept.drain(..excess);
    }
}

/// One sentence of what git said: its last `fatal:` line that says something, else its last `error:`, else its last line.
pub(super) fn reason(stderr: &str, status: ExitStatus) -> String {
    let lines = || {
        stderr
            .lines()
            .rev()
            .map(str::trim)
            .filter(|line| !is_filler(line))
    };
    let after = |prefix: &str| lines().find_map(|line| line.strip_prefix(prefix));
    let Some(line) = after("fatal: ")
        .or_else(|| after("error: "))
        .or_else(|| lines().next())
    else {
        return format!("git ended with {status}");
    };
    without_credentials(line)
        .chars()
        .filter(|c| !c.is_control())
        .take(REASON_CHARS)
        .collect()
}

/// Lines that say nothing about the cause.
fn is_filler(line: &str) -> bool {
    line.is_empty()
        || line == "fatal: Could not read from remote repository."
        || line == "Please make sure you have the correct access rights"
        || line == "and the repository exists."
}

/// Adds what must come last: `--`, then what could be taken for an option.
pub(super) fn operand(command: &mut Command, operand: impl AsRef<OsStr>) {
    command.arg("--").arg(operand);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;

    #[test]
    fn one_sentence_is_made_of_what_git_says() {
        let long = format!("fatal: {}", "x".repeat(REASON_CHARS + 1));
        for (stderr, sentence) in [
            ("warning: a\nfatal: b\n", "b"),
            (
                "fatal: first\nfatal: Could not read from remote repository.\n",
                "first",
            ),
            (
                "Host key verification failed.\nfatal: Could not read from remote repository.\n\n\
                 Please make sure you have the correct access rights\nand the repository exists.\n",
                "Host key verification failed.",
            ),
            (
                "error: cannot lock ref\nremove the file\n",
                "cannot lock ref",
            ),
            (
                "fatal: unable to access 'https://a:b@c/'",
                "unable to access 'https://***@c/'",
            ),
            ("fatal: a\u{1b}[31mb", "a[31mb"),
            ("", "git ended with exit status: 3"),
            (&long, &"x".repeat(REASON_CHARS)),
        ] {
            assert_eq!(reason(stderr, ExitStatus::from_raw(3 << 8)), sentence);
        }
    }

    #[tokio::test]
    async fn only_the_end_of_a_long_complaint_is_kept() {
        let mut said = vec![b'a'; STDERR_BYTES];
        said.push(b'b');
        let kept = read_end(&said[..]).await.unwrap();
        assert_eq!(kept.len(), STDERR_BYTES);
        assert!(kept.ends_with('b'));
    }

    #[tokio::test]
    async fn output_is_read_up_to_its_limit_and_refused_beyond() {
        assert_eq!(read_all(&[0; 4][..], 4).await.unwrap().len(), 4);
        assert!(read_all(&[0; 5][..], 4).await.is_err());
    }
}
