//! The small values beside the journal, as bytes: idempotency keys, messages, outbox, due marks.

use sdk::Timestamp;

use super::{
    contract::{Delivered, Message, OutEvent, OutId},
    encode::{Reader, Undecodable, Writer},
    id::{Correlation, RunId, Tenant},
};

type Decoded<T> = Result<T, Undecodable>;

/// What an idempotency key stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Claimed {
    pub(crate) body: [u8; 32],
    pub(crate) run: RunId,
    pub(crate) until: Timestamp,
}

pub(crate) fn encode_claimed(row: &Claimed) -> Vec<u8> {
    let mut out = Writer::with_capacity(64);
    out.raw(&row.body);
    out.raw(row.run.as_bytes());
    out.signed(row.until);
    out.finish()
}

pub(crate) fn decode_claimed(bytes: &[u8]) -> Decoded<Claimed> {
    let mut input = Reader::new(bytes);
    let body = input.raw(32)?.try_into().map_err(|_| Undecodable("a hash that is cut"))?;
    Ok(Claimed { body, run: input.run()?, until: input.signed()? })
}

pub(crate) fn encode_message(message: &Message) -> Decoded<Vec<u8>> {
    let mut out = Writer::with_capacity(128);
    out.text(&message.correlation.channel);
    out.text(&message.correlation.key);
    out.text(&message.event);
    out.signed(message.received_at);
    out.maybe(message.address.as_ref(), |out, address| out.text(address.as_str()));
    out.json(&message.payload)?;
    Ok(out.finish())
}

pub(crate) fn decode_message(bytes: &[u8]) -> Decoded<Message> {
    let mut input = Reader::new(bytes);
    Ok(Message {
        correlation: Correlation { channel: input.shared_text()?, key: input.shared_text()? },
        event: input.shared_text()?,
        received_at: input.signed()?,
        address: input.maybe(Reader::address)?,
        payload: input.shared()?,
    })
}

/// What became of a message the first time.
pub(crate) fn encode_fate(fate: &Delivered) -> Vec<u8> {
    let mut out = Writer::default();
    match fate {
        Delivered::New { run, address } => {
            out.byte(0);
            out.raw(run.as_bytes());
            out.text(address.as_str());
        }
        Delivered::Early => out.byte(1),
        Delivered::Late { run } => {
            out.byte(2);
            out.raw(run.as_bytes());
        }
        Delivered::Seen { first } => return encode_fate(first),
    }
    out.finish()
}

pub(crate) fn decode_fate(bytes: &[u8]) -> Decoded<Delivered> {
    let mut input = Reader::new(bytes);
    match input.byte()? {
        0 => Ok(Delivered::New { run: input.run()?, address: input.address()? }),
        1 => Ok(Delivered::Early),
        2 => Ok(Delivered::Late { run: input.run()? }),
        _ => Err(Undecodable("an unknown fate of a message")),
    }
}

pub(crate) fn encode_out(event: &OutEvent) -> Vec<u8> {
    let mut out = Writer::with_capacity(64 + event.payload.len());
    out.text(event.tenant.as_str());
    out.raw(event.run.as_bytes());
    out.number(event.seq);
    out.text(&event.topic);
    out.text(&event.key);
    out.bytes(&event.payload);
    out.finish()
}

pub(crate) fn decode_out(id: OutId, bytes: &[u8]) -> Decoded<OutEvent> {
    let mut input = Reader::new(bytes);
    let tenant = Tenant::new(Some(input.text()?)).map_err(|_| Undecodable("an event without a tenant"))?;
    Ok(OutEvent {
        id,
        tenant,
        run: input.run()?,
        seq: input.number()?,
        topic: input.shared_text()?,
        key: input.shared_text()?,
        payload: input.owned()?,
    })
}

/// How many owners died with a run before it got on, and when the first of them did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Deaths {
    pub(crate) count: u32,
    pub(crate) since: Timestamp,
}

pub(crate) fn encode_deaths(deaths: Deaths) -> Vec<u8> {
    if deaths.count == 0 {
        return Vec::new();
    }
    let mut out = Writer::default();
    out.number(u64::from(deaths.count));
    out.signed(deaths.since);
    out.finish()
}

pub(crate) fn decode_deaths(bytes: &[u8]) -> Decoded<Deaths> {
    if bytes.is_empty() {
        return Ok(Deaths::default());
    }
    let mut input = Reader::new(bytes);
    Ok(Deaths { count: input.small()?, since: input.signed()? })
}
