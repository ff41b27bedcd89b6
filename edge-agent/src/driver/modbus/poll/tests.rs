//! The poll loop over a line in memory, in a time that only moves when everybody waits: what is counted here does
//! not depend on the machine.

#[path = "../../../../tests/drivers_common/device.rs"]
#[allow(dead_code, reason = "shared with the tests over real lines")]
mod device;
#[path = "../../../../tests/drivers_common/plc.rs"]
mod plc;
mod writes;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use futures::future::FutureExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::*;
use crate::config::{self, DriverConfig};
use crate::driver::{Clock, ConnectionState, ConnectionStatus, Quality, Sink, Value};
use device::{Answer, Call, modbus, serve, sleep_ms};

/// Microseconds since the test began.
struct PausedClock(Instant);

impl Clock for PausedClock {
    fn now_us(&self) -> i64 {
        1_000_000 + self.0.elapsed().as_micros() as i64
    }
}

struct Rig {
    sink: Sink,
    status: Arc<ConnectionStatus>,
    opened: Arc<AtomicU64>,
    asked: Arc<AtomicU64>,
    _stop: DropGuard,
}

impl Rig {
    /// A connection to a device that answers at once.
    fn start(text: &str, answer: impl Fn(&Call) -> Answer + Send + Sync + 'static) -> Self {
        let answer: Arc<dyn Fn(&Call) -> Answer + Send + Sync> = Arc::new(answer);
        let asked = Arc::new(AtomicU64::new(0));
        let counted = asked.clone();
        Self::over(text, asked, move |stream, connection| {
            serve(stream, connection, counted.clone(), answer.clone()).map(|_| ()).boxed()
        })
    }

    /// A connection to a device on a serial line that takes its time, one request after the other.
    fn start_line(text: &str, byte: Duration, answer: impl Fn(&Call) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let answer = Arc::new(answer);
        let asked = Arc::new(AtomicU64::new(0));
        let counted = asked.clone();
        Self::over(text, asked, move |stream, _| serve_line(stream, byte, counted.clone(), answer.clone()).boxed())
    }

    fn over(
        text: &str,
        asked: Arc<AtomicU64>,
        serve: impl Fn(DuplexStream, u64) -> BoxFuture<'static, ()> + Send + 'static,
    ) -> Self {
        let text = format!("[agent]\nname = \"test\"\ndata_dir = \"/nowhere\"\n{text}");
        let config = config::parse("test.toml", &text).unwrap_or_else(|errors| panic!("{errors}"));
        let sink = Sink::new(config.tags.len());
        let [connection] = &config.connections[..] else { panic!("one connection") };
        let DriverConfig::Modbus(modbus) = &connection.driver else { panic!("a Modbus connection") };
        let (modbus, opened) = (Arc::new(modbus.clone()), Arc::new(AtomicU64::new(0)));
        let (of, counted) = (modbus.clone(), opened.clone());
        let open: Opener = Box::new(move || {
            let (ours, theirs) = tokio::io::duplex(4_096);
            tokio::spawn(serve(theirs, counted.fetch_add(1, Relaxed)));
            let link = Link::over(&of, Box::new(ours));
            async move { Ok(link) }.boxed()
        });
        let clock: Arc<dyn Clock> = Arc::new(PausedClock(Instant::now()));
        let status = Arc::new(ConnectionStatus::new("plc".into(), "test", 0, clock.clone()));
        let shutdown = CancellationToken::new();
        let context = Context {
            sink: sink.clone(),
            clock,
            status: status.clone(),
            tags: connection.tags.clone(),
            data_dir: connection.data_dir.clone(),
            shutdown: shutdown.clone(),
        };
        let mut poller = Poller::new(modbus, context, open);
        let stop = shutdown.clone().drop_guard();
        tokio::spawn(async move { shutdown.run_until_cancelled(poller.poll()).await });
        Self { sink, status, opened, asked, _stop: stop }
    }

    fn good(&self, tag: u32) -> Option<Value> {
        let (reading, _) = self.sink.latest(TagIndex(tag)).unwrap();
        (reading.quality == Quality::Good).then_some(reading.value)
    }

    fn failed(&self) -> u64 {
        self.status.snapshot().requests_failed
    }

    fn asked(&self) -> u64 {
        self.asked.load(Relaxed)
    }
}

/// A unit on a line on which each byte takes a while.
async fn serve_line(
    mut stream: DuplexStream,
    byte: Duration,
    asked: Arc<AtomicU64>,
    answer: Arc<impl Fn(&Call) -> Vec<u8>>,
) {
    let mut frame = [0u8; 8];
    while stream.read_exact(&mut frame).await.is_ok() {
        let word = |i: usize| u16::from_be_bytes([frame[i], frame[i + 1]]);
        let (unit, function, number) = (frame[0], frame[1], asked.fetch_add(1, Relaxed));
        let call = Call { transaction: 0, unit, function, address: word(2), count: word(4), number, connection: 0 };
        let answer = answer(&call);
        tokio::time::sleep(byte * (8 + answer.len()) as u32).await;
        stream.write_all(&answer).await.unwrap();
    }
}

/// A gateway that asks its units one after the other and waits this long for a dead one, of which it says nothing or
/// that it does not answer.
async fn serve_one_by_one(mut stream: DuplexStream, dead: u8, wait_ms: u64, says_so: bool) {
    let mut frame = [0u8; 12];
    while stream.read_exact(&mut frame).await.is_ok() {
        let word = |i: usize| u16::from_be_bytes([frame[i], frame[i + 1]]);
        let (transaction, unit, function) = (word(0), frame[6], frame[7]);
        let call = Call { transaction, unit, function, address: word(8), count: word(10), number: 0, connection: 0 };
        let answer = if unit == dead { call.exception(0x0b) } else { call.answer(|n| n) };
        sleep_ms(if unit == dead { wait_ms } else { 5 }).await;
        if (unit != dead || says_so) && stream.write_all(&answer).await.is_err() {
            return;
        }
    }
}

fn tcp(timeout_ms: u32, period_ms: u32, tags: &[(&str, &str)]) -> String {
    modbus("plc", "127.0.0.1:1".parse().unwrap(), timeout_ms, period_ms, tags)
}

/// `count` registers from 0 on.
fn holding(timeout_ms: u32, period_ms: u32, count: u16) -> String {
    let registers: Vec<_> = (0..count).map(|n| format!("holding:{n}")).collect();
    let tags: Vec<_> = registers.iter().map(|register| (register.as_str(), "u16")).collect();
    tcp(timeout_ms, period_ms, &tags)
}

fn line(text: &str, baud: u32) -> String {
    let line = format!("path = \"/dev/null\"\nbaud = {baud}");
    text.replace("modbus_tcp", "modbus_rtu").replace("address = \"127.0.0.1:1\"", &line)
}

/// Eleven bits each: parity is even when nothing is said.
fn byte(baud: u64) -> Duration {
    Duration::from_nanos(11_000_000_000 / baud)
}

/// A tag of unit 2 that is read once an hour.
fn with_hourly(text: &str) -> String {
    format!(
        "{text}[[connection.tag]]\nname = \"hourly\"\nunit = 2\nregister = \"holding:2\"\ntype = \"u16\"\nperiod_ms = 3600000\n"
    )
}

#[tokio::test(start_paused = true)]
async fn edge_12_a_silent_unit_costs_the_others_only_a_few_scans() {
    let silent = Arc::new(AtomicBool::new(true));
    let told = silent.clone();
    let rig = Rig::start(&tcp(100, 50, &[("1/holding:1", "u16"), ("2/holding:2", "u16")]), move |call| {
        if call.unit == 2 && told.load(Relaxed) { Answer::Silent } else { Answer::Send(call.answer(|n| n)) }
    });
    sleep_ms(3_000).await;
    // Sixty scans. The silent unit takes 100 ms, 50 ms at once after that, and 2 % of three seconds.
    let made = rig.status.snapshot().requests_ok;
    assert!((60 - (100 + 50 + 60) / 50 - 1..=61).contains(&made), "{made} of 60 requests to the good unit");
    assert_eq!(rig.status.state(), ConnectionState::Connected);
    let error = rig.status.snapshot().last_error;
    assert_eq!(error.as_deref(), Some("unit 2, holding:2..2: no answer in 100 ms"));
    assert_eq!((rig.good(0), rig.good(1)), (Some(Value::Uint(1)), None));
    assert_eq!(rig.opened.load(Relaxed), 1);
    silent.store(false, Relaxed);
    sleep_ms(40_000).await;
    assert_eq!(rig.good(1), Some(Value::Uint(2)));
    assert_eq!(rig.status.snapshot().last_error, None);
}

#[tokio::test(start_paused = true)]
async fn edge_12_one_dead_unit_of_ten_costs_the_others_no_connection_and_little_time() {
    let asked = Arc::new([const { AtomicU64::new(0) }; 11]);
    let counted = asked.clone();
    let registers: Vec<_> = (1..=10).map(|unit| format!("{unit}/holding:{unit}")).collect();
    let tags: Vec<_> = registers.iter().map(|register| (register.as_str(), "u16")).collect();
    let rig = Rig::start(&tcp(200, 50, &tags), move |call| {
        counted[usize::from(call.unit)].fetch_add(1, Relaxed);
        if call.unit == 4 { Answer::Silent } else { Answer::Send(call.answer(|n| n)) }
    });
    sleep_ms(4_000).await;
    // Eighty scans: once in earnest, at once again, and looks that take 2 % of the time.
    assert!((2..=5).contains(&asked[4].load(Relaxed)), "{asked:?}");
    for unit in (1..=10).filter(|unit| *unit != 4) {
        let made = asked[unit].load(Relaxed);
        assert!((80 - (200 + 50 + 80) / 50 - 1..=81).contains(&made), "{asked:?}");
    }
    assert_eq!((rig.good(3), rig.good(4), rig.opened.load(Relaxed)), (None, Some(Value::Uint(5)), 1));
    assert_eq!(rig.status.state(), ConnectionState::Connected);
}

#[tokio::test(start_paused = true)]
async fn edge_12_a_gateway_that_says_the_unit_is_gone_keeps_its_connection() {
    let rig = Rig::start(&tcp(500, 50, &[("1/holding:1", "u16"), ("2/holding:2", "u16")]), |call| {
        Answer::Send(if call.unit == 2 { call.exception(0x0b) } else { call.answer(|n| n) })
    });
    sleep_ms(1_000).await;
    assert_eq!((rig.good(0), rig.good(1)), (Some(Value::Uint(1)), None));
    assert_eq!(rig.opened.load(Relaxed), 1);
    // At once, and after half a second.
    assert!((1..=3).contains(&rig.failed()), "{} failed", rig.failed());
}

#[tokio::test(start_paused = true)]
async fn edge_12_a_gateway_that_waits_longer_than_the_time_out_is_told_from_dead_units() {
    let tags = [("1/holding:1", "u16"), ("2/holding:2", "u16"), ("3/holding:3", "u16")];
    let gateway = |wait_ms: u64, says_so: bool| {
        Rig::over(&tcp(1_000, 500, &tags), Arc::default(), move |stream, _| {
            serve_one_by_one(stream, 3, wait_ms, says_so).boxed()
        })
    };
    // What is late is the gateway's word for the dead unit, or the answer of a healthy one that had to wait for it.
    let rig = gateway(1_400, true);
    sleep_ms(5_000).await;
    let expect = "unit 3 answered after 1.4 s: the device or its gateway took longer than timeout_ms = 1000, and healthy \
                  units behind a gateway look dead meanwhile; set it to 2500";
    assert_eq!(rig.status.snapshot().hint.as_deref(), Some(expect));
    let rig = gateway(2_000, false);
    sleep_ms(60_000).await;
    let hint = rig.status.snapshot().hint.unwrap_or_default();
    assert!(
        ["unit 1 answered after 1.", "unit 2 answered after 1."].iter().any(|text| hint.starts_with(text)),
        "{hint}"
    );
    // One that is quicker needs none, and neither does a unit that a short look was taken at.
    for says_so in [true, false] {
        let rig = gateway(700, says_so);
        sleep_ms(120_000).await;
        assert_eq!(rig.status.snapshot().hint, None);
    }
}

#[tokio::test(start_paused = true)]
async fn edge_12_a_hint_is_gone_ten_minutes_after_what_it_is_about() {
    let is_slow = Arc::new(AtomicBool::new(true));
    let told = is_slow.clone();
    let rig = Rig::start(&tcp(1_000, 500, &[("1/holding:1", "u16")]), move |call| {
        Answer::SendAfter(if told.load(Relaxed) { 1_200 } else { 5 }, call.answer(|n| n))
    });
    sleep_ms(10_000).await;
    assert!(rig.status.snapshot().hint.is_some());
    is_slow.store(false, Relaxed);
    sleep_ms(9 * 60_000).await;
    assert!(rig.status.snapshot().hint.is_some());
    sleep_ms(2 * 60_000).await;
    assert_eq!(rig.status.snapshot().hint, None);
}

#[tokio::test(start_paused = true)]
async fn edge_14_a_half_open_connection_is_opened_anew_although_a_rarely_read_unit_looks_well() {
    let dead = Arc::new(AtomicBool::new(false));
    let told = dead.clone();
    let rig = Rig::start(&with_hourly(&tcp(200, 50, &[("1/holding:1", "u16")])), move |call| {
        // The first connection takes what comes and answers nothing any more.
        let is_dead = call.connection == 0 && told.load(Relaxed);
        if is_dead { Answer::Silent } else { Answer::Send(call.answer(|n| n)) }
    });
    sleep_ms(1_000).await;
    assert_eq!((rig.good(0), rig.good(1), rig.opened.load(Relaxed)), (Some(Value::Uint(1)), Some(Value::Uint(2)), 1));
    dead.store(true, Relaxed);
    // Until the next request, for its answer, for the next one's, for the unit's that looks well.
    sleep_ms(50 + 200 + 50 + 200 + 50).await;
    assert_eq!(rig.opened.load(Relaxed), 2);
    sleep_ms(1_000).await;
    assert_eq!((rig.good(0), rig.good(1)), (Some(Value::Uint(1)), Some(Value::Uint(2))));
    assert_eq!((rig.status.state(), rig.opened.load(Relaxed)), (ConnectionState::Connected, 2));
}

#[tokio::test(start_paused = true)]
async fn edge_12_a_silent_unit_beside_a_rarely_read_one_costs_no_connection() {
    let rig = Rig::start(&with_hourly(&tcp(200, 50, &[("1/holding:1", "u16")])), |call| match call.unit {
        1 if call.number > 20 => Answer::Silent,
        _ => Answer::Send(call.answer(|n| n)),
    });
    sleep_ms(20 * 60_000).await;
    assert_eq!((rig.good(0), rig.good(1), rig.opened.load(Relaxed)), (None, Some(Value::Uint(2)), 1));
    // One look in half a minute at most, and every second time the other one is asked as well.
    assert!(rig.asked() <= 21 + 8 + 40 * 2 + 40, "{} requests", rig.asked());
}

#[tokio::test(start_paused = true)]
async fn edge_14_an_illegal_address_costs_only_its_own_tag() {
    let rig = Rig::start(&holding(300, 100, 110), |call| {
        let is_illegal = (call.address..call.address + call.count).contains(&57);
        Answer::Send(if is_illegal { call.exception(2) } else { call.answer(|n| n) })
    });
    sleep_ms(1_000).await;
    for n in 0..110 {
        assert_eq!(rig.good(n), (n != 57).then_some(Value::Uint(n.into())), "{n}");
    }
    let error = "unit 1, holding:57..57: no such address in the device (exception 2)";
    assert_eq!(rig.status.snapshot().last_error.as_deref(), Some(error));
    assert_eq!((rig.status.state(), rig.opened.load(Relaxed)), (ConnectionState::Connected, 1));
    // 110 addresses are halved seven times at most, and the refusals do not go on.
    let (failed, before) = (rig.failed(), rig.asked());
    assert!(failed <= 8, "{failed} refusals");
    sleep_ms(1_000).await;
    assert!(rig.asked() - before <= 10 * 7, "{} requests in 10 turns", rig.asked() - before);
    assert_eq!(rig.failed(), failed);
    // It is tried again after a minute.
    sleep_ms(61_000).await;
    assert_eq!(rig.failed(), failed + 1);
}

#[tokio::test(start_paused = true)]
async fn edge_12_many_illegal_addresses_take_a_tenth_of_a_serial_line_and_no_scan() {
    let (refused, legal) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let (counted, told) = (refused.clone(), legal.clone());
    // 80 that are read and 200 that do not exist, on a line of 19,200 baud.
    let rig = Rig::start_line(&line(&holding(500, 1_000, 280), 19_200), byte(19_200), move |call| {
        let is_illegal = call.address + call.count > 80 && !told.load(Relaxed);
        counted.fetch_add(u64::from(is_illegal), Relaxed);
        Call::rtu(&if is_illegal { call.exception(2) } else { call.answer(|n| n) })
    });
    sleep_ms(300_000).await;
    let are_right = |all: u32| (0..280).all(|n| rig.good(n) == (n < all).then_some(Value::Uint(n.into())));
    assert!(are_right(80));
    // The search is over: what is refused from now on are the known ones. Thirteen bytes, and the line's gap.
    let (before, skipped) = (refused.load(Relaxed), rig.status.snapshot().skipped);
    assert_eq!(skipped, 0);
    sleep_ms(600_000).await;
    let made = refused.load(Relaxed) - before;
    let took = byte(19_200) * 13 * made as u32;
    assert!(took.as_secs_f64() <= 60.0 && made >= 200 * 3, "{made} took {took:?} of 600 s");
    assert_eq!(rig.status.snapshot().skipped, 0);
    // The program of the PLC changes: all are found, and read together as before.
    legal.store(true, Relaxed);
    sleep_ms(200_000).await;
    assert!(are_right(280));
    let before = rig.asked();
    sleep_ms(10_000).await;
    assert!((rig.asked() - before).abs_diff(10 * 3) <= 3, "{} requests in ten scans of three", rig.asked() - before);
}

#[tokio::test(start_paused = true)]
async fn edge_14_a_search_that_is_cut_off_goes_on() {
    // Silent, or gone as the gateway says, while it is searched for the one address that is not there.
    for code in [None, Some(0x0b)] {
        let rig =
            Rig::start(&holding(100, 1_000, 64).replace("timeout", "pipeline = 3\ntimeout"), move |call| {
                match (call.number, code) {
                    (2..=6, None) => Answer::Silent,
                    (2..=6, Some(code)) => Answer::Send(call.exception(code)),
                    _ if (call.address..call.address + call.count).contains(&9) => Answer::Send(call.exception(2)),
                    _ => Answer::Send(call.answer(|n| n)),
                }
            });
        sleep_ms(60_000).await;
        for n in 0..64 {
            assert_eq!(rig.good(n), (n != 9).then_some(Value::Uint(n.into())), "{n}, {code:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn edge_12_a_device_that_froze_is_followed_by_no_burst() {
    let rig = Rig::start(&tcp(2_000, 50, &[("holding:1", "u16")]), |call| {
        let answer = call.answer(|n| n);
        if call.number < 4 { Answer::SendAfter(400, answer) } else { Answer::Send(answer) }
    });
    sleep_ms(4 * 400 - 1).await;
    assert_eq!(rig.asked(), 4);
    // 32 scans were due meanwhile, and four of them were made.
    sleep_ms(100).await;
    assert!((26..=30).contains(&rig.status.snapshot().skipped), "{:?}", rig.status.snapshot());
    let before = rig.asked();
    sleep_ms(1_000).await;
    assert_eq!(rig.asked() - before, 20);
}

#[tokio::test(start_paused = true)]
async fn edge_12_a_long_answer_on_a_slow_line_is_no_time_out() {
    // 205 bytes of eleven bits take 1.9 s.
    let text = line(&holding(200, 5_000, 100), 1_200);
    let rig = Rig::start_line(&text, byte(1_200), |call| Call::rtu(&call.answer(|n| n)));
    sleep_ms(20_000).await;
    assert!((0..100).all(|n| rig.good(n) == Some(Value::Uint(n.into()))));
    assert_eq!((rig.failed(), rig.status.snapshot().skipped), (0, 0));
    // The same answers, but the unit begins later than it may.
    let rig = Rig::start_line(&text, byte(1_200) * 2, |call| Call::rtu(&call.answer(|n| n)));
    sleep_ms(20_000).await;
    assert_eq!(rig.good(0), None);
    assert!(rig.failed() >= 2, "{} failed", rig.failed());
}
