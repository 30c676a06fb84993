//! Whole-server comparisons. Every figure stands beside a reference measured in the same run, because a
//! ratio survives a noisy machine and an absolute time does not.

mod durable;
mod http;
mod load;
mod loader;
mod process;
mod run;
mod table;
mod watch;

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
    /// Durable runs of three write steps over HTTP, beside what sled and the disk can do; recovery, memory, waits.
    Durable(durable::Settings),
    /// Loading, planning and reloading flows by the thousand, and starting the server.
    Load(load::Settings),
    /// What the engine adds to each node of a chain and each item of a list, in this process.
    Run,
    /// One row of `load`, in a process of its own; not for people.
    #[command(hide = true)]
    LoadRound {
        /// How many flows.
        flows: usize,
    },
    /// The server that `durable` starts; not for people.
    #[command(hide = true)]
    DurableServer {
        /// Where its state is.
        data: std::path::PathBuf,
        /// Whether `bench.hold` never answers.
        #[arg(long)]
        holds: bool,
    },
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
        What::Durable(settings) => durable::measure(&settings),
        What::DurableServer { data, holds } => durable::serve(data, holds),
        What::Load(settings) => load::measure(&settings),
        What::Run => run::measure(),
        What::LoadRound { flows } => load::round(flows),
        What::Server { role } => http::serve(role),
    }
}
