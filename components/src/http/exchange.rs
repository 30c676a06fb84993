//! Sends the request, follows what may be followed, and says for every failure whether a write may have
//! happened. Cancel safe: dropping the future closes the connection it was using.

use std::{
    error::Error as _,
    sync::{Mutex, PoisonError},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{
    HeaderMap, Method as WireMethod, Request, Uri,
    header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, USER_AGENT},
};
use hyper_util::client::legacy::{
    Error as ClientError,
    connect::{CaptureConnection, capture_connection},
};
use sdk::{Class, Context, Error};

use super::{
    Http,
    answer::{Answer, Missing},
    connection::Pool,
    dial::{DialError, Origin},
    request,
};

const MOST_REDIRECTS: usize = 3;
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// One request, ready to be sent to one place after another.
struct Letter {
    method: WireMethod,
    target: Uri,
    headers: HeaderMap,
    credentials: HeaderMap,
    body: Bytes,
}

/// The connection that was asked for last; whether it came tells whether anything can have been sent.
type Asked = Mutex<Option<CaptureConnection>>;

/// Calls the far side and waits for its answer, whatever it says.
pub(super) async fn exchange(http: &Http, pool: &Pool, cx: &Context) -> Result<Answer, Error> {
    request::fits(http)?;
    let letter = letter(http, pool, cx)?;
    let asked = Asked::default();
    let Some(timeout) = pool.timeout else { return deliver(http, pool, letter, &asked).await };
    tokio::select! {
        // The answer first: when both are there, time was not up.
        biased;
        answer = deliver(http, pool, letter, &asked) => answer,
        () = cx.sleep(timeout) => {
            let asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
            let is_sent = asked.as_ref().is_some_and(|asked| asked.connection_metadata().is_some());
            let message = format!("`{}` did not answer within {timeout}", http.connection);
            Err(Error::timeout(message).outcome_unknown(is_sent && !http.method.is_read()))
        }
    }
}

async fn deliver(http: &Http, pool: &Pool, mut letter: Letter, asked: &Asked) -> Result<Answer, Error> {
    for _ in 0..=MOST_REDIRECTS {
        let answer = send(http, pool, &letter, asked).await?;
        if !answer.status.is_redirection() || http.accept.contains(&answer.status.as_u16()) {
            return Ok(answer);
        }
        let Some(next) = follow(http, pool, &letter, &answer)? else { return Ok(answer) };
        letter = next;
    }
    Err(redirect_refused(http, "redirects more than 3 times"))
}

fn letter(http: &Http, pool: &Pool, cx: &Context) -> Result<Letter, Error> {
    let target = format!("{}{}{}", pool.base.0, pool.base.1, request::target(http)?);
    let target = target
        .parse()
        .map_err(|_| Error::validation("REQUEST_INVALID", "path and query are too long for an address"))?;
    let mut headers = request::headers(http)?;
    let body = request::body(http, &mut headers)?;
    let credentials = pool.credentials(cx)?;
    if let Some(name) = credentials.keys().find(|name| headers.contains_key(*name)) {
        let message = format!("header `{name}` is set by connection `{}`", http.connection);
        return Err(Error::validation("REQUEST_INVALID", message));
    }
    if !headers.contains_key(ACCEPT) {
        headers.insert(ACCEPT, HeaderValue::from_static("application/json, */*;q=0.5"));
    }
    if !headers.contains_key(USER_AGENT) {
        headers.insert(USER_AGENT, HeaderValue::from_static("bactrian"));
    }
    if let Some(key) = cx.idempotency_key().filter(|_| !http.method.is_read()) {
        let value = HeaderValue::from_str(key).map_err(|_| {
            Error::validation("REQUEST_INVALID", "the idempotency key cannot stand in a header")
        })?;
        headers.insert(IDEMPOTENCY_KEY, value);
    }
    Ok(Letter { method: http.method.wire(), target, headers, credentials, body })
}

async fn send(http: &Http, pool: &Pool, letter: &Letter, asked: &Asked) -> Result<Answer, Error> {
    let mut request = Request::new(Full::new(letter.body.clone()));
    *request.method_mut() = letter.method.clone();
    *request.uri_mut() = letter.target.clone();
    request.headers_mut().extend(letter.headers.clone());
    request.headers_mut().extend(letter.credentials.clone());
    *asked.lock().unwrap_or_else(PoisonError::into_inner) = Some(capture_connection(&mut request));
    let response = pool.client.request(request).await.map_err(|fault| failure(http, &fault))?;
    let (head, body) = response.into_parts();
    let most = usize::try_from(http.max_response.bytes()).unwrap_or(usize::MAX);
    let body = match Limited::new(body, most).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(fault) if fault.is::<LengthLimitError>() => Err(Missing::TooLarge),
        Err(_) => Err(Missing::CutOff),
    };
    Ok(Answer { status: head.status, headers: head.headers, body })
}

fn failure(http: &Http, fault: &ClientError) -> Error {
    let connection = &http.connection;
    let mut source = fault.source();
    while let Some(cause) = source {
        if let Some(refused @ (DialError::Origin | DialError::Address(_))) = cause.downcast_ref() {
            let mut message = format!("connection `{connection}`: {refused}");
            if matches!(refused, DialError::Address(_)) {
                message.push_str("; a service in our own network needs `internal: true`");
            }
            return Error::new(Class::Internal, "ADDRESS_REFUSED", message);
        }
        source = cause.source();
    }
    if fault.is_connect() {
        return Error::unavailable(format!("`{connection}` cannot be connected to"));
    }
    Error::unavailable(format!("`{connection}` hung up without an answer"))
        .outcome_unknown(!http.method.is_read())
}

fn redirect_refused(http: &Http, why: &str) -> Error {
    Error::new(Class::Internal, "REDIRECT_REFUSED", format!("`{}` {why}", http.connection))
        .outcome_unknown(!http.method.is_read())
}

/// The letter to send next, or `None` when this redirect is an answer like any other: for a write only 307
/// and 308 promise that method and body stay (RFC 9110 §15.4).
fn follow(http: &Http, pool: &Pool, sent: &Letter, answer: &Answer) -> Result<Option<Letter>, Error> {
    let may_follow = match answer.status.as_u16() {
        301..=303 => http.method.is_read(),
        307 | 308 => true,
        _ => false,
    };
    let location = answer.headers.get(LOCATION).and_then(|location| location.to_str().ok());
    let Some(location) = location.filter(|_| may_follow) else { return Ok(None) };
    let target = resolve(&sent.target, location)
        .ok_or_else(|| redirect_refused(http, "redirects to something that is no address"))?;
    let origin = Origin::of(&target).filter(|origin| pool.origins.contains(origin));
    let origin = origin.ok_or_else(|| {
        redirect_refused(http, "redirects to an address that is not among the connection's `redirectTo`")
    })?;
    let mut next = Letter {
        method: sent.method.clone(),
        target,
        headers: sent.headers.clone(),
        credentials: HeaderMap::new(),
        body: sent.body.clone(),
    };
    // Once away from home, credentials stay away: the way back is the other side's choice.
    if pool.origins.first() == Some(&origin) {
        next.credentials.clone_from(&sent.credentials);
    }
    // The flow's own headers may hold a token as well.
    if pool.origins.first() != Some(&origin) {
        next.headers = HeaderMap::new();
        for name in [ACCEPT, USER_AGENT, CONTENT_TYPE, IDEMPOTENCY_KEY] {
            if let Some(value) = sent.headers.get(&name) {
                next.headers.insert(name, value.clone());
            }
        }
    }
    Ok(Some(next))
}

/// RFC 3986 §5.2, for the forms that servers send.
fn resolve(base: &Uri, location: &str) -> Option<Uri> {
    let location = location.split('#').next().unwrap_or_default();
    let scheme = base.scheme_str()?;
    let authority = base.authority()?;
    let text = if location.contains("://") {
        location.to_owned()
    } else if location.starts_with("//") {
        format!("{scheme}:{location}")
    } else if location.starts_with('/') {
        format!("{scheme}://{authority}{location}")
    } else {
        let folder = base.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{scheme}://{authority}{folder}/{location}")
    };
    text.parse().ok()
}
