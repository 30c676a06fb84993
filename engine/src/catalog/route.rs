//! The flows' own routes: `triggers.http` in one router, part of the snapshot, so that a reload swaps them
//! with the flows. Knows paths and methods, no HTTP.

use std::{collections::BTreeMap, sync::Arc};

use matchit::Router;

use crate::flow::{diagnostic::Diagnostic, tree::Span};

/// A flow's route as declared.
#[derive(Clone, Debug)]
pub(super) struct Declared {
    pub(super) method: Arc<str>,
    pub(super) path: Arc<str>,
    pub(super) flow: Arc<str>,
    pub(super) span: Span,
}

/// One method of a path.
struct Target {
    method: Arc<str>,
    flow: Arc<str>,
    /// The parameters by position: two methods of one path may name them differently.
    names: Vec<Arc<str>>,
}

/// What a request's path and method lead to.
#[derive(Debug, PartialEq, Eq)]
pub enum Routed<'p> {
    /// A flow, with the path's parameters as they stand in the path (not decoded).
    Flow {
        /// The flow's name.
        flow: Arc<str>,
        /// Names and values.
        params: Vec<(Arc<str>, &'p str)>,
    },
    /// The path is known, but not with this method.
    OtherMethod(Vec<Arc<str>>),
    /// No flow has this path.
    Nowhere,
}

/// A route with the names of its parameters, by position.
type Named<'d> = (&'d Declared, Vec<Arc<str>>);

/// The routes of a snapshot.
#[derive(Default)]
pub struct Routes {
    router: Router<Vec<Target>>,
    declared: Vec<(Arc<str>, Arc<str>, Arc<str>)>,
}

impl Routes {
    /// Builds the router. Validation has refused two flows at one place; should it have missed a clash
    /// across methods, it is told here.
    pub(super) fn build(declared: &[Declared], found: &mut Vec<Diagnostic>) -> Self {
        let mut paths: BTreeMap<String, Vec<Named<'_>>> = BTreeMap::new();
        for route in declared {
            let (path, names) = normal(&route.path);
            let at = paths.entry(path).or_default();
            if at.iter().all(|(other, _)| other.method != route.method) {
                at.push((route, names));
            }
        }
        let mut routes = Self::default();
        for (path, targets) in paths {
            let Some(span) = targets.first().map(|(route, _)| route.span) else { continue };
            let mut methods = Vec::with_capacity(targets.len());
            for (route, names) in targets {
                let Declared { method, path, flow, .. } = route.clone();
                routes.declared.push((Arc::clone(&method), path, Arc::clone(&flow)));
                methods.push(Target { method, flow, names });
            }
            if let Err(fault) = routes.router.insert(&path, methods) {
                let message = format!("the path cannot be routed: {fault}");
                let help = "write it like `/orders/{id}/cancel`, different from the paths of other flows";
                found.push(Diagnostic::error("ROUTE_CONFLICT", span, message, help).at("triggers.http.path"));
            }
        }
        routes
    }

    /// Where a request goes.
    #[must_use]
    pub fn find<'p>(&self, method: &str, path: &'p str) -> Routed<'p> {
        let Ok(found) = self.router.at(path) else { return Routed::Nowhere };
        match found.value.iter().find(|target| *target.method == *method) {
            Some(target) => {
                let values = found.params.iter().map(|(_, value)| value);
                Routed::Flow {
                    flow: Arc::clone(&target.flow),
                    params: target.names.iter().cloned().zip(values).collect(),
                }
            }
            None => {
                Routed::OtherMethod(found.value.iter().map(|target| Arc::clone(&target.method)).collect())
            }
        }
    }

    /// Method, path and flow of every route, sorted by path.
    #[must_use]
    pub fn all(&self) -> &[(Arc<str>, Arc<str>, Arc<str>)] {
        &self.declared
    }
}

/// The path with its parameters named by position, and their names.
fn normal(path: &str) -> (String, Vec<Arc<str>>) {
    let mut names = Vec::new();
    let mut normal = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}').map(|close| open + close) else { break };
        let name = &rest[open + 1..close];
        let (star, name) = name.strip_prefix('*').map_or(("", name), |name| ("*", name));
        normal.push_str(&rest[..open]);
        normal.push_str(&format!("{{{star}p{}}}", names.len()));
        names.push(name.into());
        rest = &rest[close + 1..];
    }
    normal.push_str(rest);
    (normal, names)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Declared, Routed, Routes};

    fn routes(all: &[(&str, &str, &str)]) -> (Routes, Vec<&'static str>) {
        let declared: Vec<Declared> = all
            .iter()
            .map(|(method, path, flow)| Declared {
                method: (*method).into(),
                path: (*path).into(),
                flow: (*flow).into(),
                span: crate::flow::tree::Span::default(),
            })
            .collect();
        let mut found = Vec::new();
        let routes = Routes::build(&declared, &mut found);
        (routes, found.iter().map(|found| found.code).collect())
    }

    #[test]
    fn a_path_leads_to_its_flow_with_parameters_named_as_that_flow_names_them() {
        let (routes, found) = routes(&[
            ("GET", "/orders/{id}", "show"),
            ("DELETE", "/orders/{order}", "drop"),
            ("POST", "/orders/{id}/cancel", "cancel"),
        ]);
        assert!(found.is_empty());
        let flow = |flow: &str, name: &str, value| Routed::Flow {
            flow: flow.into(),
            params: vec![(name.into(), value)],
        };
        assert_eq!(routes.find("GET", "/orders/7"), flow("show", "id", "7"));
        assert_eq!(routes.find("DELETE", "/orders/7"), flow("drop", "order", "7"));
        assert_eq!(routes.find("POST", "/orders/a%2Fb/cancel"), flow("cancel", "id", "a%2Fb"));
        let methods: Vec<Arc<str>> = vec!["GET".into(), "DELETE".into()];
        assert_eq!(routes.find("PUT", "/orders/7"), Routed::OtherMethod(methods));
        assert_eq!(routes.find("GET", "/orders"), Routed::Nowhere);
    }

    #[test]
    fn paths_the_router_cannot_take_are_refused() {
        assert_eq!(routes(&[("GET", "/a/{x", "one")]).1, ["ROUTE_CONFLICT"]);
        assert_eq!(routes(&[("GET", "/a/{*x}/b", "one")]).1, ["ROUTE_CONFLICT"]);
    }
}
