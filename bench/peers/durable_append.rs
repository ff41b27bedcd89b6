//! What the disk allows for one durable fact: pwrite and fdatasync of the same number of bytes.
//! Arguments: file, bytes, times. Prints the median in microseconds.

use anyhow::{Context, Result};
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::time::Instant;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [path, bytes, times] = &args[..] else { anyhow::bail!("file bytes times") };
    let (bytes, times): (usize, usize) = (bytes.parse().context("bytes")?, times.parse().context("times")?);
    let file = OpenOptions::new().create(true).truncate(true).write(true).open(path)?;
    let data = vec![7u8; bytes];
    let mut micros = Vec::with_capacity(times);
    for i in 0..times {
        let begun = Instant::now();
        file.write_at(&data, (i * bytes) as u64)?;
        file.sync_data()?;
        micros.push(begun.elapsed().as_secs_f64() * 1e6);
    }
    micros.sort_by(f64::total_cmp);
    writeln!(std::io::stdout(), "{:.1}", micros[times / 2])?;
    Ok(())
}
