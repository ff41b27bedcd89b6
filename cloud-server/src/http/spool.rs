//! Large answers lie in a file without a name until they are sent: memory holds one piece of them, no transaction
//! waits for a slow client, and what goes wrong on the way is still told by the status.

use super::call::internal;
use axum::body::{Body, Bytes};
use futures::stream;
use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use tokio::io::AsyncReadExt;
use tokio::sync::{Semaphore, SemaphorePermit, TryAcquireError};
use unison_api::error::ApiError;
use uuid::Uuid;

const PIECE_BYTES: usize = 64 * 1024;
/// Answers that lie here at the same time. Whoever reads slowly keeps a file of up to some megabytes on the disk of
/// the data; many such must not fill it.
const OPEN_MAX: usize = 64;
static OPEN: Semaphore = Semaphore::const_new(OPEN_MAX);
const NAME: &str = "spool-";

/// A file that nobody else can open, and that is gone when it is closed.
pub(crate) struct Spool {
    file: File,
    place: SemaphorePermit<'static>,
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// A new one.
///
/// # Errors
/// 503 when too many are on their way, 500 when the disk refuses it.
pub(crate) fn open(dir: &Path) -> Result<Spool, ApiError> {
    let place = OPEN.try_acquire().map_err(|_: TryAcquireError| {
        let reason = "Too many files and exports are on their way already; try again in a moment";
        ApiError { retry_after_seconds: Some(10), ..ApiError::new(503, "Too many files", reason) }
    })?;
    let path = dir.join(format!("{NAME}{}", Uuid::now_v7().simple()));
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path);
    let file = file
        .and_then(|file| std::fs::remove_file(&path).map(|()| file))
        .map_err(|e| internal(&format!("{}: {e}", path.display())))?;
    Ok(Spool { file, place })
}

/// Takes away what a program left that was killed between making a file and taking its name away.
pub(super) fn sweep(dir: &Path) {
    let left = std::fs::read_dir(dir).into_iter().flatten().flatten();
    for entry in left.filter(|e| e.file_name().to_string_lossy().starts_with(NAME)) {
        if let Err(e) = std::fs::remove_file(entry.path()) {
            tracing::warn!(file = %entry.path().display(), cause = %e, "cannot be removed");
        }
    }
}

/// Its content, piece by piece.
pub(crate) async fn body(spool: Spool) -> Result<Body, ApiError> {
    let Spool { mut file, place } = spool;
    file.seek(SeekFrom::Start(0)).map_err(|e| internal(&e.to_string()))?;
    let pieces = stream::try_unfold((tokio::fs::File::from_std(file), place), async |(mut file, place)| {
        let mut piece = vec![0; PIECE_BYTES];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        Ok::<_, std::io::Error>((read > 0).then(|| (Bytes::from(piece), (file, place))))
    });
    Ok(Body::from_stream(pieces))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn answers_that_nobody_reads_do_not_fill_the_disk() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("spool-left"), "by one that was killed").unwrap();
        std::fs::write(dir.path().join("platform.db"), "").unwrap();
        sweep(dir.path());
        let mut bodies = Vec::new();
        for _ in 0..OPEN_MAX {
            let mut spool = open(dir.path()).unwrap();
            spool.write_all(b"some rows").unwrap();
            bodies.push(body(spool).await.unwrap());
        }
        let refused = open(dir.path()).err().unwrap();
        assert_eq!((refused.status, refused.retry_after_seconds), (503, Some(10)));
        assert_eq!(axum::body::to_bytes(bodies.pop().unwrap(), 100).await.unwrap(), "some rows");
        assert!(open(dir.path()).is_ok(), "one was read to its end");
        let names: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names, ["platform.db"]);
    }
}
