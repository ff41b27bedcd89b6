//! A table of bad packets, each with the reason it is refused for, and the few that pass.

use super::*;
use proptest::prelude::*;
use rumqttc::mqttbytes::v4::{
    ConnAck, ConnectReturnCode, LastWill, PubComp, PubRec, PubRel, SubAck, SubscribeFilter, SubscribeReasonCode,
    UnsubAck, Unsubscribe,
};

fn address() -> Address {
    Address { organization: Uuid::from_u128(1), plant: Uuid::from_u128(2), edge: Uuid::from_u128(3) }
}

fn foreign() -> Address {
    Address { organization: Uuid::from_u128(9), ..address() }
}

fn bytes(packet: &Packet) -> BytesMut {
    let mut out = BytesMut::new();
    packet.write(&mut out, usize::MAX).unwrap();
    out
}

fn publish(topic: String, qos: QoS, retain: bool, size: usize) -> Packet {
    let mut p = Publish::new(topic, qos, vec![7; size]);
    p.retain = retain;
    p.pkid = u16::from(qos != QoS::AtMostOnce);
    Packet::Publish(p)
}

fn subscribe(filters: &[(&str, QoS)]) -> Packet {
    let mut s = Subscribe::new_many(filters.iter().map(|(f, q)| SubscribeFilter::new((*f).to_owned(), *q)));
    s.pkid = 1;
    Packet::Subscribe(s)
}

/// Through the decoder and the rights, as the front does it.
fn judge(rights: &mut Rights, mut buffer: BytesMut) -> Result<Admitted, Reason> {
    let packet = next(&mut buffer)?.expect("a whole packet");
    rights.admit(packet)
}

#[test]
fn sync_05_only_the_own_topics_pass() {
    let up = address().topic(Direction::Up);
    let down = address().topic(Direction::Down);
    let good = [
        publish(up.clone(), QoS::AtLeastOnce, false, ENVELOPE_BYTES_MAX),
        publish(up.clone(), QoS::AtMostOnce, false, 0),
        subscribe(&[(&down, QoS::AtLeastOnce)]),
        subscribe(&[(&down, QoS::AtMostOnce)]),
        Packet::PingReq,
    ];
    let mut rights = Rights::new(&address());
    for packet in good {
        assert_eq!(judge(&mut rights, bytes(&packet)), Ok(Admitted::Forward(packet)));
    }
    assert_eq!(judge(&mut rights, bytes(&Packet::Disconnect)), Ok(Admitted::Leave));
}

#[test]
fn sync_05_every_bad_packet_is_refused_for_its_reason() {
    let up = address().topic(Direction::Up);
    let down = address().topic(Direction::Down);
    let one = QoS::AtLeastOnce;
    let table: Vec<(&str, Packet, Reason)> = vec![
        ("another organisation", publish(foreign().topic(Direction::Up), one, false, 9), Reason::ForeignTopic),
        ("its own down", publish(down.clone(), one, false, 9), Reason::ForeignTopic),
        ("no topic", publish(String::new(), one, false, 9), Reason::ForeignTopic),
        ("a broker topic", publish("$SYS/x".into(), one, false, 9), Reason::ForeignTopic),
        ("upper case", publish(up.to_uppercase(), one, false, 9), Reason::ForeignTopic),
        ("retained", publish(up.clone(), one, true, 9), Reason::Retain),
        ("exactly once", publish(up.clone(), QoS::ExactlyOnce, false, 9), Reason::Qos),
        ("a byte too large", publish(up.clone(), one, false, ENVELOPE_BYTES_MAX + 1), Reason::TooLarge),
        ("far too large", publish(up.clone(), one, false, ENVELOPE_BYTES_MAX * 2), Reason::TooLarge),
        ("everything", subscribe(&[("#", one)]), Reason::ForeignFilter),
        ("all edges", subscribe(&[("unison/v1/+/+/+/down", one)]), Reason::ForeignFilter),
        ("shared", subscribe(&[(&format!("$share/x/{down}"), one)]), Reason::ForeignFilter),
        ("its own up", subscribe(&[(&up, one)]), Reason::ForeignFilter),
        ("another edge", subscribe(&[(&foreign().topic(Direction::Down), one)]), Reason::ForeignFilter),
        ("own and foreign", subscribe(&[(&down, one), ("#", one)]), Reason::ForeignFilter),
        ("own twice", subscribe(&[(&down, one), (&down, one)]), Reason::ForeignFilter),
        ("subscribed exactly once", subscribe(&[(&down, QoS::ExactlyOnce)]), Reason::Qos),
        ("stray ack", Packet::PubAck(PubAck::new(1)), Reason::StrayAck),
        ("a second CONNECT", Packet::Connect(Connect::new("x")), Reason::Unexpected),
        ("CONNACK", Packet::ConnAck(ConnAck::new(ConnectReturnCode::Success, false)), Reason::Unexpected),
        ("PUBREC", Packet::PubRec(PubRec::new(1)), Reason::Unexpected),
        ("PUBREL", Packet::PubRel(PubRel::new(1)), Reason::Unexpected),
        ("PUBCOMP", Packet::PubComp(PubComp::new(1)), Reason::Unexpected),
        ("SUBACK", Packet::SubAck(SubAck::new(1, vec![SubscribeReasonCode::Failure])), Reason::Unexpected),
        ("UNSUBSCRIBE", Packet::Unsubscribe(Unsubscribe::new(down.clone())), Reason::Unexpected),
        ("UNSUBACK", Packet::UnsubAck(UnsubAck::new(1)), Reason::Unexpected),
        ("PINGRESP", Packet::PingResp, Reason::Unexpected),
    ];
    for (name, packet, reason) in table {
        let mut rights = Rights::new(&address());
        assert_eq!(judge(&mut rights, bytes(&packet)), Err(reason), "{name}");
    }
}

#[test]
fn sync_05_nonsense_bytes_are_refused() {
    let table: [(&str, &[u8], Reason); 10] = [
        ("flags on PINGREQ", &[0xC3, 0x00], Reason::Malformed),
        ("an endless SUBSCRIBE", &[0x82, 0xFF, 0xFF, 0x03], Reason::TooLarge),
        ("type 0", &[0x00, 0x00], Reason::Malformed),
        ("type 15", &[0xF0, 0x00], Reason::Malformed),
        ("a length without end", &[0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], Reason::Malformed),
        ("a length of 200 MB", &[0x30, 0xFF, 0xFF, 0xFF, 0x60], Reason::TooLarge),
        ("publish without topic", &[0x30, 0x01, 0x00], Reason::Malformed),
        ("topic beyond the packet", &[0x30, 0x03, 0x00, 0x09, b'a'], Reason::Malformed),
        ("packet id zero", &[0x32, 0x05, 0x00, 0x01, b'a', 0x00, 0x00], Reason::Malformed),
        ("an HTTP request", b"GET / HTTP/1.1\r\n\r\n", Reason::Malformed),
    ];
    for (name, raw, reason) in table {
        let mut rights = Rights::new(&address());
        let result = next(&mut BytesMut::from(raw)).map(|p| p.map(|p| rights.admit(p)));
        let refused = match result {
            Err(r) | Ok(Some(Err(r))) => r,
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(refused, reason, "{name}");
    }
    assert_eq!(next(&mut BytesMut::from(&[0x30, 0x05, 0x00][..])), Ok(None), "an incomplete packet waits");
}

#[test]
fn sync_05_acknowledgements_only_for_what_was_sent_and_in_order() {
    let mut rights = Rights::new(&address());
    for pkid in [1, 2] {
        let mut p = Publish::new("t", QoS::AtLeastOnce, vec![]);
        p.pkid = pkid;
        rights.sent(&Packet::Publish(p)).unwrap();
    }
    rights.sent(&Packet::Publish(Publish::new("t", QoS::AtMostOnce, vec![]))).unwrap();
    let ack = |rights: &mut Rights, pkid| rights.admit(Packet::PubAck(PubAck::new(pkid)));
    assert_eq!(ack(&mut rights, 1), Ok(Admitted::Forward(Packet::PubAck(PubAck::new(1)))));
    assert_eq!(ack(&mut rights, 3), Err(Reason::StrayAck));
}

fn hello(change: impl FnOnce(&mut Connect)) -> BytesMut {
    let id = address().edge.to_string();
    let mut connect = Connect::new(id.clone());
    connect.set_login(id, "secret");
    change(&mut connect);
    bytes(&Packet::Connect(connect))
}

#[test]
fn sync_05_connect_names_one_edge_in_one_spelling() {
    let expect = Claim { edge: address().edge, password: "secret".into(), keep_alive_seconds: 10 };
    assert_eq!(connect(&mut hello(|_| ())), Ok(Some(expect)));
    let table: Vec<(&str, BytesMut, Reason)> = vec![
        ("no login", hello(|c| c.login = None), Reason::Identity),
        (
            "another user",
            hello(|c| {
                c.set_login(foreign().organization.to_string(), "secret");
            }),
            Reason::Identity,
        ),
        ("no uuid", hello(|c| c.client_id = "edge-1".into()), Reason::Identity),
        ("no client id", hello(|c| c.client_id = String::new()), Reason::Identity),
        ("other spelling", hello(|c| c.client_id = address().edge.simple().to_string()), Reason::Identity),
        (
            "a will",
            hello(|c| c.last_will = Some(LastWill::new("unison/x", vec![1], QoS::AtLeastOnce, true))),
            Reason::Will,
        ),
        ("MQTT 5", hello(|c| c.protocol = Protocol::V5), Reason::Protocol),
        (
            "too long",
            hello(|c| {
                c.set_login(address().edge.to_string(), "x".repeat(600));
            }),
            Reason::TooLarge,
        ),
        ("no CONNECT", bytes(&Packet::PingReq), Reason::NotConnect),
        ("reserved bits", BytesMut::from(&[0x1F, 0x00][..]), Reason::NotConnect),
        ("empty CONNECT", BytesMut::from(&[0x10, 0x00][..]), Reason::Malformed),
        ("old protocol", BytesMut::from(&b"\x10\x0c\x00\x06MQIsdp\x03\x02\x00\x0a"[..]), Reason::Protocol),
        ("an HTTP request", BytesMut::from(&b"GET / HTTP/1.1\r\n\r\n"[..]), Reason::NotConnect),
        ("a TLS hello", BytesMut::from(&[0x16, 0x03, 0x01, 0x02, 0x00][..]), Reason::NotConnect),
    ];
    for (name, mut raw, reason) in table {
        assert_eq!(connect(&mut raw), Err(reason), "{name}");
    }
    let mut cut = hello(|_| ());
    cut.truncate(20);
    assert_eq!(connect(&mut cut), Ok(None));
}

proptest! {
    /// Whatever comes: no panic, and what passes is an own topic.
    #[test]
    fn sync_05_foreign_bytes_never_panic(raw in prop::collection::vec(any::<u8>(), 0..300), first in any::<u8>()) {
        let raw = [&[first][..], &raw].concat();
        let _ = connect(&mut BytesMut::from(&raw[..]));
        let mut rights = Rights::new(&address());
        if let Ok(Some(packet)) = next(&mut BytesMut::from(&raw[..]))
            && let Ok(Admitted::Forward(passed)) = rights.admit(packet)
        {
            prop_assert!(matches!(passed, Packet::PingReq));
        }
    }
}
