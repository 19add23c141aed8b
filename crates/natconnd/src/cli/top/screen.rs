//! What is on the screen, and what the keys do to it.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::super::error::Error;
use super::super::times::Times;
use super::columns::Cell;
use super::panel::{Order, Panel};
use super::sample::{Rates, Sample};
use crate::api::HostOrder;

/// The state of the screen.
#[derive(Debug)]
pub struct Screen {
    sample: Sample,
    rates: Option<Rates>,
    trouble: Option<String>,
    is_paused: bool,
    /// Whether a sample is wanted however paused: another order shows with it.
    is_wanted: bool,
    /// The panel that the keys are for.
    pub focus: Panel,
    views: [View; 3],
    filter: String,
    mode: Mode,
    /// Whether colours may be used.
    pub has_colours: bool,
    /// How times are written.
    pub times: Times,
}

/// What is seen of one panel.
#[derive(Clone, Copy, Debug, Default)]
pub struct View {
    order: Order,
    selected: usize,
    /// The first row that is seen.
    offset: usize,
    /// How many rows there is room for.
    height: usize,
}

/// What keys are taken for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Commands.
    Commands,
    /// Letters of the filter.
    Filter,
    /// Any key closes the help.
    Help,
}

/// What a key leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// Drawing, no more.
    Stay,
    /// Asking natconnd now.
    Ask,
    /// The end.
    Leave,
}

impl Screen {
    /// The screen with the first sample.
    pub fn new(sample: Sample, has_colours: bool, times: Times) -> Self {
        Self {
            sample,
            rates: None,
            trouble: None,
            is_paused: false,
            is_wanted: false,
            focus: Panel::default(),
            views: [View::default(); 3],
            filter: String::new(),
            mode: Mode::Commands,
            has_colours,
            times,
        }
    }

    /// Shows another sample.
    pub fn take(&mut self, sample: Sample) {
        self.rates = sample.rates_since(&self.sample);
        self.sample = sample;
        self.trouble = None;
        self.is_wanted = false;
    }

    /// Shows why there is none.
    pub fn complain(&mut self, error: &Error) {
        self.trouble = Some(error.messages().join(" "));
        self.is_wanted = false;
    }

    /// What is shown.
    pub const fn sample(&self) -> &Sample {
        &self.sample
    }

    /// How fast things happen.
    pub const fn rates(&self) -> Option<Rates> {
        self.rates
    }

    /// Why there is no newer sample.
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// Whether the next sample is waited for: always, but not while paused, unless
    /// hosts shall have another order.
    pub const fn is_asking(&self) -> bool {
        !self.is_paused || self.is_wanted
    }

    /// Whether no more is asked, but for another order.
    pub const fn is_paused(&self) -> bool {
        self.is_paused
    }

    /// What rows must have in them.
    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// What keys are taken for.
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// In which order natconnd shall tell the hosts.
    pub const fn host_order(&self) -> HostOrder {
        self.order(Panel::Hosts).of_hosts()
    }

    /// What a panel is sorted by.
    pub const fn order(&self, panel: Panel) -> Order {
        self.views[panel as usize].order
    }

    /// The rows of a panel that there is room for, and which of them is selected;
    /// beside them how many fit the filter.
    pub fn visible(&mut self, panel: Panel, height: usize) -> (Vec<Vec<Cell>>, usize, usize) {
        let rows = panel.rows(&self.sample.usage, self.order(panel), &self.filter);
        let view = &mut self.views[panel as usize];
        view.height = height;
        view.selected = view.selected.min(rows.len().saturating_sub(1));
        let last_offset = rows.len().saturating_sub(height);
        let first_offset = (view.selected + 1).saturating_sub(height.max(1));
        view.offset = view
            .offset
            .clamp(first_offset, view.selected)
            .min(last_offset);
        let count = rows.len();
        let seen = rows.into_iter().skip(view.offset).take(height).collect();
        (seen, view.selected - view.offset, count)
    }

    /// Does what a key says.
    pub fn press(&mut self, key: KeyEvent) -> Next {
        let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
        if is_control && key.code == KeyCode::Char('c') {
            return Next::Leave;
        }
        match self.mode {
            Mode::Help => {
                self.mode = Mode::Commands;
                Next::Stay
            }
            Mode::Filter => {
                self.edit(key.code, is_control);
                Next::Stay
            }
            Mode::Commands => self.command(key.code),
        }
    }

    fn command(&mut self, code: KeyCode) -> Next {
        let page = self.views[self.focus as usize].height.max(1);
        match code {
            KeyCode::Char('q') => return Next::Leave,
            KeyCode::Esc if self.filter.is_empty() => return Next::Leave,
            KeyCode::Esc => self.filter.clear(),
            KeyCode::Tab | KeyCode::Right | KeyCode::Char('l') => self.focus = self.focus.next(),
            KeyCode::BackTab | KeyCode::Left | KeyCode::Char('h') => {
                self.focus = self.focus.previous();
            }
            KeyCode::Down | KeyCode::Char('j') => self.move_to(|at| at.saturating_add(1)),
            KeyCode::Up | KeyCode::Char('k') => self.move_to(|at| at.saturating_sub(1)),
            KeyCode::PageDown => self.move_to(|at| at.saturating_add(page)),
            KeyCode::PageUp => self.move_to(|at| at.saturating_sub(page)),
            KeyCode::Home | KeyCode::Char('g') => self.move_to(|_| 0),
            KeyCode::End | KeyCode::Char('G') => self.move_to(|_| usize::MAX),
            KeyCode::Char('s') => {
                let view = &mut self.views[self.focus as usize];
                view.order = view.order.other();
                (view.selected, view.offset) = (0, 0);
                if self.focus == Panel::Hosts {
                    // natconnd sorts them.
                    self.is_wanted = true;
                    return Next::Ask;
                }
            }
            KeyCode::Char('p' | ' ') => {
                self.is_paused = !self.is_paused;
                self.is_wanted = false;
                if !self.is_paused {
                    return Next::Ask;
                }
            }
            KeyCode::Char('/') => self.mode = Mode::Filter,
            KeyCode::Char('?') | KeyCode::F(1) => self.mode = Mode::Help,
            _ => {}
        }
        Next::Stay
    }

    fn move_to(&mut self, place: impl FnOnce(usize) -> usize) {
        let usage = &self.sample.usage;
        let rows = self.focus.rows(usage, self.order(self.focus), &self.filter);
        let view = &mut self.views[self.focus as usize];
        view.selected = place(view.selected).min(rows.len().saturating_sub(1));
    }

    fn edit(&mut self, code: KeyCode, is_control: bool) {
        match code {
            KeyCode::Enter => self.mode = Mode::Commands,
            KeyCode::Esc => {
                self.filter.clear();
                self.mode = Mode::Commands;
            }
            KeyCode::Backspace => {
                self.filter.pop();
            }
            KeyCode::Char('u') if is_control => self.filter.clear(),
            // A filter is part of an address; nobody needs more.
            KeyCode::Char(letter) if !is_control && self.filter.len() < 64 => {
                self.filter.push(letter);
            }
            _ => {}
        }
    }
}
