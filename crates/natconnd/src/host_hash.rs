//! A host under a name that only its operator can read: a keyed hash of its address.
//!
//! Whoever has the key finds the host again by trying addresses; without it nothing can be
//! learned of the address, and the hash of one gateway says nothing on another. The
//! hash is SipHash-2-4 with a key of 128 bits.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::hash::Hasher;
use std::io::{self, Read, Write};
use std::net::IpAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// What hosts are hashed with: 16 secret bytes, one key for each gateway.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct HashKey(u64, u64);

/// A host's hash: 16 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct HostHash(pub u64);

impl fmt::Display for HostHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashKey")
    }
}

impl HashKey {
    /// Reads the key of a file.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or holds something else.
    pub fn read(path: &Path) -> io::Result<Self> {
        let text = fs::read_to_string(path)?;
        Self::of_text(text.trim()).ok_or_else(|| {
            let expected = "found no key, expected 32 hexadecimal digits";
            io::Error::new(io::ErrorKind::InvalidData, expected)
        })
    }

    /// Reads the key of a file, or makes up one and keeps it there where there is none.
    ///
    /// # Errors
    ///
    /// The file cannot be read or made, or holds something else.
    pub fn read_or_make(path: &Path) -> io::Result<Self> {
        match Self::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::make(path),
            result => result,
        }
    }

    fn make(path: &Path) -> io::Result<Self> {
        let mut bytes = [0; 16];
        File::open("/dev/urandom")?.read_exact(&mut bytes)?;
        let number = u128::from_be_bytes(bytes);
        // Beside it first: a key that is cut off would be another one.
        let unfinished = path.with_extension("new");
        // One that is left over may be readable by others, or a link to elsewhere.
        match fs::remove_file(&unfinished) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let mut file = options.open(&unfinished)?;
        writeln!(file, "{number:032x}")?;
        file.sync_all()?;
        fs::rename(unfinished, path)?;
        // Or the name may be gone after a power failure, and the next key another one.
        File::open(folder_of(path))?.sync_all()?;
        Self::read(path)
    }

    fn of_text(text: &str) -> Option<Self> {
        let is_hexadecimal = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if text.len() != 32 || !is_hexadecimal {
            return None;
        }
        let number = u128::from_str_radix(text, 16).ok()?;
        Some(Self::of_bytes(number.to_be_bytes()))
    }

    fn of_bytes(bytes: [u8; 16]) -> Self {
        let number = u128::from_le_bytes(bytes);
        Self(number as u64, (number >> 64) as u64)
    }

    /// The hash of a host.
    pub fn hash(&self, host: IpAddr) -> HostHash {
        match host.to_canonical() {
            IpAddr::V4(host) => self.hash_bytes(&host.octets()),
            IpAddr::V6(host) => self.hash_bytes(&host.octets()),
        }
    }

    #[expect(
        deprecated,
        reason = "what replaces it hashes differently from one Rust to the next"
    )]
    fn hash_bytes(&self, bytes: &[u8]) -> HostHash {
        let mut hasher = std::hash::SipHasher::new_with_keys(self.0, self.1);
        hasher.write(bytes);
        HostHash(hasher.finish())
    }
}

fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(test: &str) -> std::path::PathBuf {
        let name = format!("natconnd-host-hash-{}-{test}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// The example at the end of the paper by Aumasson and Bernstein.
    #[test]
    fn the_hash_is_siphash_2_4() {
        let key = HashKey::of_bytes(std::array::from_fn(|index| index as u8));
        let message: Vec<u8> = (0..15).collect();
        assert_eq!(key.hash_bytes(&message), HostHash(0xa129_ca61_49be_45e5));
    }

    #[test]
    fn a_key_is_made_once_and_read_by_nobody_else() {
        use std::os::unix::fs::PermissionsExt;

        let folder = folder("made");
        let path = folder.join("key");
        assert!(HashKey::read(&path).is_err());
        let made = HashKey::read_or_make(&path).unwrap();
        assert_eq!(HashKey::read_or_make(&path).unwrap(), made);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let other = HashKey::read_or_make(&folder.join("other")).unwrap();
        assert_ne!(other, made);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_an_attempt_has_left_behind_neither_shows_the_key_nor_takes_it_elsewhere() {
        use std::os::unix::fs::{PermissionsExt, symlink};

        let folder = folder("left");
        let [path, elsewhere] = ["key", "elsewhere"].map(|name| folder.join(name));
        let left = path.with_extension("new");
        fs::write(&left, "0011").unwrap();
        fs::set_permissions(&left, fs::Permissions::from_mode(0o644)).unwrap();
        HashKey::read_or_make(&path).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        fs::remove_file(&path).unwrap();
        fs::write(&elsewhere, "mine").unwrap();
        symlink(&elsewhere, &left).unwrap();
        HashKey::read_or_make(&path).unwrap();
        assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "mine");
        assert!(!left.exists());
        assert_eq!(folder_of(Path::new("key")), Path::new("."));
        assert_eq!(folder_of(&path), folder);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_is_no_key_is_refused_and_kept() {
        let folder = folder("refused");
        let path = folder.join("key");
        for text in ["", "0011", "+0112233445566778899aabbccddeeff", "secret"] {
            fs::write(&path, text).unwrap();
            let error = HashKey::read_or_make(&path).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{text}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn an_address_has_one_hash_however_it_is_written() {
        let key = HashKey(1, 2);
        let host = |text: &str| key.hash(text.parse().unwrap());
        assert_eq!(host("10.0.0.5"), host("::ffff:10.0.0.5"));
        assert_ne!(host("10.0.0.5"), host("10.0.0.6"));
        assert_ne!(host("10.0.0.5"), host("::10.0.0.5"));
        assert_eq!(host("fd00::2").to_string().len(), 16);
    }
}
