//! ulogd2 as a reader: NFCT to JSON, one line per event.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::floor::RECEIVE_BUFFER;
use crate::gateway::Gateway;
use crate::process::{self, Process};
use crate::reader::{Counted, Reader, Running};
use crate::subscription;

/// ulogd2 writing JSON to a file in memory.
///
/// Its hash is off: it then writes a line for every NEW and every DESTROY and
/// keeps no state, which is the cheapest of its modes per event.
pub struct Ulogd;

impl Reader for Ulogd {
    fn name(&self) -> &str {
        "ulogd2"
    }

    fn start(&self, gateway: &Gateway, folder: &Path) -> Result<Box<dyn Running>> {
        let lines = folder.join("ulogd.json");
        let configuration = folder.join("ulogd.conf");
        fs::write(&configuration, self.configuration(&lines)?)
            .with_context(|| format!("write {}", configuration.display()))?;
        let mut command = Command::new("ulogd");
        command.arg("-c").arg(&configuration);
        let place = gateway.namespace();
        let mut process = Process::start("ulogd", &mut command, place, process::CORE, folder)?;
        process.wait_until(Duration::from_secs(10), |_| {
            Ok(subscription::find(gateway)?.is_some())
        })?;
        Ok(Box::new(RunningUlogd { process, lines }))
    }
}

impl Ulogd {
    fn configuration(&self, lines: &Path) -> Result<String> {
        let plugins = plugin_folder()?;
        // A size that is not below the maximum is not set at all.
        let most = 2 * RECEIVE_BUFFER;
        let plugin = |name: &str| format!("plugin=\"{}/ulogd_{name}.so\"\n", plugins.display());
        Ok(format!(
            "[global]\nlogfile=\"stdout\"\nloglevel=5\n{}{}{}\
             stack=ct1:NFCT,ip2str1:IP2STR,json1:JSON\n\
             [ct1]\nevent_mask=0x5\nhash_enable=0\n\
             netlink_socket_buffer_size={RECEIVE_BUFFER}\n\
             netlink_socket_buffer_maxsize={most}\n\
             [json1]\nfile=\"{}\"\nsync=0\n",
            plugin("inpflow_NFCT"),
            plugin("filter_IP2STR"),
            plugin("output_JSON"),
            lines.display(),
        ))
    }
}

/// Where the distribution keeps ulogd's plugins, whatever the architecture.
fn plugin_folder() -> Result<PathBuf> {
    let libraries = fs::read_dir("/usr/lib").context("read /usr/lib")?;
    libraries
        .flatten()
        .map(|entry| entry.path().join("ulogd"))
        .chain([
            PathBuf::from("/usr/lib64/ulogd"),
            PathBuf::from("/usr/lib/ulogd"),
        ])
        .find(|folder| folder.join("ulogd_output_JSON.so").is_file())
        .context("find ulogd's JSON plugin below /usr/lib\n  hint: install ulogd2-json")
}

struct RunningUlogd {
    process: Process,
    lines: PathBuf,
}

impl Running for RunningUlogd {
    fn process(&self) -> &Process {
        &self.process
    }

    fn finish(self: Box<Self>) -> Result<Counted> {
        let output = self.process.stop()?;
        let events = count_lines(&self.lines)?;
        fs::remove_file(&self.lines).context("delete the lines of ulogd")?;
        let overruns = output
            .lines()
            .filter(|line| line.contains("losing events"))
            .count();
        Ok(Counted {
            events,
            overruns: Some(overruns as u64),
        })
    }
}

fn count_lines(path: &Path) -> Result<u64> {
    let mut file = File::open(path).with_context(|| format!("open {}", path.display()))?;
    let mut buffer = vec![0; 1 << 20];
    let mut lines = 0;
    loop {
        let length = file
            .read(&mut buffer)
            .with_context(|| format!("read {}", path.display()))?;
        if length == 0 {
            return Ok(lines);
        }
        lines += buffer[..length]
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count() as u64;
    }
}
