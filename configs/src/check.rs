//! The rules that span keys: names that must exist, times that must divide, sizes that must fit.

mod components;
mod exchange_times;
mod exchanges;
mod fields;
mod grids;
mod halos;
mod time;

use crate::{draft::Draft, problem::Problem, tree::Node};

/// Everything in the tree that breaks a rule, as far as the tree can be read.
pub(crate) fn check_graph(root: &Node) -> Vec<Problem> {
    let draft = Draft::read(root);
    let mut problems = Vec::new();
    time::check(&draft, &mut problems);
    components::check(&draft, &mut problems);
    grids::check(&draft, &mut problems);
    fields::check(&draft, &mut problems);
    exchanges::check(&draft, &mut problems);
    exchange_times::check(&draft, &mut problems);
    halos::check(&draft, &mut problems);
    problems
}

/// `'a', 'b' and 'c'`.
fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("'{name}'")).collect();
    match &quoted[..] {
        [] => "none".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
