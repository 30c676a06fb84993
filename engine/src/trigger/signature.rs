//! Whether a callback comes from whom it says: checked on the raw bytes, before it is parsed or correlated
//! (SECURITY rule 20).
//!
//! `standard-webhooks` is the scheme of standardwebhooks.com: HMAC-SHA256 over `id.timestamp.body`, several
//! signatures for key rotation, five minutes of tolerance. `rsa-sha256` is what banks use: PKCS#1 v1.5 over
//! the body, in a header, in base64.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hyper::HeaderMap;
use ring::{
    hmac,
    signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey},
};
use sdk::{Error, Resource, Secret, Timestamp};
use sha2::{Digest as _, Sha256};

/// How far a signed time may lie from ours, in milliseconds.
const TOLERANCE_MS: i64 = 300_000;

/// Checks a callback with the `signature` of a connection, and gives the id that makes it the same callback
/// when it comes again.
///
/// # Errors
/// `CALLBACK_UNSIGNED` when a part is missing, `CALLBACK_FORGED` when it does not fit, `CALLBACK_STALE` when
/// its time is too far from ours; `SECRET_NOT_FOUND`; `CALLBACK_KEY` when the connection has no usable key.
pub fn verify(
    connection: &Resource,
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
    secret: impl Fn(&str) -> Result<Secret, Error>,
) -> Result<String, Error> {
    let signature = &connection.body["signature"];
    let text = |key: &str| {
        signature[key].as_str().ok_or_else(|| {
            let message = format!("connection `{}` has no `signature.{key}`", connection.name);
            Error::validation("CALLBACK_KEY", message)
        })
    };
    match text("algorithm")? {
        "standard-webhooks" => webhook(headers, body, now, &secret(text("secret")?)?),
        "rsa-sha256" => rsa(header(headers, text("header")?)?, body, &secret(text("publicKey")?)?),
        other => Err(Error::validation("CALLBACK_KEY", format!("no signature algorithm `{other}`"))),
    }
}

/// The id of a callback that nobody signs: what it is about, and its content. `{"approved": true}` may well come for
/// one thing and then for another.
#[must_use]
pub fn unsigned_id(headers: &HeaderMap, key: &str, body: &[u8]) -> String {
    let given = headers.get("webhook-id").and_then(|value| value.to_str().ok());
    given.map_or_else(|| digest(&[key.as_bytes(), &[0], body].concat()), ToOwned::to_owned)
}

fn digest(body: &[u8]) -> String {
    BASE64_STANDARD.encode(Sha256::digest(body))
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Result<&'h str, Error> {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.ok_or_else(|| Error::validation("CALLBACK_UNSIGNED", format!("the header `{name}` is missing")))
}

fn forged() -> Error {
    Error::validation("CALLBACK_FORGED", "the signature does not fit the body")
}

fn webhook(headers: &HeaderMap, body: &[u8], now: Timestamp, secret: &Secret) -> Result<String, Error> {
    let id = header(headers, "webhook-id")?;
    let signatures = header(headers, "webhook-signature")?;
    let signed_at: i64 = header(headers, "webhook-timestamp")?.parse().map_err(|_| forged())?;
    let distance = now.saturating_sub(signed_at.saturating_mul(1_000)).abs();
    if distance > TOLERANCE_MS {
        return Err(Error::validation("CALLBACK_STALE", "its time is more than five minutes from ours"));
    }
    let signed = [id.as_bytes(), b".", signed_at.to_string().as_bytes(), b".", body].concat();
    let unusable =
        |_| Error::validation("CALLBACK_KEY", "the callback secret is no Standard Webhooks secret");
    // Several secrets, separated by spaces: the old and the new one while a key is rotated.
    for secret in secret.reveal().split_whitespace() {
        let secret =
            BASE64_STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).map_err(unusable)?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        // `verify` compares in constant time.
        let fits = |given: &str| {
            let given = given.strip_prefix("v1,").and_then(|text| BASE64_STANDARD.decode(text).ok());
            given.is_some_and(|given| hmac::verify(&key, &signed, &given).is_ok())
        };
        if signatures.split_whitespace().any(fits) {
            return Ok(id.to_owned());
        }
    }
    Err(forged())
}

fn rsa(signature: &str, body: &[u8], key: &Secret) -> Result<String, Error> {
    let unusable = || {
        Error::validation(
            "CALLBACK_KEY",
            "the public key is no RSA key in PEM (SubjectPublicKeyInfo or PKCS#1)",
        )
    };
    let base64: String = key.reveal().lines().filter(|line| !line.starts_with("-----")).collect();
    let der = BASE64_STANDARD.decode(base64.trim()).map_err(|_| unusable())?;
    let signature = BASE64_STANDARD.decode(signature.trim()).map_err(|_| forged())?;
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pkcs1(&der).ok_or_else(unusable)?);
    key.verify(body, &signature).map_err(|_| forged())?;
    Ok(digest(body))
}

/// The PKCS#1 key inside a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7), or the bytes themselves when they are one.
fn pkcs1(der: &[u8]) -> Option<&[u8]> {
    let (_, inside) = element(der, 0x30)?;
    match element(inside, 0x30) {
        // AlgorithmIdentifier, then BIT STRING with no unused bits.
        Some((algorithm_end, _)) => {
            let (_, bits) = element(inside.get(algorithm_end..)?, 0x03)?;
            bits.strip_prefix(&[0])
        }
        None => Some(der),
    }
}

/// The first DER element, if it has this tag: where it ends, and its content.
fn element(der: &[u8], tag: u8) -> Option<(usize, &[u8])> {
    if *der.first()? != tag {
        return None;
    }
    let first = usize::from(*der.get(1)?);
    let (length, start) = if first < 0x80 {
        (first, 2)
    } else {
        let count = first & 0x7f;
        let bytes = der.get(2..2 + count).filter(|_| count <= 4)?;
        (bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), 2 + count)
    };
    Some((start + length, der.get(start..start + length)?))
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    use hyper::HeaderMap;
    use sdk::{Resource, Secret, serde_json::json};
    use standardwebhooks::Webhook;

    use super::verify;

    const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    const OLD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn signed(secret: &str, at: i64, body: &[u8]) -> HeaderMap {
        let signature = Webhook::new(secret).unwrap().sign("msg_1", at, body).unwrap();
        let pairs = [
            ("webhook-id", "msg_1".to_owned()),
            ("webhook-timestamp", at.to_string()),
            ("webhook-signature", signature),
        ];
        pairs.into_iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn check(headers: &HeaderMap, body: &[u8], now: i64) -> Result<String, String> {
        let signature = json!({"signature": {"algorithm": "standard-webhooks", "secret": "secret://k"}});
        let connection = Resource::new("Connection", "bank", signature);
        let secret = |_: &str| Ok(Secret::new(&format!("{SECRET} {OLD}")));
        verify(&connection, headers, body, now, secret).map_err(|error| error.code.to_string())
    }

    #[test]
    fn a_signed_callback_passes_with_either_key_of_a_rotation() {
        assert_eq!(check(&signed(SECRET, 1_000, b"{}"), b"{}", 1_000_000), Ok("msg_1".to_owned()));
        assert_eq!(check(&signed(OLD, 1_000, b"{}"), b"{}", 1_299_000), Ok("msg_1".to_owned()));
    }

    #[test]
    fn anything_else_does_not() {
        let fault = |headers: &HeaderMap, body: &[u8], now| check(headers, body, now).unwrap_err();
        assert_eq!(fault(&signed(SECRET, 1_000, b"{}"), b"{ }", 1_000_000), "CALLBACK_FORGED");
        assert_eq!(
            fault(&signed("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 1_000, b"{}"), b"{}", 1_000_000),
            "CALLBACK_FORGED"
        );
        assert_eq!(fault(&signed(SECRET, 1_000, b"{}"), b"{}", 1_301_000), "CALLBACK_STALE");
        assert_eq!(fault(&signed(SECRET, 2_000, b"{}"), b"{}", 1_000_000), "CALLBACK_STALE");
        assert_eq!(fault(&HeaderMap::new(), b"{}", 1_000_000), "CALLBACK_UNSIGNED");
        let mut other_id = signed(SECRET, 1_000, b"{}");
        other_id.insert("webhook-id", "msg_2".parse().unwrap());
        assert_eq!(fault(&other_id, b"{}", 1_000_000), "CALLBACK_FORGED");
    }

    /// What `BODY` was signed with, as SubjectPublicKeyInfo; and another key.
    const KEY: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtUZIDDebq3U3Le5Sp9cIXmkBNossb4ZipZNzbGc7Mrfh\
        3RA76ALNMFXjZmnez3S94e6F+mXpwxCHyvSBCB275daYQlSEfq066IAP0sZXbJnaG1e9n8asTJUkCYN3JY6dNX3l\
        J93rEyY9tM5cAEgLM1DoPXszbqkZ0Nez8ilfbauJz/hGISWYdODfXmVdQebAGo9DpUtAGzNEUiscLvw9G3kACXN9\
        83IJQgQlH1A9ucZy2d506zVIC+woXdbLklVlU/FgK/tRNWQW4Pv1eztkauTeKvx8+Ntk7ZriTmYcPZmuOJB5U5VI\
        j4a19Zb+4GP5NapfBFDXHVMdQDEDZKWGzwIDAQAB";
    const OTHER: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAybnziWu+rmmFCRERIU1R3O/IcF5tqYaZfygsnY8hbtDt\
        9tauiaZLJLNeYuJQhIrRHrgLxdKox1RH3whBEbRwc11ol1mfa7XdRuQVXHmIbpq+tZrJChDIRUnftV2mnHQSVox5\
        AuyCBxeTMVortpSFFNWoBL+t6cgbJCSKgLtSdBii1wKwN+ZwELlVL4qE4zULmACLzNAhE0JKoJdKazUWPrQqS3Oa\
        aKYX1mzme1wWiHT5pQjc/F4/hW1ABZmI3CzgZhcUSrT0ekR8PQQWZpiT0DHuhNV1xEjuHhXTdORTxZ3FPhdhgu7E\
        nhpuOfiSeJDaVKDh/Z5IvKdnhAFnEv3/mQIDAQAB";
    const BODY: &[u8] = br#"{"no":"P1","fen":7}"#;
    const SIGNATURE: &str = "s1jbezv7Rk0c62ZgpxcOwVDxLWZOC5UlVYMS59GeITEnkMvb0WCZxCwk+OlZ3xfPnFeZqVIEjtg158BjBdw0Ppg8\
        +f2CKl4XUoCQgZLEHdsWQXWGYsB+14sSJrqkoyWynhQNku80FRJpkuidKCthRBrriUZedVbS6uzc4869gv79fI6Q\
        iM1RKNyZfYVa7Nk3ybwT7hbMZliEzDHwacg+q87MhLvFxr539pz/hFUXUJtrMpxsg3FyztMuyFBrPMd5Vk0uF+0y\
        03FVlKFrmAFI9TD/WG7A6I287JKO0QN3JBVr2F0j6IRZ9sUHIumofz/HXyKkgS8szDtdyIFtW/XwMQ==";

    fn bank(signature: Option<&str>, body: &[u8], key: &str) -> Result<String, String> {
        let algorithm = json!({"signature": {
            "algorithm": "rsa-sha256", "header": "x-sign", "publicKey": "secret://k",
        }});
        let connection = Resource::new("Connection", "bank", algorithm);
        let pairs = signature.map(|text| ("x-sign".parse().unwrap(), text.parse().unwrap()));
        let secret = |_: &str| Ok(Secret::new(key));
        verify(&connection, &pairs.into_iter().collect(), body, 0, secret)
            .map_err(|error| error.code.to_string())
    }

    #[test]
    fn a_bank_signs_the_body_with_its_own_key_and_nobody_else_can() {
        let pem = |key: &str| format!("-----BEGIN PUBLIC KEY-----\n{key}\n-----END PUBLIC KEY-----\n");
        let id = bank(Some(SIGNATURE), BODY, &pem(KEY)).unwrap();
        // The key inside, as PKCS#1 has it: 24 bytes of SubjectPublicKeyInfo stand before it.
        let inside = &BASE64_STANDARD.decode(KEY).unwrap()[24..];
        assert_eq!(bank(Some(SIGNATURE), BODY, &BASE64_STANDARD.encode(inside)), Ok(id));
        let refused = |signature, body: &[u8], key: &str| bank(signature, body, key).unwrap_err();
        assert_eq!(refused(None, BODY, KEY), "CALLBACK_UNSIGNED");
        assert_eq!(refused(Some(""), BODY, KEY), "CALLBACK_FORGED");
        assert_eq!(refused(Some("no base64"), BODY, KEY), "CALLBACK_FORGED");
        assert_eq!(refused(Some(SIGNATURE), BODY, OTHER), "CALLBACK_FORGED");
        assert_eq!(refused(Some(SIGNATURE), b"{}", KEY), "CALLBACK_FORGED");
        for key in ["", "AAAA", "no base64", &KEY[..120]] {
            assert_eq!(refused(Some(SIGNATURE), BODY, key), "CALLBACK_KEY", "{key}");
        }
    }
}
