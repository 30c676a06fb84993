//! When a cron schedule fires, in its own time zone. Pure: the time is given.
//!
//! A fixed time (hour and minute without `*`) is a time of the day: on the day clocks go forward one that does not
//! exist fires at the first moment after the gap, and several of them there are one; on the day they go back each
//! fires once. An interval (`*/10`) is a length: it fires in both hours, and not in the gap. That is what Vixie cron
//! does. croner takes lists such as `0,30 2` for intervals, so fixed times are looked for in the zone's own time of
//! day and placed here.

use std::iter;

use chrono::{DateTime, Duration, DurationRound as _, LocalResult, NaiveDateTime, TimeZone as _, Utc};
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
    /// It names times of the day.
    is_fixed: bool,
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
        Ok(Self { cron, zone, is_fixed: is_fixed(expression) })
    }

    /// The first fire after `after`, in milliseconds since 1970; `None` when there is none any more.
    #[must_use]
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        let after = DateTime::<Utc>::from_timestamp_millis(after)?.with_timezone(&self.zone);
        if !self.is_fixed {
            return Some(self.cron.find_next_occurrence(&after, false).ok()?.timestamp_millis());
        }
        let mut time = after.naive_local();
        loop {
            time = self.cron.find_next_occurrence(&time.and_utc(), false).ok()?.naive_utc();
            // In the hour that comes again it has fired when it was there first.
            if let Some(fire) = self.moment(time).filter(|fire| *fire > after) {
                return Some(fire.timestamp_millis());
            }
        }
    }

    /// When it is this time of the day, or would be.
    fn moment(&self, time: NaiveDateTime) -> Option<DateTime<Tz>> {
        let minute = Duration::minutes(1);
        let mut after = time.duration_trunc(minute).ok()?;
        match self.zone.from_local_datetime(&time) {
            LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _) => return Some(moment),
            LocalResult::None => {}
        }
        // The longest gap was a day, when Samoa went over the date line.
        for _ in 0..24 * 60 {
            after += minute;
            if let Some(moment) = self.zone.from_local_datetime(&after).earliest() {
                return Some(moment);
            }
        }
        None
    }

    /// The fires after `last` and up to `now` that are to run, oldest first. A fire is missed when it lies more than
    /// `grace_ms` before `now`, and `catch_up` says what becomes of those: with `Last` the newest fire stands for them.
    #[must_use]
    pub fn due(&self, last: Timestamp, now: Timestamp, grace_ms: i64, catch_up: CatchUp) -> Vec<Timestamp> {
        let in_time = now.saturating_sub(grace_ms).saturating_sub(1).max(last);
        match catch_up {
            CatchUp::All => self.newest(last, now, MOST_MISSED),
            CatchUp::None => self.newest(in_time, now, MOST_MISSED),
            CatchUp::Last if self.next_after(last).is_none_or(|first| first > in_time) => {
                self.newest(in_time, now, MOST_MISSED)
            }
            CatchUp::Last => self.newest(last, now, 1),
        }
    }

    /// The newest fires after `last` and up to `now`, oldest first. Looked for from `now` on backwards, so that a long
    /// time without a process costs no more than a short one.
    fn newest(&self, last: Timestamp, now: Timestamp, most: usize) -> Vec<Timestamp> {
        let mut window: Timestamp = 60_000;
        loop {
            let from = now.saturating_sub(window).max(last);
            let next = |at: &Timestamp| self.next_after(*at).filter(|fire| *fire <= now);
            let mut fires: Vec<Timestamp> = iter::successors(next(&from), next).collect();
            if fires.len() >= most || from == last {
                return fires.split_off(fires.len().saturating_sub(most));
            }
            window = window.saturating_mul(4);
        }
    }
}

/// Whether hour and minute are stated, and not counted.
fn is_fixed(expression: &str) -> bool {
    let fields: Vec<&str> = expression.split_whitespace().collect();
    match fields.as_slice() {
        [word] => !matches!(word.to_ascii_lowercase().as_str(), "@hourly" | "@minutely" | "@secondly"),
        [minute, hour, _, _, _] | [_, minute, hour, ..] => !minute.contains('*') && !hour.contains('*'),
        _ => false,
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

    fn fires(expression: &str, zone: &str, from: &str, to: &str) -> String {
        let schedule = Schedule::parse(expression, Some(zone)).unwrap();
        let fires = schedule.due(at(from), at(to), 0, CatchUp::All);
        fires.iter().map(|fire| text(*fire)[5..16].to_owned()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn clocks_that_go_forward_lose_no_fixed_time_and_clocks_that_go_back_repeat_none() {
        let forward =
            |expression| fires(expression, "Europe/Berlin", "2026-03-28T22:00:00Z", "2026-03-29T02:00:00Z");
        assert_eq!(forward("0,30 2 * * *"), "03-29T01:00");
        assert_eq!(forward("15 1-3 * * *"), "03-29T00:15 03-29T01:00 03-29T01:15");
        assert_eq!(forward("30 30 2 * * *"), "03-29T01:00");
        assert_eq!(forward("*/30 * * * *").split(' ').count(), 8);
        let back =
            |expression| fires(expression, "Europe/Berlin", "2026-10-24T22:30:00Z", "2026-10-25T02:30:00Z");
        assert_eq!(back("0,30 2 * * *"), "10-25T00:00 10-25T00:30");
        assert_eq!(back("0 * * * *"), "10-24T23:00 10-25T00:00 10-25T01:00 10-25T02:00");
        let repeated = Schedule::parse("0,30 2 * * *", Some("Europe/Berlin")).unwrap();
        for after in ["2026-10-25T00:45:00Z", "2026-10-25T01:10:00Z", "2026-10-25T01:30:00Z"] {
            assert_eq!(text(repeated.next_after(at(after)).unwrap()), "2026-10-26T01:00:00+00:00", "{after}");
        }
        let midnight = fires("@daily", "America/Sao_Paulo", "2018-11-03T12:00:00Z", "2018-11-05T12:00:00Z");
        assert_eq!(midnight, "11-04T03:00 11-05T02:00");
        // A day that was left out is made up for by the first moment after it.
        let samoa = fires("0 12 * * *", "Pacific/Apia", "2011-12-29T00:00:00Z", "2012-01-01T00:00:00Z");
        assert_eq!(samoa, "12-29T22:00 12-30T10:00 12-30T22:00 12-31T22:00");
    }

    #[test]
    fn a_long_time_without_a_process_costs_no_more_than_a_short_one() {
        let seconds = Schedule::parse("* * * * * *", Some("Asia/Shanghai")).unwrap();
        let (last, now) = (at("2020-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z"));
        assert_eq!(seconds.due(last, now, 1_000, CatchUp::Last), [now]);
        assert_eq!(seconds.due(last, now, 1_000, CatchUp::None), [now - 1_000, now]);
        let all = seconds.due(last, now, 1_000, CatchUp::All);
        assert_eq!((all.len(), all[0], all[999]), (1_000, now - 999_000, now));
    }

    #[test]
    fn missed_fires_are_made_up_for_as_told() {
        let minutely = Schedule::parse("* * * * *", None).unwrap();
        let (last, now) = (at("2026-01-05T00:00:00Z"), at("2026-01-05T00:05:00Z"));
        assert_eq!(minutely.due(last, now, 30_000, CatchUp::All).len(), 5);
        assert_eq!(minutely.due(last, now, 30_000, CatchUp::Last), [now]);
        assert_eq!(minutely.due(last, now, 30_000, CatchUp::None), [now]);
        // None of them was missed.
        let two = Schedule::parse("0,20 * * * * *", None).unwrap();
        assert_eq!(two.due(now - 1, now + 25_000, 30_000, CatchUp::Last), [now, now + 20_000]);
        assert_eq!(minutely.due(last, now + 45_000, 30_000, CatchUp::None), Vec::<i64>::new());
    }

    #[test]
    fn what_is_no_schedule_says_so() {
        assert!(Schedule::parse("61 * * * *", None).is_err());
        assert!(Schedule::parse("* * * * *", Some("Mars/Olympus")).is_err());
    }
}
