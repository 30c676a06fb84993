//! `/v1/components`: what can stand behind `use:`, with schema, words to find it by, and who uses it.

use pinyin::ToPinyin as _;
use sdk::{Title, Value, serde_json::to_value};
use serde_json::json;

use super::{Answer, Ask, ok};

/// `GET /v1/components`.
pub(in crate::serve) async fn list(ask: Ask) -> Answer {
    let uses = super::catalog::uses(&ask);
    let registry = &ask.engine.settings().registry;
    let items: Vec<Value> = registry
        .components()
        .map(|entry| {
            let schema = to_value((entry.schema)()).unwrap_or_default();
            let title = entry.about.map_or(Title { en: entry.name, zh: entry.name }, |about| about.title);
            let (pinyin, initials) = spelled(title.zh);
            let flows = uses.get(&("use", entry.name.to_owned())).map_or(&[][..], Vec::as_slice);
            json!({
                "name": entry.name, "effect": entry.effect, "title": title, "pinyin": pinyin, "initials": initials,
                "description": schema["description"], "schema": schema,
                "category": entry.about.map(|about| about.category),
                "icon": entry.about.map(|about| about.icon),
                "keywords": entry.about.map(|about| about.keywords),
                "uses": flows.len(), "flows": flows,
            })
        })
        .collect();
    ok(&json!({"items": items, "next": null}))
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
