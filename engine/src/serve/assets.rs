//! The designer's files: encoding by `Accept-Encoding`, strong tags, a content security policy without
//! inline code. The engine does not know the designer; the binary hands the table in.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    HeaderMap, Response, StatusCode,
    header::{
        ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
        HeaderValue, IF_NONE_MATCH, VARY,
    },
};

use super::Reply;

/// One file: path without a leading slash, bytes, tag in its quotes, encoding (`identity`, `br`, `gzip`).
pub type Asset = (&'static str, &'static [u8], &'static str, &'static str);

/// The files of one designer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Assets {
    files: &'static [Asset],
    nonce_mark: &'static str,
}

impl Assets {
    /// The files in `files`; `nonce_mark` in `index.html` is replaced by a nonce of each answer.
    #[must_use]
    pub const fn new(files: &'static [Asset], nonce_mark: &'static str) -> Self {
        Self { files, nonce_mark }
    }

    /// Whether there is a designer.
    #[must_use]
    pub const fn is_there(&self) -> bool {
        !self.files.is_empty()
    }

    fn find(&self, path: &str, encoding: &str) -> Option<&'static Asset> {
        self.files.iter().find(|file| file.0 == path && file.3 == encoding)
    }

    /// Answers a GET of `path`. Unknown paths get the page when a page is asked for, because the designer
    /// routes them itself; `nonce` is fresh for each answer.
    #[must_use]
    pub fn answer(&self, path: &str, headers: &HeaderMap, nonce: &str) -> Option<Reply> {
        let path = path.trim_start_matches('/');
        let wants_page = headers
            .get(hyper::header::ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(|accept| accept.contains("text/html"));
        let is_known = self.files.iter().any(|file| file.0 == path) && path != "index.html";
        if is_known {
            return self.file(path, headers);
        }
        let is_page = path.is_empty() || path == "index.html" || (wants_page && !path.contains('.'));
        if is_page { self.page(nonce) } else { None }
    }

    fn page(&self, nonce: &str) -> Option<Reply> {
        let text = std::str::from_utf8(self.find("index.html", "identity")?.1).ok()?;
        let mut response = Response::new(Full::new(Bytes::from(text.replace(self.nonce_mark, nonce))));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        secure(headers, nonce);
        Some(response)
    }

    fn file(&self, path: &str, request: &HeaderMap) -> Option<Reply> {
        let accepted = request.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_accepted = |encoding: &str| {
            accepted.split(',').any(|part| {
                let (name, quality) = part.split_once(';').unwrap_or((part, ""));
                name.trim() == encoding && quality.trim() != "q=0"
            })
        };
        let compressed = ["br", "gzip"].into_iter().filter(|encoding| is_accepted(encoding));
        let &(_, bytes, tag, encoding) =
            compressed.chain(["identity"]).find_map(|encoding| self.find(path, encoding))?;
        let is_same = request.get(IF_NONE_MATCH).is_some_and(|given| given.as_bytes() == tag.as_bytes());
        let body = if is_same { Bytes::new() } else { Bytes::from_static(bytes) };
        let mut response = Response::new(Full::new(body));
        if is_same {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
        headers.insert(ETAG, HeaderValue::from_static(tag));
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        // Hashed names never change their content; the others are asked for again.
        let lifetime =
            if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(lifetime));
        if encoding != "identity" {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        secure(headers, "");
        Some(response)
    }
}

/// SECURITY rule 22: nothing inline but what carries this answer's nonce, nothing from elsewhere.
fn secure(headers: &mut HeaderMap, nonce: &str) {
    let style = if nonce.is_empty() { String::new() } else { format!(" 'nonce-{nonce}'") };
    let policy = format!(
        "default-src 'self'; script-src 'self'; style-src 'self'{style}; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    );
    if let Ok(value) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, value);
    }
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    headers.insert("referrer-policy", HeaderValue::from_static("no-referrer"));
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use hyper::{HeaderMap, StatusCode, header::HeaderValue};

    use super::{Asset, Assets};

    static FILES: &[Asset] = &[
        ("assets/a.1.js", b"plain", "\"1\"", "identity"),
        ("assets/a.1.js", b"brotli", "\"2\"", "br"),
        ("index.html", b"<style nonce=\"MARK\">", "\"3\"", "identity"),
    ];

    fn get(path: &str, headers: &[(&'static str, &'static str)]) -> Option<super::Reply> {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
            .collect();
        Assets::new(FILES, "MARK").answer(path, &headers, "n0nce")
    }

    #[test]
    fn the_best_accepted_encoding_is_sent() {
        assert_eq!(
            get("/assets/a.1.js", &[("accept-encoding", "gzip, br")]).unwrap().headers()["etag"],
            "\"2\""
        );
        assert_eq!(
            get("/assets/a.1.js", &[("accept-encoding", "br;q=0")]).unwrap().headers()["etag"],
            "\"1\""
        );
        let again = get("/assets/a.1.js", &[("if-none-match", "\"1\"")]).unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    }

    #[test]
    fn pages_get_the_page_and_files_that_are_not_there_do_not() {
        let page = get("/flows/cancel-order", &[("accept", "text/html")]).unwrap();
        assert!(page.headers()["content-security-policy"].to_str().unwrap().contains("'nonce-n0nce'"));
        assert!(get("/assets/gone.js", &[("accept", "text/html")]).is_none());
        assert!(get("/v2/x", &[("accept", "application/json")]).is_none());
    }
}
