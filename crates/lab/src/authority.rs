//! Certificates that only tests trust, made by `openssl`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::command::{command, finish};

/// A certificate authority that lives in a folder, with everything that it has signed.
#[derive(Debug)]
pub struct Authority {
    folder: PathBuf,
    name: String,
}

/// What a certificate shall be like.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Its common name, and that of its files.
    pub name: &'a str,
    /// Whom it is for, as in openssl's `subjectAltName`: `DNS:gateway.example,IP:127.0.0.1`.
    pub names: &'a str,
    /// What its key is, as in `openssl req -newkey`, split at spaces.
    pub key: &'a str,
    /// What it may be used for, as in openssl's `extendedKeyUsage`.
    pub usage: &'a str,
    /// Its first second, as openssl writes it: `20200101000000Z`.
    pub from: &'a str,
    /// Its last second.
    pub to: &'a str,
}

impl Default for Wanted<'_> {
    fn default() -> Self {
        Self {
            name: "gateway.example",
            names: "DNS:gateway.example,DNS:localhost,IP:127.0.0.1",
            key: EC,
            usage: "serverAuth",
            from: "20200101000000Z",
            to: "20991231235959Z",
        }
    }
}

/// A key on P-256, as [`Wanted::key`].
pub const EC: &str = "ec -pkeyopt ec_paramgen_curve:P-256";

/// A certificate and its key, PEM.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Issued {
    /// The certificate's file.
    pub certificate: PathBuf,
    /// The key's file.
    pub key: PathBuf,
}

impl Authority {
    /// Makes an authority of this name, and its files in `folder`, which must be there.
    /// Several may share a folder.
    ///
    /// # Errors
    ///
    /// `openssl` is missing, or the folder cannot be written into.
    pub fn new(folder: &Path, name: &str) -> Result<Self, Error> {
        let authority = Self::with_files(folder, name)?;
        let Issued { certificate, key } = authority.files(name);
        let line = format!(
            "openssl req -x509 -newkey {EC} -nodes -days 9000 -subj /CN={name} -keyout {} -out {}",
            key.display(),
            certificate.display()
        );
        run(&line)?;
        Ok(authority)
    }

    /// Makes an authority that this one vouches for.
    ///
    /// # Errors
    ///
    /// As [`Self::new`].
    pub fn below(&self, name: &str) -> Result<Self, Error> {
        let below = Self::with_files(&self.folder, name)?;
        self.sign(
            &Wanted {
                name,
                ..Wanted::default()
            },
            "-addext basicConstraints=critical,CA:TRUE",
        )?;
        Ok(below)
    }

    /// The authority's own certificate, PEM.
    pub fn certificate(&self) -> PathBuf {
        self.files(&self.name).certificate
    }

    /// Signs a certificate with a key of its own. One of the same name is replaced.
    ///
    /// # Errors
    ///
    /// `openssl` does not take what is wanted.
    pub fn issue(&self, wanted: &Wanted<'_>) -> Result<Issued, Error> {
        let Wanted { names, usage, .. } = wanted;
        let extensions = format!(
            "-addext basicConstraints=critical,CA:FALSE -addext subjectAltName={names} \
             -addext extendedKeyUsage={usage}"
        );
        self.sign(wanted, &extensions)
    }

    fn sign(&self, wanted: &Wanted<'_>, extensions: &str) -> Result<Issued, Error> {
        let Wanted {
            name,
            key: kind,
            from,
            to,
            ..
        } = wanted;
        let issued = self.files(name);
        let Issued { certificate, key } = &issued;
        let request = self.path(name, "csr");
        run(&format!(
            "openssl req -new -newkey {kind} -nodes -subj /CN={name} {extensions} -keyout {} \
             -out {}",
            key.display(),
            request.display()
        ))?;
        let own = self.files(&self.name);
        run(&format!(
            "openssl ca -batch -notext -config {} -cert {} -keyfile {} -in {} -out {} \
             -startdate {from} -enddate {to}",
            self.path(&self.name, "cnf").display(),
            own.certificate.display(),
            own.key.display(),
            request.display(),
            certificate.display()
        ))?;
        Ok(issued)
    }

    /// An authority with what `openssl ca` asks for, without a certificate.
    fn with_files(folder: &Path, name: &str) -> Result<Self, Error> {
        let authority = Self {
            folder: folder.to_owned(),
            name: name.to_owned(),
        };
        let index = authority.path(name, "index");
        let settings = format!(
            "[ca]\ndefault_ca = it\n[it]\ndatabase = {}\nnew_certs_dir = {}\nrand_serial = yes\n\
             default_md = sha256\npolicy = any\ncopy_extensions = copy\nunique_subject = no\n\
             [any]\ncommonName = supplied\n",
            index.display(),
            folder.display()
        );
        for (path, text) in [(index, ""), (authority.path(name, "cnf"), &*settings)] {
            let written = fs::write(&path, text);
            written.map_err(|error| Error::system(format!("write {}", path.display()), error))?;
        }
        Ok(authority)
    }

    fn files(&self, name: &str) -> Issued {
        Issued {
            certificate: self.path(name, "crt"),
            key: self.path(name, "key"),
        }
    }

    fn path(&self, name: &str, kind: &str) -> PathBuf {
        self.folder.join(format!("{name}.{kind}"))
    }
}

/// Runs a command line, split at spaces.
fn run(line: &str) -> Result<(), Error> {
    let words: Vec<_> = line.split_whitespace().collect();
    finish(&mut command(&words)).map(drop)
}
