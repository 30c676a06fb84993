//! Whole-server comparisons. Every figure stands beside a reference measured in the same run, because a
//! ratio survives a noisy machine and an absolute time does not.

mod http;
mod loader;
mod process;
mod table;

use components as _;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "bactrian-bench", about = "Prints ratios against a reference in the same run")]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// A five-node flow over HTTP, beside a bare hyper echo and a bare hyper JSON server.
    Http(http::Settings),
    /// One of the servers that `http` starts; not for people.
    #[command(hide = true)]
    Server {
        /// Which one.
        role: http::Role,
    },
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    match Arguments::parse().what {
        What::Http(settings) => http::compare(&settings),
        What::Server { role } => http::serve(role),
    }
}
