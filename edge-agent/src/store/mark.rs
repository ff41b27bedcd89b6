//! How far the log was, kept in a small file beside the database: whoever sets the database back to a copy does
//! not set this back, and the next start sees it. Without it an edge would give numbers a second meaning that the
//! cloud already holds with another.

use std::path::Path;

use serde::{Deserialize, Serialize};
use unison_sync::wire::{Hash, hash};

use super::log::Head;

const FILE: &str = "edge.mark";

/// The end of the log at some moment. Ordered as logs grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    pub(super) incarnation: u32,
    pub(super) seq: u64,
    pub(super) hash: Hash,
}

impl Mark {
    pub(super) const fn of(head: &Head) -> Self {
        Self { incarnation: head.incarnation, seq: head.seq, hash: head.hash }
    }
}

/// Written to a new name and renamed, so that there is always a whole one. Not flushed: after a power cut an
/// older mark may be there, which is weaker, never wrong.
pub(super) fn write(dir: &Path, mark: &Mark) -> std::io::Result<()> {
    let body = postcard::to_stdvec(mark).map_err(std::io::Error::other)?;
    let new = dir.join("edge.mark.new");
    std::fs::write(&new, [hash(&body).as_slice(), &body].concat())?;
    std::fs::rename(new, dir.join(FILE))
}

/// None when there is none, or when it is torn: it only ever adds knowledge.
pub(super) fn read(dir: &Path) -> Option<Mark> {
    let bytes = std::fs::read(dir.join(FILE)).ok()?;
    let (sum, body) = bytes.split_at_checked(32)?;
    if hash(body).as_slice() != sum {
        tracing::warn!("the mark beside the database is damaged and is not used");
        return None;
    }
    postcard::from_bytes(body).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_as_it_was_written_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read(dir.path()), None);
        let mark = Mark { incarnation: 2, seq: 77, hash: [5; 32] };
        write(dir.path(), &mark).unwrap();
        assert_eq!(read(dir.path()), Some(mark));
        let whole = std::fs::read(dir.path().join(FILE)).unwrap();
        for place in 0..whole.len() {
            let mut torn = whole.clone();
            torn[place] ^= 4;
            std::fs::write(dir.path().join(FILE), &torn).unwrap();
            assert_eq!(read(dir.path()), None, "bit at {place}");
            std::fs::write(dir.path().join(FILE), &whole[..place]).unwrap();
            assert_eq!(read(dir.path()), None, "cut at {place}");
        }
    }
}
