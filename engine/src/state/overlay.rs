//! Sorted changes in memory, read in front of a table until they are handed on to it. Knows no files.

use std::{
    cmp::Ordering,
    collections::BTreeMap,
    iter::Peekable,
    ops::Bound,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use super::{
    contract::Result,
    table::{Changes, Pair, Pairs},
};

/// A key and what it holds from now on.
type Change = (Vec<u8>, Option<Vec<u8>>);

/// Changes by key: the last one for a key counts.
pub(super) type Values = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Changes that were made and not handed on.
#[derive(Default)]
pub(super) struct Overlay(RwLock<Values>);

impl Overlay {
    fn reading(&self) -> RwLockReadGuard<'_, Values> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn writing(&self) -> RwLockWriteGuard<'_, Values> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a key was changed to, if it was: a value, or none for a key that was removed.
    pub(super) fn get(&self, key: &[u8]) -> Option<Option<Vec<u8>>> {
        self.reading().get(key).cloned()
    }

    /// Makes changes.
    pub(super) fn extend(&self, changes: Changes) {
        self.writing().extend(changes);
    }

    /// Takes everything out.
    pub(super) fn take(&self) -> Values {
        std::mem::take(&mut *self.writing())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.reading().is_empty()
    }

    /// At most `max` changes, of the keys after `key`, or from the least on.
    pub(super) fn after(&self, key: Option<&[u8]>, max: usize) -> Changes {
        let from = key.map_or(Bound::Unbounded, Bound::Excluded);
        let changes = self.reading();
        let found = changes.range::<[u8], _>((from, Bound::Unbounded)).take(max);
        found.map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// What `base` holds from `from` up to, but not including, `to`, as if the changes had been made there.
    pub(super) fn over<'a>(self: &Arc<Self>, base: Pairs<'a>, from: &[u8], to: &[u8]) -> Pairs<'a> {
        let bounds = (Bound::Included(from), Bound::Excluded(to));
        if from >= to || self.reading().range::<[u8], _>(bounds).next().is_none() {
            return base;
        }
        let rest = (Bound::Included(from.to_vec()), Bound::Excluded(to.to_vec()));
        let changes = Both::new(Cursor { overlay: self.clone(), rest });
        Box::new(Merged { base: Both::new(base), changes })
    }
}

/// Looks its next change up each time, so that no lock is held between two steps.
struct Cursor {
    overlay: Arc<Overlay>,
    rest: (Bound<Vec<u8>>, Bound<Vec<u8>>),
}

impl Cursor {
    /// A range from a key to the same key cannot be asked for.
    fn is_over(&self) -> bool {
        let (Bound::Included(from) | Bound::Excluded(from)) = &self.rest.0 else { return false };
        let (Bound::Included(to) | Bound::Excluded(to)) = &self.rest.1 else { return false };
        from >= to
    }

    fn borrowed(&self) -> (Bound<&[u8]>, Bound<&[u8]>) {
        (self.rest.0.as_ref().map(Vec::as_slice), self.rest.1.as_ref().map(Vec::as_slice))
    }
}

impl Iterator for Cursor {
    type Item = Change;

    fn next(&mut self) -> Option<Change> {
        if self.is_over() {
            return None;
        }
        let change = self.overlay.reading().range::<[u8], _>(self.borrowed()).next().map(owned)?;
        self.rest.0 = Bound::Excluded(change.0.clone());
        Some(change)
    }
}

impl DoubleEndedIterator for Cursor {
    fn next_back(&mut self) -> Option<Change> {
        if self.is_over() {
            return None;
        }
        let change = self.overlay.reading().range::<[u8], _>(self.borrowed()).next_back().map(owned)?;
        self.rest.1 = Bound::Excluded(change.0.clone());
        Some(change)
    }
}

fn owned((key, value): (&Vec<u8>, &Option<Vec<u8>>)) -> Change {
    (key.clone(), value.clone())
}

/// An iterator that can be looked into from both ends.
struct Both<I: DoubleEndedIterator> {
    items: Peekable<std::iter::Fuse<I>>,
    back: Option<I::Item>,
}

impl<I: DoubleEndedIterator> Both<I> {
    fn new(items: I) -> Self {
        Self { items: items.fuse().peekable(), back: None }
    }

    fn peek(&mut self) -> Option<&I::Item> {
        self.items.peek().or(self.back.as_ref())
    }

    fn peek_back(&mut self) -> Option<&I::Item> {
        if self.back.is_none() {
            self.back = self.items.next_back();
        }
        self.back.as_ref()
    }

    fn next(&mut self) -> Option<I::Item> {
        self.items.next().or_else(|| self.back.take())
    }

    fn next_back(&mut self) -> Option<I::Item> {
        self.back.take().or_else(|| self.items.next_back())
    }
}

struct Merged<'a> {
    base: Both<Pairs<'a>>,
    changes: Both<Cursor>,
}

/// Which of two heads comes first; an error of the base comes before everything.
fn order(base: Option<&Result<Pair>>, changed: Option<&Change>) -> Option<Ordering> {
    match (base, changed) {
        (None, None) => None,
        (None, Some(_)) => Some(Ordering::Greater),
        (Some(_), None) | (Some(Err(_)), _) => Some(Ordering::Less),
        (Some(Ok((base, _))), Some((changed, _))) => Some(base.cmp(changed)),
    }
}

impl Iterator for Merged<'_> {
    type Item = Result<Pair>;

    fn next(&mut self) -> Option<Result<Pair>> {
        loop {
            match order(self.base.peek(), self.changes.peek())? {
                Ordering::Less => return self.base.next(),
                Ordering::Equal => drop(self.base.next()),
                Ordering::Greater => {}
            }
            if let Some((key, Some(value))) = self.changes.next() {
                return Some(Ok((key, value)));
            }
        }
    }
}

impl DoubleEndedIterator for Merged<'_> {
    fn next_back(&mut self) -> Option<Result<Pair>> {
        loop {
            let (base, changed) = (self.base.peek_back(), self.changes.peek_back());
            // From this end the greater key comes first; a missing or failed head orders as before.
            let order = match (base, changed) {
                (Some(Ok((base, _))), Some((changed, _))) => changed.cmp(base),
                (base, changed) => order(base, changed)?,
            };
            match order {
                Ordering::Less => return self.base.next_back(),
                Ordering::Equal => drop(self.base.next_back()),
                Ordering::Greater => {}
            }
            if let Some((key, Some(value))) = self.changes.next_back() {
                return Some(Ok((key, value)));
            }
        }
    }
}
