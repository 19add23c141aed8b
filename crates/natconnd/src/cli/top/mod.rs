//! `natconn top`: who uses how many connections and ports, on a screen that goes
//! on by itself.
//!
//! Reading order: `sample` is what natconnd is asked; `panel` and `columns` make
//! lines of it, `text` prints those once; `screen` is what the keys change, `draw`
//! and `header` how it looks; `terminal` is the way there and back.

mod columns;
mod draw;
mod header;
mod panel;
mod sample;
mod screen;
mod terminal;
#[cfg(test)]
mod tests;
mod text;

use std::io::IsTerminal;

use tokio::time::{Instant, sleep_until};

use super::Outcome;
use super::client::Client;
use super::definition::TopArguments;
use super::error::Error;
use super::output::Output;
use crate::api::HostOrder;
use sample::Sample;
use screen::{Next, Screen};
use terminal::{Happening, Terminal};

pub(super) async fn run(
    client: &Client,
    arguments: &TopArguments,
    output: &mut Output,
) -> Result<Outcome, Error> {
    if arguments.json {
        return text::json(client, arguments.rows, output).await;
    }
    if arguments.once {
        return text::tables(client, arguments.rows, output).await;
    }
    if !(std::io::stdout().is_terminal() && std::io::stdin().is_terminal()) {
        return Err(Error::NoTerminal);
    }
    // Before the screen is taken: whoever cannot be asked is told as ever.
    let first = Sample::take(client, HostOrder::default()).await?;
    let has_colours = output.look().has_colours;
    let mut screen = Screen::new(first, has_colours, output.times().clone());
    let mut terminal = Terminal::enter().map_err(Error::Screen)?;
    let shown = show(client, arguments, &mut screen, &mut terminal).await;
    terminal.leave();
    shown.map(|()| Outcome::Match)
}

/// Shows the screen until it is left.
async fn show(
    client: &Client,
    arguments: &TopArguments,
    screen: &mut Screen,
    terminal: &mut Terminal,
) -> Result<(), Error> {
    let next = |order| ask(client, order, Instant::now() + arguments.every);
    let mut asking = Box::pin(next(screen.host_order()));
    loop {
        terminal.draw(screen).map_err(Error::Screen)?;
        let is_asking = screen.is_asking();
        let happening = tokio::select! {
            happening = terminal.next() => happening,
            sample = &mut asking, if is_asking => {
                match sample {
                    Ok(sample) => screen.take(sample),
                    Err(error) => screen.complain(&error),
                }
                asking.set(next(screen.host_order()));
                continue;
            }
        };
        match happening {
            Happening::Key(key) => match screen.press(key) {
                Next::Stay => {}
                Next::Ask => asking.set(ask(client, screen.host_order(), Instant::now())),
                Next::Leave => return Ok(()),
            },
            Happening::Resize => {}
            Happening::End => return Ok(()),
            Happening::Fault(error) => return Err(Error::Screen(error)),
        }
    }
}

/// Asks natconnd when it is time.
async fn ask(client: &Client, order: HostOrder, due: Instant) -> Result<Sample, Error> {
    sleep_until(due).await;
    Sample::take(client, order).await
}
