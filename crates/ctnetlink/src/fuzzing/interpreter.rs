//! Classic BPF as the kernel judges and runs it, written from the kernel's
//! rules and not from the assembler.
//!
//! Knows the instructions that the compiler may use and no others.

use crate::bpf::Instruction;
use crate::uapi::{NLA_HDRLEN, SKF_NLATTR, SKF_NLATTR_NEST};

// `linux/bpf_common.h`: class | size or operation | mode or source.
const LD_IMM: u16 = 0x00;
const LDX_IMM: u16 = 0x01;
const LD_W_ABS: u16 = 0x20;
const LD_W_IND: u16 = 0x40;
const LD_H_IND: u16 = 0x48;
const LD_B_IND: u16 = 0x50;
const AND_K: u16 = 0x54;
const JA: u16 = 0x05;
const JEQ_K: u16 = 0x15;
const JGT_K: u16 = 0x25;
const JGE_K: u16 = 0x35;
const JSET_K: u16 = 0x45;
const RET_K: u16 = 0x06;
const TAX: u16 = 0x07;

/// Refuses what `bpf_check_classic` refuses.
pub fn verify(program: &[Instruction]) -> Result<(), String> {
    if !(1..=4096).contains(&program.len()) {
        return Err(format!("{} instructions", program.len()));
    }
    for (at, instruction) in program.iter().enumerate() {
        let Instruction {
            code,
            jump_true,
            jump_false,
            k,
        } = *instruction;
        let reaches = |distance: usize| at + 1 + distance < program.len();
        let is_fine = match code {
            LD_IMM | LDX_IMM | LD_W_IND | LD_H_IND | LD_B_IND | AND_K | RET_K | TAX => true,
            LD_W_ABS => [SKF_NLATTR, SKF_NLATTR_NEST].contains(&k),
            JA => reaches(k as usize),
            JEQ_K | JGT_K | JGE_K | JSET_K => {
                reaches(jump_true.into()) && reaches(jump_false.into())
            }
            _ => false,
        };
        if !is_fine {
            return Err(format!("{instruction:?} at {at}"));
        }
    }
    match program.last() {
        Some(Instruction { code: RET_K, .. }) => Ok(()),
        last => Err(format!("the last instruction is {last:?}")),
    }
}

/// How many bytes of a message a program keeps; 0 drops it. The program must
/// have been [verified](verify), so that it ends.
pub fn run(program: &[Instruction], message: &[u8]) -> u32 {
    let (mut a, mut x) = (0_u32, 0_u32);
    let mut at = 0;
    loop {
        let Instruction {
            code,
            jump_true,
            jump_false,
            k,
        } = program[at];
        at += 1;
        let mut branch = |is_true: bool| {
            at += usize::from(if is_true { jump_true } else { jump_false });
        };
        match code {
            LD_IMM => a = k,
            LDX_IMM => x = k,
            TAX => x = a,
            AND_K => a &= k,
            JA => at += k as usize,
            JEQ_K => branch(a == k),
            JGT_K => branch(a > k),
            JGE_K => branch(a >= k),
            JSET_K => branch(a & k != 0),
            RET_K => return k,
            LD_W_ABS if k == SKF_NLATTR => a = attribute(message, a, x),
            LD_W_ABS => a = nested(message, a, x),
            _ => {
                let length = match code {
                    LD_W_IND => 4,
                    LD_H_IND => 2,
                    _ => 1,
                };
                // A load beyond the end drops the message.
                match load(message, x.wrapping_add(k), length) {
                    Some(value) => a = value,
                    None => return 0,
                }
            }
        }
    }
}

fn load(message: &[u8], from: u32, length: usize) -> Option<u32> {
    let from = from as usize;
    let bytes = message.get(from..from.checked_add(length)?)?;
    Some(
        bytes
            .iter()
            .fold(0, |value, byte| value << 8 | u32::from(*byte)),
    )
}

/// `bpf_skb_get_nlattr`: where the attribute `kind` begins, looked for from
/// `from` on.
fn attribute(message: &[u8], from: u32, kind: u32) -> u32 {
    let from = from as usize;
    if message.len() < NLA_HDRLEN || from > message.len() - NLA_HDRLEN {
        return 0;
    }
    find(message, from, message.len(), kind)
}

/// `bpf_skb_get_nlattr_nest`: the same within the attribute at `nest`.
fn nested(message: &[u8], nest: u32, kind: u32) -> u32 {
    let nest = nest as usize;
    if message.len() < NLA_HDRLEN || nest > message.len() - NLA_HDRLEN {
        return 0;
    }
    let (length, _) = header(message, nest);
    if length > message.len() - nest || length < NLA_HDRLEN {
        return 0;
    }
    find(message, nest + NLA_HDRLEN, nest + length, kind)
}

/// `nla_find`.
fn find(message: &[u8], mut at: usize, end: usize, kind: u32) -> u32 {
    while at + NLA_HDRLEN <= end {
        let (length, found) = header(message, at);
        if length < NLA_HDRLEN || length > end - at {
            break;
        }
        if u32::from(found) == kind {
            return at as u32;
        }
        at += length.next_multiple_of(4);
    }
    0
}

fn header(message: &[u8], at: usize) -> (usize, u16) {
    let word = |at: usize| u16::from_ne_bytes([message[at], message[at + 1]]);
    (word(at).into(), word(at + 2) & 0x3fff)
}
