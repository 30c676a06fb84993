//! The `bactrian` binary. Everything it does is in the library beside it.

use std::process::ExitCode;

/// A call makes and drops some hundred small values; the system's allocator took a quarter of its time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    bactrian::main()
}
