//! Caps: 400 lines a file, 60 a function, 100 a `mod.rs`; every file opens with what it is.

use proc_macro2::Span;
use syn::{spanned::Spanned as _, visit::Visit};

use super::{Finding, Sources};

const FILE_LINES: usize = 400;
const FUNCTION_LINES: usize = 60;
const MODULE_LINES: usize = 100;

pub(crate) fn files(sources: &Sources) -> Vec<Finding> {
    sources
        .files
        .iter()
        .filter(|file| !file.path.ends_with(".toml") && file.text.lines().count() > FILE_LINES)
        .map(|file| Finding {
            file: file.path.clone(),
            line: file.text.lines().count(),
            rule: "a file has at most 400 lines",
            remedy: "split it where the second idea begins".to_owned(),
        })
        .collect()
}

pub(crate) fn modules(sources: &Sources) -> Vec<Finding> {
    sources
        .rust()
        .filter(|file| file.path.ends_with("/mod.rs") && file.text.lines().count() > MODULE_LINES)
        .map(|file| Finding {
            file: file.path.clone(),
            line: file.text.lines().count(),
            rule: "a mod.rs has at most 100 lines",
            remedy: "keep docs, `mod`, `pub use` and the folder's one item".to_owned(),
        })
        .collect()
}

pub(crate) fn openings(sources: &Sources) -> Vec<Finding> {
    sources
        .rust()
        .filter(|file| !file.text.starts_with("//!"))
        .map(|file| Finding {
            file: file.path.clone(),
            line: 1,
            rule: "a file opens with `//!`",
            remedy: "say its job, its stage, and what it does not do".to_owned(),
        })
        .collect()
}

struct Functions<'a> {
    path: &'a str,
    findings: Vec<Finding>,
}

impl Functions<'_> {
    fn check(&mut self, name: &syn::Ident, span: Span) {
        let lines = span.end().line - name.span().start().line + 1;
        if lines > FUNCTION_LINES {
            self.findings.push(Finding {
                file: self.path.to_owned(),
                line: name.span().start().line,
                rule: "a function has at most 60 lines",
                remedy: format!("`{name}` has {lines}: give its second half a name"),
            });
        }
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.check(&item.sig.ident, item.block.span());
        syn::visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.check(&item.sig.ident, item.block.span());
        syn::visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.check(&item.sig.ident, block.span());
        }
        syn::visit::visit_trait_item_fn(self, item);
    }
}

pub(crate) fn functions(sources: &Sources) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in sources.rust() {
        let parsed = syn::parse_file(&file.text).unwrap_or_else(|fault| panic!("{}: {fault}", file.path));
        let mut functions = Functions { path: &file.path, findings: Vec::new() };
        functions.visit_file(&parsed);
        findings.append(&mut functions.findings);
    }
    findings
}
