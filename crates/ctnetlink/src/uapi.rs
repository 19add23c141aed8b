//! The kernel's numbers, each with the kernel's name.
//!
//! Headers: `linux/netlink.h`, `linux/netfilter/nfnetlink.h`,
//! `linux/netfilter/nfnetlink_conntrack.h`, `linux/filter.h`, `linux/sock_diag.h`.

/// `struct nlmsghdr`
pub const NLMSG_HDRLEN: usize = 16;
/// `struct nfgenmsg`
pub const NFGENMSG_LEN: usize = 4;
/// `struct nlattr`
pub const NLA_HDRLEN: usize = 4;
/// `NLA_TYPE_MASK`: without `NLA_F_NESTED` and `NLA_F_NET_BYTEORDER`
pub const NLA_TYPE_MASK: u16 = 0x3fff;
/// `NLA_F_NESTED`
pub const NLA_F_NESTED: u16 = 0x8000;

// Message types: `NLMSG_*`, and `NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_*`.
pub const NLMSG_NOOP: u16 = 1;
pub const NLMSG_ERROR: u16 = 2;
pub const NLMSG_DONE: u16 = 3;
pub const CT_NEW: u16 = 1 << 8;
pub const CT_GET: u16 = 1 << 8 | 1;
pub const CT_DELETE: u16 = 1 << 8 | 2;
pub const CT_GET_STATS_CPU: u16 = 1 << 8 | 4;
pub const CT_GET_STATS: u16 = 1 << 8 | 5;
pub const CT_GET_DYING: u16 = 1 << 8 | 6;

// Message flags: `NLM_F_*`.
pub const NLM_F_REQUEST: u16 = 0x001;
pub const NLM_F_DUMP_INTR: u16 = 0x010;
pub const NLM_F_CAPPED: u16 = 0x100;
pub const NLM_F_ACK_TLVS: u16 = 0x200;
pub const NLM_F_DUMP: u16 = 0x300;
pub const NLM_F_EXCL: u16 = 0x200;
pub const NLM_F_CREATE: u16 = 0x400;

/// `NLMSGERR_ATTR_MSG`: the kernel's own words
pub const NLMSGERR_ATTR_MSG: u16 = 1;

// Multicast groups: `NFNLGRP_CONNTRACK_*`, as bits of `nl_groups`.
pub const GROUP_NEW: u32 = 1 << 0;
pub const GROUP_UPDATE: u32 = 1 << 1;
pub const GROUP_DESTROY: u32 = 1 << 2;

// enum ctattr_type
pub const CTA_TUPLE_ORIG: u16 = 1;
pub const CTA_TUPLE_REPLY: u16 = 2;
pub const CTA_STATUS: u16 = 3;
pub const CTA_PROTOINFO: u16 = 4;
pub const CTA_HELP: u16 = 5;
pub const CTA_TIMEOUT: u16 = 7;
pub const CTA_MARK: u16 = 8;
pub const CTA_COUNTERS_ORIG: u16 = 9;
pub const CTA_COUNTERS_REPLY: u16 = 10;
pub const CTA_ID: u16 = 12;
pub const CTA_TUPLE_MASTER: u16 = 14;
pub const CTA_ZONE: u16 = 18;
pub const CTA_TIMESTAMP: u16 = 20;
pub const CTA_LABELS: u16 = 22;
pub const CTA_FILTER: u16 = 25;
pub const CTA_STATUS_MASK: u16 = 26;
pub const CTA_TIMESTAMP_EVENT: u16 = 27;
/// The greatest attribute that this crate knows of; those it has no use for
/// (`CTA_SECCTX`, `CTA_SEQ_ADJ_*`, `CTA_SYNPROXY`, …) are below it too.
pub const CTA_KNOWN_MAX: u16 = 27;

// enum ctattr_tuple
pub const CTA_TUPLE_IP: u16 = 1;
pub const CTA_TUPLE_PROTO: u16 = 2;
pub const CTA_TUPLE_ZONE: u16 = 3;

// enum ctattr_ip
pub const CTA_IP_V4_SRC: u16 = 1;
pub const CTA_IP_V4_DST: u16 = 2;
pub const CTA_IP_V6_SRC: u16 = 3;
pub const CTA_IP_V6_DST: u16 = 4;

// enum ctattr_l4proto
pub const CTA_PROTO_NUM: u16 = 1;
pub const CTA_PROTO_SRC_PORT: u16 = 2;
pub const CTA_PROTO_DST_PORT: u16 = 3;
pub const CTA_PROTO_ICMP_ID: u16 = 4;
pub const CTA_PROTO_ICMP_TYPE: u16 = 5;
pub const CTA_PROTO_ICMP_CODE: u16 = 6;
pub const CTA_PROTO_ICMPV6_ID: u16 = 7;
pub const CTA_PROTO_ICMPV6_TYPE: u16 = 8;
pub const CTA_PROTO_ICMPV6_CODE: u16 = 9;

// enum ctattr_protoinfo, enum ctattr_protoinfo_tcp
pub const CTA_PROTOINFO_TCP: u16 = 1;
pub const CTA_PROTOINFO_TCP_STATE: u16 = 1;

// enum ctattr_counters
pub const CTA_COUNTERS_PACKETS: u16 = 1;
pub const CTA_COUNTERS_BYTES: u16 = 2;

// enum ctattr_tstamp
pub const CTA_TIMESTAMP_START: u16 = 1;
pub const CTA_TIMESTAMP_STOP: u16 = 2;

// enum ctattr_help
pub const CTA_HELP_NAME: u16 = 1;

// enum ctattr_stats_cpu; those that no kernel counts any more are left out
pub const CTA_STATS_FOUND: u16 = 2;
pub const CTA_STATS_INVALID: u16 = 4;
pub const CTA_STATS_INSERT: u16 = 8;
pub const CTA_STATS_INSERT_FAILED: u16 = 9;
pub const CTA_STATS_DROP: u16 = 10;
pub const CTA_STATS_EARLY_DROP: u16 = 11;
pub const CTA_STATS_ERROR: u16 = 12;
pub const CTA_STATS_SEARCH_RESTART: u16 = 13;
pub const CTA_STATS_CLASH_RESOLVE: u16 = 14;
pub const CTA_STATS_CHAIN_TOOLONG: u16 = 15;

// enum ctattr_stats_global
pub const CTA_STATS_GLOBAL_ENTRIES: u16 = 1;
pub const CTA_STATS_GLOBAL_MAX_ENTRIES: u16 = 2;

// enum ctattr_filter, and the flag bits of net/netfilter/nf_conntrack_netlink.c
pub const CTA_FILTER_ORIG_FLAGS: u16 = 1;
pub const CTA_FILTER_REPLY_FLAGS: u16 = 2;
pub const CTA_FILTER_F_CTA_IP_DST: u32 = 1 << 1;

// `SK_MEMINFO_*`: the places in what `SO_MEMINFO` tells
pub const SK_MEMINFO_RMEM_ALLOC: usize = 0;
pub const SK_MEMINFO_RCVBUF: usize = 1;
pub const SK_MEMINFO_DROPS: usize = 8;
pub const SK_MEMINFO_VARS: usize = 9;

// `SKF_AD_OFF + SKF_AD_NLATTR*`: ancillary loads of classic BPF
pub const SKF_NLATTR: u32 = (-0x1000_i32 + 12) as u32;
pub const SKF_NLATTR_NEST: u32 = (-0x1000_i32 + 16) as u32;
