//! Request bodies: collected within limits, checked for depth and width, parsed once.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use hyper::{
    HeaderMap, StatusCode,
    body::Body,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};
use sdk::{Clock, Value};

use super::{Limits, Problem};

/// For how long, and for how many bytes, a body that is too large is read on.
const LINGER: Duration = Duration::from_millis(80);
const LINGER_BYTES: usize = 16 << 20;

/// Collects a body of at most `limit` bytes that keeps to the sending rate.
///
/// # Errors
/// `BODY_TOO_LARGE` (413), `BODY_TOO_SLOW` (408) or `BODY_BROKEN` (400).
pub async fn collect<B>(
    mut body: B,
    headers: &HeaderMap,
    limit: usize,
    limits: &Limits,
    clock: &dyn Clock,
) -> Result<Bytes, Problem>
where
    B: Body<Data = Bytes> + Unpin,
{
    let too_large = || {
        let detail = format!("a body has at most {limit} bytes here");
        Problem::refused(StatusCode::PAYLOAD_TOO_LARGE, "BODY_TOO_LARGE", detail)
    };
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        linger(&mut body, clock).await;
        return Err(too_large());
    }
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    let mut deadline = None;
    loop {
        // The whole body is nearly always there with the head: poll before arming any timer.
        let frame = match futures_util::FutureExt::now_or_never(body.frame()) {
            Some(frame) => frame,
            None => {
                let sleep = deadline.get_or_insert_with(|| clock.sleep(allowed(limits, limit)));
                tokio::select! {
                    frame = body.frame() => frame,
                    () = sleep => {
                        return Err(Problem::refused(StatusCode::REQUEST_TIMEOUT, "BODY_TOO_SLOW", "the body did not arrive in time"));
                    }
                }
            }
        };
        let Some(frame) = frame else { break };
        let broken = || Problem::refused(StatusCode::BAD_REQUEST, "BODY_BROKEN", "the body ended early");
        let Ok(data) = frame.map_err(|_| broken())?.into_data() else { continue };
        if first.len() + rest.len() + data.len() > limit {
            linger(&mut body, clock).await;
            return Err(too_large());
        }
        if first.is_empty() && rest.is_empty() {
            first = data;
        } else {
            rest.extend_from_slice(&std::mem::take(&mut first));
            rest.extend_from_slice(&data);
        }
    }
    Ok(if rest.is_empty() { first } else { rest.freeze() })
}

/// Reads on for a moment: a connection that is closed with bytes unread is reset, and its caller, still sending, would
/// never see the refusal (RFC 9112 §9.6).
async fn linger<B: Body<Data = Bytes> + Unpin>(body: &mut B, clock: &dyn Clock) {
    let read = async {
        let mut seen = 0;
        while let Some(Ok(frame)) = body.frame().await {
            seen += frame.data_ref().map_or(0, Bytes::len);
            if seen > LINGER_BYTES {
                break;
            }
        }
    };
    tokio::select! {
        () = read => {}
        () = clock.sleep(LINGER) => {}
    }
}

fn allowed(limits: &Limits, limit: usize) -> Duration {
    let by_rate = limit / limits.body_rate.max(1);
    limits.body_time.max(Duration::from_secs(u64::try_from(by_rate).unwrap_or(u64::MAX)))
}

/// Parses a JSON body. An empty one is `None`.
///
/// # Errors
/// `CONTENT_TYPE_UNKNOWN` (415), `JSON_TOO_DEEP`, `JSON_TOO_WIDE` or `JSON_INVALID` (400).
pub fn parse(bytes: &Bytes, headers: &HeaderMap, limits: &Limits) -> Result<Option<Value>, Problem> {
    if bytes.is_empty() {
        return Ok(None);
    }
    check_type(headers)?;
    check_shape(bytes, limits)?;
    serde_json::from_slice(bytes).map(Some).map_err(|fault| {
        let detail = format!("the body is no JSON: line {}, column {}", fault.line(), fault.column());
        Problem::refused(StatusCode::BAD_REQUEST, "JSON_INVALID", detail)
    })
}

fn check_type(headers: &HeaderMap) -> Result<(), Problem> {
    let unknown =
        |detail: &str| Problem::refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "CONTENT_TYPE_UNKNOWN", detail);
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let Some(first) = types.next() else {
        return Err(unknown("say `content-type: application/json`"));
    };
    if types.next().is_some() {
        return Err(unknown("there are two content types"));
    }
    let essence = first.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let is_json = essence.eq_ignore_ascii_case("application/json")
        || (essence.starts_with("application/") && essence.ends_with("+json"));
    if is_json { Ok(()) } else { Err(unknown("only JSON is read here")) }
}

/// One pass over the bytes that counts nesting and items, before anything is built.
fn check_shape(bytes: &[u8], limits: &Limits) -> Result<(), Problem> {
    // Most bodies have fewer brackets and commas altogether than one list may have: counting them, which the
    // processor does many bytes at a time, decides without knowing where strings are.
    let opened = bytes.iter().filter(|byte| matches!(byte, b'[' | b'{')).count();
    let commas = bytes.iter().filter(|byte| **byte == b',').count();
    if opened <= limits.json_depth && commas < limits.json_items {
        return Ok(());
    }
    let refuse = |code: &str, detail: String| Err(Problem::refused(StatusCode::BAD_REQUEST, code, detail));
    let mut items: Vec<usize> = Vec::with_capacity(8);
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                at += 1;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
            }
            b'[' | b'{' => {
                if items.len() == limits.json_depth {
                    return refuse(
                        "JSON_TOO_DEEP",
                        format!("JSON nests at most {} deep here", limits.json_depth),
                    );
                }
                items.push(1);
            }
            b']' | b'}' => {
                items.pop();
            }
            b',' => {
                if let Some(count) = items.last_mut() {
                    *count += 1;
                    if *count > limits.json_items {
                        let detail = format!("a list or object has at most {} items here", limits.json_items);
                        return refuse("JSON_TOO_WIDE", detail);
                    }
                }
            }
            _ => {}
        }
        at += 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use hyper::{
        HeaderMap,
        header::{CONTENT_TYPE, HeaderValue},
    };

    use super::{Limits, parse};

    fn check(body: &str, types: &[&'static str], code: Option<&str>) {
        let mut headers = HeaderMap::new();
        for name in types {
            headers.append(CONTENT_TYPE, HeaderValue::from_static(name));
        }
        let limits = Limits { json_depth: 3, json_items: 4, ..Limits::default() };
        let got = parse(&Bytes::copy_from_slice(body.as_bytes()), &headers, &limits);
        assert_eq!(got.err().map(|problem| problem.code.clone()).as_deref(), code, "{body}");
    }

    #[test]
    fn at_a_limit_a_body_passes_and_one_over_it_does_not() {
        let json = &["application/json; charset=utf-8"];
        check("", &[], None);
        check("[[[1]]]", json, None);
        check("[[[[1]]]]", json, Some("JSON_TOO_DEEP"));
        check("[1,2,3,4]", json, None);
        check("[1,2,3,4,5]", json, Some("JSON_TOO_WIDE"));
        check(r#"{"a":"[[[[,,,,,,,"}"#, json, None);
        check(r#"{"a":"\"[[[[,,,,,,"}"#, json, None);
        check("{", json, Some("JSON_INVALID"));
    }

    #[test]
    fn only_one_json_content_type_is_read() {
        check("{}", &[], Some("CONTENT_TYPE_UNKNOWN"));
        check("{}", &["text/plain"], Some("CONTENT_TYPE_UNKNOWN"));
        check("{}", &["application/json", "application/json"], Some("CONTENT_TYPE_UNKNOWN"));
        check("{}", &["application/vnd.order+json"], None);
    }
}
