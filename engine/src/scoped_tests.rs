//! The lookup against a brute-force twin, and what it says about itself.

use proptest::{collection::vec, option, prelude::*};
use sdk::Identity;

use super::{Scoped, keys, level_of};

fn id(use_case: &str, biz_id: Option<&str>, scenario: Option<&str>) -> Identity {
    Identity::new(use_case, biz_id, scenario).unwrap()
}

fn scoped(places: &[(&str, Option<&str>, Option<&str>)]) -> Scoped<String> {
    let mut scoped = Scoped::default();
    for (use_case, biz_id, scenario) in places {
        let place = id(use_case, *biz_id, *scenario);
        let name = place.to_string();
        scoped.insert(place, name).unwrap();
    }
    scoped
}

/// The rule of the design, word for word, over a plain list.
fn brute<'a>(all: &'a [(Identity, usize)], wanted: &Identity) -> Option<(&'a usize, u8)> {
    let tries = [
        (wanted.biz_id.is_some() && wanted.scenario.is_some()).then(|| (wanted.clone(), 1)),
        wanted.biz_id.is_some().then(|| (Identity { scenario: None, ..wanted.clone() }, 2)),
        Some((Identity::of(wanted.use_case.clone()), 3)),
    ];
    let find = |(key, level): (Identity, u8)| {
        all.iter().find(|(place, _)| *place == key).map(|(_, value)| (value, level))
    };
    tries.into_iter().flatten().find_map(find)
}

fn identities() -> impl Strategy<Value = Identity> {
    // Few words, some of which join to the same text, so that keys collide when parts are glued.
    let word = || prop::sample::select(vec!["a", "b", "a.b", "b.c", "c"]);
    (word(), option::of(word()), option::of(word()))
        .prop_map(|(use_case, biz_id, scenario)| id(use_case, biz_id, scenario))
}

proptest! {
    #[test]
    fn agrees_with_brute_force(places in vec(identities(), 0..40), wanted in vec(identities(), 1..40)) {
        let (mut scoped, mut all) = (Scoped::default(), Vec::new());
        for (value, place) in places.into_iter().enumerate() {
            let is_new = all.iter().all(|(known, _)| *known != place);
            prop_assert_eq!(scoped.insert(place.clone(), value).is_ok(), is_new);
            if is_new {
                all.push((place, value));
            }
        }
        for identity in wanted {
            let hit = scoped.get(&identity);
            prop_assert_eq!(hit.as_ref().map(|hit| (hit.value, hit.level)), brute(&all, &identity));
            let tried = hit.map_or_else(|| keys(&identity).count(), |hit| hit.tried().count());
            prop_assert_eq!(tried, scoped.explain(&identity).tried.len());
        }
    }
}

#[test]
fn a_scenario_without_a_biz_id_is_answered_at_level_3_only() {
    let scoped = scoped(&[("pay", None, Some("qr")), ("pay", None, None)]);
    let identity = id("pay", None, Some("qr"));
    let hit = scoped.get(&identity).unwrap();
    assert_eq!((hit.value.as_str(), hit.level), ("(pay, default, default)", 3));
    assert_eq!(level_of(&identity), None);
}

#[test]
fn a_hit_says_which_keys_were_tried() {
    let scoped = scoped(&[("pay", Some("travel"), None), ("pay", None, None)]);
    let identity = id("pay", Some("travel"), Some("hotel"));
    let hit = scoped.get(&identity).unwrap();
    let tried: Vec<String> = hit.tried().map(|key| key.to_string()).collect();
    assert_eq!((hit.level, tried), (2, vec!["(pay, travel, hotel)".into(), "(pay, travel, default)".into()]));
}

#[test]
fn a_duplicate_is_refused_and_the_first_stays() {
    let mut scoped = scoped(&[("pay", None, None)]);
    let refused = scoped.insert(id("pay", None, None), "second".into()).unwrap_err();
    assert_eq!(refused.to_string(), "(pay, default, default) is registered twice");
    assert_eq!(scoped.at(&refused.key).unwrap(), "(pay, default, default)");
}

#[test]
fn a_slip_of_spelling_is_a_near_miss_and_another_use_case_is_not() {
    let scoped = scoped(&[
        ("pay", Some("used-car"), Some("auction")),
        ("pay", Some("used-car"), None),
        ("pay", Some("travel"), None),
        ("pays", Some("used-cars"), None),
        ("pay", None, None),
    ]);
    let check = |biz_id, scenario, level, near: &[&str]| {
        let explanation = scoped.explain(&id("pay", Some(biz_id), scenario));
        assert_eq!(
            (explanation.level, explanation.near),
            (Some(level), near.iter().map(ToString::to_string).collect())
        );
    };
    check("usedcar", Some("auction"), 3, &["(pay, used-car, default)", "(pay, used-car, auction)"]);
    check("used-car", Some("auctoin"), 2, &["(pay, used-car, auction)"]);
    check("used-car", Some("auction"), 1, &[]);
    check("travel", None, 2, &[]);
}
