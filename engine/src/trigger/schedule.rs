//! When a cron schedule fires, in its own time zone. Pure: the time is given.
//!
//! On the day clocks go forward a time that does not exist fires once, at the first moment after the gap; on
//! the day they go back a fixed time fires once, an interval (`*/10`) fires in both hours. That is what
//! Vixie cron does, and croner follows it.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use croner::{
    Cron,
    parser::{CronParser, Seconds},
};
use sdk::Timestamp;

use crate::flow::document::CatchUp;

/// A cron expression of five fields, or six with seconds first, in a time zone.
#[derive(Clone, Debug)]
pub struct Schedule {
    cron: Cron,
    zone: Tz,
}

/// Why a schedule cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// The expression.
    #[error("`{0}` is no cron expression: {1}")]
    Expression(String, String),
    /// The zone.
    #[error("`{0}` is no time zone of the IANA database")]
    Zone(String),
}

/// More missed fires than these are not made up for, whatever `catchUp` says.
const MOST_MISSED: usize = 1_000;

impl Schedule {
    /// Reads an expression; without a zone it is in UTC.
    ///
    /// # Errors
    /// When the expression or the zone does not exist.
    pub fn parse(expression: &str, zone: Option<&str>) -> Result<Self, ScheduleError> {
        let parser = CronParser::builder().seconds(Seconds::Optional).build();
        let cron = parser
            .parse(expression)
            .map_err(|fault| ScheduleError::Expression(expression.to_owned(), fault.to_string()))?;
        let zone = zone
            .unwrap_or("UTC")
            .parse()
            .map_err(|_| ScheduleError::Zone(zone.unwrap_or("UTC").to_owned()))?;
        Ok(Self { cron, zone })
    }

    /// The first fire after `after`, in milliseconds since 1970; `None` when there is none any more.
    #[must_use]
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        let after: DateTime<Tz> = DateTime::<Utc>::from_timestamp_millis(after)?.with_timezone(&self.zone);
        let next = self.cron.find_next_occurrence(&after, false).ok()?;
        Some(next.timestamp_millis())
    }

    /// The fires after `last` and up to `now` that are to run, oldest first: all but the newest are missed
    /// ones, and `catch_up` says what becomes of them. A fire is missed when it lies more than `grace_ms`
    /// before `now`.
    #[must_use]
    pub fn due(&self, last: Timestamp, now: Timestamp, grace_ms: i64, catch_up: CatchUp) -> Vec<Timestamp> {
        let mut fires = Vec::new();
        let mut at = last;
        while let Some(next) = self.next_after(at).filter(|next| *next <= now) {
            fires.push(next);
            at = next;
            if fires.len() > MOST_MISSED {
                fires.remove(0);
            }
        }
        let is_missed = |fire: &Timestamp| now - *fire > grace_ms;
        match catch_up {
            CatchUp::All => fires,
            CatchUp::Last => fires.split_off(fires.len().saturating_sub(1)),
            CatchUp::None => {
                fires.retain(|fire| !is_missed(fire));
                fires
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::{CatchUp, Schedule};

    fn at(text: &str) -> i64 {
        DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis()
    }

    fn text(ms: i64) -> String {
        DateTime::from_timestamp_millis(ms).unwrap().to_rfc3339()
    }

    #[test]
    fn a_nightly_run_is_at_the_zones_own_two_o_clock() {
        let nightly = Schedule::parse("0 2 * * *", Some("Asia/Shanghai")).unwrap();
        assert_eq!(
            text(nightly.next_after(at("2026-01-05T00:00:00Z")).unwrap()),
            "2026-01-05T18:00:00+00:00"
        );
    }

    #[test]
    fn a_time_in_the_gap_fires_once_and_a_repeated_one_too() {
        let gap = Schedule::parse("30 2 * * *", Some("Europe/Berlin")).unwrap();
        let fires = gap.due(at("2026-03-28T12:00:00Z"), at("2026-03-30T12:00:00Z"), 0, CatchUp::All);
        assert_eq!(
            fires.iter().map(|fire| text(*fire)).collect::<Vec<_>>(),
            ["2026-03-29T01:00:00+00:00", "2026-03-30T00:30:00+00:00"]
        );
        let repeated = gap.due(at("2026-10-24T12:00:00Z"), at("2026-10-25T12:00:00Z"), 0, CatchUp::All);
        assert_eq!(repeated.len(), 1);
    }

    #[test]
    fn missed_fires_are_made_up_for_as_told() {
        let minutely = Schedule::parse("* * * * *", None).unwrap();
        let (last, now) = (at("2026-01-05T00:00:00Z"), at("2026-01-05T00:05:00Z"));
        assert_eq!(minutely.due(last, now, 30_000, CatchUp::All).len(), 5);
        assert_eq!(minutely.due(last, now, 30_000, CatchUp::Last), [now]);
        assert_eq!(minutely.due(last, now, 30_000, CatchUp::None), [now]);
        assert_eq!(minutely.due(last, now + 45_000, 30_000, CatchUp::None), Vec::<i64>::new());
    }

    #[test]
    fn what_is_no_schedule_says_so() {
        assert!(Schedule::parse("61 * * * *", None).is_err());
        assert!(Schedule::parse("* * * * *", Some("Mars/Olympus")).is_err());
    }
}
