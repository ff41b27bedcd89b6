//! Writes: what goes out, what is said of it, and that no answer but the right one is ever taken for a yes.

use std::sync::Mutex;

use super::device::Answer;
use super::plc::{Plc, Request as Asked, serve_plc};
use super::*;
use crate::driver::{Text, Written};

const TAGS: [(&str, &str); 6] = [
    ("coil:3", "bool"),
    ("holding:4", "u16"),
    ("holding:5.2", "bool"),
    ("holding:6", "u32"),
    ("holding:10", "string"),
    ("2/holding:20", "u16"),
];

/// All tags but the last writable, read once a minute: what is read sooner was read back.
fn config(is_tcp: bool) -> String {
    let mut text = tcp(200, 60_000, &TAGS);
    for _ in 0..5 {
        text = text.replacen("period_ms = 60000\n[[", "period_ms = 60000 \nwritable = true\n[[", 1);
    }
    let text = text.replace("type = \"string\"", "type = \"string\"\nregisters = 3");
    if is_tcp { text } else { line(&text, 19_200) }
}

/// A PLC behind a connection; `spoil` says what becomes of an answer.
fn plc(is_tcp: bool, spoil: impl Fn(&Asked, Vec<u8>) -> Answer + Send + Sync + 'static) -> (Rig, Arc<Plc>) {
    let plc = Arc::new(Plc::default());
    let device = plc.clone();
    let answer: Arc<dyn Fn(&Asked) -> Answer + Send + Sync> = Arc::new(move |asked: &Asked| {
        let answer = device.answer(&asked.pdu);
        spoil(asked, answer)
    });
    let rig = Rig::over(&config(is_tcp), Arc::default(), move |stream, _| {
        serve_plc(stream, is_tcp, answer.clone()).map(|_| ()).boxed()
    });
    (rig, plc)
}

fn right(asked: &Asked, answer: Vec<u8>) -> Answer {
    Answer::Send(asked.frame(&answer))
}

impl Rig {
    async fn write(&self, tag: u32, value: Value) -> Written {
        self.status.writes().write(TagIndex(tag), value, Instant::now() + crate::driver::WAIT_MOST).await
    }
}

#[tokio::test(start_paused = true)]
async fn edge_02_values_are_written_and_read_back_at_once() {
    for is_tcp in [true, false] {
        let (rig, plc) = plc(is_tcp, right);
        sleep_ms(2_000).await;
        assert_eq!(rig.good(1), Some(Value::Uint(0)));
        let text = Value::Text(Text::new(b"RUN 7").unwrap());
        let values = [Value::Bool(true), Value::Uint(40_000), Value::Bool(true), Value::Uint(70_000), text];
        for (tag, value) in (0..).zip(values) {
            assert_eq!(rig.write(tag, value).await, Written::Done);
            sleep_ms(500).await;
            assert_eq!(rig.good(tag), Some(value), "long before the next scan");
        }
        assert_eq!(plc.writes(), [5, 6, 22, 16, 16]);
        assert_eq!((plc.coil(3), plc.register(4), plc.register(5), plc.register(7)), (true, 40_000, 4, 4_464));
        // The bit beside it stays.
        plc.registers.lock().unwrap().insert(5, 0x8004);
        assert_eq!(rig.write(2, Value::Bool(false)).await, Written::Done);
        assert_eq!(plc.register(5), 0x8000);
        // Nobody marked this one, and this value does not fit: nothing goes out.
        assert!(matches!(rig.write(5, Value::Uint(1)).await, Written::NotSent(why) if why.contains("not writable")));
        assert!(matches!(rig.write(1, Value::Uint(65_536)).await, Written::NotSent(why) if why.contains("65535")));
        assert_eq!(plc.writes().len(), 6);
        assert_eq!((rig.failed(), rig.status.snapshot().last_error), (0, None));
    }
}

#[tokio::test(start_paused = true)]
async fn edge_02_a_device_that_only_knows_the_writing_of_several_gets_that() {
    let (rig, plc) = plc(true, |asked, answer| match asked.pdu[0] {
        function @ (5 | 6 | 22) => Answer::Send(asked.frame(&[function | 0x80, 1])),
        _ => right(asked, answer),
    });
    sleep_ms(1_000).await;
    assert_eq!(rig.write(0, Value::Bool(true)).await, Written::Done);
    assert_eq!(rig.write(1, Value::Uint(9)).await, Written::Done);
    assert_eq!(plc.writes(), [5, 15, 6, 16]);
    // A bit has no other way that would be safe.
    assert!(matches!(rig.write(2, Value::Bool(true)).await, Written::Refused(why) if why.contains("exception 1")));
}

#[tokio::test(start_paused = true)]
async fn edge_14_what_a_device_says_of_a_write_is_told_as_it_is() {
    let code = Arc::new(AtomicU64::new(0));
    let told = code.clone();
    let (rig, plc) = plc(true, move |asked, answer| match told.load(Relaxed) as u8 {
        0 => right(asked, answer),
        _ if !asked.is_write() => right(asked, answer),
        255 => Answer::Silent,
        code => Answer::Send(asked.frame(&[asked.pdu[0] | 0x80, code])),
    });
    sleep_ms(1_000).await;
    let written = async |of: u64| {
        code.store(of, Relaxed);
        let written = rig.write(3, Value::Uint(of)).await;
        sleep_ms(2_000).await;
        written
    };
    assert!(matches!(written(2).await, Written::Refused(_)));
    assert!(
        matches!(written(3).await, Written::Refused(why) if why == "the device does not take this value (exception 3)")
    );
    assert!(matches!(written(6).await, Written::Refused(_)));
    // These may have been done, or half.
    assert!(matches!(written(4).await, Written::Unknown(_)));
    assert!(matches!(written(5).await, Written::Unknown(_)));
    assert!(matches!(written(10).await, Written::NotSent(_)));
    assert!(matches!(written(11).await, Written::Unknown(_)));
    assert_eq!(plc.writes().len(), 7);
    assert!(matches!(written(255).await, Written::Unknown(why) if why == "no answer in 200 ms"));
    // It is not sent a second time.
    assert_eq!(plc.writes().len(), 8);
    assert_eq!(rig.opened.load(Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn edge_12_a_write_overtakes_scans_and_keeps_its_turn_among_writes() {
    let order = Arc::new(Mutex::new(Vec::new()));
    let seen = order.clone();
    let answer = Arc::new(move |asked: &Asked| {
        seen.lock().unwrap().push(asked.pdu[0]);
        let pdu = match asked.pdu[0] {
            3 => vec![3, 2, 0, 1],
            _ => asked.pdu.clone(),
        };
        Answer::SendAfter(50, asked.frame(&pdu))
    });
    // Ten requests of 50 ms each second, and all are due together.
    let registers: Vec<_> = (0..10).map(|n| format!("holding:{}", 100 * n)).collect();
    let tags: Vec<_> = registers.iter().map(|register| (register.as_str(), "u16")).collect();
    let text = tcp(1_000, 1_000, &tags).replace("period_ms = 1000\n", "period_ms = 1000\nwritable = true\n");
    let rig =
        Rig::over(&text, Arc::default(), move |stream, _| serve_plc(stream, true, answer.clone()).map(|_| ()).boxed());
    sleep_ms(125).await;
    let (first, second) = tokio::join!(rig.write(0, Value::Uint(1)), rig.write(1, Value::Uint(2)));
    assert_eq!((first, second), (Written::Done, Written::Done));
    // The third request was under way; then the writes, and seven were still due.
    assert_eq!(order.lock().unwrap()[..6], [3, 3, 3, 6, 6, 3]);
}

#[tokio::test(start_paused = true)]
async fn edge_14_nothing_is_sent_to_a_device_that_is_not_there() {
    let silent = Arc::new(AtomicBool::new(false));
    let told = silent.clone();
    let (rig, plc) = plc(false, move |asked, answer| match told.load(Relaxed) {
        true => Answer::Silent,
        false => right(asked, answer),
    });
    sleep_ms(2_000).await;
    silent.store(true, Relaxed);
    assert!(matches!(rig.write(1, Value::Uint(1)).await, Written::Unknown(_)));
    assert!(matches!(rig.write(1, Value::Uint(2)).await, Written::NotSent(why) if why == "unit 1 does not answer"));
    assert_eq!(plc.writes(), [6]);
}

/// Every write in turn, and for each every way to spoil every byte of the answer to it.
#[tokio::test(start_paused = true)]
async fn edge_14_no_spoilt_answer_to_a_write_is_a_yes() {
    let values = [Value::Bool(true), Value::Uint(0x1234), Value::Bool(true), Value::Uint(0x0001_0203)];
    let mut cases = 0;
    for is_tcp in [true, false] {
        for (tag, value) in (0..).zip(values) {
            // Unit, function, address, value; two masks for a bit.
            let pdu = if tag == 2 { 7 } else { 5 };
            let len = if is_tcp { 7 + pdu } else { 1 + pdu + 2 };
            for case in 0..len * (3 + 8) {
                let (rig, plc) = plc(is_tcp, move |asked, answer| {
                    if !asked.is_write() {
                        return right(asked, answer);
                    }
                    let mut frame = asked.frame(&answer);
                    match (case / len, case % len) {
                        (0, k) => Answer::Send(frame[..k].to_vec()),
                        (1, k) => Answer::SendThenClose(frame[..k].to_vec()),
                        (2, k) => Answer::Send([&frame[..k], &[0x5a; 40]].concat()),
                        (bit, k) => {
                            frame[k] ^= 1 << (bit - 3);
                            Answer::Send(frame)
                        }
                    }
                });
                sleep_ms(2_000).await;
                let written = rig.write(tag, value).await;
                assert_ne!(written, Written::Done, "tag {tag}, case {case} of {len} bytes");
                // It was sent once, and the value is read back as it is, by and by.
                assert_eq!(plc.writes().len(), 1, "tag {tag}, case {case}: {written:?}");
                sleep_ms(70_000).await;
                assert_eq!(rig.good(tag), Some(value), "tag {tag}, case {case}: {written:?}");
                cases += 1;
            }
        }
    }
    // Eleven ways at each byte: over TCP answers of 12 and 14 bytes, on a line of 8 and 10.
    assert_eq!(cases, 11 * (3 * 12 + 14 + 3 * 8 + 10));
}
