//! The reader thread's event socket: opened, enlarged, replaced.

use std::os::fd::OwnedFd;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;

use ctnetlink::{EventOptions, EventSocket, Groups, program_for};
use model::GapCause;
use tracing::{info, warn};

use super::Settings;
use super::pace::REST;
use super::reader::Reader;

/// Opens an event socket with a receive buffer of this many bytes.
pub fn open_socket(
    settings: &Settings,
    receive_buffer: usize,
) -> Result<EventSocket, ctnetlink::Error> {
    EventSocket::open(&options(settings, receive_buffer))
}

/// An event socket, and where it comes from.
pub struct Opened {
    pub socket: EventSocket,
    /// The size of the receive buffer that was asked for.
    pub receive_buffer: usize,
    pub was_handed_over: bool,
}

/// Takes over the event socket of the process before this one, and with it what
/// happened in between; opens one where that cannot be.
pub fn take_over_or_open(
    settings: &Settings,
    handed_over: Option<OwnedFd>,
) -> Result<Opened, ctnetlink::Error> {
    if let Some(socket) = handed_over {
        // Made no smaller before what waits in it is read.
        let receive_buffer = settings.receive_buffer_max;
        match EventSocket::take_over(socket, &options(settings, receive_buffer)) {
            Ok(socket) => {
                info!("took over the event socket");
                return Ok(Opened {
                    socket,
                    receive_buffer,
                    was_handed_over: true,
                });
            }
            Err(error) => {
                let error = format!("{:#}", anyhow::Error::from(error));
                warn!(
                    error,
                    "event socket could not be taken over; opening another"
                );
            }
        }
    }
    let receive_buffer = settings.receive_buffer;
    Ok(Opened {
        socket: open_socket(settings, receive_buffer)?,
        receive_buffer,
        was_handed_over: false,
    })
}

fn options(settings: &Settings, receive_buffer: usize) -> EventOptions {
    EventOptions {
        groups: Groups::NEW_AND_DESTROY,
        receive_buffer,
        program: program_for(&settings.filter),
        is_reliable: settings.is_reliable,
    }
}

impl Reader {
    /// Makes the socket known to lookups and to the status.
    pub(super) fn note_socket(&self) {
        match self.socket.queue() {
            Ok(queue) => {
                (self.announce)(&queue);
                *self.mirror.queue.write() = Some(queue);
            }
            Err(error) => {
                *self.mirror.queue.write() = None;
                warn!(%error, "lookups cannot see the event queue; they ask the kernel");
            }
        }
        let effective = self.socket.receive_buffer();
        self.note_buffer(effective);
        let wanted = self.receive_buffer;
        self.note_wanted();
        if effective < wanted {
            warn!(
                wanted_bytes = wanted,
                effective_bytes = effective,
                "receive buffer is smaller than wanted; \
                 lift the limit with: sysctl -w net.core.rmem_max={wanted}",
            );
        }
    }

    fn note_wanted(&self) {
        let counters = &self.mirror.counters;
        let wanted = self.receive_buffer as u64;
        counters.receive_buffer_wanted.store(wanted, Relaxed);
    }

    fn note_buffer(&self, effective: usize) {
        self.mirror
            .counters
            .receive_buffer
            .store(effective as u64, Relaxed);
    }

    /// Doubles the receive buffer, up to what the settings allow.
    pub(super) fn grow_buffer(&mut self) {
        let most = self.mirror.settings.receive_buffer_max;
        let wanted = self.receive_buffer.saturating_mul(2).min(most);
        if wanted > self.receive_buffer && self.resize_buffer(wanted) {
            info!(
                wanted_bytes = wanted,
                effective_bytes = self.socket.receive_buffer(),
                "receive buffer grown",
            );
        }
    }

    /// Makes room for what happens until somebody else reads the socket.
    pub(super) fn make_room(&mut self) {
        self.resize_buffer(self.mirror.settings.receive_buffer_max);
    }

    /// Whether the receive buffer could be set.
    fn resize_buffer(&mut self, wanted: usize) -> bool {
        self.receive_buffer = wanted;
        self.note_wanted();
        match self.socket.set_receive_buffer(wanted) {
            Ok(effective) => {
                self.note_buffer(effective);
                true
            }
            Err(error) => {
                warn!(%error, "receive buffer could not be set");
                false
            }
        }
    }

    /// Replaces a socket that does not work any more.
    pub(super) fn reopen(&mut self, error: &ctnetlink::Error) {
        self.mirror.counters.socket_errors.fetch_add(1, Relaxed);
        self.lose(GapCause::Socket);
        warn!(%error, "event socket broke; opening it again");
        self.replace_socket();
    }

    /// Opens another socket.
    pub(super) fn replace_socket(&mut self) {
        match open_socket(&self.mirror.settings, self.receive_buffer) {
            Ok(socket) => {
                self.socket = socket;
                self.note_socket();
            }
            Err(error) => {
                warn!(%error, "event socket could not be opened; trying again");
                thread::sleep(REST);
            }
        }
    }
}
