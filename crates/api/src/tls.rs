//! The certificate with which the server shows who it is: read from files, and read again while it serves. No requests.

use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use sha2::{Digest, Sha256};
use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

/// Why the certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no PEM, or it holds something else.
    #[error("{}: there must be {wanted} in it, as PEM: {problem}", path.display())]
    NotPem {
        /// Which.
        path: PathBuf,
        /// What it should hold.
        wanted: &'static str,
        /// What is there in its place.
        problem: String,
    },
    /// The two do not go together, or cannot be used.
    #[error("{} and {}: {source}", certificate.display(), key.display())]
    Unfit {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of its key.
        key: PathBuf,
        /// What is wrong.
        source: rustls::Error,
    },
}

/// A certificate with its key, as their files were last read.
pub struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    provider: Arc<CryptoProvider>,
    current: RwLock<Loaded>,
}

#[derive(Clone)]
struct Loaded {
    shown: Arc<CertifiedKey>,
    /// Of what the files held.
    hash: [u8; 32],
}

impl Tls {
    /// Reads the file of the certificate, followed by those that vouch for it, and the file of its private key.
    ///
    /// # Errors
    /// [`TlsError`] names the file.
    pub fn open(certificate: &Path, key: &Path) -> Result<Arc<Self>, TlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let files = Files::read(certificate, key)?;
        Ok(Arc::new(Self {
            current: RwLock::new(files.load(certificate, key, &provider)?),
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            provider,
        }))
    }

    /// Reads the files again; connections from now on get what is in them. Whether that is something else than before.
    ///
    /// # Errors
    /// [`TlsError`]; then all stays as it is.
    pub fn reload(&self) -> Result<bool, TlsError> {
        let files = Files::read(&self.certificate, &self.key)?;
        if files.hash() == self.loaded().hash {
            return Ok(false);
        }
        let loaded = files.load(&self.certificate, &self.key, &self.provider)?;
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = loaded;
        Ok(true)
    }

    fn loaded(&self) -> Loaded {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.clone()
    }

    /// How connections are secured.
    pub(crate) fn config(self: &Arc<Self>) -> io::Result<ServerConfig> {
        let config = ServerConfig::builder_with_provider(self.provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?;
        Ok(config
            .with_no_client_auth()
            .with_cert_resolver(self.clone()))
    }
}

impl ResolvesServerCert for Tls {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.loaded().shown)
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Tls");
        shown.field("certificate", &self.certificate);
        shown.field("key", &self.key);
        shown.finish_non_exhaustive()
    }
}

/// What the two files hold.
struct Files {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl Files {
    fn read(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let read = |path: &Path| {
            std::fs::read(path).map_err(|source| TlsError::Unreadable {
                path: path.to_owned(),
                source,
            })
        };
        Ok(Self {
            certificate: read(certificate)?,
            key: read(key)?,
        })
    }

    fn hash(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(Sha256::digest(&self.certificate));
        hash.update(Sha256::digest(&self.key));
        hash.finalize().into()
    }

    fn load(
        &self,
        certificate: &Path,
        key: &Path,
        provider: &CryptoProvider,
    ) -> Result<Loaded, TlsError> {
        let not_pem = |path: &Path, wanted, problem: String| TlsError::NotPem {
            path: path.to_owned(),
            wanted,
            problem,
        };
        let chain =
            CertificateDer::pem_slice_iter(&self.certificate).collect::<Result<Vec<_>, _>>();
        let chain =
            chain.map_err(|error| not_pem(certificate, "a certificate", error.to_string()))?;
        if chain.is_empty() {
            let nothing = "there is none".to_owned();
            return Err(not_pem(certificate, "a certificate", nothing));
        }
        let private = PrivateKeyDer::from_pem_slice(&self.key);
        let private = private.map_err(|error| not_pem(key, "a private key", error.to_string()))?;
        let shown = CertifiedKey::from_der(chain, private, provider);
        let shown = shown.map_err(|source| TlsError::Unfit {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            source,
        })?;
        Ok(Loaded {
            shown: Arc::new(shown),
            hash: self.hash(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Tls;
    use rcgen::{CertifiedKey, generate_simple_self_signed};
    use std::{fs, path::PathBuf};
    use tempfile::TempDir;

    fn files(folder: &TempDir) -> (PathBuf, PathBuf) {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (certificate, key) = (
            folder.path().join("cert.pem"),
            folder.path().join("key.pem"),
        );
        fs::write(&certificate, cert.pem()).unwrap();
        fs::write(&key, signing_key.serialize_pem()).unwrap();
        (certificate, key)
    }

    #[test]
    fn what_cannot_be_used_is_told_with_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = files(&folder);
        assert!(Tls::open(&certificate, &key).is_ok());
        let other = tempfile::tempdir().unwrap();
        let (_, other_key) = files(&other);
        let (missing, text) = (
            folder.path().join("missing.pem"),
            folder.path().join("text"),
        );
        fs::write(&text, "no PEM").unwrap();
        for (certificate, key, words) in [
            (&missing, &key, ["missing.pem", "No such file"]),
            (&certificate, &missing, ["missing.pem", "No such file"]),
            (&text, &key, ["text", "a certificate"]),
            (&key, &key, ["key.pem", "a certificate"]),
            (&certificate, &text, ["text", "a private key"]),
            (&certificate, &certificate, ["cert.pem", "a private key"]),
            (&certificate, &other_key, ["cert.pem", "key.pem"]),
        ] {
            let said = Tls::open(certificate, key)
                .err()
                .map(|error| error.to_string());
            let said = said.unwrap_or_default();
            assert!(
                words.iter().all(|word| said.contains(word)),
                "{said:?} {words:?}"
            );
        }
    }

    #[test]
    fn new_files_are_taken_and_bad_ones_change_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = files(&folder);
        let tls = Tls::open(&certificate, &key).unwrap();
        let shown = || tls.loaded().shown.cert[0].clone();
        let first = shown();
        assert!(!tls.reload().unwrap());
        let kept = fs::read(&key).unwrap();
        files(&folder);
        let new_key = fs::read(&key).unwrap();
        fs::write(&key, kept).unwrap();
        assert!(tls.reload().is_err(), "half of a change");
        assert_eq!(shown(), first);
        fs::write(&key, new_key).unwrap();
        assert!(tls.reload().unwrap());
        assert_ne!(shown(), first);
    }
}
