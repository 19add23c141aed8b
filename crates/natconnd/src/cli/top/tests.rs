//! The screen as it looks and answers to keys, without a terminal.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::style::Color;

use super::draw::draw;
use super::panel::Panel;
use super::sample::Sample;
use super::screen::{Next, Screen};
use crate::api::{Coverage, Gap, HostOrder, HostUsage, NatUsage, RemoteUsage, Status, Usage};
use crate::cli::error::Error;
use crate::cli::times::Times;

fn coverage(cause: Option<&str>) -> Coverage {
    Coverage {
        complete: cause.is_none(),
        gaps: cause
            .map(|cause| Gap {
                from: "2026-11-23T22:47:00.000Z".to_owned(),
                to: None,
                cause: cause.to_owned(),
            })
            .into_iter()
            .collect(),
    }
}

fn host(number: u64) -> HostUsage {
    HostUsage {
        internal_address: format!("192.168.248.{number}"),
        connections: 3000 - number,
        ports: 100 + number,
    }
}

fn nat(address: &str, protocol: &str, ports: Option<u64>) -> NatUsage {
    NatUsage {
        nat_address: address.to_owned(),
        protocol: protocol.to_owned(),
        translations: 5000,
        ports,
    }
}

fn remote(address: &str, ports: u64) -> RemoteUsage {
    RemoteUsage {
        protocol: "tcp".to_owned(),
        nat_address: "100.64.2.1".to_owned(),
        remote_address: address.to_owned(),
        remote_port: 443,
        zone: 0,
        ports,
        available: 64_512,
        per_cent: ports as f64 * 100.0 / 64_512.0,
    }
}

fn sample() -> Sample {
    Sample {
        usage: Usage {
            taken_at: "2026-11-23T22:47:00.120Z".to_owned(),
            took_ms: 66.4,
            translations: 12_345,
            nat_address_count: 3,
            remote_count: 2201,
            host_count: 321,
            nat_addresses: vec![
                nat("100.64.2.1", "tcp", Some(4100)),
                nat("100.64.2.1", "icmp", None),
                nat("fd00:2::1234:5678:9abc", "udp", Some(5000)),
            ],
            remotes: vec![
                remote("198.51.100.9", 58_061),
                remote("100.64.2.10", 900),
                remote("2001:db8::53", 12),
            ],
            hosts: (2..22).map(host).collect(),
            coverage: coverage(None),
        },
        status: Status {
            version: "0.1.0".to_owned(),
            started_at: "2026-11-23T20:00:00.000Z".to_owned(),
            ready: true,
            state: "following".to_owned(),
            connections: 12_340,
            translations: 12_345,
            ended: 17,
            changes_started: 20_000,
            changes_ended: 7655,
            events: 1_234_567,
            lost: 0,
            receive_buffer: 8_388_608,
            kernel_timestamps: true,
            kernel_connections: Some(13_107),
            kernel_connections_max: Some(262_144),
            recording: None,
            recording_trouble: None,
            coverage: coverage(None),
        },
        at: Instant::now(),
    }
}

fn screen() -> Screen {
    Screen::new(sample(), false, Times::new(false))
}

/// What stands on a terminal of this size, without the spaces at the ends.
fn drawn(screen: &mut Screen, width: u16, height: u16) -> Vec<String> {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, screen)).unwrap();
    let buffer = terminal.backend().buffer();
    let line = |y: u16| {
        let cells = (0..width).map(|x| buffer[(x, y)].symbol());
        cells.collect::<String>().trim_end().to_owned()
    };
    (0..height).map(line).collect()
}

fn press(screen: &mut Screen, code: KeyCode) -> Next {
    screen.press(KeyEvent::new(code, KeyModifiers::NONE))
}

fn type_in(screen: &mut Screen, text: &str) {
    for letter in text.chars() {
        assert_eq!(press(screen, KeyCode::Char(letter)), Next::Stay);
    }
}

/// The lines that have this in them.
fn having<'l>(lines: &'l [String], text: &str) -> Vec<&'l str> {
    let lines = lines.iter().map(String::as_str);
    lines.filter(|line| line.contains(text)).collect()
}

#[test]
fn a_terminal_of_the_usual_size_shows_all_three_panels() {
    let lines = drawn(&mut screen(), 80, 24);
    assert_eq!(
        lines,
        [
            "following · nothing missing · 12340 connections · 12345 translations · 321 hosts",
            "1234567 events · kernel's table 13107 of 262144 (5 %)",
            "counted 2026-11-23 22:47:00.12 UTC in 66 ms",
            "┌ hosts 20 of 321, by connections ─┐┌ NAT addresses 3 of 3, by translations ───┐",
            "│HOST             CONNECTIONS PORTS││NAT ADDRESS       PROTO TRANSLATIONS PORTS│",
            "│192.168.248.2           2998   102││100.64.2.1        tcp           5000  4100│",
            "│192.168.248.3           2997   103││100.64.2.1        icmp          5000     -│",
            "│192.168.248.4           2996   104││…::1234:5678:9abc udp           5000  5000│",
            "│192.168.248.5           2995   105││                                          │",
            "│192.168.248.6           2994   106││                                          │",
            "│192.168.248.7           2993   107││                                          │",
            "│192.168.248.8           2992   108││                                          │",
            "└──────────────────────────────────┘└──────────────────────────────────────────┘",
            "┌ fullest remotes 3 of 2201, by ports ─────────────────────────────────────────┐",
            "│REMOTE                                          NAT ADDRESS PROTO PORTS   FULL│",
            "│198.51.100.9:443                                100.64.2.1  tcp   58061 90.0 %│",
            "│100.64.2.10:443                                 100.64.2.1  tcp     900  1.4 %│",
            "│[2001:db8::53]:443                              100.64.2.1  tcp      12  0.0 %│",
            "│                                                                              │",
            "│                                                                              │",
            "│                                                                              │",
            "│                                                                              │",
            "└──────────────────────────────────────────────────────────────────────────────┘",
            "tab panel   s order   / filter   p pause   q end   ? help",
        ]
    );
}

#[test]
fn where_there_is_little_room_one_panel_is_shown() {
    let lines = drawn(&mut screen(), 40, 10);
    assert_eq!(
        lines,
        [
            "following · nothing missing",
            "12340 connections · 12345 translations",
            "┌ hosts 20 of 321, by connections ─────┐",
            "│HOST                 CONNECTIONS PORTS│",
            "│192.168.248.2               2998   102│",
            "│192.168.248.3               2997   103│",
            "│192.168.248.4               2996   104│",
            "│192.168.248.5               2995   105│",
            "└──────────────────────────────────────┘",
            "tab panel   s order   / filter   p pause",
        ]
    );
}

/// The colour of the first cell of the line that has this in it.
fn colour(screen: &mut Screen, text: &str) -> Color {
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    terminal.draw(|frame| draw(frame, screen)).unwrap();
    let buffer = terminal.backend().buffer();
    let line = |y: &u16| {
        (0..80)
            .map(|x| buffer[(x, *y)].symbol())
            .collect::<String>()
    };
    let y = (0..24).find(|y| line(y).contains(text)).unwrap();
    buffer[(1, y)].fg
}

#[test]
fn remotes_whose_ports_run_out_are_painted_unless_colours_are_unwanted() {
    let mut sample = sample();
    sample.usage.remotes.push(remote("198.51.100.7", 64_512));
    let mut painted = Screen::new(sample.clone(), true, Times::new(false));
    assert_eq!(colour(&mut painted, "198.51.100.7"), Color::Red);
    assert_eq!(colour(&mut painted, "198.51.100.9"), Color::Yellow);
    assert_eq!(colour(&mut painted, "100.64.2.10"), Color::Reset);
    let mut plain = Screen::new(sample, false, Times::new(false));
    assert_eq!(colour(&mut plain, "198.51.100.7"), Color::Reset);
}

#[test]
fn rates_are_told_once_there_are_two_samples() {
    let mut screen = screen();
    assert_eq!(screen.rates(), None);
    let mut next = sample();
    next.at = screen.sample().at + Duration::from_secs(2);
    next.status.events += 2469;
    next.status.changes_started += 1200;
    next.status.changes_ended += 1000;
    screen.take(next.clone());
    let lines = drawn(&mut screen, 80, 24);
    let told = having(&lines, "1234 events/s, 600 began, 500 ended");
    assert_eq!(told.len(), 1, "{lines:#?}");
    // A natconnd that was started anew counts from zero.
    next.status.started_at = "2026-11-23T22:00:00.000Z".to_owned();
    next.status.events = 5;
    next.at += Duration::from_secs(2);
    screen.take(next);
    assert_eq!(screen.rates(), None);
}

#[test]
fn what_is_amiss_stands_above() {
    let mut sick = sample();
    sick.status.state = "silent".to_owned();
    sick.status.coverage = coverage(Some("silence"));
    let mut screen = Screen::new(sick, false, Times::new(false));
    let lines = drawn(&mut screen, 100, 24);
    assert!(lines[0].starts_with("silent · connections begin or end and no events tell of it"));

    screen.complain(&Error::Start(std::io::Error::other("the daemon is gone")));
    let lines = drawn(&mut screen, 100, 24);
    assert_eq!(lines[23], "start: the daemon is gone");
    screen.take(sample());
    assert!(drawn(&mut screen, 100, 24)[23].starts_with("tab panel"));
}

#[test]
fn a_filter_shows_what_has_it() {
    let mut screen = screen();
    type_in(&mut screen, "/248.1");
    let lines = drawn(&mut screen, 80, 24);
    assert_eq!(lines[23], "/248.1_   enter keeps it, esc ends it");
    // 10 to 19, and no NAT address or remote.
    assert_eq!(having(&lines, "hosts 10 of 321").len(), 1, "{lines:#?}");
    assert_eq!(having(&lines, "fullest remotes 0 of 2201").len(), 1);
    press(&mut screen, KeyCode::Backspace);
    press(&mut screen, KeyCode::Enter);
    let lines = drawn(&mut screen, 80, 24);
    assert!(
        lines[23].starts_with("only \"248.\"   tab panel"),
        "{lines:#?}"
    );
    assert_eq!(having(&lines, "hosts 20 of 321").len(), 1);
    // Letters are commands again, and escape takes the filter away before it ends.
    assert_eq!(press(&mut screen, KeyCode::Esc), Next::Stay);
    assert_eq!(screen.filter(), "");
    assert_eq!(press(&mut screen, KeyCode::Esc), Next::Leave);
}

#[test]
fn keys_change_panel_and_order() {
    let mut screen = screen();
    assert_eq!(press(&mut screen, KeyCode::Char('s')), Next::Ask);
    assert_eq!(screen.host_order(), HostOrder::Ports);
    press(&mut screen, KeyCode::Tab);
    assert_eq!(screen.focus, Panel::NatAddresses);
    assert_eq!(press(&mut screen, KeyCode::Char('s')), Next::Stay);
    let lines = drawn(&mut screen, 80, 24);
    let first = lines
        .iter()
        .position(|line| line.contains("NAT ADDRESS"))
        .unwrap()
        + 1;
    assert!(lines[first].contains("1234:5678:9abc"), "{lines:#?}");
    press(&mut screen, KeyCode::Tab);
    press(&mut screen, KeyCode::Char('s'));
    let lines = drawn(&mut screen, 80, 24);
    let order = ["100.64.2.10:443", "198.51.100.9:443", "[2001:db8::53]:443"];
    let at = order.map(|remote| lines.iter().position(|line| line.contains(remote)).unwrap());
    assert!(at.is_sorted(), "{lines:#?}");
    press(&mut screen, KeyCode::BackTab);
    assert_eq!(screen.focus, Panel::NatAddresses);
}

#[test]
fn the_selected_row_stays_in_sight() {
    let mut screen = screen();
    for _ in 0..12 {
        press(&mut screen, KeyCode::Char('j'));
    }
    let lines = drawn(&mut screen, 40, 10);
    assert_eq!(having(&lines, "192.168.248.14").len(), 1, "{lines:#?}");
    assert!(having(&lines, "192.168.248.2 ").is_empty());
    press(&mut screen, KeyCode::End);
    assert_eq!(
        having(&drawn(&mut screen, 40, 10), "192.168.248.21").len(),
        1
    );
    press(&mut screen, KeyCode::Home);
    assert_eq!(
        having(&drawn(&mut screen, 40, 10), "192.168.248.2 ").len(),
        1
    );
    // Fewer rows than before.
    press(&mut screen, KeyCode::End);
    let mut fewer = sample();
    fewer.usage.hosts.truncate(2);
    screen.take(fewer);
    assert_eq!(
        having(&drawn(&mut screen, 40, 10), "192.168.248.3").len(),
        1
    );
}

#[test]
fn pausing_asks_no_more_and_going_on_asks_at_once() {
    let mut screen = screen();
    assert_eq!(press(&mut screen, KeyCode::Char('p')), Next::Stay);
    assert!(screen.is_paused());
    assert!(drawn(&mut screen, 80, 24)[0].starts_with("paused · "));
    assert!(!screen.is_asking());
    assert_eq!(press(&mut screen, KeyCode::Char('p')), Next::Ask);
    assert!(screen.is_asking());
}

/// natconnd sorts hosts, so the rows come with an answer.
#[test]
fn another_order_of_hosts_is_asked_for_once_while_paused() {
    let mut screen = screen();
    press(&mut screen, KeyCode::Char('p'));
    assert_eq!(press(&mut screen, KeyCode::Char('s')), Next::Ask);
    assert!(screen.is_paused() && screen.is_asking());
    screen.take(sample());
    assert!(!screen.is_asking());
    press(&mut screen, KeyCode::Char('s'));
    screen.complain(&Error::NoTerminal);
    assert!(!screen.is_asking());
    // Whoever goes on and pauses again wants no more.
    press(&mut screen, KeyCode::Char('s'));
    press(&mut screen, KeyCode::Char('p'));
    press(&mut screen, KeyCode::Char('p'));
    assert!(!screen.is_asking());
    // Other panels are sorted here.
    press(&mut screen, KeyCode::Tab);
    assert_eq!(press(&mut screen, KeyCode::Char('s')), Next::Stay);
    assert!(!screen.is_asking());
}

#[test]
fn help_closes_at_any_key() {
    let mut screen = screen();
    press(&mut screen, KeyCode::Char('?'));
    let lines = drawn(&mut screen, 80, 24);
    assert_eq!(having(&lines, "of the ports that can be used").len(), 1);
    assert_eq!(press(&mut screen, KeyCode::Char('q')), Next::Stay);
    assert!(having(&drawn(&mut screen, 80, 24), "any key").is_empty());
    assert_eq!(press(&mut screen, KeyCode::Char('q')), Next::Leave);
}

#[test]
fn control_c_ends_whatever_is_going_on() {
    for before in ['x', '/', '?'] {
        let mut screen = screen();
        press(&mut screen, KeyCode::Char(before));
        let key = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(screen.press(key), Next::Leave);
    }
}

fn codes() -> impl Strategy<Value = KeyCode> {
    prop_oneof![
        prop::sample::select("sjkgGlhp/?x1.:é ".chars().collect::<Vec<_>>())
            .prop_map(KeyCode::Char),
        prop::sample::select(vec![
            KeyCode::Tab,
            KeyCode::BackTab,
            KeyCode::Up,
            KeyCode::Down,
            KeyCode::PageUp,
            KeyCode::PageDown,
            KeyCode::Home,
            KeyCode::End,
            KeyCode::Enter,
            KeyCode::Esc,
            KeyCode::Backspace,
        ]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Any keys on terminals of any size, as when somebody drags a window's corner.
    #[test]
    fn no_size_and_no_key_is_too_much(
        steps in prop::collection::vec((codes(), 0..130_u16, 0..40_u16, 0..25_usize), 1..12),
    ) {
        let mut screen = screen();
        for (code, width, height, hosts) in steps {
            press(&mut screen, code);
            let mut next = sample();
            next.usage.hosts.truncate(hosts);
            screen.take(next);
            let lines = drawn(&mut screen, width, height);
            prop_assert_eq!(lines.len(), usize::from(height));
        }
    }
}
