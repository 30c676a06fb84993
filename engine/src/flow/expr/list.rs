//! A borrowed JSON list as a CEL list. Its items are wrapped one by one, and only for a macro all at once.

use std::sync::OnceLock;

use cel::ExecutionError;
use cel::common::traits::{self, Adder, Container, Indexer, Iterable, Sizer, Zeroer};
use cel::common::types::{CelDouble, CelInt, CelList, CelString, CelUInt, Kind, LIST_TYPE, Type};
use cel::common::value::{CowVal, Val};
use serde_json::Value;

use super::view::{Boxed, boxed, same, view};

#[derive(Debug)]
pub(super) struct List<'v> {
    items: &'v [Value],
    views: OnceLock<Vec<Boxed<'v>>>,
}

impl<'v> List<'v> {
    pub(super) fn new(items: &'v [Value]) -> Self {
        Self { items, views: OnceLock::new() }
    }

    fn views(&self) -> &[Boxed<'v>] {
        self.views.get_or_init(|| self.items.iter().map(boxed).collect())
    }

    fn at(&self, index: &dyn Val) -> Result<Boxed<'v>, ExecutionError> {
        let place = if let Some(int) = index.downcast_ref::<CelInt>() {
            usize::try_from(*int.inner()).ok()
        } else if let Some(uint) = index.downcast_ref::<CelUInt>() {
            usize::try_from(*uint.inner()).ok()
        } else if let Some(double) = index.downcast_ref::<CelDouble>() {
            whole(*double.inner())
        } else {
            let got = index.get_type().name().to_owned();
            return Err(ExecutionError::UnexpectedType { got, want: "int".to_owned() });
        };
        let item = place.and_then(|place| self.items.get(place));
        item.map(boxed)
            .ok_or_else(|| ExecutionError::IndexOutOfBounds(index.try_into().unwrap_or(cel::Value::Null)))
    }
}

/// A whole double as an index.
fn whole(double: f64) -> Option<usize> {
    let is_index = double.fract() == 0.0 && (0.0..1e9).contains(&double);
    is_index.then(|| format!("{double:.0}").parse().ok()).flatten()
}

impl Val for List<'_> {
    fn get_type(&self) -> &Type {
        &LIST_TYPE
    }

    fn cel_type() -> &'static Type {
        &LIST_TYPE
    }

    fn as_adder<'b, 'w>(&'b self) -> Option<&'b (dyn Adder + 'w)>
    where
        Self: 'w,
    {
        Some(self)
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn as_indexer<'b, 'w>(&'b self) -> Option<&'b (dyn Indexer + 'w)>
    where
        Self: 'w,
    {
        Some(self)
    }

    fn as_iterable<'b, 'w>(&'b self) -> Option<&'b (dyn Iterable + 'w)>
    where
        Self: 'w,
    {
        Some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        Some(self)
    }

    fn as_zeroer(&self) -> Option<&dyn Zeroer> {
        Some(self)
    }

    fn equals(&self, other: &dyn Val) -> bool {
        same(self, other)
    }

    fn clone_as_boxed<'w>(&self) -> Boxed<'w>
    where
        Self: 'w,
    {
        Box::new(List::new(self.items))
    }
}

impl Adder for List<'_> {
    fn add<'b, 'w>(&'b self, other: &(dyn Val + 'w)) -> Result<CowVal<'b, 'w>, ExecutionError>
    where
        Self: 'w,
    {
        let others = other.as_iterable().filter(|_| other.get_type().kind() == Kind::List);
        let Some(others) = others else {
            let types = vec!["list".to_owned(), other.get_type().name().to_owned()];
            return Err(ExecutionError::no_such_overload("_+_", types));
        };
        let mut sum: Vec<Boxed<'w>> = self.items.iter().map(|item| boxed(item) as Boxed<'w>).collect();
        let mut others = others.iter();
        while let Some(item) = others.next() {
            sum.push(item.clone_as_boxed());
        }
        Ok(CowVal::owned(CelList::from(sum)))
    }
}

impl Container for List<'_> {
    fn contains(&self, value: &dyn Val) -> Result<bool, ExecutionError> {
        if let Some(text) = value.downcast_ref::<CelString<'_>>() {
            return Ok(self.items.iter().any(|item| item.as_str() == Some(text.inner())));
        }
        Ok(self.items.iter().any(|item| same(view(item).as_ref(), value)))
    }
}

impl Indexer for List<'_> {
    fn get<'b, 'w>(&'b self, index: &dyn Val) -> Result<CowVal<'b, 'w>, ExecutionError>
    where
        Self: 'w,
    {
        self.at(index).map(|item| CowVal::Owned(item as Boxed<'w>))
    }

    fn steal<'w>(self: Box<Self>, index: &dyn Val) -> Result<Boxed<'w>, ExecutionError>
    where
        Self: 'w,
    {
        self.at(index).map(|item| item as Boxed<'w>)
    }
}

impl Iterable for List<'_> {
    fn iter<'b, 'w>(&'b self) -> Box<dyn traits::Iterator<'b, 'w> + 'b>
    where
        Self: 'w,
    {
        Box::new(Items(self.views().iter()))
    }
}

impl Sizer for List<'_> {
    fn size(&self) -> CelInt {
        i64::try_from(self.items.len()).unwrap_or(i64::MAX).into()
    }
}

impl Zeroer for List<'_> {
    fn is_zero_value(&self) -> bool {
        self.items.is_empty()
    }
}

/// Lends out what is kept in a slice, as a macro wants it.
pub(super) struct Items<'b, T>(pub(super) std::slice::Iter<'b, T>);

impl<'b, 'v: 'w, 'w> traits::Iterator<'b, 'w> for Items<'b, Boxed<'v>> {
    fn next(&mut self) -> Option<&'b (dyn Val + 'w)> {
        self.0.next().map(|item| item.as_ref() as &'b (dyn Val + 'w))
    }
}
