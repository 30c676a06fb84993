//! Ways through a document: all nodes wherever they stand, all bodies.

use super::{Body, Do, Flow, Give, Implementation, Kind, Node};

impl Body {
    /// Every node in it and below it, those of fallbacks and compensations too.
    #[must_use]
    pub fn all_nodes(&self) -> Vec<&Node> {
        let mut found = Vec::new();
        self.nodes.iter().for_each(|node| node.gather(&mut found));
        found
    }

    /// This body and every body below it.
    #[must_use]
    pub fn all_bodies(&self) -> Vec<&Self> {
        let inner =
            self.all_nodes().into_iter().flat_map(|node| node.works()).filter_map(|work| match work {
                Do::Body(body) => Some(body),
                Do::One(_) => None,
            });
        std::iter::once(self).chain(inner).collect()
    }
}

impl Node {
    /// What its kind does inside itself.
    #[must_use]
    pub fn works(&self) -> Vec<&Do> {
        match &self.kind {
            Kind::Foreach(each) => vec![&each.body],
            Kind::Loop(rounds) => vec![&rounds.body],
            Kind::Race(branches) => branches.iter().map(|(_, work)| work).collect(),
            _ => Vec::new(),
        }
    }

    fn gather<'n>(&'n self, found: &mut Vec<&'n Self>) {
        found.push(self);
        let fallback = match self.policies.fallback.as_ref().map(|fallback| &fallback.give) {
            Some(Give::Node(work)) => Some(&**work),
            _ => None,
        };
        for work in self.works().into_iter().chain(fallback) {
            match work {
                Do::One(node) => node.gather(found),
                Do::Body(body) => body.nodes.iter().for_each(|node| node.gather(found)),
            }
        }
        if let Some(undo) = &self.compensate {
            undo.gather(found);
        }
    }
}

impl Flow {
    /// Every node of the flow and of `finally`.
    #[must_use]
    pub fn all_nodes(&self) -> Vec<&Node> {
        let last = self.finally.iter().flat_map(Body::all_nodes);
        self.body.all_nodes().into_iter().chain(last).collect()
    }
}

impl Implementation {
    /// Every node of it.
    #[must_use]
    pub fn all_nodes(&self) -> Vec<&Node> {
        match self {
            Self::One(node) => {
                let mut found = Vec::new();
                node.gather(&mut found);
                found
            }
            Self::Body(body) => body.all_nodes(),
        }
    }
}
