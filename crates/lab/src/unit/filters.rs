//! Directives of a unit to filters, as systemd makes them (`seccomp-util.c` there).

use std::collections::BTreeSet;

use seccompiler::{BpfProgram, compile_from_json};
use serde_json::{Value, json};

use super::calls::Sets;
use super::file::Unit;
use crate::Error;

/// The directives that are about system calls, each of which [`of_unit`] knows.
pub const DIRECTIVES: &[&str] = &[
    "SystemCallFilter",
    "SystemCallArchitectures",
    "RestrictAddressFamilies",
    "RestrictNamespaces",
    "RestrictRealtime",
    "RestrictSUIDSGID",
    "LockPersonality",
    "MemoryDenyWriteExecute",
    "ProtectClock",
    "ProtectHostname",
    "ProtectKernelLogs",
    "ProtectKernelModules",
];

// Numbers of errors: EPERM, ENOSYS and EAFNOSUPPORT.
const NOT_PERMITTED: u32 = 1;
const NO_SUCH_CALL: u32 = 38;
const NO_SUCH_FAMILY: u32 = 97;

/// All flags of `clone` that make namespaces, and each of them.
const NAMESPACES: [u64; 8] = [
    0x0000_0080, // time
    0x0002_0000, // mount
    0x0200_0000, // control group
    0x0400_0000, // uts
    0x0800_0000, // ipc
    0x1000_0000, // user
    0x2000_0000, // pid
    0x4000_0000, // net
];

/// The numbers of address families that a unit may name.
const FAMILIES: [(&str, u64); 4] = [
    ("AF_UNIX", 1),
    ("AF_INET", 2),
    ("AF_INET6", 10),
    ("AF_NETLINK", 16),
];

/// A filter, ready for the kernel.
#[derive(Debug)]
pub struct Filter(BpfProgram);

impl Filter {
    /// Takes it upon the calling thread and whatever it executes.
    pub fn apply(&self) -> Result<(), Error> {
        seccompiler::apply_filter(&self.0).map_err(|error| Error::Filter {
            cause: error.to_string(),
        })
    }

    /// `rules` are pairs of a system call and what its arguments must be like.
    fn compile(otherwise: Value, action: Value, rules: Vec<Value>) -> Result<Self, Error> {
        let filter = json!({"filter": {
            "mismatch_action": otherwise, "match_action": action, "filter": rules,
        }});
        let failed = |cause: String| Error::Filter { cause };
        let architecture = std::env::consts::ARCH
            .try_into()
            .map_err(|error: seccompiler::BackendError| failed(error.to_string()))?;
        let mut compiled = compile_from_json(filter.to_string().as_bytes(), architecture)
            .map_err(|error| failed(error.to_string()))?;
        let program = compiled.remove("filter");
        program
            .map(Self)
            .ok_or_else(|| failed("it is gone".to_owned()))
    }

    /// Refuses what the rules say, with this error.
    fn refusing(error: u32, rules: Vec<Value>) -> Result<Self, Error> {
        Self::compile(json!("allow"), json!({ "errno": error }), rules)
    }
}

/// A system call, whatever its arguments.
fn call(name: &str) -> Value {
    json!({ "syscall": name })
}

/// A system call whose argument is like this.
fn with(name: &str, index: u8, operation: Value, value: u64) -> Value {
    all_of(name, vec![condition(index, operation, value)])
}

fn all_of(name: &str, conditions: Vec<Value>) -> Value {
    json!({ "syscall": name, "args": conditions })
}

fn condition(index: u8, operation: Value, value: u64) -> Value {
    json!({ "index": index, "type": "dword", "op": operation, "val": value })
}

/// Some bits of an argument are all set.
fn bits(name: &str, index: u8, bits: u64) -> Value {
    with(name, index, json!({ "masked_eq": bits }), bits)
}

/// Those that this machine has.
fn known(calls: &BTreeSet<String>) -> Vec<Value> {
    let is_known = |name: &&String| Filter::refusing(NOT_PERMITTED, vec![call(name)]).is_ok();
    calls
        .iter()
        .filter(is_known)
        .map(|name| call(name))
        .collect()
}

/// All filters of a unit, in the order in which they are to be taken on: of two that refuse a
/// call, the later one says with which error.
pub fn of_unit(unit: &Unit, sets: &Sets) -> Result<Vec<Filter>, Error> {
    let (mut filters, mut last) = (Vec::new(), None);
    if let Some(allowed) = allowed(unit, sets)? {
        if unit.last("SystemCallErrorNumber") != Some("EPERM") {
            return Err(unit.mistake("SystemCallErrorNumber", "the lab knows EPERM only"));
        }
        let named = sets.calls("@known").unwrap_or_default();
        let (there, allow) = (
            known(&named.union(&allowed).cloned().collect()),
            json!("allow"),
        );
        // What systemd does not know is not there for the program either.
        filters.push(Filter::compile(
            json!({ "errno": NO_SUCH_CALL }),
            allow,
            there,
        )?);
        last = Some(known(&named.difference(&allowed).cloned().collect()));
    }
    if unit
        .last("SystemCallArchitectures")
        .is_some_and(|it| it != "native")
    {
        // Each filter ends whoever makes calls of another architecture.
        return Err(unit.mistake("SystemCallArchitectures", "the lab knows native only"));
    }
    let families: Vec<&str> = unit
        .all("RestrictAddressFamilies")
        .flat_map(str::split_whitespace)
        .collect();
    if !families.is_empty() {
        filters.push(only_families(unit, &families)?);
    }
    let refusals = [
        ("RestrictNamespaces", namespaces as fn() -> Vec<Value>),
        ("RestrictRealtime", realtime),
        ("RestrictSUIDSGID", set_user_id),
        ("LockPersonality", personality),
        ("MemoryDenyWriteExecute", write_and_execute),
        ("ProtectClock", || {
            calls_named(&["adjtimex", "clock_adjtime", "clock_settime", "settimeofday"])
        }),
        ("ProtectHostname", || {
            calls_named(&["sethostname", "setdomainname"])
        }),
        ("ProtectKernelLogs", || calls_named(&["syslog"])),
        ("ProtectKernelModules", || {
            calls_named(&["init_module", "finit_module", "delete_module"])
        }),
    ];
    for (name, rules) in refusals {
        if unit.is_set(name) {
            filters.push(Filter::refusing(NOT_PERMITTED, rules())?);
        }
    }
    if unit.is_set("RestrictNamespaces") {
        // Its flags lie in memory, where no filter can look.
        filters.push(Filter::refusing(NO_SUCH_CALL, vec![call("clone3")])?);
    }
    if unit.is_set("RestrictSUIDSGID") {
        filters.push(Filter::refusing(NO_SUCH_CALL, vec![call("openat2")])?);
    }
    // It refuses to take on more filters, too.
    if let Some(rules) = last {
        filters.push(Filter::refusing(NOT_PERMITTED, rules)?);
    }
    Ok(filters)
}

/// The system calls that `SystemCallFilter` allows; `None` where there is none.
fn allowed(unit: &Unit, sets: &Sets) -> Result<Option<BTreeSet<String>>, Error> {
    let mut allowed: Option<BTreeSet<String>> = None;
    for value in unit.all("SystemCallFilter") {
        let (is_taken_away, words) = match value.strip_prefix('~') {
            Some(words) => (true, words),
            None => (false, value),
        };
        if is_taken_away && allowed.is_none() {
            return Err(unit.mistake(
                "SystemCallFilter",
                "the lab knows lists of what is allowed only",
            ));
        }
        let allowed = allowed.get_or_insert_default();
        for word in words.split_whitespace() {
            let calls = sets.calls(word);
            let calls = calls.ok_or_else(|| {
                unit.mistake("SystemCallFilter", format!("systemd has no set {word}"))
            })?;
            if is_taken_away {
                allowed.retain(|call| !calls.contains(call));
            } else {
                allowed.extend(calls);
            }
        }
    }
    // What systemd allows in any case, because a program cannot start without.
    if let (Some(allowed), Some(needed)) = (&mut allowed, sets.calls("@default")) {
        allowed.extend(needed);
    }
    Ok(allowed)
}

fn only_families(unit: &Unit, allowed: &[&str]) -> Result<Filter, Error> {
    let number = |name: &&str| {
        let family = FAMILIES.iter().find(|(it, _)| it == name);
        let family = family.ok_or_else(|| {
            unit.mistake(
                "RestrictAddressFamilies",
                format!("the lab does not know {name}"),
            )
        });
        family.map(|(_, number)| condition(0, json!("ne"), *number))
    };
    let others = allowed.iter().map(number).collect::<Result<_, _>>()?;
    Filter::refusing(NO_SUCH_FAMILY, vec![all_of("socket", others)])
}

fn calls_named(names: &[&str]) -> Vec<Value> {
    names.iter().map(|name| call(name)).collect()
}

fn namespaces() -> Vec<Value> {
    let made = ["clone", "unshare"]
        .into_iter()
        .flat_map(|name| NAMESPACES.map(|flag| bits(name, 0, flag)));
    made.chain([call("setns")]).collect()
}

/// Policies above SCHED_IDLE, and FIFO and RR between SCHED_OTHER, BATCH and IDLE.
fn realtime() -> Vec<Value> {
    let usual = [0, 3, 5].map(|policy| condition(1, json!("ne"), policy));
    vec![
        all_of("sched_setscheduler", usual.to_vec()),
        call("sched_setattr"),
    ]
}

/// Modes of files with the bits S_ISUID or S_ISGID.
fn set_user_id() -> Vec<Value> {
    // O_CREAT and O_TMPFILE.
    const MAKING: [u64; 2] = [0o100, 0o20_000_000];
    // The system calls of old machines; newer ones do without.
    let old = cfg!(target_arch = "x86_64");
    let mut rules = Vec::new();
    for bit in [0o4000, 0o2000] {
        let mode = |name, index| bits(name, index, bit);
        rules.extend([
            mode("fchmod", 1),
            mode("fchmodat", 2),
            mode("mkdirat", 2),
            mode("mknodat", 2),
        ]);
        let opening = |name: &str, flags: u8| {
            let with_bit = condition(flags + 1, json!({ "masked_eq": bit }), bit);
            MAKING.map(|flag| {
                let makes = condition(flags, json!({ "masked_eq": flag }), flag);
                all_of(name, vec![makes, with_bit.clone()])
            })
        };
        rules.extend(opening("openat", 2));
        if old {
            rules.extend([
                mode("chmod", 1),
                mode("mkdir", 1),
                mode("mknod", 1),
                mode("creat", 1),
            ]);
            rules.extend(opening("open", 1));
        }
    }
    rules
}

fn personality() -> Vec<Value> {
    // The usual one, and to ask which it is.
    let others = [0, 0xffff_ffff].map(|it| condition(0, json!("ne"), it));
    vec![all_of("personality", others.to_vec())]
}

/// Memory that can be written and executed, or be made executable.
fn write_and_execute() -> Vec<Value> {
    // PROT_EXEC with PROT_WRITE, and SHM_EXEC.
    const EXECUTE: u64 = 4;
    const BOTH: u64 = 6;
    const SHARED: u64 = 0o100_000;
    vec![
        bits("mmap", 2, BOTH),
        bits("mprotect", 2, EXECUTE),
        bits("pkey_mprotect", 2, EXECUTE),
        bits("shmat", 2, SHARED),
    ]
}
