//! JSON bodies: every mistake is a 400 that names the field (API-03).

use serde::de::DeserializeOwned;
use unison_api::error::ApiError;

/// Reads a body.
pub(super) fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    // serde would take the members of a list for those of a struct, in their order.
    if bytes.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'[') {
        return Err(ApiError::field("body", "must be a JSON object"));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|e| {
        let path = e.path().to_string();
        wrong(&path, &e.into_inner().to_string())
    })?;
    reader.end().map_err(|_| ApiError::field("body", "must be one JSON value and nothing after it"))?;
    Ok(value)
}

fn wrong(path: &str, message: &str) -> ApiError {
    let message = message.split(" at line ").next().unwrap_or(message);
    // serde names a missing or unknown field in its text only; its path is that of the object around it.
    let named = message
        .split('`')
        .nth(1)
        .filter(|_| message.starts_with("missing field") || message.starts_with("unknown field"));
    let outer = if path == "." { "" } else { path.trim_end_matches('?').trim_end_matches('.') };
    let field =
        match named {
            Some(name) if outer.is_empty() || outer == name || outer.ends_with(&format!(".{name}")) => {
                if outer.is_empty() { name.to_owned() } else { outer.to_owned() }
            }
            Some(name) => format!("{outer}.{name}"),
            None if outer.is_empty() => "body".to_owned(),
            None => outer.to_owned(),
        };
    let text = match message {
        m if m.starts_with("missing field") => "is missing".to_owned(),
        m if m.starts_with("unknown field") => {
            format!("is not a field of this request;{}", m.split_once(',').map_or("", |(_, rest)| rest))
        }
        m if m.starts_with("data did not match any variant") => "has the wrong type".to_owned(),
        m if m.starts_with("EOF while parsing") => "is no complete JSON".to_owned(),
        m => m.to_owned(),
    };
    ApiError::field(&field, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use unison_api::production::LogProduction;

    #[test]
    fn api_03_json_errors_name_the_field() {
        let field = |text: &str| {
            let error = json::<LogProduction>(text.as_bytes()).unwrap_err();
            assert_eq!(error.status, 400);
            error.body.details[0].field.clone()
        };
        assert_eq!(field(r#"{"work_order_id": 1, "quantity_completed": 1}"#), "hours_worked");
        assert_eq!(
            field(r#"{"work_order_id": 1, "quantity_completed": "x", "hours_worked": 1}"#),
            "quantity_completed"
        );
        assert_eq!(
            field(r#"{"work_order_id": 1, "quantity_completed": 1, "hours_worked": 1, "quantity": 3}"#),
            "quantity"
        );
        assert_eq!(field(r#"{"work_order_id": [], "quantity_completed": 1, "hours_worked": 1}"#), "work_order_id");
        assert_eq!(field("{"), "body");
        assert_eq!(field(r#"{"work_order_id": 1, "quantity_completed": 1, "hours_worked": 1} x"#), "body");
    }
}
