//! One network namespace of the lab.

use std::fs::File;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::AsFd;
use std::panic::resume_unwind;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::command::{command, finish, finish_with_input, start};
use crate::topology::Addresses;
use crate::{Error, Running};

/// A host of the lab: an internal one, the one outside, or the gateway.
///
/// A host is a network namespace. Sockets that are opened in it stay in it,
/// whichever thread uses them later, so a test can hold both ends of a
/// connection. See the other methods for ready-made traffic.
#[derive(Debug)]
pub struct Host {
    name: String,
    addresses: Addresses,
    namespace: File,
}

impl Host {
    pub(crate) fn open(name: &str, link: &Path, addresses: Addresses) -> Result<Self, Error> {
        let namespace = File::open(link).map_err(|source| {
            Error::system(format!("open namespace {}", link.display()), source)
        })?;
        Ok(Self {
            name: name.to_owned(),
            addresses,
            namespace,
        })
    }

    /// `host1`, `host2`, …, `outside` or `gateway`; the first two kinds are
    /// names for `ip netns` too.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its IPv4 address; the gateway's is the one on the inside.
    pub fn v4(&self) -> Ipv4Addr {
        self.addresses.v4
    }

    /// Its IPv6 address; the gateway's is the one on the inside.
    pub fn v6(&self) -> Ipv6Addr {
        self.addresses.v6
    }

    /// A port at its IPv4 address.
    pub fn at(&self, port: u16) -> SocketAddr {
        (self.v4(), port).into()
    }

    /// A port at its IPv6 address.
    pub fn at_v6(&self, port: u16) -> SocketAddr {
        (self.v6(), port).into()
    }

    /// Its address of the same family as `other`.
    pub(crate) fn address_like(&self, other: IpAddr) -> IpAddr {
        self.addresses.like(other)
    }

    /// Does `work` in this host's namespace, on a thread made for it.
    ///
    /// Sockets that `work` opens and programs that it starts belong to this
    /// host from then on.
    pub fn enter<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T, Error> {
        let enter = || {
            move_into_link_name_space(self.namespace.as_fd(), Some(LinkNameSpaceType::Network))
                .map_err(|errno| Error::system(format!("enter namespace {}", self.name), errno))?;
            Ok(work())
        };
        thread::scope(|scope| match scope.spawn(enter).join() {
            Ok(done) => done,
            Err(panic) => resume_unwind(panic),
        })
    }

    /// Runs a program to its end and returns what it wrote on standard
    /// output. One that ends with another status than 0 is an error that
    /// shows all its output.
    pub fn run(&self, line: &[&str]) -> Result<String, Error> {
        self.enter(|| finish(&mut command(line)))?
    }

    /// Like [`run`](Self::run), with `input` on the program's standard input.
    pub fn run_with_input(&self, line: &[&str], input: &str) -> Result<String, Error> {
        self.enter(|| finish_with_input(&mut command(line), input))?
    }

    /// Starts a program that is killed when the returned value is dropped.
    /// Its standard output is thrown away, its errors are shown.
    pub fn spawn(&self, line: &[&str]) -> Result<Running, Error> {
        self.spawn_command(command(line).stdout(Stdio::null()))
    }

    /// Like [`spawn`](Self::spawn), with environment and files as prepared by
    /// the caller, who starts best from [`command`].
    pub fn spawn_command(&self, command: &mut Command) -> Result<Running, Error> {
        self.enter(|| start(command))?
    }

    /// Sets one of the kernel's settings in this host's namespace, by its
    /// name with dots.
    pub fn sysctl(&self, name: &str, value: &str) -> Result<(), Error> {
        let path = format!("/proc/sys/{}", name.replace('.', "/"));
        self.enter(|| std::fs::write(&path, value))?
            .map_err(|source| {
                Error::system(format!("set {name} to {value} on {}", self.name), source)
            })
    }
}
