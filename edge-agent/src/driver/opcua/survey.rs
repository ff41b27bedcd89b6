//! Looks at a server before it is configured: what it offers, and what its nodes are. Reads only, pins nothing, and stops
//! after so many nodes.

use std::collections::{HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use opcua::client::Session;
use opcua::types::{
    AttributeId, BrowseResultMask, DataTypeId, DataValue, EndpointDescription, Identifier, NodeClass, NodeId, ObjectId,
    ReadValueId, TimestampsToReturn, UserTokenType, Variant,
};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::limits::{Limits, answer};
use super::resolve::{children, in_namespace, namespaces};
use super::trust::Certificate;
use super::{CLOSING, OPENING, aside, client, drive, endpoint, endpoints, own};
use crate::config::{OpcUaConfig, OpcUaNode, OpcUaSecurity, TagType};

/// Value, data type and access of a variable are asked together.
const ATTRIBUTES: [AttributeId; 3] = [AttributeId::Value, AttributeId::DataType, AttributeId::AccessLevel];
const READABLE: u8 = 1;
const WRITABLE: u8 = 2;

/// One of a server's endpoints.
#[derive(Clone, Debug)]
pub struct Offer {
    pub url: String,
    pub policy: String,
    /// As `security_mode` takes it; `none` without security.
    pub mode: &'static str,
    /// Ways to sign on.
    pub users: Vec<&'static str>,
    pub certificate: Option<Certificate>,
}

/// A node as it was seen.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Steps from where the browsing began.
    pub depth: usize,
    pub name: String,
    /// As `node = "…"` takes it.
    pub node: String,
    pub class: &'static str,
    /// Why what is below it is not shown.
    pub refused: Option<String>,
    pub variable: Option<Variable>,
}

/// What a variable holds.
#[derive(Clone, Debug)]
pub struct Variable {
    pub data_type: String,
    /// The `type` that a tag of it would have; `None` for what no tag takes.
    pub kind: Option<TagType>,
    pub value: String,
    pub status: String,
    pub access: &'static str,
}

/// What came of browsing.
#[derive(Clone, Debug)]
pub struct Browsed {
    pub nodes: Vec<Seen>,
    /// There is more than was looked at.
    pub is_cut: bool,
    /// How the session was secured, and by whom.
    pub policy: String,
    pub certificate: Option<Certificate>,
}

/// How far to look.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub depth: usize,
    pub nodes: usize,
}

/// A server that answered.
pub struct Survey {
    pki: PathBuf,
    offered: Vec<EndpointDescription>,
}

impl Survey {
    /// Asks for the endpoints. `pki` is a folder for a certificate of our own, which a secure session needs.
    ///
    /// # Errors
    /// For people.
    pub async fn open(url: &str, pki: PathBuf) -> Result<Self, String> {
        let client = client(pki.clone(), "urn:unison:edge")?;
        let offered = endpoints(&client, url).await?;
        Ok(Self { pki, offered })
    }

    #[must_use]
    pub fn offers(&self) -> Vec<Offer> {
        self.offered.iter().map(Offer::of).collect()
    }

    /// The certificate of the endpoint that this configuration would take.
    ///
    /// # Errors
    /// When none fits.
    pub fn certificate(&self, config: &OpcUaConfig) -> Result<Option<Certificate>, String> {
        self.chosen(config).map(|endpoint| Offer::of(&endpoint).certificate)
    }

    fn chosen(&self, config: &OpcUaConfig) -> Result<EndpointDescription, String> {
        endpoint::choose(self.offered.clone(), &config.endpoint, config.security, &config.user)
    }

    /// Opens a session and looks at the nodes below `from`, or below Objects. `None` when `shutdown` came first; the
    /// session is closed then, too.
    ///
    /// # Errors
    /// For people.
    pub async fn browse(
        &self,
        config: &OpcUaConfig,
        from: Option<&OpcUaNode>,
        bounds: Bounds,
        now_us: i64,
        shutdown: &CancellationToken,
    ) -> Result<Option<Browsed>, String> {
        let endpoint = self.chosen(config)?;
        let Offer { policy, mode, certificate, .. } = Offer::of(&endpoint);
        let uri = if config.security == OpcUaSecurity::None {
            "urn:unison:edge".to_owned()
        } else {
            let pki = self.pki.clone();
            aside(move || own::ensure(&pki, now_us)).await?.uri
        };
        let user = config.user.clone();
        let identity = aside(move || endpoint::identity(&user)).await?;
        let mut client = client(self.pki.clone(), &uri)?;
        let (session, events) =
            client.connect_to_endpoint_directly(endpoint, identity).map_err(|error| error.to_string())?;
        let events = events.enter();
        tokio::pin!(events);
        let looked = tokio::select! {
            reason = drive(&mut events) => return Err(reason),
            looked = shutdown.run_until_cancelled(look(&session, from, bounds)) => looked,
        };
        let closing = async {
            tokio::select! {
                _ = session.disconnect() => {}
                _ = drive(&mut events) => {}
            }
        };
        // What was seen is seen; a session that is not closed ends by its time-out.
        let _ = timeout(CLOSING, closing).await;
        let Some((nodes, is_cut)) = looked.transpose()? else { return Ok(None) };
        Ok(Some(Browsed { nodes, is_cut, policy: format!("{policy}, {mode}"), certificate }))
    }
}

impl Offer {
    fn of(endpoint: &EndpointDescription) -> Self {
        let uri = endpoint.security_policy_uri.as_ref();
        let der = endpoint.server_certificate.as_ref();
        let mut users: Vec<&'static str> = endpoint
            .user_identity_tokens
            .iter()
            .flatten()
            .map(|token| match token.token_type {
                UserTokenType::Anonymous => "anonymous",
                UserTokenType::UserName => "user_name",
                UserTokenType::Certificate => "user_certificate",
                UserTokenType::IssuedToken => "issued token",
            })
            .collect();
        users.dedup();
        Self {
            url: endpoint.endpoint_url.as_ref().to_owned(),
            policy: uri.rsplit_once('#').map_or(uri, |(_, name)| name).to_owned(),
            mode: endpoint::mode_of(endpoint).map_or("none", crate::config::OpcUaMode::code),
            users,
            certificate: (!der.is_empty()).then(|| Certificate::new(der.to_vec())),
        }
    }
}

/// A node that waits to be looked at.
struct Waiting {
    depth: usize,
    node: NodeId,
}

async fn look(session: &Session, from: Option<&OpcUaNode>, bounds: Bounds) -> Result<(Vec<Seen>, bool), String> {
    match timeout(OPENING, session.wait_for_connection()).await {
        Ok(true) => {}
        Ok(false) | Err(_) => return Err(format!("no session in {} s", OPENING.as_secs())),
    }
    let namespaces = namespaces(session).await.unwrap_or_else(|_| Arc::default());
    let root = match from {
        Some(node) => in_namespace(node, &namespaces)?,
        None => ObjectId::ObjectsFolder.into(),
    };
    let server: NodeId = ObjectId::Server.into();
    let mut known: HashSet<NodeId> = HashSet::from([root.clone()]);
    let (mut seen, mut is_cut): (Vec<(Seen, NodeId)>, bool) = (Vec::new(), false);
    // A node that was asked for may be a variable itself.
    if from.is_some() {
        let own = Seen {
            depth: 0,
            name: text_of(&root, &namespaces),
            node: text_of(&root, &namespaces),
            class: "",
            refused: None,
            variable: None,
        };
        seen.push((own, root.clone()));
    }
    let mut waiting = VecDeque::from([Waiting { depth: 0, node: root }]);
    while !is_cut && let Some(Waiting { depth, node }) = waiting.pop_front() {
        let mask = BrowseResultMask::BrowseName as u32 | BrowseResultMask::NodeClass as u32;
        let (below, status) = children(session, &node, mask).await?;
        if status.is_bad() {
            if depth == 0 {
                let node = text_of(&node, &namespaces);
                return Err(format!("--node {node}: the server does not show it: {status}; check the id"));
            }
            let of = seen.iter_mut().find(|(_, of)| *of == node);
            of.into_iter().for_each(|(seen, _)| seen.refused = Some(status.to_string()));
        }
        // Beneath the one that it belongs to.
        let mut place = seen.iter().position(|(_, of)| *of == node).map_or(seen.len(), |place| place + 1);
        for child in below {
            if !known.insert(child.node.clone()) {
                continue;
            }
            if seen.len() >= bounds.nodes {
                is_cut = true;
                break;
            }
            let name = format!("{}:{}", child.namespace, child.name);
            let class = class_of(child.class);
            let one = Seen {
                depth: depth + 1,
                name,
                node: text_of(&child.node, &namespaces),
                class,
                refused: None,
                variable: None,
            };
            seen.insert(place, (one, child.node.clone()));
            place += 1;
            // What the server says of itself is long, and of no machine.
            let is_walked = matches!(child.class, NodeClass::Object | NodeClass::Variable) && child.node != server;
            if is_walked && depth + 1 < bounds.depth {
                waiting.push_back(Waiting { depth: depth + 1, node: child.node });
            }
        }
    }
    read(session, &mut seen, &namespaces).await?;
    Ok((seen.into_iter().map(|(seen, _)| seen).collect(), is_cut))
}

/// Fills in what the variables hold.
async fn read(session: &Session, seen: &mut [(Seen, NodeId)], namespaces: &[String]) -> Result<(), String> {
    let limits = Limits::read(session).await?;
    let asked: Vec<ReadValueId> = seen
        .iter()
        .filter(|(seen, _)| matches!(seen.class, "variable" | ""))
        .flat_map(|(_, node)| ATTRIBUTES.map(|attribute| ReadValueId::new(node.clone(), attribute)))
        .collect();
    let mut values: Vec<DataValue> = Vec::with_capacity(asked.len());
    let mut rest = asked.as_slice();
    while !rest.is_empty() {
        let chunk = rest.get(..limits.nodes_per_read.get()).unwrap_or(rest);
        match answer("read the variables", session.read(chunk, TimestampsToReturn::Neither, 0.0)).await {
            Err(refusal) if refusal.is_about_size() && limits.nodes_per_read.shrink() => continue,
            Err(refusal) => return Err(refusal.text),
            Ok(read) if read.len() != chunk.len() => {
                return Err("the server answered a read with too few values".into());
            }
            Ok(read) => values.extend(read),
        }
        rest = rest.get(chunk.len()..).unwrap_or_default();
    }
    let variables = seen.iter_mut().filter(|(seen, _)| matches!(seen.class, "variable" | ""));
    for ((seen, _), values) in variables.zip(values.chunks(ATTRIBUTES.len())) {
        let [value, data_type, access] = values else { continue };
        // The node that was asked for is a variable if it has a data type.
        if let Some(Variant::NodeId(data_type)) = &data_type.value {
            seen.class = "variable";
            seen.variable = Some(variable(value, data_type, access, namespaces));
        } else if seen.class.is_empty() {
            seen.class = "object";
        }
    }
    Ok(())
}

fn variable(value: &DataValue, data_type: &NodeId, access: &DataValue, namespaces: &[String]) -> Variable {
    let access = match access.value {
        Some(Variant::Byte(bits)) => match (bits & READABLE != 0, bits & WRITABLE != 0) {
            (true, true) => "read, write",
            (true, false) => "read",
            (false, true) => "write",
            (false, false) => "none",
        },
        _ => "?",
    };
    let named = match data_type.identifier {
        Identifier::Numeric(number) if data_type.namespace == 0 => {
            DataTypeId::try_from(number).ok().map(|known| format!("{known:?}"))
        }
        _ => None,
    };
    let data_type = named.unwrap_or_else(|| text_of(data_type, namespaces));
    let status = value.status.map_or_else(|| "Good".to_owned(), |status| status.to_string());
    Variable {
        // A list has the data type of what is in it, and no tag takes it.
        kind: match &value.value {
            None | Some(Variant::Empty) => kind_named(&data_type),
            Some(value) => kind_of(value),
        },
        data_type,
        value: value.value.as_ref().map_or_else(String::new, shown),
        status,
        access,
    }
}

/// The type of a tag that takes every value of this kind.
const fn kind_of(value: &Variant) -> Option<TagType> {
    match value {
        Variant::Boolean(_) => Some(TagType::Bool),
        Variant::SByte(_) | Variant::Int16(_) => Some(TagType::I16),
        Variant::Byte(_) | Variant::UInt16(_) => Some(TagType::U16),
        Variant::Int32(_) => Some(TagType::I32),
        Variant::UInt32(_) | Variant::NodeId(_) => Some(TagType::U32),
        Variant::Int64(_) => Some(TagType::I64),
        Variant::UInt64(_) => Some(TagType::U64),
        Variant::Float(_) => Some(TagType::F32),
        Variant::Double(_) => Some(TagType::F64),
        Variant::String(_) | Variant::LocalizedText(_) | Variant::QualifiedName(_) => Some(TagType::String),
        _ => None,
    }
}

/// The same by the name of the data type, for a variable without a value now.
fn kind_named(data_type: &str) -> Option<TagType> {
    match data_type {
        "Boolean" => Some(TagType::Bool),
        "SByte" | "Int16" => Some(TagType::I16),
        "Byte" | "UInt16" => Some(TagType::U16),
        "Int32" => Some(TagType::I32),
        "UInt32" => Some(TagType::U32),
        "Int64" => Some(TagType::I64),
        "UInt64" => Some(TagType::U64),
        "Float" => Some(TagType::F32),
        "Double" => Some(TagType::F64),
        "String" | "LocalizedText" => Some(TagType::String),
        _ => None,
    }
}

/// Short, and nothing that moves a terminal's cursor.
fn shown(value: &Variant) -> String {
    const CHARS_MAX: usize = 48;
    let text = match value {
        Variant::Empty => String::new(),
        Variant::Array(array) => format!("a list of {}", array.values.len()),
        Variant::LocalizedText(text) => text.text.as_ref().to_owned(),
        other => other.to_string(),
    };
    text.chars().take(CHARS_MAX).map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

const fn class_of(class: NodeClass) -> &'static str {
    match class {
        NodeClass::Object => "object",
        NodeClass::Variable => "variable",
        NodeClass::Method => "method",
        _ => "other",
    }
}

/// As the configuration takes it, with the namespace by its name where that can be written.
fn text_of(node: &NodeId, namespaces: &[String]) -> String {
    let name = namespaces.get(usize::from(node.namespace)).filter(|name| !name.is_empty() && !name.contains(';'));
    let Some(name) = name.filter(|_| node.namespace > 0) else { return node.to_string() };
    let id = NodeId { namespace: 0, identifier: node.identifier.clone() };
    OpcUaNode { namespace: Some(name.as_str().into()), id, path: None }.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_03_no_type_is_offered_for_a_list() {
        let kind = |value: Option<Variant>| {
            let value = DataValue { value, ..DataValue::default() };
            variable(&value, &NodeId::from(DataTypeId::Int32), &DataValue::default(), &[]).kind
        };
        assert_eq!((kind(None), kind(Some(Variant::Int32(1)))), (Some(TagType::I32), Some(TagType::I32)));
        assert_eq!(kind(Some(vec![1i32, 2].into())), None);
    }

    #[test]
    fn edge_03_nodes_are_named_as_the_configuration_takes_them() {
        let namespaces = ["http://opcfoundation.org/UA/", "urn:a;b", "urn:plant"].map(String::from);
        let check = |namespace, id: &str, expect: &str| {
            let text = text_of(&NodeId::new(namespace, id), &namespaces);
            assert_eq!(text, expect);
            assert!(OpcUaNode::parse(&text).is_some(), "{text}");
        };
        check(2, "Press.State", "nsu=urn:plant;s=Press.State");
        // A name with a semicolon cannot be written.
        check(1, "x", "ns=1;s=x");
        check(7, "x", "ns=7;s=x");
        assert_eq!(text_of(&NodeId::new(0, 85u32), &namespaces), "i=85");
    }
}
