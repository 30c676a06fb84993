//! A table with the changes of one group in front of it. The ledger reads its own writes here, and the
//! group goes to the table as one batch, so that it is logged as one and takes effect as one.

use std::sync::Arc;

use super::{
    contract::Result,
    overlay::Overlay,
    table::{Changes, Pairs, Table},
};

/// What was changed and not handed on, over what is there.
pub(super) struct Staged {
    base: Arc<dyn Table>,
    changes: Arc<Overlay>,
}

impl Staged {
    pub(super) fn new(base: Arc<dyn Table>) -> Self {
        Self { base, changes: Arc::default() }
    }

    /// Hands everything on, all of it or nothing, and tells how many keys and bytes that were.
    pub(super) fn commit(&self) -> Result<(u64, u64)> {
        let changes = self.changes.take();
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
        match self.changes.get(key) {
            Some(value) => Ok(value),
            None => self.base.get(key),
        }
    }

    fn range(&self, from: &[u8], to: &[u8]) -> Pairs<'_> {
        self.changes.over(self.base.range(from, to), from, to)
    }

    fn apply(&self, changes: Changes) -> Result<()> {
        self.changes.extend(changes);
        Ok(())
    }

    fn older(&self) -> Result<Vec<Arc<dyn Table>>> {
        self.base.older()
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
