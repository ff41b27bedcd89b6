//! The headers in which a call says something of itself, beside those of HTTP. Who reads one names it from here, and
//! the description of a route lists those that it reads. Nothing is judged here.

use unison_api::openapi::{Header, HeaderIs};

pub(super) const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
pub(super) const ACTS_AS: &str = "X-Unison-User";
pub(super) const WAITED: &str = "X-Waited-Seconds";
pub(super) const ADMIN_TOKEN: &str = "X-Admin-Token";
pub(super) const REQUESTED_WITH: &str = "X-Requested-With";

const KEY_OF_NEW: Header = Header {
    name: IDEMPOTENCY_KEY,
    help: "A UUID that makes a repeated call the same one: the id of what the call makes, as uuid in the body. Anything else is refused",
    is: HeaderIs::Uuid,
    required: false,
};
const KEY_OF_STATE: Header = Header {
    name: IDEMPOTENCY_KEY,
    help: "Must be a UUID; this call is judged by state, so that repeating it changes nothing more or is refused",
    is: HeaderIs::Uuid,
    required: false,
};
const AS: Header = Header {
    name: ACTS_AS,
    help: "Id of the user as whom the caller acts; 401 where the session is somebody else's, as after a sign-on in another page of the browser",
    is: HeaderIs::Count,
    required: false,
};
const AGE: Header = Header {
    name: WAITED,
    help: "For how many seconds it waited with the client, so that it counts at the time at which it was written; 0 where missing, 7 days at most",
    is: HeaderIs::Count,
    required: false,
};
const OWN_PAGE: Header = Header {
    name: REQUESTED_WITH,
    help: "unison: needed of a caller whose session is a cookie and who is no page of this box, as no page of another site can send it",
    is: HeaderIs::Text,
    required: false,
};
const TOKEN_OR_PERSON: Header = Header {
    name: ADMIN_TOKEN,
    help: "The box's administrator token, which stands in the file admin.token of its data directory; without it a session is needed",
    is: HeaderIs::Text,
    required: false,
};
const TOKEN: Header = Header {
    help: "The box's administrator token, which stands in the file admin.token of its data directory",
    required: true,
    ..TOKEN_OR_PERSON
};

/// Of a read that needs a session.
pub(super) const OF_SESSION: &[Header] = &[AS];
/// Of a call that changes something and needs a session.
pub(super) const OF_CHANGE: &[Header] = &[KEY_OF_STATE, AS, OWN_PAGE];
/// Of one that makes something with an id of its own.
pub(super) const OF_NEW: &[Header] = &[KEY_OF_NEW, AS, OWN_PAGE];
/// Of the same where what is made counts at the time at which it was written.
pub(super) const OF_NEW_WITH_AGE: &[Header] = &[KEY_OF_NEW, AS, OWN_PAGE, AGE];
/// Of a call that changes something and needs no session.
pub(super) const OF_OPEN: &[Header] = &[KEY_OF_STATE];
/// Of one that an administrator of the box may do.
pub(super) const OF_ADMIN: &[Header] = &[KEY_OF_STATE, TOKEN];
/// Of one that an administrator of the box may do, or some person.
pub(super) const OF_ADMIN_OR_PERSON: &[Header] = &[KEY_OF_STATE, TOKEN_OR_PERSON, AS, OWN_PAGE];
