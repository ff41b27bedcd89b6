//! What a status code says about a write (OPC 10000-4, 5.11.4 and 7.38). Pure and total. Only "Good" itself is a yes, and
//! only a code that leaves no doubt is a no; everything else is unknown.

use opcua::types::{ResponseHeader, StatusCode, WriteResponse};

use crate::driver::Written;

/// The part of a status code that names it; the rest are flags.
const NAME_BITS: u32 = 0xffff_0000;
/// Says that the bits below are about a value.
const IS_OF_VALUE: u32 = 0x0400;
/// The value is at its lowest, at its highest, or cannot change.
const LIMIT_BITS: u32 = 0x0300;

/// What became of the one value of a request.
pub(super) fn of_response(response: &WriteResponse) -> Written {
    let ResponseHeader { service_result, .. } = response.response_header;
    if !service_result.is_good() {
        return of_fault(service_result);
    }
    match response.results.as_deref() {
        Some([code]) => of_code(*code),
        _ => Written::Unknown("the server answered for another number of values than one".into()),
    }
}

/// What a server says instead of an answer. Whatever it calls it, it is no yes.
pub(super) fn of_fault(code: StatusCode) -> Written {
    match of_code(code) {
        Written::Done => Written::Unknown("the server answered with a fault that names none".into()),
        other => other,
    }
}

fn of_code(code: StatusCode) -> Written {
    let named = StatusCode::from(code.bits() & NAME_BITS);
    match named {
        StatusCode::Good => good(code.bits()),
        StatusCode::GoodClamped => Written::Unknown(format!(
            "the server took another value, the nearest within its limits ({named}); look at it"
        )),
        StatusCode::GoodCompletesAsynchronously => Written::Unknown(format!(
            "the server took it and carries it out later ({named}); the value will show whether it did"
        )),
        _ => match why_not(named) {
            Some(why) => Written::Refused(format!("{why} ({named})")),
            None => Written::Unknown(format!("the server says {named}, which leaves open whether it happened")),
        },
    }
}

/// A Good with something beside it is none that can be believed: the machine may have another value.
fn good(bits: u32) -> Written {
    match bits {
        0 | IS_OF_VALUE => Written::Done,
        bits if bits & IS_OF_VALUE != 0 && bits & LIMIT_BITS != 0 => {
            Written::Unknown("the device says that the value is at its limit; look at it".into())
        }
        bits => Written::Unknown(format!(
            "the server says Good, with something beside it (0x{bits:08X}); look at the value"
        )),
    }
}

/// Why nothing was written, of the codes that say so beyond doubt. Failures of a device, of the way to it, time-outs
/// and a server's inner errors are none: they come in the middle as well.
const fn why_not(code: StatusCode) -> Option<&'static str> {
    Some(match code {
        StatusCode::BadNotWritable => "the server lets nobody write this node",
        StatusCode::BadUserAccessDenied => "the server does not let this user write this node",
        StatusCode::BadSecurityModeInsufficient => {
            "the server takes this only over a connection that is better secured"
        }
        StatusCode::BadTypeMismatch => "the server wants another type of value for this node",
        StatusCode::BadOutOfRange | StatusCode::BadNumericOverflow => {
            "the value is outside the range that the server allows"
        }
        StatusCode::BadInvalidArgument => "the server does not take this value",
        StatusCode::BadNodeIdUnknown => "the server has no such node; check node",
        StatusCode::BadNodeIdInvalid => "the server cannot read the node id; check node",
        StatusCode::BadAttributeIdInvalid => "this node has no value",
        StatusCode::BadIndexRangeInvalid
        | StatusCode::BadIndexRangeNoData
        | StatusCode::BadIndexRangeDataMismatch
        | StatusCode::BadDataEncodingInvalid
        | StatusCode::BadDataEncodingUnsupported => "the server does not take a single value for this node",
        StatusCode::BadWriteNotSupported => "the server does not support writing a value alone",
        StatusCode::BadNotSupported | StatusCode::BadNotImplemented | StatusCode::BadServiceUnsupported => {
            "the server does not support writing"
        }
        StatusCode::BadLocked => "another client has locked this node",
        StatusCode::BadRequestNotAllowed => "the server allows no writing in its present state",
        StatusCode::BadSessionNotActivated | StatusCode::BadSecureChannelIdInvalid => {
            "the server no longer knew the session; write again"
        }
        StatusCode::BadTooManyOperations | StatusCode::BadServerTooBusy => "the server has too much to do; write again",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_03_only_good_is_a_yes_and_only_what_is_certain_a_no() {
        let check = |code: StatusCode, expect: fn(&str) -> Written, words: &str| {
            let found = of_code(code);
            let (Written::Refused(why) | Written::Unknown(why)) = &found else { panic!("{code}: {found:?}") };
            assert_eq!(found, expect(why), "{code}");
            assert!(why.contains(words), "{why}");
        };
        let refused = |why: &str| Written::Refused(why.into());
        let unknown = |why: &str| Written::Unknown(why.into());
        assert_eq!(of_code(StatusCode::Good), Written::Done);
        // It is about a value, and says nothing of it.
        assert_eq!(of_code(StatusCode::from(0x0000_0400)), Written::Done);
        // Flags beside a no change nothing.
        check(StatusCode::from(0x803b_0001), refused, "lets nobody write this node (BadNotWritable)");
        for (code, words) in [
            (StatusCode::BadUserAccessDenied, "this user"),
            (StatusCode::BadTypeMismatch, "another type"),
            (StatusCode::BadOutOfRange, "outside the range that the server allows (BadOutOfRange)"),
            (StatusCode::BadNodeIdUnknown, "no such node"),
            (StatusCode::BadIndexRangeNoData, "single value"),
            (StatusCode::BadWriteNotSupported, "(BadWriteNotSupported)"),
            (StatusCode::BadLocked, "locked"),
            (StatusCode::BadSessionNotActivated, "write again"),
        ] {
            check(code, refused, words);
        }
        for (code, words) in [
            (StatusCode::GoodClamped, "another value"),
            (StatusCode::GoodCompletesAsynchronously, "later"),
            (StatusCode::GoodLocalOverride, "leaves open"),
            (StatusCode::UncertainLastUsableValue, "UncertainLastUsableValue"),
            (StatusCode::BadTimeout, "BadTimeout"),
            // A session may end while its requests are carried out.
            (StatusCode::BadSessionClosed, "BadSessionClosed, which leaves open"),
            (StatusCode::BadSessionIdInvalid, "BadSessionIdInvalid, which leaves open"),
            // Low, high, constant; an overflow; bits that mean nothing, and an inner structure that changed.
            (StatusCode::from(0x0000_0500), "at its limit"),
            (StatusCode::from(0x0000_0600), "at its limit"),
            (StatusCode::from(0x0000_0700), "at its limit"),
            (StatusCode::from(0x0000_0780), "at its limit"),
            (StatusCode::from(0x0000_0480), "Good, with something beside it (0x00000480)"),
            (StatusCode::from(0x0000_0300), "(0x00000300)"),
            (StatusCode::from(0x0000_0001), "(0x00000001)"),
            (StatusCode::from(0x0000_4000), "(0x00004000)"),
            (StatusCode::BadUnexpectedError, "leaves open"),
            (StatusCode::BadInternalError, "leaves open"),
            (StatusCode::BadDeviceFailure, "leaves open"),
            (StatusCode::BadNoCommunication, "leaves open"),
            (StatusCode::BadCommunicationError, "leaves open"),
            (StatusCode::from(0x8fff_0000), "leaves open"),
        ] {
            check(code, unknown, words);
        }
    }

    #[test]
    fn edge_03_a_yes_is_about_one_value() {
        let response = |service, results: Option<Vec<StatusCode>>| WriteResponse {
            response_header: ResponseHeader { service_result: service, ..ResponseHeader::null() },
            results,
            diagnostic_infos: None,
        };
        let good = StatusCode::Good;
        assert_eq!(of_response(&response(good, Some(vec![good]))), Written::Done);
        for results in [None, Some(vec![]), Some(vec![good, good])] {
            assert!(matches!(of_response(&response(good, results)), Written::Unknown(_)));
        }
        assert!(matches!(of_fault(good), Written::Unknown(_)));
        let denied = response(StatusCode::BadUserAccessDenied, Some(vec![good]));
        assert!(matches!(of_response(&denied), Written::Refused(_)));
        assert!(matches!(of_response(&response(StatusCode::BadTimeout, Some(vec![good]))), Written::Unknown(_)));
    }
}
