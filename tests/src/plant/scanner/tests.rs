//! The scanner as a serial port library sees it.

use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::AsyncReadExt;
use tokio_serial::SerialStream;
use tokio_util::sync::CancellationToken;

use super::{ScanError, Scanner, play};
use crate::plant::scenario::ScanPlan;
use crate::plant::world::World;

const PATIENCE: Duration = Duration::from_secs(5);

fn scanner() -> (TempDir, Scanner) {
    let dir = tempfile::tempdir().unwrap();
    let scanner = Scanner::plug_in(&dir.path().join("scanner"), 1).unwrap();
    (dir, scanner)
}

fn open(scanner: &Scanner) -> SerialStream {
    SerialStream::open(&tokio_serial::new(scanner.path().to_str().unwrap(), 9_600)).unwrap()
}

async fn read(port: &mut SerialStream, bytes: usize) -> Vec<u8> {
    let mut got = vec![0; bytes];
    tokio::time::timeout(PATIENCE, port.read_exact(&mut got)).await.unwrap().unwrap();
    got
}

#[tokio::test]
async fn edge_04_a_scan_arrives_with_its_carriage_return() {
    let (_dir, scanner) = scanner();
    let mut port = open(&scanner);
    scanner.scan("WO-2026-0001").unwrap();
    assert_eq!(read(&mut port, 13).await, b"WO-2026-0001\r");
    scanner.scan_slowly("AB", Duration::from_millis(5)).await.unwrap();
    assert_eq!(read(&mut port, 3).await, b"AB\r");
    assert_eq!(scanner.sent(), ["WO-2026-0001", "AB"]);
}

#[tokio::test]
async fn edge_04_noise_has_no_end_of_code() {
    let (_dir, scanner) = scanner();
    let mut port = open(&scanner);
    scanner.noise(300).unwrap();
    let noise = read(&mut port, 300).await;
    assert!(!noise.contains(&b'\r'));
    assert!(scanner.sent().is_empty());
}

#[tokio::test]
async fn edge_04_nothing_is_scanned_into_a_port_nobody_has_open() {
    let (_dir, scanner) = scanner();
    let lost = |result| assert!(matches!(result, Err(ScanError::NobodyListens(_))), "{result:?}");
    lost(scanner.scan("LOST-1"));
    let port = open(&scanner);
    scanner.scan("HEARD").unwrap();
    drop(port);
    lost(scanner.scan("LOST-2"));
    scanner.renew_when_left();
    let mut port = open(&scanner);
    scanner.scan("AGAIN").unwrap();
    assert_eq!(read(&mut port, 6).await, b"AGAIN\r");
}

#[tokio::test]
async fn edge_12_unplugged_the_reader_sees_the_end_and_replugged_it_works_again() {
    let (_dir, scanner) = scanner();
    let mut port = open(&scanner);
    scanner.unplug();
    let mut byte = [0];
    let ended = tokio::time::timeout(PATIENCE, port.read(&mut byte)).await.unwrap();
    assert!(matches!(ended, Ok(0) | Err(_)), "{ended:?}");
    assert!(scanner.path().symlink_metadata().is_err());
    assert!(matches!(scanner.scan("X"), Err(ScanError::Unplugged)));

    scanner.replug().unwrap();
    let mut port = open(&scanner);
    scanner.scan("X").unwrap();
    assert_eq!(read(&mut port, 2).await, b"X\r");
}

#[tokio::test]
async fn edge_04_the_plan_waits_for_a_reader_and_the_link_goes_with_the_plant() {
    let (_dir, scanner) = scanner();
    let stop = CancellationToken::new();
    // Fast, so that the badge is due at once.
    let world = Arc::new(World::new(1, 100.0));
    let plan = ScanPlan::new(1, Some("BADGE-7".into()), Vec::new());
    let playing = tokio::spawn(play(scanner.clone(), plan, world, stop.clone()));
    tokio::time::sleep(Duration::from_millis(150)).await;
    let mut port = open(&scanner);
    assert_eq!(read(&mut port, 8).await, b"BADGE-7\r");
    stop.cancel();
    playing.await.unwrap();
    assert!(scanner.path().symlink_metadata().is_err());
}

#[tokio::test]
async fn edge_04_bad_codes_and_foreign_files_are_refused() {
    let (dir, scanner) = scanner();
    for code in ["", "A\rB", "A\nB", &"x".repeat(513)] {
        assert!(matches!(scanner.scan(code), Err(ScanError::Code)), "{code:?}");
    }
    let file = dir.path().join("precious");
    std::fs::write(&file, "data").unwrap();
    let error = Scanner::plug_in(&file, 1).unwrap_err();
    assert!(error.to_string().contains("is not a link"), "{error}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "data");
    // What a plant that was killed has left behind is no obstacle.
    drop(scanner);
    Scanner::plug_in(&dir.path().join("scanner"), 1).unwrap();
}
