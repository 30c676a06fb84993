//! All state of all services: tables of JSON rows. A call works on a `Transaction`; its changes are written as one
//! line of the journal and then applied, so a crash leaves all of a call or nothing. It holds no business rule.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::call::Answer;
use crate::journal::{Journal, JournalError};

type Rows = BTreeMap<String, Value>;
type Tables = BTreeMap<String, Rows>;

/// How many calls `GET /events` remembers.
const EVENTS: usize = 200_000;

/// The services' state and the calls that made it.
pub(crate) struct World {
    tables: Tables,
    events: VecDeque<Value>,
    next_seq: u64,
    journal: Journal,
}

/// One call's view: reads see its own changes, nobody else does until it commits.
pub(crate) struct Transaction<'a> {
    tables: &'a Tables,
    changes: BTreeMap<(String, String), Option<Value>>,
    now: DateTime<Utc>,
}

/// What a transaction leaves behind once it lets go of the world.
pub(crate) type Changes = BTreeMap<(String, String), Option<Value>>;

impl World {
    /// Opens the journal and plays it back; the flag says whether there was anything in it.
    pub(crate) fn open(directory: &Path) -> Result<(Self, bool), JournalError> {
        let (journal, lines) = Journal::open(directory)?;
        let mut world = Self { tables: Tables::new(), events: VecDeque::new(), next_seq: 1, journal };
        let is_new = lines.is_empty();
        for line in lines {
            world.replay(&line);
        }
        Ok((world, is_new))
    }

    /// A transaction at `now`.
    pub(crate) fn begin(&self, now: DateTime<Utc>) -> Transaction<'_> {
        Transaction { tables: &self.tables, changes: BTreeMap::new(), now }
    }

    /// Writes the changes and the call that made them, then applies them. A call that changed nothing is remembered
    /// but not written.
    pub(crate) fn commit(&mut self, changes: Changes, event: Value) -> Result<(), JournalError> {
        if !changes.is_empty() {
            let rows: Vec<Value> = changes.iter().map(|((table, id), row)| json!([table, id, row])).collect();
            self.journal.append(&json!({"event": event, "changes": rows}))?;
        }
        for ((table, id), row) in changes {
            self.apply(table, id, row);
        }
        self.remember(event);
        Ok(())
    }

    /// Forgets everything, on disk too.
    pub(crate) fn clear(&mut self) -> Result<(), JournalError> {
        self.journal.clear()?;
        self.tables.clear();
        self.events.clear();
        self.next_seq = 1;
        Ok(())
    }

    /// The calls so far, oldest first, that `wanted` accepts.
    pub(crate) fn events(&self, wanted: impl Fn(&Value) -> bool) -> Vec<&Value> {
        self.events.iter().filter(|event| wanted(event)).collect()
    }

    fn replay(&mut self, line: &Value) {
        for change in line["changes"].as_array().into_iter().flatten() {
            if let (Some(table), Some(id)) = (change[0].as_str(), change[1].as_str()) {
                let row = Some(change[2].clone()).filter(|row| !row.is_null());
                self.apply(table.to_owned(), id.to_owned(), row);
            }
        }
        self.remember(line["event"].clone());
    }

    fn apply(&mut self, table: String, id: String, row: Option<Value>) {
        let rows = self.tables.entry(table).or_default();
        match row {
            Some(row) => rows.insert(id, row),
            None => rows.remove(&id),
        };
    }

    fn remember(&mut self, mut event: Value) {
        if event.is_null() {
            return;
        }
        event["seq"] = json!(self.next_seq);
        self.next_seq += 1;
        if self.events.len() == EVENTS {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }
}

impl Transaction<'_> {
    /// The row, if there is one.
    pub(crate) fn get(&self, table: &str, id: &str) -> Option<&Value> {
        match self.changes.get(&(table.to_owned(), id.to_owned())) {
            Some(changed) => changed.as_ref(),
            None => self.tables.get(table)?.get(id),
        }
    }

    /// A copy of the row, or 404.
    pub(crate) fn find(&self, table: &str, what: &str, id: &str) -> Result<Value, Answer> {
        self.get(table, id).cloned().ok_or_else(|| Answer::missing(what, id))
    }

    /// Sets the row.
    pub(crate) fn put(&mut self, table: &str, id: &str, row: Value) {
        self.changes.insert((table.to_owned(), id.to_owned()), Some(row));
    }

    /// Removes the row.
    pub(crate) fn remove(&mut self, table: &str, id: &str) {
        self.changes.insert((table.to_owned(), id.to_owned()), None);
    }

    /// Every row as committed, in order of id. A transaction's own changes are not in it.
    pub(crate) fn rows(&self, table: &str) -> impl Iterator<Item = (&String, &Value)> {
        self.tables.get(table).into_iter().flatten()
    }

    /// The next number of a counter, from 1.
    pub(crate) fn next(&mut self, counter: &str) -> i64 {
        let next = self.get("counters", counter).and_then(Value::as_i64).unwrap_or(0) + 1;
        self.put("counters", counter, json!(next));
        next
    }

    /// The time of the call.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The time of the call as text.
    pub(crate) fn stamp(&self) -> String {
        text(self.now)
    }

    /// The changes, for `World::commit`.
    pub(crate) fn finish(self) -> Changes {
        self.changes
    }
}

/// A time as RFC 3339 in UTC with milliseconds: sorts as text.
pub(crate) fn text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
