//! Stands between a child and its disk (`disk/disk.c`), and what a disk may hold after the power went.
#![allow(dead_code, reason = "every test file uses another part")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The library to be loaded into a child before its own.
pub fn library(dir: &Path) -> PathBuf {
    let library = dir.join("disk.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/disk/disk.c");
    let mut cc = Command::new("cc");
    cc.args(["-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o"]).arg(&library).args([source, "-ldl", "-lpthread"]);
    assert!(cc.status().unwrap().success(), "{source}");
    library
}

/// One thing that happened to a file.
pub struct Step {
    pub file: String,
    pub what: What,
    /// Length of the recording up to and with this.
    pub end: u64,
}

pub enum What {
    Write { at: usize, bytes: Vec<u8> },
    Truncate(usize),
    Flush,
}

/// Reads a recording.
pub fn steps(record: &[u8]) -> Vec<Step> {
    let (mut steps, mut rest) = (Vec::new(), record);
    let mut take = |n: usize| {
        let (head, tail) = rest.split_at(n);
        rest = tail;
        (head.to_vec(), rest.len())
    };
    let number = |bytes: Vec<u8>| usize::try_from(i64::from_ne_bytes(bytes.try_into().unwrap())).unwrap();
    let mut left = record.len();
    while left > 0 {
        let head = take(2).0;
        let file = String::from_utf8(take(usize::from(head[1])).0).unwrap();
        let (at, len) = (number(take(8).0), number(take(8).0));
        let (what, after) = match head[0] {
            b'w' => {
                let (bytes, after) = take(len);
                (What::Write { at, bytes }, after)
            }
            b't' => (What::Truncate(at), take(0).1),
            b's' => (What::Flush, take(0).1),
            other => panic!("no record begins with {other}"),
        };
        left = after;
        steps.push(Step { file, what, end: (record.len() - left) as u64 });
    }
    steps
}

/// What is surely on the disk, and what was written since and may be there or not.
#[derive(Default)]
pub struct Disk<'a> {
    files: BTreeMap<String, File<'a>>,
}

#[derive(Default)]
struct File<'a> {
    sure: Vec<u8>,
    unsure: Vec<&'a What>,
}

/// A disk writes a sector whole or not at all.
const SECTOR: usize = 512;

impl<'a> Disk<'a> {
    pub fn with(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        let file = |(name, sure)| (name, File { sure, unsure: Vec::new() });
        Self { files: files.into_iter().map(file).collect() }
    }

    pub fn step(&mut self, step: &'a Step) {
        let file = self.files.entry(step.file.clone()).or_default();
        match &step.what {
            What::Flush => {
                for what in std::mem::take(&mut file.unsure) {
                    apply(&mut file.sure, what, |_| true);
                }
            }
            what => file.unsure.push(what),
        }
    }

    /// The files after a power cut: of what was not flushed each thing may be there, not, or in part.
    pub fn cut(&self, mut chance: impl FnMut(usize) -> usize) -> BTreeMap<&str, Vec<u8>> {
        let mut found = BTreeMap::new();
        for (name, file) in &self.files {
            let mut bytes = file.sure.clone();
            for what in &file.unsure {
                match chance(5) {
                    0 | 1 => {}
                    2 | 3 => apply(&mut bytes, what, |_| true),
                    _ => apply(&mut bytes, what, |_| chance(2) == 0),
                }
            }
            found.insert(name.as_str(), bytes);
        }
        found
    }
}

fn apply(bytes: &mut Vec<u8>, what: &What, mut sector: impl FnMut(usize) -> bool) {
    match what {
        What::Write { at, bytes: new } => {
            let (mut from, end) = (*at, at + new.len());
            while from < end {
                let to = ((from / SECTOR + 1) * SECTOR).min(end);
                if sector(from / SECTOR) {
                    bytes.resize(bytes.len().max(to), 0);
                    bytes[from..to].copy_from_slice(&new[from - at..to - at]);
                }
                from = to;
            }
        }
        What::Truncate(len) => {
            if sector(0) {
                bytes.resize(*len, 0);
            }
        }
        What::Flush => {}
    }
}
