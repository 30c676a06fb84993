//! One append as bytes: a head that lists and claims read, then the records. Layout: see `encode.rs`.

use sdk::{Error as Failure, Identity, Timestamp};

use super::{
    encode::{Reader, Undecodable, Writer},
    id::{Address, Correlation},
    record::{Action, Entry, Origin, Parent, Record, Reply, Resolution, Status, Wait},
};

/// The layout this build writes. It reads this one and every earlier one.
const VERSION: u8 = 1;

type Decoded<T> = Result<T, Undecodable>;

/// What stands before the records of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) epoch: u64,
    pub(crate) count: u64,
    pub(crate) status: Status,
    /// When an idle run is woken by itself.
    pub(crate) ready_at: Option<Timestamp>,
    /// When the append was made.
    pub(crate) at: Timestamp,
}

/// How much of a frame to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Everything.
    Whole,
    /// Inputs and outputs left out, of the context all but `trigger`: enough for a row of a list.
    Outline,
}

pub(crate) fn encode(head: &Head, records: &[Record]) -> Decoded<Vec<u8>> {
    let mut out = Writer::with_capacity(64 + records.len() * 96);
    out.byte(VERSION);
    out.number(head.epoch);
    out.number(head.count);
    out.byte(head.status.code());
    out.maybe(head.ready_at.as_ref(), |out, at| out.signed(*at));
    out.signed(head.at);
    for record in records {
        encode_record(&mut out, record, head.at)?;
    }
    Ok(out.finish())
}

pub(crate) fn decode_head(bytes: &[u8]) -> Decoded<Head> {
    read_head(&mut Reader::new(bytes))
}

pub(crate) fn decode(bytes: &[u8], detail: Detail) -> Decoded<(Head, Vec<Record>)> {
    let mut input = Reader::new(bytes);
    let head = read_head(&mut input)?;
    let mut records = Vec::new();
    while !input.is_empty() {
        records.push(decode_record(&mut input, head.at, detail)?);
    }
    if u64::try_from(records.len()) != Ok(head.count) {
        return Err(Undecodable("its head counts other records"));
    }
    Ok((head, records))
}

fn read_head(input: &mut Reader<'_>) -> Decoded<Head> {
    if input.byte()? != VERSION {
        return Err(Undecodable("it was written by a newer release"));
    }
    let epoch = input.number()?;
    let count = input.number()?;
    let status = Status::of_code(input.byte()?).ok_or(Undecodable("an unknown status"))?;
    let ready_at = input.maybe(Reader::signed)?;
    Ok(Head { epoch, count, status, ready_at, at: input.signed()? })
}

fn encode_record(out: &mut Writer, record: &Record, base: Timestamp) -> Decoded<()> {
    out.byte(kind(&record.entry));
    out.signed(record.at.wrapping_sub(base));
    match &record.entry {
        Entry::Started(origin) => encode_origin(out, origin)?,
        Entry::NodeStarted { address, attempt, key }
        | Entry::CompensationStarted { address, attempt, key } => {
            out.text(address.as_str());
            out.number(u64::from(*attempt));
            out.text(key);
        }
        Entry::NodeSucceeded { address, output, detail } => {
            out.text(address.as_str());
            out.json(output)?;
            out.maybe_json(detail.as_ref())?;
        }
        Entry::NodeFailed { address, attempt, failure, detail } => {
            out.text(address.as_str());
            out.number(u64::from(*attempt));
            out.json(failure)?;
            out.maybe_json(detail.as_ref())?;
        }
        Entry::NodeSkipped { address, reason, otherwise } => {
            out.text(address.as_str());
            out.text(reason);
            out.maybe_json(otherwise.as_ref())?;
        }
        Entry::Noted { address, value } => {
            out.text(address.as_str());
            out.json(value)?;
        }
        Entry::WaitRegistered { address, wait } => {
            out.text(address.as_str());
            encode_wait(out, wait);
        }
        Entry::WaitResolved { address, resolution } => {
            out.text(address.as_str());
            encode_resolution(out, resolution)?;
        }
        Entry::CompensationSucceeded { address } => out.text(address.as_str()),
        Entry::CompensationFailed { address, attempt, failure } => {
            out.text(address.as_str());
            out.number(u64::from(*attempt));
            out.json(failure)?;
        }
        Entry::Parked { .. } | Entry::Resumed { .. } | Entry::Responded { .. } | Entry::Ended { .. } => {
            encode_turn(out, &record.entry)?;
        }
    }
    Ok(())
}

/// The entries that turn the whole run.
fn encode_turn(out: &mut Writer, entry: &Entry) -> Decoded<()> {
    match entry {
        Entry::Parked { address, failure } => {
            out.maybe(address.as_ref(), |out, at| out.text(at.as_str()));
            out.json(failure)?;
        }
        Entry::Resumed { action, address, reason, actor } => {
            out.byte(action_code(*action));
            out.maybe(address.as_ref(), |out, at| out.text(at.as_str()));
            out.text(reason);
            out.text(actor);
        }
        Entry::Responded { reply } => out.bytes(&reply.0),
        Entry::Ended { status, is_degraded, failure, address, output, reply } => {
            out.byte(status.code());
            out.byte(u8::from(*is_degraded));
            out.maybe_json(failure.as_ref())?;
            out.maybe(address.as_ref(), |out, at| out.text(at.as_str()));
            out.maybe_json(output.as_ref())?;
            out.maybe(reply.as_ref(), |out, reply| out.bytes(&reply.0));
        }
        _ => {}
    }
    Ok(())
}

fn encode_origin(out: &mut Writer, origin: &Origin) -> Decoded<()> {
    out.text(&origin.flow);
    out.text(&origin.version);
    out.text(&origin.plan);
    out.text(&origin.level);
    out.text(origin.identity.use_case.as_str());
    out.maybe(origin.identity.biz_id.as_ref(), |out, biz_id| out.text(biz_id.as_str()));
    out.maybe(origin.identity.scenario.as_ref(), |out, scenario| out.text(scenario.as_str()));
    out.maybe(origin.business_key.as_ref(), |out, key| out.text(key));
    out.maybe(origin.deadline.as_ref(), |out, at| out.signed(*at));
    out.maybe(origin.parent.as_ref(), |out, parent| {
        out.raw(parent.run.as_bytes());
        out.maybe(parent.address.as_ref(), |out, at| out.text(at.as_str()));
    });
    out.json(&origin.input)?;
    out.json(&origin.context)
}

fn decode_origin(input: &mut Reader<'_>, detail: Detail) -> Decoded<Origin> {
    let (flow, version) = (input.shared_text()?, input.shared_text()?);
    let (plan, level) = (input.shared_text()?, input.shared_text()?);
    let use_case = input.text()?;
    let biz_id = input.maybe(Reader::text)?;
    let scenario = input.maybe(Reader::text)?;
    let identity = Identity::new(use_case, biz_id, scenario)
        .map_err(|_| Undecodable("an identity that is refused today"))?;
    Ok(Origin {
        flow,
        version,
        plan,
        level,
        identity,
        business_key: input.maybe(Reader::shared_text)?,
        deadline: input.maybe(Reader::signed)?,
        parent: input
            .maybe(|input| Ok(Parent { run: input.run()?, address: input.maybe(Reader::address)? }))?,
        input: value(input, detail)?,
        context: context(input, detail)?,
    })
}

/// A value, or null in its place where only the outline is asked for.
fn value(input: &mut Reader<'_>, detail: Detail) -> Decoded<sdk::Shared> {
    match detail {
        Detail::Whole => input.shared(),
        Detail::Outline => input.bytes().map(|_| sdk::Shared::new(sdk::Value::Null)),
    }
}

/// Of what a run's expressions read, an outline has what started the run.
fn context(input: &mut Reader<'_>, detail: Detail) -> Decoded<sdk::Shared> {
    #[derive(serde::Serialize, serde::Deserialize)]
    struct Outline {
        #[serde(default)]
        trigger: sdk::Value,
    }
    if detail == Detail::Whole {
        return input.shared();
    }
    let outline = serde_json::from_slice(input.bytes()?).unwrap_or(Outline { trigger: sdk::Value::Null });
    let value = serde_json::to_value(outline).map_err(|_| Undecodable("a value that is no JSON"))?;
    Ok(sdk::Shared::new(value))
}

fn encode_wait(out: &mut Writer, wait: &Wait) {
    out.maybe(wait.until.as_ref(), |out, at| out.signed(*at));
    out.maybe(wait.message.as_ref(), |out, message| {
        out.text(&message.channel);
        out.text(&message.key);
    });
}

fn decode_wait(input: &mut Reader<'_>) -> Decoded<Wait> {
    let until = input.maybe(Reader::signed)?;
    let message =
        input.maybe(|input| Ok(Correlation { channel: input.shared_text()?, key: input.shared_text()? }))?;
    Ok(Wait { until, message })
}

fn encode_resolution(out: &mut Writer, resolution: &Resolution) -> Decoded<()> {
    match resolution {
        Resolution::Timer => out.byte(0),
        Resolution::Cancelled => out.byte(1),
        Resolution::Message { event, payload } => {
            out.byte(2);
            out.text(event);
            out.json(payload)?;
        }
    }
    Ok(())
}

fn decode_resolution(input: &mut Reader<'_>, detail: Detail) -> Decoded<Resolution> {
    match input.byte()? {
        0 => Ok(Resolution::Timer),
        1 => Ok(Resolution::Cancelled),
        2 => Ok(Resolution::Message { event: input.shared_text()?, payload: value(input, detail)? }),
        _ => Err(Undecodable("an unknown end of a wait")),
    }
}

const ACTIONS: [Action; 4] = [Action::Retry, Action::Skip, Action::Resume, Action::Cancel];

fn action_code(action: Action) -> u8 {
    ACTIONS.into_iter().zip(0..).find(|(each, _)| *each == action).map_or(u8::MAX, |(_, code)| code)
}

fn kind(entry: &Entry) -> u8 {
    match entry {
        Entry::Started(_) => 1,
        Entry::NodeStarted { .. } => 2,
        Entry::NodeSucceeded { .. } => 3,
        Entry::NodeFailed { .. } => 4,
        Entry::NodeSkipped { .. } => 5,
        Entry::Noted { .. } => 6,
        Entry::WaitRegistered { .. } => 7,
        Entry::WaitResolved { .. } => 8,
        Entry::CompensationStarted { .. } => 9,
        Entry::CompensationSucceeded { .. } => 10,
        Entry::CompensationFailed { .. } => 11,
        Entry::Parked { .. } => 12,
        Entry::Resumed { .. } => 13,
        Entry::Responded { .. } => 14,
        Entry::Ended { .. } => 15,
    }
}

fn decode_record(input: &mut Reader<'_>, base: Timestamp, detail: Detail) -> Decoded<Record> {
    let kind = input.byte()?;
    let at = base.wrapping_add(input.signed()?);
    let entry = match kind {
        1 => Entry::Started(Box::new(decode_origin(input, detail)?)),
        2..=11 => {
            let address = input.address()?;
            decode_step(kind, address, input, detail)?
        }
        _ => decode_turn(kind, input, detail)?,
    };
    Ok(Record { at, entry })
}

fn decode_step(kind: u8, address: Address, input: &mut Reader<'_>, detail: Detail) -> Decoded<Entry> {
    let optional = |input: &mut Reader<'_>| input.maybe(|input| value(input, detail));
    Ok(match kind {
        2 => Entry::NodeStarted { address, attempt: input.small()?, key: input.shared_text()? },
        3 => Entry::NodeSucceeded { address, output: value(input, detail)?, detail: optional(input)? },
        4 => Entry::NodeFailed {
            address,
            attempt: input.small()?,
            failure: failure(input)?,
            detail: optional(input)?,
        },
        5 => Entry::NodeSkipped { address, reason: input.shared_text()?, otherwise: optional(input)? },
        6 => Entry::Noted { address, value: value(input, detail)? },
        7 => Entry::WaitRegistered { address, wait: decode_wait(input)? },
        8 => Entry::WaitResolved { address, resolution: decode_resolution(input, detail)? },
        9 => Entry::CompensationStarted { address, attempt: input.small()?, key: input.shared_text()? },
        10 => Entry::CompensationSucceeded { address },
        11 => Entry::CompensationFailed { address, attempt: input.small()?, failure: failure(input)? },
        _ => return Err(Undecodable("an unknown kind of record")),
    })
}

fn decode_turn(kind: u8, input: &mut Reader<'_>, detail: Detail) -> Decoded<Entry> {
    Ok(match kind {
        12 => Entry::Parked { address: input.maybe(Reader::address)?, failure: failure(input)? },
        13 => Entry::Resumed {
            action: ACTIONS
                .get(usize::from(input.byte()?))
                .copied()
                .ok_or(Undecodable("an unknown action"))?,
            address: input.maybe(Reader::address)?,
            reason: input.shared_text()?,
            actor: input.shared_text()?,
        },
        14 => Entry::Responded { reply: Reply(input.owned()?) },
        15 => Entry::Ended {
            status: Status::of_code(input.byte()?).ok_or(Undecodable("an unknown status"))?,
            is_degraded: input.byte()? != 0,
            failure: input.maybe(failure)?,
            address: input.maybe(Reader::address)?,
            output: input.maybe(|input| value(input, detail))?,
            reply: input.maybe(|input| input.owned().map(Reply))?,
        },
        _ => return Err(Undecodable("an unknown kind of record")),
    })
}

fn failure(input: &mut Reader<'_>) -> Decoded<Box<Failure>> {
    input.json().map(Box::new)
}

#[cfg(test)]
#[path = "frame_tests.rs"]
mod tests;
