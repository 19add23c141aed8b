//! From a conntrack message to a [`Connection`], in place.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use model::{
    Connection, Counters, Event, EventKind, HelperName, Icmp, KernelId, Protocol, Status, TcpState,
    Timestamp, Tuple, Zone, ZoneScope,
};

use crate::attribute::{Attributes, exactly};
use crate::error::DecodeError;
use crate::message::Message;
use crate::uapi::*;

/// What decoding passed over.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct DecodeCounters {
    /// Attributes that this crate does not know.
    pub unknown_attributes: u64,
}

/// Decodes an event message into `event`, which is overwritten whole.
///
/// # Errors
///
/// The message is no conntrack event, or is damaged; `event` is then
/// unspecified.
#[inline]
pub fn decode_event(
    message: &Message<'_>,
    event: &mut Event,
    counters: &mut DecodeCounters,
) -> Result<(), DecodeError> {
    event.kind = match message.kind {
        CT_NEW if message.flags & (NLM_F_CREATE | NLM_F_EXCL) != 0 => EventKind::New,
        CT_NEW => EventKind::Update,
        CT_DELETE => EventKind::Destroy,
        other => return Err(DecodeError::UnknownMessage(other)),
    };
    decode_connection(message.attributes()?, &mut event.connection, counters)
}

/// Decodes the attributes of a conntrack message into `connection`, which is
/// overwritten whole.
///
/// # Errors
///
/// A tuple is missing or an attribute is damaged; `connection` is then
/// unspecified.
pub fn decode_connection(
    attributes: &[u8],
    connection: &mut Connection,
    counters: &mut DecodeCounters,
) -> Result<(), DecodeError> {
    *connection = Connection::default();
    let mut has_original = false;
    let mut has_reply = false;
    for attribute in Attributes(attributes) {
        let (kind, payload) = attribute?;
        match kind {
            CTA_TUPLE_ORIG => {
                has_original = true;
                let zone = decode_tuple(payload, &mut connection.original, counters)?;
                note_zone(connection, zone, ZoneScope::Original);
            }
            CTA_TUPLE_REPLY => {
                has_reply = true;
                let zone = decode_tuple(payload, &mut connection.reply, counters)?;
                note_zone(connection, zone, ZoneScope::Reply);
            }
            CTA_STATUS => connection.status = Status(be32("CTA_STATUS", payload)?),
            CTA_ID => connection.kernel_id = KernelId(be32("CTA_ID", payload)?),
            CTA_ZONE => {
                connection.zone = Zone {
                    id: be16("CTA_ZONE", payload)?,
                    scope: ZoneScope::Both,
                };
            }
            CTA_TIMEOUT => connection.timeout = Some(be32("CTA_TIMEOUT", payload)?),
            CTA_MARK => connection.mark = Some(be32("CTA_MARK", payload)?),
            CTA_LABELS => connection.labels = Some(labels(payload)?),
            CTA_COUNTERS_ORIG => {
                connection.traffic.get_or_insert_default().original = counted(payload)?;
            }
            CTA_COUNTERS_REPLY => {
                connection.traffic.get_or_insert_default().reply = counted(payload)?;
            }
            CTA_TIMESTAMP => decode_timestamps(payload, connection)?,
            CTA_TIMESTAMP_EVENT => {
                connection.event_at = Some(timestamp("CTA_TIMESTAMP_EVENT", payload)?);
            }
            CTA_PROTOINFO => connection.tcp_state = tcp_state(payload)?,
            CTA_HELP => connection.helper = helper(payload)?,
            CTA_TUPLE_MASTER => {
                let mut master = Tuple::default();
                decode_tuple(payload, &mut master, counters)?;
                connection.master = Some(master);
            }
            known if known <= CTA_KNOWN_MAX => {}
            _ => counters.unknown_attributes += 1,
        }
    }
    if !has_original {
        return Err(DecodeError::MissingTuple("original"));
    }
    if !has_reply {
        return Err(DecodeError::MissingTuple("reply"));
    }
    if connection.original.is_ipv4() != connection.reply.is_ipv4() {
        return Err(DecodeError::MixedFamilies);
    }
    Ok(())
}

/// A zone inside a tuple counts for that direction only.
fn note_zone(connection: &mut Connection, zone: Option<u16>, scope: ZoneScope) {
    if let Some(id) = zone {
        connection.zone = Zone { id, scope };
    }
}

#[inline]
fn decode_tuple(
    bytes: &[u8],
    tuple: &mut Tuple,
    counters: &mut DecodeCounters,
) -> Result<Option<u16>, DecodeError> {
    *tuple = Tuple::default();
    let mut zone = None;
    let mut has_addresses = false;
    for attribute in Attributes(bytes) {
        let (kind, payload) = attribute?;
        match kind {
            CTA_TUPLE_IP => {
                has_addresses = true;
                decode_addresses(payload, tuple)?;
            }
            CTA_TUPLE_PROTO => decode_protocol(payload, tuple)?,
            CTA_TUPLE_ZONE => zone = Some(be16("CTA_TUPLE_ZONE", payload)?),
            _ => counters.unknown_attributes += 1,
        }
    }
    if has_addresses {
        Ok(zone)
    } else {
        Err(DecodeError::MissingAddress("source"))
    }
}

#[inline]
fn decode_addresses(bytes: &[u8], tuple: &mut Tuple) -> Result<(), DecodeError> {
    let mut source = None;
    let mut destination = None;
    for attribute in Attributes(bytes) {
        let (kind, payload) = attribute?;
        match kind {
            CTA_IP_V4_SRC => source = Some(ipv4("CTA_IP_V4_SRC", payload)?),
            CTA_IP_V4_DST => destination = Some(ipv4("CTA_IP_V4_DST", payload)?),
            CTA_IP_V6_SRC => source = Some(ipv6("CTA_IP_V6_SRC", payload)?),
            CTA_IP_V6_DST => destination = Some(ipv6("CTA_IP_V6_DST", payload)?),
            _ => {}
        }
    }
    tuple.source.address = source.ok_or(DecodeError::MissingAddress("source"))?;
    tuple.destination.address = destination.ok_or(DecodeError::MissingAddress("destination"))?;
    if tuple.source.address.is_ipv4() == tuple.destination.address.is_ipv4() {
        Ok(())
    } else {
        Err(DecodeError::MixedFamilies)
    }
}

/// What stands in the place of the ports depends on the protocol, whatever else
/// there is: everybody behind relies on it.
#[inline]
fn decode_protocol(bytes: &[u8], tuple: &mut Tuple) -> Result<(), DecodeError> {
    let mut ports = [0; 2];
    let mut id = 0;
    let mut icmp = Icmp { kind: 0, code: 0 };
    for attribute in Attributes(bytes) {
        let (kind, payload) = attribute?;
        match kind {
            CTA_PROTO_NUM => tuple.protocol = Protocol(byte("CTA_PROTO_NUM", payload)?),
            CTA_PROTO_SRC_PORT => ports[0] = be16("CTA_PROTO_SRC_PORT", payload)?,
            CTA_PROTO_DST_PORT => ports[1] = be16("CTA_PROTO_DST_PORT", payload)?,
            CTA_PROTO_ICMP_ID | CTA_PROTO_ICMPV6_ID => id = be16("CTA_PROTO_ICMP_ID", payload)?,
            CTA_PROTO_ICMP_TYPE | CTA_PROTO_ICMPV6_TYPE => {
                icmp.kind = byte("CTA_PROTO_ICMP_TYPE", payload)?;
            }
            CTA_PROTO_ICMP_CODE | CTA_PROTO_ICMPV6_CODE => {
                icmp.code = byte("CTA_PROTO_ICMP_CODE", payload)?;
            }
            _ => {}
        }
    }
    let is_icmp = tuple.protocol.is_icmp();
    [tuple.source.port, tuple.destination.port] = if is_icmp { [id; 2] } else { ports };
    tuple.icmp = is_icmp.then_some(icmp);
    Ok(())
}

fn decode_timestamps(bytes: &[u8], connection: &mut Connection) -> Result<(), DecodeError> {
    for attribute in Attributes(bytes) {
        let (kind, payload) = attribute?;
        match kind {
            CTA_TIMESTAMP_START => {
                connection.started_at = Some(timestamp("CTA_TIMESTAMP_START", payload)?);
            }
            CTA_TIMESTAMP_STOP => {
                connection.stopped_at = Some(timestamp("CTA_TIMESTAMP_STOP", payload)?);
            }
            _ => {}
        }
    }
    Ok(())
}

fn counted(bytes: &[u8]) -> Result<Counters, DecodeError> {
    let mut counters = Counters::default();
    for attribute in Attributes(bytes) {
        let (kind, payload) = attribute?;
        match kind {
            CTA_COUNTERS_PACKETS => counters.packets = be64("CTA_COUNTERS_PACKETS", payload)?,
            CTA_COUNTERS_BYTES => counters.bytes = be64("CTA_COUNTERS_BYTES", payload)?,
            _ => {}
        }
    }
    Ok(counters)
}

/// The kernel sends as many words of labels as are in use.
fn labels(payload: &[u8]) -> Result<[u8; 16], DecodeError> {
    let mut labels = [0; 16];
    labels
        .get_mut(..payload.len())
        .ok_or(DecodeError::WrongLength {
            attribute: "CTA_LABELS",
            expected: 16,
            found: payload.len(),
        })?
        .copy_from_slice(payload);
    Ok(labels)
}

fn tcp_state(bytes: &[u8]) -> Result<Option<TcpState>, DecodeError> {
    let Some(tcp) = find(bytes, CTA_PROTOINFO_TCP)? else {
        return Ok(None);
    };
    find(tcp, CTA_PROTOINFO_TCP_STATE)?
        .map(|payload| byte("CTA_PROTOINFO_TCP_STATE", payload).map(TcpState))
        .transpose()
}

fn helper(bytes: &[u8]) -> Result<Option<HelperName>, DecodeError> {
    Ok(find(bytes, CTA_HELP_NAME)?.map(|name| {
        let end = name.iter().position(|byte| *byte == 0);
        HelperName::new(&name[..end.unwrap_or(name.len())])
    }))
}

fn find(bytes: &[u8], wanted: u16) -> Result<Option<&[u8]>, DecodeError> {
    for attribute in Attributes(bytes) {
        let (kind, payload) = attribute?;
        if kind == wanted {
            return Ok(Some(payload));
        }
    }
    Ok(None)
}

fn byte(attribute: &'static str, payload: &[u8]) -> Result<u8, DecodeError> {
    exactly(attribute, payload).map(|[byte]| byte)
}

fn be16(attribute: &'static str, payload: &[u8]) -> Result<u16, DecodeError> {
    exactly(attribute, payload).map(u16::from_be_bytes)
}

fn be32(attribute: &'static str, payload: &[u8]) -> Result<u32, DecodeError> {
    exactly(attribute, payload).map(u32::from_be_bytes)
}

fn be64(attribute: &'static str, payload: &[u8]) -> Result<u64, DecodeError> {
    exactly(attribute, payload).map(u64::from_be_bytes)
}

/// The kernel counts unsigned nanoseconds; those beyond the year 2262 are cut.
fn timestamp(attribute: &'static str, payload: &[u8]) -> Result<Timestamp, DecodeError> {
    be64(attribute, payload).map(|ns| Timestamp(i64::try_from(ns).unwrap_or(i64::MAX)))
}

fn ipv4(attribute: &'static str, payload: &[u8]) -> Result<IpAddr, DecodeError> {
    exactly::<4>(attribute, payload).map(|bytes| Ipv4Addr::from(bytes).into())
}

fn ipv6(attribute: &'static str, payload: &[u8]) -> Result<IpAddr, DecodeError> {
    exactly::<16>(attribute, payload).map(|bytes| Ipv6Addr::from(bytes).into())
}
