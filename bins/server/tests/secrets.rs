//! What is entrusted to the server stays there: nothing it writes or says tells a secret of a repository.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, Sender, channel},
    time::Duration,
};
use tempfile::TempDir;

/// A test that waits longer has failed.
const PATIENCE: Duration = Duration::from_secs(60);
/// Of the source; the second takes the place of the first.
const TOKENS: [&str; 2] = ["hunter2-hunter2-one", "hunter2-hunter2-two"];
/// `me:` and the token, as a client of HTTP writes them.
const BASIC: [&str; 2] = [
    "bWU6aHVudGVyMi1odW50ZXIyLW9uZQ==",
    "bWU6aHVudGVyMi1odW50ZXIyLXR3bw==",
];
/// What a source with one branch lists.
const COMMIT: &str = "0123456789012345678901234567890123456789";

/// A source that opens to whoever has a token, lists a branch, and gives nothing. Tells what it was opened with.
fn source() -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/far", listener.local_addr().unwrap());
    let (opened, told) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let opened = opened.clone();
            std::thread::spawn(move || answer(stream, &opened));
        }
    });
    (url, told)
}

fn answer(mut stream: TcpStream, opened: &Sender<String>) {
    let lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let head: Vec<String> = lines
        .map_while(Result::ok)
        .take_while(|line| !line.is_empty())
        .collect();
    let given = head.iter().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        let basic = value.strip_prefix("Basic ")?;
        name.eq_ignore_ascii_case("authorization")
            .then(|| basic.to_owned())
    });
    let packet = |text: &str| format!("{:04x}{text}", text.len() + 4);
    let first = head.first().map_or("", String::as_str);
    let (status, body) = match (&given, first.starts_with("GET ")) {
        (None, _) => ("401 Unauthorized", String::new()),
        (Some(_), false) => ("403 Forbidden", String::new()),
        (Some(_), true) => {
            let service = packet("# service=git-upload-pack\n");
            let branch = packet(&format!("{COMMIT} refs/heads/main\0agent=a\n"));
            ("200 OK", format!("{service}0000{branch}0000"))
        }
    };
    let length = body.len();
    let head = "Content-Type: application/x-git-upload-pack-advertisement\r\nConnection: close\r\n\
        WWW-Authenticate: Basic realm=\"far\"\r\n";
    let whole = format!("HTTP/1.1 {status}\r\n{head}Content-Length: {length}\r\n\r\n{body}");
    // Whoever hung up wants no answer.
    let _ = stream.write_all(whole.as_bytes());
    if let Some(given) = given {
        let _ = opened.send(given);
    }
}

/// A server on SQLite that says all that it can say into a file; it is killed when this is dropped.
struct Server {
    child: Child,
    folder: TempDir,
    url: String,
    token: String,
}

impl Server {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = command(folder.path());
        command
            .args(["serve", "--store", "sqlite", "--listen", "127.0.0.1:0"])
            .env("RUNYARD__RUNNER__IN_PROCESS", "false")
            .env("RUNYARD__LOG__LEVEL", "trace")
            .env("RUNYARD__GIT__ALLOWED_PROTOCOLS", "http")
            .stderr(File::create(folder.path().join("log")).unwrap())
            .stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut lines = lines.map(Result::unwrap);
        let mut said = |name: &str| {
            let found = lines.find_map(|line| line.strip_prefix(name).map(str::to_owned));
            found.unwrap_or_else(|| panic!("it never said {name:?}"))
        };
        let (token, url) = (said("token: "), said("url: "));
        Self {
            child,
            folder,
            url,
            token,
        }
    }

    /// What a command about this server says.
    fn told(&self, arguments: &[&str]) -> String {
        let mut command = command(self.folder.path());
        command.args(arguments);
        command.env("RUNYARD_URL", &self.url);
        command.env("RUNYARD_TOKEN", &self.token);
        let output = command.output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert!(output.status.success(), "{arguments:?}: {said}");
        said
    }

    /// The files that hold a text, of all that the server wrote.
    fn files_with(&self, text: &str) -> Vec<String> {
        let mut found = files_with(&self.folder.path().join("data"), text);
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap();
        found.extend(
            log.lines()
                .filter(|line| line.contains(text))
                .map(str::to_owned),
        );
        found
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_runyard"));
    command.env_clear().env("HOME", folder).current_dir(folder);
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.stdin(Stdio::null());
    command
}

fn files_with(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() {
            found.extend(files_with(&path, text));
            continue;
        }
        let mut bytes = Vec::new();
        // A file may go away while they are looked through.
        if let Ok(mut file) = File::open(&path) {
            file.read_to_end(&mut bytes).unwrap();
        }
        if bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
        {
            found.push(path.display().to_string());
        }
    }
    found
}

#[test]
fn nothing_that_the_server_writes_or_says_tells_a_secret_of_a_repository() {
    let (url, opened) = source();
    let mut server = Server::start();
    let folder = server.folder.path();
    let files = ["one", "two"].map(|name| folder.join(name).display().to_string());
    for (file, token) in files.iter().zip(TOKENS) {
        fs::write(file, token).unwrap();
    }
    let opens = |basic: &str| {
        let wanted = || opened.recv_timeout(PATIENCE).unwrap();
        while wanted() != basic {}
    };
    let given = ["--username", "me", "--token-file"];
    let add = ["repo", "add", "admin/far", "--url", &url];
    let mut said = server.told(&[&add[..], &given, &[&files[0]]].concat());
    opens(BASIC[0]);
    let set = ["repo", "credentials", "set", "admin/far"];
    said += &server.told(&[&set[..], &given, &[&files[1]]].concat());
    said += &server.told(&["repo", "credentials", "show", "admin/far"]);
    said += &server.told(&["repo", "polling", "admin/far", "30"]);
    opens(BASIC[1]);
    let signing = server.told(&["repo", "events", "secret", "admin/far"]);
    let signing = signing
        .lines()
        .find_map(|line| line.strip_prefix("secret: "));
    said += &server.told(&["repo", "events", "show", "admin/far"]);

    let secrets = [&TOKENS[..], &BASIC, &[signing.unwrap(), &server.token]].concat();
    let nowhere = |server: &Server| {
        for secret in &secrets {
            assert!(!said.contains(secret), "{secret} in {said}");
            assert_eq!(server.files_with(secret), [""; 0], "{secret}");
        }
    };
    assert!(said.contains("username: me"), "{said}");
    for known in ["admin", "TRACE"] {
        assert_ne!(
            server.files_with(known),
            [""; 0],
            "it can be seen where it is"
        );
    }
    nowhere(&server);
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    nowhere(&server);
}
