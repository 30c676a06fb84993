//! `decide`: asks a rule table. The table is a `Decision` document or stands in the node itself.
//!
//! ```text
//! Table --compile--> Compiled --judge--> hits --settle--> outputs
//! ```

mod aggregate;
mod cell;
mod compile;
mod judge;
mod settle;
mod table;

use sdk::prelude::*;

pub use self::table::{Aggregate, Decision, HitPolicy, Input, Kind, Output, Table};
use crate::present::present;

/// Asks a rule table and gives back what its matching rules say, with the ids of those rules as `matched`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    /// The decision to ask, by name. Give this or `table`.
    #[serde(default)]
    pub decision: Option<String>,
    /// A rule table of this step's own. Give this or `decision`.
    #[serde(default)]
    #[schemars(with = "Option<Table>")]
    pub table: Option<Value>,
    /// The values the rules look at, by field. Normally what the step before gave.
    #[serde(default, deserialize_with = "present")]
    pub input: Option<Shared>,
    /// Also say, for every rule, which cells matched and which did not.
    #[serde(default)]
    pub explain: bool,
    /// The moment for which rules must be valid, such as `2026-05-01T08:00:00Z`. Normally now.
    #[serde(default)]
    pub at: Option<String>,
}

#[async_trait]
impl Component for Decide {
    const NAME: &'static str = "decide";
    const EFFECT: Effect = Effect::Pure;
    const ABOUT: Option<About> = Some(About {
        title: Title { en: "Decision table", zh: "决策表" },
        category: "rules",
        icon: "table",
        keywords: &["rules", "policy", "dmn", "jdm", "pricing", "决策表", "规则", "策略", "政策", "返利"],
    });

    fn validate(&self) -> Result<(), Error> {
        self.moment(0)?;
        match (&self.decision, &self.table) {
            (Some(_), None) => Ok(()),
            (None, Some(table)) => Table::read(table).map(drop),
            _ => Err(Error::validation("CONFIG_INVALID", "`decide` takes either `decision` or `table`")),
        }
    }

    async fn run(&self, cx: &Context, input: Shared) -> Outcome {
        let moment_ms = self.moment(cx.now())?;
        let compiler = |text: &str, names: &[&str]| cx.compile(text, names);
        let compiled = match (&self.decision, &self.table) {
            (Some(name), None) => {
                let decision = cx.resource("Decision", name)?;
                decision.derived(|decision| compile::compile(&Decision::read(decision)?.table, &compiler))?
            }
            (None, Some(table)) => {
                let table = cx.inline("table", table);
                table.derived(|table| compile::compile(&Table::read(&table.body)?, &compiler))?
            }
            _ => {
                return Err(Error::validation(
                    "CONFIG_INVALID",
                    "`decide` takes either `decision` or `table`",
                ));
            }
        };
        let given = self.input.as_ref().unwrap_or(&input);
        let verdict = judge::judge(&compiled, given, moment_ms, self.explain)?;
        settle::settle(&compiled, verdict).map(Shared::new)
    }
}
sdk::component!(Decide);

impl Decide {
    fn moment(&self, now_ms: i64) -> Result<i64, Error> {
        let Some(text) = &self.at else { return Ok(now_ms) };
        let moment = chrono::DateTime::parse_from_rfc3339(text);
        moment.map(|moment| moment.timestamp_millis()).map_err(|_| {
            let message = format!("`at` is {text:?}: write a moment such as `2026-05-01T08:00:00Z`");
            Error::validation("CONFIG_INVALID", message)
        })
    }
}
