//! What a request must be before anything reads it: sizes, `Host`, `Origin`, method and path spelling.
//!
//! An open loopback port is what a hostile web page can reach, so a foreign `Host` (DNS rebinding) or
//! `Origin` (cross-site request) is refused, and no CORS header is ever sent.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    net::{IpAddr, SocketAddr},
    sync::Arc,
    task::{Context, Poll},
};

use futures_util::future::Either;
use hyper::{
    HeaderMap, Request, Response, StatusCode,
    header::{HOST, HeaderName, ORIGIN},
};

use super::{Body, Limits, Problem};

/// Who may be meant by `Host`, and who may call from a browser.
#[derive(Clone, Debug)]
pub struct Guard {
    limits: Limits,
    hosts: Vec<String>,
}

impl Guard {
    /// A guard for a server at `address` that is also known by the names in `hosts`.
    #[must_use]
    pub fn new(limits: Limits, address: SocketAddr, hosts: &[String]) -> Self {
        let mut hosts: Vec<String> = hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
        hosts.push("localhost".to_owned());
        hosts.push(address.ip().to_string());
        Self { limits, hosts }
    }

    /// Lets a request pass.
    ///
    /// # Errors
    /// `URI_TOO_LONG` (414), `HEADERS_TOO_LARGE` (431), `HOST_REFUSED` or `ORIGIN_REFUSED` (403),
    /// `PATH_INVALID` (400).
    pub fn check<B>(&self, request: &Request<B>) -> Result<(), Problem> {
        let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
        if target > self.limits.uri_bytes {
            let detail = format!("path and query have at most {} bytes", self.limits.uri_bytes);
            return Err(Problem::refused(StatusCode::URI_TOO_LONG, "URI_TOO_LONG", detail));
        }
        let bytes: usize =
            request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
        if bytes > self.limits.header_bytes || request.headers().len() > self.limits.headers {
            let detail = format!(
                "at most {} headers of {} bytes together",
                self.limits.headers, self.limits.header_bytes
            );
            let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
            return Err(Problem::refused(status, "HEADERS_TOO_LARGE", detail));
        }
        self.check_host(request)?;
        self.check_origin(request.headers())?;
        check_path(request.uri().path())
    }

    fn check_host<B>(&self, request: &Request<B>) -> Result<(), Problem> {
        let refused = |detail: &str| Err(Problem::refused(StatusCode::FORBIDDEN, "HOST_REFUSED", detail));
        let mut named = request.headers().get_all(HOST).iter();
        let host = match (request.uri().host(), named.next()) {
            (Some(host), _) => host,
            (None, Some(value)) => value.to_str().unwrap_or_default(),
            (None, None) => return refused("the `Host` header is missing"),
        };
        if named.next().is_some() {
            return refused("there are two `Host` headers");
        }
        if self.is_known(host) { Ok(()) } else { refused("this server is not known by that `Host`") }
    }

    fn check_origin(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let Some(origin) = headers.get(ORIGIN) else { return Ok(()) };
        let host = origin.to_str().ok().and_then(|text| text.split_once("://")).map(|(_, host)| host);
        if host.is_some_and(|host| self.is_known(host)) {
            return Ok(());
        }
        let detail = "calls from another site's pages are not taken";
        Err(Problem::refused(StatusCode::FORBIDDEN, "ORIGIN_REFUSED", detail))
    }

    fn is_known(&self, host: &str) -> bool {
        let name = without_port(host);
        if name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()) {
            return true;
        }
        self.hosts.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

fn without_port(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or_default();
    }
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// A path has one spelling, so that what is checked is what is served (SECURITY rule 4).
fn check_path(path: &str) -> Result<(), Problem> {
    let refused = |detail: &str| Err(Problem::refused(StatusCode::BAD_REQUEST, "PATH_INVALID", detail));
    if path.contains("//") {
        return refused("the path has an empty part");
    }
    if path.split('/').any(|part| part == "." || part == ".." || part.contains(';')) {
        return refused("the path has a part that means another place");
    }
    let lower = path.to_ascii_lowercase();
    if ["%2e%2e", "%2f", "%5c", "%00", "%3b"].iter().any(|bad| lower.contains(bad)) || path.contains('\\') {
        return refused("the path hides a separator");
    }
    Ok(())
}

/// Headers whose names belong to the engine; data may not set them on the way in.
pub const IDENTITY_HEADERS: [HeaderName; 2] =
    [HeaderName::from_static("x-biz-id"), HeaderName::from_static("x-biz-scenario")];

impl<S> tower::Layer<S> for Guard {
    type Service = Guarded<S>;
    fn layer(&self, inner: S) -> Guarded<S> {
        Guarded { inner, guard: Arc::new(self.clone()) }
    }
}

/// A service behind the guard.
#[derive(Clone)]
pub struct Guarded<S> {
    inner: S,
    guard: Arc<Guard>,
}

impl<S, B> tower::Service<Request<B>> for Guarded<S>
where
    S: tower::Service<Request<B>, Response = Response<Body>, Error = Infallible>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Either<Ready<Result<Response<Body>, Infallible>>, S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        match self.guard.check(&request) {
            Ok(()) => Either::Right(self.inner.call(request)),
            Err(problem) => Either::Left(ready(Ok(problem.response()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::{Guard, Limits};

    fn check(uri: &str, headers: &[(&str, &str)], code: Option<&str>) {
        let mut request = Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(()).unwrap();
        let guard =
            Guard::new(Limits::default(), "127.0.0.1:8080".parse().unwrap(), &["flows.example".to_owned()]);
        let got = guard.check(&request).err().map(|problem| problem.code.clone());
        assert_eq!(got.as_deref(), code, "{uri} {headers:?}");
    }

    #[test]
    fn only_our_own_names_are_answered() {
        for host in ["127.0.0.1:8080", "localhost", "[::1]:8080", "flows.example:80", "127.0.0.2"] {
            check("/v1/flows", &[("host", host)], None);
        }
        for host in ["evil.example", "localhost.evil.example", "10.0.0.1", "127.0.0.1.nip.io", ""] {
            check("/v1/flows", &[("host", host)], Some("HOST_REFUSED"));
        }
        check("/", &[], Some("HOST_REFUSED"));
        check("/", &[("host", "localhost"), ("host", "localhost")], Some("HOST_REFUSED"));
    }

    #[test]
    fn a_page_of_another_site_cannot_call() {
        let host = ("host", "localhost:8080");
        check("/", &[host, ("origin", "http://localhost:8080")], None);
        for origin in ["https://evil.example", "null", "file://", "http://localhost.evil.example"] {
            check("/", &[host, ("origin", origin)], Some("ORIGIN_REFUSED"));
        }
    }

    #[test]
    fn a_path_has_one_spelling() {
        let host = ("host", "localhost");
        for path in
            ["/v1//runs", "/v1/../x", "/v1/%2e%2e/x", "/v1/runs;a", "/a%2Fb", "/a%5cb", "/%00", "/./x"]
        {
            check(path, &[host], Some("PATH_INVALID"));
        }
        check("/v1/runs/0198?x=//;..", &[host], None);
    }

    #[test]
    fn sizes_are_capped() {
        let long = format!("/{}", "a".repeat(9_000));
        check(&long, &[("host", "localhost")], Some("URI_TOO_LONG"));
        let value = "a".repeat(17_000);
        check("/", &[("host", "localhost"), ("x", &value)], Some("HEADERS_TOO_LARGE"));
    }
}
