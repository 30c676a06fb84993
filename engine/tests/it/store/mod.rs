//! What every store promises, on each of them: named cases, a reference model, crashes and power loss.

mod cases;
mod files;
mod kill;
mod messages;
mod model;
mod owners;
mod power;
mod world;
