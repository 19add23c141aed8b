//! Instructions, and labels that become jump offsets.

use std::os::fd::AsFd;

use crate::error::Error;
use crate::sys;

/// One instruction (`struct sock_filter`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Instruction {
    /// `BPF_*` class, size, mode and operation.
    pub code: u16,
    /// Instructions to skip when a condition holds.
    pub jump_true: u8,
    /// Instructions to skip when it does not.
    pub jump_false: u8,
    /// The operand.
    pub k: u32,
}

/// A finished program, accepted by `SO_ATTACH_FILTER`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Program(Vec<Instruction>);

impl Program {
    /// Its instructions.
    pub fn instructions(&self) -> &[Instruction] {
        &self.0
    }

    /// Attaches it to a socket of any family, in place of one that is there.
    ///
    /// # Errors
    ///
    /// The kernel refused it.
    pub fn attach(&self, socket: impl AsFd) -> Result<(), Error> {
        sys::attach_filter(socket.as_fd(), &self.0).map_err(Error::system("attach filter"))
    }
}

/// `BPF_MAXINSNS`: the kernel takes no longer program.
const MAX_INSTRUCTIONS: usize = 4096;

const LD_IMM: u16 = 0x00;
const LD_ABS: u16 = 0x20;
const LD_WORD: u16 = 0x40;
const LD_HALF: u16 = 0x48;
const LD_BYTE: u16 = 0x50;
const LDX_IMM: u16 = 0x01;
const AND: u16 = 0x54;
const JA: u16 = 0x05;
const JEQ: u16 = 0x15;
const JGT: u16 = 0x25;
const JGE: u16 = 0x35;
const JSET: u16 = 0x45;
const RET: u16 = 0x06;
const TAX: u16 = 0x07;

/// How much to load.
#[derive(Clone, Copy)]
pub enum Size {
    Word,
    Half,
    Byte,
}

/// A condition on the accumulator.
#[derive(Clone, Copy)]
pub enum Test {
    Equals(u32),
    Above(u32),
    AtLeast(u32),
    HasAnyBit(u32),
}

/// A place in the program, known once it is [put](Assembler::put).
#[derive(Clone, Copy)]
pub struct Label(usize);

enum Draft {
    Plain(Instruction),
    Branch(u16, u32, Label, Label),
    Jump(Label),
}

/// Collects instructions. The accumulator is A, the index register X.
#[derive(Default)]
pub struct Assembler {
    drafts: Vec<Draft>,
    labels: Vec<Option<usize>>,
}

impl Assembler {
    /// A new label, not put anywhere yet.
    pub fn label(&mut self) -> Label {
        self.labels.push(None);
        Label(self.labels.len() - 1)
    }

    /// Puts a label before the next instruction.
    pub fn put(&mut self, label: Label) {
        self.labels[label.0] = Some(self.drafts.len());
    }

    fn plain(&mut self, code: u16, k: u32) {
        self.drafts.push(Draft::Plain(Instruction {
            code,
            jump_true: 0,
            jump_false: 0,
            k,
        }));
    }

    /// A = k.
    pub fn set(&mut self, k: u32) {
        self.plain(LD_IMM, k);
    }

    /// X = k.
    pub fn set_index(&mut self, k: u32) {
        self.plain(LDX_IMM, k);
    }

    /// X = A.
    pub fn index_from_accumulator(&mut self) {
        self.plain(TAX, 0);
    }

    /// A = what an ancillary extension makes of A and X.
    pub fn extension(&mut self, k: u32) {
        self.plain(LD_ABS, k);
    }

    /// A = big-endian value at X + offset.
    pub fn load(&mut self, size: Size, offset: u32) {
        let code = match size {
            Size::Word => LD_WORD,
            Size::Half => LD_HALF,
            Size::Byte => LD_BYTE,
        };
        self.plain(code, offset);
    }

    /// A &= mask.
    pub fn and(&mut self, mask: u32) {
        self.plain(AND, mask);
    }

    /// Goes to one of two labels, both at most 255 instructions ahead.
    pub fn branch(&mut self, test: Test, yes: Label, no: Label) {
        let (code, k) = match test {
            Test::Equals(k) => (JEQ, k),
            Test::Above(k) => (JGT, k),
            Test::AtLeast(k) => (JGE, k),
            Test::HasAnyBit(k) => (JSET, k),
        };
        self.drafts.push(Draft::Branch(code, k, yes, no));
    }

    /// Goes to a label any distance ahead.
    pub fn jump(&mut self, label: Label) {
        self.drafts.push(Draft::Jump(label));
    }

    /// Ends with how many bytes of the packet to keep: 0 drops it.
    pub fn give(&mut self, bytes: u32) {
        self.plain(RET, bytes);
    }

    /// Resolves the labels; `None` where the program is too long for the
    /// kernel or a branch too long for its offset.
    pub fn finish(self) -> Option<Program> {
        if self.drafts.len() > MAX_INSTRUCTIONS {
            return None;
        }
        let distance = |from: usize, label: Label| self.labels[label.0]?.checked_sub(from + 1);
        self.drafts
            .iter()
            .enumerate()
            .map(|(at, draft)| {
                Some(match *draft {
                    Draft::Plain(instruction) => instruction,
                    Draft::Branch(code, k, yes, no) => Instruction {
                        code,
                        jump_true: u8::try_from(distance(at, yes)?).ok()?,
                        jump_false: u8::try_from(distance(at, no)?).ok()?,
                        k,
                    },
                    Draft::Jump(label) => Instruction {
                        code: JA,
                        jump_true: 0,
                        jump_false: 0,
                        k: u32::try_from(distance(at, label)?).ok()?,
                    },
                })
            })
            .collect::<Option<_>>()
            .map(Program)
    }
}
