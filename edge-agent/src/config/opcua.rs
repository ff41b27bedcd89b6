//! Reads OPC UA connections: where the server is, how the way to it is secured and what is asked of each node.

use std::path::PathBuf;
use std::sync::Arc;

use opcua::types::NodeId;
use toml::Spanned;

use super::connection::{PERIOD_MS, Tags, add_tag, scaling, tag_name};
use super::fields::Fields;
use super::register::TagType;
use super::{DriverConfig, Scaling, TagInfo};
use crate::driver::{self, TagIndex, Value};

/// How often a server is asked to say that nothing changed.
pub(crate) const OPCUA_CONFIRM_MS: u32 = 1_000;
const SAMPLING_MS: u32 = 250;
/// Values that a server keeps of one node between two publishings, when nothing is said.
const QUEUE_SIZE: u32 = 10;
const QUEUE_SIZES: std::ops::RangeInclusive<u32> = 1..=10_000;
/// Names below a node. Deeper models exist nowhere.
const PATH_MAX: usize = 16;

/// One OPC UA server.
#[derive(Clone, Debug)]
pub struct OpcUaConfig {
    pub endpoint: String,
    pub security: OpcUaSecurity,
    pub user: OpcUaUser,
    /// What becomes of a certificate of the server that was never seen before.
    pub first_trust: FirstTrust,
    /// How often the server sends what it gathered.
    pub publishing_ms: u32,
    pub tags: Vec<OpcUaTag>,
}

impl OpcUaConfig {
    /// Whether the server proves who it is.
    #[must_use]
    pub fn pins(&self) -> bool {
        self.security != OpcUaSecurity::None
    }

    /// Whether a value may be written to a tag, as far as its type tells; what its node takes, the server says. The
    /// reason is for the one who writes.
    ///
    /// # Errors
    /// When it does not fit, or the tag is not writable.
    pub fn check_write(&self, tag: TagIndex, value: Value) -> Result<(), String> {
        let tag = self.tags.iter().find(|of| of.tag == tag).ok_or("is no tag of this connection")?;
        driver::opcua::check_write(tag, value)
    }
}

/// How messages travel. In the clear only when that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpcUaSecurity {
    None,
    Secure {
        /// The best that the server offers when nothing is written.
        policy: Option<OpcUaPolicy>,
        mode: OpcUaMode,
    },
}

/// The policies that are not broken, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OpcUaPolicy {
    Basic256Sha256,
    Aes128Sha256RsaOaep,
    Aes256Sha256RsaPss,
}

impl OpcUaPolicy {
    pub const ALL: [Self; 3] = [Self::Basic256Sha256, Self::Aes128Sha256RsaOaep, Self::Aes256Sha256RsaPss];

    /// As the standard writes it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Basic256Sha256 => "Basic256Sha256",
            Self::Aes128Sha256RsaOaep => "Aes128_Sha256_RsaOaep",
            Self::Aes256Sha256RsaPss => "Aes256_Sha256_RsaPss",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpcUaMode {
    Sign,
    SignAndEncrypt,
}

impl OpcUaMode {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Sign => "sign",
            Self::SignAndEncrypt => "sign_and_encrypt",
        }
    }
}

/// As whom the edge signs on. Secrets lie in files of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpcUaUser {
    Anonymous,
    Password { name: String, file: PathBuf },
    Certificate { certificate: PathBuf, key: PathBuf },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstTrust {
    /// The first one seen is pinned.
    FirstUse,
    /// A person has to look at the first one too.
    Confirm,
}

#[derive(Clone, Debug)]
pub struct OpcUaTag {
    pub tag: TagIndex,
    pub node: OpcUaNode,
    pub kind: TagType,
    pub scaling: Option<Scaling>,
    /// How often the server looks at the value.
    pub sampling_ms: u32,
    /// Values it keeps until it sends them.
    pub queue_size: u32,
    /// Which value goes when there are more.
    pub discard_oldest: bool,
    /// Smaller changes are not sent.
    pub deadband: Option<Deadband>,
    /// People may write it.
    pub writable: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Deadband {
    /// In the unit of the server's value, before scale and offset.
    Absolute(f64),
    /// Of the range that the server gives for the value.
    Percent(f64),
}

/// A node as the file names it; what it is at this server is found out when the connection opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpcUaNode {
    /// The name of its namespace. Its number may be another after the next restart of the server.
    pub namespace: Option<Arc<str>>,
    pub id: NodeId,
    /// Names on the way down from there.
    pub path: Option<Arc<str>>,
}

impl OpcUaNode {
    /// `ns=2;s=Press.State`, `i=2258` or `nsu=urn:plant;s=Press.State`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (namespace, id) = match text.strip_prefix("nsu=") {
            Some(rest) => {
                let (namespace, id) = rest.split_once(';')?;
                (Some(namespace).filter(|n| !n.is_empty() && !id.starts_with("ns=")), id)
            }
            None => (None, text),
        };
        if namespace.is_none() && text.starts_with("nsu=") {
            return None;
        }
        Some(Self { namespace: namespace.map(Into::into), id: id.parse().ok()?, path: None })
    }

    /// Whether something must be asked before the node id is known.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        self.namespace.is_none() && self.path.is_none()
    }
}

impl std::fmt::Display for OpcUaNode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(namespace) = &self.namespace {
            write!(f, "nsu={namespace};")?;
        }
        write!(f, "{}", self.id)?;
        self.path.iter().try_for_each(|path| write!(f, "/{path}"))
    }
}

pub(super) fn opcua(table: &mut Fields<'_, '_>, tags: &mut Tags, connection: usize) -> Option<DriverConfig> {
    let endpoint = endpoint(table);
    let security = security(table);
    let user = user(table);
    if security == Some(OpcUaSecurity::None) && user.as_ref().is_some_and(|user| *user != OpcUaUser::Anonymous) {
        // It would be encrypted for whoever answers, with a certificate that nobody signed for.
        table.say_here(
            "the user: with security_policy \"None\" nobody knows who gets the password; leave security_policy out, or \
             read without a user"
                .into(),
        );
        return None;
    }
    let first_trust = table.word("trust", &[("first_use", FirstTrust::FirstUse), ("confirm", FirstTrust::Confirm)]);
    let sampling_ms = table.whole_or("sampling_ms", SAMPLING_MS, PERIOD_MS, " ms (50 ms to 1 h)");
    let publishing_ms =
        table.whole_or("publishing_ms", sampling_ms.unwrap_or(SAMPLING_MS), PERIOD_MS, " ms (50 ms to 1 h)");
    let common = Common { connection, sampling_ms: sampling_ms.unwrap_or(SAMPLING_MS), publishing_ms };
    let mut list = Vec::new();
    for mut tag in table.tables("tag") {
        let read = opcua_tag(&mut tag, tags, &common);
        tag.finish();
        list.extend(read);
    }
    if list.is_empty() && !table.has("tag") {
        table.say_here("no tags; add [[connection.tag]] or remove the connection".into());
    }
    let first_trust = match first_trust {
        Some(word) if security == Some(OpcUaSecurity::None) => {
            table.say(word.span(), "trust: without security nobody proves who they are; remove the line".into());
            return None;
        }
        Some(word) => word.into_inner(),
        None if table.has("trust") => return None,
        None => FirstTrust::FirstUse,
    };
    sampling_ms?;
    Some(DriverConfig::OpcUa(OpcUaConfig {
        endpoint: endpoint?,
        security: security?,
        user: user?,
        first_trust,
        publishing_ms: publishing_ms?,
        tags: list,
    }))
}

fn endpoint(table: &mut Fields<'_, '_>) -> Option<String> {
    let endpoint = table.need_text("endpoint", "like \"opc.tcp://10.0.0.6:4840\"")?;
    let host = endpoint.get_ref().strip_prefix("opc.tcp://").unwrap_or_default();
    if host.is_empty() || host.starts_with(['/', ':']) || host.contains(char::is_whitespace) {
        table.wrong(&endpoint, "endpoint", "is not an OPC UA address; write it like \"opc.tcp://10.0.0.6:4840\"");
        return None;
    }
    Some(endpoint.into_inner())
}

fn security(table: &mut Fields<'_, '_>) -> Option<OpcUaSecurity> {
    let mut words = vec![("None", None)];
    words.extend(OpcUaPolicy::ALL.map(|policy| (policy.code(), Some(policy))));
    let policy = table.word("security_policy", &words);
    let mode =
        table.word("security_mode", &[OpcUaMode::Sign, OpcUaMode::SignAndEncrypt].map(|mode| (mode.code(), mode)));
    if (table.has("security_policy") && policy.is_none()) || (table.has("security_mode") && mode.is_none()) {
        return None;
    }
    match (policy.map(Spanned::into_inner), mode) {
        (Some(None), None) => Some(OpcUaSecurity::None),
        (Some(None), Some(mode)) => {
            table.say(mode.span(), "security_mode: security_policy \"None\" has none; remove one of the two".into());
            None
        }
        (policy, mode) => Some(OpcUaSecurity::Secure {
            policy: policy.flatten(),
            mode: mode.map_or(OpcUaMode::SignAndEncrypt, Spanned::into_inner),
        }),
    }
}

fn user(table: &mut Fields<'_, '_>) -> Option<OpcUaUser> {
    const KEYS: [&str; 4] = ["user_name", "password_file", "user_certificate_file", "user_key_file"];
    let given = KEYS.map(|key| table.has(key));
    let [name, file, certificate, key] = KEYS.map(|key| table.text(key).map(Spanned::into_inner));
    match given {
        [false, false, false, false] => Some(OpcUaUser::Anonymous),
        [true, true, false, false] => Some(OpcUaUser::Password { name: name?, file: file?.into() }),
        [false, false, true, true] => {
            Some(OpcUaUser::Certificate { certificate: certificate?.into(), key: key?.into() })
        }
        _ => {
            table.say_here(
                "the user: write user_name with password_file, or user_certificate_file with user_key_file, or \
                 none of them"
                    .into(),
            );
            None
        }
    }
}

/// What a tag takes from its connection.
struct Common {
    connection: usize,
    sampling_ms: u32,
    /// `None` after an error.
    publishing_ms: Option<u32>,
}

fn opcua_tag(table: &mut Fields<'_, '_>, tags: &mut Tags, common: &Common) -> Option<OpcUaTag> {
    let name = tag_name(table, tags);
    let node = node(table);
    // Digits coded in binary are a way of Modbus.
    let words: Vec<_> =
        TagType::WORDS.into_iter().filter(|(_, kind)| kind.is_binary() || *kind == TagType::String).collect();
    let types: Vec<_> = words.iter().map(|(word, _)| *word).collect();
    let kind = table.need_word("type", &words, &format!("one of: {}", types.join(", ")));
    let scaling = scaling(table, kind.as_ref().map(|kind| *kind.get_ref()));
    let sampling_ms = table.whole_or("sampling_ms", common.sampling_ms, PERIOD_MS, " ms (50 ms to 1 h)");
    let publishing_ms = common.publishing_ms.unwrap_or(common.sampling_ms);
    // Twice what comes together between two publishings, so that one late publishing loses nothing.
    let usual =
        (publishing_ms / sampling_ms.unwrap_or(1).max(1)).saturating_mul(2).clamp(QUEUE_SIZE, *QUEUE_SIZES.end());
    let queue_size = table.whole_or("queue_size", usual, QUEUE_SIZES, " values");
    let discard = table.word("discard", &[("oldest", true), ("newest", false)]);
    let is_discard_wrong = discard.is_none() && table.has("discard");
    let (keep, writable) = (table.flag("keep"), table.flag("writable"));
    let deadband = deadband(table, kind.as_ref().map(|kind| *kind.get_ref()));
    let all = (node, kind, scaling, sampling_ms, queue_size, deadband, keep.zip(writable));
    let (Some(node), Some(kind), Some(scaling), Some(sampling_ms), Some(queue_size), Some(deadband), Some(flags)) = all
    else {
        tags.broken.extend(name.map(Spanned::into_inner));
        return None;
    };
    if is_discard_wrong {
        tags.broken.extend(name.map(Spanned::into_inner));
        return None;
    }
    let (kind, (keep, writable)) = (kind.into_inner(), flags);
    // A subscription only speaks of changes; the keep-alive confirms the rest once a second.
    let period_ms = sampling_ms.max(publishing_ms).max(OPCUA_CONFIRM_MS);
    let (connection, scaled) = (common.connection, scaling.is_some());
    let info = TagInfo { name: "".into(), connection, kind, scaled, period_ms, keep, writable };
    let tag = add_tag(table, tags, name?, info)?;
    let discard_oldest = discard.is_none_or(Spanned::into_inner);
    Some(OpcUaTag { tag, node, kind, scaling, sampling_ms, queue_size, discard_oldest, deadband, writable })
}

fn node(table: &mut Fields<'_, '_>) -> Option<OpcUaNode> {
    let text = table.need_text("node", "like \"ns=2;s=Press.State\"");
    let path = table.text("path");
    let is_path_wrong = path.is_none() && table.has("path");
    let text = text?;
    let Some(mut node) = OpcUaNode::parse(text.get_ref()) else {
        table.wrong(
            &text,
            "node",
            "is not a node id; write it like \"ns=2;s=Press.State\", \"ns=2;i=1001\" or \"nsu=urn:plant;s=Press.State\"",
        );
        return None;
    };
    if let Some(path) = path {
        let names: Vec<&str> = path.get_ref().split('/').map(str::trim).collect();
        if names.len() > PATH_MAX || names.iter().any(|name| name.is_empty()) {
            table.wrong(
                &path,
                "path",
                format!("is not a way down from the node; write 1 to {PATH_MAX} names like \"Status/StateCurrent\""),
            );
            return None;
        }
        node.path = Some(names.join("/").into());
    }
    (!is_path_wrong).then_some(node)
}

/// `Some(None)` without one, `None` after an error.
#[expect(clippy::option_option, reason = "absent and wrong are different")]
fn deadband(table: &mut Fields<'_, '_>, kind: Option<TagType>) -> Option<Option<Deadband>> {
    let (is_absolute, is_percent) = (table.has("deadband"), table.has("deadband_percent"));
    let (absolute, percent) = (table.number("deadband"), table.number("deadband_percent"));
    let (key, found) = match (is_absolute, is_percent) {
        (false, false) => return Some(None),
        (true, true) => {
            table.say_here("deadband and deadband_percent: write one of them".into());
            return None;
        }
        (true, false) => ("deadband", absolute?),
        (false, true) => ("deadband_percent", percent?),
    };
    if matches!(kind, Some(TagType::Bool | TagType::String)) {
        table.say(found.span(), format!("{key}: only a number has one; remove it"));
        return None;
    }
    let limit = if is_percent { 100.0 } else { f64::MAX };
    if *found.get_ref() <= 0.0 || *found.get_ref() > limit {
        let wanted = if is_percent { "more than 0, at most 100" } else { "more than 0" };
        table.say(found.span(), format!("{key} {}: out of range; write {wanted}", found.get_ref()));
        return None;
    }
    let value = found.into_inner();
    Some(Some(if is_percent { Deadband::Percent(value) } else { Deadband::Absolute(value) }))
}
