//! Ready-made traffic between hosts.

use std::io::{Read, Write};
use std::net::{Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::OwnedFd;
use std::thread;
use std::time::Duration;

use rustix::net::{
    AddressFamily, Protocol, RawProtocol, SendFlags, SocketType, bind, connect, ipproto, sendto,
    socket, sockopt,
};

use crate::{Error, Host};

/// How long a reply may take. Everything is on one machine, so a longer wait
/// means that it will not come.
const PATIENCE: Duration = Duration::from_secs(5);

impl Host {
    /// Echoes whatever TCP clients send to `port`, over IPv4 and IPv6, until
    /// the process ends.
    pub fn serve_tcp(&self, port: u16) -> Result<(), Error> {
        let doing = || format!("listen on tcp port {port} of {}", self.name());
        let listener = self
            .enter(|| TcpListener::bind((Ipv6Addr::UNSPECIFIED, port)))?
            .map_err(|source| Error::system(doing(), source))?;
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                thread::spawn(move || echo(stream));
            }
        });
        Ok(())
    }

    /// Echoes every datagram that comes to `port`, over IPv4 and IPv6, until
    /// the process ends.
    pub fn serve_udp(&self, port: u16) -> Result<(), Error> {
        let doing = || format!("listen on udp port {port} of {}", self.name());
        let socket = self
            .enter(|| UdpSocket::bind((Ipv6Addr::UNSPECIFIED, port)))?
            .map_err(|source| Error::system(doing(), source))?;
        thread::spawn(move || {
            let mut datagram = [0; 2048];
            while let Ok((length, from)) = socket.recv_from(&mut datagram) {
                // A client that is gone needs no echo.
                let _ = socket.send_to(&datagram[..length], from);
            }
        });
        Ok(())
    }

    /// Connects from `source_port` (0: any) to `remote`. The connection lasts
    /// as long as the returned stream; reading from it waits 5 s at most.
    pub fn connect_tcp(&self, source_port: u16, remote: SocketAddr) -> Result<TcpStream, Error> {
        let source = SocketAddr::new(self.address_like(remote.ip()), source_port);
        let open = || -> std::io::Result<TcpStream> {
            let socket = socket(family(remote), SocketType::STREAM, None)?;
            // A test may want the same port again at once.
            sockopt::set_socket_reuseaddr(&socket, true)?;
            sockopt::set_socket_timeout(&socket, sockopt::Timeout::Send, Some(PATIENCE))?;
            sockopt::set_socket_timeout(&socket, sockopt::Timeout::Recv, Some(PATIENCE))?;
            bind(&socket, &source)?;
            connect(&socket, &remote)?;
            Ok(socket.into())
        };
        self.enter(open)?.map_err(|error| {
            Error::system(
                format!("connect {} from {source} to tcp {remote}", self.name()),
                error,
            )
        })
    }

    /// Sends a datagram from `source_port` (0: any) to `remote` and waits for
    /// an answer, as [`serve_udp`](Self::serve_udp) gives one. Returns the
    /// socket, connected.
    pub fn exchange_udp(&self, source_port: u16, remote: SocketAddr) -> Result<UdpSocket, Error> {
        let socket = self.send_udp(source_port, remote)?;
        socket.recv(&mut [0; 2048]).map_err(|source| {
            Error::system(
                format!("wait on {} for udp from {remote}", self.name()),
                source,
            )
        })?;
        Ok(socket)
    }

    /// Sends a datagram from `source_port` (0: any) to `remote`, and waits for
    /// nothing. Returns the socket, connected.
    pub fn send_udp(&self, source_port: u16, remote: SocketAddr) -> Result<UdpSocket, Error> {
        let source = SocketAddr::new(self.address_like(remote.ip()), source_port);
        let open = || -> std::io::Result<UdpSocket> {
            let socket = UdpSocket::bind(source)?;
            socket.set_read_timeout(Some(PATIENCE))?;
            socket.connect(remote)?;
            socket.send(b"hello")?;
            Ok(socket)
        };
        self.enter(open)?.map_err(|error| {
            Error::system(
                format!("send udp from {} at {source} to {remote}", self.name()),
                error,
            )
        })
    }

    /// Sends one echo request with this ICMP id (ICMPv6 for an IPv6 address)
    /// and waits for the reply.
    pub fn ping(&self, id: u16, remote: std::net::IpAddr) -> Result<(), Error> {
        let remote = SocketAddr::new(remote, 0);
        // In a ping socket the id is the local port. The kernel writes it and
        // the checksum into the packet.
        let source = SocketAddr::new(self.address_like(remote.ip()), id);
        let (protocol, echo_request) = match remote {
            SocketAddr::V4(_) => (ipproto::ICMP, 8),
            SocketAddr::V6(_) => (ipproto::ICMPV6, 128),
        };
        let exchange = || -> std::io::Result<()> {
            let socket = socket(family(remote), SocketType::DGRAM, Some(protocol))?;
            bind(&socket, &source)?;
            let socket = UdpSocket::from(socket);
            socket.set_read_timeout(Some(PATIENCE))?;
            socket.send_to(&[echo_request, 0, 0, 0, 0, 0, 0, 1], remote)?;
            socket.recv(&mut [0; 64])?;
            Ok(())
        };
        self.enter(exchange)?.map_err(|error| {
            Error::system(
                format!("ping {} from {} with id {id}", remote.ip(), self.name()),
                error,
            )
        })
    }

    /// Sends one IP packet of any protocol, by its number; `payload` begins
    /// after the IP header. See [`packet`](crate::packet) for payloads.
    pub fn send_ip(
        &self,
        protocol: u8,
        payload: &[u8],
        remote: std::net::IpAddr,
    ) -> Result<(), Error> {
        let doing = || {
            format!(
                "send a packet of protocol {protocol} from {} to {remote}",
                self.name()
            )
        };
        let remote = SocketAddr::new(remote, 0);
        let send = || -> std::io::Result<()> {
            let number = std::num::NonZeroU32::new(u32::from(protocol))
                .ok_or(std::io::ErrorKind::InvalidInput)?;
            let protocol = Protocol::from_raw(RawProtocol::from(number));
            let socket: OwnedFd = socket(family(remote), SocketType::RAW, Some(protocol))?;
            sendto(&socket, payload, SendFlags::empty(), &remote)?;
            Ok(())
        };
        self.enter(send)?
            .map_err(|source| Error::system(doing(), source))
    }
}

fn family(address: SocketAddr) -> AddressFamily {
    match address {
        SocketAddr::V4(_) => AddressFamily::INET,
        SocketAddr::V6(_) => AddressFamily::INET6,
    }
}

fn echo(mut stream: TcpStream) {
    let mut bytes = [0; 4096];
    // Either error means that the client has gone.
    while let Ok(length) = stream.read(&mut bytes) {
        if length == 0 || stream.write_all(&bytes[..length]).is_err() {
            return;
        }
    }
}
