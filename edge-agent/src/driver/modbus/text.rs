//! What went wrong, for people.

use tokio_modbus::prelude::ExceptionCode;

use super::plan::Request;

/// What was asked for: `unit 1, holding:0..124`.
pub(super) fn range(request: &Request) -> String {
    let end = u32::from(request.address) + u32::from(request.count.max(1)) - 1;
    format!("unit {}, {}:{}..{end}", request.unit, request.table.code(), request.address)
}

/// What an exception says of a write; two of them say something else of a read.
pub(super) fn write_exception_text(code: ExceptionCode) -> String {
    let text = match code {
        ExceptionCode::IllegalFunction => "the device does not know this way of writing",
        ExceptionCode::IllegalDataValue => "the device does not take this value",
        _ => return exception_text(code),
    };
    format!("{text} (exception {})", u8::from(code))
}

pub(super) fn exception_text(code: ExceptionCode) -> String {
    let text = match code {
        ExceptionCode::IllegalFunction => "the device does not know this table",
        ExceptionCode::IllegalDataAddress => "no such address in the device",
        ExceptionCode::IllegalDataValue => "the device does not answer this many at once",
        ExceptionCode::ServerDeviceFailure => "failure in the device",
        ExceptionCode::Acknowledge => "the device needs longer",
        ExceptionCode::ServerDeviceBusy => "the device is busy",
        ExceptionCode::MemoryParityError => "memory error in the device",
        ExceptionCode::GatewayPathUnavailable => "the gateway has no path to the unit",
        ExceptionCode::GatewayTargetDevice => "the unit behind the gateway does not answer",
        ExceptionCode::Custom(_) => "refused",
    };
    format!("{text} (exception {})", u8::from(code))
}
