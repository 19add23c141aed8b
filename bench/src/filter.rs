//! A classic BPF program of the kind that natconnd attaches to its event
//! socket, to measure what such a program costs the packet path.

use crate::sys::Instruction;

/// Length of the netlink and netfilter headers before the attributes.
const ATTRIBUTES: u32 = 20;
const CTA_STATUS: u32 = 3;
/// `IPS_SRC_NAT | IPS_DST_NAT`.
const TRANSLATED: u32 = 0x30;
/// Operand of a load that means "find a netlink attribute": the attributes
/// start at A, the wanted type is in X, the offset or 0 comes back in A.
const FIND_ATTRIBUTE: u32 = (libc::SKF_AD_OFF + libc::SKF_AD_NLATTR) as u32;

/// Passes messages about translated connections, and those that do not say.
pub fn translated_only() -> [Instruction; 9] {
    [
        (code(libc::BPF_LD | libc::BPF_IMM), 0, 0, ATTRIBUTES),
        (code(libc::BPF_LDX | libc::BPF_IMM), 0, 0, CTA_STATUS),
        (
            code(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS),
            0,
            0,
            FIND_ATTRIBUTE,
        ),
        // No status: pass.
        (code(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K), 3, 0, 0),
        (code(libc::BPF_MISC | libc::BPF_TAX), 0, 0, 0),
        (code(libc::BPF_LD | libc::BPF_W | libc::BPF_IND), 0, 0, 4),
        (
            code(libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K),
            0,
            1,
            TRANSLATED,
        ),
        (code(libc::BPF_RET | libc::BPF_K), 0, 0, u32::MAX),
        (code(libc::BPF_RET | libc::BPF_K), 0, 0, 0),
    ]
}

fn code(parts: u32) -> u16 {
    parts as u16
}
