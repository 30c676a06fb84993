//! A table in memory that can lose what was not flushed. For tests and the simulator.

use std::{
    collections::BTreeMap,
    ops::Bound,
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use super::{
    contract::Result,
    table::{Changes, Pair, Pairs, Table},
};

#[derive(Default)]
struct Content {
    pairs: BTreeMap<Vec<u8>, Vec<u8>>,
    /// What stood there before each change since the last flush.
    unflushed: Changes,
}

/// Sorted pairs behind a lock.
#[derive(Default)]
pub(super) struct Sorted(RwLock<Content>);

impl Sorted {
    fn content(&self) -> RwLockReadGuard<'_, Content> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn content_mut(&self) -> RwLockWriteGuard<'_, Content> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes everything so far survive `lose`.
    pub(super) fn flush(&self) {
        self.content_mut().unflushed.clear();
    }

    /// Undoes everything since the last flush, as a power loss would.
    pub(super) fn lose(&self) {
        let mut content = self.content_mut();
        let unflushed = std::mem::take(&mut content.unflushed);
        for (key, before) in unflushed.into_iter().rev() {
            match before {
                Some(value) => content.pairs.insert(key, value),
                None => content.pairs.remove(&key),
            };
        }
    }
}

impl Table for Sorted {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        Ok(self.content().pairs.get(key).cloned())
    }

    fn range(&self, from: &[u8], to: &[u8]) -> Pairs<'_> {
        let from = Bound::Included(from.to_vec());
        Box::new(Cursor { table: self, from, to: Bound::Excluded(to.to_vec()) })
    }

    fn apply(&self, changes: Changes) -> Result<()> {
        let mut content = self.content_mut();
        for (key, value) in changes {
            let before = match value {
                Some(value) => content.pairs.insert(key.clone(), value),
                None => content.pairs.remove(&key),
            };
            content.unflushed.push((key, before));
        }
        Ok(())
    }
}

/// Looks its next pair up each time, so that no lock is held between two steps.
struct Cursor<'a> {
    table: &'a Sorted,
    from: Bound<Vec<u8>>,
    to: Bound<Vec<u8>>,
}

impl Cursor<'_> {
    fn is_empty(&self) -> bool {
        let (Bound::Included(from) | Bound::Excluded(from)) = &self.from else { return false };
        let (Bound::Included(to) | Bound::Excluded(to)) = &self.to else { return false };
        from >= to
    }
}

impl Iterator for Cursor<'_> {
    type Item = Result<Pair>;

    fn next(&mut self) -> Option<Result<Pair>> {
        if self.is_empty() {
            return None;
        }
        let content = self.table.content();
        let (key, value) = content.pairs.range((self.from.clone(), self.to.clone())).next()?;
        self.from = Bound::Excluded(key.clone());
        Some(Ok((key.clone(), value.clone())))
    }
}

impl DoubleEndedIterator for Cursor<'_> {
    fn next_back(&mut self) -> Option<Result<Pair>> {
        if self.is_empty() {
            return None;
        }
        let content = self.table.content();
        let (key, value) = content.pairs.range((self.from.clone(), self.to.clone())).next_back()?;
        self.to = Bound::Excluded(key.clone());
        Some(Ok((key.clone(), value.clone())))
    }
}
