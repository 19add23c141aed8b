//! Lines as conntrack 1.4.7 printed them on a gateway.

use super::*;

fn listed(line: &str) -> Listed {
    line.parse().unwrap()
}

fn endpoints(tuple: &Tuple) -> String {
    format!("{} > {}", tuple.source, tuple.destination)
}

#[test]
fn a_masqueraded_tcp_connection() {
    let listed = listed(
        "ipv4     2 tcp      6 431999 ESTABLISHED src=192.168.248.2 dst=100.64.2.10 \
         sport=40123 dport=443 src=100.64.2.10 dst=100.64.2.1 sport=443 dport=40124 \
         [ASSURED] mark=0 use=1 id=92561530",
    );
    assert_eq!(listed.original.protocol, Protocol::TCP);
    assert_eq!(
        endpoints(&listed.original),
        "192.168.248.2:40123 > 100.64.2.10:443"
    );
    assert_eq!(
        endpoints(&listed.reply),
        "100.64.2.10:443 > 100.64.2.1:40124"
    );
    assert_eq!(listed.timeout, Some(431_999));
    assert_eq!(listed.words, ["ESTABLISHED", "ASSURED"]);
    assert_eq!(listed.kernel_id, KernelId(92_561_530));
    assert_eq!(listed.zone, Zone::default());
    assert!(listed.is_source_translated());
    assert!(!listed.is_destination_translated());
}

#[test]
fn an_icmp_id_is_not_the_kernel_id() {
    let listed = listed(
        "ipv4     2 icmp     1 28 src=127.0.0.1 dst=127.0.0.2 type=8 code=0 id=78 packets=1 \
         bytes=84 [UNREPLIED] src=127.0.0.2 dst=127.0.0.1 type=0 code=0 id=79 packets=0 bytes=0 \
         mark=0 zone=3 use=1 id=3167440306",
    );
    assert_eq!(endpoints(&listed.original), "127.0.0.1:78 > 127.0.0.2:78");
    assert_eq!(endpoints(&listed.reply), "127.0.0.2:79 > 127.0.0.1:79");
    assert_eq!(listed.original.icmp, Some(Icmp { kind: 8, code: 0 }));
    assert_eq!(listed.reply.icmp, Some(Icmp { kind: 0, code: 0 }));
    assert_eq!(listed.kernel_id, KernelId(3_167_440_306));
    assert_eq!(
        listed.zone,
        Zone {
            id: 3,
            scope: ZoneScope::Both
        }
    );
    assert!(listed.has("UNREPLIED"));
    assert!(listed.is_source_translated());
    assert!(!listed.is_destination_translated());
}

#[test]
fn a_zone_of_one_direction_stands_behind_its_tuple() {
    let listed = listed(
        "ipv4     2 icmp     1 28 src=127.0.0.1 dst=127.0.0.3 type=8 code=0 id=79 zone-orig=4 \
         packets=1 bytes=84 src=127.0.0.3 dst=127.0.0.1 type=0 code=0 id=79 packets=1 bytes=84 \
         mark=0 use=1 id=3696095307",
    );
    assert_eq!(
        listed.zone,
        Zone {
            id: 4,
            scope: ZoneScope::Original
        }
    );
    assert_eq!(listed.reply.source.port, 79);
}

#[test]
fn ipv6_has_no_brackets() {
    let listed = listed(
        "ipv6     10 icmpv6   58 28 src=fd00:248::2 dst=fd00:2::10 type=128 code=0 id=7 \
         src=fd00:2::10 dst=fd00:2::1 type=129 code=0 id=7 mark=0 use=1 id=2325430404",
    );
    assert_eq!(
        endpoints(&listed.original),
        "[fd00:248::2]:7 > [fd00:2::10]:7"
    );
    assert!(listed.is_source_translated());
}

#[test]
fn gre_has_keys_in_hexadecimal() {
    let listed = listed(
        "ipv4     2 gre      47 28 src=127.0.0.1 dst=127.0.0.1 srckey=0x1f dstkey=0x20 \
         [UNREPLIED] src=127.0.0.1 dst=127.0.0.1 srckey=0x20 dstkey=0x1f mark=0 use=1 \
         id=3161854185",
    );
    assert_eq!(endpoints(&listed.original), "127.0.0.1:31 > 127.0.0.1:32");
    assert_eq!(endpoints(&listed.reply), "127.0.0.1:32 > 127.0.0.1:31");
}

#[test]
fn a_protocol_without_ports_has_port_0() {
    let listed = listed(
        "ipv4     2 unknown  50 598 src=127.0.0.1 dst=127.0.0.1 [UNREPLIED] src=127.0.0.1 \
         dst=127.0.0.1 mark=0 use=1 id=2882510682",
    );
    assert_eq!(listed.original.protocol, Protocol(50));
    assert_eq!(endpoints(&listed.reply), "127.0.0.1:0 > 127.0.0.1:0");
    assert_eq!(listed.timeout, Some(598));
}

#[test]
fn an_offloaded_connection_has_no_timeout() {
    let listed = listed(
        "ipv4     2 tcp      6 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 \
         dst=10.0.0.1 sport=2 dport=1 [OFFLOAD] mark=0 use=2 id=1",
    );
    assert_eq!(listed.timeout, None);
    assert_eq!(listed.words, ["OFFLOAD"]);
}

#[test]
fn a_line_that_makes_no_sense_is_shown() {
    let problem = |line: &str| line.parse::<Listed>().unwrap_err().to_string();
    assert_eq!(problem("tcp 6"), "conntrack -L: no protocol in \"tcp 6\"");
    assert_eq!(
        problem("ipv4 2 tcp 6 9 src=10.0.0.1 dst=10.0.0.2 id=1"),
        "conntrack -L: 1 tuples instead of 2 in \
         \"ipv4 2 tcp 6 9 src=10.0.0.1 dst=10.0.0.2 id=1\""
    );
    assert!(problem("ipv4 2 tcp 6 9 src=10.0.0.999").contains("src is \"10.0.0.999\""));
    let without_id = "ipv4 2 tcp 6 9 src=1.1.1.1 dst=1.1.1.2 src=1.1.1.2 dst=1.1.1.1";
    assert!(problem(without_id).contains("no id"));
}
