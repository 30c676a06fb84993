//! A borrowed JSON object as a CEL map. A macro runs over its keys in the order of the document.

use std::sync::OnceLock;

use cel::ExecutionError;
use cel::common::traits::{self, Container, Indexer, Iterable, Sizer, Zeroer};
use cel::common::types::{CelInt, CelString, Kind, MAP_TYPE, Type};
use cel::common::value::{CowVal, Val};
use serde_json::{Map, Value};

use super::list::Items;
use super::view::{Boxed, boxed, same, view};

#[derive(Debug)]
pub(super) struct Object<'v> {
    fields: &'v Map<String, Value>,
    keys: OnceLock<Vec<Boxed<'v>>>,
}

impl<'v> Object<'v> {
    pub(super) fn new(fields: &'v Map<String, Value>) -> Self {
        Self { fields, keys: OnceLock::new() }
    }

    fn keys(&self) -> &[Boxed<'v>] {
        let key = |key: &'v String| Box::new(CelString::from(key.as_str())) as Boxed<'v>;
        self.keys.get_or_init(|| self.fields.keys().map(key).collect())
    }

    fn at(&self, key: &dyn Val) -> Result<&'v Value, ExecutionError> {
        if let Some(key) = key.downcast_ref::<CelString<'_>>() {
            let field = self.fields.get(key.inner());
            return field.ok_or_else(|| ExecutionError::no_such_key(key.inner()));
        }
        if is_key(key) {
            return Err(ExecutionError::no_such_key("a key that is no text"));
        }
        let got = key.get_type().name().to_owned();
        Err(ExecutionError::UnexpectedType { got, want: "map key".to_owned() })
    }
}

/// Whether CEL allows such a value as a key of a map at all; in JSON only texts are.
fn is_key(key: &dyn Val) -> bool {
    matches!(key.get_type().kind(), Kind::String | Kind::Int | Kind::UInt | Kind::Boolean | Kind::Double)
}

impl Val for Object<'_> {
    fn get_type(&self) -> &Type {
        &MAP_TYPE
    }

    fn cel_type() -> &'static Type {
        &MAP_TYPE
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
        Box::new(Object::new(self.fields))
    }
}

impl Container for Object<'_> {
    fn contains(&self, key: &dyn Val) -> Result<bool, ExecutionError> {
        match self.at(key) {
            Ok(_) => Ok(true),
            Err(ExecutionError::NoSuchKey(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Indexer for Object<'_> {
    fn get<'b, 'w>(&'b self, key: &dyn Val) -> Result<CowVal<'b, 'w>, ExecutionError>
    where
        Self: 'w,
    {
        self.at(key).map(|field| view(field) as CowVal<'b, 'w>)
    }

    fn steal<'w>(self: Box<Self>, key: &dyn Val) -> Result<Boxed<'w>, ExecutionError>
    where
        Self: 'w,
    {
        self.at(key).map(|field| boxed(field) as Boxed<'w>)
    }
}

impl Iterable for Object<'_> {
    fn iter<'b, 'w>(&'b self) -> Box<dyn traits::Iterator<'b, 'w> + 'b>
    where
        Self: 'w,
    {
        Box::new(Items(self.keys().iter()))
    }
}

impl Sizer for Object<'_> {
    fn size(&self) -> CelInt {
        i64::try_from(self.fields.len()).unwrap_or(i64::MAX).into()
    }
}

impl Zeroer for Object<'_> {
    fn is_zero_value(&self) -> bool {
        self.fields.is_empty()
    }
}
