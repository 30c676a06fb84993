//! A table with the changes of one group in front of it. The ledger reads its own writes here, and the
//! group goes to the table as one batch: in sled every batch forces two writes to the file, whatever its
//! size (measured: 64 small batches cost three times the processor time of one large one).

use std::{
    cmp::Ordering,
    collections::BTreeMap,
    iter::Peekable,
    sync::{Arc, PoisonError, RwLock},
};

use super::{
    contract::Result,
    table::{Changes, Pair, Pairs, Table},
};

/// A key and what it holds from now on.
type Change = (Vec<u8>, Option<Vec<u8>>);

type Values = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// What was changed and not handed on, over what is there.
pub(super) struct Staged {
    base: Arc<dyn Table>,
    changes: RwLock<Values>,
}

impl Staged {
    pub(super) fn new(base: Arc<dyn Table>) -> Self {
        Self { base, changes: RwLock::default() }
    }

    /// Hands everything on, all of it or nothing, and tells how many keys and bytes that were.
    pub(super) fn commit(&self) -> Result<(u64, u64)> {
        let changes = std::mem::take(&mut *self.changes.write().unwrap_or_else(PoisonError::into_inner));
        if changes.is_empty() {
            return Ok((0, 0));
        }
        let bytes = changes.iter().map(|(key, value)| key.len() + value.as_ref().map_or(0, Vec::len)).sum();
        let size = (count(changes.len()), count(bytes));
        self.base.apply(changes.into_iter().collect())?;
        Ok(size)
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

impl Table for Staged {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let changes = self.changes.read().unwrap_or_else(PoisonError::into_inner);
        match changes.get(key) {
            Some(value) => Ok(value.clone()),
            None => self.base.get(key),
        }
    }

    fn range(&self, from: &[u8], to: &[u8]) -> Pairs<'_> {
        let base = self.base.range(from, to);
        if from >= to {
            return base;
        }
        let changes = self.changes.read().unwrap_or_else(PoisonError::into_inner);
        let bounds = (std::ops::Bound::Included(from), std::ops::Bound::Excluded(to));
        let mut staged = changes.range::<[u8], _>(bounds).peekable();
        if staged.peek().is_none() {
            return base;
        }
        let staged: Vec<_> = staged.map(|(key, value)| (key.clone(), value.clone())).collect();
        Box::new(Merged { base: Both::new(base), staged: Both::new(staged.into_iter()) })
    }

    fn apply(&self, changes: Changes) -> Result<()> {
        self.changes.write().unwrap_or_else(PoisonError::into_inner).extend(changes);
        Ok(())
    }

    fn older(&self) -> Result<Vec<Arc<dyn Table>>> {
        self.base.older()
    }
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
    staged: Both<std::vec::IntoIter<Change>>,
}

/// Which of two heads comes first; an error of the base comes before everything.
fn order(base: Option<&Result<Pair>>, staged: Option<&Change>) -> Option<Ordering> {
    match (base, staged) {
        (None, None) => None,
        (None, Some(_)) => Some(Ordering::Greater),
        (Some(_), None) | (Some(Err(_)), _) => Some(Ordering::Less),
        (Some(Ok((base, _))), Some((staged, _))) => Some(base.cmp(staged)),
    }
}

impl Iterator for Merged<'_> {
    type Item = Result<Pair>;

    fn next(&mut self) -> Option<Result<Pair>> {
        loop {
            match order(self.base.peek(), self.staged.peek())? {
                Ordering::Less => return self.base.next(),
                Ordering::Equal => drop(self.base.next()),
                Ordering::Greater => {}
            }
            if let Some((key, Some(value))) = self.staged.next() {
                return Some(Ok((key, value)));
            }
        }
    }
}

impl DoubleEndedIterator for Merged<'_> {
    fn next_back(&mut self) -> Option<Result<Pair>> {
        loop {
            let (base, staged) = (self.base.peek_back(), self.staged.peek_back());
            // From this end the greater key comes first; a missing or failed head orders as before.
            let order = match (base, staged) {
                (Some(Ok((base, _))), Some((staged, _))) => staged.cmp(base),
                (base, staged) => order(base, staged)?,
            };
            match order {
                Ordering::Less => return self.base.next_back(),
                Ordering::Equal => drop(self.base.next_back()),
                Ordering::Greater => {}
            }
            if let Some((key, Some(value))) = self.staged.next_back() {
                return Some(Ok((key, value)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Arc};

    use proptest::prelude::*;

    use super::{super::sorted::Sorted, Staged, Table};

    proptest! {
        #[test]
        fn it_reads_as_if_the_changes_had_been_made(
            before in prop::collection::vec((0..20u8, any::<u8>()), 0..15),
            changes in prop::collection::vec((0..20u8, any::<Option<u8>>()), 0..15),
            from in 0..20u8,
            to in 0..22u8,
            turns in prop::collection::vec(any::<bool>(), 25),
        ) {
            let base = Arc::new(Sorted::default());
            let mut model = BTreeMap::new();
            for (key, value) in before {
                base.apply(vec![(vec![key], Some(vec![value]))]).unwrap();
                model.insert(vec![key], vec![value]);
            }
            let staged = Staged::new(base.clone());
            for (key, value) in changes {
                staged.apply(vec![(vec![key], value.map(|value| vec![value]))]).unwrap();
                match value {
                    Some(value) => model.insert(vec![key], vec![value]),
                    None => model.remove(&vec![key]),
                };
                prop_assert_eq!(staged.get(&[key]).unwrap(), value.map(|value| vec![value]));
            }
            let mut found = staged.range(&[from], &[to]);
            let to = to.max(from);
            let mut expected = model.range(vec![from]..vec![to]);
            for is_back in turns {
                let (found, expected) = match is_back {
                    true => (found.next_back(), expected.next_back()),
                    false => (found.next(), expected.next()),
                };
                prop_assert_eq!(found.transpose().unwrap(), expected.map(|(key, value)| (key.clone(), value.clone())));
            }
            staged.commit().unwrap();
            let all: BTreeMap<_, _> = base.range(&[], &[255]).map(Result::unwrap).collect();
            prop_assert_eq!(all, model);
        }
    }
}
