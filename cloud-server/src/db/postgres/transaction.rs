//! One transaction on a connection of the pool. Everything here blocks its thread.

use super::pool::{Lent, Pool};
use crate::db::{DbError, Row, Value};
use futures::TryStreamExt as _;
use std::pin::pin;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio_postgres::Statement;
use tokio_postgres::types::{ToSql, Type};

/// Statements that a connection keeps prepared; texts are made by the program, but filters combine.
const STATEMENTS_MAX: usize = 500;

/// See the module. Dropped without an end, its connection is closed, which undoes it.
pub(in crate::db) struct Transaction {
    client: Option<Lent>,
    pool: Pool,
    runtime: Handle,
}

impl Transaction {
    /// Begins with `words`, in one round trip. `lent` may be dead, for a server that went away takes idle
    /// connections with it: then the next one is tried.
    pub(super) fn begin(pool: &Pool, mut lent: Lent, words: &str, runtime: Handle) -> Result<Self, DbError> {
        for _ in 0..=pool.size_max() {
            match runtime.block_on(lent.batch_execute(words)) {
                Ok(()) => return Ok(Self { client: Some(lent), pool: pool.clone(), runtime }),
                Err(e) if lent.is_closed() || is_gone(&e) => {
                    drop(Lent::take(lent));
                    lent = runtime.block_on(pool.get())?;
                }
                Err(e) => {
                    drop(Lent::take(lent));
                    return Err(e.into());
                }
            }
        }
        Err(DbError::Failed("PostgreSQL: every connection was closed by the server".into()))
    }

    pub(super) fn commit(mut self) -> Result<(), DbError> {
        // In a transaction that failed, COMMIT alone would undo it and report success.
        self.end("SELECT 1; COMMIT")
    }

    pub(super) fn rollback(mut self) -> Result<(), DbError> {
        self.end("ROLLBACK")
    }

    fn end(&mut self, words: &str) -> Result<(), DbError> {
        let client = self.client()?;
        self.runtime.block_on(client.batch_execute(words))?;
        // Only now may somebody else have it.
        self.client = None;
        Ok(())
    }

    fn client(&self) -> Result<&Lent, DbError> {
        self.client.as_ref().ok_or_else(|| DbError::Stopped("the transaction has ended".into()))
    }

    pub(in crate::db) fn query_map<T>(
        &self,
        sql: &str,
        params: &[Value],
        mut read: impl FnMut(Row) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        let client = self.client()?;
        self.runtime.block_on(async {
            let statement = self.prepare(client, sql).await?;
            let columns: Arc<[String]> = statement.columns().iter().map(|c| c.name().to_owned()).collect();
            let mut rows = pin!(client.query_raw(&statement, bound(params)).await?);
            let mut out = Vec::new();
            while let Some(row) = rows.try_next().await? {
                let values = (0..columns.len()).map(|i| row.try_get(i)).collect::<Result<_, _>>()?;
                out.push(read(Row { columns: columns.clone(), values })?);
            }
            Ok(out)
        })
    }

    pub(in crate::db) fn execute(&self, sql: &str, params: &[Value]) -> Result<usize, DbError> {
        let client = self.client()?;
        let changed = self.runtime.block_on(async {
            let statement = self.prepare(client, sql).await?;
            client.execute_raw(&statement, bound(params)).await
        })?;
        Ok(usize::try_from(changed).unwrap_or(usize::MAX))
    }

    /// Words without values, such as those of savepoints.
    pub(in crate::db) fn word(&self, sql: &str) -> Result<(), DbError> {
        Ok(self.runtime.block_on(self.client()?.batch_execute(sql))?)
    }

    /// A statement of this connection. A parameter that is only compared with a literal such as `0` gets
    /// PostgreSQL's small integer; ours are never small, so it is asked for again as what it is.
    async fn prepare(&self, client: &Lent, sql: &str) -> Result<Statement, tokio_postgres::Error> {
        if client.statement_cache.size() > STATEMENTS_MAX {
            client.statement_cache.clear();
        }
        if let Some(types) = self.pool.wide(sql) {
            return client.prepare_typed_cached(sql, &types).await;
        }
        let statement = client.prepare_cached(sql).await?;
        let is_small = |t: &Type| *t == Type::INT4 || *t == Type::INT2;
        if !statement.params().iter().any(is_small) {
            return Ok(statement);
        }
        client.statement_cache.remove(sql, &[]);
        let widened = statement.params().iter().map(|t| if is_small(t) { Type::INT8 } else { t.clone() });
        let types: Arc<[Type]> = widened.collect();
        let statement = client.prepare_typed_cached(sql, &types).await?;
        self.pool.set_wide(sql, types);
        Ok(statement)
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            drop(Lent::take(client));
        }
    }
}

/// The connection is lost, or the server ends it.
fn is_gone(e: &tokio_postgres::Error) -> bool {
    e.is_closed() || e.code().is_some_and(|code| code.code().starts_with("57P"))
}

fn bound(params: &[Value]) -> impl ExactSizeIterator<Item = &(dyn ToSql + Sync)> {
    params.iter().map(|p| p as &(dyn ToSql + Sync))
}
