//! Which of a server's endpoints is used, and as whom. Pure but for the files of secrets. What a server lists is a
//! claim that nobody signed; so a weaker endpoint is never taken for want of a better one.

use std::fs;

use opcua::client::{IdentityToken, Password};
use opcua::crypto::SecurityPolicy;
use opcua::types::{EndpointDescription, MessageSecurityMode, UAString, UserTokenPolicy, UserTokenType};

use crate::config::{OpcUaMode, OpcUaPolicy, OpcUaSecurity, OpcUaUser};

/// Longer than any password; a file of this size is something else.
const PASSWORD_BYTES_MAX: usize = 4_096;

/// The endpoint that fits the configuration, or what does not fit.
pub(super) fn choose(
    endpoints: Vec<EndpointDescription>,
    url: &str,
    security: OpcUaSecurity,
    user: &OpcUaUser,
) -> Result<EndpointDescription, String> {
    let offered = offered(&endpoints);
    let fits = |endpoint: &EndpointDescription| match (security, policy_of(endpoint), mode_of(endpoint)) {
        (OpcUaSecurity::None, Ok(None), None) => Some(None),
        (OpcUaSecurity::Secure { policy, mode }, Ok(Some(found)), Some(found_mode))
            if mode == found_mode && policy.is_none_or(|wanted| wanted == found) =>
        {
            Some(Some(found))
        }
        _ => None,
    };
    let fitting: Vec<_> = endpoints
        .into_iter()
        .filter(speaks_binary)
        .filter_map(|endpoint| fits(&endpoint).map(|found| (found, endpoint)))
        .collect();
    if fitting.is_empty() {
        return Err(nothing_fits(security, &offered));
    }
    let mut usable: Vec<_> =
        fitting.into_iter().filter_map(|(found, e)| with_user(e, user).map(|e| (found, e))).collect();
    usable.sort_by_key(|(found, _)| *found);
    let Some((_, mut endpoint)) = usable.pop() else { return Err(no_user(user)) };
    // Servers name themselves by names that only they can resolve; we know how we got here.
    endpoint.endpoint_url = url.into();
    Ok(endpoint)
}

/// How the edge signs on, read anew each time: a password may be changed while the edge runs.
pub(super) fn identity(user: &OpcUaUser) -> Result<IdentityToken, String> {
    match user {
        OpcUaUser::Anonymous => Ok(IdentityToken::Anonymous),
        OpcUaUser::Password { name, file } => {
            let text = fs::read_to_string(file).map_err(|e| format!("password_file {}: {e}", file.display()))?;
            let text = text.trim_end_matches(['\r', '\n']);
            if text.is_empty() || text.len() > PASSWORD_BYTES_MAX {
                return Err(format!("password_file {}: holds no password; write it there", file.display()));
            }
            Ok(IdentityToken::UserName(name.clone(), Password::new(text)))
        }
        OpcUaUser::Certificate { certificate, key } => IdentityToken::new_x509_path(certificate, key).map_err(|_| {
            format!(
                "user_certificate_file {} (.der or .pem) or user_key_file {} (.pem) cannot be read as such",
                certificate.display(),
                key.display()
            )
        }),
    }
}

/// `Err` for a policy that is broken or unknown.
fn policy_of(endpoint: &EndpointDescription) -> Result<Option<OpcUaPolicy>, ()> {
    policy(endpoint.security_policy_uri.as_ref())
}

fn policy(uri: &str) -> Result<Option<OpcUaPolicy>, ()> {
    match SecurityPolicy::from_uri(uri) {
        SecurityPolicy::None => Ok(None),
        SecurityPolicy::Basic256Sha256 => Ok(Some(OpcUaPolicy::Basic256Sha256)),
        SecurityPolicy::Aes128Sha256RsaOaep => Ok(Some(OpcUaPolicy::Aes128Sha256RsaOaep)),
        SecurityPolicy::Aes256Sha256RsaPss => Ok(Some(OpcUaPolicy::Aes256Sha256RsaPss)),
        SecurityPolicy::Unknown | SecurityPolicy::Basic128Rsa15 | SecurityPolicy::Basic256 => Err(()),
    }
}

pub(super) const fn mode_of(endpoint: &EndpointDescription) -> Option<OpcUaMode> {
    match endpoint.security_mode {
        MessageSecurityMode::Sign => Some(OpcUaMode::Sign),
        MessageSecurityMode::SignAndEncrypt => Some(OpcUaMode::SignAndEncrypt),
        MessageSecurityMode::None | MessageSecurityMode::Invalid => None,
    }
}

/// Servers list other transports too.
fn speaks_binary(endpoint: &EndpointDescription) -> bool {
    let profile = endpoint.transport_profile_uri.as_ref();
    profile.is_empty() || profile.ends_with("/uatcp-uasc-uabinary")
}

/// The endpoint with the ways to sign on that this user may take, the best first; `None` when there is none.
fn with_user(mut endpoint: EndpointDescription, user: &OpcUaUser) -> Option<EndpointDescription> {
    let listed = endpoint.user_identity_tokens.take().unwrap_or_default();
    let wanted = match user {
        // A server that lists nothing takes everybody.
        OpcUaUser::Anonymous if listed.is_empty() => return Some(endpoint),
        OpcUaUser::Anonymous => UserTokenType::Anonymous,
        OpcUaUser::Password { .. } => UserTokenType::UserName,
        OpcUaUser::Certificate { .. } => UserTokenType::Certificate,
    };
    let channel = (endpoint.security_policy_uri.clone(), mode_of(&endpoint));
    let mut ways: Vec<_> = listed
        .into_iter()
        .filter(|token| token.token_type == wanted)
        .filter_map(|token| way(token, &channel, wanted))
        .collect();
    // The library takes the first.
    ways.sort_by_key(|token| std::cmp::Reverse(policy(token.security_policy_uri.as_ref()).ok().flatten()));
    endpoint.user_identity_tokens = Some(ways);
    endpoint.user_identity_tokens.as_ref().is_some_and(|ways| !ways.is_empty()).then_some(endpoint)
}

/// One way to sign on, if it is fit for a secret.
fn way(
    mut token: UserTokenPolicy,
    (policy_uri, mode): &(UAString, Option<OpcUaMode>),
    wanted: UserTokenType,
) -> Option<UserTokenPolicy> {
    if wanted == UserTokenType::Anonymous {
        return Some(token);
    }
    // "As the connection" (OPC 10000-4, 7.41); said here, because the library takes it for none.
    if token.security_policy_uri.is_empty() {
        token.security_policy_uri = policy_uri.clone();
    }
    let is_fit = match (policy(token.security_policy_uri.as_ref()), mode) {
        (Err(()), _) => false,
        (Ok(Some(_)), _) => true,
        // In the clear inside an encrypted connection.
        (Ok(None), Some(OpcUaMode::SignAndEncrypt)) => wanted == UserTokenType::UserName,
        (Ok(None), Some(OpcUaMode::Sign) | None) => false,
    };
    is_fit.then_some(token)
}

fn offered(endpoints: &[EndpointDescription]) -> String {
    let mut list: Vec<String> = endpoints
        .iter()
        .map(|endpoint| {
            let uri = endpoint.security_policy_uri.as_ref();
            let policy = uri.rsplit_once('#').map_or(uri, |(_, name)| name);
            match mode_of(endpoint) {
                Some(mode) => format!("{policy} {}", mode.code()),
                None => policy.to_owned(),
            }
        })
        .collect();
    list.sort();
    list.dedup();
    if list.is_empty() { "nothing".to_owned() } else { list.join(", ") }
}

fn nothing_fits(security: OpcUaSecurity, offered: &str) -> String {
    match security {
        OpcUaSecurity::None => format!("the server has no endpoint without security (it offers {offered})"),
        OpcUaSecurity::Secure { .. } if offered == "None" => {
            "the server offers no security; switch it on there, or write security_policy = \"None\" to read in the clear"
                .to_owned()
        }
        OpcUaSecurity::Secure { policy, mode } => {
            let wanted = match policy {
                Some(policy) => format!("does not offer {}", policy.code()),
                None => "offers no security_policy that is fit for use".to_owned(),
            };
            format!("the server {wanted} with security_mode {} (it offers {offered})", mode.code())
        }
    }
}

fn no_user(user: &OpcUaUser) -> String {
    match user {
        OpcUaUser::Anonymous => "the server wants to know who asks; write user_name and password_file",
        OpcUaUser::Password { .. } => {
            "the server takes no user name here, or only one whose password would travel in the clear"
        }
        OpcUaUser::Certificate { .. } => "the server takes no certificates of users here",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TCP: &str = "http://opcfoundation.org/UA-Profile/Transport/uatcp-uasc-uabinary";

    fn endpoint(policy: &str, mode: MessageSecurityMode, tokens: &[(UserTokenType, &str)]) -> EndpointDescription {
        let uri = |policy: &str| match policy {
            "" => UAString::null(),
            policy => format!("http://opcfoundation.org/UA/SecurityPolicy#{policy}").into(),
        };
        let token = |(token_type, policy): &(UserTokenType, &str)| UserTokenPolicy {
            policy_id: format!("{token_type:?}-{policy}").into(),
            token_type: *token_type,
            security_policy_uri: uri(policy),
            ..UserTokenPolicy::default()
        };
        EndpointDescription {
            endpoint_url: "opc.tcp://plc-inside:4840".into(),
            security_mode: mode,
            security_policy_uri: uri(policy),
            transport_profile_uri: TCP.into(),
            user_identity_tokens: Some(tokens.iter().map(token).collect()),
            ..EndpointDescription::default()
        }
    }

    fn secure(policy: Option<OpcUaPolicy>, mode: OpcUaMode) -> OpcUaSecurity {
        OpcUaSecurity::Secure { policy, mode }
    }

    const BEST: OpcUaSecurity = OpcUaSecurity::Secure { policy: None, mode: OpcUaMode::SignAndEncrypt };
    const ANYBODY: &[(UserTokenType, &str)] = &[(UserTokenType::Anonymous, "")];

    fn password() -> OpcUaUser {
        OpcUaUser::Password { name: "edge".into(), file: "/nowhere".into() }
    }

    /// The policy and mode of the chosen endpoint, or the refusal.
    #[track_caller]
    fn check(
        endpoints: &[EndpointDescription],
        security: OpcUaSecurity,
        user: &OpcUaUser,
        expect: Result<&str, &str>,
    ) -> Option<EndpointDescription> {
        match (choose(endpoints.to_vec(), "opc.tcp://10.0.0.6:4840", security, user), expect) {
            (Ok(found), Ok(expect)) => {
                assert_eq!(offered(std::slice::from_ref(&found)), expect);
                assert_eq!(found.endpoint_url.as_ref(), "opc.tcp://10.0.0.6:4840");
                Some(found)
            }
            (Err(found), Err(expect)) => {
                assert!(found.contains(expect), "{found}");
                None
            }
            (found, expect) => panic!("{found:?}, not {expect:?}"),
        }
    }

    #[test]
    fn edge_03_the_best_policy_is_taken_and_none_never_by_itself() {
        use MessageSecurityMode::{None, Sign, SignAndEncrypt};
        let all: Vec<_> =
            ["None", "Basic128Rsa15", "Basic256", "Basic256Sha256", "Aes128_Sha256_RsaOaep", "Aes256_Sha256_RsaPss"]
                .into_iter()
                .flat_map(|policy| {
                    let modes: &[_] = if policy == "None" { &[None] } else { &[Sign, SignAndEncrypt] };
                    modes.iter().map(move |mode| endpoint(policy, *mode, ANYBODY))
                })
                .collect();
        let user = OpcUaUser::Anonymous;
        check(&all, BEST, &user, Ok("Aes256_Sha256_RsaPss sign_and_encrypt"));
        check(&all, secure(Option::None, OpcUaMode::Sign), &user, Ok("Aes256_Sha256_RsaPss sign"));
        for policy in OpcUaPolicy::ALL {
            let expect = format!("{} sign_and_encrypt", policy.code());
            check(&all, secure(Some(policy), OpcUaMode::SignAndEncrypt), &user, Ok(&expect));
        }
        check(&all, OpcUaSecurity::None, &user, Ok("None"));
        check(&all[..1], BEST, &user, Err("write security_policy = \"None\" to read in the clear"));
        // Broken ones are none.
        check(
            &all[..5],
            BEST,
            &user,
            Err(
                "the server offers no security_policy that is fit for use with security_mode sign_and_encrypt (it offers Basic128Rsa15 sign, ",
            ),
        );
        check(&all[5..6], BEST, &user, Err("(it offers Basic256Sha256 sign)"));
        check(
            &all[5..7],
            secure(Some(OpcUaPolicy::Aes256Sha256RsaPss), OpcUaMode::Sign),
            &user,
            Err("the server does not offer Aes256_Sha256_RsaPss with security_mode sign "),
        );
        check(&all[1..], OpcUaSecurity::None, &user, Err("no endpoint without security"));
        check(&[], BEST, &user, Err("it offers nothing"));
        let web = EndpointDescription {
            transport_profile_uri: "http://opcfoundation.org/UA-Profile/Transport/https-uabinary".into(),
            ..all[6].clone()
        };
        check(&[web], BEST, &user, Err("it offers Basic256Sha256"));
    }

    #[test]
    fn edge_03_a_password_never_travels_in_the_clear() {
        use MessageSecurityMode::{None, Sign, SignAndEncrypt};
        let named = |policy, mode, token| endpoint(policy, mode, &[(UserTokenType::UserName, token)]);
        let way = |e: Option<EndpointDescription>| {
            let tokens = e.unwrap().user_identity_tokens.unwrap();
            tokens[0].security_policy_uri.as_ref().rsplit_once('#').unwrap().1.to_owned()
        };
        let clear = Err("travel in the clear");
        check(&[named("None", None, "")], OpcUaSecurity::None, &password(), clear);
        check(&[named("None", None, "None")], OpcUaSecurity::None, &password(), clear);
        check(&[named("None", None, "Basic128Rsa15")], OpcUaSecurity::None, &password(), clear);
        let open = check(&[named("None", None, "Basic256Sha256")], OpcUaSecurity::None, &password(), Ok("None"));
        assert_eq!(way(open), "Basic256Sha256");
        let signed = secure(Option::None, OpcUaMode::Sign);
        check(&[named("Basic256Sha256", Sign, "None")], signed, &password(), clear);
        let signed = check(&[named("Basic256Sha256", Sign, "")], signed, &password(), Ok("Basic256Sha256 sign"));
        assert_eq!(way(signed), "Basic256Sha256");
        let both = endpoint(
            "Aes256_Sha256_RsaPss",
            SignAndEncrypt,
            &[
                (UserTokenType::Anonymous, ""),
                (UserTokenType::UserName, "None"),
                (UserTokenType::UserName, "Basic256Sha256"),
            ],
        );
        let both = check(&[both], BEST, &password(), Ok("Aes256_Sha256_RsaPss sign_and_encrypt"));
        assert_eq!(way(both), "Basic256Sha256");
        check(&[endpoint("Basic256Sha256", SignAndEncrypt, ANYBODY)], BEST, &password(), clear);
        let certified = OpcUaUser::Certificate { certificate: "c".into(), key: "k".into() };
        let user = endpoint("Basic256Sha256", SignAndEncrypt, &[(UserTokenType::Certificate, "")]);
        assert_eq!(
            way(check(std::slice::from_ref(&user), BEST, &certified, Ok("Basic256Sha256 sign_and_encrypt"))),
            "Basic256Sha256"
        );
        check(&[user], BEST, &OpcUaUser::Anonymous, Err("write user_name and password_file"));
    }

    #[test]
    fn edge_03_the_password_comes_from_its_file_and_is_never_shown() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("password");
        let user = OpcUaUser::Password { name: "edge".into(), file: file.clone() };
        assert!(identity(&user).unwrap_err().contains("password_file"));
        fs::write(&file, "se cret\r\n").unwrap();
        let token = identity(&user).unwrap();
        assert!(!format!("{token:?}").contains("cret"), "{token:?}");
        assert!(matches!(token, IdentityToken::UserName(_, Password(text)) if text == "se cret"));
        fs::write(&file, "\n").unwrap();
        assert!(identity(&user).unwrap_err().contains("holds no password"));
    }
}
