//! Files take turns: each that comes in or goes out holds tens of megabytes for a while. Who waits too long is told to
//! come again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use unison_api::error::ApiError;

/// Files that move at the same time. One of 10 MB takes some 50 MB on its way in (its request, the base64 in it, the
/// bytes, the copy that the database writes), so that all together stay well below half a gigabyte.
const PLACES: usize = 8;
/// Of one organisation: slow clients of one leave room for the others.
const PLACES_OF_ORGANIZATION: usize = 4;
/// How long a request waits for its turn. A file is judged and written in less than a second; what takes longer is a
/// slow client, for whom others should not wait.
const WAIT_MAX: Duration = Duration::from_secs(5);
const RETRY_AFTER_SECONDS: i64 = 5;

/// All places of this server. Clones share them.
#[derive(Clone)]
pub(crate) struct Places {
    all: Arc<Semaphore>,
    of: Arc<Mutex<HashMap<i64, Weak<Semaphore>>>>,
    wait_max: Duration,
}

/// The right to move one file; giving it back makes room. It goes along with the work, which ends even when nobody
/// waits for it any more.
pub(crate) struct Place {
    _own: OwnedSemaphorePermit,
    _of_all: OwnedSemaphorePermit,
}

impl Default for Places {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(PLACES)), of: Arc::default(), wait_max: WAIT_MAX }
    }
}

impl Places {
    /// A place for a file of the organisation, in turn.
    ///
    /// # Errors
    /// 503 when none was free for too long.
    pub(crate) async fn take(&self, organization: i64) -> Result<Arc<Place>, ApiError> {
        let own = self.of_organization(organization);
        let turn = async {
            // First one's own: who waits for that takes no place from others meanwhile.
            let own = own.acquire_owned().await.ok()?;
            Some(Arc::new(Place { _own: own, _of_all: self.all.clone().acquire_owned().await.ok()? }))
        };
        let place = tokio::time::timeout(self.wait_max, turn).await.ok().flatten();
        place.ok_or_else(|| {
            let reason = "Too many files are on their way already; try again in a moment";
            ApiError { retry_after_seconds: Some(RETRY_AFTER_SECONDS), ..ApiError::new(503, "Too many files", reason) }
        })
    }

    fn of_organization(&self, organization: i64) -> Arc<Semaphore> {
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        of.retain(|_, places| places.strong_count() > 0);
        if let Some(places) = of.get(&organization).and_then(Weak::upgrade) {
            return places;
        }
        let places = Arc::new(Semaphore::new(PLACES_OF_ORGANIZATION));
        of.insert(organization, Arc::downgrade(&places));
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn files_take_turns_and_no_organisation_takes_all_places() {
        let places = Places { wait_max: Duration::from_millis(20), ..Places::default() };
        let mut held = Vec::new();
        for organization in [1, 2] {
            for _ in 0..PLACES_OF_ORGANIZATION {
                held.push(places.take(organization).await.unwrap());
            }
            let refused = places.take(organization).await.err().unwrap();
            assert_eq!((refused.status, refused.retry_after_seconds), (503, Some(RETRY_AFTER_SECONDS)));
        }
        assert_eq!(places.take(3).await.err().unwrap().status, 503, "the server is full");
        // Work that goes on keeps its place, whoever else let go of it.
        let going_on = held.pop().unwrap();
        drop(going_on.clone());
        assert!(places.take(2).await.is_err());
        // Whoever waits gets the place that becomes free.
        let waiting = tokio::spawn({
            let places = Places { wait_max: Duration::from_secs(10), ..places.clone() };
            async move { places.take(3).await.is_ok() }
        });
        tokio::task::yield_now().await;
        drop(going_on);
        assert!(waiting.await.unwrap());
        drop(held);
        assert_eq!(places.all.available_permits(), PLACES);
        drop(places.take(1).await.unwrap());
        drop(places.of_organization(4));
        assert_eq!(places.of.lock().unwrap().len(), 1, "nothing is kept of who is gone");
    }
}
