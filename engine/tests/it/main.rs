//! One integration binary.
#![cfg(test)]
