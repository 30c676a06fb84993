//! The nearest known name, for "did you mean". Knows no grammar.

/// The candidate closest to `name`, if it is close enough to be meant.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    // In a short word two edits make another word: `code` is not meant to be `body`.
    let limit = if length <= 4 { 1 } else { 1 + length / 3 };
    candidates
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Edits between two words: insert, delete, replace or swap neighbours. Case does not count.
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.to_lowercase().chars().collect();
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for row in 1..=left.len() {
        let mut current = vec![row];
        for column in 1..=right.len() {
            let is_same = left[row - 1] == right[column - 1];
            let replace = above[column - 1] + usize::from(!is_same);
            let mut best = replace.min(above[column] + 1).min(current[column - 1] + 1);
            let is_swap = row > 1
                && column > 1
                && left[row - 1] == right[column - 2]
                && left[row - 2] == right[column - 1];
            if is_swap {
                best = best.min(before[column - 2] + 1);
            }
            current.push(best);
        }
        before = std::mem::replace(&mut above, current);
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["load", "return_points", "input"];
        assert_eq!(nearest("laod", known), Some("load"));
        assert_eq!(nearest("return_point", known), Some("return_points"));
        assert_eq!(nearest("INPUT", known), Some("input"));
        assert_eq!(nearest("refund", known), None);
        assert_eq!(nearest("code", ["body", "status"]), None);
    }
}
