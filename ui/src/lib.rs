//! The designer, embedded.
