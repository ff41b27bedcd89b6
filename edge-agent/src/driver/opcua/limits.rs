//! How much a server takes in one request: what it says, and what it turns out to take.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use opcua::client::Session;
use opcua::types::{ReadValueId, StatusCode, TimestampsToReturn, VariableId, Variant};
use tokio::time::timeout;

use super::OPENING;

/// Servers that say nothing; many refuse more, none needs fewer requests.
const USUAL: usize = 100;
/// However much a server would take: a request of this size is answered in time.
const MOST: usize = 1_000;
/// Tags of one subscription.
const SUBSCRIPTION_MOST: usize = 1_000;

/// One of a server's limits. Becomes smaller when the server refuses that many after all.
pub(super) struct Limit(AtomicUsize);

impl Limit {
    const fn new(most: usize) -> Self {
        Self(AtomicUsize::new(most))
    }

    pub(super) fn get(&self) -> usize {
        self.0.load(Relaxed)
    }

    /// Halves it; false when it cannot become smaller.
    pub(super) fn shrink(&self) -> bool {
        let now = self.get();
        if now <= 1 {
            return false;
        }
        self.0.store(now / 2, Relaxed);
        tracing::debug!(limit = now / 2, "the server takes less in one request than it said");
        true
    }
}

/// The limits of one server.
pub(super) struct Limits {
    pub(super) nodes_per_read: Limit,
    pub(super) items_per_call: Limit,
    pub(super) items_per_subscription: usize,
}

impl Limits {
    /// Asks the server. A server that does not know the question has the usual ones.
    pub(super) async fn read(session: &Session) -> Result<Self, String> {
        let nodes_per_read =
            said(session, VariableId::Server_ServerCapabilities_OperationLimits_MaxNodesPerRead).await?;
        let items_per_call =
            said(session, VariableId::Server_ServerCapabilities_OperationLimits_MaxMonitoredItemsPerCall).await?;
        let items = said(session, VariableId::Server_ServerCapabilities_MaxMonitoredItemsPerSubscription).await?;
        Ok(Self {
            nodes_per_read: Limit::new(usual(nodes_per_read, USUAL, MOST)),
            items_per_call: Limit::new(usual(items_per_call, USUAL, MOST)),
            items_per_subscription: usual(items, SUBSCRIPTION_MOST, SUBSCRIPTION_MOST),
        })
    }
}

/// Zero means that there is no limit.
fn usual(said: Option<u32>, without: usize, most: usize) -> usize {
    match said {
        Some(limit @ 1..) => usize::try_from(limit).unwrap_or(most).min(most),
        Some(0) => most,
        None => without,
    }
}

/// One question alone, because the limit may be one node.
async fn said(session: &Session, limit: VariableId) -> Result<Option<u32>, String> {
    let nodes = [ReadValueId::from(opcua::types::NodeId::from(limit))];
    let read = session.read(&nodes, TimestampsToReturn::Neither, 0.0);
    let values = answer("ask for the server's limits", read).await.map_err(|refusal| refusal.text)?;
    let value = values.into_iter().next().filter(|value| value.status.is_none_or(|status| status.is_good()));
    Ok(match value.and_then(|value| value.value) {
        Some(Variant::UInt32(limit)) => Some(limit),
        Some(Variant::UInt16(limit)) => Some(limit.into()),
        Some(Variant::Int32(limit)) => u32::try_from(limit).ok(),
        _ => None,
    })
}

/// Why a service call failed.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) code: StatusCode,
    pub(super) text: String,
}

impl Refusal {
    /// The server would take the same in smaller pieces.
    pub(super) const fn is_about_size(&self) -> bool {
        matches!(
            self.code,
            StatusCode::BadTooManyOperations
                | StatusCode::BadRequestTooLarge
                | StatusCode::BadResponseTooLarge
                | StatusCode::BadEncodingLimitsExceeded
        )
    }
}

/// Waits for one service call, but not for ever.
pub(super) async fn answer<T>(
    what: &str,
    call: impl Future<Output = Result<T, opcua::types::Error>>,
) -> Result<T, Refusal> {
    match timeout(OPENING, call).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(Refusal { code: error.status(), text: format!("cannot {what}: {error}") }),
        Err(_) => {
            let seconds = Duration::as_secs(&OPENING);
            let text = format!("cannot {what}: no answer in {seconds} s");
            Err(Refusal { code: StatusCode::BadTimeout, text })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_03_limits_that_are_absent_without_end_or_too_large() {
        let check = |said, expect| assert_eq!(usual(said, USUAL, MOST), expect, "{said:?}");
        check(None, 100);
        check(Some(0), 1_000);
        check(Some(1), 1);
        check(Some(7), 7);
        check(Some(u32::MAX), 1_000);
        let limit = Limit::new(5);
        let mut steps = Vec::new();
        while limit.shrink() {
            steps.push(limit.get());
        }
        assert_eq!(steps, [2, 1]);
    }
}
