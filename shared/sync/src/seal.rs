//! The sealed envelope: neither the broker nor another tenant can read, forge or move a message.
//!
//! Header (86 bytes, authenticated, not secret) + XChaCha20-Poly1305 over the zstd-compressed message.
//! One key per direction, from X25519 between the edge's and the cloud's key pair through HKDF-SHA-256
//! with the three identities as salt. A replayed envelope opens, and the sequence gate makes it harmless.

use crate::wire::{Message, WireError};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;
use std::io::Read;
use uuid::Uuid;
use x25519_dalek::{PublicKey, StaticSecret};

const MAGIC: [u8; 4] = *b"UNI1";
const NONCE: usize = 24;
const HEADER: usize = 4 + 1 + 1 + 3 * 16 + 4 + 4 + NONCE;
/// The largest envelope that is taken from a carrier, in bytes.
pub const ENVELOPE_BYTES_MAX: usize = 1024 * 1024;
/// The largest message inside one, after decompression.
pub const MESSAGE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Which way an envelope goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Edge to cloud.
    Up,
    /// Cloud to edge.
    Down,
}

/// Who talks: the three identities of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    pub organization: Uuid,
    pub plant: Uuid,
    pub edge: Uuid,
}

impl Address {
    /// `unison/v1/{organization}/{plant}/{edge}/up` or `…/down`.
    #[must_use]
    pub fn topic(&self, direction: Direction) -> String {
        let way = match direction {
            Direction::Up => "up",
            Direction::Down => "down",
        };
        format!("unison/v1/{}/{}/{}/{way}", self.organization, self.plant, self.edge)
    }

    /// Reads the address out of a topic of the given direction.
    #[must_use]
    pub fn from_topic(topic: &str, direction: Direction) -> Option<Self> {
        let mut parts = topic.strip_prefix("unison/v1/")?.split('/');
        let mut id = || parts.next().and_then(|p| p.parse().ok());
        let address = Self { organization: id()?, plant: id()?, edge: id()? };
        // Rebuilding refuses every other spelling of the same ids.
        (address.topic(direction) == topic).then_some(address)
    }
}

/// The clear part of an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub address: Address,
    pub direction: Direction,
    /// Incarnation of the sender's log.
    pub incarnation: u32,
    /// Which key pair of the edge sealed it.
    pub key_id: u32,
}

/// Why an envelope was not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error("{0} bytes are more than an envelope may have ({ENVELOPE_BYTES_MAX})")]
    TooLarge(usize),
    #[error("this is no envelope of version 1")]
    NotAnEnvelope,
    #[error("the envelope belongs to another link than the topic it came on")]
    WrongAddress,
    #[error("the seal is broken: altered on the way, or sealed with another key")]
    BrokenSeal,
    #[error("the message inside is larger than {MESSAGE_BYTES_MAX} bytes or not compressed properly")]
    BadCompression,
    #[error(transparent)]
    Wire(#[from] WireError),
}

/// The keys of one link. Never printed.
#[derive(Clone)]
pub struct Keys {
    up: [u8; 32],
    down: [u8; 32],
    mqtt: [u8; 32],
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(secret)")
    }
}

impl Keys {
    /// Agrees on the keys of a link; both ends come to the same. None for a public key of low order.
    #[must_use]
    pub fn agree(own_secret: [u8; 32], other_public: [u8; 32], address: &Address) -> Option<Self> {
        let shared = StaticSecret::from(own_secret).diffie_hellman(&PublicKey::from(other_public));
        if !shared.was_contributory() {
            return None;
        }
        let salt =
            [address.organization.as_bytes().as_slice(), address.plant.as_bytes(), address.edge.as_bytes()].concat();
        let hkdf = Hkdf::<Sha256>::new(Some(&salt), shared.as_bytes());
        let key = |info: &[u8]| {
            let mut out = [0; 32];
            hkdf.expand(info, &mut out).ok().map(|()| out)
        };
        Some(Self { up: key(b"unison v1 up")?, down: key(b"unison v1 down")?, mqtt: key(b"unison v1 mqtt password")? })
    }

    /// What the edge shows the broker's front as its MQTT password.
    #[must_use]
    pub fn mqtt_password(&self) -> String {
        self.mqtt.iter().map(|b| format!("{b:02x}")).collect()
    }

    fn cipher(&self, direction: Direction) -> XChaCha20Poly1305 {
        let key = match direction {
            Direction::Up => &self.up,
            Direction::Down => &self.down,
        };
        XChaCha20Poly1305::new(key.into())
    }
}

/// The public half of a key pair.
#[must_use]
pub fn public_key(secret: [u8; 32]) -> [u8; 32] {
    PublicKey::from(&StaticSecret::from(secret)).to_bytes()
}

/// Seals a message. `nonce` must be random and never used twice with these keys.
///
/// # Errors
/// When the message does not fit into an envelope.
pub fn seal(keys: &Keys, header: &Header, nonce: [u8; NONCE], message: &Message) -> Result<Vec<u8>, SealError> {
    let plain = message.encode()?;
    if plain.len() > MESSAGE_BYTES_MAX {
        return Err(SealError::TooLarge(plain.len()));
    }
    let packed = zstd::bulk::compress(&plain, 3).map_err(|_| SealError::BadCompression)?;
    let mut out = header_bytes(header, nonce);
    let sealed = keys
        .cipher(header.direction)
        .encrypt(&XNonce::from(nonce), Payload { msg: &packed, aad: &out })
        .map_err(|_| SealError::BrokenSeal)?;
    out.extend(sealed);
    if out.len() > ENVELOPE_BYTES_MAX { Err(SealError::TooLarge(out.len())) } else { Ok(out) }
}

/// Reads the clear part, without trusting it.
///
/// # Errors
/// When the bytes cannot be an envelope.
pub fn peek(envelope: &[u8]) -> Result<Header, SealError> {
    split(envelope).map(|(header, ..)| header)
}

/// Opens an envelope that must belong to this link and go this way.
///
/// # Errors
/// When it is anything else; nothing of its content is returned then.
pub fn open(
    keys: &Keys,
    address: &Address,
    direction: Direction,
    envelope: &[u8],
) -> Result<(Header, Message), SealError> {
    let (header, nonce, clear, sealed) = split(envelope)?;
    if header.address != *address || header.direction != direction {
        return Err(SealError::WrongAddress);
    }
    let packed = keys
        .cipher(direction)
        .decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad: clear })
        .map_err(|_| SealError::BrokenSeal)?;
    let mut plain = Vec::new();
    let limit = MESSAGE_BYTES_MAX as u64 + 1;
    let decoder = zstd::Decoder::new(packed.as_slice()).map_err(|_| SealError::BadCompression)?;
    decoder.take(limit).read_to_end(&mut plain).map_err(|_| SealError::BadCompression)?;
    if plain.len() > MESSAGE_BYTES_MAX {
        return Err(SealError::BadCompression);
    }
    Ok((header, Message::decode(&plain)?))
}

fn header_bytes(header: &Header, nonce: [u8; NONCE]) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER);
    out.extend(MAGIC);
    out.push(1);
    out.push(match header.direction {
        Direction::Up => 0,
        Direction::Down => 1,
    });
    out.extend(header.address.organization.as_bytes());
    out.extend(header.address.plant.as_bytes());
    out.extend(header.address.edge.as_bytes());
    out.extend(header.incarnation.to_le_bytes());
    out.extend(header.key_id.to_le_bytes());
    out.extend(nonce);
    out
}

type Parts<'a> = (Header, [u8; NONCE], &'a [u8], &'a [u8]);

fn split(envelope: &[u8]) -> Result<Parts<'_>, SealError> {
    if envelope.len() > ENVELOPE_BYTES_MAX {
        return Err(SealError::TooLarge(envelope.len()));
    }
    let (clear, sealed) = envelope.split_at_checked(HEADER).ok_or(SealError::NotAnEnvelope)?;
    let mut rest = clear;
    let magic: [u8; 4] = take(&mut rest)?;
    let [version, way] = take(&mut rest)?;
    let direction = match (magic, version, way) {
        (MAGIC, 1, 0) => Direction::Up,
        (MAGIC, 1, 1) => Direction::Down,
        _ => return Err(SealError::NotAnEnvelope),
    };
    let address = Address {
        organization: Uuid::from_bytes(take(&mut rest)?),
        plant: Uuid::from_bytes(take(&mut rest)?),
        edge: Uuid::from_bytes(take(&mut rest)?),
    };
    let incarnation = u32::from_le_bytes(take(&mut rest)?);
    let key_id = u32::from_le_bytes(take(&mut rest)?);
    let nonce = take(&mut rest)?;
    Ok((Header { address, direction, incarnation, key_id }, nonce, clear, sealed))
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Result<[u8; N], SealError> {
    let (head, tail) = bytes.split_first_chunk::<N>().ok_or(SealError::NotAnEnvelope)?;
    *bytes = tail;
    Ok(*head)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Have;
    use proptest::prelude::*;

    fn address(n: u128) -> Address {
        Address { organization: Uuid::from_u128(n), plant: Uuid::from_u128(2), edge: Uuid::from_u128(3) }
    }

    fn link() -> (Keys, Keys, Header) {
        let (edge, cloud) = ([11; 32], [22; 32]);
        let a = address(1);
        let keys = |own, other| Keys::agree(own, public_key(other), &a).unwrap();
        let header = Header { address: a, direction: Direction::Up, incarnation: 1, key_id: 1 };
        (keys(edge, cloud), keys(cloud, edge), header)
    }

    fn message() -> Message {
        Message::Ack(Have { incarnation: 1, seq: 42, hash: [5; 32] })
    }

    #[test]
    fn sync_05_both_ends_agree_and_nobody_else() {
        let (edge, cloud, header) = link();
        let sealed = seal(&edge, &header, [9; 24], &message()).unwrap();
        assert_eq!(open(&cloud, &header.address, Direction::Up, &sealed).unwrap(), (header, message()));
        assert_eq!(edge.mqtt_password(), cloud.mqtt_password());
        let stranger = Keys::agree([33; 32], public_key([22; 32]), &header.address).unwrap();
        assert_eq!(open(&stranger, &header.address, Direction::Up, &sealed), Err(SealError::BrokenSeal));
        let other_org = Keys::agree([11; 32], public_key([22; 32]), &address(7)).unwrap();
        assert_ne!(other_org.mqtt_password(), edge.mqtt_password(), "the same pair in another organisation");
    }

    #[test]
    fn sync_05_an_envelope_cannot_change_topic_or_direction() {
        let (edge, cloud, header) = link();
        let sealed = seal(&edge, &header, [9; 24], &message()).unwrap();
        assert_eq!(open(&cloud, &address(7), Direction::Up, &sealed), Err(SealError::WrongAddress));
        assert_eq!(open(&cloud, &header.address, Direction::Down, &sealed), Err(SealError::WrongAddress));
        let mut turned = sealed;
        turned[5] = 1;
        assert_eq!(open(&cloud, &header.address, Direction::Down, &turned), Err(SealError::BrokenSeal));
    }

    #[test]
    fn sync_05_every_flipped_bit_is_noticed() {
        let (edge, cloud, header) = link();
        let sealed = seal(&edge, &header, [9; 24], &message()).unwrap();
        for i in 0..sealed.len() * 8 {
            let mut bad = sealed.clone();
            bad[i / 8] ^= 1 << (i % 8);
            assert!(open(&cloud, &header.address, Direction::Up, &bad).is_err(), "bit {i}");
        }
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let (edge, cloud, header) = link();
        let mut out = header_bytes(&header, [1; 24]);
        let bomb = zstd::bulk::compress(&vec![0; MESSAGE_BYTES_MAX * 4], 19).unwrap();
        out.extend(
            edge.cipher(Direction::Up).encrypt(&XNonce::from([1; 24]), Payload { msg: &bomb, aad: &out }).unwrap(),
        );
        assert_eq!(open(&cloud, &header.address, Direction::Up, &out), Err(SealError::BadCompression));
    }

    #[test]
    fn topics_read_back_in_one_spelling_only() {
        let a = address(0xABCD);
        let topic = a.topic(Direction::Up);
        assert_eq!(Address::from_topic(&topic, Direction::Up), Some(a));
        assert_eq!(Address::from_topic(&topic, Direction::Down), None);
        assert_eq!(Address::from_topic(&topic.to_uppercase(), Direction::Up), None);
        assert_eq!(Address::from_topic(&format!("{topic}/x"), Direction::Up), None);
        assert_eq!(Address::from_topic("unison/v1/+/+/+/up", Direction::Up), None);
    }

    proptest! {
        #[test]
        fn foreign_bytes_are_refused_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let (_, cloud, header) = link();
            prop_assert!(open(&cloud, &header.address, Direction::Up, &bytes).is_err());
        }
    }
}
