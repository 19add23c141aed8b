//! The gateway's live connections, as `conntrack -L` says: the questions that
//! lookups are measured with.

use anyhow::{Context, Result};

use crate::gateway::Gateway;
use crate::tool;

/// One UDP connection: its host, and what a remote sees of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outside {
    /// The internal host, as `ADDRESS`.
    pub internal: String,
    /// NAT endpoint, as `ADDRESS:PORT`.
    pub nat: String,
    /// Remote endpoint, likewise.
    pub remote: String,
}

/// Lists them all.
pub fn list(gateway: &Gateway) -> Result<Vec<Outside>> {
    let name = gateway.namespace().name();
    let lines = tool::run(&format!("ip netns exec {name} conntrack -L -p udp"))?;
    lines.lines().map(read).collect()
}

/// Every `stride`th of them, so that about `count` are left, spread over the
/// whole table.
pub fn sample(gateway: &Gateway, count: usize) -> Result<Vec<Outside>> {
    let all = list(gateway)?;
    let stride = all.len().div_ceil(count.max(1)).max(1);
    Ok(all.into_iter().step_by(stride).collect())
}

/// Reads a line: the reply tuple is the second of the two.
fn read(line: &str) -> Result<Outside> {
    let nth = |name: &str, at| {
        line.split_whitespace()
            .filter_map(|word| word.strip_prefix(name))
            .nth(at)
            .with_context(|| format!("read a line of conntrack -L: no {name} in {line}"))
    };
    let field = |name: &str| nth(name, 1);
    Ok(Outside {
        internal: nth("src=", 0)?.to_owned(),
        nat: format!("{}:{}", field("dst=")?, field("dport=")?),
        remote: format!("{}:{}", field("src=")?, field("sport=")?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reply_tuple_is_what_the_remote_sees() {
        let line = "udp      17 29 src=10.1.0.1 dst=198.51.100.7 sport=1024 dport=443 [UNREPLIED] \
                    src=198.51.100.7 dst=203.0.113.3 sport=443 dport=2048 mark=0 use=1";
        let outside = read(line).expect("a good line");
        assert_eq!(outside.internal, "10.1.0.1");
        assert_eq!(outside.nat, "203.0.113.3:2048");
        assert_eq!(outside.remote, "198.51.100.7:443");
    }
}
