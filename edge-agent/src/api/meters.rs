//! Figures of this program in the text format of Prometheus.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::Api;
use crate::driver::{ConnectionState, StatusSnapshot};
use crate::store::StorageState;

/// Answers by the first digit of their status.
#[derive(Default)]
pub(super) struct Meters([AtomicU64; 6]);

impl Meters {
    pub fn answered(&self, status: u16) {
        if let Some(counter) = self.0.get(usize::from(status / 100)) {
            counter.fetch_add(1, Relaxed);
        }
    }
}

/// All figures now.
pub(super) fn text(api: &Api) -> String {
    let mut out = String::with_capacity(4_096);
    // Writing to a String cannot fail.
    let _ = write(&mut out, api);
    out
}

fn write(out: &mut String, api: &Api) -> std::fmt::Result {
    let head = |out: &mut String, name: &str, kind: &str, help: &str| {
        writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}")
    };
    head(out, "unison_http_answers_total", "counter", "Answers by class of status.")?;
    for (class, counter) in api.meters.0.iter().enumerate().skip(2) {
        writeln!(out, "unison_http_answers_total{{class=\"{class}xx\"}} {}", counter.load(Relaxed))?;
    }
    head(out, "unison_event_streams", "gauge", "Open event streams.")?;
    writeln!(out, "unison_event_streams {}", api.hub.streams())?;
    let (queue, machines) = {
        let model = api.store.model();
        let seen = |m: &&crate::store::MachineNow| m.is_ours;
        let machines: Vec<_> =
            model.machines.values().filter(seen).map(|m| (m.record.code.clone(), m.activity)).collect();
        (model.queue, machines)
    };
    head(out, "unison_log_head", "counter", "Last record of the edge's log.")?;
    writeln!(out, "unison_log_head {}", queue.head)?;
    head(out, "unison_log_acknowledged", "counter", "Last record that the cloud acknowledged.")?;
    writeln!(out, "unison_log_acknowledged {}", queue.acked)?;
    let storage = api.store.storage();
    head(out, "unison_storage_state", "gauge", "1 for how the disk under the database is.")?;
    for state in StorageState::ALL {
        writeln!(out, "unison_storage_state{{state=\"{}\"}} {}", state.code(), u8::from(state == storage.state))?;
    }
    if let Some(free) = storage.seen.free {
        head(out, "unison_storage_free_bytes", "gauge", "Bytes that the database may still take of its disk.")?;
        writeln!(out, "unison_storage_free_bytes {free}")?;
    }
    head(out, "unison_storage_wal_bytes", "gauge", "Write-ahead log that is not yet in the database.")?;
    writeln!(out, "unison_storage_wal_bytes {}", storage.wal_bytes)?;
    head(out, "unison_storage_wal_stuck", "gauge", "1 while a reader keeps the write-ahead log from being folded.")?;
    writeln!(out, "unison_storage_wal_stuck {}", u8::from(storage.is_wal_stuck))?;
    let ring = api.context.ring.state();
    head(out, "unison_ring_bytes", "gauge", "Kept values of tags on the disk.")?;
    writeln!(out, "unison_ring_bytes {}", ring.bytes)?;
    head(out, "unison_ring_waiting", "gauge", "Kept values that are not yet on the disk.")?;
    writeln!(out, "unison_ring_waiting {}", ring.waiting)?;
    head(out, "unison_ring_lost_total", "counter", "Kept values that were given up because the disk took none.")?;
    writeln!(out, "unison_ring_lost_total {}", ring.lost)?;
    head(out, "unison_log_incarnation", "gauge", "Grows each time the database was set back to a copy.")?;
    writeln!(out, "unison_log_incarnation {}", queue.incarnation)?;
    head(out, "unison_machine_activity", "gauge", "1 for what a machine does now.")?;
    for (code, activity) in machines {
        writeln!(out, "unison_machine_activity{{machine=\"{}\",activity=\"{}\"}} 1", label(&code), activity.code())?;
    }
    let connections: Vec<_> = api.context.connections.iter().map(|c| c.snapshot()).collect();
    head(out, "unison_connection_up", "gauge", "1 while a device answers.")?;
    for c in &connections {
        writeln!(
            out,
            "unison_connection_up{{connection=\"{}\"}} {}",
            label(&c.name),
            u8::from(c.state == ConnectionState::Connected)
        )?;
    }
    head(out, "unison_connection_requests_total", "counter", "Requests to devices by outcome.")?;
    for c in &connections {
        for (outcome, n) in [("ok", c.requests_ok), ("failed", c.requests_failed)] {
            writeln!(
                out,
                "unison_connection_requests_total{{connection=\"{}\",outcome=\"{outcome}\"}} {n}",
                label(&c.name)
            )?;
        }
    }
    type Count = fn(&StatusSnapshot) -> u64;
    let counts: [(&str, &str, Count); 2] = [
        ("unison_connection_scans_skipped_total", "Scans left out because the one before was under way.", |c| {
            c.skipped
        }),
        ("unison_connection_dropped_total", "Late answers, noise, and scans nobody took.", |c| c.dropped),
    ];
    for (name, help, count) in counts {
        head(out, name, "counter", help)?;
        for c in &connections {
            writeln!(out, "{name}{{connection=\"{}\"}} {}", label(&c.name), count(c))?;
        }
    }
    Ok(())
}

fn label(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
