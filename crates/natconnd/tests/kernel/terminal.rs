//! A terminal with a program on it: keys go in, and what it shows can be read.

use std::fs;
use std::io::{Read, Write};
use std::process::{Child, ChildStdin, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::process::eventually;

/// A program on a pseudo-terminal, which `script` makes.
pub struct OnTerminal {
    script: Child,
    keys: ChildStdin,
    written: Arc<Mutex<Vec<u8>>>,
    /// Where the shell before the program left its number and its terminal.
    note: String,
}

impl OnTerminal {
    /// Runs `program`, a shell's words, on a terminal of this size.
    pub fn run(program: &str, columns: u16, rows: u16) -> Self {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let note = format!("/run/terminal-{number}");
        let commands = format!(
            "stty cols {columns} rows {rows}; echo $$ > {note}; tty >> {note}; exec {program}"
        );
        let mut script = lab::command(&["script", "-qefc", &commands, "/dev/null"])
            .env("TERM", "xterm-256color")
            .env_remove("NO_COLOR")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let keys = script.stdin.take().unwrap();
        let mut output = script.stdout.take().unwrap();
        let written = Arc::new(Mutex::new(Vec::new()));
        let so_far = Arc::clone(&written);
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                so_far.lock().unwrap().extend_from_slice(&bytes[..count]);
            }
        });
        Self {
            script,
            keys,
            written,
            note,
        }
    }

    /// Presses keys, as a terminal sends them.
    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Waits until the screen is as `is_so` wants it, and returns it.
    pub fn await_screen(&self, is_so: impl Fn(&Picture) -> bool) -> Picture {
        eventually(|| {
            let picture = Picture::of(&self.written());
            match is_so(&picture) {
                true => Ok(picture),
                false => Err(picture.lines.join("\n")),
            }
        })
    }

    /// Everything that was written to the terminal.
    pub fn written(&self) -> String {
        String::from_utf8_lossy(&self.written.lock().unwrap()).into_owned()
    }

    /// Makes the terminal larger or smaller.
    pub fn resize(&self, columns: u16, rows: u16) {
        let terminal = &self.notes()[1];
        let (columns, rows) = (columns.to_string(), rows.to_string());
        let stty = ["stty", "-F", terminal, "cols", &columns, "rows", &rows];
        assert!(lab::command(&stty).status().unwrap().success());
    }

    /// Sends the program a signal.
    pub fn signal(&self, name: &str) {
        let kill = ["sh", "-c", "kill -\"$0\" \"$1\"", name, &self.notes()[0]];
        assert!(lab::command(&kill).status().unwrap().success());
    }

    /// The program's exit status, once it has ended.
    pub fn await_end(&mut self) -> ExitStatus {
        eventually(|| {
            let status = self.script.try_wait().unwrap();
            status.ok_or_else(|| "it runs on".to_owned())
        })
    }

    fn notes(&self) -> Vec<String> {
        let notes = fs::read_to_string(&self.note).unwrap();
        notes.lines().map(str::to_owned).collect()
    }
}

impl Drop for OnTerminal {
    fn drop(&mut self) {
        // It has ended, unless the test has failed.
        let _ = self.script.kill();
        let _ = self.script.wait();
    }
}

/// What stands on a terminal, as far as a program that places each piece of text
/// needs to be understood.
#[derive(Debug, Default)]
pub struct Picture {
    pub lines: Vec<String>,
    /// Whether it is the page of programs that give the shell's page back.
    pub is_other_page: bool,
    pub is_cursor_hidden: bool,
}

impl Picture {
    /// Follows everything that was written.
    fn of(written: &str) -> Self {
        let mut picture = Self::default();
        let mut cells: Vec<Vec<char>> = Vec::new();
        let (mut row, mut column) = (0, 0);
        let mut letters = written.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '\u{1b}' => {
                    // Only sequences that begin with a bracket are written.
                    if letters.next() != Some('[') {
                        continue;
                    }
                    let mut parameters = String::new();
                    let last = loop {
                        match letters.next() {
                            Some(letter @ '\u{40}'..='\u{7e}') => break letter,
                            Some(letter) => parameters.push(letter),
                            // The rest has not been written yet.
                            None => return picture.with(&cells),
                        }
                    };
                    match (last, &*parameters) {
                        ('H', _) => {
                            let place = |text: Option<&str>| {
                                text.and_then(|text| text.parse().ok()).unwrap_or(1_usize) - 1
                            };
                            let mut parts = parameters.split(';');
                            (row, column) = (place(parts.next()), place(parts.next()));
                        }
                        ('J', _) => cells.clear(),
                        ('h' | 'l', "?1049") => {
                            picture.is_other_page = last == 'h';
                            cells.clear();
                        }
                        ('h' | 'l', "?25") => picture.is_cursor_hidden = last == 'l',
                        _ => {}
                    }
                }
                '\r' => column = 0,
                '\n' => row += 1,
                letter => {
                    if cells.len() <= row {
                        cells.resize(row + 1, Vec::new());
                    }
                    let line = &mut cells[row];
                    if line.len() <= column {
                        line.resize(column + 1, ' ');
                    }
                    line[column] = letter;
                    column += 1;
                }
            }
        }
        picture.with(&cells)
    }

    fn with(mut self, cells: &[Vec<char>]) -> Self {
        let line = |cells: &Vec<char>| cells.iter().collect::<String>().trim_end().to_owned();
        self.lines = cells.iter().map(line).collect();
        self
    }

    /// Whether a line has this in it.
    pub fn has(&self, text: &str) -> bool {
        self.lines.iter().any(|line| line.contains(text))
    }

    /// The words of the row that begins a panel's line with this one.
    pub fn row(&self, first: &str) -> Option<Vec<String>> {
        self.lines
            .iter()
            .flat_map(|line| line.split('│'))
            .map(|part| part.split_whitespace().map(str::to_owned).collect())
            .find(|words: &Vec<String>| words.first().is_some_and(|word| word == first))
    }
}
