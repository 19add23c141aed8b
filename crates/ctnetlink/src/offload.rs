//! What forwards packets past conntrack.
//!
//! A flowtable takes established connections out of conntrack's way, in
//! software or in the network card. Which connections those are only a dump
//! tells; that there may be some, the kernel's list of modules does, at no cost.

use std::fs;

/// Modules that take connections out of conntrack's way while they are in use:
/// one for nft's flowtables of each family, `act_ct` for offload by tc and Open
/// vSwitch, and the iptables target of OpenWrt.
const MODULES: [&str; 5] = [
    "nf_flow_table_inet",
    "nf_flow_table_ipv4",
    "nf_flow_table_ipv6",
    "act_ct",
    "xt_FLOWOFFLOAD",
];

/// Modules in use on this machine, in any network namespace, that forward
/// packets past conntrack. What is built into the kernel is not among them.
pub fn offloading_modules() -> Vec<String> {
    fs::read_to_string("/proc/modules").map_or_else(|_| Vec::new(), |text| in_use(&text))
}

/// `name size uses users state address`, a line for each module.
fn in_use(modules: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in modules.lines() {
        let mut words = line.split_whitespace();
        let Some(name) = words.next().filter(|name| MODULES.contains(name)) else {
            continue;
        };
        // The size comes between.
        let uses = words.nth(1).and_then(|word| word.parse::<u64>().ok());
        // A kernel that cannot unload modules counts no uses: "-".
        if uses != Some(0) {
            found.push(name.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_that_nobody_uses_are_left_out() {
        let text = "\
nf_flow_table_inet 12288 2 - Live 0xffffffffc0a01000
nf_flow_table_ipv4 12288 0 - Live 0xffffffffc0a02000
nf_flow_table 69632 2 nf_flow_table_inet,act_ct, Live 0xffffffffc0a00000
act_ct 36864 - - Live 0x0000000000000000
nf_conntrack 217088 5 nf_nat,act_ct, Live 0x0000000000000000
";
        assert_eq!(in_use(text), ["nf_flow_table_inet", "act_ct"]);
        assert_eq!(in_use(""), Vec::<String>::new());
    }
}
