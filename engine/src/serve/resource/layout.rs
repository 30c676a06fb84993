//! `/v1/layout/{flow}`: positions given by hand. They never touch the YAML.

use hyper::StatusCode;

use super::{Answer, Ask, Problem, ok, store};
use crate::{
    publish::Pins,
    serve::openapi::{Operation, Tag},
};

pub(in crate::serve) const SHOW: Operation =
    Operation::of::<Pins>(Tag::Settings, "getLayout").refuses(&[(404, "FLOW_NOT_FOUND")]);

/// `GET /v1/layout/{flow}`.
pub(in crate::serve) async fn show(ask: Ask) -> Answer {
    let flow = ask.param("flow");
    if ask.engine.served().entry(flow).is_none() {
        return Err(Problem::not_found("FLOW_NOT_FOUND", format!("there is no flow `{flow}`")));
    }
    let pins = Pins::get(&ask.engine.documents(), flow).await.map_err(|fault| store(&fault))?;
    ok(&pins)
}

pub(in crate::serve) const PUT: Operation = Operation::of::<Pins>(Tag::Settings, "putLayout")
    .says("The last writer wins: only looks are at stake.")
    .takes::<Pins>()
    .refuses(&[(422, "LAYOUT_REFUSED")]);

/// More pins than a flow may have nodes.
const MOST_PINS: usize = 2_000;

/// `PUT /v1/layout/{flow}`.
pub(in crate::serve) async fn put(mut ask: Ask) -> Answer {
    let pins = ask.read::<Pins>()?;
    let flow = ask.param("flow");
    if pins.pins.len() > MOST_PINS || ask.engine.served().entry(flow).is_none() {
        let detail = format!("there is no flow `{flow}`, or more than {MOST_PINS} pins came");
        return Err(Problem::refused(StatusCode::UNPROCESSABLE_ENTITY, "LAYOUT_REFUSED", detail));
    }
    pins.put(&ask.engine.documents(), flow).await.map_err(|fault| store(&fault))?;
    ok(&pins)
}
