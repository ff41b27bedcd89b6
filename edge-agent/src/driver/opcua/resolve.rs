//! From what the configuration names to node ids of this server: namespaces by their names, and ways down the tree
//! by browse names.

use std::collections::HashMap;
use std::sync::Arc;

use opcua::client::Session;
use opcua::types::{
    BrowseDescription, BrowseDirection, BrowseResult, BrowseResultMask, ByteString, NodeClass, NodeId, ReadValueId,
    ReferenceDescription, ReferenceTypeId, StatusCode, TimestampsToReturn, VariableId, Variant,
};

use super::limits::answer;
use crate::config::{OpcUaNode, OpcUaTag};

/// Children of one node that are looked at; a folder with more is not on the way to a state.
const CHILDREN_MAX: usize = 10_000;
/// Answers that a server may spread them over.
const ROUNDS_MAX: usize = 1_000;

/// The node of each tag, or why there is none. `Err` when the server does not answer.
pub(super) async fn resolve(session: &Session, tags: &[OpcUaTag]) -> Result<Vec<Result<NodeId, String>>, String> {
    let mut tree = Tree { session, namespaces: Arc::default(), children: HashMap::new() };
    if tags.iter().any(|tag| tag.node.namespace.is_some()) {
        tree.namespaces = namespaces(session).await?;
    }
    let mut found = Vec::with_capacity(tags.len());
    for tag in tags {
        found.push(if tag.node.is_final() { Ok(tag.node.id.clone()) } else { tree.find(&tag.node).await? });
    }
    Ok(found)
}

struct Tree<'a> {
    session: &'a Session,
    namespaces: Arc<[String]>,
    /// Tags of one machine go the same way.
    children: HashMap<NodeId, Arc<[Child]>>,
}

pub(super) struct Child {
    pub(super) namespace: u16,
    pub(super) name: String,
    pub(super) node: NodeId,
    /// Only where it was asked for.
    pub(super) class: NodeClass,
}

impl Tree<'_> {
    async fn find(&mut self, node: &OpcUaNode) -> Result<Result<NodeId, String>, String> {
        let mut at = match in_namespace(node, &self.namespaces) {
            Ok(id) => id,
            Err(reason) => return Ok(Err(reason)),
        };
        for name in node.path.iter().flat_map(|path| path.split('/')) {
            let children = self.children_of(&at).await?;
            at = match child(&children, name) {
                Ok(next) => next,
                Err(reason) => return Ok(Err(format!("{node}: {reason}"))),
            };
        }
        Ok(Ok(at))
    }

    async fn children_of(&mut self, node: &NodeId) -> Result<Arc<[Child]>, String> {
        if let Some(known) = self.children.get(node) {
            return Ok(known.clone());
        }
        let children: Arc<[Child]> = children(self.session, node, BrowseResultMask::BrowseName as u32).await?.0.into();
        self.children.insert(node.clone(), children.clone());
        Ok(children)
    }
}

/// The nodes below one, with what `mask` asks for, and whether the server knows that one.
pub(super) async fn children(session: &Session, node: &NodeId, mask: u32) -> Result<(Vec<Child>, StatusCode), String> {
    let ask = BrowseDescription {
        node_id: node.clone(),
        browse_direction: BrowseDirection::Forward,
        reference_type_id: ReferenceTypeId::HierarchicalReferences.into(),
        include_subtypes: true,
        node_class_mask: 0,
        result_mask: mask,
    };
    let asked = [ask];
    let browse = session.browse(&asked, 0, None);
    let first = answer("browse", browse).await.map_err(|refusal| refusal.text)?;
    let next = |point: ByteString, is_over: bool| async move {
        answer("browse", session.browse_next(is_over, &[point])).await.map_err(|refusal| refusal.text)
    };
    gather(first, next).await
}

/// The children of a first answer and those after it. `next` goes on from a point, or tells the server to forget the rest.
/// A server that never comes to an end, with many children or with none, is not followed.
async fn gather<F>(
    mut results: Vec<BrowseResult>,
    mut next: impl FnMut(ByteString, bool) -> F,
) -> Result<(Vec<Child>, StatusCode), String>
where
    F: Future<Output = Result<Vec<BrowseResult>, String>>,
{
    let (mut children, mut status) = (Vec::new(), StatusCode::Good);
    for round in 1.. {
        let Some(result) = results.pop() else { break };
        if status.is_good() {
            status = result.status_code;
        }
        let room = CHILDREN_MAX - children.len();
        children.extend(result.references.into_iter().flatten().filter_map(Child::new).take(room));
        if result.continuation_point.is_null_or_empty() {
            break;
        }
        if children.len() == CHILDREN_MAX || round == ROUNDS_MAX {
            // Whatever it answers, there is nothing more to ask.
            let _ = next(result.continuation_point, true).await;
            break;
        }
        results = next(result.continuation_point, false).await?;
    }
    Ok((children, status))
}

impl Child {
    fn new(reference: ReferenceDescription) -> Option<Self> {
        // One with a name is at another server.
        let at_home = reference.node_id.server_index == 0 && reference.node_id.namespace_uri.is_null();
        at_home.then(|| Self {
            namespace: reference.browse_name.namespace_index,
            name: reference.browse_name.name.as_ref().to_owned(),
            node: reference.node_id.node_id,
            class: reference.node_class,
        })
    }
}

/// The child of this name. `3:Status` asks for one namespace, `Status` for the only one of that name.
fn child(children: &[Child], wanted: &str) -> Result<NodeId, String> {
    let (namespace, name) = match wanted.split_once(':') {
        Some((number, name)) => match number.parse::<u16>() {
            Ok(number) => (Some(number), name),
            Err(_) => (None, wanted),
        },
        None => (None, wanted),
    };
    let mut found = children.iter().filter(|c| c.name == name && namespace.is_none_or(|number| number == c.namespace));
    let first = found.next().ok_or_else(|| format!("there is no \"{wanted}\" on this way; check path"))?;
    if found.any(|other| other.node != first.node) {
        return Err(format!(
            "there are several \"{wanted}\" on this way; write the one that is meant like \"{}:{name}\"",
            first.namespace
        ));
    }
    Ok(first.node.clone())
}

pub(super) fn in_namespace(node: &OpcUaNode, namespaces: &[String]) -> Result<NodeId, String> {
    let Some(wanted) = &node.namespace else { return Ok(node.id.clone()) };
    let place = namespaces.iter().position(|name| **name == **wanted).and_then(|place| u16::try_from(place).ok());
    let Some(namespace) = place else {
        return Err(format!("{node}: the server has no namespace \"{wanted}\"; check node"));
    };
    Ok(NodeId { namespace, identifier: node.id.identifier.clone() })
}

pub(super) async fn namespaces(session: &Session) -> Result<Arc<[String]>, String> {
    let nodes = [ReadValueId::from(NodeId::from(VariableId::Server_NamespaceArray))];
    let read = session.read(&nodes, TimestampsToReturn::Neither, 0.0);
    let values = answer("ask for the server's namespaces", read).await.map_err(|refusal| refusal.text)?;
    let Some(Variant::Array(array)) = values.into_iter().next().and_then(|value| value.value) else {
        return Err("the server does not say its namespaces; write ns= instead of nsu=".into());
    };
    let name = |value: Variant| match value {
        Variant::String(name) => name.as_ref().to_owned(),
        _ => String::new(),
    };
    Ok(array.values.into_iter().map(name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_03_names_on_a_way_are_found_and_doubt_is_not_guessed_away() {
        let child_of = |namespace, name: &str, id: u32| Child {
            namespace,
            name: name.into(),
            node: NodeId::new(3, id),
            class: NodeClass::Object,
        };
        let children = [
            child_of(3, "Status", 1),
            child_of(4, "Status", 2),
            child_of(3, "Admin", 3),
            child_of(3, "Admin", 3),
            child_of(3, "a:b", 4),
        ];
        let check = |name, expect: Result<u32, &str>| match (child(&children, name), expect) {
            (Ok(node), Ok(id)) => assert_eq!(node, NodeId::new(3, id)),
            (Err(reason), Err(part)) => assert!(reason.contains(part), "{reason}"),
            (found, expect) => panic!("{name}: {found:?}, not {expect:?}"),
        };
        check("Status", Err("like \"3:Status\""));
        check("3:Status", Ok(1));
        check("4:Status", Ok(2));
        check("5:Status", Err("no \"5:Status\""));
        check("Admin", Ok(3));
        check("a:b", Ok(4));
        check("Nothing", Err("no \"Nothing\""));
    }

    /// How many children come of a server that gives so many in each answer and never ends, and what it was asked.
    async fn endless(each: usize) -> (usize, Vec<bool>) {
        let reference = ReferenceDescription {
            browse_name: opcua::types::QualifiedName::new(3, "Tag"),
            ..ReferenceDescription::default()
        };
        let answer = || BrowseResult {
            continuation_point: ByteString::from(b"more"),
            references: Some(vec![reference.clone(); each]),
            ..BrowseResult::default()
        };
        let mut asked = Vec::new();
        let found = gather(vec![answer()], |_, is_over| {
            asked.push(is_over);
            std::future::ready(Ok(vec![answer()]))
        });
        (found.await.unwrap().0.len(), asked)
    }

    #[tokio::test]
    async fn edge_03_a_server_that_always_has_more_children_is_left() {
        let (children, asked) = endless(3_000).await;
        assert_eq!((children, asked), (10_000, vec![false, false, false, true]));
        let (children, asked) = endless(0).await;
        assert_eq!((children, asked.len(), asked.iter().filter(|is_over| **is_over).count()), (0, 1_000, 1));
        assert_eq!(asked.last(), Some(&true));
    }

    #[test]
    fn edge_03_a_namespace_goes_by_its_name() {
        let node = |namespace: Option<&str>| OpcUaNode {
            namespace: namespace.map(Into::into),
            id: NodeId::new(2, "a"),
            path: None,
        };
        let namespaces = ["http://opcfoundation.org/UA/", "urn:server", "urn:other", "urn:plant"].map(String::from);
        assert_eq!(in_namespace(&node(None), &namespaces), Ok(NodeId::new(2, "a")));
        assert_eq!(in_namespace(&node(Some("urn:plant")), &namespaces), Ok(NodeId::new(3, "a")));
        assert!(in_namespace(&node(Some("urn:gone")), &namespaces).unwrap_err().contains("no namespace \"urn:gone\""));
    }
}
