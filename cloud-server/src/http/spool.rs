//! Large answers lie in a file without a name until they are sent: memory holds one piece of them, no transaction
//! waits for a slow client, and what goes wrong on the way is still told by the status.

use super::call::internal;
use axum::body::{Body, Bytes};
use futures::stream;
use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use tokio::io::AsyncReadExt;
use unison_api::error::ApiError;
use uuid::Uuid;

const PIECE_BYTES: usize = 64 * 1024;

/// A file that nobody else can open, and that is gone when it is closed.
pub(crate) fn open(dir: &Path) -> Result<File, ApiError> {
    let path = dir.join(format!("spool-{}", Uuid::now_v7().simple()));
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path);
    file.and_then(|file| std::fs::remove_file(&path).map(|()| file))
        .map_err(|e| internal(&format!("{}: {e}", path.display())))
}

/// Its content, piece by piece.
pub(crate) async fn body(mut file: File) -> Result<Body, ApiError> {
    file.seek(SeekFrom::Start(0)).map_err(|e| internal(&e.to_string()))?;
    let pieces = stream::try_unfold(tokio::fs::File::from_std(file), async |mut file| {
        let mut piece = vec![0; PIECE_BYTES];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        Ok::<_, std::io::Error>((read > 0).then(|| (Bytes::from(piece), file)))
    });
    Ok(Body::from_stream(pieces))
}
