//! Measures natconnd against what it cannot beat and what people use instead.
//!
//! Reading order: [`gateway`] and [`generator`] make connections; [`floor`]
//! and [`readers`] take the events of them; [`past`] makes up a month of them;
//! [`parts`] holds one measurement per file; [`truth`] is what answers are held
//! against; [`report`] writes down what they found. README.md says why it is done
//! in this way.

mod arguments;
mod condition;
mod dying;
mod filter;
mod floor;
mod folder;
mod follower;
mod gateway;
mod generator;
mod http;
mod latencies;
mod listener;
mod live;
mod machine;
mod moment;
mod namespace;
mod nginx;
mod paced;
mod parts;
mod past;
mod process;
mod queue;
mod raw_dump;
mod reader;
mod readers;
mod records;
mod report;
mod samples;
mod setting;
mod subscription;
mod sys;
mod tally;
mod tool;
mod translations;
mod truth;
mod wrk;

use std::collections::{BTreeSet, HashSet};
use std::fs::File;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};

use arguments::{Part, Plan};
use folder::Folder;
use readers::Natconnd;
use report::Report;
use setting::Changed;

const TOOLS: [&str; 3] = ["ip", "nft", "conntrack"];

/// Connections that the kernel may track: far more than any part makes.
const ROOM: u64 = 4_194_304;

/// Locked while a benchmark runs.
const LOCK: &str = "/run/natconnd-bench.lock";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let result = match words.first().map(String::as_str) {
        Some("floor") => floor::Settings::from_arguments(&words[1..]).and_then(floor::run),
        Some("listener") => listener::Options::from_arguments(&words[1..]).and_then(listener::run),
        Some("raw-dump") => raw_dump::run(),
        Some("history-writer") => past::writer::run(&words[1..]),
        _ => Plan::parse(&words).and_then(|plan| measure(&plan)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("natconnd-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn measure(plan: &Plan) -> Result<()> {
    check_machine(plan)?;
    let natconnd = plan.with_natconnd.then(Natconnd::build).transpose()?;
    let version = natconnd.as_ref().map(Natconnd::version).transpose()?;
    sys::catch_signals();
    let _lock = lock()?;
    namespace::remove_leftovers()?;
    let _room = Changed::to(setting::MAX_CONNECTIONS, ROOM)?;
    let folder = Folder::create()?;
    // Other programs of the machine disturb less. All contenders inherit it.
    sys::raise_priority().context("raise the priority of the benchmark")?;
    // What this process does itself happens beside the generator, never
    // beside a program that is measured.
    sys::pin(generator::CORE).context("pin the benchmark to a core")?;
    let mut report = Report::default();
    let mut failures = Vec::new();
    for part in &plan.parts {
        let _buckets = Changed::to(setting::BUCKETS, part.buckets())?;
        let (natconnd, folder, report) = (natconnd.as_ref(), folder.path(), &mut report);
        let result = match part {
            Part::Events => parts::events(plan, natconnd, folder, report),
            Part::Lookups => parts::lookups(plan, natconnd, folder, report),
            Part::Tls => parts::tls(plan, natconnd, folder, report),
            Part::Attack => parts::attack(plan, natconnd, folder, report),
            Part::ForwardAuth => parts::forward_auth(plan, natconnd, folder, report),
            Part::Memory => parts::memory(plan, natconnd, folder, report),
            Part::Start => parts::start(plan, natconnd, folder, report),
            Part::LookupCost => parts::lookup_cost(plan, natconnd, folder, report),
            Part::Truth => parts::truth(plan, natconnd, folder),
            Part::Explore => parts::explore(plan, folder, report),
            Part::Overrun => parts::overrun(plan, natconnd, folder, report),
            Part::Destroy => parts::destroy(plan, natconnd, folder, report),
            Part::HandOver => parts::hand_over(plan, natconnd, folder, report),
            Part::Delivery => parts::delivery(plan, natconnd, folder, report),
            Part::Latency => parts::latency(plan, natconnd, folder, report),
            Part::Reconcile => parts::reconcile(plan, natconnd, folder, report),
            Part::Pages => parts::pages(plan, natconnd, folder, report),
            Part::HistorySize => parts::history::size(plan, report),
            Part::HistoryRate => parts::history::rate(plan, report),
            Part::HistoryKill => parts::history::kill(plan, natconnd, folder, report),
            Part::HistoryLookup => parts::history::lookup(plan, natconnd, folder, report),
            Part::HistoryMemory => parts::history::memory(plan, natconnd, folder, report),
        };
        // What the other parts show is not lost with this one.
        match result.with_context(|| format!("measure {part:?}")) {
            Err(error) if sys::is_interrupted() => return Err(error),
            Err(error) => failures.push(format!("{error:#}")),
            Ok(()) => {}
        }
    }
    let titles: HashSet<_> = plan.parts.iter().map(|part| part.title()).collect();
    let (title, target) = match Vec::from_iter(titles)[..] {
        [one] => one,
        _ => ("What was measured", "bench"),
    };
    let text = format!(
        "# {title}\n\nWritten by `make {target}`; README.md says how it measures.\n\n{}\n{}",
        machine::describe(version.as_deref()),
        report.render()
    );
    if !report.is_empty() {
        println!("{text}");
    }
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    for (is_wanted, file) in [
        (plan.writes_results, "RESULTS.md"),
        (plan.writes_abuse, "ABUSE.md"),
        (plan.writes_attack, "ATTACK.md"),
        (plan.writes_history, "HISTORY.md"),
    ] {
        if is_wanted {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
            std::fs::write(&path, &text).with_context(|| format!("write {}", path.display()))?;
        }
    }
    report.ensure_demands_hold()
}

/// Makes sure that no other benchmark runs: each would measure both, and put
/// back the settings of the other.
fn lock() -> Result<File> {
    let file = File::create(LOCK).with_context(|| format!("create {LOCK}"))?;
    file.try_lock()
        .with_context(|| format!("lock {LOCK}: another benchmark is running"))?;
    Ok(file)
}

fn check_machine(plan: &Plan) -> Result<()> {
    ensure!(
        sys::is_root(),
        "the benchmark makes network namespaces and raises nf_conntrack_max, which only root may\n  \
         hint: sudo make bench"
    );
    let tools = plan.parts.iter().flat_map(|part| part.tools());
    let missing: BTreeSet<_> = TOOLS
        .iter()
        .chain(tools)
        .filter(|tool| !tool::exists(tool))
        .copied()
        .collect();
    ensure!(
        missing.is_empty(),
        "these programs are missing: {}\n  \
         hint: apt-get install iproute2 nftables conntrack ulogd2 ulogd2-json nginx-light wrk \
         gzip zstd python3-venv",
        Vec::from_iter(missing).join(", ")
    );
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    ensure!(
        cores >= 2,
        "the benchmark needs two processor cores, found {cores}"
    );
    Ok(())
}
