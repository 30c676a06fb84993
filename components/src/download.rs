//! `download`: fetches a file, checks its digest and keeps it aside. The run's state holds a reference only.

use sdk::prelude::*;
use serde_json::Map;

use crate::{
    files,
    http::{Http, Method, Output},
    percent::decode,
};

/// Fetches a file from a service, checks it and gives a reference that other nodes pass on.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Download {
    /// The connection to fetch from, by name.
    pub connection: String,
    /// Where the file is below the connection's address, such as `/wechat/${input.day}.csv`. A value may be a
    /// whole path with its query, such as a link that another service gave.
    pub path: Template,
    /// Where the SHA-256 of the file stands, in hex. Without it the file is taken as it comes.
    #[serde(default)]
    pub sha256: Option<Template>,
    /// Headers to send along. An empty (null) value is left out.
    #[serde(default)]
    pub headers: Map<String, Value>,
    /// The largest file to take, such as `200MiB`. Normally `64MiB`.
    #[serde(default = "sixty_four_mebibytes")]
    pub max_size: ByteSize,
}

const fn sixty_four_mebibytes() -> ByteSize {
    ByteSize::new(64 << 20)
}

#[async_trait]
impl Component for Download {
    const NAME: &'static str = "download";
    const EFFECT: Effect = Effect::Read;
    const ABOUT: Option<About> = Some(About {
        title: Title { en: "Download a file", zh: "下载文件" },
        category: "network",
        icon: "globe",
        keywords: &["file", "fetch", "bill", "csv", "sha256", "文件", "账单", "下载", "校验"],
    });

    async fn run(&self, cx: &Context, _input: Shared) -> Outcome {
        let bytes = self.get(&self.path, self.max_size).bytes(cx).await?;
        let (size, found) = (bytes.len(), files::digest(&bytes));
        if let Some(path) = &self.sha256 {
            let stated = self.get(path, ByteSize::new(64 << 10)).bytes(cx).await?;
            let stated = String::from_utf8_lossy(&stated).to_ascii_lowercase();
            // As `sha256sum` writes it: the digest, then the file's name.
            if stated.split_whitespace().next() != Some(found.as_str()) {
                // The far side may still be writing: it is worth another try.
                let message = format!("the file of `{}` is not what its SHA-256 says", self.connection);
                return Err(Error::new(Class::Unavailable, "FILE_DAMAGED", message));
            }
        }
        let reference = files::keep(bytes.into()).await?;
        Ok(Shared::new(serde_json::json!({"ref": reference, "bytes": size, "sha256": found})))
    }
}
sdk::component!(Download);

impl Download {
    /// The call that reads `path`.
    fn get(&self, path: &Template, most: ByteSize) -> Http {
        let path = path.plain();
        let (path, query) = path.split_once('?').unwrap_or((&path, ""));
        Http {
            connection: self.connection.clone(),
            method: Method::Get,
            path: Template::from(path),
            query: pairs(query),
            headers: self.headers.clone(),
            body: None,
            accept: Vec::new(),
            max_response: most,
            output: Output::Body,
        }
    }
}

/// The pairs of a query as a value states it; a name that comes twice keeps both.
fn pairs(query: &str) -> Map<String, Value> {
    let mut all = Map::new();
    let text = |part: &str| String::from_utf8_lossy(&decode(part.as_bytes())).into_owned();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let values = all.entry(text(name)).or_insert_with(|| Value::Array(Vec::new()));
        if let Some(values) = values.as_array_mut() {
            values.push(Value::from(text(value)));
        }
    }
    all
}
