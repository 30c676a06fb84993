//! The tables of function names agree with what the environment can call.

use cel::{Context, ExecutionError};

use super::{GLOBAL, MEMBER, SPACED, build, environment};

/// Whether calling it fails for another reason than that there is no such function.
fn is_known(text: &str) -> bool {
    let Ok(program) = environment().compile(text) else {
        return true;
    };
    let answer = program.execute(&Context::with_env(environment().clone()));
    !matches!(answer, Err(ExecutionError::UndeclaredReference(_)))
}

#[test]
fn the_environment_builds() {
    assert!(build().is_ok());
}

#[test]
fn every_name_in_the_tables_can_be_called() {
    const REWRITTEN: [&str; 4] = ["has", "now", "orDefault", "uuid"];
    const MACROS: [&str; 9] =
        ["all", "exists", "existsOne", "exists_one", "filter", "map", "optFlatMap", "optMap", "sortBy"];
    for name in GLOBAL.iter().filter(|name| !REWRITTEN.contains(name)) {
        assert!(is_known(&format!("{name}(b'', b'', b'')")), "{name}");
    }
    for name in MEMBER.iter().filter(|name| !MACROS.contains(name)) {
        assert!(is_known(&format!("b''.{name}(b'', b'', b'', b'')")), "{name}");
    }
    for name in SPACED {
        assert!(is_known(&format!("{name}(b'', b'', b'')")), "{name}");
    }
}
