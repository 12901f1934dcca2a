//! Where the server listens: a TCP port, and beside it a unix socket when one is wanted. No requests here.

use crate::settings::{ServerTls, Settings};
use anyhow::{Context, Result, bail};
use runyard_api::{Listeners, Tls};
use socket2::{Domain, Socket, Type};
use std::{
    ffi::OsString,
    fs::{self, Permissions},
    io::ErrorKind,
    net::{SocketAddr, TcpListener, ToSocketAddrs},
    os::unix::{
        fs::{FileTypeExt, MetadataExt, PermissionsExt},
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
    sync::Arc,
};

/// Where the server's own runner finds it when the port is secured.
const OWN: &str = "127.0.0.1:0";
/// Who may connect to the socket: the server's user and group.
const SOCKET_MODE: u32 = 0o660;

/// Open listeners, and what is cleaned up when the server ends.
pub(crate) struct Listening {
    pub(crate) listeners: Listeners,
    /// How the port is reached from this machine.
    pub(crate) url: String,
    /// How the server's own runner reaches it, which has no means to know its certificate.
    pub(crate) own_url: String,
    /// There while the server lives.
    pub(crate) socket: Option<SocketFile>,
}

impl Listening {
    /// Listens as the settings say.
    pub(crate) fn open(settings: &Settings) -> Result<Self> {
        let tcp = port(&settings.server.listen, settings.limits.backlog)?;
        let tls = tls(&settings.server.tls)?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = url(scheme, tcp.local_addr()?);
        let own = match tls {
            Some(_) => Some(port(OWN, settings.limits.backlog)?),
            None => None,
        };
        let own_url = match &own {
            Some(own) => self::url("http", own.local_addr()?),
            None => url.clone(),
        };
        let path = &settings.server.unix_socket;
        let (unix, socket) = if path.as_os_str().is_empty() {
            (None, None)
        } else {
            let opened = SocketFile::open(path);
            let (unix, socket) = opened
                .with_context(|| format!("cannot listen on the unix socket {}", path.display()))?;
            (Some(unix), Some(socket))
        };
        Ok(Self {
            listeners: Listeners {
                tcp,
                tls,
                own,
                unix,
            },
            url,
            own_url,
            socket,
        })
    }
}

/// What secures the port, if it is to be.
fn tls(files: &ServerTls) -> Result<Option<Arc<Tls>>> {
    let ServerTls { certificate, key } = files;
    let (has_certificate, has_key) = (!is_empty(certificate), !is_empty(key));
    if !has_certificate && !has_key {
        return Ok(None);
    }
    if !has_certificate {
        bail!(
            "the setting server.tls.key is given, but server.tls.certificate is empty: both are needed"
        );
    }
    if !has_key {
        bail!(
            "the setting server.tls.certificate is given, but server.tls.key is empty: both are needed"
        );
    }
    let opened = Tls::open(certificate, key);
    let opened = opened.context("settings server.tls.certificate and server.tls.key")?;
    Ok(Some(opened))
}

fn is_empty(path: &Path) -> bool {
    path.as_os_str().is_empty()
}

fn port(address: &str, backlog: u32) -> Result<TcpListener> {
    let listener = listen(address, backlog).with_context(|| {
        format!(
            "cannot listen on {address}; choose another by --listen or the setting server.listen"
        )
    })?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Listens on the first of the address's meanings that can be had.
fn listen(address: &str, backlog: u32) -> std::io::Result<TcpListener> {
    let backlog = i32::try_from(backlog).unwrap_or(i32::MAX);
    let open = |address: SocketAddr| {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        // A server that starts again right after another must not wait for its last connections.
        socket.set_reuse_address(true)?;
        socket.bind(&address.into())?;
        socket.listen(backlog)?;
        Ok(TcpListener::from(socket))
    };
    let nowhere = Err(std::io::Error::other("the address has no meaning"));
    let addresses = address.to_socket_addrs()?;
    addresses.fold(nowhere, |found, address| found.or_else(|_| open(address)))
}

/// A server that listens everywhere is reached here by the loopback address.
fn url(scheme: &str, address: SocketAddr) -> String {
    match address {
        _ if !address.ip().is_unspecified() => format!("{scheme}://{address}"),
        SocketAddr::V4(_) => format!("{scheme}://127.0.0.1:{}", address.port()),
        SocketAddr::V6(_) => format!("{scheme}://[::1]:{}", address.port()),
    }
}

/// The file of a unix socket. It is removed when this is dropped, unless it is another's by then.
pub(crate) struct SocketFile {
    path: PathBuf,
    inode: u64,
}

impl SocketFile {
    /// Listens on `path`. What a server that was killed left there is replaced.
    fn open(path: &Path) -> Result<(UnixListener, Self)> {
        check_free(path)?;
        // Nobody can connect before the mode is right, and nobody meets a moment without a socket.
        let mut new = OsString::from(path);
        new.push(".new");
        remove(Path::new(&new))?;
        let listener = UnixListener::bind(&new)?;
        fs::set_permissions(&new, Permissions::from_mode(SOCKET_MODE))?;
        let inode = fs::metadata(&new)?.ino();
        fs::rename(&new, path)?;
        listener.set_nonblocking(true)?;
        let path = std::path::absolute(path)?;
        Ok((listener, Self { path, inode }))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let found = fs::metadata(&self.path).map(|found| found.ino());
        if found.is_ok_and(|inode| inode == self.inode)
            && let Err(error) = remove(&self.path)
        {
            log::warn!("{} is left: {error}", self.path.display());
        }
    }
}

/// Refuses a path on which somebody listens, and one that holds something else than a socket.
fn check_free(path: &Path) -> Result<()> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error.into()),
        Ok(found) if !found.file_type().is_socket() => bail!("it is there and is not a socket"),
        Ok(_) if UnixStream::connect(path).is_ok() => bail!("another program listens on it"),
        Ok(_) => Ok(()),
    }
}

fn remove(path: &Path) -> std::io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Err(_) | Ok(()) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{SocketFile, fs, url};
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_server_is_reached_where_it_listens_or_by_loopback() {
        for (address, reached) in [
            ("192.0.2.7:80", "http://192.0.2.7:80"),
            ("0.0.0.0:8080", "http://127.0.0.1:8080"),
            ("[::]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(url("http", address.parse().unwrap()), reached);
        }
    }

    #[test]
    fn a_socket_is_for_user_and_group_and_goes_with_its_server() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let (_listener, socket) = SocketFile::open(&path).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o660);
        drop(socket);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_a_killed_server_left_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let (listener, left) = SocketFile::open(&path).unwrap();
        drop(listener);
        let (_listener, _socket) = SocketFile::open(&path).unwrap();
        drop(left);
        assert!(path.exists(), "the file is the new server's by then");
    }

    #[test]
    fn a_path_that_is_in_use_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (socket, file) = (folder.path().join("socket"), folder.path().join("file"));
        let _kept = SocketFile::open(&socket).unwrap();
        fs::write(&file, "text").unwrap();
        for (path, reason) in [
            (socket, "another program listens on it"),
            (file.clone(), "it is there and is not a socket"),
        ] {
            let refused = SocketFile::open(&path).map(drop).unwrap_err();
            assert_eq!(refused.to_string(), reason);
        }
        assert_eq!(fs::read_to_string(file).unwrap(), "text");
    }
}
