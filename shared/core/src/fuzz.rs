//! Bytes from anywhere: what stands on the wire, on disk and on labels never panics, and what is read is written back
//! as the same. Some thousand cases each time; `make prove-fuzz` is guided by coverage and as long as wanted.

use bolero::check;

use crate::calendar::Day;
use crate::facts::Fact;
use crate::gs1;
use crate::master::MasterOp;

const CASES: usize = 20_000;

#[test]
fn fuzz_bodies_of_facts() {
    check!().with_iterations(CASES).with_type::<(u8, Vec<u8>)>().for_each(|(which, body)| {
        let (_, kind, version) = Fact::KINDS[usize::from(*which) % Fact::KINDS.len()];
        if let Ok(Some(fact)) = Fact::decode(kind, version, body) {
            let again = fact.encode().unwrap();
            assert_eq!((Fact::decode(kind, version, &again).unwrap(), fact.kind()), (Some(fact), (kind, version)));
        }
    });
}

#[test]
fn fuzz_bodies_of_master_data() {
    check!().with_iterations(CASES).with_type::<(u8, Vec<u8>)>().for_each(|(which, body)| {
        let (_, kind, version) = MasterOp::KINDS[usize::from(*which) % MasterOp::KINDS.len()];
        if let Ok(Some(op)) = MasterOp::decode(kind, version, body) {
            let again = op.encode().unwrap();
            assert_eq!((MasterOp::decode(kind, version, &again).unwrap(), op.kind()), (Some(op), (kind, version)));
        }
    });
}

#[test]
fn fuzz_labels() {
    check!().with_iterations(CASES).for_each(|bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        if let Ok(Some(elements)) = gs1::parse(&text) {
            let marked = format!("]d2{}", gs1::to_element_string(&elements));
            assert_eq!(gs1::parse(&marked), Ok(Some(elements)), "{text:?}");
        }
        let _ = gs1::date(&text, 2026);
        if let Ok(day) = Day::parse(&text) {
            assert_eq!(Day::parse(&day.to_string()), Ok(day));
        }
    });
}
