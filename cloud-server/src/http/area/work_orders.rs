//! Work orders. What an edge executes is asked of the edge, and the answer waited for a few seconds.

use crate::business::idempotency;
use crate::business::work_orders::{self, Answered, Moved};
use crate::db::DbError;
use crate::http::call::{Answer, Call, bytes, internal, json};
use crate::http::routes::Target;
use crate::tenancy::{Changed, Topic, Tx, WriteTx};
use schemars::JsonSchema;
use serde::Serialize;
use std::time::Duration;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use unison_api::error::ApiError;
use unison_api::production::{Key, MoveWorkOrder, WorkOrderView};
use unison_core::facts::WorkOrderVerb;
use unison_core::ids::PlantId;
use unison_core::master::WorkOrderStatus;
use uuid::Uuid;

/// How long a request waits for the edge before it answers "asked".
const EDGE_WAIT: Duration = Duration::from_secs(5);

fn key(call: &Call) -> Key {
    let text = call.parameter("id");
    text.parse().map_or(Key::Text(text), Key::Id)
}

pub(crate) fn plant_of(tx: &Tx<'_>, target: &Target) -> Result<Option<PlantId>, DbError> {
    Ok(work_orders::find(tx, &target.key())?.map(|order| order.plant_id))
}

async fn view(call: &Call) -> Result<WorkOrderView, ApiError> {
    let key = key(call);
    call.read(move |tx| {
        let order = work_orders::find(tx, &key)?.ok_or_else(|| ApiError::not_found("work order"))?;
        crate::business::need_plant(tx, order.plant_id)?;
        Ok(work_orders::view(tx, order.id)?.ok_or_else(|| ApiError::not_found("work order"))?)
    })
    .await
}

pub(crate) async fn start(call: Call) -> Result<Answer, ApiError> {
    moved(call, WorkOrderVerb::Start).await
}

pub(crate) async fn pause(call: Call) -> Result<Answer, ApiError> {
    moved(call, WorkOrderVerb::Pause).await
}

pub(crate) async fn resume(call: Call) -> Result<Answer, ApiError> {
    moved(call, WorkOrderVerb::Resume).await
}

pub(crate) async fn complete(call: Call) -> Result<Answer, ApiError> {
    moved(call, WorkOrderVerb::Complete).await
}

/// A request that the edge has not answered yet.
#[derive(Serialize, JsonSchema)]
struct Asked {
    id: i64,
    work_order_number: String,
    status: WorkOrderStatus,
    requested: bool,
    reason: String,
}

/// What a call to move a work order comes to in its transaction.
enum Step {
    Now(Moved),
    /// The same call came before.
    Before(idempotency::Answer),
}

/// Stored for a question to an edge whose answer was not there yet.
const ASKED: u16 = 202;

async fn moved(call: Call, verb: WorkOrderVerb) -> Result<Answer, ApiError> {
    let (wanted, key): (MoveWorkOrder, Key) = (call.json_or_default()?, key(&call));
    // Listening starts before the question is asked, so that no answer is missed.
    let changes = call.app.tenancy.changes();
    let organization = call.organization()?.id;
    let once = idempotency::Request::read(&call.headers, &call.action, &call.body)?;
    let step = move |tx: &WriteTx<'_>| {
        if let Some(answer) = idempotency::given(tx, once.as_ref())? {
            return Ok(Step::Before(answer));
        }
        let moved = work_orders::move_order(tx, &key, verb, &wanted)?;
        // Of a question the key keeps which it was: a repeated call waits for the same answer.
        match &moved {
            Moved::Done(view) => idempotency::keep(tx, once.as_ref(), 200, view)?,
            Moved::Asked { request, edge } => idempotency::keep(tx, once.as_ref(), ASKED, &(request, edge))?,
        };
        Ok(Step::Now(moved))
    };
    let (request, edge) = match call.write(step).await? {
        Step::Now(Moved::Done(view)) => return json(200, &view),
        Step::Now(Moved::Asked { request, edge }) => (request, edge),
        Step::Before((ASKED, asked)) => serde_json::from_str(&asked).map_err(|e| internal(&e.to_string()))?,
        Step::Before((status, answer)) => return Ok(bytes(status, "application/json", answer)),
    };
    let _ = tokio::time::timeout(EDGE_WAIT, answered(&call, changes, organization, request)).await;
    match call.read(move |tx| Ok(work_orders::answer(tx, request)?)).await? {
        Answered::Done => json(200, &view(&call).await?),
        Answered::Refused(reason) => Err(work_orders::refused_by_edge(verb, reason)),
        Answered::NotYet => {
            let now = view(&call).await?;
            let reason = format!("Waiting for edge {edge}");
            json(
                202,
                &Asked {
                    id: now.id,
                    work_order_number: now.work_order_number,
                    status: now.status,
                    requested: true,
                    reason,
                },
            )
        }
    }
}

/// Returns when the answer is there.
async fn answered(
    call: &Call,
    mut changes: Receiver<Changed>,
    organization: i64,
    request: Uuid,
) -> Result<(), ApiError> {
    loop {
        match changes.recv().await {
            Ok(c) if c.concerns(organization) && c.topics.contains(&Topic::WorkOrderRequest(request)) => {
                return Ok(());
            }
            Ok(c) if !(c.concerns(organization) && c.topics.contains(&Topic::Everything)) => {}
            // Something was missed; it may have been this.
            Ok(_) | Err(RecvError::Lagged(_)) => {
                if call.read(move |tx| Ok(work_orders::answer(tx, request)?)).await? != Answered::NotYet {
                    return Ok(());
                }
            }
            Err(RecvError::Closed) => return Err(internal("the list of changes is closed")),
        }
    }
}
