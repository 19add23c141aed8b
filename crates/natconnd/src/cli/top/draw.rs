//! How the screen looks.
//!
//! Three panels where there is room for them, else only the one that the keys are
//! for. Nothing here can fail: what does not fit is cut off.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use super::super::output::Paint;
use super::columns::lines;
use super::header::{Fact, facts, flowed};
use super::panel::Panel;
use super::screen::{Mode, Screen};

/// Too narrow for two panels side by side.
const NARROW: u16 = 76;

/// Too low for two panels on top of each other.
const LOW: u16 = 16;

/// What the keys do.
const HELP: [(&str, &str); 9] = [
    ("tab, left, right", "another panel"),
    ("up, down, j, k", "another row; also page up and down, g, G"),
    ("s", "another order"),
    ("/", "only rows with this in them; esc ends that"),
    ("p", "pause, and go on"),
    ("q", "end"),
    ("PORTS", "of NAT addresses, used by source translations"),
    ("FULL", "of the ports that can be used for this remote"),
    ("", "any key closes this"),
];

/// Draws the screen.
pub fn draw(frame: &mut Frame<'_>, screen: &mut Screen) {
    let area = frame.area();
    let header = header(screen, area.width);
    // The header leaves the panels most of a low screen.
    let height = (header.len() as u16).min(area.height / 4);
    let [top, middle, bottom] = Layout::vertical([
        Constraint::Length(height),
        Constraint::Min(0),
        Constraint::Length(1),
    ])
    .areas(area);
    frame.render_widget(Paragraph::new(header), top);
    for (panel, area) in places(middle, screen.focus) {
        draw_panel(frame, screen, panel, area);
    }
    frame.render_widget(footer(screen), bottom);
    if screen.mode() == Mode::Help {
        draw_help(frame, screen, area);
    }
}

/// Which panels there are, and where.
fn places(area: Rect, focus: Panel) -> Vec<(Panel, Rect)> {
    if area.width < NARROW || area.height < LOW {
        return vec![(focus, area)];
    }
    let [above, below] = Layout::vertical([Constraint::Fill(1); 2]).areas(area);
    let [left, right] = Layout::horizontal([Constraint::Fill(5), Constraint::Fill(6)]).areas(above);
    vec![
        (Panel::Hosts, left),
        (Panel::NatAddresses, right),
        (Panel::Remotes, below),
    ]
}

fn header(screen: &Screen, width: u16) -> Vec<Line<'static>> {
    let facts = facts(
        screen.sample(),
        screen.rates(),
        &screen.times,
        screen.is_paused(),
    );
    flowed(facts, width.into())
        .into_iter()
        .map(|line| {
            let mut spans = Vec::new();
            for (index, (text, paint)) in line.into_iter().enumerate() {
                if index > 0 {
                    spans.push(Span::raw(" · "));
                }
                spans.push(painted(screen, (text, paint)));
            }
            Line::from(spans)
        })
        .collect()
}

fn draw_panel(frame: &mut Frame<'_>, screen: &mut Screen, panel: Panel, area: Rect) {
    let is_focused = panel == screen.focus;
    let inside = Block::bordered().inner(area);
    let height = usize::from(inside.height.saturating_sub(1));
    let (rows, selected, count) = screen.visible(panel, height);
    let paints: Vec<Option<Paint>> = rows.iter().map(|row| panel.paint(row)).collect();
    let (heading, rows) = lines(panel.columns(), &rows, Some(inside.width.into()));

    let of_all = panel.count(&screen.sample().usage);
    let order = panel.order_word(screen.order(panel));
    let title = format!(" {} {count} of {of_all}, by {order} ", panel.title());
    let title_style = match is_focused {
        true => Style::new().add_modifier(Modifier::BOLD),
        false => style(screen, Paint::Faint),
    };
    let block = Block::bordered()
        .title(Span::styled(title, title_style))
        .border_style(match is_focused {
            true => Style::new(),
            false => style(screen, Paint::Faint),
        });
    let heading = Line::styled(heading, style(screen, Paint::Heading));
    let rows = rows.into_iter().zip(paints).enumerate();
    let rows = rows.map(|(index, (row, paint))| {
        let mut style = paint.map_or_else(Style::new, |paint| style(screen, paint));
        if is_focused && index == selected {
            style = style.add_modifier(Modifier::REVERSED);
        }
        Line::styled(row, style)
    });
    let text: Vec<Line<'_>> = std::iter::once(heading).chain(rows).collect();
    frame.render_widget(Paragraph::new(text).block(block), area);
}

fn footer(screen: &Screen) -> Line<'static> {
    if screen.mode() == Mode::Filter {
        return Line::raw(format!(
            "/{}_   enter keeps it, esc ends it",
            screen.filter()
        ));
    }
    if let Some(trouble) = screen.trouble() {
        return Line::from(painted(screen, (trouble.to_owned(), Some(Paint::Bad))));
    }
    let mut spans = Vec::new();
    if !screen.filter().is_empty() {
        let filter = format!("only \"{}\"   ", screen.filter());
        spans.push(painted(screen, (filter, Some(Paint::Doubtful))));
    }
    let keys = "tab panel   s order   / filter   p pause   q end   ? help";
    spans.push(painted(screen, (keys.to_owned(), Some(Paint::Faint))));
    Line::from(spans)
}

fn draw_help(frame: &mut Frame<'_>, screen: &Screen, area: Rect) {
    let width = 66.min(area.width);
    let height = (HELP.len() as u16 + 2).min(area.height);
    let area = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    };
    let lines = HELP.map(|(keys, meaning)| {
        let keys = Span::styled(format!("{keys:<17} "), style(screen, Paint::Heading));
        Line::from(vec![keys, Span::raw(meaning)])
    });
    let block = Block::bordered().title(" natconn top ");
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines.to_vec()).block(block), area);
}

fn painted(screen: &Screen, (text, paint): Fact) -> Span<'static> {
    let style = paint.map_or_else(Style::new, |paint| style(screen, paint));
    Span::styled(text, style)
}

fn style(screen: &Screen, paint: Paint) -> Style {
    let colour = |colour| match screen.has_colours {
        true => Style::new().fg(colour),
        false => Style::new(),
    };
    match paint {
        Paint::Heading => Style::new().add_modifier(Modifier::BOLD),
        Paint::Good => colour(Color::Green),
        Paint::Doubtful => colour(Color::Yellow),
        Paint::Bad => colour(Color::Red),
        Paint::Faint => Style::new().add_modifier(Modifier::DIM),
    }
}
