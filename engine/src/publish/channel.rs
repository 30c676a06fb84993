//! How the channels of callbacks have changed from revision to revision: a run that is pinned to an earlier one is
//! reached as that one says, although its texts are not compiled any more.

use std::{collections::BTreeMap, sync::Arc};

use futures_util::{
    FutureExt as _,
    future::BoxFuture,
    stream::{self, StreamExt as _, TryStreamExt as _},
};
use serde::{Deserialize, Serialize};

use super::{PublishError, Revisions};
use crate::{
    catalog::Channel,
    state::{self, Expected, Kept},
};

const CHANNELS: &str = "channel";
/// How many forms of one channel are known: a message is checked against each of them.
const FORMS: usize = 8;

/// A form that a channel has had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// The first revision that had it.
    pub since: u64,
    /// What it asked of messages.
    pub channel: Channel,
}

impl Revisions {
    /// Notes what the channels of a revision ask for, before a run can begin on it.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn note_channels(
        &self,
        number: u64,
        channels: &BTreeMap<Arc<str>, Channel>,
    ) -> Result<(), PublishError> {
        let mut known = self.known().await?;
        let changed = channels.iter().filter_map(|(name, channel)| {
            let mut forms = known.remove(&**name).unwrap_or_default();
            if forms.last().is_some_and(|last| last.channel == *channel) {
                return None;
            }
            forms.push(Form { since: number, channel: channel.clone() });
            forms.drain(..forms.len().saturating_sub(FORMS));
            Some((name, forms))
        });
        // The futures are boxed as those of `keep_all` are.
        let kept: Vec<BoxFuture<'_, _>> =
            changed.map(|(name, forms)| self.keep_forms(name, forms).boxed()).collect();
        stream::iter(kept).buffer_unordered(64).try_collect().await
    }

    async fn keep_forms(&self, name: &str, forms: Vec<Form>) -> Result<(), PublishError> {
        let body = serde_json::to_vec(&forms).map_err(|_| PublishError::Unreadable(0))?;
        self.documents.put(CHANNELS, name, body.into(), Expected::Anything).await?;
        Ok(())
    }

    async fn known(&self) -> Result<BTreeMap<String, Vec<Form>>, PublishError> {
        let mut known = BTreeMap::new();
        let mut after: Option<String> = None;
        loop {
            let part = self.documents.documents(CHANNELS, after.as_deref(), 200).await?;
            let Some(last) = part.last() else { return Ok(known) };
            after = Some(last.key.clone());
            known.extend(part.into_iter().map(|kept| (kept.key.clone(), read(&kept))));
        }
    }

    /// The forms that a channel has had, the newest last; none of a channel that nobody ever waited on.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn channel(&self, name: &str) -> state::Result<Vec<Form>> {
        let kept = self.documents.get(CHANNELS, name).await?;
        Ok(kept.as_ref().map(read).unwrap_or_default())
    }
}

/// What cannot be read is noted anew; the runs it was for are reached as what serves says.
fn read(kept: &Kept) -> Vec<Form> {
    serde_json::from_slice(&kept.body).unwrap_or_default()
}
