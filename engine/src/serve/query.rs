//! The query of a request, decoded. Names and values are data: what they mean is the reader's to say.

use std::collections::BTreeMap;

use sdk::Value;

use super::parameter;

/// Names with their values, in order of arrival for one name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(BTreeMap<String, Vec<String>>);

impl Query {
    /// Decodes `a=1&b=x%20y`; `application/x-www-form-urlencoded`, so `+` is a space.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut all = BTreeMap::<String, Vec<String>>::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            all.entry(decode(name, true)).or_default().push(decode(value, true));
        }
        Self(all)
    }

    /// The first value of a name; an empty one counts as none.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.first().map(String::as_str).filter(|text| !text.is_empty())
    }

    /// As a type: each field by its name, from the first text given for it.
    ///
    /// # Errors
    /// Which parameter is wrong, and what it should be.
    pub(super) fn read<T: serde::de::DeserializeOwned>(&self) -> Result<T, String> {
        let given = |name: &'_ String| self.get(name).map(str::to_owned);
        parameter::read(self.0.keys().filter_map(|name| Some((name.clone(), given(name)?))))
    }

    /// As JSON: one text per name, a list of texts when it came several times.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let value = |values: &Vec<String>| match values.as_slice() {
            [one] => Value::from(one.as_str()),
            several => Value::from(several),
        };
        Value::Object(self.0.iter().map(|(name, values)| (name.clone(), value(values))).collect())
    }
}

/// Decodes `%41`; what is no UTF-8 is replaced, what is no hex stays.
pub(super) fn decode(text: &str, is_form: bool) -> String {
    if !text.contains(['%', '+']) {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        rest = match (first, tail) {
            (b'%', [high, low, after @ ..]) if hex(*high).is_some() && hex(*low).is_some() => {
                bytes.push(hex(*high).unwrap_or(0) << 4 | hex(*low).unwrap_or(0));
                after
            }
            (b'+', _) if is_form => {
                bytes.push(b' ');
                tail
            }
            _ => {
                bytes.push(*first);
                tail
            }
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::Query;

    #[test]
    fn a_query_is_decoded_and_a_broken_one_is_data_all_the_same() {
        let query = Query::parse("a=1&a=2&b=x+y%2B&c&=z&d=%zz%e4%b8%ad%ff&%41=%");
        assert_eq!(
            query.to_value(),
            serde_json::json!({"": "z", "A": "%", "a": ["1", "2"], "b": "x y+", "c": "", "d": "%zz中\u{fffd}"})
        );
        assert_eq!((query.get("a"), query.get("c"), query.get("e")), (Some("1"), None, None));
    }
}
