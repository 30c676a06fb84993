//! The checker must fail on histories that are wrong.
