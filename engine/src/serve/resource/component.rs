//! `/v1/components`: what can stand behind `use:`, with schema, words to find it by, and who uses it.

use std::collections::BTreeMap;

use pinyin::ToPinyin as _;
use schemars::JsonSchema;
use sdk::{Effect, Value, serde_json::to_value};
use serde::Serialize;

use super::{Answer, Ask, Page, ok};
use crate::{
    flow::document::Title,
    serve::openapi::{Operation, Tag},
};

/// What can stand behind `use:`.
#[derive(Serialize, JsonSchema)]
pub(in crate::serve) struct Component {
    /// The word behind `use:`.
    name: &'static str,
    /// What it does to the world.
    effect: Effect,
    /// What people read.
    title: Title,
    /// The Chinese title as it sounds.
    pinyin: String,
    /// The first letter of each of its sounds.
    initials: String,
    /// What it is for.
    description: Option<String>,
    /// The JSON Schema of its `with:`.
    #[schemars(with = "BTreeMap<String, Value>")]
    schema: Value,
    /// The group it stands in.
    category: Option<&'static str>,
    /// An icon of the designer's set.
    icon: Option<&'static str>,
    /// More words to find it by.
    keywords: Option<&'static [&'static str]>,
    /// How many flows use it.
    uses: usize,
    /// Their names.
    flows: Vec<String>,
}

pub(in crate::serve) const LIST: Operation =
    Operation::of::<Page<Component>>(Tag::Components, "listComponents");

/// `GET /v1/components`.
pub(in crate::serve) async fn list(ask: Ask) -> Answer {
    let mut uses = super::catalog::uses(&ask);
    let registry = &ask.engine.settings().registry;
    let items = registry.components().map(|entry| {
        let schema = to_value((entry.schema)()).unwrap_or_default();
        let title = entry.about.map(|about| about.title);
        let title = title.map_or_else(
            || Title::from(entry.name),
            |title| Title { en: title.en.to_owned(), zh: title.zh.to_owned() },
        );
        let (pinyin, initials) = spelled(&title.zh);
        let flows = uses.remove(&("use", entry.name.to_owned())).unwrap_or_default();
        Component {
            name: entry.name,
            effect: entry.effect,
            title,
            pinyin,
            initials,
            description: schema["description"].as_str().map(str::to_owned),
            schema,
            category: entry.about.map(|about| about.category),
            icon: entry.about.map(|about| about.icon),
            keywords: entry.about.map(|about| about.keywords),
            uses: flows.len(),
            flows,
        }
    });
    ok(&Page::whole(items.collect()))
}

/// A Chinese text as it sounds, and the first letter of each sound: `取消订单` → `quxiaodingdan`, `qxdd`.
pub(super) fn spelled(text: &str) -> (String, String) {
    let (mut whole, mut initials) = (String::new(), String::new());
    for (letter, sound) in text.chars().zip(text.to_pinyin()) {
        match sound {
            Some(sound) => {
                whole.push_str(sound.plain());
                initials.push_str(sound.first_letter());
            }
            None if letter.is_alphanumeric() => {
                let small = letter.to_lowercase();
                whole.extend(small.clone());
                initials.extend(small);
            }
            None => {}
        }
    }
    (whole, initials)
}

#[cfg(test)]
mod tests {
    use super::spelled;

    #[test]
    fn a_title_is_found_by_sound_and_by_initials() {
        assert_eq!(spelled("取消订单"), ("quxiaodingdan".to_owned(), "qxdd".to_owned()));
        assert_eq!(spelled("HTTP 调用"), ("httpdiaoyong".to_owned(), "httpdy".to_owned()));
    }
}
