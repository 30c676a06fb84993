//! The TLS settings of one `Connection`: public roots or the connection's own, and a client certificate
//! when it asks for one. The provider is named here, so nothing depends on one being installed.

use std::sync::Arc;

use hyper_rustls::ConfigBuilderExt;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use sdk::{Error, Secret};

/// Client settings that trust `authority` (PEM), or the public roots, and show `certificate` (PEM of chain
/// and key) if given.
pub(super) fn settings(authority: Option<&str>, certificate: Option<&Secret>) -> Result<ClientConfig, Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|fault| Error::internal(format!("TLS: {fault}")))?;
    let builder = match authority {
        None => builder.with_webpki_roots(),
        Some(pem) => builder.with_root_certificates(roots(pem)?),
    };
    let Some(certificate) = certificate else { return Ok(builder.with_no_client_auth()) };
    let pem = certificate.reveal().as_bytes();
    let chain: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|_| invalid("the certificate of `auth.mtls` is no PEM"))?;
    let key = PrivateKeyDer::from_pem_slice(pem)
        .map_err(|_| invalid("the secret of `auth.mtls` holds no private key in PEM"))?;
    builder
        .with_client_auth_cert(chain, key)
        .map_err(|_| invalid("certificate and key of `auth.mtls` do not belong together"))
}

fn roots(pem: &str) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|_| invalid("`ca` is no PEM"))?;
        roots.add(certificate).map_err(|_| invalid("`ca` holds something that is no certificate"))?;
    }
    if roots.is_empty() { Err(invalid("`ca` holds no certificate")) } else { Ok(roots) }
}

fn invalid(message: &str) -> Error {
    Error::new(sdk::Class::Internal, "CONNECTION_INVALID", message)
}
