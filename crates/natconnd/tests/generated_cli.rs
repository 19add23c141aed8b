//! Man pages and completions are what the definitions make them.
//!
//! `BLESS=1 cargo test -p natconnd --test generated_cli` writes the files
//! anew; without it they are compared.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Command;
use clap_complete::generate;
use clap_complete::shells::{Bash, Fish, Zsh};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

/// A path from the root of the repository, and what the file holds.
type File = (String, Vec<u8>);

#[test]
fn man_pages_and_completions_follow_the_definitions() {
    let definitions = || {
        [
            natconnd::cli::definition(),
            natconnd::daemon_args::definition(),
        ]
    };
    let mut files = Vec::new();
    for (command, section) in definitions().into_iter().zip(["1", "8"]) {
        let mut command = command.disable_help_subcommand(true);
        command.build();
        man_pages(&command, section, &mut files);
    }
    files.extend(definitions().into_iter().flat_map(completions));
    let files: Vec<File> = files;
    assert!(files.len() > 10);

    if std::env::var_os("BLESS").is_some() {
        write(&files);
    }
    let differing: Vec<_> = files
        .iter()
        .filter(|(path, wanted)| fs::read(root().join(path)).ok().as_ref() != Some(wanted))
        .map(|(path, _)| path.clone())
        .chain(left_over(&files))
        .collect();
    assert!(
        differing.is_empty(),
        "differ from the definitions, BLESS=1 writes them anew: {differing:?}"
    );
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

const MAN: &str = "docs/man";
const COMPLETIONS: &str = "packaging/completions";

fn write(files: &[File]) {
    for directory in [MAN, COMPLETIONS] {
        fs::create_dir_all(root().join(directory)).unwrap();
    }
    for path in left_over(files) {
        fs::remove_file(root().join(path)).unwrap();
    }
    for (path, bytes) in files {
        fs::write(root().join(path), bytes).unwrap();
    }
}

/// Files of commands that are no more.
fn left_over(files: &[File]) -> Vec<String> {
    let mut paths = Vec::new();
    for directory in [MAN, COMPLETIONS] {
        for entry in fs::read_dir(root().join(directory)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            paths.push(format!("{directory}/{name}"));
        }
    }
    let is_wanted = |path: &String| files.iter().any(|(wanted, _)| wanted == path);
    paths.retain(|path| path.contains("/natconn") && !is_wanted(path));
    paths
}

fn completions(mut command: Command) -> [File; 3] {
    let name = command.get_name().to_owned();
    let mut file = |ending: &str, write: &dyn Fn(&mut Command, &mut Vec<u8>)| {
        let mut script = Vec::new();
        write(&mut command, &mut script);
        (format!("{COMPLETIONS}/{name}.{ending}"), script)
    };
    [
        file("bash", &|command, out| generate(Bash, command, &name, out)),
        file("zsh", &|command, out| generate(Zsh, command, &name, out)),
        file("fish", &|command, out| generate(Fish, command, &name, out)),
    ]
}

/// The page of a command and those of its subcommands.
fn man_pages(command: &Command, section: &str, files: &mut Vec<File>) {
    for subcommand in command.get_subcommands() {
        man_pages(subcommand, section, files);
    }
    let man = Man::new(command.clone())
        .section(section)
        .source(concat!("natconnd ", env!("CARGO_PKG_VERSION")))
        .manual("natconnd");
    let name = man.get_filename();
    let mut page = Vec::new();
    write_page(&man, command, &mut page).unwrap();
    files.push((format!("{MAN}/{name}"), page));
}

fn write_page(man: &Man, command: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(page)?;
    }
    if let Some(after) = command.get_after_long_help() {
        write_sections(&after.to_string(), page)?;
    }
    see_also(command).to_writer(page)
}

/// The sections behind the help: a heading with a colon, and indented lines
/// that must stay lines.
fn write_sections(after: &str, page: &mut Vec<u8>) -> io::Result<()> {
    for section in after.split("\n\n") {
        let (heading, lines) = section.split_once(":\n").unwrap();
        let mut roff = Roff::new();
        roff.control("SH", [heading.to_uppercase().as_str()]);
        roff.control("nf", []);
        for line in lines.lines() {
            let line = line.strip_prefix("  ").unwrap();
            roff.text([roman(line)]);
        }
        roff.control("fi", []);
        roff.to_writer(page)?;
    }
    Ok(())
}

fn see_also(command: &Command) -> Roff {
    let others = match command.get_display_name().unwrap_or(command.get_name()) {
        "natconnd" => "natconn(1), conntrack(8), nft(8)",
        "natconn" => "natconnd(8), conntrack(8)",
        _ => "natconn(1), natconnd(8)",
    };
    let mut roff = Roff::new();
    roff.control("SH", ["SEE ALSO"]);
    roff.text([roman(others)]);
    roff
}
