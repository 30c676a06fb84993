//! Values: what serde_yaml makes of the text of one document, laid over the places that the event pass
//! found. The only file that names serde_yaml.

use std::{cell::RefCell, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

use super::{
    refuse,
    scan::{Outline, Scanned},
};
use crate::flow::{
    diagnostic::Diagnostic,
    tree::{Entry, Shape, Span, Spanned, Tree},
};

/// Builds the tree of a scanned document.
///
/// # Errors
/// A value that JSON cannot hold, such as NaN or an integer of thirty digits.
pub(super) fn value(scanned: &Scanned<'_>) -> Result<Tree, Box<Diagnostic>> {
    let told = RefCell::new(None);
    let seed = Seed { outline: &scanned.outline, told: &told };
    seed.deserialize(serde_yaml::Deserializer::from_str(scanned.text)).map_err(|fault| {
        let said = told.borrow_mut().take();
        said.unwrap_or_else(|| Box::new(refuse::value(place(&fault, scanned), &fault.to_string())))
    })
}

fn place(fault: &serde_yaml::Error, scanned: &Scanned<'_>) -> Span {
    let start = scanned.outline.span();
    fault.location().map_or(start, |at| Span {
        line: scanned.line + u32::try_from(at.line()).unwrap_or(1).saturating_sub(1),
        column: u32::try_from(at.column()).unwrap_or(1),
        length: 1,
        ..start
    })
}

#[derive(Clone, Copy)]
struct Seed<'o> {
    outline: &'o Outline,
    told: &'o RefCell<Option<Box<Diagnostic>>>,
}

impl Seed<'_> {
    fn tree(self, shape: Shape) -> Tree {
        Tree { span: self.outline.span(), shape }
    }

    fn fail<E: Error>(self, why: impl fmt::Display) -> E {
        let why = why.to_string();
        *self.told.borrow_mut() = Some(Box::new(refuse::value(self.outline.span(), &why)));
        E::custom(why)
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Tree;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// The two readers of YAML must see the same shape, or places would be wrong.
const DISAGREE: &str = "it can be read in two ways";

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value that JSON can hold")
    }

    fn visit_unit<E: Error>(self) -> Result<Tree, E> {
        Ok(self.tree(Shape::Null))
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Tree, E> {
        Ok(self.tree(Shape::Bool(truth)))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Tree, E> {
        Ok(self.tree(Shape::Number(number.into())))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Tree, E> {
        Ok(self.tree(Shape::Number(number.into())))
    }

    fn visit_i128<E: Error>(self, number: i128) -> Result<Tree, E> {
        Err(self.fail(format_args!("{number} has more than 64 bits")))
    }

    fn visit_u128<E: Error>(self, number: u128) -> Result<Tree, E> {
        Err(self.fail(format_args!("{number} has more than 64 bits")))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Tree, E> {
        match Number::from_f64(number) {
            Some(number) => Ok(self.tree(Shape::Number(number))),
            None => {
                let fault = refuse::not_finite(self.outline.span(), number);
                *self.told.borrow_mut() = Some(Box::new(fault));
                Err(E::custom("not finite"))
            }
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Tree, E> {
        Ok(self.tree(Shape::Text(text.to_owned())))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Tree, E> {
        Ok(self.tree(Shape::Text(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let Outline::List(_, outlines) = self.outline else { return Err(self.fail(DISAGREE)) };
        let mut items = Vec::with_capacity(outlines.len());
        for outline in outlines {
            match access.next_element_seed(Seed { outline, ..self })? {
                Some(item) => items.push(item),
                None => return Err(self.fail(DISAGREE)),
            }
        }
        if access.next_element::<serde::de::IgnoredAny>()?.is_some() {
            return Err(self.fail(DISAGREE));
        }
        Ok(self.tree(Shape::List(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let Outline::Map(_, outlines) = self.outline else { return Err(self.fail(DISAGREE)) };
        let mut entries = Vec::with_capacity(outlines.len());
        for (name, span, outline) in outlines {
            // A key is the text as written, whatever type YAML would give it: JSON has no other keys.
            if access.next_key::<serde::de::IgnoredAny>()?.is_none() {
                return Err(self.fail(DISAGREE));
            }
            let value = access.next_value_seed(Seed { outline, ..self })?;
            entries.push(Entry { key: Spanned::new(name.clone(), *span), value });
        }
        if access.next_key::<serde::de::IgnoredAny>()?.is_some() {
            return Err(self.fail(DISAGREE));
        }
        Ok(self.tree(Shape::Map(entries)))
    }
}
