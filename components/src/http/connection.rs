//! What a `Connection` of type `http` says, and the pool made of it. One pool per connection document.

use std::{collections::BTreeMap, sync::Arc};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    HeaderMap, Uri,
    header::{AUTHORIZATION, HeaderName, HeaderValue},
};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioTimer},
};
use sdk::{Class, Context, Document, Duration, Error, Resource, schemars};
use serde::Deserialize;

use super::{
    dial::{Dial, Origin, Resolve, System},
    guard::Reach,
    tls,
};

/// A service reached over HTTP.
#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct HttpConnection {
    /// Always `http`.
    pub r#type: String,
    /// Where the service is, such as `https://orders.example` or `http://orders.svc:8080/api`.
    pub base_url: String,
    /// How we identify ourselves.
    #[serde(default)]
    pub auth: Option<Auth>,
    /// How long one call may take, such as `3s`.
    #[serde(default)]
    pub timeout: Option<Duration>,
    /// The service is inside our own network or on this machine. Without it only public addresses are
    /// connected to.
    #[serde(default)]
    pub internal: bool,
    /// Headers sent with every call. A value may be a `secret://` reference.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Other addresses that this service may redirect to. They never see our credentials.
    #[serde(default)]
    pub redirect_to: Vec<String>,
    /// The certificate authority that signed the service's certificate, in PEM, if it is no public one.
    #[serde(default)]
    pub ca: Option<String>,
    /// How the service signs what it sends to us. Used for callbacks, not for calls.
    #[serde(default)]
    pub signature: Option<serde_json::Value>,
}

/// How we identify ourselves. Every credential is a `secret://` reference.
#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub enum Auth {
    /// A token, sent as `Authorization: Bearer …`.
    Bearer(String),
    /// `user:password`, sent as `Authorization: Basic …`.
    Basic(String),
    /// A key in a header of its own.
    Header {
        /// The header's name.
        name: String,
        /// The secret it carries.
        value: String,
    },
    /// A client certificate with its private key, both in PEM.
    Mtls(String),
}

impl Document for HttpConnection {
    const KIND: &'static str = "Connection";
    const TYPE: Option<&'static str> = Some("http");

    fn validate(&self) -> Result<(), Error> {
        let why = self.check().err();
        why.map_or(Ok(()), |why| Err(Error::validation("CONFIG_INVALID", format!("connection: {why}"))))
    }
}
sdk::document!(HttpConnection);

impl HttpConnection {
    /// The base address and all origins, the own one first, or what is wrong.
    fn check(&self) -> Result<(Uri, Arc<[Origin]>), String> {
        if self.r#type != "http" {
            return Err("its type is not `http`".to_owned());
        }
        let base: Uri = self.base_url.parse().map_err(|_| "`baseUrl` is no address".to_owned())?;
        let is_plain = base.query().is_none() && !self.base_url.contains('#');
        let origin = Origin::of(&base).filter(|_| is_plain).ok_or_else(|| {
            "`baseUrl` must be http or https with a host, without user, query and fragment".to_owned()
        })?;
        let mut origins = vec![origin];
        for other in &self.redirect_to {
            let other = other.parse().ok().and_then(|uri| Origin::of(&uri));
            origins.push(other.ok_or_else(|| "`redirectTo` must hold http or https addresses".to_owned())?);
        }
        let reference = match &self.auth {
            None => None,
            Some(Auth::Mtls(_)) if !self.redirect_to.is_empty() => {
                let why =
                    "`redirectTo` cannot stand beside `auth.mtls`: the certificate would be shown there";
                return Err(why.to_owned());
            }
            Some(
                Auth::Bearer(reference)
                | Auth::Basic(reference)
                | Auth::Mtls(reference)
                | Auth::Header { value: reference, .. },
            ) => Some(reference),
        };
        if reference.is_some_and(|reference| !reference.starts_with("secret://")) {
            return Err("`auth` takes a reference, such as `secret://orders-token`".to_owned());
        }
        Ok((base, origins.into()))
    }
}

/// The HTTP client of every connection.
pub(super) type HttpClient = Client<HttpsConnector<Dial>, Full<Bytes>>;

/// A connection ready to be called.
pub(super) struct Pool {
    pub(super) client: HttpClient,
    /// Scheme and authority, then the path that every call starts with.
    pub(super) base: (String, String),
    /// Where calls may go: the connection's own origin first.
    pub(super) origins: Arc<[Origin]>,
    pub(super) timeout: Option<Duration>,
    settings: HttpConnection,
}

impl Pool {
    /// The pool of `resource`, on the machine's resolver.
    pub(super) fn build(resource: &Resource, cx: &Context) -> Result<Self, Error> {
        Self::resolving(resource, cx, Arc::new(System))
    }

    /// The pool of `resource`, on another resolver.
    pub(super) fn resolving(
        resource: &Resource,
        cx: &Context,
        resolver: Arc<dyn Resolve>,
    ) -> Result<Self, Error> {
        let invalid = |message: &str| {
            let message = format!("connection `{}`: {message}", resource.name);
            Error::new(Class::Internal, "CONNECTION_INVALID", message)
        };
        let settings =
            HttpConnection::deserialize(&resource.body).map_err(|fault| invalid(&fault.to_string()))?;
        let (base, origins) = settings.check().map_err(|why| invalid(&why))?;
        let reach = match (settings.internal, cx.is_development()) {
            (true, _) => Reach::Internal,
            (false, true) => Reach::Development,
            (false, false) => Reach::Public,
        };
        let certificate = match &settings.auth {
            Some(Auth::Mtls(reference)) => Some(cx.secret(reference)?),
            _ => None,
        };
        let tls = tls::settings(settings.ca.as_deref(), certificate.as_ref())?;
        let dial = Dial { resolver, reach, origins: Arc::clone(&origins) };
        let connector =
            HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_all_versions();
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(std::time::Duration::from_secs(15))
            .http1_max_headers(100)
            .build(connector.wrap_connector(dial));
        let authority = base.authority().map_or("", |authority| authority.as_str());
        let root = format!("{}://{authority}", base.scheme_str().unwrap_or("http"));
        let base = (root, base.path().trim_end_matches('/').to_owned());
        Ok(Self { client, base, origins, timeout: settings.timeout, settings })
    }

    /// The headers that carry our credentials, read from the secrets now, so that a rotated one is used at
    /// once. For the connection's own origin only.
    pub(super) fn credentials(&self, cx: &Context) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::new();
        let mut add = |name: HeaderName, text: &str| {
            let mut value = HeaderValue::from_str(text).map_err(|_| unfit())?;
            value.set_sensitive(true);
            headers.insert(name, value);
            Ok::<(), Error>(())
        };
        match &self.settings.auth {
            Some(Auth::Bearer(reference)) => {
                add(AUTHORIZATION, &format!("Bearer {}", cx.secret(reference)?.reveal()))?;
            }
            Some(Auth::Basic(reference)) => {
                let pair = BASE64_STANDARD.encode(cx.secret(reference)?.reveal());
                add(AUTHORIZATION, &format!("Basic {pair}"))?;
            }
            Some(Auth::Header { name, value }) => {
                add(name.parse().map_err(|_| unfit())?, cx.secret(value)?.reveal())?;
            }
            Some(Auth::Mtls(_)) | None => {}
        }
        for (name, text) in &self.settings.headers {
            let name: HeaderName = name.parse().map_err(|_| unfit())?;
            if text.starts_with("secret://") {
                add(name, cx.secret(text)?.reveal())?;
            } else {
                add(name, text)?;
            }
        }
        Ok(headers)
    }
}

fn unfit() -> Error {
    Error::new(
        Class::Internal,
        "CONNECTION_INVALID",
        "a header of the connection holds a character it may not",
    )
}
