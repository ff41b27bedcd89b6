//! A client of either program's API, as a page or a script would be one.

use anyhow::{Context, Result, bail};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use std::sync::Once;
use std::time::Duration;

/// One caller of one program.
#[derive(Clone)]
pub struct Api {
    base: String,
    organization: Option<&'static str>,
    token: Option<String>,
    client: reqwest::Client,
}

/// Status and body of an answer.
#[derive(Debug, Clone)]
pub struct ApiResult {
    pub status: StatusCode,
    pub body: Value,
}

impl ApiResult {
    /// The body of a success.
    ///
    /// # Errors
    /// With status and body otherwise.
    pub fn ok(self) -> Result<Value> {
        if self.status.is_success() { Ok(self.body) } else { bail!("{}: {}", self.status, self.body) }
    }
}

impl Api {
    #[must_use]
    pub fn new(base: String, organization: Option<&'static str>) -> Self {
        static TLS: Once = Once::new();
        TLS.call_once(|| {
            // A second installer lost the race, which is fine.
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        let client = reqwest::Client::builder().timeout(Duration::from_secs(15)).build().unwrap_or_default();
        Self { base, organization, token: None, client }
    }

    /// Signs on with the given body.
    ///
    /// # Errors
    /// When the program refuses.
    pub async fn signed_on(mut self, login: &Value) -> Result<Self> {
        let answer = self.post("/auth/login", login).await?.ok()?;
        let token = answer["token"].as_str().context("a log-in answers a token")?;
        self.token = Some(token.to_owned());
        Ok(self)
    }

    /// Uses this token from now on.
    #[must_use]
    pub fn with_token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// Whether `/health` answers 200.
    ///
    /// # Errors
    /// When nothing answers.
    pub async fn health(&self) -> Result<bool> {
        let answer = self.client.get(format!("{}/health", self.base)).send().await?;
        Ok(answer.status().is_success())
    }

    /// GET under `/api/v1`, which must succeed.
    ///
    /// # Errors
    /// With status and body when it does not.
    pub async fn get(&self, path: &str) -> Result<Value> {
        self.call(Method::GET, path, None).await?.ok()
    }

    /// POST under `/api/v1`, whatever the answer.
    ///
    /// # Errors
    /// When nothing answers.
    pub async fn post(&self, path: &str, body: &Value) -> Result<ApiResult> {
        self.call(Method::POST, path, Some(body)).await
    }

    /// Any call under `/api/v1`, whatever the answer.
    ///
    /// # Errors
    /// When nothing answers.
    pub async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<ApiResult> {
        let mut request = self.client.request(method, format!("{}/api/v1{path}", self.base));
        if let Some(organization) = self.organization {
            request = request.header("X-Organization", organization);
        }
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(ApiResult { status, body })
    }
}
