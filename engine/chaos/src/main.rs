//! `bactrian-chaos`: the long version of the proof. Told by its environment, this binary is the program under test.

use std::{path::PathBuf, process::ExitCode};

use bactrian_chaos::{
    crash::{Kind, Plan, prove},
    simulate,
    table::{Row, millis, render},
    victim,
};
use clap::{Parser, ValueEnum};
use engine::clock::SystemClock;
use sdk::Clock as _;

/// Kills, cuts and simulates the engine, and checks what comes of it.
#[derive(Parser)]
#[command(name = "bactrian-chaos")]
struct Arguments {
    /// What is proved; without any, everything.
    #[arg(value_enum)]
    what: Vec<What>,
    /// From what everything is drawn.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Rounds of `kill -9`.
    #[arg(long, default_value_t = 300)]
    kills: u64,
    /// Power cuts.
    #[arg(long, default_value_t = 200)]
    cuts: u64,
    /// How often each failpoint has its turn.
    #[arg(long, default_value_t = 10)]
    turns: u64,
    /// Simulated seeds, from `--seed` on.
    #[arg(long, default_value_t = 5_000)]
    seeds: u64,
    /// Callers at once.
    #[arg(long, default_value_t = 64)]
    callers: u64,
    /// The `bactrian` to kill; the one in this binary unless stated.
    #[arg(long)]
    program: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// `kill -9` at random instants.
    Kills,
    /// Death at each failpoint.
    Points,
    /// Power cuts.
    Cuts,
    /// Simulated lives, from seed to seed.
    Seeds,
}

#[expect(clippy::disallowed_methods, reason = "the program under test is told by its environment what it is")]
fn main() -> ExitCode {
    if let Ok(arms) = std::env::var(victim::ARMED) {
        return victim::run(&arms, &std::env::args_os().collect::<Vec<_>>());
    }
    match run(&Arguments::parse()) {
        Ok(rows) => {
            say(&render(&rows));
            ExitCode::from(u8::from(rows.iter().any(|row| !row.violations.is_empty())))
        }
        Err(error) => {
            say(&format!("the harness could not go on: {error}\n"));
            ExitCode::from(3)
        }
    }
}

#[expect(clippy::print_stdout, reason = "the table is the product")]
fn say(text: &str) {
    print!("{text}");
}

fn run(arguments: &Arguments) -> std::io::Result<Vec<Row>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let wants = |what: What| arguments.what.is_empty() || arguments.what.contains(&what);
    let mut rows = Vec::new();
    let rounds = u64::try_from(victim::POINTS.len()).unwrap_or(1) * arguments.turns;
    for (what, kind, rounds) in [
        (What::Kills, Kind::Kill, arguments.kills),
        (What::Points, Kind::Points, rounds),
        (What::Cuts, Kind::Power, arguments.cuts),
    ] {
        if wants(what) {
            let own = std::env::current_exe()?;
            let program = arguments.program.clone().filter(|_| kind == Kind::Kill).unwrap_or(own);
            let plan = Plan {
                kind,
                rounds,
                seed: arguments.seed,
                callers: arguments.callers,
                pause_ms: 400,
                program,
                look_every: 10,
            };
            rows.push(runtime.block_on(prove(&plan))?);
            say(&render(&rows[rows.len() - 1..]));
        }
    }
    if wants(What::Seeds) {
        rows.push(seeds(arguments.seed, arguments.seeds)?);
        say(&render(&rows[rows.len() - 1..]));
    }
    Ok(rows)
}

/// One seed alone tells everything it has seen.
fn seeds(from: u64, count: u64) -> std::io::Result<Row> {
    let clock = SystemClock::new();
    let begun = clock.now();
    if count == 1 {
        let simulated = simulate::simulate(simulate::Plan::of(from)).map_err(std::io::Error::other)?;
        say(&format!("{}\n", simulated.trace.join("\n")));
    }
    let found = simulate::all(from, count);
    Ok(Row {
        what: "simulated seeds".to_owned(),
        rounds: count,
        sagas: found.sagas,
        violations: found.violations,
        seed: from,
        seconds: millis(clock.now() - begun),
        note: format!("{} crashes", found.crashes),
    })
}
