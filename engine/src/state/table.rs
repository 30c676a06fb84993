//! What a store must offer below the ledger: sorted keys, and several changes at once or not at all.

use std::sync::Arc;

use super::contract::Result;

/// A key and its value.
pub(crate) type Pair = (Vec<u8>, Vec<u8>);

/// Pairs in the order of their keys, from either end.
pub(crate) type Pairs<'a> = Box<dyn DoubleEndedIterator<Item = Result<Pair>> + 'a>;

/// Changes that take effect together: a value, or none to remove the key. The last one for a key counts.
pub(crate) type Changes = Vec<(Vec<u8>, Option<Vec<u8>>)>;

/// Sorted keys. Readers see a change as soon as it is applied; it is durable after the store's flush.
pub(crate) trait Table: Send + Sync {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>>;

    /// Keys from `from` up to, but not including, `to`.
    fn range(&self, from: &[u8], to: &[u8]) -> Pairs<'_>;

    fn apply(&self, changes: Changes) -> Result<()>;

    /// Tables of earlier periods, newest first: ended runs, old keys, closed waits.
    fn older(&self) -> Result<Vec<Arc<dyn Table>>> {
        Ok(Vec::new())
    }
}

/// The least key above every key that begins with `prefix`.
pub(crate) fn after(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            return end;
        }
    }
    vec![u8::MAX; 64]
}

/// Every pair whose key begins with `prefix`.
pub(crate) fn scan<'a>(table: &'a dyn Table, prefix: &[u8]) -> Pairs<'a> {
    table.range(prefix, &after(prefix))
}
