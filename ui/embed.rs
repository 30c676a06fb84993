//! The designer as a table of bytes: what `ui/dist` held at build time, or the placeholder page when it was absent.
//! It opens no file and knows no HTTP: the server chooses the encoding and the headers.

/// One embedded file: path below the root without a leading slash, bytes, strong entity tag in its quotes, and
/// content encoding (`identity`, `br` or `gzip`). A path has one row per encoding.
pub type File = (&'static str, &'static [u8], &'static str, &'static str);

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// Text of the page that the server replaces with the nonce of its content security policy. It stands in
/// `index.html` only, and that file is never stored compressed.
pub const NONCE_MARK: &str = "__CSP_NONCE__";

/// Finds a file by path in one of the accepted encodings, the first named wins; `identity` is tried last.
#[must_use]
pub fn find(path: &str, accepted: &[&str]) -> Option<&'static File> {
    accepted
        .iter()
        .chain(&["identity"])
        .find_map(|encoding| FILES.iter().find(|file| file.0 == path && file.3 == *encoding))
}

#[cfg(test)]
mod tests {
    use super::{FILES, HASH, KIND, NONCE_MARK, find};

    #[test]
    fn the_page_is_there_once_and_uncompressed() {
        let pages: Vec<_> = FILES.iter().filter(|file| file.0 == "index.html").collect();
        assert_eq!(pages.len(), 1);
        assert_eq!(pages[0].3, "identity");
        let text = std::str::from_utf8(pages[0].1).unwrap();
        assert!(KIND == "placeholder" || text.contains(NONCE_MARK));
    }

    #[test]
    fn an_unaccepted_encoding_falls_back_to_identity() {
        let (path, ..) = *find("index.html", &["br"]).unwrap();
        assert_eq!(path, "index.html");
        assert!(find("no-such-file", &[]).is_none());
        assert_eq!(HASH.len(), 16);
    }
}
