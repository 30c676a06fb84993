//! Parameters of a query as a type: each field is read from a text, and the one that is wrong is named.

use std::fmt;

use serde::{
    Deserializer,
    de::{
        DeserializeOwned, DeserializeSeed, Error as _, IntoDeserializer as _, MapAccess, Visitor,
        value::Error,
    },
    forward_to_deserialize_any,
};

/// Reads fields from texts by name. Names that the type does not know are left alone.
pub(super) fn read<T: DeserializeOwned>(given: impl Iterator<Item = (String, String)>) -> Result<T, String> {
    T::deserialize(Given(Fields { left: given, current: None })).map_err(|fault| fault.to_string())
}

struct Given<I>(Fields<I>);

struct Fields<I> {
    left: I,
    current: Option<(String, String)>,
}

impl<'de, I: Iterator<Item = (String, String)>> Deserializer<'de> for Given<I> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(self.0)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, I: Iterator<Item = (String, String)>> MapAccess<'de> for Fields<I> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        self.current = self.left.next();
        let Some((name, _)) = &self.current else { return Ok(None) };
        seed.deserialize(name.as_str().into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let (name, text) = self.current.take().unwrap_or_default();
        let named = |fault: Error| Error::custom(format_args!("`{name}` {fault}"));
        seed.deserialize(Text(&text)).map_err(named)
    }
}

/// One value as it was sent.
struct Text<'t>(&'t str);

impl Text<'_> {
    fn parsed<T: std::str::FromStr>(&self, what: impl fmt::Display) -> Result<T, Error> {
        self.0.parse().map_err(|_| Error::custom(what))
    }
}

impl<'de> Deserializer<'de> for Text<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_bool(self.parsed("is `true` or `false`")?)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_u32(self.parsed("is a whole number")?)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_u64(self.parsed("is a whole number")?)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Asked {
        name: Option<String>,
        limit: u64,
        whole: bool,
    }

    fn check(given: &[(&str, &str)], expected: Result<Asked, &str>) {
        let given = given.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        assert_eq!(super::read::<Asked>(given), expected.map_err(str::to_owned));
    }

    #[test]
    fn fields_are_read_from_texts_and_the_wrong_one_is_named() {
        check(&[], Ok(Asked::default()));
        check(
            &[("name", "7"), ("limit", "7"), ("whole", "true"), ("other", "x")],
            Ok(Asked { name: Some("7".to_owned()), limit: 7, whole: true }),
        );
        check(&[("whole", "1")], Err("`whole` is `true` or `false`"));
        check(&[("limit", "-1")], Err("`limit` is a whole number"));
        check(&[("limit", "99999999999999999999")], Err("`limit` is a whole number"));
    }
}
