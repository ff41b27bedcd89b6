//! OpenAPI 3.1 from the list of routes. Both programs register every route through such a list, so a
//! route without documentation, permission or body limit cannot exist.

#![expect(
    clippy::indexing_slicing,
    reason = "a JSON value indexed by a name inserts into the object made here, or reads null"
)]

use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Public by nature: log-in, health, documentation, enrolment; on the edge also reads.
    Public,
    /// Any authenticated user.
    Authenticated,
    /// A user with this permission, such as "work_orders:start".
    Permission(&'static str),
}

/// How a schema of a body is made.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// The schema of `T`, for the fields of [`RouteDoc`].
pub fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// A query parameter: name, whether it is required, and help.
pub type Query = (&'static str, bool, &'static str);

/// A header in which a call says something of itself.
#[derive(Clone, Copy)]
pub struct Header {
    pub name: &'static str,
    pub help: &'static str,
    pub is: HeaderIs,
    pub required: bool,
}

/// What a header holds.
#[derive(Clone, Copy)]
pub enum HeaderIs {
    Uuid,
    /// A whole number, from 0.
    Count,
    Text,
}

impl Header {
    fn parameter(&self) -> Value {
        let schema = match self.is {
            HeaderIs::Uuid => json!({"type": "string", "format": "uuid"}),
            HeaderIs::Count => json!({"type": "integer", "minimum": 0}),
            HeaderIs::Text => json!({"type": "string"}),
        };
        json!({"name": self.name, "in": "header", "required": self.required, "description": self.help, "schema": schema})
    }
}

/// What the world needs to know of one route.
#[derive(Clone, Copy)]
pub struct RouteDoc {
    /// Upper case.
    pub method: &'static str,
    /// Without the prefix `/api/v1`, with parameters as `{id}`.
    pub path: &'static str,
    pub summary: &'static str,
    pub access: Access,
    /// Largest body that is read, in bytes; 0 for none.
    pub body_bytes_max: usize,
    pub query: &'static [Query],
    /// The headers of ours that it reads and the document names.
    pub headers: &'static [Header],
    pub request: Option<SchemaOf>,
    /// Status of success and its body.
    pub response: (u16, Option<SchemaOf>),
}

impl RouteDoc {
    /// Whether it reads this header, whose name is given as [`Header::name`] has it.
    #[must_use]
    pub fn takes(&self, header: &str) -> bool {
        self.headers.iter().any(|h| h.name == header)
    }
}

/// Makes the document.
#[must_use]
pub fn document(title: &str, version: &str, routes: &[RouteDoc]) -> Value {
    let mut generator =
        SchemaSettings::draft2020_12().with(|s| s.definitions_path = "/components/schemas".into()).into_generator();
    let error = schema_of::<crate::error::ErrorBody>(&mut generator);
    let mut paths = Map::new();
    for route in routes {
        let operation = operation(route, &mut generator, &error);
        let path = paths.entry(format!("/api/v1{}", route.path)).or_insert_with(|| json!({}));
        if let Value::Object(path) = path {
            path.insert(route.method.to_lowercase(), operation);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": generator.take_definitions(true),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "unison_session"},
            },
        },
    })
}

fn operation(route: &RouteDoc, generator: &mut SchemaGenerator, error: &Schema) -> Value {
    let in_path = route.path.split('/').filter_map(|p| p.strip_prefix('{')?.strip_suffix('}'));
    let path_parameters =
        in_path.map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}));
    let query_parameters = route.query.iter().map(
        |(name, required, help)| json!({"name": name, "in": "query", "required": required, "description": help, "schema": {"type": "string"}}),
    );
    let (status, body) = route.response;
    let mut success = json!({"description": "Success"});
    if let Some(schema) = body {
        success["content"] = json!({"application/json": {"schema": schema(generator)}});
    }
    let refused = json!({"description": "Refused", "content": {"application/json": {"schema": error}}});
    let mut out = json!({
        "summary": route.summary,
        "operationId": operation_id(route),
        "parameters": path_parameters.chain(query_parameters).chain(route.headers.iter().map(Header::parameter)).collect::<Vec<_>>(),
        "responses": {status.to_string(): success, "default": refused},
    });
    match route.access {
        Access::Public => out["security"] = json!([]),
        Access::Authenticated => out["security"] = json!([{"bearer": []}, {"cookie": []}]),
        Access::Permission(permission) => {
            out["security"] = json!([{"bearer": []}, {"cookie": []}]);
            out["x-permission"] = json!(permission);
        }
    }
    if let Some(schema) = route.request {
        out["requestBody"] = json!({"content": {"application/json": {"schema": schema(generator)}}});
    }
    out
}

fn operation_id(route: &RouteDoc) -> String {
    let words = route.path.split(['/', '{', '}', '-', '.']).filter(|w| !w.is_empty());
    std::iter::once(route.method.to_lowercase()).chain(words.map(str::to_owned)).collect::<Vec<_>>().join("_")
}

/// A page that shows an OpenAPI document to people, without scripts.
#[must_use]
pub fn readable_page(document: &Value) -> String {
    let text = |v: &Value| escape(v.as_str().unwrap_or_default());
    let mut rows = String::new();
    let empty = Map::new();
    for (path, operations) in document["paths"].as_object().unwrap_or(&empty) {
        for (method, o) in operations.as_object().unwrap_or(&empty) {
            let permission =
                o["x-permission"].as_str().map_or_else(String::new, |p| format!("needs <code>{}</code>", escape(p)));
            let names = o["parameters"].as_array().map_or_else(String::new, |all| {
                all.iter().map(|p| format!("<code>{}</code>", text(&p["name"]))).collect::<Vec<_>>().join(" ")
            });
            rows.push_str(&format!(
                "<tr><th scope=row><code>{} {}</code></th><td>{}</td><td>{names}</td><td>{permission}</td></tr>",
                method.to_uppercase(),
                escape(path),
                text(&o["summary"]),
            ));
        }
    }
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><h1>{title} {version}</h1>\
         <p>The machine-readable document is <a href=\"/api/openapi.json\">/api/openapi.json</a>.\
         <table><thead><tr><th>Call<th>What it does<th>Parameters<th>Permission</thead><tbody>{rows}</tbody></table></html>",
        title = text(&document["info"]["title"]),
        version = text(&document["info"]["version"]),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn api_07_document_names_every_route_once() {
        let routes = [
            RouteDoc {
                method: "GET",
                path: "/kpi/oee",
                summary: "OEE of a range",
                access: Access::Authenticated,
                body_bytes_max: 0,
                query: &[("from", true, "RFC 3339")],
                headers: &[],
                request: None,
                response: (200, Some(schema_of::<crate::oee::OeeAnswer>)),
            },
            RouteDoc {
                method: "POST",
                path: "/work-orders/{id}/start",
                summary: "Start",
                access: Access::Permission("work_orders:start"),
                body_bytes_max: 4096,
                query: &[],
                headers: &[
                    Header { name: "Idempotency-Key", help: "Once", is: HeaderIs::Uuid, required: false },
                    Header { name: "X-Waited-Seconds", help: "So long", is: HeaderIs::Count, required: true },
                ],
                request: Some(schema_of::<crate::production::MoveWorkOrder>),
                response: (200, None),
            },
        ];
        let doc = document("Unison", "1", &routes);
        assert_eq!(doc["paths"]["/api/v1/kpi/oee"]["get"]["parameters"][0]["name"], "from");
        assert_eq!(doc["paths"]["/api/v1/work-orders/{id}/start"]["post"]["x-permission"], "work_orders:start");
        let start = &doc["paths"]["/api/v1/work-orders/{id}/start"]["post"]["parameters"];
        let headers: Vec<_> = (1..3).map(|i| ["name", "in", "required"].map(|of| &start[i][of])).collect();
        let shown = json!([["Idempotency-Key", "header", false], ["X-Waited-Seconds", "header", true]]);
        assert_eq!(json!(headers), shown);
        assert!(routes[1].takes("X-Waited-Seconds") && !routes[0].takes("X-Waited-Seconds"));
        assert_eq!(doc["paths"]["/api/v1/kpi/oee"]["get"]["parameters"].as_array().map(Vec::len), Some(1));
        assert!(doc["components"]["schemas"]["OeeAnswer"]["properties"]["coverage"].is_object());
        let reference = &doc["paths"]["/api/v1/kpi/oee"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
            ["$ref"];
        assert_eq!(reference, "#/components/schemas/OeeAnswer");
        assert!(readable_page(&doc).contains("POST /api/v1/work-orders/{id}/start"));
    }
}
