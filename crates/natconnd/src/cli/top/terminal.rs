//! The terminal: taken, and given back whatever happens.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::Duration;

use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{Event, KeyEvent, KeyEventKind, poll, read};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::draw::draw;
use super::screen::Screen;

/// How long the thread that reads keys takes to notice that it shall end.
const GLANCE: Duration = Duration::from_millis(100);

/// What happens on a terminal.
#[derive(Debug)]
pub enum Happening {
    /// A key was pressed.
    Key(KeyEvent),
    /// The terminal has another size, or has been written over.
    Resize,
    /// A signal says that it is time to end.
    End,
    /// Keys cannot be read any more.
    Fault(io::Error),
}

/// The terminal while the screen is shown.
///
/// A panic gives it back too, before it says what it has to say.
pub struct Terminal {
    drawn: DefaultTerminal,
    happenings: UnboundedReceiver<Happening>,
    signals: [Signal; 3],
    is_over: Arc<AtomicBool>,
}

impl Terminal {
    /// Takes the terminal: another page, keys as they come.
    pub fn enter() -> io::Result<Self> {
        // First, so that no signal finds a terminal that nobody gives back.
        let signals = [
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
            signal(SignalKind::interrupt())?,
        ];
        let drawn = ratatui::try_init().inspect_err(|_| ratatui::restore())?;
        let (sender, happenings) = unbounded_channel();
        let is_over = Arc::new(AtomicBool::new(false));
        let terminal = Self {
            drawn,
            happenings,
            signals,
            is_over: Arc::clone(&is_over),
        };
        thread::Builder::new()
            .name("keys".to_owned())
            .spawn(move || read_keys(&sender, &is_over))?;
        Ok(terminal)
    }

    /// Draws the screen.
    pub fn draw(&mut self, screen: &mut Screen) -> io::Result<()> {
        self.drawn.draw(|frame| draw(frame, screen)).map(drop)
    }

    /// Waits for the next thing to happen.
    pub async fn next(&mut self) -> Happening {
        let [terminate, hang_up, interrupt] = &mut self.signals;
        tokio::select! {
            // Without the thread there are no keys, and no way to leave.
            happening = self.happenings.recv() => happening.unwrap_or(Happening::End),
            _ = terminate.recv() => Happening::End,
            _ = hang_up.recv() => Happening::End,
            _ = interrupt.recv() => Happening::End,
        }
    }

    /// Gives the terminal back.
    pub fn leave(self) {
        drop(self);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.is_over.store(true, Relaxed);
        ratatui::restore();
    }
}

fn read_keys(sender: &UnboundedSender<Happening>, is_over: &AtomicBool) {
    while !is_over.load(Relaxed) {
        let happening = match poll(GLANCE).and_then(|is_there| is_there.then(read).transpose()) {
            Ok(None) => continue,
            Ok(Some(Event::Key(key))) if key.kind != KeyEventKind::Release => Happening::Key(key),
            Ok(Some(Event::Resize(..))) => Happening::Resize,
            Ok(Some(_)) => continue,
            Err(error) => Happening::Fault(error),
        };
        let is_fault = matches!(happening, Happening::Fault(_));
        if sender.send(happening).is_err() || is_fault {
            return;
        }
    }
}
