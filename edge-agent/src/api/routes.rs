//! THE list of routes. The router, the OpenAPI document and the readable page are made from it; what is
//! not here cannot be called. Reads are open in the hall (no log-in to look); writes need a person.

mod reads;
mod writes;

use unison_api::openapi::{Access, Header, Query, RouteDoc, SchemaOf, schema_of};

use super::router::{Handler, Route};
use super::{floor, headers, https, sign_on};

/// Largest body of a call; nearly all of them are a few fields.
const BODY: usize = 16 * 1024;

const PAGE: Query = ("page", false, "Page, from 1");
const PER_PAGE: Query = ("per_page", false, "Rows of a page, 1 to 100; 50 where missing");

macro_rules! to {
    ($handler:path) => {
        (|call| Box::pin($handler(call))) as Handler
    };
}
use to;

impl Route {
    /// That it reads these headers, and no others of ours.
    fn reading(mut self, headers: &'static [Header]) -> Self {
        self.doc.headers = headers;
        self
    }
}

/// Every route.
pub(super) fn all() -> Vec<Route> {
    [
        reads::machines_and_work(),
        reads::tags(),
        sign_on(),
        writes::machines_and_work(),
        writes::people(),
        certificate(),
        documents(),
    ]
    .concat()
}

fn read(path: &'static str, summary: &'static str, query: &'static [Query], body: SchemaOf, handler: Handler) -> Route {
    let response = (200, Some(body));
    let doc = RouteDoc {
        method: "GET",
        path,
        summary,
        access: Access::Public,
        body_bytes_max: 0,
        query,
        headers: &[],
        request: None,
        response,
    };
    Route { doc, handler }
}

fn write(
    (method, path): (&'static str, &'static str),
    summary: &'static str,
    access: Access,
    request: Option<SchemaOf>,
    response: (u16, Option<SchemaOf>),
    handler: Handler,
) -> Route {
    Route {
        doc: RouteDoc {
            method,
            path,
            summary,
            access,
            body_bytes_max: BODY,
            query: &[],
            headers: if matches!(access, Access::Public) { headers::OF_OPEN } else { headers::OF_CHANGE },
            request,
            response,
        },
        handler,
    }
}

fn sign_on() -> Vec<Route> {
    const OPEN: Access = Access::Public;
    let session: (u16, Option<SchemaOf>) = (200, Some(schema_of::<sign_on::Session>));
    let me = Route {
        doc: RouteDoc {
            access: Access::Authenticated,
            headers: headers::OF_SESSION,
            ..read("/me", "Who is signed on", &[], schema_of::<sign_on::Session>, to!(sign_on::me)).doc
        },
        handler: to!(sign_on::me),
    };
    vec![
        me,
        write(
            ("POST", "/auth/login"),
            "Sign on with tile and PIN",
            OPEN,
            Some(schema_of::<sign_on::Login>),
            session,
            to!(sign_on::login),
        ),
        write(
            ("POST", "/auth/badge"),
            "Sign on with a badge",
            OPEN,
            Some(schema_of::<sign_on::Badge>),
            session,
            to!(sign_on::badge),
        ),
        write(("POST", "/auth/logout"), "Sign off", Access::Authenticated, None, (204, None), to!(sign_on::logout)),
        write(
            ("POST", "/operators/{id}/pin"),
            "Set a PIN: with the administrator token, or one's own with the old PIN",
            OPEN,
            Some(schema_of::<sign_on::NewPin>),
            (204, None),
            to!(sign_on::set_pin),
        )
        .reading(headers::OF_ADMIN_OR_PERSON),
    ]
}

/// The certificate of HTTPS; changes ask for the box's administrator token themselves.
fn certificate() -> Vec<Route> {
    let view: (u16, Option<SchemaOf>) = (200, Some(schema_of::<https::CertificateView>));
    let change = |method, path, summary, request, handler| {
        write((method, path), summary, Access::Public, request, view, handler).reading(headers::OF_ADMIN)
    };
    let with_chain = Some(schema_of::<https::NewCertificate> as SchemaOf);
    let mut put = change(
        "PUT",
        "/certificate",
        "Serve HTTPS with this certificate; with the administrator token, over HTTPS or from the box itself",
        with_chain,
        to!(https::put),
    );
    put.doc.body_bytes_max = https::BODY_BYTES_MAX;
    let binary = |path, summary, query, handler| {
        let doc = RouteDoc { response: (200, None), ..read(path, summary, query, schema_of::<()>, handler).doc };
        Route { doc, handler }
    };
    vec![
        read(
            "/certificate",
            "The certificate of HTTPS and who issued it",
            &[],
            schema_of::<https::CertificateView>,
            to!(https::get),
        ),
        put,
        change(
            "DELETE",
            "/certificate",
            "Return to the plant authority; with the administrator token",
            None,
            to!(https::delete),
        ),
        change(
            "POST",
            "/authority/renew",
            "Make a new plant authority, which every device has to trust anew; with the administrator token",
            None,
            to!(https::renew),
        ),
        binary(
            "/authority.crt",
            "The plant authority for devices that shall trust this box (DER)",
            &[],
            to!(https::authority),
        ),
        binary(
            "/trust.svg",
            "The address of the page /trust as a QR code",
            &[("host", false, "Name or address of this box; its best one where missing")],
            to!(https::qr),
        ),
    ]
}

fn documents() -> Vec<Route> {
    let plain = |path, summary, handler| Route {
        doc: RouteDoc { response: (200, None), ..read(path, summary, &[], schema_of::<()>, handler).doc },
        handler,
    };
    vec![
        plain(
            "/events",
            "Live events (text/event-stream): snapshot, machines, queue, scan, downtime, production_log, handover, heartbeat",
            to!(floor::events),
        ),
        plain("/metrics", "Figures of this program for Prometheus", to!(floor::metrics)),
        plain("/openapi.json", "This description", to!(floor::openapi)),
        plain("/docs", "This description for people", to!(floor::docs)),
    ]
}
