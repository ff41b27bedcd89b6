//! Which MQTT packets an edge may send (SYNC-05). Pure: no I/O, no clock.
//!
//! Everything that is not named here is refused. Bytes of strangers reach the packet decoder only after
//! their type was looked at, and nothing is passed on as it came: the front writes each admitted packet
//! anew, so the broker never sees bytes that an edge chose beyond topic, id and payload.

use super::counters::Reason;
use bytes::BytesMut;
use rumqttc::mqttbytes::v4::{Connect, Packet, PubAck, Publish, Subscribe};
use rumqttc::mqttbytes::{Error, Protocol, QoS};
use std::collections::VecDeque;
use unison_sync::seal::{Address, Direction, ENVELOPE_BYTES_MAX};
use uuid::Uuid;

/// A CONNECT with two UUIDs and a password of 64 characters needs 160 bytes, a SUBSCRIBE fewer.
pub const CONNECT_BYTES_MAX: usize = 512;
/// An envelope with its topic and packet id.
pub const PACKET_BYTES_MAX: usize = ENVELOPE_BYTES_MAX + 256;
/// Messages on the way to an edge that it has not acknowledged to the broker.
const UNACKED_MAX: usize = 256;

/// What somebody says who they are.
#[derive(Debug, PartialEq, Eq)]
pub struct Claim {
    pub edge: Uuid,
    pub password: String,
    pub keep_alive_seconds: u16,
}

/// Takes the next packet out of `buffer`, of which edges may send only some types. None until it is complete.
///
/// # Errors
/// When the bytes are no packet, too large, or of a type that edges do not send.
pub fn next(buffer: &mut BytesMut) -> Result<Option<Packet>, Reason> {
    // The first byte: type and flags, which are fixed for all but PUBLISH.
    match buffer.first() {
        None => Ok(None),
        Some(0x30..=0x3F) => decode(buffer, PACKET_BYTES_MAX),
        // PUBACK, SUBSCRIBE, PINGREQ, DISCONNECT
        Some(0x40 | 0x82 | 0xC0 | 0xE0) => decode(buffer, CONNECT_BYTES_MAX),
        Some(0x00..=0x0F | 0x41..=0x4F | 0x80 | 0x81 | 0x83..=0x8F | 0xC1..=0xCF | 0xE1..=0xFF) => {
            Err(Reason::Malformed)
        }
        Some(_) => Err(Reason::Unexpected),
    }
}

/// Takes a CONNECT out of `buffer`. None until it is complete.
///
/// # Errors
/// When it is anything but the CONNECT of an edge.
pub fn connect(buffer: &mut BytesMut) -> Result<Option<Claim>, Reason> {
    match buffer.first() {
        None => return Ok(None),
        Some(0x10) => {}
        Some(_) => return Err(Reason::NotConnect),
    }
    match decode(buffer, CONNECT_BYTES_MAX)? {
        Some(Packet::Connect(connect)) => claim(connect).map(Some),
        Some(_) => Err(Reason::NotConnect),
        None => Ok(None),
    }
}

/// Takes any packet of the broker out of `buffer`. None until it is complete.
///
/// # Errors
/// When the broker sends what is no packet.
pub fn decode(buffer: &mut BytesMut, bytes_max: usize) -> Result<Option<Packet>, Reason> {
    match Packet::read(buffer, bytes_max) {
        Ok(packet) => Ok(Some(packet)),
        Err(Error::InsufficientBytes(_)) => Ok(None),
        Err(Error::PayloadSizeLimitExceeded(_) | Error::PayloadTooLong) => Err(Reason::TooLarge),
        Err(Error::InvalidProtocol | Error::InvalidProtocolLevel(_)) => Err(Reason::Protocol),
        Err(Error::InvalidQoS(_)) => Err(Reason::Qos),
        Err(_) => Err(Reason::Malformed),
    }
}

fn claim(connect: Connect) -> Result<Claim, Reason> {
    if connect.protocol != Protocol::V4 {
        return Err(Reason::Protocol);
    }
    if connect.last_will.is_some() {
        return Err(Reason::Will);
    }
    let login = connect.login.ok_or(Reason::Identity)?;
    let edge: Uuid = connect.client_id.parse().map_err(|_| Reason::Identity)?;
    // One spelling only, so that log lines and topics name an edge in one way.
    if edge.to_string() != connect.client_id || login.username != connect.client_id {
        return Err(Reason::Identity);
    }
    Ok(Claim { edge, password: login.password, keep_alive_seconds: connect.keep_alive })
}

/// What becomes of a packet of an edge.
#[derive(Debug, PartialEq)]
pub enum Admitted {
    /// Write it to the broker.
    Forward(Packet),
    /// The edge says good-bye. Not passed on: rumqttd frees the connection's slot on DISCONNECT and again when
    /// the socket closes, and the second time may hit whoever got the slot meanwhile. Closing is enough.
    Leave,
}

/// The rights of one session and what it owes.
#[derive(Debug)]
pub struct Rights {
    up: String,
    down: String,
    unacked: VecDeque<u16>,
}

impl Rights {
    #[must_use]
    pub fn new(address: &Address) -> Self {
        Self { up: address.topic(Direction::Up), down: address.topic(Direction::Down), unacked: VecDeque::new() }
    }

    /// Judges a packet of the edge.
    ///
    /// # Errors
    /// The reason to close the connection.
    pub fn admit(&mut self, packet: Packet) -> Result<Admitted, Reason> {
        match packet {
            Packet::Publish(publish) => self.publish(publish),
            Packet::Subscribe(subscribe) => self.subscribe(subscribe),
            Packet::PubAck(ack) => self.puback(&ack),
            Packet::PingReq => Ok(Admitted::Forward(Packet::PingReq)),
            Packet::Disconnect => Ok(Admitted::Leave),
            Packet::Connect(_)
            | Packet::ConnAck(_)
            | Packet::PubRec(_)
            | Packet::PubRel(_)
            | Packet::PubComp(_)
            | Packet::SubAck(_)
            | Packet::Unsubscribe(_)
            | Packet::UnsubAck(_)
            | Packet::PingResp => Err(Reason::Unexpected),
        }
    }

    fn publish(&self, publish: Publish) -> Result<Admitted, Reason> {
        if publish.topic != self.up {
            return Err(Reason::ForeignTopic);
        }
        if publish.retain {
            return Err(Reason::Retain);
        }
        if publish.qos == QoS::ExactlyOnce {
            return Err(Reason::Qos);
        }
        if publish.payload.len() > ENVELOPE_BYTES_MAX {
            return Err(Reason::TooLarge);
        }
        Ok(Admitted::Forward(Packet::Publish(publish)))
    }

    fn subscribe(&self, subscribe: Subscribe) -> Result<Admitted, Reason> {
        match subscribe.filters.as_slice() {
            [one] if one.path != self.down => Err(Reason::ForeignFilter),
            [one] if one.qos == QoS::ExactlyOnce => Err(Reason::Qos),
            [_] if subscribe.pkid == 0 => Err(Reason::Malformed),
            [_] => Ok(Admitted::Forward(Packet::Subscribe(subscribe))),
            _ => Err(Reason::ForeignFilter),
        }
    }

    /// rumqttd takes acknowledgements in order only and drops the connection otherwise; see [`Admitted::Leave`]
    /// for why it must not come to that.
    fn puback(&mut self, ack: &PubAck) -> Result<Admitted, Reason> {
        match self.unacked.pop_front() {
            Some(pkid) if pkid == ack.pkid => Ok(Admitted::Forward(Packet::PubAck(PubAck::new(pkid)))),
            _ => Err(Reason::StrayAck),
        }
    }

    /// Notes what the broker sends to the edge.
    ///
    /// # Errors
    /// When the broker sends more than it should without acknowledgement.
    pub fn sent(&mut self, packet: &Packet) -> Result<(), Reason> {
        if let Packet::Publish(publish) = packet
            && publish.qos == QoS::AtLeastOnce
        {
            if self.unacked.len() >= UNACKED_MAX {
                return Err(Reason::NotReading);
            }
            self.unacked.push_back(publish.pkid);
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "packets_tests.rs"]
mod tests;
