//! A line between the programs that work on one database: what one says the others hear, each at most once, while
//! the connection holds. What was missed is for the listener to find out.

use super::Address;
use crate::db::DbError;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_postgres::Client;

/// PostgreSQL takes less than 8,000.
pub const NOTICE_BYTES_MAX: usize = 7_900;
/// Notices that wait to be heard. With more the line breaks.
const WAITING_MAX: usize = 4_096;
/// A server that takes longer to answer is gone.
const ANSWER_MAX: Duration = Duration::from_secs(10);

/// See the module.
pub struct Line {
    client: Client,
    heard: mpsc::Receiver<String>,
}

impl Line {
    pub(super) async fn open(address: &Address) -> Result<Self, DbError> {
        let (send, heard) = mpsc::channel(WAITING_MAX);
        let client = address.listen(send).await?;
        client.batch_execute("LISTEN unison").await?;
        Ok(Self { client, heard })
    }

    /// What somebody said, this program included; none when the line is broken.
    pub async fn hear(&mut self) -> Option<String> {
        self.heard.recv().await
    }

    /// Says it to all who listen, in a transaction of its own that writes nothing.
    ///
    /// # Errors
    /// When the line is broken.
    pub async fn say(&self, notice: &str) -> Result<(), DbError> {
        self.ask("SELECT pg_notify('unison', $1)", notice).await
    }

    /// # Errors
    /// When the line is broken.
    pub async fn try_it(&self) -> Result<(), DbError> {
        self.ask("SELECT $1::text", "").await
    }

    async fn ask(&self, sql: &str, value: &str) -> Result<(), DbError> {
        match timeout(ANSWER_MAX, self.client.execute(sql, &[&value])).await {
            Ok(answer) => Ok(answer.map(drop)?),
            Err(_) => Err(DbError::Failed("PostgreSQL does not answer on the line between servers".into())),
        }
    }
}
