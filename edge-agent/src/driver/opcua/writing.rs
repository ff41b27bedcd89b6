//! Writes of people: one after the other, past everything else that is asked, and never a second time. The library
//! repeats no request by itself, and a session that is lost is not taken up again, so neither does anybody else.

use std::collections::HashMap;
use std::convert::Infallible;
use std::time::Duration;

use opcua::client::{Session, services::Write};
use opcua::core::ResponseMessage;
use opcua::types::{
    AttributeId, DataValue, NodeId, NumericRange, ReadValueId, StatusCode, TimestampsToReturn, Variant,
    VariantScalarTypeId, WriteRequest as WriteCall, WriteValue,
};
use tokio::time::{timeout, timeout_at};

use super::encode::{ATTRIBUTES, check, encode, type_of};
use super::feed::Feed;
use super::limits::{Limits, answer};
use super::resolve::resolve;
use super::verdict;
use crate::config::{OpcUaConfig, OpcUaTag};
use crate::driver::writes::late;
use crate::driver::{Context, TagIndex, Value, WriteRequest, Written};

/// How long a server may take to answer a write.
const ANSWER: Duration = Duration::from_secs(5);

/// Sends what people write, as long as the session lasts.
pub(super) struct Writer<'a> {
    pub(super) session: &'a Session,
    pub(super) config: &'a OpcUaConfig,
    pub(super) context: &'a Context,
    pub(super) limits: &'a Limits,
    /// Where what is read back goes to.
    pub(super) feeds: &'a [Feed],
    /// What the server said of the nodes that were written in this session.
    pub(super) targets: HashMap<TagIndex, Target>,
}

/// A node that takes values.
#[derive(Clone)]
pub(super) struct Target {
    node: NodeId,
    holds: VariantScalarTypeId,
}

impl Writer<'_> {
    pub(super) async fn run(mut self) -> Infallible {
        let writes = self.context.status.writes();
        loop {
            while let Some(request) = writes.take() {
                self.write(request).await;
            }
            writes.came().await;
        }
    }

    async fn write(&mut self, request: WriteRequest) {
        let (tag, value, until) = (request.tag, request.value, request.until);
        let mut under_way = UnderWay { request: Some(request), is_sent: false };
        let prepared = timeout_at(until, self.prepare(tag, value)).await;
        let written = match prepared.unwrap_or_else(|_| Err(Written::NotSent(late()))) {
            Ok((node, value)) => {
                under_way.is_sent = true;
                self.send(node, value).await
            }
            Err(why) => why,
        };
        match &written {
            // What the server says now may be another thing than what it said of the node before.
            Written::Refused(_) => drop(self.targets.remove(&tag)),
            Written::Done => self.context.status.good(self.context.clock.now_us()),
            Written::NotSent(_) | Written::Unknown(_) => {}
        }
        if under_way.is_sent {
            // A subscription does not bring what lies within its deadband, nor before the next sampling.
            self.feeds.iter().for_each(|feed| feed.read_soon(tag));
        }
        under_way.answer(written);
    }

    /// What to send to which node, or why nothing is sent.
    async fn prepare(&mut self, tag: TagIndex, value: Value) -> Result<(NodeId, Variant), Written> {
        let not_sent = |why: &str| Written::NotSent(why.to_owned());
        let tag = self.config.tags.iter().find(|of| of.tag == tag);
        let tag = tag.ok_or_else(|| not_sent("is no tag of this connection"))?;
        check(tag, value).map_err(Written::NotSent)?;
        let target = match self.targets.get(&tag.tag) {
            Some(target) => target.clone(),
            None => self.find(tag).await?,
        };
        let refused = |why: String| Written::Refused(format!("{}: {why}", tag.node));
        let value = encode(target.holds, value, tag.scaling).map_err(refused)?;
        self.targets.insert(tag.tag, target.clone());
        Ok((target.node, value))
    }

    /// Asks the server what the node of a tag is.
    async fn find(&self, tag: &OpcUaTag) -> Result<Target, Written> {
        let found = resolve(self.session, std::slice::from_ref(tag)).await.map_err(Written::NotSent)?;
        let found = found.into_iter().next().unwrap_or_else(|| Err(format!("{}: check node", tag.node)));
        let node = found.map_err(Written::Refused)?;
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
        Ok(Target { node, holds })
    }

    /// Only the value: many servers refuse a status or a time along with it.
    async fn send(&self, node_id: NodeId, value: Variant) -> Written {
        let value = DataValue { value: Some(value), ..DataValue::default() };
        let (attribute_id, index_range) = (AttributeId::Value as u32, NumericRange::None);
        let request_header = Write::new(self.session).timeout(ANSWER).header().clone();
        let values = vec![WriteValue { node_id, attribute_id, index_range, value }];
        let call = WriteCall { request_header, nodes_to_write: Some(values) };
        // Not by way of the session, which makes one error of what a server answers and of what befalls a connection.
        let sent = timeout(ANSWER, self.session.channel().send(call, ANSWER)).await;
        match sent {
            Ok(Ok(ResponseMessage::Write(response))) => verdict::of_response(&response),
            Ok(Ok(ResponseMessage::ServiceFault(fault))) => verdict::of_fault(fault.response_header.service_result),
            Ok(Ok(_)) => Written::Unknown("the server answered something else".into()),
            Ok(Err(error)) if error.status() != StatusCode::BadTimeout => Written::Unknown(cut(Some(error.status()))),
            Ok(Err(_)) | Err(_) => Written::Unknown(format!("no answer in {} s", ANSWER.as_secs())),
        }
    }
}

fn attribute_of(node: &NodeId, attribute: AttributeId) -> ReadValueId {
    ReadValueId { attribute_id: attribute as u32, ..ReadValueId::from(node.clone()) }
}

fn cut(code: Option<StatusCode>) -> String {
    let code = code.map(|code| format!(": {code}")).unwrap_or_default();
    format!("the connection ended while it was under way{code}")
}

/// A write that is answered also when the session ends in the middle of it.
struct UnderWay {
    request: Option<WriteRequest>,
    is_sent: bool,
}

impl UnderWay {
    fn answer(mut self, written: Written) {
        if let Some(request) = self.request.take() {
            request.answer(written);
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let written = if self.is_sent {
            Written::Unknown(cut(None))
        } else {
            Written::NotSent("the connection ended before it was sent".into())
        };
        if let Some(request) = self.request.take() {
            request.answer(written);
        }
    }
}
