//! Checks of a person: the id card number's own check digit, a face score, the company registry.

use serde_json::json;

use crate::call::{Answer, Call, Endpoint, Handled, Verb, endpoint};
use crate::world::Transaction;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    endpoint("id-card", Verb::Post, "/id-card", id_card),
    endpoint("face", Verb::Post, "/face", face),
    endpoint("registry", Verb::Get, "/registry/{id}", registry),
];

/// ISO 7064 MOD 11-2, as GB 11643 prescribes for the resident identity number.
fn id_card(_: &mut Transaction<'_>, call: &Call) -> Handled {
    let number = call.text("idCard")?;
    Ok(Answer::ok(json!({"name": call.text("name")?, "passed": is_valid_number(number)})))
}

/// A photo named `blurred` is not recognised.
fn face(_: &mut Transaction<'_>, call: &Call) -> Handled {
    let score = if call.text("photo")? == "blurred" { 41 } else { 97 };
    Ok(Answer::ok(json!({"score": score})))
}

/// A number on the list of lost cards is blocked, every other is clear.
fn registry(tx: &mut Transaction<'_>, call: &Call) -> Handled {
    let is_blocked = tx.get("lost_cards", call.segment("id")).is_some();
    Ok(Answer::ok(json!({"state": if is_blocked { "BLOCKED" } else { "CLEAR" }})))
}

fn is_valid_number(number: &str) -> bool {
    let digits = number.as_bytes();
    if digits.len() != 18 {
        return false;
    }
    let mut sum = 0;
    for &digit in &digits[..17] {
        if !digit.is_ascii_digit() {
            return false;
        }
        sum = ((sum + u32::from(digit - b'0')) * 2) % 11;
    }
    let check = (12 - sum % 11) % 11;
    let last = match digits[17] {
        b'X' | b'x' => 10,
        digit if digit.is_ascii_digit() => u32::from(digit - b'0'),
        _ => return false,
    };
    check == last
}

#[cfg(test)]
mod tests {
    use super::is_valid_number;

    #[test]
    fn the_check_digit_of_an_identity_number_decides() {
        // The example of GB 11643-1999.
        assert!(is_valid_number("11010519491231002X"));
        assert!(!is_valid_number("110105194912310021"));
        assert!(!is_valid_number("11010519491231002"));
    }
}
