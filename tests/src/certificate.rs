//! Certificates of servers of this machine, which nobody knows but whom the test tells. Made anew at will.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tempfile::TempDir;

/// A certificate and its key, in files. Clones are the same files.
#[derive(Clone, Debug)]
pub struct Certificate {
    folder: Arc<TempDir>,
    pem: Arc<Mutex<String>>,
}

impl Certificate {
    /// One for 127.0.0.1 and localhost.
    ///
    /// # Panics
    /// If the file system refuses.
    #[must_use]
    pub fn new() -> Self {
        let certificate = Self {
            folder: Arc::new(tempfile::tempdir().expect("a temporary folder")),
            pem: Arc::default(),
        };
        certificate.renew();
        certificate
    }

    /// Puts another one in its place, as whoever renews certificates does: each file at once, one after the other.
    ///
    /// # Panics
    /// If the file system refuses.
    pub fn renew(&self) {
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(names).expect("a certificate can be made");
        for (path, text) in [
            (self.key_file(), signing_key.serialize_pem()),
            (self.file(), cert.pem()),
        ] {
            let new = path.with_extension("new");
            fs::write(&new, text).expect("a new file");
            fs::rename(&new, &path).expect("our own file");
        }
        *self.pem.lock().unwrap_or_else(PoisonError::into_inner) = cert.pem();
    }

    /// The file of the certificate: what others are to trust.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    /// The file of its key.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }

    /// The newest one.
    #[must_use]
    pub fn pem(&self) -> String {
        let pem = self.pem.lock().unwrap_or_else(PoisonError::into_inner);
        pem.clone()
    }
}

impl Default for Certificate {
    fn default() -> Self {
        Self::new()
    }
}
