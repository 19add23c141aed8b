//! A folder for certificates, with an authority.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use lab::{Authority, Issued, Wanted};
use natconnd::config::Tls;

/// Goes with everything in it when it is dropped.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("natconnd-tls-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn authority(&self, name: &str) -> Authority {
        Authority::new(&self.0, name).unwrap()
    }

    /// Writes a file and returns its path.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that stays in the temporary one harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A listener's files that are these two.
pub fn tls(issued: &Issued) -> Tls {
    Tls {
        certificate: issued.certificate.clone(),
        key: issued.key.clone(),
        client_ca: None,
    }
}

/// The same, for clients that `authority` vouches for.
pub fn mutual(issued: &Issued, authority: &Authority) -> Tls {
    Tls {
        client_ca: Some(authority.certificate()),
        ..tls(issued)
    }
}

/// A certificate for a client.
pub fn client<'a>(name: &'a str, names: &'a str) -> Wanted<'a> {
    Wanted {
        name,
        names,
        usage: "clientAuth",
        ..Wanted::default()
    }
}

/// Takes the right to read a file away.
pub fn lock(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
