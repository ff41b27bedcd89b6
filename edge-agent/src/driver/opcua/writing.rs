//! Writes of people: one after the other, past everything else that is asked, and never a second time. The library
//! repeats no request by itself, and a session that is lost is not taken up again, so neither does anybody else.

use std::time::Duration;

use opcua::client::{Session, services::Write};
use opcua::core::ResponseMessage;
use opcua::types::{
    AttributeId, DataValue, Error, NodeId, NumericRange, ReadValueId, StatusCode, TimestampsToReturn, Variant,
    VariantScalarTypeId, WriteRequest as WriteCall, WriteValue,
};
use tokio::time::{Instant, error::Elapsed, timeout, timeout_at};

use super::encode::{ATTRIBUTES, check, encode, type_of};
use super::feed::Feed;
use super::limits::{Limits, answer};
use super::line::Line;
use super::resolve::resolve;
use super::verdict;
use crate::config::{OpcUaConfig, OpcUaTag};
use crate::driver::writes::{NOT_CONNECTED, late};
use crate::driver::{Context, TagIndex, Value, WriteRequest, Written};

/// How long a server may take to answer a write.
const ANSWER: Duration = Duration::from_secs(5);
/// How the library ends what it says when it had no connection to send over.
const NEVER_LEFT: &str = "transport is not connected";

/// Sends what people write, as long as the session lasts.
pub(super) struct Writer<'a> {
    pub(super) session: &'a Session,
    pub(super) line: &'a Line,
    pub(super) config: &'a OpcUaConfig,
    pub(super) context: &'a Context,
    pub(super) limits: &'a Limits,
    /// Where what is read back goes to, and which nodes are read.
    pub(super) feeds: &'a [Feed],
}

/// What became of a write that ends the session, and why it ends.
struct Last {
    written: Written,
    reason: String,
}

/// A write that was not done.
enum Undone {
    Only(Written),
    Last(Last),
}

impl From<Written> for Undone {
    fn from(written: Written) -> Self {
        Self::Only(written)
    }
}

impl Writer<'_> {
    /// Ends only with a reason to start anew.
    pub(super) async fn run(self) -> String {
        let writes = self.context.status.writes();
        loop {
            while let Some(request) = writes.take() {
                if let Err(reason) = self.write(request).await {
                    return reason;
                }
            }
            writes.came().await;
        }
    }

    /// `Err` when nothing else may be sent in this session.
    async fn write(&self, request: WriteRequest) -> Result<(), String> {
        let (tag, value, until) = (request.tag, request.value, request.until);
        let mut under_way = UnderWay { request: Some(request), is_sent: false, line: self.line };
        let prepared = in_time(timeout_at(until, self.prepare(tag, value)).await, until);
        let ended = match prepared {
            Ok((node, value)) => {
                under_way.is_sent = true;
                self.send(node, value).await.map_err(Undone::Last)
            }
            Err(undone) => Err(undone),
        };
        let (written, end) = match ended {
            Ok(written) | Err(Undone::Only(written)) => (written, Ok(())),
            Err(Undone::Last(Last { written, reason })) => (written, Err(reason)),
        };
        match (&written, under_way.is_sent) {
            (Written::Done, _) => self.context.status.good(self.context.clock.now_us()),
            // It may still be on its way, where it would come after what is written next.
            (Written::Unknown(_), true) if end.is_err() => self.line.cut(),
            _ => {}
        }
        if under_way.is_sent && end.is_ok() {
            // A subscription does not bring what lies within its deadband, nor before the next sampling.
            self.feeds.iter().for_each(|feed| feed.read_soon(tag));
        }
        under_way.answer(written);
        end
    }

    /// What to send to which node, or why nothing is sent. Nothing is remembered: people write seldom, and programs of
    /// PLCs change.
    async fn prepare(&self, tag: TagIndex, value: Value) -> Result<(NodeId, Variant), Undone> {
        let not_sent = |why: &str| Written::NotSent(why.to_owned());
        let tag = self.config.tags.iter().find(|of| of.tag == tag);
        let tag = tag.ok_or_else(|| not_sent("is no tag of this connection"))?;
        check(tag, value).map_err(Written::NotSent)?;
        let (node, holds) = self.find(tag).await?;
        let refused = |why: String| Written::Refused(format!("{}: {why}", tag.node));
        let value = encode(holds, value, tag.scaling).map_err(refused)?;
        Ok((node, value))
    }

    /// Asks the server what the node of a tag is.
    async fn find(&self, tag: &OpcUaTag) -> Result<(NodeId, VariantScalarTypeId), Undone> {
        let found = resolve(self.session, std::slice::from_ref(tag)).await.map_err(Written::NotSent)?;
        let found = found.into_iter().next().unwrap_or_else(|| Err(format!("{}: check node", tag.node)));
        let node = found.map_err(Written::Refused)?;
        // People see the value of the one and would move the other.
        if self.feeds.iter().find_map(|feed| feed.node_of(tag.tag)).is_some_and(|read| read != node) {
            let reason = format!("{}: the server's nodes changed", tag.node);
            let why = "the server's nodes changed; the edge connects anew: look at the value, then write again";
            return Err(Undone::Last(Last { written: Written::Refused(why.into()), reason }));
        }
        let mut answers = <[DataValue; 5]>::default();
        let mut rest = answers.as_mut_slice().iter_mut().zip(ATTRIBUTES).collect::<Vec<_>>();
        while !rest.is_empty() {
            let limit = &self.limits.nodes_per_read;
            let count = limit.get().clamp(1, rest.len());
            let asked =
                rest.iter().take(count).map(|(_, attribute)| attribute_of(&node, *attribute)).collect::<Vec<_>>();
            let read = self.session.read(&asked, TimestampsToReturn::Neither, 0.0);
            let values = match answer("ask what the node is", read).await {
                Err(refusal) if refusal.is_about_size() && limit.shrink() => continue,
                other => other.map_err(|refusal| Written::NotSent(refusal.text))?,
            };
            rest.drain(..count).zip(values).for_each(|((slot, _), value)| *slot = value);
        }
        let holds = type_of(&answers).map_err(|why| Written::Refused(format!("{}: {why}", tag.node)))?;
        Ok((node, holds))
    }

    /// Only the value: many servers refuse a status or a time along with it.
    async fn send(&self, node_id: NodeId, value: Variant) -> Result<Written, Last> {
        let value = DataValue { value: Some(value), ..DataValue::default() };
        let (attribute_id, index_range) = (AttributeId::Value as u32, NumericRange::None);
        let request_header = Write::new(self.session).timeout(ANSWER).header().clone();
        let values = vec![WriteValue { node_id, attribute_id, index_range, value }];
        let call = WriteCall { request_header, nodes_to_write: Some(values) };
        // Not by way of the session, which makes one error of what a server answers and of what befalls a connection.
        let sent = timeout(ANSWER, self.session.channel().send(call, ANSWER)).await;
        Ok(match sent {
            Ok(Ok(ResponseMessage::Write(response))) => verdict::of_response(&response),
            Ok(Ok(ResponseMessage::ServiceFault(fault))) => verdict::of_fault(fault.response_header.service_result),
            Ok(Ok(_)) => Written::Unknown("the server answered something else".into()),
            Ok(Err(error)) if error.status() != StatusCode::BadTimeout => return Err(broken(&error)),
            Ok(Err(_)) | Err(_) => return Err(silent()),
        })
    }
}

/// What is prepared after its time is not sent, however it came to be late.
fn in_time<T>(prepared: Result<Result<T, Undone>, Elapsed>, until: Instant) -> Result<T, Undone> {
    let prepared = prepared.unwrap_or_else(|_| Err(Written::NotSent(late()).into()))?;
    if Instant::now() < until { Ok(prepared) } else { Err(Written::NotSent(late()).into()) }
}

fn silent() -> Last {
    let why = format!("no answer in {} s", ANSWER.as_secs());
    Last { reason: format!("a write got {why}"), written: Written::Unknown(why) }
}

/// What befell the connection while the library had the write.
fn broken(error: &Error) -> Last {
    let code = error.status();
    // A server can end a connection with the same code, and then it was sent.
    let was_there = code != StatusCode::BadNotConnected || !error.to_string().ends_with(NEVER_LEFT);
    let written = if was_there { Written::Unknown(cut(Some(code))) } else { Written::NotSent(NOT_CONNECTED.into()) };
    Last { written, reason: format!("connection lost: {code}") }
}

fn attribute_of(node: &NodeId, attribute: AttributeId) -> ReadValueId {
    ReadValueId { attribute_id: attribute as u32, ..ReadValueId::from(node.clone()) }
}

fn cut(code: Option<StatusCode>) -> String {
    let code = code.map(|code| format!(": {code}")).unwrap_or_default();
    format!("the connection ended while it was under way{code}")
}

/// A write that is answered also when the session ends in the middle of it.
struct UnderWay<'a> {
    request: Option<WriteRequest>,
    is_sent: bool,
    line: &'a Line,
}

impl UnderWay<'_> {
    fn answer(mut self, written: Written) {
        if let Some(request) = self.request.take() {
            request.answer(written);
        }
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let Some(request) = self.request.take() else { return };
        if self.is_sent {
            self.line.cut();
            request.answer(Written::Unknown(cut(None)));
        } else {
            request.answer(Written::NotSent("the connection ended before it was sent".into()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::opcua::client;

    #[tokio::test(start_paused = true)]
    async fn edge_12_what_is_ready_too_late_is_not_sent() {
        let until = Instant::now() + Duration::from_secs(5);
        let ready = || timeout_at(until, async { Ok::<_, Undone>(7) });
        assert!(matches!(in_time(ready().await, until), Ok(7)));
        // The whole box stood still, and the answer was there when it went on.
        tokio::time::advance(Duration::from_secs(5)).await;
        let late = in_time(ready().await, until);
        assert!(matches!(late, Err(Undone::Only(Written::NotSent(why))) if why.contains("within 5 s")));
    }

    #[tokio::test]
    async fn edge_12_what_the_library_could_not_send_was_not_sent() {
        let dir = tempfile::tempdir().unwrap();
        let client = client(dir.path().into(), "urn:test").unwrap();
        let (session, _events) = client
            .session_builder()
            .connect_to_endpoint_directly("opc.tcp://127.0.0.1:1")
            .unwrap()
            .build(client.certificate_store().clone())
            .unwrap();
        let error = session.channel().send(WriteCall::default(), ANSWER).await.err().unwrap();
        assert!(matches!(broken(&error).written, Written::NotSent(_)), "{error}");
        let closed = |code| broken(&Error::new(code, "Transport is closing")).written;
        assert!(matches!(closed(StatusCode::BadNotConnected), Written::Unknown(_)));
        assert!(matches!(closed(StatusCode::BadConnectionClosed), Written::Unknown(_)));
    }
}
